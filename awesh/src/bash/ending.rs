//! How a session ends or stops: by itself, with its terminal, or for a while (`suspend`).

use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill, raise};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};

use super::handshake::Message;
use super::{BashSession, HANG_UP, Phase, Turn};
use crate::sys::poll::wait;
use crate::sys::tty::Mode;
use crate::terminal::Terminal;

/// How long a bash whose terminal is gone may take to save its history.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long it may take from its prompt to the command that it was given, or from that to its prompt; it takes less
/// than a millisecond.
const ON_ITS_WAY: Duration = Duration::from_millis(200);

/// Between two looks whether it has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

impl BashSession {
    /// Looks whether bash has ended, or has stopped itself (`suspend`): then awesh stops too.
    pub(super) fn on_child(
        &mut self,
        terminal: &mut Terminal,
        buffer: &mut [u8],
    ) -> io::Result<Option<Turn>> {
        match waitpid(self.child, Some(WaitPidFlag::WNOHANG | WaitPidFlag::WUNTRACED)) {
            Ok(WaitStatus::Exited(_, status)) => self.ended(terminal, buffer, status).map(Some),
            Ok(WaitStatus::Signaled(_, signal, _)) => {
                self.ended(terminal, buffer, 128 + signal as i32).map(Some)
            }
            Ok(WaitStatus::Stopped(..)) => {
                terminal.set_mode(Mode::Original)?;
                raise(Signal::SIGSTOP)?;
                terminal.set_mode(Mode::Relay)?;
                self.resize(&terminal.size());
                kill(self.child, Signal::SIGCONT)?;
                Ok(None)
            }
            Ok(_) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends the session as a closed terminal does: bash saves its history and passes SIGHUP on to its jobs. It does
    /// so only outside of PROMPT_COMMAND: at its prompt it is told to signal itself, and where it may be on its way
    /// there, or back, that is waited for.
    pub fn hang_up(&mut self) -> io::Result<()> {
        let now = Instant::now();
        let mut due = match self.phase {
            Phase::Prompt => None,
            Phase::Reading | Phase::Quiet => Some(now + ON_ITS_WAY),
            _ if self.marked => Some(now + ON_ITS_WAY),
            _ => Some(now),
        };
        if due.is_none() {
            self.tell_to_hang_up()?;
        }
        while !self.watch().has_ended() && Instant::now() < now + FAREWELL {
            if due.is_some_and(|due| due <= Instant::now()) {
                kill(self.child, Signal::SIGHUP)?;
                due = None;
            }
            self.send_outgoing()?;
            self.output.take_background()?;
            let messages = self.link.lock().handshake.receive()?;
            if messages.contains(&Message::Started) {
                self.link.lock().handshake.release()?;
                due = due.map(|_| now);
            }
            if due.is_some() && messages.iter().any(|message| matches!(message, Message::Prompt(_))) {
                self.tell_to_hang_up()?;
                due = None;
            }
            let link = self.link.lock();
            let mut fds = [
                PollFd::new(self.master.as_fd(), PollFlags::POLLIN),
                PollFd::new(link.handshake.fd(), PollFlags::POLLIN),
            ];
            wait(&mut fds, Some(due.unwrap_or(Instant::now() + LOOK_AGAIN)))?;
        }
        Ok(())
    }

    /// Has bash, which waits at its prompt, signal itself.
    fn tell_to_hang_up(&mut self) -> io::Result<()> {
        self.lines.push_front(format!("{HANG_UP}\n"));
        self.leave_prompt(Phase::Quiet)
    }

    /// Shows what is still in the terminal of a bash that has ended.
    fn ended(&mut self, terminal: &mut Terminal, buffer: &mut [u8], status: i32) -> io::Result<Turn> {
        if self.phase == Phase::Quiet {
            self.phase = Phase::Running;
        }
        while poll(&mut [PollFd::new(self.master.as_fd(), PollFlags::POLLIN)], PollTimeout::ZERO)? > 0 {
            self.on_output(terminal, buffer)?;
        }
        let mut held = std::mem::take(&mut self.echo);
        held.extend_from_slice(self.output.marks.flush());
        held.extend(self.notices.end());
        self.show(&held)?;
        Ok(Turn::Ended(status))
    }
}
