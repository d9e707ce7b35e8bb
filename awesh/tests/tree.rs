//! `awesh tree` as scripts and people run it, against API servers on loopback.

use std::process::Command;

use kubernetes_server::{Cluster, Clusters, Fault, Reach};
use serde_json::json;

use crate::harness::{Home, Terminal};

const AWESH: &str = env!("CARGO_BIN_EXE_awesh");

fn command(clusters: &Clusters, words: &[&str]) -> Command {
    let mut command = Command::new(AWESH);
    command.arg("tree").args(words).env_clear().env("KUBECONFIG", clusters.kubeconfig());
    command
}

/// Its exit status and stdout.
fn run(clusters: &Clusters, words: &[&str]) -> (i32, String) {
    let ended = command(clusters, words).output().unwrap();
    (ended.status.code().unwrap(), String::from_utf8(ended.stdout).unwrap())
}

/// bash on a terminal that knows the clusters.
fn terminal(clusters: &Clusters) -> Terminal {
    let mut home = Home::new();
    home.set("KUBECONFIG", clusters.kubeconfig().to_str().unwrap());
    let mut terminal = home.bash(false);
    terminal.wait_prompt();
    terminal
}

#[test]
fn branches_with_their_leaves() {
    let clusters = Clusters::start([Cluster::new("one")
        .nodes(1)
        .waiting_pod("shop", "cart-1", "CrashLoopBackOff", 17)
        .pod("shop", "api-1")]);
    let (status, stdout) = run(&clusters, &[]);
    let (trunk, branches) = stdout.split_once('\n').unwrap();
    assert!(trunk.starts_with("one  v1.33.2  https://127.0.0.1:"), "{stdout}");
    let expected = "\
├─ nodes: 1, 1 ready
│  └─ node-0  Ready  v1.33.2  control-plane
├─ namespaces: 5
│  ├─ default          Active
│  ├─ kube-node-lease  Active
│  ├─ kube-public      Active
│  ├─ kube-system      Active
│  └─ shop             Active
└─ pods: 2, 1 not well
   └─ shop: 2, 1 not well
      ├─ cart-1  CrashLoopBackOff  0/1  17 restarts  10d  node-0
      └─ api-1   Running           1/1               10d  node-0
";
    assert_eq!((status, branches), (0, expected));
    let (status, stdout) = run(&clusters, &["-n", "shoop"]);
    assert!(stdout.contains("─ namespaces: there is none of this name\n"), "{stdout}");
    assert_eq!(status, 0);
}

#[test]
fn an_error_stands_at_its_branch_and_the_status_tells() {
    let clusters = Clusters::start([
        Cluster::healthy("limited").forbid("nodes"),
        Cluster::healthy("gone").reach(Reach::Refuses),
    ]);
    let (status, stdout) = run(&clusters, &["limited"]);
    assert!(
        stdout.contains("├─ nodes: could not be read\n│  └─ not allowed (403): nodes is forbidden"),
        "{stdout}"
    );
    assert!(stdout.contains("└─ pods: 7\n"), "{stdout}");
    assert_eq!(status, 1);
    let (status, stdout) = run(&clusters, &["gone"]);
    assert!(stdout.ends_with("\n└─ the connection was refused: nothing listens there\n"), "{stdout}");
    assert_eq!(status, 3);
    assert_eq!(run(&clusters, &["nothing"]), (2, String::new()));
}

#[test]
fn very_many_pods_are_counted_and_all_of_them_shown_on_demand() {
    let clusters = Clusters::start([Cluster::new("large").nodes(30).pods(2000)]);
    let (_, stdout) = run(&clusters, &[]);
    assert!(stdout.lines().count() < 200, "{stdout}");
    for part in
        ["… 10 more nodes (--all shows them)", "└─ pods: 2000\n", "… 190 more pods (--all shows them)"]
    {
        assert!(stdout.contains(part), "{part}: {stdout}");
    }
    let (_, stdout) = run(&clusters, &["--all"]);
    assert_eq!(stdout.matches("worker-").count(), 2000);
    let (_, stdout) = run(&clusters, &["-n", "team-3"]);
    assert_eq!(stdout.matches("worker-").count(), 200);
}

#[test]
fn json_for_programs() {
    let clusters = Clusters::start([Cluster::healthy("one").forbid("nodes")]);
    let (status, stdout) = run(&clusters, &["--json"]);
    let document: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((status, &document["schema"], &document["context"]), (1, &json!(1), &json!("one")));
    assert!(document["nodes"].is_null());
    assert_eq!(document["errors"][0]["branch"], "nodes");
    assert_eq!(document["errors"][0]["kind"], "forbidden");
    assert_eq!(document["pods"].as_array().unwrap().len(), 7);
    assert_eq!(document["pods"][0]["node"], "node-0");
}

#[test]
fn the_gain_is_told_when_asked_for() {
    let clusters = Clusters::start([Cluster::healthy("one")]);
    let ended = command(&clusters, &[]).env("VERBOSE", "2").output().unwrap();
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert!(stderr.contains("DEBUG: tree of one: ") && stderr.contains("one after the other"), "{stderr}");
}

#[test]
fn branches_appear_as_they_come_and_control_c_leaves_nothing_open() {
    let clusters = Clusters::start([Cluster::healthy("one").fault("/api/v1/pods", Fault::Hold)]);
    let mut terminal = terminal(&clusters);
    terminal.resize(40, 40);
    terminal.send(format!("{AWESH} tree\r"));
    terminal.wait_for("├─ nodes: 3, 3 ready");
    terminal.wait_for(" pods … ");
    clusters.release(1);
    terminal.wait_for("└─ pods: 7");
    terminal.wait_prompt();
    assert!(!terminal.text().contains(" pods … "), "{}", terminal.text());
    terminal.send(format!("{AWESH} tree\r"));
    terminal.wait_for(" pods … ");
    terminal.send("\x03");
    clusters.block_until(|counts| counts.open == 0);
    terminal.send("echo status $?\r");
    terminal.wait_for("\nstatus 130");
}

/// Each look reads everything again and takes the place of the one before.
#[test]
fn a_watched_tree_follows_its_cluster() {
    let clusters = Clusters::start([Cluster::healthy("one")]);
    let mut terminal = terminal(&clusters);
    terminal.send(format!("{AWESH} tree --watch 0.1\r"));
    terminal.wait_for("└─ pods: 7");
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-9"}});
    clusters.put("one", node);
    terminal.wait_for("├─ nodes: 4, 3 ready");
    assert!(!terminal.text().contains("nodes: 3"), "{}", terminal.text());
    terminal.send("\x03");
    terminal.send("echo status $?\r");
    terminal.wait_for("\nstatus 130");
}
