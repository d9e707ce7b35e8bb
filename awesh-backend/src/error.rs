//! Why the backend ends badly. What a client is told of a question that failed is a
//! [`Failure`](agents::Failure); this is what the log and the exit status keep.

use std::io;
use std::path::PathBuf;

use awesh_protocol::frame::FrameError;
use thiserror::Error;

/// Why the backend ended.
#[derive(Debug, Error)]
pub enum Error {
    /// The runtime could not be started.
    #[error("the backend's runtime could not be started")]
    Runtime(#[source] io::Error),
    /// Nothing can listen there.
    #[error("cannot listen at {}", path.display())]
    Listen {
        /// The socket's path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No client came.
    #[error("no client connected")]
    NoClient,
    /// The connection broke.
    #[error("the connection to the shell broke")]
    Connection(#[source] io::Error),
    /// The client broke the protocol.
    #[error("the shell broke the protocol: {0}")]
    Protocol(#[source] Breach),
    /// A component could not be brought up.
    #[error("a component could not be brought up: {0}")]
    Component(String),
}

/// How a client broke the protocol.
#[derive(Debug, Error)]
pub enum Breach {
    /// Bytes that are no frame or no request.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// Another version.
    #[error("it speaks version {theirs}, this is version {}", awesh_protocol::VERSION)]
    Version {
        /// The client's.
        theirs: u32,
    },
    /// Something before `Hello`, or `Hello` again.
    #[error("it did not begin with Hello")]
    Hello,
    /// An id that was used before.
    #[error("question {0} was asked twice")]
    Id(u64),
}
