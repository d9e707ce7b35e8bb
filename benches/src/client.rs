//! The executable as a process of its own: how long it takes and how much memory it needs.

use std::ffi::OsStr;
use std::fmt::Debug;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Between two looks at the memory.
const LOOK: Duration = Duration::from_millis(5);

/// The executable, and a home for it in which nothing is.
#[derive(Debug)]
pub struct Client {
    program: PathBuf,
    home: TempDir,
}

/// What was measured of a run.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// From start to end.
    pub took: Duration,
    /// The most memory at once: of it what is shared is divided among those that share it.
    pub proportional: u64,
    /// The most memory at once, shared or not.
    pub resident: u64,
}

impl Client {
    /// For a program.
    ///
    /// # Errors
    ///
    /// If the directory for temporary files has no room.
    pub fn new(program: PathBuf) -> io::Result<Self> {
        Ok(Self { program, home: tempfile::tempdir()? })
    }

    /// Runs it to its end; another exit status than the expected one is an error.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or ends with another status.
    pub fn run<A: AsRef<OsStr> + Debug>(
        &self,
        arguments: &[A],
        variables: &[(&str, &OsStr)],
        expected: i32,
    ) -> io::Result<Run> {
        let mut command = Command::new(&self.program);
        command.args(arguments).env_clear().env("HOME", self.home.path()).envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::null()).current_dir(self.home.path());
        let began = Instant::now();
        let mut child = command.spawn()?;
        let (status, proportional, resident) = watch(&mut child)?;
        let took = began.elapsed();
        if status != Some(expected) {
            return Err(io::Error::other(format!(
                "awesh {arguments:?} ended with {status:?}, not {expected}"
            )));
        }
        Ok(Run { took, proportional, resident })
    }
}

/// Waits for the end of a process; its exit status, and the most memory it was seen with.
fn watch(child: &mut Child) -> io::Result<(Option<i32>, u64, u64)> {
    let (mut proportional, mut resident) = (0, 0);
    loop {
        // Counted by the kernel, so the last look has the most.
        resident = resident.max(figure(child.id(), "status", "VmHWM:"));
        proportional = proportional.max(figure(child.id(), "smaps_rollup", "Pss:"));
        if let Some(status) = child.try_wait()? {
            return Ok((status.code(), proportional, resident));
        }
        thread::sleep(LOOK);
    }
}

/// A figure in bytes from a file of /proc; none of a process that has ended.
fn figure(process: u32, file: &str, name: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/{file}")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
