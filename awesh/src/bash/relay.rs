//! Moves bytes between the user's terminal and bash's while bash has it, and follows what bash does by its
//! marks and messages. While a command runs nothing is interpreted but the marks.

use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill, raise};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::write;

use super::handshake::Message;
use super::markers::{Mark, Piece};
use super::modes::{Ahead, DEFAULT_EOF};
use super::spawn::CALL_ECHO;
use super::{BashSession, Expansion, HANG_UP, Phase, RESET, START, Turn, without_line_end};
use crate::sys::pty::queued;
use crate::sys::tty::Mode;
use crate::terminal::{Terminal, write_out};

/// What a terminal's queue takes (N_TTY_BUF_SIZE in Linux), in bytes.
const QUEUE: usize = 4096;

/// How much is read at once.
const CHUNK: usize = 64 * 1024;

/// How long the beginning of a possible mark is held back when nothing follows it.
const HOLD: Duration = Duration::from_millis(10);

/// How long bash may take to make something of a line before whatever it does instead gets the terminal.
const SILENCE: Duration = Duration::from_millis(500);

/// How long a bash whose terminal is gone may take to save its history.
const FAREWELL: Duration = Duration::from_secs(2);

/// Between two looks whether it has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How long bash may take from the echo of an expanded line to running it; it takes a millisecond.
const AFTER_EXPANSION: Duration = Duration::from_millis(100);

/// How long the keys typed ahead may take through the kernel; it takes microseconds.
const DELIVERY: Duration = Duration::from_millis(50);

/// The interrupt key, while bash reads a line in raw mode.
const INTERRUPT: u8 = 0x03;

impl BashSession {
    /// Lets bash have the terminal until it wants something.
    pub fn wait(&mut self, terminal: &mut Terminal) -> io::Result<Turn> {
        let mut buffer = vec![0; CHUNK];
        if terminal.is_gone() {
            return Ok(Turn::HungUp);
        }
        if self.watch().has_ended()
            && let Some(turn) = self.on_child(terminal, &mut buffer)?
        {
            return Ok(turn);
        }
        if self.phase == Phase::Starting {
            terminal.set_mode(Mode::Relay)?;
        }
        let mut since = Instant::now();
        loop {
            let ready = self.poll(terminal, since)?;
            if ready.nothing {
                self.on_silence(terminal, since)?;
            }
            if ready.signal
                && let Some(turn) = self.on_signal(terminal, &mut buffer)?
            {
                return Ok(turn);
            }
            let mut turn = None;
            if ready.output {
                turn = self.on_output(terminal, &mut buffer)?;
            }
            if ready.message {
                self.on_messages(terminal)?;
            }
            if ready.room {
                self.send_outgoing()?;
            }
            if ready.key && self.on_keys(terminal, &mut buffer)? == 0 {
                return Ok(Turn::HungUp);
            }
            if let Some(turn) = turn.or(self.at_prompt()?) {
                return Ok(turn);
            }
            if std::mem::take(&mut self.begun) {
                return Ok(Turn::Started);
            }
            if !ready.nothing {
                since = Instant::now();
            }
        }
    }

    fn poll(&self, terminal: &Terminal, since: Instant) -> io::Result<Ready> {
        let timeout = self.patience().map_or(PollTimeout::NONE, |patience| {
            PollTimeout::try_from(patience.saturating_sub(since.elapsed())).unwrap_or(PollTimeout::ZERO)
        });
        let link = self.link.borrow();
        let master =
            if self.outgoing.is_empty() { PollFlags::POLLIN } else { PollFlags::POLLIN | PollFlags::POLLOUT };
        let mut fds = [
            PollFd::new(self.master.as_fd(), master),
            PollFd::new(link.handshake.fd(), PollFlags::POLLIN),
            PollFd::new(terminal.signals.fd(), PollFlags::POLLIN),
            PollFd::new(terminal.keyboard.fd(), PollFlags::POLLIN),
        ];
        // Keys wait in the kernel while bash has not taken the ones before.
        let count = if self.outgoing.len() > CHUNK { 3 } else { 4 };
        match poll(&mut fds[..count], timeout) {
            Ok(0) => return Ok(Ready { nothing: true, ..Ready::default() }),
            Ok(_) => {}
            Err(Errno::EINTR) => return Ok(Ready { signal: true, ..Ready::default() }),
            Err(error) => return Err(error.into()),
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
        if self.echo == CALL_ECHO {
            Some(SILENCE)
        } else if self.output.marks.holds() || !self.echo.is_empty() {
            Some(HOLD)
        } else if self.phase == Phase::Reading && self.expansion == Expansion::Printed {
            Some(AFTER_EXPANSION)
        } else {
            matches!(self.phase, Phase::Reading | Phase::Quiet).then_some(SILENCE)
        }
    }

    fn on_silence(&mut self, terminal: &mut Terminal, since: Instant) -> io::Result<()> {
        if self.output.marks.holds() || !self.echo.is_empty() {
            let mut held = std::mem::take(&mut self.echo);
            held.extend_from_slice(self.output.marks.flush());
            self.show(&held)?;
        } else if self.phase == Phase::Reading && self.expansion == Expansion::Printed {
            self.outgoing.push_back(b'\n');
            self.expansion = Expansion::Nudged;
        } else if since.elapsed() >= SILENCE && self.phase != Phase::Running {
            // Something of the user's own reads here, or the hook is gone: it gets the terminal.
            self.give_terminal(terminal)?;
        }
        Ok(())
    }

    /// Reads what bash and its programs print, and shows it but for the marks.
    fn on_output(&mut self, terminal: &mut Terminal, buffer: &mut [u8]) -> io::Result<Option<Turn>> {
        let count = self.output.read(buffer)?;
        let mut turn = None;
        let mut input = &buffer[..count];
        // All between two marks is shown by one write, however many escape sequences it has.
        let mut shown = Vec::with_capacity(count);
        // Out of the way while `self` is needed for what the marks mean.
        let mut marks = std::mem::take(&mut self.output.marks);
        while let Some(piece) = marks.next(&mut input) {
            let mark = match piece {
                Piece::Output(bytes) => {
                    shown.extend_from_slice(bytes);
                    continue;
                }
                Piece::Mark(mark) => mark,
            };
            self.show_but_echo(&shown)?;
            shown.clear();
            match mark {
                Mark::Prompt => {
                    let held = std::mem::take(&mut self.echo);
                    self.show(if held == CALL_ECHO { &[] } else { &held })?;
                    self.on_prompt_mark(terminal)?;
                }
                Mark::Command => self.on_command_mark(),
                Mark::Continuation => turn = self.on_continuation()?,
            }
        }
        self.output.marks = marks;
        self.show_but_echo(&shown)?;
        Ok(turn)
    }

    /// Holds back what may be `set -v`'s echo of the hook's call: where a mark follows, it was.
    fn show_but_echo(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut output = std::mem::take(&mut self.echo);
        output.extend_from_slice(bytes);
        let held = (0..=CALL_ECHO.len()).rev().find(|&count| output.ends_with(&CALL_ECHO[..count]));
        self.echo = output.split_off(output.len() - held.unwrap_or(0));
        self.show(&output)
    }

    fn show(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.phase == Phase::Quiet || bytes.is_empty() {
            return Ok(());
        }
        let bytes = if std::mem::take(&mut self.line_is_ended) { without_line_end(bytes) } else { bytes };
        if self.phase == Phase::Reading {
            return self.show_before_command(bytes);
        }
        self.put_out(bytes)
    }

    /// Keeps bash's notices of jobs that ended while the line was edited until the command has run: with an
    /// editor of its own bash would not have said so yet.
    fn show_before_command(&mut self, bytes: &[u8]) -> io::Result<()> {
        let other = self.notices.take(bytes);
        if other.is_empty() { Ok(()) } else { self.put_out(&other) }
    }

    fn put_out(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.expansion == Expansion::Possible {
            self.expansion = Expansion::Printed;
        }
        self.output.tail.push(bytes);
        write_out(bytes)
    }

    /// All output of the last command is here: takes the terminal's modes back, and the keys nobody read.
    fn on_prompt_mark(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        if matches!(self.phase, Phase::Starting | Phase::Running) {
            self.modes.save(&self.slave)?;
        }
        let notices = self.notices.end();
        self.put_out(&notices)?;
        self.modes.for_line(&self.slave)?;
        // In the order they were typed: what was not even sent comes last.
        let unsent: Vec<u8> = self.outgoing.drain(..).collect();
        terminal.keyboard.put_back(&unsent);
        let unread = self.output.take_unread_keys()?;
        let ours = usize::from(self.expansion == Expansion::Nudged && unread.first() == Some(&b'\n'));
        terminal.keyboard.put_back(&unread[ours..]);
        if let Some(started) = self.started.take() {
            self.duration = started.elapsed();
        }
        self.marked = true;
        Ok(())
    }

    fn on_command_mark(&mut self) {
        self.output.tail.clear();
        self.phase = Phase::Running;
    }

    fn on_continuation(&mut self) -> io::Result<Option<Turn>> {
        if self.phase != Phase::Reading {
            return Ok(None);
        }
        if self.lines.is_empty() {
            return Ok(Some(Turn::Continuation));
        }
        self.send_line()?;
        Ok(None)
    }

    fn on_messages(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        let messages = self.link.borrow_mut().handshake.receive()?;
        for message in messages {
            match message {
                Message::Installed { mode } => {
                    self.mode = mode;
                    self.lines.push_front(format!("{START}\n"));
                }
                Message::Started => self.on_started(terminal)?,
                Message::Prompt(report) => self.reported = Some(report),
                Message::Answer { .. } => {}
            }
        }
        Ok(())
    }

    /// A command is about to run: it gets the terminal, and the keys typed ahead of it.
    fn on_started(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        self.expansion = Expansion::None;
        self.started = Some(Instant::now());
        let quiet = self.phase == Phase::Quiet;
        self.give_terminal(terminal)?;
        if quiet {
            self.phase = Phase::Quiet;
        }
        self.begun = !quiet;
        self.link.borrow_mut().handshake.release()
    }

    fn give_terminal(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        if terminal.keyboard.has_ahead() && self.outgoing.is_empty() {
            self.deliver_ahead(terminal)?;
        }
        self.modes.for_command(&self.slave)?;
        self.phase = Phase::Running;
        if terminal.keyboard.ahead().iter().any(|key| b"\r\n".contains(key)) {
            // More lines than the queue takes: the rest follows as the command reads.
            self.outgoing.extend(terminal.keyboard.take_ahead());
        }
        terminal.set_mode(Mode::Relay)
    }

    /// Puts the keys typed ahead into the terminal's queue as if they were typed now, but for their echo: they
    /// were seen already. Whole lines go in as lines, so that Ctrl-D among them is an end of file. What follows
    /// the last of them waits for the next key or prompt: less than a line is counted in the queue only while
    /// the terminal takes bytes one by one, and to change to that would make one line of all.
    fn deliver_ahead(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        let keys = terminal.keyboard.ahead();
        let keys = keys[..keys.len().min(QUEUE)].to_vec();
        let end = keys.iter().rposition(|key| b"\r\n\x04".contains(key)).map_or(0, |last| last + 1);
        let (lines, rest) = keys.split_at(end);
        let taken = if lines.is_empty() {
            self.modes.for_keys_ahead(&self.slave, Ahead::Bytes)?;
            self.put_in_queue(rest, rest.len())?
        } else {
            self.modes.for_keys_ahead(&self.slave, Ahead::Lines)?;
            let ends = lines.iter().filter(|&&key| key == DEFAULT_EOF).count();
            self.put_in_queue(lines, lines.len() - ends)?
        };
        terminal.keyboard.consume(taken);
        Ok(())
    }

    /// Types keys and waits until the kernel has put them into the queue, which then holds `more` bytes more.
    fn put_in_queue(&self, keys: &[u8], more: usize) -> io::Result<usize> {
        let due = queued(&self.slave)? + more;
        let count = match write(&self.master, keys) {
            Ok(count) => count,
            Err(Errno::EAGAIN) => 0,
            Err(error) => return Err(error.into()),
        };
        let deadline = Instant::now() + DELIVERY;
        while count == keys.len() && queued(&self.slave)? < due && Instant::now() < deadline {
            std::thread::yield_now();
        }
        Ok(count)
    }

    fn send_outgoing(&mut self) -> io::Result<()> {
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
        match self.phase {
            Phase::Starting | Phase::Running if !self.marked => {
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

    /// Whether bash is at its prompt with nothing left to be given to it.
    fn at_prompt(&mut self) -> io::Result<Option<Turn>> {
        if !self.marked {
            return Ok(None);
        }
        if self.lines.front().is_some_and(|line| line.starts_with(START)) {
            // The start-up files are done; bash reads its first line.
            self.phase = Phase::Reading;
            self.marked = false;
            self.send_line()?;
            return Ok(None);
        }
        let Some(report) = self.reported.take() else { return Ok(None) };
        self.phase = Phase::Prompt;
        self.link.borrow_mut().renew();
        if let Some(mode) = report.readline {
            self.mode = mode;
            self.lines.push_front(format!("{RESET}\n"));
            self.leave_prompt(Phase::Quiet)?;
            return Ok(None);
        }
        if !self.lines.is_empty() {
            self.leave_prompt(Phase::Reading)?;
            return Ok(None);
        }
        Ok(Some(Turn::Prompt(report)))
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

    /// Looks whether bash has ended, or has stopped itself (`suspend`): then awesh stops too.
    fn on_child(&mut self, terminal: &mut Terminal, buffer: &mut [u8]) -> io::Result<Option<Turn>> {
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

    /// Ends the session as a closed terminal does: bash saves its history and passes SIGHUP on to its jobs. It
    /// does so only outside of PROMPT_COMMAND, so at its prompt it is told to signal itself.
    pub fn hang_up(&mut self) -> io::Result<()> {
        if self.phase == Phase::Prompt {
            self.lines.push_front(format!("{HANG_UP}\n"));
            self.leave_prompt(Phase::Quiet)?;
        } else {
            kill(self.child, Signal::SIGHUP)?;
        }
        let deadline = Instant::now() + FAREWELL;
        while !self.watch().has_ended() && Instant::now() < deadline {
            self.send_outgoing()?;
            self.output.take_background()?;
            let messages = self.link.borrow_mut().handshake.receive()?;
            if messages.contains(&Message::Started) {
                self.link.borrow_mut().handshake.release()?;
            }
            let link = self.link.borrow();
            let mut fds = [
                PollFd::new(self.master.as_fd(), PollFlags::POLLIN),
                PollFd::new(link.handshake.fd(), PollFlags::POLLIN),
            ];
            match poll(&mut fds, PollTimeout::try_from(LOOK_AGAIN).unwrap_or(PollTimeout::ZERO)) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
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

#[derive(Debug, Default)]
struct Ready {
    nothing: bool,
    output: bool,
    room: bool,
    message: bool,
    signal: bool,
    key: bool,
}
