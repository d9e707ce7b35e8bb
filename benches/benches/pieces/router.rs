//! Where a line goes. The words known are given: what the session costs to ask is no part of this.

use std::hint::black_box;

use awesh::router::{StaticFacts, route};
use criterion::Criterion;

const COMMANDS: &str = "cat find git grep kubectl ls ps sort ssh tar who";

pub fn benches(criterion: &mut Criterion) {
    let facts = StaticFacts::listed(COMMANDS);
    let mut group = criterion.benchmark_group("route");
    for (name, line) in [
        ("bash line", "kubectl get pods -n web -o wide | grep -v Running > /tmp/pods"),
        ("question", "why does the payments service restart every few minutes?"),
        ("question that begins as a command", "find all files larger than 1 GB and tell me whose they are"),
        ("mistyped command", "gti status"),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| route(black_box(line), &facts)));
    }
    group.finish();
}
