//! A question from Enter to its last event: the answer is drawn as it comes, and what it puts to the user is
//! decided (`decision.rs`).

use std::collections::BTreeMap;
use std::io;
use std::os::fd::BorrowedFd;
use std::time::Instant;

use awesh_protocol::{Attachment, Context};
use nix::poll::{PollFd, PollFlags};

use super::{Flow, Shell};
use crate::backend::BackendClient;
use crate::control::WITHOUT_OUTPUT;
use crate::messages;
use crate::render::{Renderer, Step};
use crate::sys::poll;
use crate::sys::tty::Mode;
use crate::terminal::{Terminal, TerminalWriter};

/// Ends an answer.
const INTERRUPT: u8 = 0x03;

impl Shell {
    /// Asks, and stays until the question's last event.
    pub(super) fn ask(&mut self, question: &str) -> io::Result<Flow> {
        // The question mark is gone already.
        let without_output = question.strip_prefix(WITHOUT_OUTPUT.trim_start_matches('?'));
        let most = if without_output.is_some() { Attachment::Commands } else { Attachment::Output };
        let question = without_output.unwrap_or(question).trim();
        if question.is_empty() {
            return Ok(Flow::Continue);
        }
        let Some(mut backend) = self.backend.take() else {
            messages::error("questions are turned off");
            messages::hint("set backend.enabled = true in config.toml");
            return Ok(Flow::Continue);
        };
        let answered = self.answer(question, most, &mut backend);
        self.backend = Some(backend);
        answered
    }

    fn answer(&mut self, question: &str, most: Attachment, backend: &mut BackendClient) -> io::Result<Flow> {
        self.terminal.set_mode(Mode::Editing)?;
        self.answered.begin();
        let context = self.context(most);
        let id = backend.ask(question.to_owned(), context);
        let mut renderer = Renderer::new(self.terminal.size().ws_col, self.capabilities(), Instant::now());
        loop {
            for event in backend.receive() {
                self.answered.keep(&event);
                match renderer.event(&event, Instant::now(), &mut TerminalWriter)? {
                    Step::Continue => {}
                    Step::Ended => {
                        self.offer_answer(renderer.lines());
                        return Ok(Flow::Continue);
                    }
                    Step::Decide(proposal) => {
                        if let Flow::End(status) = self.decide(id, &proposal, backend, &mut renderer)? {
                            return Ok(Flow::End(status));
                        }
                    }
                    Step::Confirm(proposal, action) => {
                        self.confirm(id, proposal, &action, backend, &mut renderer)?;
                    }
                    Step::Enquire(proposal, choices) => self.enquire(id, proposal, &choices, backend)?,
                }
            }
            renderer.tick(Instant::now(), &mut TerminalWriter)?;
            let due = [backend.deadline(), renderer.next_tick()].into_iter().flatten().min();
            let key = self.wait_beside(backend, due)?;
            if self.terminal.is_gone() {
                backend.cancel(id);
                return Ok(Flow::Continue);
            }
            if self.terminal.signals.take_resize() {
                let size = self.terminal.size();
                renderer.resize(size.ws_col);
                self.session.resize(&size);
            }
            if key && self.interrupted()? {
                backend.cancel(id);
            }
        }
    }

    /// Waits for a key or the backend, until `due`; whether there is a key.
    pub(super) fn wait_beside(&self, backend: &BackendClient, due: Option<Instant>) -> io::Result<bool> {
        wait(&self.terminal, backend.fd(), backend.is_sending(), due)
    }

    /// Reads keys: Ctrl-C is for the answer, everything else for the next line.
    pub(super) fn interrupted(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 1024];
        let count = self.terminal.keyboard.read_raw(&mut buffer)?;
        let keys = &buffer[..count];
        if count == 0 || keys.contains(&INTERRUPT) {
            return Ok(true);
        }
        self.terminal.keyboard.keep(keys);
        Ok(false)
    }

    /// What the session exports, as it is now: a secret that was exported a moment ago is known as one.
    pub(super) fn environment(&self) -> BTreeMap<String, String> {
        let environment = self.session.link().lock().environment();
        environment.unwrap_or_else(|| self.report.environment())
    }

    /// What goes with a question: as much as the settings allow, and no more than `most`.
    fn context(&mut self, most: Attachment) -> Context {
        let place = self.prompt_data();
        Context {
            directory: self.report.directory.to_string_lossy().into_owned(),
            environment: self.environment(),
            recent: self.recent.known(Instant::now()),
            attach: self.config.ai.attach.min(most),
            git: place.git(),
            kubernetes: place.kubernetes(),
            columns: self.terminal.size().ws_col,
            names: self.session.link().lock().names(),
        }
    }
}

/// Waits for a key, the backend, a signal, or until `due`; whether there is a key.
pub(super) fn wait(
    terminal: &Terminal,
    backend: Option<BorrowedFd<'_>>,
    sending: bool,
    due: Option<Instant>,
) -> io::Result<bool> {
    let mut fds = vec![
        PollFd::new(terminal.keyboard.fd(), PollFlags::POLLIN),
        PollFd::new(terminal.signals.fd(), PollFlags::POLLIN),
    ];
    let interest = if sending { PollFlags::POLLIN | PollFlags::POLLOUT } else { PollFlags::POLLIN };
    fds.extend(backend.map(|fd| PollFd::new(fd, interest)));
    poll::wait(&mut fds, due)?;
    terminal.signals.clear();
    Ok(fds[0].revents().is_some_and(|events| !events.is_empty()))
}
