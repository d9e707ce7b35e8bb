use std::path::Path;
use std::sync::Arc;

use agents::testing::{Screen, context};
use kubernetes_server::{Cluster, Clusters, Reach};

use super::super::tests::call;
use super::*;

fn asked(clusters: &Clusters, home: &Path) -> (Context, Arc<Screen>) {
    let (mut context, screen) = context("", home);
    let pairs = [
        ("KUBECONFIG", clusters.kubeconfig().to_str().unwrap().to_owned()),
        ("HOME", home.to_str().unwrap().to_owned()),
        ("PATH", std::env::var("PATH").unwrap()),
    ];
    context.question.environment.extend(pairs.map(|(name, value)| (name.to_owned(), value)));
    (context, screen)
}

#[tokio::test]
async fn a_model_is_told_of_all_clusters_by_one_call() {
    let clusters = Clusters::start([
        Cluster::healthy("prod").waiting_pod("shop", "cart", "CrashLoopBackOff", 2),
        Cluster::new("gone").reach(Reach::Refuses),
    ]);
    let home = tempfile::tempdir().unwrap();
    let (context, screen) = asked(&clusters, home.path());
    let told = call("clusters", "{}", &context).await;
    assert!(told.starts_with("2 clusters: 1 degraded, 1 down.\ncontext | status | "), "{told}");
    assert!(told.contains("1 pod CrashLoopBackOff (exit status 1, 2 restarts): shop/cart"), "{told}");
    assert!(screen.shown().contains("[clusters done: 2 clusters: 1 degraded, 1 down]"));
    let told = call("clusters", r#"{"contexts":["pr*"]}"#, &context).await;
    assert!(told.starts_with("1 cluster: 1 degraded."), "{told}");
    assert_eq!(call("clusters", r#"{"contexts":["x"]}"#, &context).await, "No context is called x.");
}

#[tokio::test]
async fn objects_and_logs_are_read_without_a_proposal() {
    let clusters = Clusters::start([Cluster::healthy("prod")]);
    let home = tempfile::tempdir().unwrap();
    let (context, screen) = asked(&clusters, home.path());
    let told =
        call("kubernetes_get", r#"{"context":"prod","resource":"po","namespace":"shop"}"#, &context).await;
    assert!(told.starts_with("NAME | READY | STATUS"), "{told}");
    let pod = told.lines().nth(1).unwrap().split(' ').next().unwrap();
    let told =
        call("kubernetes_logs", &format!(r#"{{"pod":"{pod}","namespace":"shop","lines":1}}"#), &context)
            .await;
    assert_eq!(told.lines().count(), 1, "{told}");
    let told = call("kubernetes_get", r#"{"context":"prod","resource":"flights"}"#, &context).await;
    assert!(told.starts_with("It was not read: the cluster has no resource"), "{told}");
    assert!(
        call("kubernetes_get", r#"{"resource":7}"#, &context).await.starts_with("The arguments do not fit")
    );
    assert!(!screen.shown().contains("[propose"), "{}", screen.shown());
}

#[tokio::test]
async fn a_change_is_proposed_pinned_and_only_if_the_server_would_take_it() {
    let clusters = Clusters::start([Cluster::healthy("prod")]);
    let home = tempfile::tempdir().unwrap();
    let (mut context, screen) = asked(&clusters, home.path());
    let refused = r#"{"context":"prod","arguments":["delete","pod","a","-n","x"],"explanation":""}"#;
    assert!(call("kubectl_change", refused, &context).await.starts_with("The command was not proposed"));
    // Without kubectl there is no dry run; the proposal is the same.
    context.question.environment.insert("PATH".into(), "/nowhere".into());
    let scale = r#"{"context":"prod","namespace":"shop","arguments":["scale","deploy/api","--replicas=5"],"explanation":"More."}"#;
    assert_eq!(
        call("kubectl_change", scale, &context).await,
        "The user declined the command; it did not run."
    );
    let shown = screen.shown();
    assert!(shown.contains("no dry run: kubectl is not installed"), "{shown}");
    let proposal = "[propose kubectl scale deploy/api --replicas=5 --context=prod --namespace=shop: More.]";
    assert!(shown.contains(proposal), "{shown}");
}

#[test]
fn a_diff_stays_in_its_block() {
    assert_eq!(fenced("+a: ```\n-b\u{1b}[2J"), "\n````diff\n+a: ```\n-b\u{fffd}[2J\n````\n");
}
