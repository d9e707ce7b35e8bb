//! Labelled commands of one host in one round trip, and the truth about each.
//!
//! A batch becomes a small script that one `sh` reads: a child of this process, or at the other end of an ssh
//! connection, whatever the login shell there is. It runs the commands one after the other, each in a shell and a
//! session of its own, so that `exit 7` ends its own command only and all that a command started can be ended.
//! Output comes as it is written, unencoded: on the stream it was written to, without temporary files, and what
//! marks its end cannot be forged (`frames`).
//!
//! The connection is the lease. When it goes, because whoever waits was dropped, killed or lost its network, the
//! script ends what runs and begins nothing else. What is then known of a command is told by its [`Fate`], and no
//! more than that: one that may have run is unknown. A batch that goes [`in_step`](Batch::in_step) leaves at most
//! one in doubt, at the price of a round trip for each command.

mod bytes;
mod drive;
mod follow;
mod frames;
mod script;
mod tally;

pub(crate) use drive::Link;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::ssh;

/// A command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// What its results are called.
    pub label: String,
    /// What a shell reads: bash, or `sh` where there is none.
    pub line: String,
    /// How long it may run.
    pub deadline: Option<Duration>,
}

/// The commands of one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// In the order in which they run.
    pub commands: Vec<Command>,
    /// Whether one that fails keeps those after it from beginning.
    pub fail_fast: bool,
    /// Whether each begins only when the end of the one before is known here. Worth its round trips where commands
    /// change something: after a lost connection one is in doubt, no more.
    pub in_step: bool,
    /// How long all may take, the connection included.
    pub deadline: Option<Duration>,
    /// How many bytes of each output an [`Outcome`] keeps, the first ones; events carry all.
    pub keep: usize,
}

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It ended by itself.
    Ended {
        /// Its exit status; as in a shell, 128 and a signal's number if that ended it.
        status: u8,
        /// How long it ran.
        took: Duration,
    },
    /// It ran out of time and was ended.
    TimedOut {
        /// How long it ran.
        took: Duration,
    },
    /// It was ended because somebody wished so.
    Cancelled {
        /// How long it ran.
        took: Duration,
    },
    /// It never began.
    NotRun,
    /// It may have run, or a part of it: the connection went before the host said so.
    Unknown,
}

impl Fate {
    /// In a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ended { .. } => "ended",
            Self::TimedOut { .. } => "timed_out",
            Self::Cancelled { .. } => "cancelled",
            Self::NotRun => "not_run",
            Self::Unknown => "unknown",
        }
    }

    /// How long it ran, if it did.
    #[must_use]
    pub fn took(self) -> Option<Duration> {
        match self {
            Self::Ended { took, .. } | Self::TimedOut { took } | Self::Cancelled { took } => Some(took),
            Self::NotRun | Self::Unknown => None,
        }
    }

    /// As one tells it: "succeeded", "failed with status 7 after 0.3 s".
    #[must_use]
    pub fn told(self) -> String {
        let after = self.took().map(|took| format!(" after {:.1} s", took.as_secs_f64())).unwrap_or_default();
        match self {
            Self::Ended { status: 0, .. } => "succeeded".to_owned(),
            Self::Ended { status, .. } => format!("failed with status {status}{after}"),
            Self::TimedOut { .. } => format!("ran out of time{after} and was ended"),
            Self::Cancelled { .. } => format!("was ended{after}"),
            Self::NotRun => "did not run".to_owned(),
            Self::Unknown => "may have run: the connection was lost before the host said".to_owned(),
        }
    }

    /// Whether it ended, and with status 0.
    #[must_use]
    pub fn is_success(self) -> bool {
        matches!(self, Self::Ended { status: 0, .. })
    }
}

/// What a command left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The command's label.
    pub label: String,
    /// What it wrote.
    #[serde(with = "bytes")]
    pub stdout: Vec<u8>,
    /// What it wrote of errors.
    #[serde(with = "bytes")]
    pub stderr: Vec<u8>,
    /// Bytes it wrote beyond what is kept.
    pub left_out: u64,
    /// What became of it.
    pub fate: Fate,
}

/// What a host did, and what kept it from doing more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// One for each command, in their order.
    pub outcomes: Vec<Outcome>,
    /// Why not all of them are known to have run.
    pub failure: Option<Failure>,
    /// How long it took, the connection included.
    pub took: Duration,
}

impl Outcome {
    /// Of a command that left nothing, as far as is known.
    #[must_use]
    pub fn of_nothing(command: &Command, fate: Fate) -> Self {
        Self { label: command.label.clone(), stdout: Vec::new(), stderr: Vec::new(), left_out: 0, fate }
    }
}

impl Report {
    /// That nothing ran, and why, where something kept it from that.
    #[must_use]
    pub fn not_run(batch: &Batch, failure: Option<Failure>) -> Self {
        let outcome = |command| Outcome::of_nothing(command, Fate::NotRun);
        Self { outcomes: batch.commands.iter().map(outcome).collect(), failure, took: Duration::ZERO }
    }

    /// Whether all commands ran and succeeded.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.failure.is_none() && self.outcomes.iter().all(|outcome| outcome.fate.is_success())
    }
}

/// Why a host was not reached, or was lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What kind of trouble it is.
    pub kind: Trouble,
    /// In the words of ssh, where it has some.
    pub message: String,
    /// What to do next, where something can be done.
    pub hint: Option<String>,
}

/// Kinds of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The name means no host.
    NoSuchHost,
    /// Nothing listens there, or no way leads there.
    Unreachable,
    /// The host's key is not known.
    UnknownKey,
    /// The host's key is another than the known one.
    ChangedKey,
    /// The host does not let this user in.
    Denied,
    /// It was there, and went.
    Lost,
    /// Nothing came for too long.
    TimedOut,
    /// What is needed for it is not there, here or on the host.
    Missing,
    /// It could not even be tried.
    Invalid,
}

/// What happens, as it happens. Commands are told by their place in the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A command began.
    Started(usize),
    /// It wrote something.
    Output(usize, Stream, Vec<u8>),
    /// It ended, or what is known of it is known now.
    Ended(usize, Fate),
}

/// Where a command writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Where a batch runs.
#[derive(Debug, Clone)]
pub enum Place {
    /// On this machine, in the current directory.
    Local,
    /// On a host.
    Host(ssh::Host),
}

/// What whoever waits for a batch wishes of it meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wish {
    /// Nothing.
    GoOn,
    /// That no other command begins.
    Stop,
    /// That the running one is ended, too.
    End,
}

impl Batch {
    /// These labels and lines, with nothing else wished for.
    pub fn new<L: Into<String>, C: Into<String>>(commands: impl IntoIterator<Item = (L, C)>) -> Self {
        let command =
            |(label, line): (L, C)| Command { label: label.into(), line: line.into(), deadline: None };
        Self {
            commands: commands.into_iter().map(command).collect(),
            fail_fast: false,
            in_step: false,
            deadline: None,
            keep: usize::MAX,
        }
    }
}

/// Runs a batch to its end. Dropped, it ends what runs, here and there.
pub async fn run(place: &Place, batch: &Batch, events: impl FnMut(Event) + Send) -> Report {
    let (_keep, wish) = watch::channel(Wish::GoOn);
    run_until(place, batch, wish, events).await
}

/// Waits until at least this is wished; for ever, where nobody is left to wish it.
pub(crate) async fn wished(wish: &mut watch::Receiver<Wish>, least: Wish) {
    if wish.wait_for(|wish| *wish >= least).await.is_err() {
        std::future::pending().await
    }
}

/// Runs a batch to its end, or as far as it is wished. Dropped, it ends what runs, here and there.
pub async fn run_until(
    place: &Place,
    batch: &Batch,
    wish: watch::Receiver<Wish>,
    events: impl FnMut(Event) + Send,
) -> Report {
    drive::drive(place, batch, wish, events).await
}

#[cfg(test)]
mod tests;
