//! What every store holds to, tried on each of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::testing::{Three, cluster, entry, kind, learned};
use super::*;

/// Names of what was found: `context/plural.group`.
fn names(found: &[Found]) -> Vec<String> {
    found.iter().map(|found| format!("{}/{}", found.cluster.context, found.learned.kind)).collect()
}

async fn found(store: &dyn Store, text: &str) -> Vec<Found> {
    let query = Query { terms: Terms::of(text), meaning: None, clusters: None, limit: 100 };
    store.search(&query).await.unwrap()
}

/// The contract of [`Store`]; `store` is empty.
pub(super) async fn keeps_and_finds(store: &dyn Store) {
    let (blue, red) = (cluster("blue"), cluster("red"));
    assert_eq!((store.clusters().await.unwrap(), store.keys(&blue).await.unwrap()), (vec![], vec![]));
    assert_eq!(found(store, "").await, []);

    let queue = entry("queues.rabbitmq.com", "durable queue, messaging", None);
    let database = entry("clusters.postgresql.cnpg.io", "relational database, failover", None);
    let certificate = entry("certificates.cert-manager.io", "issue certificates", None);
    store.replace(&blue, &[queue.clone(), database.clone()], &[]).await.unwrap();
    store.replace(&red, &[certificate.clone(), database.clone()], &[]).await.unwrap();

    let all = found(store, "").await;
    let every = ["blue/clusters.postgresql.cnpg.io", "blue/queues.rabbitmq.com"];
    let every =
        every.into_iter().chain(["red/certificates.cert-manager.io", "red/clusters.postgresql.cnpg.io"]);
    assert_eq!(names(&all), every.collect::<Vec<_>>());
    assert_eq!(all[1].learned, queue.learned, "all of it comes back");

    // Every term before some of them, in any number of words and forms.
    let hits = found(store, "durable queues").await;
    assert_eq!((names(&hits), hits[0].fit), (vec!["blue/queues.rabbitmq.com".to_owned()], Fit::EveryTerm));
    let hits = found(store, "failover of queues").await;
    assert_eq!(hits.len(), 3);
    assert!(hits.iter().all(|hit| hit.fit == Fit::SomeTerms), "{hits:?}");
    assert_eq!(found(store, "teleportation").await, []);

    // In one cluster alone, and no more than asked for.
    let query = |clusters, limit| Query { terms: Terms::of("database"), meaning: None, clusters, limit };
    let hits = store.search(&query(Some(vec![red.clone()]), 100)).await.unwrap();
    assert_eq!(names(&hits), ["red/clusters.postgresql.cnpg.io"]);
    assert_eq!(store.search(&query(Some(vec![]), 100)).await.unwrap(), []);
    assert_eq!(store.search(&query(None, 1)).await.unwrap().len(), 1);

    replaces_and_forgets(store, &blue, &red).await;
}

async fn replaces_and_forgets(store: &dyn Store, blue: &Cluster, red: &Cluster) {
    let anew = entry("queues.rabbitmq.com", "fast pipe", None);
    store
        .replace(
            blue,
            std::slice::from_ref(&anew),
            &[kind("clusters", "postgresql.cnpg.io"), kind("none", "x")],
        )
        .await
        .unwrap();
    assert_eq!(found(store, "durable queue messaging").await.len(), 1, "its name still says so");
    assert_eq!(found(store, "messaging").await, []);
    assert_eq!(names(&found(store, "database").await), ["red/clusters.postgresql.cnpg.io"]);
    let keys = store.keys(blue).await.unwrap();
    assert_eq!(keys, [(anew.learned.kind.clone(), anew.learned.key.clone())]);
    let kinds: Vec<usize> = store.clusters().await.unwrap().iter().map(|scanned| scanned.kinds).collect();
    assert_eq!(kinds, [1, 2]);

    // A context of another name is the same cluster.
    let renamed = Cluster { context: "navy".to_owned(), ..blue.clone() };
    store.replace(&renamed, &[], &[]).await.unwrap();
    assert_eq!(names(&found(store, "pipe").await), ["navy/queues.rabbitmq.com"]);
    store.replace(&renamed, &[], &[anew.learned.kind]).await.unwrap();
    assert_eq!(store.clusters().await.unwrap().iter().map(|one| &one.cluster).collect::<Vec<_>>(), [red]);
}

/// Vectors find what words do not, and what both find comes first.
pub(super) async fn finds_by_meaning(store: &dyn Store) {
    let red = cluster("red");
    let entries = [
        entry("tables.sql.example", "rows and columns", Some([1.0, 0.1, 0.0])),
        entry("routes.net.example", "tables of hops", Some([0.0, 1.0, 0.1])),
        entry("others.example", "something else", Some([0.1, 0.0, 1.0])),
        entry("unknown.example", "no meaning", None),
    ];
    store.replace(&red, &entries, &[]).await.unwrap();
    let query = |text: &str, model: &str| Query {
        terms: Terms::of(text),
        meaning: Vector::new(model, &[1.0, 0.0, 0.0]),
        clusters: None,
        limit: 2,
    };
    let hits = store.search(&query("tables", "three")).await.unwrap();
    assert_eq!(names(&hits), ["red/tables.sql.example", "red/routes.net.example"]);
    let hits = store.search(&query("relational", "three")).await.unwrap();
    assert_eq!((names(&hits)[0].as_str(), hits[0].fit), ("red/tables.sql.example", Fit::Meaning));
    // Another model's vectors mean nothing to this one.
    assert_eq!(store.search(&query("relational", "four")).await.unwrap(), []);
    // What is learned anew has its new meaning only.
    let moved = entry("tables.sql.example", "rows and columns", Some([0.0, 0.0, 1.0]));
    store.replace(&red, &[moved], &[]).await.unwrap();
    let hits = store.search(&query("relational", "three")).await.unwrap();
    assert_eq!(names(&hits)[0], "red/others.example");
    store.replace(&red, &[], &entries.map(|entry| entry.learned.kind)).await.unwrap();
    assert_eq!(store.search(&query("relational", "three")).await.unwrap(), []);
}

/// Whatever is typed is looked for, and nothing more.
pub(super) async fn takes_any_text(store: &dyn Store) {
    store
        .replace(&cluster("red"), &[entry("pods", "runs \"containers\" AND more", None)], &[])
        .await
        .unwrap();
    for text in [
        "\"",
        "'",
        "\\",
        "*",
        "a*",
        "-x",
        "^caps",
        "(",
        ")",
        "AND",
        "OR",
        "NOT",
        "NEAR(a b)",
        "a AND",
        "names:x",
        "{names}:x",
        "'; DROP TABLE kinds; --",
        "containers' OR '1'='1",
        "\0",
        "a\0b",
        "!!!",
        "&",
        "|",
        "a & | b",
        "<->",
        ":*",
        "%",
        "_",
        "😀",
        "ß",
        "²",
        "\u{301}",
        "$1",
        "?1",
        "\u{202e}abc",
        "x'00'",
        "{\"match\":1}",
    ] {
        let query = Query { terms: Terms::of(text), meaning: None, clusters: None, limit: 5 };
        assert!(store.search(&query).await.is_ok(), "{text:?}");
    }
    assert_eq!(found(store, "containers' AND \"more").await.len(), 1);
    assert_eq!(store.clusters().await.unwrap().len(), 1);
}

#[tokio::test]
async fn without_an_embedder_that_answers_words_alone_find_and_why_is_said_once() {
    let directory = tempfile::tempdir().unwrap();
    let embedder = Arc::new(Three::default());
    let catalogue = Catalogue::new(Sqlite::in_state(directory.path()), Some(embedder.clone()));
    let red = cluster("red");
    let kinds = [learned("rows.example", "sql tables"), learned("paths.example", "ingress")];
    catalogue.replace(&red, &kinds, &[]).await.unwrap();
    let hits = catalogue.search("where do I put a database", None, 1).await.unwrap();
    assert_eq!((names(&hits), hits[0].fit), (vec!["red/rows.example".to_owned()], Fit::Meaning));
    assert_eq!(catalogue.remarks(), [""; 0]);

    *embedder.fault.lock().unwrap() = Some("h closed the connection.".to_owned());
    assert_eq!(catalogue.search("a database", None, 1).await.unwrap(), []);
    assert_eq!(names(&catalogue.search("sql", None, 1).await.unwrap()), ["red/rows.example"]);
    catalogue.replace(&red, &[learned("more.example", "sql")], &[]).await.unwrap();
    let why = ["found by words alone, not by meaning: h closed the connection"];
    assert_eq!((catalogue.remarks(), catalogue.remarks()), (why.map(str::to_owned).to_vec(), vec![]));
    assert_eq!(catalogue.search("sql", None, 5).await.unwrap().len(), 2);
}

#[test]
fn a_cluster_is_its_server_but_for_this_machines_own() {
    let id =
        |context: &str, server: &str| Cluster { context: context.to_owned(), server: server.to_owned() }.id();
    assert_eq!(id("a", "https://Host:6443/"), id("b", "https://host:6443"));
    let local = ["https://127.0.0.1:6443", "https://localhost:6443", "https://[::1]:1", "https://0.0.0.0:1"];
    let ids: BTreeSet<String> = local.iter().flat_map(|server| [id("a", server), id("b", server)]).collect();
    assert_eq!(ids.len(), 8);
}
