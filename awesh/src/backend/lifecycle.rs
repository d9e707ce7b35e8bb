//! The backend's life as a state machine: started, greeted, ready, ended, started again. Time is an argument.

use std::mem;
use std::time::{Duration, Instant};

use awesh_protocol::{Event, FailureKind, QuestionId, Request, Timing, VERSION};

use super::connect::{Connected, Connecting};
use super::notices::Notice;
use super::questions::{Place, question_of};
use super::stage::{Ending, Link, Phase, Stage};
use super::{BackendClient, BackendError};

impl BackendClient {
    /// Moves everything on as far as it goes now.
    pub(super) fn advance(&mut self, now: Instant) {
        self.leaving.retain_mut(|process| process.ended().is_none());
        match &self.stage {
            Stage::Connecting(connecting) => {
                if let Some(outcome) = connecting.outcome() {
                    self.connected(outcome, now);
                }
            }
            Stage::Up(_) => self.converse(now),
            Stage::Ending(_) => self.watch_end(now),
            Stage::Down => {}
        }
        if self.questions.patience_ends().is_some() {
            self.launch_if_allowed(now);
            self.lose_patience(now);
        }
    }

    /// Starts a backend where there is none and the back-off allows it.
    pub(super) fn launch_if_allowed(&mut self, now: Instant) {
        if matches!(self.stage, Stage::Down) && self.backoff.allows(now) {
            self.launch(now);
        }
    }

    pub(super) fn launch(&mut self, now: Instant) {
        self.failure = None;
        self.notices.add(Notice::Note("the backend is being started".to_owned()));
        match Connecting::begin(self.launch.clone()) {
            Ok(connecting) => self.stage = Stage::Connecting(connecting),
            Err(error) => self.fail(error, Duration::ZERO, now),
        }
    }

    fn connected(&mut self, outcome: Result<Connected, BackendError>, now: Instant) {
        let took = outcome.as_ref().ok().map(|connected| connected.took);
        match outcome.and_then(|connected| Link::greet(connected, now)) {
            Ok(link) => self.stage = Stage::Up(link),
            Err(error) => self.fail(error, Duration::ZERO, now),
        }
        if let Some(took) = took {
            self.notices.add(Notice::Timing("backend start-up: process and socket".to_owned(), took));
        }
    }

    /// Takes and sends what the connection has and takes.
    fn converse(&mut self, now: Instant) {
        let Stage::Up(link) = &mut self.stage else { return };
        link.connection.flush();
        let mut events = Vec::new();
        let received = link.connection.receive(&mut events);
        let ended = events.into_iter().try_for_each(|event| self.take(event, now)).and(received);
        let Stage::Up(link) = &self.stage else { return };
        if let Err(error) = ended.and_then(|()| link.overdue(now)) {
            self.disconnect(error, now);
        }
    }

    /// Takes one event in its order.
    fn take(&mut self, event: Event, now: Instant) -> Result<(), BackendError> {
        let Stage::Up(link) = &mut self.stage else { return Ok(()) };
        match (link.phase, event) {
            (_, Event::Failed { id: None, kind, message, hint }) => {
                Err(BackendError::GaveUp { kind, message, hint })
            }
            (Phase::Greeting, Event::Hello { version, pid }) => {
                if version != VERSION {
                    return Err(BackendError::Version { theirs: version, ours: VERSION });
                }
                link.enter(Phase::Preparing, now);
                link.set(&self.settings);
                self.notices.add(Notice::Note(format!("the backend runs as process {pid}")));
                Ok(())
            }
            (Phase::Greeting, _) => Err(BackendError::OutOfOrder("no greeting")),
            (_, Event::Hello { .. }) => Err(BackendError::OutOfOrder("a second greeting")),
            (Phase::Preparing, Event::Ready { startup, total_ms }) => {
                link.enter(Phase::Ready, now);
                self.ready(startup, total_ms);
                Ok(())
            }
            (Phase::Preparing, _) => Err(BackendError::OutOfOrder("an answer before it was ready")),
            (Phase::Ready, Event::Ready { .. }) => Err(BackendError::OutOfOrder("ready twice")),
            (Phase::Ready, event) => {
                self.pass_on(event);
                Ok(())
            }
        }
    }

    fn ready(&mut self, startup: Vec<Timing>, total_ms: f64) {
        self.notices.recovered();
        for Timing { name, ms } in &startup {
            self.notices.add(Notice::Timing(format!("backend start-up: {name}"), milliseconds(*ms)));
        }
        self.notices.add(Notice::Timing("backend start-up".to_owned(), milliseconds(total_ms)));
        self.notices.add(Notice::Note(format!("the backend is ready after {total_ms:.0} ms")));
        self.startup = Some((startup, total_ms));
        self.send_waiting();
    }

    /// Sends the questions that waited for readiness.
    pub(super) fn send_waiting(&mut self) {
        if !matches!(&self.stage, Stage::Up(link) if link.is_ready()) {
            return;
        }
        for ask in self.questions.take_waiting() {
            self.send(ask.id, Request::Ask(Box::new(ask)));
        }
    }

    /// Hands an event to the loop, if its question is open.
    fn pass_on(&mut self, event: Event) {
        match question_of(&event) {
            Some((id, _)) if !self.questions.is_with_backend(id) => return,
            Some((id, Place::Last)) => {
                self.questions.close(id);
                self.backoff.answered();
            }
            Some((_, Place::Within)) | None => {}
        }
        self.events.push(event);
    }

    /// Sends a request for a question that the backend has; one too large for a frame ends the question.
    pub(super) fn send(&mut self, id: QuestionId, request: Request) {
        let Stage::Up(link) = &mut self.stage else { return };
        if let Err(error) = link.connection.send(&request) {
            self.questions.close(id);
            link.request(&Request::Cancel { id });
            let (kind, message) = (FailureKind::Internal, format!("the request cannot be sent: {error}"));
            self.events.push(Event::Failed { id: Some(id), kind, message, hint: None });
        }
    }

    /// Ends the connection, and the backend where it does not end by itself.
    fn disconnect(&mut self, cause: BackendError, now: Instant) {
        if let Stage::Up(link) = mem::replace(&mut self.stage, Stage::Down) {
            self.stage = Stage::Ending(Ending::new(link, cause, now));
            self.watch_end(now);
        }
    }

    fn watch_end(&mut self, now: Instant) {
        let Stage::Ending(mut ending) = mem::replace(&mut self.stage, Stage::Down) else { return };
        let status = ending.process.ended();
        match (status, ending.cause) {
            (Some(status), BackendError::Closed) => {
                self.fail(BackendError::Ended(status), ending.lived, now);
            }
            (None, cause) if now < ending.deadline => {
                self.stage = Stage::Ending(Ending { cause, ..ending }.later(now));
            }
            (_, cause) => {
                ending.process.kill();
                self.leaving.push(ending.process);
                self.fail(cause, ending.lived, now);
            }
        }
    }

    /// There is no backend: the questions it had fail, those that wait may see the next one.
    fn fail(&mut self, cause: BackendError, lived: Duration, now: Instant) {
        self.stage = Stage::Down;
        self.backoff.failed(now, lived);
        let lost = self.questions.close_sent();
        if lost.is_empty() {
            let line = format!("{cause}; bash goes on, the log is {}", self.launch.log.display());
            self.notices.failure(cause.to_string(), line, cause.hint());
        } else {
            self.fail_questions(lost, &cause, None);
        }
        self.failure = Some(cause);
    }

    /// Fails questions that wait and whose time is up, or cannot be met by the next attempt.
    fn lose_patience(&mut self, now: Instant) {
        let hopeless = match (&self.stage, self.backoff.not_before()) {
            (Stage::Down, Some(next)) => next.max(now),
            _ => now,
        };
        let closed = self.questions.close_impatient(hopeless);
        if closed.is_empty() {
            return;
        }
        let cause = self.failure.take();
        let wait = hopeless.saturating_duration_since(now).as_secs_f64().ceil();
        let next = (wait > 0.0).then(|| format!("awesh tries to start it again in {wait} s"));
        self.fail_questions(closed, cause.as_ref().unwrap_or(&BackendError::NotReady), next);
        self.failure = cause;
    }

    fn fail_questions(&mut self, ids: Vec<QuestionId>, cause: &BackendError, hint: Option<String>) {
        let hint = hint.unwrap_or_else(|| self.advice());
        self.notices.told(cause.to_string());
        self.events.extend(ids.into_iter().map(|id| cause.failed(id, Some(hint.clone()))));
    }

    fn advice(&self) -> String {
        format!("the next question starts the backend again; its log is {}", self.launch.log.display())
    }
}

/// A duration from the wire, where it may be anything.
fn milliseconds(ms: f64) -> Duration {
    Duration::try_from_secs_f64(ms / 1e3).unwrap_or_default()
}
