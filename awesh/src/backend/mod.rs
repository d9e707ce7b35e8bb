//! The shell's side of the wire: a [`BackendClient`] starts the backend, keeps it running and carries questions
//! to it and events back.
//!
//! Nothing here waits. The shell's loop polls [`BackendClient::fd`] beside its other descriptors, for as long
//! as [`BackendClient::deadline`] allows, and calls [`BackendClient::receive`] when either is due; that moves
//! everything on: the start, the handshake, requests the socket did not take, deadlines, restarts. Before each
//! prompt it calls [`BackendClient::before_prompt`], the one place where the client speaks, since a backend may
//! well die while the user edits a line.
//!
//! A question never hangs: each gets exactly one last event, made here where the backend does not send one.
//! What the events look like on the terminal is the renderer's part.

mod connect;
mod connection;
mod error;
#[cfg(test)]
mod fake;
mod lifecycle;
mod notices;
mod process;
mod questions;
mod restart;
mod stage;
#[cfg(test)]
mod tests;

use std::mem;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use awesh_protocol::{Context, Decision, Event, Outcome, ProposalId, QuestionId, Request, Settings, Timing};

pub use self::error::BackendError;
use self::notices::Notices;
pub use self::process::Launch;
use self::process::Process;
use self::questions::{Closed, Questions, cancelled};
use self::restart::Backoff;
use self::stage::Stage;

/// Between two looks at a killed process; nothing but the process table waits for it.
const REAP_AGAIN: Duration = Duration::from_millis(100);

/// Whether questions can be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The backend is being started.
    Starting,
    /// It answers.
    Ready,
    /// It could not be started, or ended; the next prompt or question tries again.
    Failed,
}

/// The backend as the shell sees it.
#[derive(Debug)]
pub struct BackendClient {
    launch: Launch,
    settings: Settings,
    stage: Stage,
    backoff: Backoff,
    questions: Questions,
    notices: Notices,
    /// Events for the loop that are not taken yet.
    events: Vec<Event>,
    /// What the last start-up took.
    startup: Option<(Vec<Timing>, f64)>,
    /// Why there is no backend, while there is none.
    failure: Option<BackendError>,
    /// Killed, and not reaped yet.
    leaving: Vec<Process>,
}

impl BackendClient {
    /// Begins to start the backend; returns at once.
    pub fn start(launch: Launch, settings: Settings) -> Self {
        let mut client = Self {
            launch,
            settings,
            stage: Stage::Down,
            backoff: Backoff::default(),
            questions: Questions::default(),
            notices: Notices::default(),
            events: Vec::new(),
            startup: None,
            failure: None,
            leaving: Vec::new(),
        };
        client.launch(Instant::now());
        client
    }

    /// Whether questions can be answered now.
    pub fn state(&self) -> State {
        match &self.stage {
            Stage::Up(link) if link.is_ready() => State::Ready,
            Stage::Up(_) | Stage::Connecting(_) => State::Starting,
            Stage::Ending(_) | Stage::Down => State::Failed,
        }
    }

    /// The process that answers.
    pub fn process_id(&self) -> Option<u32> {
        match &self.stage {
            Stage::Up(link) => link.process.id(),
            Stage::Connecting(_) | Stage::Ending(_) | Stage::Down => None,
        }
    }

    /// Why the state is [`State::Failed`].
    pub fn failure(&self) -> Option<&BackendError> {
        self.failure.as_ref()
    }

    /// What the components took at the last start-up, and the time to readiness, in milliseconds.
    pub fn last_ready(&self) -> Option<(&[Timing], f64)> {
        self.startup.as_ref().map(|(components, total_ms)| (components.as_slice(), *total_ms))
    }

    /// What to poll for input; readable means that [`BackendClient::receive`] has work.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        match &self.stage {
            Stage::Connecting(connecting) => Some(connecting.as_fd()),
            Stage::Up(link) => Some(link.connection.as_fd()),
            Stage::Ending(_) | Stage::Down => None,
        }
    }

    /// Whether to poll for output as well: a request is not wholly sent.
    pub fn is_sending(&self) -> bool {
        matches!(&self.stage, Stage::Up(link) if link.connection.is_sending())
    }

    /// When [`BackendClient::receive`] is due although the descriptor is silent; a moment that has passed
    /// means now.
    pub fn deadline(&self) -> Option<Instant> {
        if !self.events.is_empty() {
            return Some(Instant::now());
        }
        let patience = self.questions.patience_ends();
        let stage = match &self.stage {
            Stage::Up(link) => link.deadline(),
            Stage::Ending(ending) => Some(ending.look_again),
            Stage::Connecting(_) => None,
            Stage::Down => patience.and_then(|_| self.backoff.not_before()),
        };
        let leaving = (!self.leaving.is_empty()).then(|| Instant::now() + REAP_AGAIN);
        [patience, stage, leaving].into_iter().flatten().min()
    }

    /// Moves everything on and takes the events of open questions, and answers to
    /// [`BackendClient::request`]. Never waits.
    pub fn receive(&mut self) -> Vec<Event> {
        self.advance(Instant::now());
        mem::take(&mut self.events)
    }

    /// Moves everything on, and leaves the events for [`BackendClient::receive`]. Never waits.
    pub fn keep_going(&mut self) {
        self.advance(Instant::now());
    }

    /// To be called with the terminal free, before a prompt: takes in what happened meanwhile, says what is
    /// news, and starts a failed backend again where its turn has come.
    pub fn before_prompt(&mut self) {
        let now = Instant::now();
        self.advance(now);
        self.launch_if_allowed(now);
        self.notices.say();
    }

    /// Asks a question. It is sent when the backend is ready, which is waited for a few seconds; whatever goes
    /// wrong, also here, comes as the question's last event.
    pub fn ask(&mut self, question: String, context: Context) -> QuestionId {
        let now = Instant::now();
        let id = self.questions.open(question, context, now);
        self.advance(now);
        self.send_waiting();
        id
    }

    /// Ends a question at once: its last event is there, and nothing that the backend still sends for it will
    /// come. Finished questions are left alone.
    pub fn cancel(&mut self, id: QuestionId) {
        match self.questions.close(id) {
            Closed::Unknown => return,
            Closed::Unsent => {}
            Closed::Sent => self.send(id, Request::Cancel { id }),
        }
        self.events.retain(|event| !questions::belongs_to(event, id));
        self.events.push(cancelled(id));
    }

    /// Answers a proposal.
    pub fn decide(&mut self, id: QuestionId, proposal: ProposalId, decision: Decision) {
        if self.questions.is_with_backend(id) {
            self.send(id, Request::Decide { id, proposal, decision });
        }
    }

    /// Reports how a command that was proposed ended.
    pub fn report(&mut self, id: QuestionId, proposal: ProposalId, outcome: Outcome) {
        if self.questions.is_with_backend(id) {
            self.send(id, Request::Report { id, proposal, outcome });
        }
    }

    /// Has settings hold from the next question on, and after every restart.
    pub fn set(&mut self, settings: Settings) {
        self.settings = settings;
        if let Stage::Up(link) = &mut self.stage {
            link.set(&self.settings);
        }
    }

    /// Makes a request that belongs to no question. No answer will come unless the state is [`State::Ready`].
    pub fn request(&mut self, request: &Request) {
        if let Stage::Up(link) = &mut self.stage
            && link.is_ready()
        {
            link.request(request);
        }
    }
}

impl Drop for BackendClient {
    /// The backend ends by itself with its connection; the shell does not wait for it.
    fn drop(&mut self) {
        let processes = match mem::replace(&mut self.stage, Stage::Down) {
            Stage::Up(link) => Some(link.process),
            Stage::Ending(ending) => Some(ending.process),
            Stage::Connecting(_) | Stage::Down => None,
        };
        self.leaving.drain(..).chain(processes).for_each(Process::release);
    }
}
