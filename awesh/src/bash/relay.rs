//! Moves bytes between the user's terminal and bash's while bash has it, until bash wants something. What the
//! bytes mean is not looked at here: `show.rs` and `turns.rs` know.

use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags};
use nix::unistd::{tcgetpgrp, write};

use super::behind::LOOK_AGAIN;
use super::spawn::CALL_ECHO;
use super::{BashSession, Expansion, Phase, START, Turn};
use crate::sys::poll::wait;
use crate::sys::tty::Mode;
use crate::terminal::Terminal;

/// How much is read before it is passed on. The kernel gives a terminal's output in pieces of 4 KB at most; to
/// gather many of them leaves the user's terminal, and then the program, with nothing to do.
const CHUNK: usize = 8 * 1024;

/// While much is printed so many pieces are read before it is asked what else there is, which takes a third of the
/// time: half a millisecond's worth.
const UNASKED: u32 = 15;

/// So many keys are taken ahead of a program that does not read them.
const KEYS: usize = 64 * 1024;

/// How long the beginning of a possible mark is held back when nothing follows it.
const HOLD: Duration = Duration::from_millis(10);

/// How long bash may take to make something of a line before whatever it does instead gets the terminal.
const SILENCE: Duration = Duration::from_millis(500);

/// How long bash may take from the echo of an expanded line to running it; it takes a millisecond.
const AFTER_EXPANSION: Duration = Duration::from_millis(100);

/// How long a mark may take to come after the message that goes with it; it takes microseconds.
const LOST: Duration = Duration::from_millis(250);

/// The interrupt key, while bash reads a line in raw mode.
const INTERRUPT: u8 = 0x03;

/// What the shell types where start-up files were broken off.
const FINISH: &str = " set +o vi +o emacs\n";

impl BashSession {
    /// Lets bash have the terminal until it wants something.
    pub fn wait(&mut self, terminal: &mut Terminal) -> io::Result<Turn> {
        loop {
            if self.phase == Phase::Starting {
                terminal.set_mode(Mode::Relay)?;
                self.interrupted |= terminal.keyboard.ahead().contains(&INTERRUPT);
                self.outgoing.extend(terminal.keyboard.take_ahead());
            }
            if let Some(turn) = self.relay(terminal)? {
                return Ok(turn);
            }
        }
    }

    /// Moves bytes until bash wants something; None where what it wants is the terminal, which something else has.
    pub(super) fn relay(&mut self, terminal: &mut Terminal) -> io::Result<Option<Turn>> {
        let mut buffer = vec![0; CHUNK];
        if terminal.is_gone() {
            return Ok(Some(Turn::HungUp));
        }
        if self.watch().has_ended()
            && let Some(turn) = self.on_child(terminal, &mut buffer)?
        {
            return Ok(Some(turn));
        }
        let mut since = Instant::now();
        let mut unasked = 0;
        loop {
            let ready = if self.output.flows && unasked < UNASKED {
                unasked += 1;
                Ready { output: true, ..Ready::default() }
            } else {
                unasked = 0;
                self.poll(terminal, since)?
            };
            if ready.nothing {
                self.on_silence(terminal, since)?;
            }
            let turn = self.on_ready(&ready, terminal, &mut buffer)?.or(self.at_prompt()?);
            if let Some(turn) = self.due(turn) {
                return Ok(Some(turn));
            }
            if std::mem::take(&mut self.begun) {
                return Ok(Some(Turn::Started));
            }
            if self.is_wanted() {
                return Ok(None);
            }
            if !ready.nothing {
                since = Instant::now();
            }
        }
    }

    fn on_ready(
        &mut self,
        ready: &Ready,
        terminal: &mut Terminal,
        buffer: &mut [u8],
    ) -> io::Result<Option<Turn>> {
        if ready.signal
            && let Some(turn) = self.on_signal(terminal, buffer)?
        {
            return Ok(Some(turn));
        }
        let mut turn = None;
        if ready.output {
            turn = self.on_output(terminal, buffer)?;
        }
        if ready.message {
            self.on_messages(terminal)?;
        }
        if ready.room {
            self.send_outgoing()?;
        }
        if ready.key && self.on_keys(terminal, buffer)? == 0 {
            turn = Some(Turn::HungUp);
        }
        Ok(turn)
    }

    fn poll(&self, terminal: &Terminal, since: Instant) -> io::Result<Ready> {
        let deadline = match self.behind {
            // However long it has been silent: the looks come one after the other.
            Some(_) => Some(Instant::now() + LOOK_AGAIN),
            None => self.patience().map(|patience| since + patience),
        };
        let link = self.link.lock();
        let sends = self.takes_keys && !self.outgoing.is_empty();
        let master = if sends { PollFlags::POLLIN | PollFlags::POLLOUT } else { PollFlags::POLLIN };
        let mut fds = [
            PollFd::new(self.master.as_fd(), master),
            PollFd::new(link.handshake.fd(), PollFlags::POLLIN),
            PollFd::new(terminal.signals.fd(), PollFlags::POLLIN),
            PollFd::new(terminal.keyboard.fd(), PollFlags::POLLIN),
        ];
        // Keys wait in the kernel while bash has not taken the ones before.
        let count = if self.outgoing.len() > KEYS { 3 } else { 4 };
        if !wait(&mut fds[..count], deadline)? {
            return Ok(Ready { nothing: true, ..Ready::default() });
        }
        let events = |fd: &PollFd<'_>| fd.revents().unwrap_or(PollFlags::empty());
        Ok(Ready {
            nothing: false,
            output: events(&fds[0]).intersects(PollFlags::POLLIN | PollFlags::POLLHUP | PollFlags::POLLERR),
            room: events(&fds[0]).contains(PollFlags::POLLOUT),
            message: !events(&fds[1]).is_empty(),
            signal: !events(&fds[2]).is_empty(),
            key: !events(&fds[3]).is_empty(),
        })
    }

    /// How long nothing may happen before [`BashSession::on_silence`] acts.
    fn patience(&self) -> Option<Duration> {
        if self.has_lost_mark() {
            Some(LOST)
        } else if self.echo == CALL_ECHO {
            Some(SILENCE)
        } else if self.output.marks.holds() || !self.echo.is_empty() {
            Some(HOLD)
        } else if self.phase == Phase::Reading && self.expansion == Expansion::Printed {
            Some(AFTER_EXPANSION)
        } else {
            let reading = matches!(self.phase, Phase::Reading | Phase::Quiet);
            (reading || !self.takes_keys || self.is_broken_off()).then_some(SILENCE)
        }
    }

    /// Whether bash has come to a prompt without a mark so far. A signal key has the terminal forget output that is
    /// on its way.
    fn has_lost_mark(&self) -> bool {
        let is_installed = self.lines.front().is_some_and(|line| line.starts_with(START));
        !self.marked && (self.reported.is_some() || self.phase == Phase::Starting && is_installed)
    }

    /// Whether the user has pressed Ctrl-C in his start-up files and bash itself has the terminal since.
    fn is_broken_off(&self) -> bool {
        self.phase == Phase::Starting && self.interrupted && tcgetpgrp(&*self.master) == Ok(self.child)
    }

    fn on_silence(&mut self, terminal: &mut Terminal, since: Instant) -> io::Result<()> {
        // Asked once: what follows is not to be of two minds about whether it is time.
        let silent = since.elapsed();
        if self.has_lost_mark() {
            if silent >= LOST {
                self.on_prompt_mark(terminal)?;
            }
        } else if self.output.marks.holds() || !self.echo.is_empty() {
            let mut held = std::mem::take(&mut self.echo);
            held.extend_from_slice(self.output.marks.flush());
            self.show(&held)?;
        } else if !std::mem::replace(&mut self.takes_keys, true) || self.behind.is_some() {
            // bash is not as it should be, or silent where it is in nobody's way.
        } else if self.phase == Phase::Reading && self.expansion == Expansion::Printed {
            self.outgoing.push_back(b'\n');
            self.expansion = Expansion::Nudged;
        } else if silent >= SILENCE && self.is_broken_off() {
            // bash reads on with readline's flag set, under which it runs no PROMPT_COMMAND: the line that takes
            // it off lets the hook be installed.
            self.modes.for_line(&self.slave)?;
            self.phase = Phase::Quiet;
            self.outgoing.extend(FINISH.bytes());
        } else if silent >= SILENCE && self.phase != Phase::Running {
            // Something of the user's own reads here, or the hook is gone: it gets the terminal.
            self.give_terminal(terminal)?;
        }
        Ok(())
    }

    pub(super) fn send_outgoing(&mut self) -> io::Result<()> {
        let (front, _) = self.outgoing.as_slices();
        match write(&self.master, front) {
            Ok(count) => drop(self.outgoing.drain(..count)),
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Takes keys to where they belong; how many there were.
    fn on_keys(&mut self, terminal: &mut Terminal, buffer: &mut [u8]) -> io::Result<usize> {
        let count = terminal.keyboard.read_raw(buffer)?;
        let keys = &buffer[..count];
        if let Some(behind) = &mut self.behind {
            behind.on_keys(keys, &mut terminal.keyboard)?;
            return Ok(count);
        }
        match self.phase {
            Phase::Starting | Phase::Running if !self.marked => {
                self.interrupted |= keys.contains(&INTERRUPT);
                self.outgoing.extend(terminal.keyboard.take_ahead());
                self.outgoing.extend(keys);
            }
            Phase::Reading | Phase::Quiet if keys.contains(&INTERRUPT) => {
                self.outgoing.clear();
                self.interrupt()?;
            }
            _ => terminal.keyboard.keep(keys),
        }
        Ok(count)
    }

    fn on_signal(&mut self, terminal: &mut Terminal, buffer: &mut [u8]) -> io::Result<Option<Turn>> {
        terminal.signals.clear();
        if terminal.signals.hung_up() {
            return Ok(Some(Turn::HungUp));
        }
        if terminal.signals.take_resize() {
            self.resize(&terminal.size());
        }
        if terminal.signals.take_child() { self.on_child(terminal, buffer) } else { Ok(None) }
    }
}

#[derive(Debug, Default)]
struct Ready {
    nothing: bool,
    output: bool,
    room: bool,
    message: bool,
    signal: bool,
    key: bool,
}
