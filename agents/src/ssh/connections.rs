//! The connections of one command: what all its hosts share, and what is closed at its end.
//!
//! Connections that are kept are ssh's own masters, each with a socket in a private directory that is locked as
//! long as its owner lives. One who finds a directory that nobody holds closes what is left in it: that is what a
//! killed process leaves, until its masters, idle for a minute, go by themselves.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;
use tokio::sync::{Mutex, Semaphore};

use super::{Host, Target};

/// What the directories are called.
const PREFIX: &str = "awesh-ssh-";

/// How many connections are made at the same time. A jump host's sshd drops some of more than ten that have not
/// said who they are; those are tried again.
const AT_ONCE: usize = 64;

/// What the hosts of one command share.
#[derive(Debug)]
pub struct Connections {
    /// Another configuration than the user's.
    config: Option<PathBuf>,
    kept: Option<Kept>,
    next: AtomicUsize,
    pub(super) starting: Semaphore,
    /// The terminal, which one at a time may ask on.
    pub(super) terminal: Mutex<()>,
}

/// Where the sockets of kept connections are.
#[derive(Debug)]
struct Kept {
    directory: TempDir,
    /// Held as long as the directory is somebody's.
    _lock: File,
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
        let base = base();
        close_leftovers(&base);
        let directory = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&base)?;
        let lock = File::create_new(lock_of(directory.path()))?;
        lock.lock()?;
        Ok(Arc::new(Self::with(config, Some(Kept { directory, _lock: lock }))))
    }

    fn with(config: Option<PathBuf>, kept: Option<Kept>) -> Self {
        let (next, starting) = (AtomicUsize::new(0), Semaphore::new(AT_ONCE));
        Self { config, kept, next, starting, terminal: Mutex::default() }
    }

    /// A host.
    pub fn host(self: &Arc<Self>, target: Target) -> Host {
        let socket = self.kept.as_ref().map(|kept| {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            kept.directory.path().join(number.to_string())
        });
        Host { target, connections: Arc::clone(self), socket }
    }

    pub(super) fn config(&self) -> Option<&Path> {
        self.config.as_deref()
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        close(self.directory.path());
    }
}

/// Where directories of ours are made: a socket's name may not be long.
fn base() -> PathBuf {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_dir());
    runtime.unwrap_or_else(std::env::temp_dir)
}

fn lock_of(directory: &Path) -> PathBuf {
    directory.join("lock")
}

/// Closes what processes that were killed have left.
fn close_leftovers(base: &Path) {
    let entries = fs::read_dir(base).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
        // Another user's cannot be opened.
        let Ok(lock) = File::options().write(true).open(lock_of(&entry.path())) else { continue };
        match lock.try_lock() {
            Ok(()) => {
                close(&entry.path());
                let _ = fs::remove_dir_all(entry.path());
            }
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
        }
    }
}

/// Ends the masters whose sockets are in a directory.
fn close(directory: &Path) {
    let sockets = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    let leave = |socket: PathBuf| {
        let mut ssh = Command::new("ssh");
        ssh.args(["-F", "none", "-O", "exit", "-S"]).arg(socket).arg("any");
        ssh.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
    };
    let ending: Vec<_> = sockets.filter(|socket| !socket.ends_with("lock")).filter_map(leave).collect();
    ending.into_iter().for_each(|mut ssh| drop(ssh.wait()));
}
