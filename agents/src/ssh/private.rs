//! A directory for sockets, which is private and locked as long as its owner lives. One who finds a directory that
//! nobody holds closes what is left in it: that is what a killed process leaves.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// What the directories are called.
const PREFIX: &str = "awesh-ssh-";

/// The directory; what listens there is closed when it is dropped.
#[derive(Debug)]
pub(super) struct Private {
    directory: TempDir,
    /// Held as long as the directory is somebody's.
    _lock: File,
}

impl Private {
    /// A new one, after closing those that killed processes left.
    pub(super) fn new() -> io::Result<Self> {
        let base = base();
        close_leftovers(&base);
        loop {
            let directory = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&base)?;
            let lock = File::create_new(lock_of(directory.path()))?;
            lock.lock()?;
            // Before it was locked another process may have taken it for what a killed one left.
            if lock_of(directory.path()).exists() {
                return Ok(Self { directory, _lock: lock });
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        close(self.path());
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

fn close_leftovers(base: &Path) {
    let entries = fs::read_dir(base).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
        // Another user's cannot be opened.
        let Ok(lock) = File::options().write(true).open(lock_of(&entry.path())) else { continue };
        if lock.try_lock().is_ok() {
            close(&entry.path());
            let _ = fs::remove_dir_all(entry.path());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_is_removed_and_nothing_else() {
        let base = tempfile::tempdir().unwrap();
        let directory = |name: &str| {
            let path = base.path().join(name);
            fs::create_dir(&path).unwrap();
            let lock = File::create_new(lock_of(&path)).unwrap();
            fs::write(path.join("0"), "").unwrap();
            (path, lock)
        };
        let (left, lock) = directory("awesh-ssh-left");
        drop(lock);
        let (held, lock) = directory("awesh-ssh-held");
        lock.lock().unwrap();
        let (other, _) = directory("another");
        close_leftovers(base.path());
        assert_eq!((left.exists(), held.exists(), other.exists()), (false, true, true));
    }
}
