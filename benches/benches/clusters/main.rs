//! Many clusters read at once beside one after the other: `cargo bench -p benches --bench clusters`, which takes some
//! minutes. `-- --rounds N` changes how often the parallel form is measured; `AWESH=PATH` in the environment
//! measures another executable.
//!
//! The clusters are API servers on loopback (`kubernetes-server`) that take their time over every call. The client
//! is the real executable, a process of its own; its sequential form is the same with `--limit 1`. That takes what
//! it takes, by arithmetic rather than by chance, and is measured once. `cases.rs` has what is measured.

mod cases;

use std::io::{self, Write};

use benches::{Client, Table};
use cases::Case;

/// How often the parallel form is measured.
const ROUNDS: usize = 5;

fn main() -> io::Result<()> {
    let Some(arguments) = benches::arguments() else { return Ok(()) };
    let rounds = benches::number(&arguments, "--rounds", ROUNDS);
    writeln!(io::stderr(), "building awesh, unless it is up to date")?;
    let client = Client::new(benches::awesh()?)?;
    let mut table = Table::default();
    for case in cases::all() {
        writeln!(io::stderr(), "{}", case.name)?;
        measure(&case, &client, rounds, &mut table)?;
    }
    write!(io::stdout(), "{}", table.markdown())
}

fn measure(case: &Case, client: &Client, rounds: usize, table: &mut Table) -> io::Result<()> {
    let clusters = kubernetes_server::Clusters::start(case.clusters());
    let kubeconfig = clusters.kubeconfig();
    let variables = [("KUBECONFIG", kubeconfig.as_os_str())];
    let rounds = if case.is_large { 1 } else { rounds };
    let parallel: io::Result<Vec<_>> =
        (0..rounds).map(|_| client.run(&case.arguments, &variables, case.expected)).collect();
    let sequential = match case.sequential() {
        Some(arguments) => Some(client.run(&arguments, &variables, case.expected)?),
        None => None,
    };
    table.add(case.name, sequential, parallel?);
    Ok(())
}
