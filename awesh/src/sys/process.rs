//! Starting a program as the leader of its own session, and seeing that it waits.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use nix::libc;
use nix::unistd::{Pid, SysconfVar, setsid, sysconf};

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

/// The memory of a process in bytes, what it shares with others divided among them; None where the system does not
/// tell.
pub fn proportional_set_size(process: Pid) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

/// The processor time that a process has had; None where the system does not tell.
pub fn processor_time(process: Pid) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name may have anything in it; the fields behind it begin with the third.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    let second = u64::try_from(sysconf(SysconfVar::CLK_TCK).ok()??).ok()?;
    Some(Duration::from_millis(ticks * 1000 / second))
}

/// What a process is asleep in, as far as it concerns who reads a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// A read from this file.
    Read(PathBuf),
    /// A wait for one of several descriptors.
    Any,
}

/// What a process waits for; None where that is something else, or the system does not tell.
pub fn waits_for(process: Pid) -> Option<Wait> {
    let text = fs::read_to_string(format!("/proc/{process}/syscall")).ok()?;
    let mut words = text.split_whitespace();
    match words.next()?.parse().ok()? {
        libc::SYS_read => {
            let descriptor = u64::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok()?;
            fs::read_link(format!("/proc/{process}/fd/{descriptor}")).ok().map(Wait::Read)
        }
        libc::SYS_ppoll | libc::SYS_pselect6 | libc::SYS_epoll_pwait => Some(Wait::Any),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_poll | libc::SYS_select | libc::SYS_epoll_wait => Some(Wait::Any),
        _ => None,
    }
}

/// The processes that a process has started, and those that these have.
pub fn descendants(process: Pid) -> Vec<Pid> {
    let mut found = children(process);
    let mut at = 0;
    while let Some(&next) = found.get(at) {
        found.extend(children(next));
        at += 1;
    }
    found
}

/// The children of each of its threads.
fn children(process: Pid) -> Vec<Pid> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let of_thread =
        |list: String| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>();
    lists.flat_map(of_thread).map(Pid::from_raw).collect()
}

fn take_terminal() -> io::Result<()> {
    setsid()?;
    // SAFETY: descriptor 0 is the terminal that the child was given; the argument is an integer.
    let done = unsafe { libc::ioctl(libc::STDIN_FILENO, libc::TIOCSCTTY, 0) };
    if done == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
