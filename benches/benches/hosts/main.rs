//! Commands on many hosts: `ssh` for each command and host one after the other, `ssh` for each command on all hosts
//! at once, and `awesh batch`: `cargo bench -p benches --bench hosts`, with `-- --quick` for 5 commands at 50 ms alone.
//! `AWESH=PATH` in the environment measures another executable.
//!
//! The hosts are real sshd on a port of loopback whose wire takes its time in each direction. They share this machine's
//! processors: where many hosts are slower than one, it is their key exchanges that wait for each other, which is why
//! the time of the slowest host stands beside. The sequential form is measured on ten hosts at most; what is marked
//! with ≈ is ten times that.

mod forms;
mod table;

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use forms::Forms;
use ssh_server::{Machine, Server, Wire};

/// The most hosts on which the sequential form is measured.
const IN_SEQUENCE: usize = 10;

fn main() -> io::Result<()> {
    let Some(arguments) = benches::arguments() else { return Ok(()) };
    let is_quick = arguments.iter().any(|argument| argument == "--quick");
    writeln!(io::stderr(), "building awesh, unless it is up to date")?;
    let awesh = benches::awesh()?;
    let mut rows = Vec::new();
    for round_trip in if is_quick { vec![50] } else { vec![0, 50] } {
        let machine = Machine::new(Path::new("/bin/bash"));
        machine.configure("MaxStartups 200");
        let latency = Duration::from_millis(round_trip / 2);
        let server = Server::start(&machine, Wire { latency, ..Wire::default() });
        let forms = Forms::new(&machine, &server, &awesh);
        for hosts in [1, 10, 100] {
            for commands in if is_quick { vec![5] } else { vec![1, 5, 20] } {
                let name = format!("{hosts} hosts × {commands} commands, {round_trip} ms");
                writeln!(io::stderr(), "{name}")?;
                let few = hosts.min(IN_SEQUENCE);
                let sequential = forms.one_after_the_other(few, commands)?;
                let parallel = forms.at_once(hosts, commands)?;
                let batch = forms.batch(hosts, commands)?;
                rows.push(table::Row { name, sequential, factor: hosts / few, parallel, batch });
            }
        }
    }
    write!(io::stdout(), "{}", table::markdown(&rows))
}
