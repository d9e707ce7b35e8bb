//! What processes cost while nothing is done with them: read from /proc.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use awesh::sys::process::{descendants, proportional_set_size};
use nix::unistd::Pid;

/// A process and those it has started.
#[derive(Debug)]
pub struct Tree {
    processes: Vec<Pid>,
}

impl Tree {
    /// The tree below a process as it is now.
    pub fn of(root: Pid) -> Self {
        let mut processes = vec![root];
        processes.extend(descendants(root));
        Self { processes }
    }

    /// Those of its processes that run the same program as the first.
    pub fn of_one_program(&self) -> Self {
        let program = |process: &Pid| fs::read_link(format!("/proc/{process}/exe")).ok();
        let first = self.processes.first().and_then(program);
        let same = self.processes.iter().filter(|process| program(process) == first).copied();
        Self { processes: same.collect() }
    }

    /// The processor time that each thread has had.
    pub fn threads(&self) -> BTreeMap<PathBuf, Duration> {
        let threads = self.processes.iter().flat_map(|process| entries(&format!("/proc/{process}/task")));
        let time = |thread: PathBuf| -> Option<(PathBuf, Duration)> {
            let text = fs::read_to_string(thread.join("schedstat")).ok()?;
            Some((thread, Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?)))
        };
        threads.filter_map(time).collect()
    }

    /// The processor time since then; what a thread took that has ended meanwhile is not in it.
    pub fn time_since(&self, then: &BTreeMap<PathBuf, Duration>) -> Duration {
        let before = |thread: &PathBuf| then.get(thread).copied().unwrap_or_default();
        self.threads().iter().map(|(thread, time)| time.saturating_sub(before(thread))).sum()
    }

    /// Memory in bytes; what several processes share is divided among them.
    pub fn proportional_set_size(&self) -> u64 {
        self.processes.iter().filter_map(|&process| proportional_set_size(process)).sum()
    }
}

fn entries(directory: &str) -> Vec<PathBuf> {
    // A process that has ended has no threads.
    fs::read_dir(directory)
        .map_or_else(|_| Vec::new(), |all| all.flatten().map(|entry| entry.path()).collect())
}
