//! Lines where the terminal can do no editing (`TERM=dumb`, an editor's shell window): the terminal's own
//! line discipline edits, awesh only prints the prompt and reads.

use std::io;

use nix::poll::{PollFd, PollFlags};

use super::{Change, Draft, History, HistoryControl, Input, Lent, LineEditor, Request};
use crate::bash::Turn;
use crate::sys::poll::wait;
use crate::sys::tty::Mode;
use crate::terminal::{Terminal, write_out};

/// The editor that edits nothing.
#[derive(Debug)]
pub struct Plain {
    history: History,
    last: Option<String>,
    partial: Vec<u8>,
}

impl Plain {
    /// An editor that remembers in `history`.
    pub fn new(history: History) -> Self {
        Self { history, last: None, partial: Vec::new() }
    }

    /// Takes a line off the keys that have come, if there is a whole one.
    fn line(&mut self, terminal: &mut Terminal) -> Option<Input> {
        self.partial.extend(terminal.keyboard.take_ahead());
        let end = self.partial.iter().position(|&byte| byte == b'\n')?;
        let rest = self.partial.split_off(end + 1);
        terminal.keyboard.put_back(&rest);
        self.partial.pop();
        let text = String::from_utf8_lossy(&std::mem::take(&mut self.partial)).into_owned();
        Some(Input::Line { text, turned: false })
    }
}

impl LineEditor for Plain {
    fn read(&mut self, request: &Request<'_>, lent: Lent<'_>) -> io::Result<Input> {
        let Lent { session, terminal, beside, .. } = lent;
        terminal.set_mode(Mode::Original)?;
        write_out(request.prompt.0.as_bytes())?;
        terminal.signals.take_interrupt();
        let bash = session.watch();
        let mut buffer = [0; 4096];
        loop {
            if let Some(line) = self.line(terminal) {
                return Ok(line);
            }
            let mut fds = vec![
                PollFd::new(terminal.keyboard.fd(), PollFlags::POLLIN),
                PollFd::new(session.output().fd(), PollFlags::POLLIN),
                PollFd::new(terminal.signals.fd(), PollFlags::POLLIN),
            ];
            fds.extend(beside.fds().into_iter().flatten().map(|fd| PollFd::new(fd, PollFlags::POLLIN)));
            wait(&mut fds, beside.deadline())?;
            let ready = |at: usize| fds[at].revents().is_some_and(|events| !events.is_empty());
            let (key, output) = (ready(0), ready(1));
            terminal.signals.clear();
            // What the prompt says is on paper.
            drop(beside.advance());
            if terminal.signals.take_interrupt() {
                self.partial.clear();
                write_out(b"\n")?;
                return Ok(Input::Interrupt);
            }
            if terminal.signals.hung_up() || (terminal.signals.take_child() && bash.has_ended()) {
                return Ok(Input::Gone);
            }
            if output {
                write_out(&session.output().take_background()?)?;
            }
            if key {
                match terminal.keyboard.read(&mut buffer)? {
                    0 if self.partial.is_empty() => return Ok(Input::EndOfFile),
                    count => terminal.keyboard.keep(&buffer[..count]),
                }
            }
        }
    }

    /// There is none: the terminal's own line discipline keeps what is typed, and shows it.
    fn read_ahead(&mut self, _: (&str, &str), _: Lent<'_>) -> io::Result<(Option<Turn>, Draft)> {
        Ok((None, Draft::default()))
    }

    fn remember(&mut self, line: &str, control: &HistoryControl) -> bool {
        let keeps = control.keeps(line, self.last.as_deref());
        if keeps {
            self.history.keep(line, control);
            self.last = Some(line.to_owned());
        }
        keeps
    }

    fn amend(&mut self, change: &Change) {
        self.history.forget_all(&change.removed);
    }
}
