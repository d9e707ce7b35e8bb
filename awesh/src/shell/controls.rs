//! What awesh's own commands do.

use std::fmt::Write;
use std::io;
use std::time::{Duration, Instant};

use awesh_protocol::{Event, Status};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::Shell;
use crate::backend::{BackendClient, State};
use crate::control::{self, Control};
use crate::messages;
use crate::sys::tty::Mode;
use crate::timings;

/// How long a status waits for the backend's part of it.
const PATIENCE: Duration = Duration::from_millis(500);

impl Shell {
    /// Does what one of awesh's own commands says.
    pub(super) fn control(&mut self, line: &str) -> io::Result<()> {
        self.terminal.set_mode(Mode::Editing)?;
        match control::parse(line) {
            Control::Help => messages::page(&control::help(), true),
            Control::Status => self.status(),
            Control::Why => self.say_why(),
            Control::Turns => self.say_turns(),
            Control::Forget(what) => self.forget(what),
            Control::Verbosity(level) => {
                let level = level.unwrap_or(u8::from(self.config.verbose == 0));
                self.set("verbose", &level.to_string());
                messages::page(&format!("verbosity: {}\n", self.config.verbose), true);
            }
            Control::Provider(name) => {
                if let Some(name) = name {
                    self.set("ai.provider", &name);
                }
                self.say_ai();
            }
            Control::Model(name) => {
                if let Some(name) = name {
                    self.set("ai.model", &name);
                }
                self.say_ai();
            }
            Control::Usage(usage) => messages::error(usage),
        }
        Ok(())
    }

    fn set(&mut self, key: &str, value: &str) {
        match self.sources.set(key, value) {
            Ok(()) => self.apply_settings(),
            Err(problem) => messages::problem(&problem, problem.hint.as_deref()),
        }
    }

    fn say_ai(&self) {
        let ai = &self.config.ai;
        let text = format!(
            "provider: {}\nmodel: {}\n",
            ai.provider.as_deref().unwrap_or("none; local agents answer"),
            ai.model.as_deref().unwrap_or("the provider's default")
        );
        messages::page(&text, true);
    }

    fn status(&mut self) {
        let mut text = format!("awesh {}, bash {}\n", env!("CARGO_PKG_VERSION"), self.session.process_id());
        let status = self.backend.as_mut().and_then(backend_status);
        match (&self.backend, &status) {
            (None, _) => text.push_str("backend: off\n"),
            (Some(_), Some(status)) => describe(&mut text, status),
            (Some(backend), None) => {
                let state = match backend.state() {
                    State::Starting => "starting".to_owned(),
                    State::Ready => "busy".to_owned(),
                    State::Failed => backend
                        .failure()
                        .map_or_else(|| "not running".to_owned(), |failure| failure.to_string()),
                };
                let _ = writeln!(text, "backend: {state}");
            }
        }
        if let Some((components, total)) = self.backend.as_ref().and_then(BackendClient::last_ready) {
            let parts: Vec<String> =
                components.iter().map(|part| format!("{} {:.1} ms", part.name, part.ms)).collect();
            let _ = writeln!(text, "started in {total:.1} ms: {}", parts.join(", "));
        }
        let attached = match self.config.ai.attach {
            awesh_protocol::Attachment::Nothing => "nothing",
            awesh_protocol::Attachment::Commands => "the last commands",
            awesh_protocol::Attachment::Output => "the last commands and their output",
        };
        let _ = writeln!(text, "with a question goes: {attached}\nverbosity: {}", self.config.verbose);
        text.push_str(&timings::summary());
        messages::page(&text, true);
    }
}

fn describe(text: &mut String, status: &Status) {
    let or = |value: &Option<String>, none: &str| value.as_deref().unwrap_or(none).to_owned();
    let _ = writeln!(
        text,
        "backend: ready for {} s, {} questions\nagents: {}\nprovider: {}\nmodel: {}\nbase URL: {}\nAPI key: {}",
        status.uptime_s,
        status.questions,
        status.agents.join(", "),
        or(&status.provider, "none; local agents answer"),
        or(&status.model, "none"),
        or(&status.base_url, "none"),
        if status.has_key { "set" } else { "not set" },
    );
}

/// Asks the backend for its part, and waits a little.
fn backend_status(backend: &mut BackendClient) -> Option<Status> {
    backend.request_status();
    let deadline = Instant::now() + PATIENCE;
    while backend.state() == State::Ready && Instant::now() < deadline {
        for event in backend.receive() {
            if let Event::Status(status) = event {
                return Some(status);
            }
        }
        let left = PollTimeout::try_from(deadline - Instant::now()).ok()?;
        poll(&mut [PollFd::new(backend.fd()?, PollFlags::POLLIN)], left).ok()?;
    }
    None
}
