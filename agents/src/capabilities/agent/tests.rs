use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::store::testing::{cluster, learned};
use super::*;
use crate::testing::{Screen, context};

const KUBECONFIG: &str = "
clusters:
- {name: blue, cluster: {server: 'https://blue.example:6443'}}
- {name: red, cluster: {server: 'https://red.example:6443'}}
contexts:
- {name: blue, context: {cluster: blue}}
- {name: red, context: {cluster: red}}
current-context: blue
";

/// A session with two contexts, of which blue is the current one.
async fn session(text: &str) -> (tempfile::TempDir, Context, Arc<Screen>) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config");
    std::fs::write(&file, KUBECONFIG).unwrap();
    let (mut context, screen) = context(text, directory.path());
    context.question.environment = BTreeMap::from([("KUBECONFIG".into(), file.display().to_string())]);
    (directory, context, screen)
}

async fn scanned(context: &Context) {
    let catalogue = context.library.open().await.unwrap();
    let database = learned("clusters.postgresql.cnpg.io", "relational database, failover");
    let issuer = learned("certificates.cert-manager.io", "issue certificates");
    catalogue.replace(&cluster("blue"), &[issuer, database.clone()], &[]).await.unwrap();
    catalogue.replace(&cluster("red"), &[database], &[]).await.unwrap();
}

#[tokio::test]
async fn answers_come_from_what_was_learned() {
    for (text, opening, rows) in [
        (
            "can this cluster issue certificates?",
            "**Yes**: `blue`, by `certificates.cert-manager.io` (learned ",
            1,
        ),
        (
            "can red issue certificates?",
            "Nothing that is known of `red` says `issue certificates` (learned ",
            0,
        ),
        ("what can run a database here?", "For `run a database`, `blue` (learned ", 1),
        ("which of our clusters can do database failover?", "For `do database failover`, `blue`, `red` (", 2),
        (
            "what can run a graph database here?",
            "Nothing that is known of `blue` says all of `run a graph data",
            1,
        ),
    ] {
        let (_directory, context, screen) = session(text).await;
        scanned(&context).await;
        assert_eq!(Capabilities.bid(&context.question).await, Bid::Certain, "{text}");
        Capabilities.run(&context).await.unwrap();
        let shown = screen.shown();
        assert!(shown.starts_with(opening), "{text}: {shown}");
        assert_eq!(shown.matches("| medium | 90 % |").count(), rows, "{text}: {shown}");
    }
}

#[tokio::test]
async fn what_was_not_scanned_is_said_with_the_next_step() {
    for (text, message, hint) in [
        ("can this cluster issue certificates?", "not known yet what blue can do", "awesh scan blue"),
        ("which of our clusters can run a database?", "No cluster was scanned yet", "awesh scan CONTEXT"),
    ] {
        let (_directory, context, _) = session(text).await;
        let failure = Capabilities.run(&context).await.unwrap_err();
        assert!(failure.message.contains(message), "{failure:?}");
        assert!(failure.hint.unwrap().contains(hint), "{text}");
    }
}

#[tokio::test]
async fn without_a_kubeconfig_it_is_anothers() {
    let directory = tempfile::tempdir().unwrap();
    let (context, _) = context("can this cluster issue certificates?", directory.path());
    assert_eq!(Capabilities.bid(&context.question).await, Bid::None);
}
