//! A program to its end: without a terminal, in a process group of its own that ends with whoever waits for it.

use std::io;
use std::process::{ExitStatus, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

/// Bytes of each output that are kept.
const OUTPUT: u64 = 4 << 20;

/// How a program ended, and what it printed.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
}

/// Runs a program. Dropped, it ends the program with all that it started.
pub(super) async fn run(command: &mut Command, input: &[u8]) -> io::Result<Ended> {
    let mut child = command
        .stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let group = Group::of(&child);
    let stdin = child.stdin.take();
    let give = async {
        if let Some(mut stdin) = stdin {
            // A program that does not read it is free to.
            let _ = stdin.write_all(input).await;
        }
    };
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let ((), stdout, stderr, status) = tokio::join!(give, read(stdout), read(stderr), child.wait());
    group.has_ended();
    Ok(Ended { status: status?, stdout, stderr })
}

impl Ended {
    /// How it ended, with the last line of what it complained.
    pub(super) fn told(&self) -> String {
        let stderr = String::from_utf8_lossy(&self.stderr);
        let complaint = stderr.lines().rev().map(str::trim).find(|line| !line.is_empty());
        let how = match self.status.code() {
            Some(code) => format!("failed with status {code}"),
            None => "was ended by a signal".to_owned(),
        };
        complaint.map_or(how.clone(), |complaint| format!("{how}: {complaint}"))
    }
}

async fn read(pipe: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        // What came before an error is what there is; what is too much is not left to block the program.
        let _ = (&mut pipe).take(OUTPUT).read_to_end(&mut bytes).await;
        let _ = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await;
    }
    bytes
}

/// A process group that is killed unless it has ended.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw))
    }

    fn has_ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = killpg(group, Signal::SIGKILL);
        }
    }
}
