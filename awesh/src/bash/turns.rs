//! What bash says, by its marks in the output and its messages, and what follows from it: who has the terminal,
//! which line is due, whether there is a prompt.

use std::io;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::unistd::write;

use super::handshake::Message;
use super::modes::{Ahead, DEFAULT_EOF};
use super::{BashSession, Expansion, Phase, RESET, START, Stead, Turn};
use crate::sys::pty::queued;
use crate::sys::tty::Mode;
use crate::terminal::Terminal;
use crate::timings::{self, Figure};

/// What a terminal's queue takes (N_TTY_BUF_SIZE in Linux), in bytes.
const QUEUE: usize = 4096;

/// How long the keys typed ahead may take through the kernel; it takes microseconds.
const DELIVERY: Duration = Duration::from_millis(50);

impl BashSession {
    /// All output of the last command is here: takes the terminal's modes back, and the keys nobody read.
    pub(super) fn on_prompt_mark(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        if matches!(self.phase, Phase::Starting | Phase::Running) {
            self.modes.save(&self.slave)?;
        }
        self.take_terminal(terminal)?;
        self.marked = true;
        Ok(())
    }

    /// The user has taken our command out of PROMPT_COMMAND, and bash reads: it is given the line that puts it back.
    pub(super) fn on_unhooked(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        if self.phase == Phase::Running && !self.marked {
            self.modes.save(&self.slave)?;
            self.take_terminal(terminal)?;
            self.phase = Phase::Quiet;
            self.lines.push_front(format!("{RESET}\n"));
            self.send_line()?;
        }
        self.link.lock().handshake.release()
    }

    /// A command has ended: nobody but bash is to read, and the keys that are left are the next line's.
    fn take_terminal(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        let notices = self.notices.end();
        self.put_out(&notices)?;
        self.modes.for_line(&self.slave)?;
        // In the order they were typed: what was not even sent comes last.
        let unsent: Vec<u8> = self.outgoing.drain(..).collect();
        terminal.keyboard.put_back(&unsent);
        let unread = self.output.take_unread_keys()?;
        let ours = usize::from(self.expansion == Expansion::Nudged && unread.first() == Some(&b'\n'));
        terminal.keyboard.put_back(&unread[ours..]);
        self.ended = Some(Instant::now());
        if let Some(started) = self.started.take() {
            self.duration = started.elapsed();
        }
        Ok(())
    }

    pub(super) fn on_command_mark(&mut self) {
        if self.phase != Phase::Quiet {
            self.output.tail.clear();
            self.output.printed = 0;
            self.phase = Phase::Running;
        }
    }

    /// A copy of the session serves requests before bash reads the next line of a command.
    pub(super) fn on_copy(&mut self) -> io::Result<Option<Turn>> {
        self.stead = Stead::Serves;
        if self.lines.is_empty() && self.phase == Phase::Reading {
            self.link.lock().ask_copy();
            return Ok(Some(Turn::Continuation));
        }
        self.send_next()?;
        Ok(None)
    }

    pub(super) fn on_continuation(&mut self) -> io::Result<Option<Turn>> {
        let copy = std::mem::take(&mut self.stead);
        if self.phase != Phase::Reading || copy == Stead::Released {
            return Ok(None);
        }
        if self.lines.is_empty() {
            return Ok(Some(Turn::Continuation));
        }
        self.send_line()?;
        Ok(None)
    }

    pub(super) fn on_messages(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        let messages = self.link.lock().handshake.receive()?;
        for message in messages {
            match message {
                Message::Begun => self.takes_keys = true,
                Message::Installed { mode } => {
                    self.mode = mode;
                    self.lines.push_front(format!("{START}\n"));
                }
                Message::Started => self.on_started(terminal)?,
                Message::Prompt(report) => self.reported = Some(report),
                Message::Answer { fields, .. } => self.answer = Some(fields),
            }
        }
        Ok(())
    }

    /// A command is about to run: it gets the terminal, and the keys typed ahead of it.
    fn on_started(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        self.expansion = Expansion::None;
        let quiet = self.phase == Phase::Quiet;
        if !quiet {
            self.started = Some(Instant::now());
        }
        self.give_terminal(terminal)?;
        if quiet {
            self.phase = Phase::Quiet;
        }
        self.begun = !quiet;
        self.link.lock().handshake.release()?;
        if let Some(entered) = self.entered.take() {
            timings::took(Figure::Begin, entered.elapsed());
        }
        Ok(())
    }

    pub(super) fn give_terminal(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        if self.behind.is_some() {
            self.phase = Phase::Running;
            return self.modes.for_command(&self.slave);
        }
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

    /// Whether bash is at its prompt with nothing left to be given to it.
    pub(super) fn at_prompt(&mut self) -> io::Result<Option<Turn>> {
        if !self.marked {
            return Ok(None);
        }
        if self.lines.front().is_some_and(|line| line.starts_with(START)) {
            // The start-up files are done; bash reads its first line.
            self.phase = Phase::Reading;
            self.marked = false;
            self.link.lock().handshake.release()?;
            self.send_line()?;
            return Ok(None);
        }
        let Some(report) = self.reported.take() else { return Ok(None) };
        self.phase = Phase::Prompt;
        self.link.lock().renew();
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
}
