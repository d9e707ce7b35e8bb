//! Directories of sessions whose shell was killed before it could remove its own.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::{Pid, getuid};

use super::keep_kubeconfigs;

/// What every session's directory begins with; the process id of its shell follows.
const PREFIX: &str = "awesh-";

/// The beginning of the name of this process's directory.
pub(super) fn prefix() -> String {
    format!("{PREFIX}{}-", std::process::id())
}

/// How often a directory is tried to be removed while somebody makes files in it, and the time between.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(10);

/// Removes the directory of a session that ends. A backend that has only just been started may still be making its
/// socket there.
pub(super) fn remove(own: &Path) {
    for _ in 0..ATTEMPTS {
        match fs::remove_dir_all(own) {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => thread::sleep(PAUSE),
            _ => return,
        }
    }
}

/// Removes what dead shells of this user have left beside `own`, but for what is worth keeping, which goes to
/// `state`. What cannot be removed stays: it is in nobody's way.
pub fn remove_leftovers(own: &Path, state: &Path) {
    let Some(entries) = own.parent().and_then(|parent| fs::read_dir(parent).ok()) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours = entry.metadata().is_ok_and(|meta| meta.is_dir() && meta.uid() == getuid().as_raw());
        if ours && name.to_str().and_then(owner).is_some_and(is_dead) {
            keep_kubeconfigs(&entry.path(), state);
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The process whose directory has this name.
fn owner(name: &str) -> Option<Pid> {
    let (pid, _) = name.strip_prefix(PREFIX)?.split_once('-')?;
    Some(Pid::from_raw(pid.parse().ok()?))
}

fn is_dead(pid: Pid) -> bool {
    kill(pid, None) == Err(Errno::ESRCH)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn only_what_dead_shells_left_is_removed() {
        let parent = tempfile::tempdir().unwrap();
        let mut dead = Command::new("true").spawn().unwrap();
        dead.wait().unwrap();
        let own = parent.path().join(format!("{}own", prefix()));
        let left = parent.path().join(format!("awesh-{}-left", dead.id()));
        let others = ["awesh-test", "awesh--x", "other-1-x"].map(|name| parent.path().join(name));
        for directory in others.iter().chain([&own, &left]) {
            fs::create_dir(directory).unwrap();
            fs::write(directory.join("up"), "").unwrap();
        }
        remove_leftovers(&own, parent.path());
        assert!(own.exists() && !left.exists() && others.iter().all(|other| other.exists()));
    }
}
