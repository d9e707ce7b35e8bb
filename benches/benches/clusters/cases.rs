//! What is measured.

use std::time::Duration;

use kubernetes_server::{Cluster, Reach};

/// One case.
pub struct Case {
    /// Its name in the table.
    pub name: &'static str,
    count: usize,
    template: Cluster,
    /// What awesh is called with.
    pub arguments: Vec<&'static str>,
    /// The exit status that says that it went as it should.
    pub expected: i32,
    /// So large that it is measured once, and the sequential form not at all.
    pub is_large: bool,
}

impl Case {
    /// Its clusters.
    pub fn clusters(&self) -> Vec<Cluster> {
        (0..self.count).map(|number| self.template.named(&format!("cluster-{number}"))).collect()
    }

    /// The arguments of the sequential form.
    pub fn sequential(&self) -> Option<Vec<&'static str>> {
        let arguments = || self.arguments.iter().copied().filter(|word| !word.starts_with("--limit"));
        (!self.is_large).then(|| arguments().chain(["--limit=1"]).collect())
    }
}

/// All cases.
pub fn all() -> Vec<Case> {
    let slow = |ms: u64| Cluster::healthy("template").latency(Duration::from_millis(ms));
    let clusters = |name, count, ms| Case {
        name,
        count,
        template: slow(ms),
        arguments: vec!["clusters", "--json", "--fresh", "--limit=100"],
        expected: 0,
        is_large: false,
    };
    let tree = |name, ms| Case { arguments: vec!["tree", "--json"], ..clusters(name, 1, ms) };
    vec![
        clusters("11 clusters, 1 s a call", 11, 1000),
        clusters("11 clusters, 2 s a call", 11, 2000),
        Case {
            template: Cluster::new("template").reach(Reach::Silent),
            arguments: vec!["clusters", "--json", "--fresh", "--timeout=1"],
            expected: 3,
            ..clusters("11 clusters, none answers, deadline 1 s (a tenth of the default)", 11, 0)
        },
        clusters("10 clusters, 1 s a call", 10, 1000),
        clusters("50 clusters, 1 s a call", 50, 1000),
        Case {
            arguments: vec!["clusters", "--json", "--fresh"],
            ..clusters("100 clusters, 1 s a call, 64 at once (the default)", 100, 1000)
        },
        clusters("100 clusters, 1 s a call, 100 at once", 100, 1000),
        Case {
            arguments: vec!["compare", "*", "--json"],
            ..clusters("comparison of 11 clusters, 1 s a call", 11, 1000)
        },
        tree("tree, 200 ms a call", 200),
        tree("tree, 350 ms a call", 350),
        tree("tree, 500 ms a call", 500),
        Case {
            template: Cluster::healthy("template").pods(5000),
            arguments: vec!["clusters", "--json", "--fresh", "--limit=100", "--timeout=300"],
            is_large: true,
            ..clusters("100 clusters of 5,000 pods", 100, 0)
        },
    ]
}
