use kubernetes_server::{Cluster, Clusters};

use super::super::contexts::Environment;
use super::*;

fn change(words: &str) -> Change {
    Change {
        context: "prod".into(),
        namespace: Some("shop".into()),
        arguments: words.split(' ').map(str::to_owned).collect(),
    }
}

#[test]
fn the_command_is_pinned_and_quoted() {
    let mut change = change("scale deployment/api --replicas=5");
    assert_eq!(change.command(), "kubectl scale deployment/api --replicas=5 --context=prod --namespace=shop");
    change.context = "it's; rm -rf /".into();
    change.namespace = None;
    assert_eq!(change.command(), r#"kubectl scale deployment/api --replicas=5 "--context=it's; rm -rf /""#);
}

#[test]
fn what_would_escape_the_pins_is_refused() {
    for words in [
        "delete pod a -n kube-system",
        "delete pod a -nkube-system",
        "delete pod a --namespace=x",
        "delete pod a --context other",
        "delete pod a --kubeconfig=/tmp/x",
        "apply -f x --dry-run=none",
        "kubectl delete pod a",
        "--help",
        "",
    ] {
        assert!(change(words).refused().is_some(), "{words}");
    }
    assert!(Change { context: String::new(), ..change("delete pod a") }.refused().is_some());
    assert!(change("delete pod \u{1b}[2J").refused().is_some());
    assert_eq!(change("delete pod a --now").refused(), None);
}

#[tokio::test]
async fn what_is_not_known_to_be_harmless_is_not_tried() {
    for (words, why) in [
        ("exec api -- rm -rf /", "kubectl exec has no dry run on the server"),
        ("my-plugin x", "kubectl my-plugin has no dry run"),
        ("apply -f https://example.com/x.yaml", "the flag -f is not tried"),
        ("apply -k .", "the flag -k is not tried"),
        ("delete pod a --profile-output=/etc/passwd", "the flag --profile-output=/etc/passwd is not tried"),
        ("scale deploy/a --server=http://evil", "the flag --server=http://evil is not tried"),
        ("label pod a x=y -v9", "the flag -v9 is not tried"),
    ] {
        let preview = change(words).preview(&Session::default()).await.unwrap();
        assert!(matches!(&preview, Preview::Untried(told) if told.starts_with(why)), "{words}: {preview:?}");
    }
}

#[tokio::test]
async fn without_kubectl_nothing_is_tried() {
    let environment = Environment::from([("PATH".to_owned(), "/nowhere".to_owned())]);
    let session = Session { environment, directory: "/".into() };
    let preview = change("scale deployment/api --replicas=5").preview(&session).await.unwrap();
    assert_eq!(preview, Preview::Untried("kubectl is not installed".to_owned()));
}

/// The session of a user with kubectl; none where it is not installed.
fn session(clusters: &Clusters, home: &std::path::Path) -> Option<Session> {
    let path = std::env::var("PATH").unwrap();
    std::env::split_paths(&path).find(|directory| directory.join("kubectl").exists())?;
    let pairs = [
        ("PATH", path),
        ("HOME", home.to_str().unwrap().to_owned()),
        ("KUBECONFIG", clusters.kubeconfig().to_str().unwrap().to_owned()),
    ];
    let environment = pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Some(Session { environment, directory: home.to_owned() })
}

#[tokio::test]
async fn the_server_says_what_would_change_and_nothing_does() {
    let (clusters, home) = (Clusters::start([Cluster::healthy("prod")]), tempfile::tempdir().unwrap());
    let Some(session) = session(&clusters, home.path()) else { return };
    let patch = |replicas: u32| {
        let words = ["patch", "deployment/api", "-p", &format!(r#"{{"spec":{{"replicas":{replicas}}}}}"#)];
        Change { arguments: words.map(str::to_owned).to_vec(), ..change("") }
    };
    let Preview::Shown(diff) = patch(5).preview(&session).await.unwrap() else { panic!("no diff") };
    assert!(diff.contains("-  replicas: 3\n+  replicas: 5"), "{diff}");
    assert_eq!(patch(3).preview(&session).await.unwrap(), Preview::Nothing);
    let Preview::Shown(told) = change("delete deployment api").preview(&session).await.unwrap() else {
        panic!("nothing told")
    };
    assert!(told.contains("\"api\" deleted"), "{told}");
    let trouble = change("scale deployment/gone --replicas=5").preview(&session).await.unwrap_err();
    assert!(trouble.message.contains("not found"), "{trouble}");
    let asked = clusters.requests();
    // A deletion says so in its body: that what was deleted is still there tells.
    let mut changes = asked.iter().filter(|request| !matches!(request.method.as_str(), "GET" | "DELETE"));
    assert!(changes.all(|request| request.path.contains("dryRun=All")), "{asked:?}");
    assert_eq!(patch(3).preview(&session).await.unwrap(), Preview::Nothing);
}
