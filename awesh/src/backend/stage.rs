//! Where in its life the backend is, and how long it may stay there. The transitions are in `lifecycle`.

use std::time::{Duration, Instant};

use awesh_protocol::{Request, Settings, VERSION};

use super::BackendError;
use super::connect::{Connected, Connecting};
use super::connection::Connection;
use super::process::Process;

/// How long the answer to `Hello` may take.
const HELLO_DEADLINE: Duration = Duration::from_secs(2);

/// How long the components may take to come up.
const READY_DEADLINE: Duration = Duration::from_secs(10);

/// How long a backend that closed the connection is given to end, so that its exit status can be told.
const END_DEADLINE: Duration = Duration::from_millis(100);

/// Between two looks at a process that is ending.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Where in its life the backend is.
#[derive(Debug)]
pub(super) enum Stage {
    /// There is none; the back-off says when there may be one.
    Down,
    /// It is being started.
    Connecting(Connecting),
    /// It is connected.
    Up(Link),
    /// It closed the connection; how it ends is about to be known.
    Ending(Ending),
}

/// A running backend and the connection to it.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) connection: Connection,
    pub(super) process: Process,
    pub(super) phase: Phase,
    /// When the phase began.
    since: Instant,
}

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// `Hello` was sent.
    Greeting,
    /// `Set` was sent.
    Preparing,
    /// Questions are answered.
    Ready,
}

impl Phase {
    /// What is waited for in this phase, and for how long.
    fn limit(self) -> Option<(&'static str, Duration)> {
        match self {
            Self::Greeting => Some(("the greeting", HELLO_DEADLINE)),
            Self::Preparing => Some(("that it is ready", READY_DEADLINE)),
            Self::Ready => None,
        }
    }
}

impl Link {
    /// Greets a backend that listens.
    pub(super) fn greet(connected: Connected, now: Instant) -> Result<Self, BackendError> {
        let connection = Connection::new(connected.stream)?;
        let mut link = Self { connection, process: connected.process, phase: Phase::Greeting, since: now };
        link.request(&Request::Hello { version: VERSION });
        Ok(link)
    }

    /// Goes on to the next phase.
    pub(super) fn enter(&mut self, phase: Phase, now: Instant) {
        self.phase = phase;
        self.since = now;
    }

    /// Whether questions are answered.
    pub(super) fn is_ready(&self) -> bool {
        self.phase == Phase::Ready
    }

    /// Sends settings, unless the handshake is not that far: it will send them.
    pub(super) fn set(&mut self, settings: &Settings) {
        if self.phase != Phase::Greeting {
            self.request(&Request::Set(Box::new(settings.clone())));
        }
    }

    /// Sends a request of a size that always fits a frame.
    pub(super) fn request(&mut self, request: &Request) {
        let _ = self.connection.send(request);
    }

    /// When the phase must be over.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.phase.limit().map(|(_, within)| self.since + within)
    }

    /// What is late by now, as a failure.
    pub(super) fn overdue(&self, now: Instant) -> Result<(), BackendError> {
        match self.phase.limit() {
            Some((step, within)) if self.since + within <= now => Err(BackendError::Silent { step, within }),
            _ => Ok(()),
        }
    }

    /// How long it has been ready.
    fn lived(&self, now: Instant) -> Duration {
        if self.is_ready() { now.saturating_duration_since(self.since) } else { Duration::ZERO }
    }
}

/// A backend that is on its way out.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) process: Process,
    /// Why, as far as the connection tells.
    pub(super) cause: BackendError,
    /// How long it had been ready.
    pub(super) lived: Duration,
    /// When it is ended if it has not by itself.
    pub(super) deadline: Instant,
    /// When to look whether it has.
    pub(super) look_again: Instant,
}

impl Ending {
    /// The backend on this link goes, for this reason.
    pub(super) fn new(link: Link, cause: BackendError, now: Instant) -> Self {
        let lived = link.lived(now);
        // Any other than one that closed the connection has no reason to end, and is not waited for.
        let closed = matches!(cause, BackendError::Closed);
        let deadline = if closed { now + END_DEADLINE } else { now };
        Self { process: link.process, cause, lived, deadline, look_again: now }
    }

    /// Looks later.
    pub(super) fn later(mut self, now: Instant) -> Self {
        self.look_again = now + LOOK_AGAIN;
        self
    }
}
