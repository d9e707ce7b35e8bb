//! The pieces of awesh one by one: `cargo bench -p benches --bench pieces`. What they come to together, beside
//! other shells, is measured by `latency`.

mod capabilities;
mod output;
mod prompt;
mod race;
mod router;
mod wire;

use criterion::{criterion_group, criterion_main};

criterion_group!(
    pieces,
    prompt::benches,
    router::benches,
    output::benches,
    wire::benches,
    race::benches,
    capabilities::benches
);
criterion_main!(pieces);
