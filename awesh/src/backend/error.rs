//! Why there is no backend, or none any more.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use awesh_protocol::frame::FrameError;
use awesh_protocol::{Event, FailureKind, QuestionId};
use thiserror::Error;

/// Why the backend cannot be spoken to.
#[derive(Debug, Error)]
pub enum BackendError {
    /// Its executable could not be run.
    #[error("the backend could not be started from {}: {source}", program.display())]
    Start {
        /// The executable.
        program: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// The shell lacks the means to start it: a thread, a pipe.
    #[error("the backend could not be started: {0}")]
    Resources(#[source] io::Error),
    /// The process is gone.
    #[error("the backend ended ({0})")]
    Ended(ExitStatus),
    /// The process runs and listens nowhere.
    #[error("the backend opened no socket within {0:?}")]
    NoSocket(Duration),
    /// The socket is there and cannot be used.
    #[error("the connection to the backend failed: {0}")]
    Connection(#[source] io::Error),
    /// Another user listens on the socket.
    #[error("the backend's socket is held by another user (uid {0})")]
    ForeignPeer(u32),
    /// The executable was upgraded under the running shell.
    #[error("the backend speaks version {theirs} of the protocol and this shell version {ours}")]
    Version {
        /// The backend's version.
        theirs: u32,
        /// The shell's version.
        ours: u32,
    },
    /// A step of the handshake took too long.
    #[error("the backend did not answer {step} within {within:?}")]
    Silent {
        /// The step.
        step: &'static str,
        /// How long it was waited for.
        within: Duration,
    },
    /// It said that it gives up on the connection.
    #[error("{message}")]
    GaveUp {
        /// Its class of the failure.
        kind: FailureKind,
        /// Its reason.
        message: String,
        /// Its advice.
        hint: Option<String>,
    },
    /// What it sent is no frame.
    #[error("the backend sent {0}")]
    Frame(#[from] FrameError),
    /// A message that has no place where it came.
    #[error("the backend sent a message out of order: {0}")]
    OutOfOrder(&'static str),
    /// It closed the connection, between frames or within one.
    #[error("the backend closed the connection")]
    Closed,
    /// It reads nothing any more.
    #[error("the backend takes no more requests")]
    Stuck,
    /// A question outlasted the patience with a backend that is not ready.
    #[error("the backend is not ready")]
    NotReady,
}

impl BackendError {
    /// The class under which a question that this ended has failed.
    pub(super) fn kind(&self) -> FailureKind {
        match self {
            Self::GaveUp { kind, .. } => *kind,
            Self::Version { .. } | Self::Frame(_) | Self::OutOfOrder(_) | Self::ForeignPeer(_) => {
                FailureKind::Protocol
            }
            Self::Connection(_) | Self::Closed | Self::Stuck => FailureKind::Network,
            _ => FailureKind::Internal,
        }
    }

    /// What the user can do about it, where it is not left to the next attempt.
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::GaveUp { hint, .. } => hint.clone(),
            Self::Version { .. } => Some("awesh was upgraded; a new shell has both halves alike".to_owned()),
            _ => None,
        }
    }

    /// The last event of a question that this ended.
    pub(super) fn failed(&self, id: QuestionId, hint: Option<String>) -> Event {
        Event::Failed {
            id: Some(id),
            kind: self.kind(),
            message: self.to_string(),
            hint: self.hint().or(hint),
        }
    }
}
