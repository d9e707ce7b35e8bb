//! Scans beside the same one kind after the other: `cargo bench -p benches --bench scan`, which takes some minutes.
//! `-- --rounds N` changes how often the parallel form is measured; `AWESH=PATH` in the environment measures another
//! executable.
//!
//! The cluster and the model servers are on loopback; a model answers after half a second, a tenth of what real ones
//! take. The client is the real executable, a process of its own with a new home each time; its sequential form is the
//! same with `--limit 1`, measured once. `cases.rs` has what is measured.

#[path = "../../../awesh-backend/tests/model_server.rs"]
mod model_server;

mod cases;
mod model;

use std::ffi::OsStr;
use std::io::{self, Write};

use benches::{Client, Run, Table};
use cases::Case;
use kubernetes_server::{Cluster, Clusters};

/// How often the parallel form is measured.
const ROUNDS: usize = 3;

fn main() -> io::Result<()> {
    let Some(arguments) = benches::arguments() else { return Ok(()) };
    let rounds = benches::number(&arguments, "--rounds", ROUNDS);
    writeln!(io::stderr(), "building awesh, unless it is up to date")?;
    let program = benches::awesh()?;
    let mut table = Table::default();
    for case in cases::all() {
        writeln!(io::stderr(), "{}", case.name)?;
        let clusters = Clusters::start([Cluster::new("c").custom_kinds(case.kinds)]);
        let once = |limit: &[&str]| scan(&Client::new(program.clone())?, &clusters, &case, limit);
        let parallel: io::Result<Vec<Run>> = (0..rounds).map(|_| once(&[])).collect();
        let sequential = if case.has_sequential { Some(once(&["--limit=1"])?) } else { None };
        table.add(case.name, sequential, parallel?);
    }
    write!(io::stdout(), "{}", table.markdown())
}

/// Scans once, with servers of its own.
fn scan(client: &Client, clusters: &Clusters, case: &Case, more: &[&str]) -> io::Result<Run> {
    let servers = (case.servers)();
    let providers = servers.iter().map(|server| format!("openai model=m base_url={}", server.base_url()));
    let mut arguments: Vec<String> =
        ["scan", "c", "--json"].iter().chain(more).map(ToString::to_string).collect();
    providers.for_each(|provider| arguments.extend(["--provider".to_owned(), provider]));
    let kubeconfig = clusters.kubeconfig();
    // By this address alone nothing leaves the machine, embeddings included.
    let address = servers[0].base_url();
    let variables = [("KUBECONFIG", kubeconfig.as_os_str()), ("OPENAI_BASE_URL", OsStr::new(&address))];
    let run = client.run(&arguments, &variables, 0)?;
    if case.is_repeated {
        let asked = servers[0].requests().len();
        let again = client.run(&arguments, &variables, 0)?;
        assert_eq!(servers[0].requests().len(), asked, "what is unchanged was sent again");
        return Ok(again);
    }
    Ok(run)
}
