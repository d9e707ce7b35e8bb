//! Discovery against a cluster over real HTTPS, as it is and as it fails.

use kubernetes_server::{Cluster as Server, Fault};

use super::*;
use crate::kubernetes::testing::Place;

/// What one cluster tells; and the paths it was asked for.
async fn told(server: Server, built_in: bool) -> (Discovered, Vec<String>) {
    let place = Place::new([server]);
    let cluster = client::Cluster::connect(&place.entries[0], &place.session).await.unwrap();
    let discovered = discover(&cluster, built_in).await.unwrap();
    (discovered, place.clusters.requests().into_iter().map(|request| request.path).collect())
}

fn names(discovered: &Discovered) -> Vec<String> {
    discovered.definitions.iter().map(|definition| definition.kind.to_string()).collect()
}

fn server() -> Server {
    Server::new("c").custom_kind("db.example.org", "Cluster").custom_kind("mq.example.org", "Queue")
}

#[tokio::test]
async fn custom_kinds_are_told_with_their_schemas_and_columns_and_the_others_by_choice() {
    let (discovered, asked) = told(server(), false).await;
    assert_eq!(names(&discovered), ["clusters.db.example.org", "queues.mq.example.org"]);
    let text = &discovered.definitions[0].text;
    assert!(text.contains("printed columns: Ready (string): Whether it is ready; Age (date)\n"), "{text}");
    assert!(text.contains("  replicas: integer - How many there are to be\n"), "{text}");
    assert!(discovered.present.len() > 15 && discovered.remarks.is_empty(), "{:?}", discovered.remarks);
    // No document that nobody needs.
    assert_eq!(asked.len(), 3, "{asked:?}");

    let (all, _) = told(server(), true).await;
    assert_eq!(all.definitions.len(), all.present.len());
    let pods = all.definitions.iter().find(|definition| definition.kind.plural == "pods").unwrap();
    assert!(pods.text.contains("description: Pod\n"), "{}", pods.text);
}

#[tokio::test]
async fn a_cluster_that_is_old_or_tells_in_pages_tells_the_same() {
    let (new, _) = told(server(), true).await;
    let (old, asked) = told(server().without_aggregation(), true).await;
    assert_eq!(old.definitions, new.definitions);
    assert!(asked.iter().any(|path| path == "/apis/db.example.org/v1"), "{asked:?}");
    let (many, _) = told(Server::new("c").custom_kinds(25).page(4), false).await;
    assert_eq!(many.definitions.len(), 25);
}

#[tokio::test]
async fn what_cannot_be_read_is_said_and_costs_nothing_else() {
    let (forbidden, _) = told(server().forbid("customresourcedefinitions"), false).await;
    assert_eq!(names(&forbidden), ["clusters.db.example.org", "queues.mq.example.org"]);
    assert!(forbidden.remarks[0].starts_with("the definitions of custom resources could not be read"));
    // The schemas come another way.
    assert!(forbidden.definitions[0].text.contains("replicas"));

    let (broken, _) = told(server().fault("/openapi/v3", Fault::Status(503)), true).await;
    assert!(
        broken.remarks.iter().any(|remark| remark.starts_with("the schemas of api/v1 could not be read"))
    );
    assert!(broken.definitions.iter().any(|definition| definition.kind.plural == "pods"));

    let part = server().without_aggregation().fault("/apis/mq.example.org", Fault::Status(503));
    let (part, _) = told(part, false).await;
    let queue = Kind { group: "mq.example.org".into(), plural: "queues".into(), ..part.present[0].clone() };
    assert!(!part.lacks(&queue), "what could not be read may still be there");
    assert!(part.lacks(&Kind { group: "db.example.org".into(), ..queue }));
}

#[tokio::test]
async fn a_cluster_that_tells_nothing_is_a_trouble() {
    let place = Place::new([Server::new("c").fault("/apis", Fault::Garbage)]);
    let cluster = client::Cluster::connect(&place.entries[0], &place.session).await.unwrap();
    assert!(discover(&cluster, false).await.is_err());
}
