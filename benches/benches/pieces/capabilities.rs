//! From a question to what was learned: 10 clusters of 1,000 kinds each, by words alone and with vectors of 1,536
//! values, from opening the file to what was found.

use std::hint::black_box;

use agents::capabilities::store::{Entry, Query, Sqlite, Store, Terms, Vector};
use agents::capabilities::{Cluster, Complexity, Description, Kind, Learned};
use criterion::Criterion;
use tokio::runtime::{Builder, Runtime};

const CLUSTERS: usize = 10;
const KINDS: usize = 1_000;
const SIZE: usize = 1_536;
const WORDS: [&str; 12] = [
    "database",
    "queue",
    "durable",
    "certificate",
    "ingress",
    "backup",
    "volume",
    "cache",
    "policy",
    "metrics",
    "stream",
    "failover",
];

fn learned(number: usize) -> Learned {
    let word = |step: usize| WORDS[(number / step + number) % WORDS.len()];
    Learned {
        kind: Kind {
            group: format!("group{}.example", number % 50),
            version: "v1".to_owned(),
            kind: format!("Kind{number}"),
            plural: format!("kind{number}s"),
            namespaced: true,
        },
        key: format!("{number:064x}"),
        model: "m".to_owned(),
        learned_at: "2026-11-21T05:00:00Z".parse().expect("a time"),
        description: Description {
            capabilities: vec![format!("{} {}", word(1), word(7)), format!("managed {}", word(3))],
            providers: vec![format!("provider{}", number % 40)],
            abstractions: vec![word(5).to_owned()],
            complexity: Complexity::Medium,
            description: format!("Keeps a {} with its {} and all that belongs to it.", word(2), word(11)),
            use_case: format!("When a team wants a {} of its own.", word(13)),
            confidence: 0.9,
        },
    }
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn meaning(number: usize) -> Option<Vector> {
    let values: Vec<f32> = (0..SIZE).map(|at| ((number * 31 + at * 17) % 101) as f32 - 50.0).collect();
    Vector::new("m", &values)
}

fn fill(runtime: &Runtime, store: &Sqlite) {
    for number in 0..CLUSTERS {
        let cluster = Cluster { context: format!("c{number}"), server: format!("https://c{number}.example") };
        let entry = |kind: usize| Entry { learned: learned(kind), meaning: meaning(number * KINDS + kind) };
        let entries: Vec<Entry> = (0..KINDS).map(entry).collect();
        runtime.block_on(store.replace(&cluster, &entries, &[])).expect("a file that can be written");
    }
}

pub fn benches(criterion: &mut Criterion) {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime can be had where benchmarks run");
    let directory = tempfile::tempdir().expect("a directory can be had where benchmarks run");
    let store = Sqlite::in_state(directory.path());
    fill(&runtime, &store);
    let mut group = criterion.benchmark_group("capabilities");
    group.sample_size(20);
    for (name, text, meaning) in [
        ("10,000 kinds, by words", "durable queue", None),
        ("10,000 kinds, by words and meaning", "durable queue", meaning(7)),
    ] {
        let query = Query { terms: Terms::of(text), meaning, clusters: None, limit: 20 };
        group.bench_function(name, |bencher| {
            bencher.iter(|| runtime.block_on(store.search(black_box(&query))).map(|found| found.len()));
        });
    }
    group.finish();
}
