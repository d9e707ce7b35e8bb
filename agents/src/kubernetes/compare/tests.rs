use kubernetes_server::{Cluster, Credential, Fault, Reach};
use serde_json::json;

use super::*;
use crate::kubernetes::testing::{PATIENT, Place};

async fn compare(clusters: impl IntoIterator<Item = Cluster>) -> Comparison {
    let place = Place::new(clusters);
    Comparison::of(read(&place.entries, &place.session, PATIENT).all().await)
}

/// The rows that differ, in short.
fn differences(comparison: &Comparison) -> Vec<String> {
    let rows = comparison.rows.iter().filter(|row| row.differs);
    let text = |value: &Value| match value {
        Value::Is(text) => text.clone(),
        Value::Absent => "absent".to_owned(),
        Value::Unread => "unread".to_owned(),
    };
    rows.map(|row| {
        let values: Vec<_> = row.values.iter().map(text).collect();
        format!("{} {}: {}", row.kind, row.name, values.join(" | "))
    })
    .collect()
}

#[tokio::test]
async fn all_lists_of_all_clusters_are_read_at_once() {
    let held = |name: &str| Cluster::healthy(name).fault("/", Fault::Hold);
    let place = Place::new([held("one"), held("two"), held("three")]);
    let reading = read(&place.entries, &place.session, PATIENT);
    // Version, nodes, namespaces, pods and four kinds of workloads.
    place.clusters.until(|counts| counts.active == 3 * 8).await;
    place.clusters.release(3 * 8);
    let comparison = Comparison::of(reading.all().await);
    assert_eq!((comparison.differences(), comparison.is_complete()), (0, true));
}

#[tokio::test]
async fn what_differs_is_told() {
    let job = |image: &str| json!({"spec": {"template": {"spec": {"containers": [{"name": "app", "image": image}]}}}});
    let cron = |image: &str| {
        json!({
            "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "backup", "namespace": "shop"},
            "spec": {"schedule": "0 3 * * *", "jobTemplate": job(image)},
        })
    };
    let one = Cluster::healthy("one").object(cron("backup:1"));
    let other = Cluster::new("other")
        .version("v1.32.0")
        .nodes(2)
        .deployment("kube-system", "coredns", "registry.k8s.io/coredns/coredns:v1.12.1", 2)
        .deployment("shop", "api", "registry.example/shop/api:1.5.0", 5)
        .namespace("extra")
        .object(cron("backup:2"));
    let expected = [
        "version : v1.33.2 | v1.32.0",
        "nodes : 3, 3 ready | 2, 2 ready",
        "nodes CPU: 11.76 | 7.84",
        "nodes memory: 45 GiB | 30 GiB",
        "pods CPU requested of all: 6 % | 9 %",
        "pods memory requested of all: 2 % | 3 %",
        "namespace extra: absent | there",
        "deployment shop/api: 3 × registry.example/shop/api:1.4.2 | 5 × registry.example/shop/api:1.5.0",
        "deployment shop/web: 2 × registry.example/shop/web:2.0.0 | absent",
        "cronjob shop/backup: 0 3 * * *: backup:1 | 0 3 * * *: backup:2",
    ];
    assert_eq!(differences(&compare([one, other]).await), expected);
}

#[tokio::test]
async fn what_cannot_be_read_is_neither_the_same_nor_different() {
    let plugin = Credential::Exec(vec!["no-such-plugin".into()]);
    let comparison = compare([
        Cluster::healthy("one"),
        Cluster::healthy("limited").forbid("nodes").forbid("cronjobs"),
        Cluster::healthy("refuses").reach(Reach::Refuses),
        Cluster::healthy("plugin").credential(plugin),
    ])
    .await;
    assert_eq!(differences(&comparison), [""; 0]);
    assert!(!comparison.is_complete());
    let unread: Vec<Vec<_>> =
        comparison.columns.iter().map(|it| it.unread.iter().map(|it| it.part).collect()).collect();
    assert_eq!(unread, [vec![], vec!["nodes", "cronjob"], vec![CLUSTER], vec![CLUSTER]]);
    let version = &comparison.rows[0].values;
    assert_eq!(version[1..], [Value::Is("v1.33.2".into()), Value::Unread, Value::Unread]);
}

#[tokio::test]
async fn a_cluster_that_is_silent_says_so_once() {
    let place = Place::new([Cluster::new("silent").reach(Reach::Silent)]);
    let limits = Limits { deadline: std::time::Duration::from_millis(200), ..PATIENT };
    let comparison = Comparison::of(read(&place.entries, &place.session, limits).all().await);
    let unread = &comparison.columns[0].unread;
    assert_eq!((unread.len(), unread[0].part, unread[0].why.kind), (1, CLUSTER, Kind::TimedOut));
    assert_eq!(comparison.rows[0].values, [Value::Unread]);
}

#[tokio::test]
async fn dropping_it_leaves_nothing_open() {
    let held = |name: &str| Cluster::new(name).fault("/", Fault::Silence);
    let place = Place::new([held("one"), held("two")]);
    let reading = read(&place.entries, &place.session, PATIENT);
    place.clusters.until(|counts| counts.active == 2 * 8).await;
    drop(reading);
    place.clusters.until(|counts| counts.active == 0 && counts.open == 0).await;
}
