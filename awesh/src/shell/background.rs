//! Batches that run on in the background when a shell ends: it says so, that nobody forgets them.

use std::fs;
use std::path::Path;

use serde::Deserialize;

/// The process that does the work of a batch.
#[derive(Deserialize)]
struct Worker {
    pid: i32,
    /// When it started, in the kernel's ticks: the number alone may belong to another by now.
    started: u64,
}

/// The names of the batches that run, by what is kept of them.
pub(super) fn running(state: &Path) -> Vec<String> {
    let entries = fs::read_dir(state.join("batches")).into_iter().flatten().flatten();
    let is_running = |directory: &Path| {
        let worker = fs::read(directory.join("worker")).ok();
        let worker = worker.and_then(|text| serde_json::from_slice::<Worker>(&text).ok());
        worker.is_some_and(|worker| started(worker.pid) == Some(worker.started))
    };
    let running = entries.filter(|entry| is_running(&entry.path()));
    let mut names: Vec<String> =
        running.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// When a process started, if there is one: the 22nd field of its `stat`, whose second is in parentheses.
fn started(pid: i32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_run_whose_process_is_the_one_that_began() {
        let state = tempfile::tempdir().unwrap();
        let own = i32::try_from(std::process::id()).unwrap();
        let began = started(own).unwrap();
        for (name, pid, started) in
            [("b", own, began), ("a", own, began), ("other", own, began + 1), ("gone", i32::MAX, 1)]
        {
            let directory = state.path().join("batches").join(name);
            fs::create_dir_all(&directory).unwrap();
            fs::write(directory.join("worker"), format!(r#"{{"pid":{pid},"started":{started}}}"#)).unwrap();
        }
        fs::create_dir(state.path().join("batches/empty")).unwrap();
        assert_eq!(running(state.path()), ["a", "b"]);
        assert_eq!(running(Path::new("/nowhere")), [""; 0]);
    }
}
