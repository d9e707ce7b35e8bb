//! What awesh's own commands do.

use std::fmt::Write;
use std::io;
use std::time::Duration;

use awesh_protocol::{Event, Recall, Request, Status};
use nix::unistd::Pid;

use super::Shell;
use super::ai::PATIENCE;
use crate::backend::{BackendClient, State};
use crate::control::{self, Control};
use crate::messages;
use crate::render;
use crate::sys::process::{processor_time, proportional_set_size};
use crate::sys::tty::Mode;
use crate::timings;

impl Shell {
    /// Does what one of awesh's own commands says.
    pub(super) fn control(&mut self, line: &str) -> io::Result<()> {
        self.terminal.set_mode(Mode::Editing)?;
        match control::parse(line) {
            Control::Help => self.page(&control::help())?,
            Control::Status => self.status()?,
            Control::Why => self.say_why(),
            Control::Turns => self.say_turns(),
            Control::Forget(what) => self.forget(what),
            Control::Renew => {
                if let Some(backend) = &mut self.backend {
                    backend.request(&Request::Renew);
                }
                messages::page("a new conversation begins\n", true);
            }
            Control::Recall(recall) => self.recall(recall)?,
            Control::Verbosity(level) => {
                let level = level.unwrap_or(u8::from(self.config.verbose == 0));
                self.set("verbose", &level.to_string());
                messages::page(&format!("verbosity: {}\n", self.config.verbose), true);
            }
            Control::Provider(name) => self.provider(name.as_deref())?,
            Control::Model(name) => self.model(name.as_deref())?,
            Control::Sent => self.say_sent()?,
            Control::Answer => self.say_answer()?,
            Control::Usage(usage) => messages::error(usage),
        }
        Ok(())
    }

    /// What the backend has kept, or takes back.
    fn recall(&mut self, recall: Recall) -> io::Result<()> {
        let answered = self.hear(&Request::Recall(recall), PATIENCE, |event| match event {
            Event::Recalled { text, ok } => Some((text, ok)),
            _ => None,
        })?;
        match answered {
            Some((text, true)) => self.page(&render::page(&text))?,
            Some((text, false)) => messages::error(render::page(&text)),
            None => {
                messages::error("the backend, which keeps that, does not answer");
                messages::hint("awes shows how it stands; it is started again with the next question");
            }
        }
        Ok(())
    }

    pub(super) fn set(&mut self, key: &str, value: &str) {
        match self.sources.set(key, value) {
            Ok(()) => self.apply_settings(),
            Err(problem) => messages::problem(&problem, problem.hint.as_deref()),
        }
    }

    fn status(&mut self) -> io::Result<()> {
        let mut text = format!("awesh {}, bash {}\n", env!("CARGO_PKG_VERSION"), self.session.process_id());
        let status = self.hear(&Request::Status, PATIENCE, |event| match event {
            Event::Status(status) => Some(status),
            _ => None,
        })?;
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
        let backend = self.backend.as_ref().and_then(BackendClient::process_id);
        text.push_str(&consumption([Some(std::process::id()), backend].into_iter().flatten()));
        text.push_str(&timings::summary());
        messages::page(&text, true);
        if let Some(problem) =
            status.and_then(|status| status.problem).filter(|_| self.config.ai.provider.is_some())
        {
            messages::problem(problem.message, problem.hint.as_deref());
        }
        Ok(())
    }
}

/// What processes have taken of the machine; nothing where the system does not tell.
fn consumption(processes: impl Iterator<Item = u32>) -> String {
    let each = processes.map(|id| Pid::from_raw(id.cast_signed()));
    let each: Option<Vec<_>> =
        each.map(|process| proportional_set_size(process).zip(processor_time(process))).collect();
    let Some(each) = each else { return String::new() };
    let memory: u64 = each.iter().map(|(memory, _)| memory).sum();
    let time: Duration = each.iter().map(|(_, time)| *time).sum();
    format!(
        "shell and backend: {:.1} MB of memory (PSS), {:.2} s of processor time\n",
        memory as f64 / 1e6,
        time.as_secs_f64()
    )
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
