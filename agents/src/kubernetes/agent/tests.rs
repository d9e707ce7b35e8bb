use std::fs;
use std::path::Path;

use kubernetes_server::{Cluster, Clusters, Fault, Reach};

use super::*;
use crate::testing::{Screen, context};

/// A question about these clusters, with a home of its own.
fn ask(text: &str, clusters: &Clusters, home: &Path) -> (Context, Arc<Screen>) {
    let (mut context, screen) = context(text, home);
    let environment = &mut context.question.environment;
    environment.insert("KUBECONFIG".into(), clusters.kubeconfig().to_str().unwrap().into());
    environment.insert("HOME".into(), home.to_str().unwrap().into());
    (context, screen)
}

/// What is answered, without progress, which depends on time.
async fn answer(text: &str, clusters: &Clusters, home: &Path) -> String {
    let (context, screen) = ask(text, clusters, home);
    assert_eq!(Kubernetes.bid(&context.question).await, Bid::Certain, "{text}");
    Kubernetes.run(&context).await.unwrap();
    screen
        .shown()
        .lines()
        .filter(|line| !line.starts_with("[progress"))
        .map(|line| format!("{line}\n"))
        .collect()
}

fn some() -> Clusters {
    Clusters::start([
        Cluster::healthy("good").context_namespace("shop"),
        Cluster::healthy("bad").waiting_pod("shop", "cart-1", "CrashLoopBackOff", 17),
        Cluster::new("gone").reach(Reach::Refuses),
    ])
}

#[tokio::test]
async fn all_clusters_are_told_in_their_order() {
    let (clusters, home) = (some(), tempfile::tempdir().unwrap());
    let shown = answer("are my clusters healthy?", &clusters, home.path()).await;
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(lines[0], "3 clusters: 1 healthy, 1 degraded, 1 down.");
    assert!(lines[2].starts_with("| good | healthy | v1.33.2 | 3/3 | 5 | 7/7 | "), "{shown}");
    let told = [
        "| gone | down | ? | ? | ? | ? | ? |",
        "",
        "- `bad`: 1 pod CrashLoopBackOff (exit status 1, 17 restarts): shop/cart-1",
        "- `gone`: the connection was refused: nothing listens there",
    ];
    assert_eq!(lines[4..], told);
}

#[tokio::test]
async fn problems_alone_are_told_and_single_clusters_in_full() {
    let (clusters, home) = (some(), tempfile::tempdir().unwrap());
    let shown = answer("which clusters have problems?", &clusters, home.path()).await;
    assert!(
        shown.contains("| bad |") && shown.contains("| gone |") && !shown.contains("| good |"),
        "{shown}"
    );
    let shown = answer("status of bad", &clusters, home.path()).await;
    assert!(
        shown.starts_with("`bad` is **degraded**: `v1.33.2`, 3 of 3 nodes ready, 7 of 8 pods ready"),
        "{shown}"
    );
    assert!(shown.contains("| 1 | CrashLoopBackOff | shop/cart-1 | exit status 1, 17 restarts |"), "{shown}");
    // The first is the current one.
    let shown = answer("is my cluster healthy?", &clusters, home.path()).await;
    assert!(shown.starts_with("`good` is **healthy**"), "{shown}");
}

#[tokio::test]
async fn what_is_in_the_kubeconfig_is_told_without_asking_a_cluster() {
    let (clusters, home) = (some(), tempfile::tempdir().unwrap());
    let shown = answer("list my contexts", &clusters, home.path()).await;
    assert!(shown.starts_with("3 contexts in the kubeconfig:\n|  | context | server |"), "{shown}");
    assert!(shown.contains("| * | good | https://127.0.0.1:"), "{shown}");
    let shown = answer("which context am I in?", &clusters, home.path()).await;
    assert_eq!(shown, "The current context is `good`, namespace `shop`.\n");
    assert_eq!(clusters.counts().connections, 0);
}

#[tokio::test]
async fn what_is_known_is_told_at_once_and_then_held_against_the_present() {
    let held = Cluster::healthy("c").fault_times("/version", Fault::Hold, 9);
    let (clusters, home) = (Clusters::start([held]), tempfile::tempdir().unwrap());
    clusters.release(1);
    answer("check all clusters", &clusters, home.path()).await;
    clusters
        .put("c", serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new"}}));
    let (context, screen) = ask("check all clusters", &clusters, home.path());
    let answering = tokio::spawn(async move { Kubernetes.run(&context).await });
    while !screen.shown().contains("Asking them again") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(screen.shown().contains(" s ago: 1 cluster: 1 healthy.\n"), "{}", screen.shown());
    assert!(screen.shown().contains("| c | healthy | v1.33.2 | 3/3 | 5 |"), "{}", screen.shown());
    clusters.release(1);
    let timings = answering.await.unwrap().unwrap().timings;
    assert!(screen.shown().contains("What has changed:\n"), "{}", screen.shown());
    assert!(screen.shown().contains("| c | healthy | v1.33.2 | 3/3 | 6 |"), "{}", screen.shown());
    assert!(timings.iter().any(|timing| timing.name.starts_with("cluster c (connect ")), "{timings:?}");
}

#[tokio::test]
async fn a_question_that_is_cancelled_leaves_nothing_open() {
    let held = Cluster::healthy("c").fault("/", Fault::Hold);
    let clusters = Clusters::start((0..20).map(|index| held.named(&format!("c{index}"))));
    let home = tempfile::tempdir().unwrap();
    let (context, _) = ask("check all clusters", &clusters, home.path());
    let answering = tokio::spawn(async move { Kubernetes.run(&context).await });
    clusters.until(|counts| counts.active == 80).await;
    answering.abort();
    clusters.until(|counts| counts.open == 0).await;
}

#[tokio::test]
async fn without_contexts_it_bids_only_where_kubernetes_is_named_and_says_why() {
    let home = tempfile::tempdir().unwrap();
    let (mut context, _) = context("are my clusters healthy?", home.path());
    assert_eq!(Kubernetes.bid(&context.question).await, Bid::None);
    context.question.text = "are my kubernetes clusters healthy?".into();
    assert_eq!(Kubernetes.bid(&context.question).await, Bid::Certain);
    fs::create_dir(home.path().join("d")).unwrap();
    context.question.environment.insert("KUBECONFIG".into(), "d".into());
    let failure = Kubernetes.run(&context).await.unwrap_err();
    assert!(failure.message.starts_with("No context in the kubeconfig "), "{failure}");
    assert!(failure.hint.is_some());
}
