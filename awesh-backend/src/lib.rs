//! The process beside each shell that answers questions.
//!
//! # Map
//!
//! In the order a question meets them: `server` accepts the one client, `connection` turns frames to
//! requests and events to frames, `dispatcher` gives each question its task, `race` finds the agent, which
//! then speaks to the `screen` and, through `talk`, to a model. `talk` joins the `gate`, the
//! `conversation` and the `ai` client: nothing that is said reaches a model except through it. `inference` is the
//! way of what is no talk, one question with one answer, and no less gated. `tools` are what a model
//! may call; `permission` says what a command could do and whether it may, the `guard` holds it to what the user
//! has set, agreed to and read; `executor` runs looks. `audit`, `edits` and `steps` keep what was done, and
//! `recall` tells it. `library` is the way to what was learned of clusters.
//!
//! # Invariants
//!
//! * A command that could do more than look is run only in the user's session, if the user or a rule of theirs says
//!   so. What is run here is found to do nothing but look, and held to that by the kernel.
//! * Once a model has been told what others may have written, nothing runs in that conversation without being asked.
//! * No secret that the gate knows leaves the machine; none is logged, nor is the text of a question.
//! * Each question ends with exactly one event; a cancelled one at once, with its connections closed.
//! * The backend ends with its client and leaves no socket behind.

mod ai;
mod audit;
pub mod commands;
mod components;
mod config;
mod connection;
mod conversation;
mod dispatcher;
mod edits;
mod error;
mod executor;
mod files;
mod gate;
mod guard;
mod inference;
mod library;
mod permission;
mod proposals;
pub mod race;
mod recall;
mod screen;
mod server;
mod steps;
mod system;
mod talk;
mod tools;

use std::io;
use std::time::Instant;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub use config::{Options, Patience, Retries};
pub use error::{Breach, Error};

/// Serves one shell until it hangs up.
///
/// # Errors
///
/// If nothing can listen at the socket, no client comes, or the client breaks the protocol. A client that hangs
/// up is no error.
pub fn run(options: &Options) -> Result<(), Error> {
    /// Enough to answer one person; each thread costs memory in every shell.
    const WORKERS: usize = 2;
    /// Threads for what may block; those that hang on a file system are not counted on.
    const BLOCKING: usize = 32;
    let began = Instant::now();
    start_log();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .max_blocking_threads(BLOCKING)
        .thread_name("awesh-backend")
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    let ended = runtime.block_on(server::serve(options, began));
    // A look at a hung file system must not keep the process.
    runtime.shutdown_background();
    ended
}

/// Logs to stderr, which the shell points to a file: our own modules only, as others log what they parse.
fn start_log() {
    let level = config::log_level();
    let ours = Targets::new().with_target("awesh_backend", level).with_target("agents", level);
    // A log that cannot be written is no reason to speak of it where it cannot be written.
    let lines =
        tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(false).log_internal_errors(false);
    // Already set only where the embedding program has a log of its own: then that one serves.
    let _ = tracing_subscriber::registry().with(lines).with(ours).try_init();
}
