//! What the backend is started with. What the user sets comes over the wire
//! ([`Settings`](awesh_protocol::Settings)); `AWESH_LOG` alone is read from the environment.

use std::path::PathBuf;
use std::time::Duration;

use tracing::level_filters::LevelFilter;

pub use crate::ai::retry::Retries;

/// What the backend is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen: a path that does not exist yet, in a directory that is the user's alone.
    pub socket: PathBuf,
    /// Where what lasts is kept: the audit log, rules, copies of edited files.
    pub state: PathBuf,
    /// How long to wait for what.
    pub patience: Patience,
}

impl Options {
    /// The usual patience, listening at `socket`, with what lasts in `state`.
    pub fn new(socket: impl Into<PathBuf>, state: impl Into<PathBuf>) -> Self {
        Self { socket: socket.into(), state: state.into(), patience: Patience::default() }
    }
}

/// How long to wait for what; tests are less patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For the first client, before the backend ends.
    pub client: Duration,
    /// For a connection to a model server.
    pub connect: Duration,
    /// Between two signs of life of a model server.
    pub idle: Duration,
    /// Between attempts.
    pub retries: Retries,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            client: Duration::from_secs(10),
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(120),
            retries: Retries::default(),
        }
    }
}

/// The level that `AWESH_LOG` names; warnings, where it names none.
pub(crate) fn log_level() -> LevelFilter {
    let name = std::env::var("AWESH_LOG").unwrap_or_default();
    name.parse().unwrap_or(LevelFilter::WARN)
}
