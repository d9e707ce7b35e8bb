use std::path::Path;

use kubernetes_server::{Cluster as Described, Clusters, Fault, Reach};
use serde_json::json;

use super::super::contexts::Environment;
use super::*;

fn session(clusters: &Clusters) -> Session {
    let kubeconfig = clusters.kubeconfig().to_str().unwrap().to_owned();
    Session { environment: Environment::from([("KUBECONFIG".to_owned(), kubeconfig)]), directory: "/".into() }
}

fn secret() -> Value {
    json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
           "metadata": {"name": "db", "namespace": "shop", "managedFields": [{}],
                        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "hunter2", "a": "b"}},
           "data": {"password": "aHVudGVyMg=="}})
}

fn clusters() -> Clusters {
    let described = Described::healthy("prod").context_namespace("shop").object(secret());
    Clusters::start([described, Described::new("silent").reach(Reach::Silent)])
}

fn wanted(resource: &str) -> Wanted {
    Wanted { context: "prod".into(), resource: resource.into(), ..Wanted::default() }
}

#[tokio::test]
async fn objects_are_listed_as_kubectl_does() {
    let clusters = clusters();
    let session = session(&clusters);
    let pods = get(&session, &wanted("po")).await.unwrap();
    assert!(pods.starts_with("NAME | READY | STATUS | RESTARTS | AGE\n"), "{pods}");
    assert_eq!(pods.lines().count(), 6);
    let all = get(&session, &Wanted { all_namespaces: true, ..wanted("pods") }).await.unwrap();
    assert!(all.starts_with("NAMESPACE | NAME | ") && all.contains("\nkube-system | coredns"), "{all}");
    let one = Wanted { name: Some("node-1".into()), ..wanted("node") };
    assert!(get(&session, &one).await.unwrap().contains("node-1 | Ready"));
    let none = Wanted { label_selector: Some("app=none".into()), ..wanted("pods") };
    assert_eq!(get(&session, &none).await.unwrap(), "No pods found.");
}

#[tokio::test]
async fn whole_objects_are_read_without_the_values_of_secrets() {
    let clusters = clusters();
    let session = session(&clusters);
    for name in [None, Some("db".to_owned())] {
        let text = get(&session, &Wanted { name, whole: true, ..wanted("secrets") }).await.unwrap();
        assert!(text.contains("password: (not shown)") && text.contains("a: b"), "{text}");
        assert!(!text.contains("aHVudGVyMg") && !text.contains("hunter2") && !text.contains("managedFields"));
    }
    let table = get(&session, &wanted("secrets")).await.unwrap();
    assert!(table.contains("db") && !table.contains("aHVudGVyMg"), "{table}");
}

#[tokio::test]
async fn what_cannot_be_read_is_told() {
    let clusters = clusters();
    let session = session(&clusters);
    let no_context = Wanted { context: "gone".into(), ..wanted("pods") };
    let cases = [
        (no_context, "there is no context \"gone\"; there are: prod, silent"),
        (wanted("flights"), "the cluster has no resource \"flights\""),
        (Wanted { name: Some("gone".into()), ..wanted("pods") }, "not found (404)"),
        (Wanted { name: Some("../../secrets".into()), ..wanted("pods") }, "is no name of an object"),
        (Wanted { namespace: Some("a/b".into()), ..wanted("pods") }, "is no name of an object"),
    ];
    for (wanted, words) in cases {
        let trouble = get(&session, &wanted).await.unwrap_err();
        assert!(trouble.message.contains(words), "{words}: {trouble}");
    }
}

#[tokio::test]
async fn the_end_of_a_log_is_read() {
    let clusters = clusters();
    let session = session(&clusters);
    let pods = get(&session, &wanted("pods")).await.unwrap();
    let pod = pods.lines().nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let log = WantedLog { context: "prod".into(), pod, lines: Some(2), ..WantedLog::default() };
    let text = logs(&session, &log).await.unwrap();
    assert!(!text.is_empty() && text.lines().count() <= 2, "{text}");
    let gone = WantedLog { pod: "gone".into(), ..log };
    assert!(logs(&session, &gone).await.unwrap_err().message.contains("404"));
    assert!(clusters.requests().iter().any(|request| request.path.contains("tailLines=2")));
}

#[tokio::test]
async fn looks_run_side_by_side_and_leave_nothing_when_they_are_dropped() {
    let held = Described::healthy("prod").fault("/", Fault::Hold);
    let clusters = Clusters::start([held]);
    let session = session(&clusters);
    let wanted = wanted("pods");
    let looks = futures_util::future::join(get(&session, &wanted), get(&session, &wanted));
    tokio::select! {
        _ = looks => panic!("nothing was released"),
        () = clusters.until(|counts| counts.active == 4) => {}
    }
    clusters.until(|counts| counts.open == 0).await;
    assert_eq!(Path::new("/"), session.directory);
}
