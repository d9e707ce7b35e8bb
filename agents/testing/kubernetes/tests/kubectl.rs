//! The real `kubectl`, where it is installed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use kubernetes_server::{Certificate, Cluster, Clusters, Credential, Fault};
use serde_json::{Value, json};
use tempfile::TempDir;

/// `kubectl` with a home of its own, on these clusters.
struct Kubectl {
    home: TempDir,
    clusters: Clusters,
}

impl Kubectl {
    /// Nothing where it is not installed.
    fn on(clusters: impl IntoIterator<Item = Cluster>) -> Option<Self> {
        if Command::new("kubectl").arg("version").arg("--client").output().is_err() {
            #[allow(clippy::print_stderr, reason = "a test that is left out says so")]
            {
                eprintln!("kubectl is not installed: this test is left out");
            }
            return None;
        }
        Some(Self { home: tempfile::tempdir().unwrap(), clusters: Clusters::start(clusters) })
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new("kubectl");
        command.args(line.split_whitespace()).env("HOME", self.home.path()).stdin(Stdio::null());
        command.env("KUBECONFIG", self.clusters.kubeconfig()).current_dir(self.home.path());
        command
    }

    fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    /// What a command that succeeds prints.
    fn ok(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a command that fails says.
    fn failing(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(!output.status.success(), "{line}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn file(&self, name: &str, object: &Value) {
        std::fs::write(self.home.path().join(name), object.to_string()).unwrap();
    }
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

#[test]
fn tables() {
    let cluster = Cluster::healthy("one").waiting_pod("shop", "cart-1", "CrashLoopBackOff", 17);
    let Some(kubectl) = Kubectl::on([cluster]) else { return };
    let pods = kubectl.ok("get pods -A");
    let mut lines = pods.lines().map(words);
    assert_eq!(lines.next().unwrap(), ["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE"]);
    assert_eq!(lines.clone().count(), 8);
    assert!(lines.any(|row| row == ["shop", "cart-1", "0/1", "CrashLoopBackOff", "17", "10d"]), "{pods}");
    let nodes = kubectl.ok("get nodes --no-headers");
    assert_eq!(words(nodes.lines().next().unwrap()), ["node-0", "Ready", "control-plane", "10d", "v1.33.2"]);
    assert_eq!(words(kubectl.ok("get ns shop --no-headers").trim()), ["shop", "Active", "10d"]);
    assert_eq!(
        words(kubectl.ok("-n shop get deploy api --no-headers").trim()),
        ["api", "3/3", "3", "3", "10d"]
    );
    assert!(kubectl.ok("-n shop get all").contains("replicaset.apps/api-6d4f9c7b8"));
    assert!(kubectl.ok("api-resources").contains("cronjobs"));
    assert!(kubectl.ok("version").contains("Server Version: v1.33.2"));
}

#[test]
fn objects_selectors_and_logs() {
    let Some(kubectl) = Kubectl::on([Cluster::healthy("one").pods(25).page(10)]) else { return };
    let pods: Value = serde_json::from_str(&kubectl.ok("get pods -A -o json")).unwrap();
    assert_eq!(pods["items"].as_array().unwrap().len(), 25 + 7);
    let names = kubectl.ok("get pods -n shop -l app=api -o name --field-selector spec.nodeName=node-1");
    assert_eq!(names.trim(), "pod/api-6d4f9c7b8-00001");
    let log = kubectl.ok("-n shop logs deploy/api --tail 2");
    assert_eq!(log, "api-6d4f9c7b8-00000/app: line 38\napi-6d4f9c7b8-00000/app: line 39\n");
    assert!(kubectl.failing("-n shop get pod nothing").contains("pods \"nothing\" not found"));
}

#[test]
fn who_asks() {
    let cat = |version: &str| {
        let credential = json!({
            "apiVersion": format!("client.authentication.k8s.io/{version}"), "kind": "ExecCredential",
            "status": {"token": "{token}"},
        });
        Credential::Exec(vec!["printf".into(), "%s".into(), credential.to_string()])
    };
    let Some(kubectl) = Kubectl::on([
        Cluster::new("token"),
        Cluster::new("certificate").credential(Credential::ClientCertificate),
        Cluster::new("plugin").credential(cat("v1")),
        Cluster::new("wrong").credential(Credential::WrongToken),
        Cluster::new("limited").forbid("nodes"),
        Cluster::new("expired").certificate(Certificate::Expired),
        Cluster::new("foreign").certificate(Certificate::UnknownAuthority),
        Cluster::new("elsewhere").certificate(Certificate::OtherHost),
        Cluster::new("unavailable").fault("/api/v1/nodes", Fault::Status(503)),
    ]) else {
        return;
    };
    for context in ["token", "certificate", "plugin"] {
        assert!(kubectl.ok(&format!("--context {context} get ns -o name")).contains("namespace/default"));
    }
    for (context, expected) in [
        ("wrong", "You must be logged in to the server"),
        (
            "limited",
            "nodes is forbidden: User \"ada\" cannot list resource \"nodes\" in API group \"\" at the cluster scope",
        ),
        ("expired", "certificate has expired"),
        ("foreign", "certificate signed by unknown authority"),
        ("elsewhere", "doesn't contain any IP SANs"),
        ("unavailable", "currently unable to handle the request"),
    ] {
        let said = kubectl.failing(&format!("--context {context} get nodes"));
        assert!(said.contains(expected), "{context}: {said}");
    }
}

#[test]
fn changes() {
    let Some(kubectl) = Kubectl::on([Cluster::healthy("one")]) else { return };
    kubectl.ok("-n shop scale deploy/api --replicas 5 --dry-run=server");
    let replicas = || kubectl.ok("-n shop get deploy api -o jsonpath={.spec.replicas}");
    assert_eq!(replicas(), "3");
    kubectl.ok("-n shop scale deploy/api --replicas 5");
    assert_eq!(replicas(), "5");
    let map = |value: &str| {
        let metadata = json!({"name": "settings", "namespace": "shop"});
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"level": value}})
    };
    kubectl.file("map.json", &map("info"));
    assert_eq!(kubectl.ok("apply -f map.json").trim(), "configmap/settings created");
    assert_eq!(kubectl.ok("apply -f map.json").trim(), "configmap/settings unchanged");
    kubectl.file("map.json", &map("debug"));
    let diff = kubectl.run("diff -f map.json");
    assert_eq!(diff.status.code(), Some(1), "{diff:?}");
    assert!(String::from_utf8_lossy(&diff.stdout).contains("+  level: debug"), "{diff:?}");
    assert!(kubectl.ok("apply --dry-run=server -f map.json").contains("configured (server dry run)"));
    kubectl.ok("apply --server-side --force-conflicts -f map.json");
    assert_eq!(kubectl.ok("-n shop get cm settings -o jsonpath={.data.level}"), "debug");
    kubectl.ok("-n shop delete cm settings --dry-run=server");
    kubectl.ok("-n shop set image deploy/api app=registry.example/shop/api:1.5.0");
    assert!(kubectl.ok("-n shop get deploy api -o wide").contains("shop/api:1.5.0"));
    kubectl.ok("-n shop delete cm settings --timeout 20s");
    assert!(kubectl.failing("-n shop get cm settings").contains("not found"));
}

#[test]
fn a_watch_shows_what_happens() {
    let Some(kubectl) = Kubectl::on([Cluster::new("one").pod("shop", "api-1")]) else { return };
    let mut child =
        kubectl.command("-n shop get pods -w --no-headers").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(words(&lines.next().unwrap())[..3], ["api-1", "1/1", "Running"]);
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api-2", "namespace": "shop"},
        "spec": {"containers": [{"name": "app", "image": "x"}]}, "status": {"phase": "Pending"},
    });
    kubectl.clusters.put("one", pod.clone());
    assert_eq!(words(&lines.next().unwrap())[..3], ["api-2", "0/1", "Pending"]);
    kubectl.clusters.remove("one", &pod);
    assert_eq!(words(&lines.next().unwrap())[..3], ["api-2", "0/1", "Pending"]);
    child.kill().unwrap();
    child.wait().unwrap();
    kubectl.clusters.block_until(|counts| counts.open == 0 && counts.active == 0);
}

/// The kubeconfig is `kubectl`'s to read.
#[test]
fn one_kubeconfig_for_all() {
    let names: Vec<_> = (1..=20).map(|number| format!("c{number:02}")).collect();
    let Some(kubectl) = Kubectl::on(names.iter().map(|name| Cluster::new(name))) else { return };
    assert!(Path::new(&kubectl.clusters.kubeconfig()).is_file());
    assert_eq!(kubectl.ok("config get-contexts -o name").lines().collect::<Vec<_>>(), names);
    assert_eq!(kubectl.ok("config current-context").trim(), "c01");
}
