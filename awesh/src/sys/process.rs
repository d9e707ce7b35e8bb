//! Starting a program as the leader of its own session, and seeing that it waits.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::libc;
use nix::unistd::{Pid, setsid};

/// Lets `command` lead a session of its own, with its standard input as the controlling terminal.
pub fn lead_session_on_terminal(command: &mut Command) {
    // SAFETY: between fork and exec only system calls that are async-signal-safe are made, and nothing is
    // allocated.
    unsafe { command.pre_exec(take_terminal) };
}

/// Lets `command` lead a session of its own, without a terminal.
pub fn lead_session(command: &mut Command) {
    // SAFETY: as above.
    unsafe { command.pre_exec(|| setsid().map(drop).map_err(io::Error::from)) };
}

/// How often a process has begun to wait for something; None where the system does not tell.
pub fn times_slept(process: Pid) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?.trim().parse().ok()
}

fn take_terminal() -> io::Result<()> {
    setsid()?;
    // SAFETY: descriptor 0 is the terminal that the child was given; the argument is an integer.
    let done = unsafe { libc::ioctl(libc::STDIN_FILENO, libc::TIOCSCTTY, 0) };
    if done == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
