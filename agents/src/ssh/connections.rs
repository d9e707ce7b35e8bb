//! The connections of one command: what all its hosts share, and what is closed at its end.
//!
//! Connections that are kept are ssh's own masters, each with a socket in a directory of ours (`private`). Those that a
//! killed process leaves go by themselves when they were idle for a minute, or with the next one that keeps any.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OnceCell, Semaphore};

use super::passphrases::Passphrases;
use super::private::Private;
use super::{Host, Target};

/// How many connections are made at the same time. A jump host's sshd drops some of more than ten that have not
/// said who they are; those are tried again.
const AT_ONCE: usize = 64;

/// What the hosts of one command share.
#[derive(Debug)]
pub struct Connections {
    /// Another configuration than the user's.
    config: Option<PathBuf>,
    kept: Option<Private>,
    next: AtomicUsize,
    pub(super) starting: Semaphore,
    passphrases: OnceCell<Option<Passphrases>>,
}

impl Connections {
    /// A connection for each batch, with this configuration instead of the user's.
    #[must_use]
    pub fn new(config: Option<PathBuf>) -> Arc<Self> {
        Arc::new(Self::with(config, None))
    }

    /// One connection for all batches of a host, closed when this is dropped.
    ///
    /// # Errors
    ///
    /// If there is no place for their sockets.
    pub fn kept(config: Option<PathBuf>) -> io::Result<Arc<Self>> {
        Ok(Arc::new(Self::with(config, Some(Private::new()?))))
    }

    fn with(config: Option<PathBuf>, kept: Option<Private>) -> Self {
        let (next, starting) = (AtomicUsize::new(0), Semaphore::new(AT_ONCE));
        Self { config, kept, next, starting, passphrases: OnceCell::new() }
    }

    /// A host.
    pub fn host(self: &Arc<Self>, target: Target) -> Host {
        let socket = self.kept.as_ref().map(|kept| {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            kept.path().join(number.to_string())
        });
        Host { target, connections: Arc::clone(self), socket }
    }

    /// The options by which what was typed to unlock a key is kept for other hosts.
    pub(super) async fn passphrases(&self) -> Vec<String> {
        let kept = self.passphrases.get_or_init(Passphrases::start).await;
        kept.as_ref().map(|kept| kept.options().into()).unwrap_or_default()
    }

    pub(super) fn config(&self) -> Option<&Path> {
        self.config.as_deref()
    }
}
