//! Which AI answers and what it was sent: `awea`, `awem`, `awes sent`, `awes answer`.

use std::fmt::Write;
use std::io;
use std::time::{Duration, Instant};

use awesh_protocol::{Event, PROVIDERS, Provider, Request};

use super::Shell;
use crate::backend::State;
use crate::messages;

/// How long the backend's answer to what it knows itself is waited for.
pub(super) const PATIENCE: Duration = Duration::from_millis(500);

/// How much longer, where the backend is still being started.
const START: Duration = Duration::from_secs(3);

/// How long a list of models is waited for: the provider has three seconds for it.
const LIST_PATIENCE: Duration = Duration::from_millis(3500);

/// The word for "no provider".
const NONE: &str = "none";

impl Shell {
    /// `awea`
    pub(super) fn provider(&mut self, name: Option<&str>) -> io::Result<()> {
        let Some(name) = name else {
            self.say_ai()?;
            return Ok(());
        };
        let known = Provider::find(name).map(|provider| provider.name);
        let Some(name) = known.or(Some(NONE).filter(|none| *none == name)) else {
            messages::error(format_args!("there is no AI provider “{name}”; nothing was changed"));
            messages::hint(format_args!(
                "known are {} and none; any other compatible server is set by ai.base_url",
                Provider::names()
            ));
            return Ok(());
        };
        self.set("ai.provider", name);
        self.say_ai()
    }

    /// `awem`
    pub(super) fn model(&mut self, name: Option<&str>) -> io::Result<()> {
        if let Some(name) = name {
            self.set("ai.model", name);
            return self.say_ai();
        }
        self.say_ai()?;
        let Some(provider) = self.config.ai.provider.clone() else { return Ok(()) };
        let environment = self.environment();
        let heard = self.hear(&Request::Models { environment }, LIST_PATIENCE, |event| match event {
            Event::Models { models, problem } => Some((models, problem)),
            _ => None,
        })?;
        match heard {
            None => messages::warning("what it offers could not be learned in time"),
            Some((_, Some(problem))) => messages::problem(problem.message, problem.hint.as_deref()),
            Some((models, None)) if models.is_empty() => {
                messages::page(&format!("{provider} does not say which models it has\n"), true);
            }
            Some((models, None)) => {
                let current = self.config.ai.model.as_deref();
                let rows = models.iter().fold(String::from("it offers:\n"), |mut rows, model| {
                    let mark = if Some(model.as_str()) == current { '*' } else { ' ' };
                    let _ = writeln!(rows, "{mark} {}", printable(model));
                    rows
                });
                self.page(&rows)?;
            }
        }
        Ok(())
    }

    /// Says who answers now; what is wrong with the settings is said at once, not with the next question.
    fn say_ai(&mut self) -> io::Result<()> {
        let ai = &self.config.ai;
        let mut text = String::new();
        match &ai.provider {
            None => {
                let names: Vec<&str> = PROVIDERS.iter().map(|provider| provider.name).collect();
                let _ =
                    writeln!(text, "provider: none; local agents answer\nthere are: {}", names.join(", "));
            }
            Some(name) => {
                let default = Provider::find(name).and_then(|provider| provider.model);
                let model = ai.model.as_deref().or(default).unwrap_or("none is chosen");
                let _ = writeln!(text, "provider: {name}\nmodel: {model}");
            }
        }
        messages::page(&text, true);
        if self.config.ai.provider.is_none() {
            return Ok(());
        }
        let status = self.hear(&Request::Status, PATIENCE, |event| match event {
            Event::Status(status) => Some(status),
            _ => None,
        })?;
        if let Some(problem) = status.and_then(|status| status.problem) {
            messages::problem(problem.message, problem.hint.as_deref());
        }
        Ok(())
    }

    /// `awes sent`
    pub(super) fn say_sent(&mut self) -> io::Result<()> {
        let sent = self.hear(&Request::Sent, PATIENCE, |event| match event {
            Event::Sent { request } => Some(request),
            _ => None,
        })?;
        match sent {
            Some(Some(request)) => self.page(&printable(&request)),
            Some(None) => {
                messages::page("nothing was sent to a model yet\n", true);
                Ok(())
            }
            None => {
                messages::error("the backend does not answer; what it sent is known to it alone");
                Ok(())
            }
        }
    }

    /// Makes a request that belongs to no question, and waits for its answer, until Ctrl-C at the latest.
    pub(super) fn hear<T>(
        &mut self,
        request: &Request,
        patience: Duration,
        answer: impl Fn(Event) -> Option<T>,
    ) -> io::Result<Option<T>> {
        let Some(mut backend) = self.backend.take() else { return Ok(None) };
        let starting = if backend.state() == State::Starting { START } else { Duration::ZERO };
        let deadline = Instant::now() + patience + starting;
        let (mut heard, mut requested) = (None, false);
        while backend.state() != State::Failed && Instant::now() < deadline {
            if backend.state() == State::Ready && !std::mem::replace(&mut requested, true) {
                backend.request(request);
            }
            heard = backend.receive().into_iter().find_map(&answer);
            if backend.state() == State::Ready && !requested {
                continue;
            }
            let due = [backend.deadline(), Some(deadline)].into_iter().flatten().min();
            if heard.is_some() || (self.wait_beside(&backend, due)? && self.interrupted()?) {
                break;
            }
        }
        self.backend = Some(backend);
        Ok(heard)
    }
}

/// Text from outside, which is not to do to the terminal what it says.
pub(super) fn printable(text: &str) -> String {
    text.replace(|c: char| c.is_control() && c != '\n', "\u{fffd}")
}
