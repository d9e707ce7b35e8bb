//! A scan as a process, its place, and what it says.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use agents::capabilities::journal::{Claim, Journal, claim};
use agents::capabilities::{Cluster, discover};
use agents::kubernetes::contexts::{Contexts, Sources};
use kubernetes_server::Clusters;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

use crate::model_server::Handle;

/// The variable in which a process finds its command line.
pub(crate) const LINE: &str = "TEST_SCAN_LINE";

/// Writes a line to stdout past the test runner.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "\n{line}");
}

/// A cluster called `c`, and a home in which a scan keeps what it learns.
pub(crate) struct Place {
    pub(crate) clusters: Clusters,
    pub(crate) home: TempDir,
}

impl Place {
    pub(crate) fn new(cluster: kubernetes_server::Cluster) -> Self {
        Self { clusters: Clusters::start([cluster]), home: tempfile::tempdir().unwrap() }
    }

    /// Starts a scan that asks this server.
    pub(crate) fn start(&self, server: &Handle, arguments: &[&str]) -> Scan {
        self.start_with(&[("TEST_PROVIDER", "openai"), ("TEST_BASE_URL", &server.base_url())], arguments)
    }

    /// Starts a scan with these variables.
    pub(crate) fn start_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Scan {
        let words: Vec<&str> = ["scan", "c", "--json"].iter().chain(arguments).copied().collect();
        self.command(variables, &words)
    }

    /// Starts one of awesh's commands.
    pub(crate) fn command(&self, variables: &[(&str, &str)], words: &[&str]) -> Scan {
        let words: Vec<&str> = ["awesh"].iter().chain(words).copied().collect();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "scan::child", "--nocapture", "--test-threads=1"]);
        command.env_clear().env(LINE, serde_json::to_string(&words).unwrap()).env("HOME", self.home.path());
        command.env("KUBECONFIG", self.clusters.kubeconfig()).envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Scan { child, lines }
    }

    /// Scans to the end: the exit status and all events.
    pub(crate) fn scan(&self, server: &Handle, arguments: &[&str]) -> (i32, Vec<Value>) {
        self.start(server, arguments).end()
    }

    /// The journal of the cluster; no process may be writing it.
    pub(crate) fn journal(&self) -> Journal {
        journal(&self.clusters, self.home.path())
    }
}

fn journal(clusters: &Clusters, home: &Path) -> Journal {
    let contexts = Contexts::read(&Sources::of_files([clusters.kubeconfig()], home));
    let cluster: Cluster = discover::identity(&contexts.entries[0]);
    match claim(&home.join("scans"), &cluster).unwrap() {
        Claim::Ours(journal) => *journal,
        Claim::Taken(holder) => panic!("{holder:?}"),
    }
}

/// A scan under way; it ends with this.
pub(crate) struct Scan {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Scan {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next event; none at the end.
    pub(crate) fn event(&mut self) -> Option<Value> {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            // The test runner speaks, too; a process that was killed may have said half a line.
            if let Some(event) = line.find("{\"").and_then(|start| serde_json::from_str(&line[start..]).ok())
            {
                return Some(event);
            }
        }
    }

    /// Waits for an event of this name.
    pub(crate) fn wait_for(&mut self, name: &str) -> Value {
        loop {
            let event = self.event().unwrap_or_else(|| panic!("no event {name:?}"));
            if event["event"] == name {
                return event;
            }
        }
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let _ = kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal);
    }

    /// Waits for its end: the exit status (-1 where it was killed) and the events since.
    pub(crate) fn end(mut self) -> (i32, Vec<Value>) {
        let events = std::iter::from_fn(|| self.event()).collect();
        (self.child.wait().unwrap().code().unwrap_or(-1), events)
    }
}

impl Drop for Scan {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Scan {
    /// All that it writes, to its end.
    pub(crate) fn text(mut self) -> String {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut self.lines, &mut text).unwrap();
        text
    }
}

/// The last event: the report.
pub(crate) fn report(events: &[Value]) -> &Value {
    events.iter().find(|event| event["event"] == "report").unwrap_or_else(|| panic!("{events:?}"))
}
