//! What processes cost while nothing is done with them: read from /proc.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// A process and those it has started.
#[derive(Debug)]
pub struct Tree {
    processes: Vec<u32>,
}

impl Tree {
    /// The tree below a process as it is now.
    pub fn of(root: u32) -> io::Result<Self> {
        let all = parents()?;
        let mut processes = vec![root];
        let mut at = 0;
        while let Some(&parent) = processes.get(at) {
            processes.extend(all.iter().filter(|(_, of)| *of == parent).map(|(process, _)| *process));
            at += 1;
        }
        Ok(Self { processes })
    }

    /// Those of its processes that run the same program as the first.
    pub fn of_one_program(&self) -> Self {
        let program = |process: &u32| fs::read_link(format!("/proc/{process}/exe")).ok();
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
        let kilobytes = |process: &u32| -> Option<u64> {
            let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
            let line = text.lines().find(|line| line.starts_with("Pss:"))?;
            line.split_whitespace().nth(1)?.parse().ok()
        };
        self.processes.iter().filter_map(kilobytes).sum::<u64>() * 1024
    }
}

/// Every process with its parent.
fn parents() -> io::Result<Vec<(u32, u32)>> {
    let parent = |place: PathBuf| -> Option<(u32, u32)> {
        let process = place.file_name()?.to_str()?.parse().ok()?;
        let text = fs::read_to_string(place.join("stat")).ok()?;
        // The name before these fields is in brackets and may have anything in it.
        let fields = text.rsplit_once(')')?.1;
        Some((process, fields.split_whitespace().nth(1)?.parse().ok()?))
    };
    Ok(fs::read_dir("/proc")?.flatten().filter_map(|entry| parent(entry.path())).collect())
}

fn entries(directory: &str) -> Vec<PathBuf> {
    // A process that has ended has no threads.
    fs::read_dir(directory)
        .map_or_else(|_| Vec::new(), |all| all.flatten().map(|entry| entry.path()).collect())
}
