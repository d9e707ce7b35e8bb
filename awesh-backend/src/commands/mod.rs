//! Subcommands for scripts and people: `awesh clusters`, … Each runs in the calling process on a runtime of its
//! own and ends with it; no backend, no socket.
//!
//! What a command has to say goes to stdout by [`output`], the one writer there is; why it could do nothing is
//! returned, for the executable to say. Ctrl-C drops what is under way, connections and processes included; a batch
//! ends in order, on its hosts too.

mod agreement;
mod batch;
mod canvas;
mod capabilities;
mod choose;
mod clusters;
mod compare;
mod output;
mod run;
mod scan;
mod table;
mod tree;
mod use_context;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::Patience;
use awesh_protocol::Settings;
use clap::Subcommand;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run commands on many hosts at once.
    Batch(Box<batch::Options>),
    /// Find out which cluster can do what, in what was learned of them.
    Capabilities(capabilities::Options),
    /// Show the health of every cluster of the kubeconfig, all read at once.
    Clusters(clusters::Options),
    /// Show clusters side by side, and in what they differ.
    Compare(compare::Options),
    /// Run the steps of a plan, those that need not wait for each other at once.
    Run(Box<run::Options>),
    /// Show the nodes, namespaces and pods of one cluster.
    Tree(tree::Options),
    /// Learn what a cluster can do: a model describes each kind of resource that it serves.
    Scan(scan::Options),
    /// Give this shell a context of its own; other shells keep theirs.
    Use(use_context::Options),
}

/// What the user has set, read only for a command that goes by it.
#[derive(Debug, Default)]
pub struct SetUp {
    /// Who answers, and how.
    pub settings: Settings,
    /// The directory in which awesh keeps what lasts.
    pub state: PathBuf,
    /// How long to wait for what.
    pub patience: Patience,
    /// The providers that share a scan; none, and the one of the settings does it.
    pub scan_providers: Vec<String>,
    /// Patterns (`*` and `?`) of the hosts on which changes need the name typed.
    pub protected_hosts: Vec<String>,
    /// Patterns of the Kubernetes contexts on which changes need the name typed.
    pub protected_contexts: Vec<String>,
}

/// Why a command did nothing.
#[derive(Debug)]
pub struct Failure {
    /// What happened and why, in a sentence.
    pub message: String,
    /// What to do next, where something can be done.
    pub hint: Option<String>,
    /// The exit status.
    pub status: u8,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<agents::Failure> for Failure {
    fn from(failure: agents::Failure) -> Self {
        Self { message: failure.message, hint: failure.hint, status: NOTHING_READ }
    }
}

/// The exit status where nothing could be read.
const NOTHING_READ: u8 = 3;

/// How long what is under way may take to end.
const ENDING: Duration = Duration::from_millis(500);

/// Runs a command; the exit status to end with.
///
/// # Errors
///
/// If it could not even begin.
pub fn run(command: Command, set_up: impl FnOnce() -> SetUp) -> Result<u8, Failure> {
    crate::ai::install_cryptography();
    raise_file_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Failure { message: format!("no runtime could be started: {error}"), hint: None, status: NOTHING_READ }
    })?;
    let ended = runtime.block_on(async {
        match command {
            // These end in order, what runs on other machines too, and say how it went.
            Command::Batch(options) => batch::run(*options, &set_up()).await,
            Command::Run(options) => run::run(*options, &set_up()).await,
            Command::Capabilities(options) => until_interrupted(capabilities::run(options, set_up())).await,
            Command::Clusters(options) => until_interrupted(clusters::run(options)).await,
            Command::Compare(options) => until_interrupted(compare::run(options)).await,
            Command::Tree(options) => until_interrupted(tree::run(options)).await,
            Command::Scan(options) => until_interrupted(scan::run(options, set_up())).await,
            Command::Use(options) => use_context::run(&options),
        }
    });
    // Tasks end, and with them what they started; a look at a hung file system must not keep the process.
    runtime.shutdown_timeout(ENDING);
    ended
}

/// Runs a command that may be dropped wherever it is.
async fn until_interrupted(command: impl Future<Output = Result<u8, Failure>>) -> Result<u8, Failure> {
    tokio::select! {
        ended = command => ended,
        status = interrupted() => {
            // The terminal has shown ^C in the middle of a line.
            output::Output::new().end_line();
            Ok(status)
        }
    }
}

/// Lets many clusters be asked at once: each takes a few connections, and the usual limit is low for the sake of
/// programs that use `select`.
fn raise_file_limit() {
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
        && soft < hard
    {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}

/// Waits for a signal that asks to end; the exit status that says so.
async fn interrupted() -> u8 {
    let wait = |kind: SignalKind| async move {
        match signal(kind) {
            Ok(mut signals) => signals.recv().await.map_or(0, |()| kind.as_raw_value()),
            Err(_) => std::future::pending().await,
        }
    };
    let number = tokio::select! {
        number = wait(SignalKind::interrupt()) => number,
        number = wait(SignalKind::terminate()) => number,
        number = wait(SignalKind::hangup()) => number,
    };
    u8::try_from(128 + number).unwrap_or(u8::MAX)
}

/// The environment the command was called with; a variable that is no text is nobody's setting.
fn environment() -> agents::kubernetes::contexts::Environment {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// `VERBOSE`, as the environment has it.
fn verbosity() -> u8 {
    std::env::var("VERBOSE").ok().and_then(|level| level.trim().parse().ok()).unwrap_or(0)
}
