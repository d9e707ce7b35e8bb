//! Each question gets its task; a cancel or the end of the connection stops it.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use agents::{Agent, Answer, Context, Failure, Model, Question};
use awesh_protocol::{Ask, Event, FailureKind, QuestionId, Request, Settings, Status, Timing};
use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::ai::Client;
use crate::ai::provider::Endpoint;
use crate::components::{Components, milliseconds};
use crate::config::Patience;
use crate::error::Breach;
use crate::gate::caps;
use crate::race::{DEADLINE, race};
use crate::screen::{Proposals, Screen, Word};
use crate::talk::{GatedModel, Memory};

/// What is said of an agent that panicked.
const DEFECT: &str = "The agent failed; this is a defect of awesh.";

/// Questions that are answered at the same time.
const QUESTIONS: usize = 16;

/// Gives requests to who does them.
pub(crate) struct Dispatcher {
    components: Arc<Components>,
    events: mpsc::Sender<Event>,
    patience: Patience,
    began: Instant,
    settings: Settings,
    client: Result<Arc<Client>, Failure>,
    memory: Memory,
    is_ready: bool,
    last_id: Option<QuestionId>,
    asked: u64,
    running: HashMap<QuestionId, Running>,
    tasks: JoinSet<QuestionId>,
}

/// A question that is being answered.
struct Running {
    cancelled: CancellationToken,
    proposals: Arc<Proposals>,
}

impl Dispatcher {
    pub(crate) fn new(
        components: Components,
        events: mpsc::Sender<Event>,
        patience: Patience,
        began: Instant,
    ) -> Self {
        let memory = Memory::default();
        let own: Vec<_> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        memory.gate().know_environment(own.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        Self {
            components: Arc::new(components),
            events,
            patience,
            began,
            client: client(&Settings::default(), patience),
            settings: Settings::default(),
            memory,
            is_ready: false,
            last_id: None,
            asked: 0,
            running: HashMap::new(),
            tasks: JoinSet::new(),
        }
    }

    /// Does one request, or starts to.
    pub(crate) async fn dispatch(&mut self, request: Request) -> Result<(), Breach> {
        while let Some(ended) = self.tasks.try_join_next() {
            if let Ok(id) = ended {
                self.running.remove(&id);
            }
        }
        match request {
            Request::Hello { .. } => return Err(Breach::Hello),
            Request::Set(settings) => self.set(*settings).await,
            Request::Ask(ask) => self.ask(*ask).await?,
            Request::Cancel { id } => {
                if let Some(running) = self.running.get(&id) {
                    running.cancelled.cancel();
                }
            }
            Request::Decide { id, proposal, decision } => self.tell(id, proposal, Word::Decided(decision)),
            Request::Report { id, proposal, outcome } => self.tell(id, proposal, Word::Ended(outcome)),
            Request::Status => self.send(Event::Status(self.status())).await,
        }
        Ok(())
    }

    /// Stops all questions; returns when no task is left.
    pub(crate) async fn stop(mut self) {
        for running in self.running.values() {
            running.cancelled.cancel();
        }
        self.tasks.shutdown().await;
    }

    async fn set(&mut self, settings: Settings) {
        if let Some(key) = &settings.api_key {
            self.memory.gate().know(key.expose());
        }
        let client = client(&settings, self.patience);
        let host = |client: &Result<Arc<Client>, Failure>| {
            client.as_ref().ok().map(|client| client.endpoint.host.clone())
        };
        if host(&client) != host(&self.client) {
            // What was said to one provider is not sent to another.
            self.memory.forget();
        }
        self.client = client;
        self.settings = settings;
        if !self.is_ready {
            self.is_ready = true;
            let total_ms = milliseconds(self.began);
            tracing::info!(total_ms, "ready");
            self.send(Event::Ready { startup: self.components.startup.clone(), total_ms }).await;
        }
    }

    async fn ask(&mut self, ask: Ask) -> Result<(), Breach> {
        let id = ask.id;
        if self.last_id.is_some_and(|last| id <= last) {
            return Err(Breach::Id(id));
        }
        self.last_id = Some(id);
        if self.tasks.len() >= QUESTIONS {
            let busy = Failure::new(FailureKind::Busy, "Too many questions are being answered already.");
            self.send(failed(id, busy)).await;
            return Ok(());
        }
        self.asked += 1;
        let running = Running { cancelled: CancellationToken::new(), proposals: Arc::default() };
        let screen = Arc::new(Screen::new(id, self.events.clone(), running.proposals.clone()));
        let context = self.context(ask, screen.clone(), running.cancelled.clone());
        let answering =
            Answering { id, events: self.events.clone(), components: self.components.clone(), screen };
        self.tasks.spawn(answering.run(context));
        self.running.insert(id, running);
        Ok(())
    }

    /// What the agents are lent for a question.
    fn context(&self, ask: Ask, user: Arc<Screen>, cancelled: CancellationToken) -> Context {
        let environment = ask.context.environment;
        let variables = environment.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.memory.gate().know_environment(variables);
        let gated = |client: &Arc<Client>| -> Arc<dyn Model> {
            Arc::new(GatedModel { client: client.clone(), memory: self.memory.clone() })
        };
        Context {
            question: Question {
                text: ask.question,
                directory: PathBuf::from(ask.context.directory),
                environment,
            },
            recent: caps::bounded(ask.context.recent),
            user,
            model: self.client.as_ref().map(gated).map_err(Failure::clone),
            tools: self.components.tools.clone(),
            cancelled,
        }
    }

    fn tell(&self, id: QuestionId, proposal: u64, word: Word) {
        if let Some(running) = self.running.get(&id) {
            running.proposals.tell(proposal, word);
        }
    }

    fn status(&self) -> Status {
        let endpoint = self.client.as_ref().ok().map(|client| &client.endpoint);
        let provider = endpoint.map(|endpoint| endpoint.provider.name.to_owned());
        Status {
            provider: provider.or_else(|| self.settings.provider.clone()),
            model: endpoint.map(|endpoint| endpoint.model.clone()).or_else(|| self.settings.model.clone()),
            base_url: endpoint.map(Endpoint::base_url),
            has_key: self.settings.api_key.is_some(),
            agents: self.components.agent_names(),
            uptime_s: self.began.elapsed().as_secs(),
            questions: self.asked,
        }
    }

    async fn send(&self, event: Event) {
        // A client that is gone is noticed by the reader.
        let _ = self.events.send(event).await;
    }
}

/// One question's task.
struct Answering {
    id: QuestionId,
    events: mpsc::Sender<Event>,
    components: Arc<Components>,
    screen: Arc<Screen>,
}

impl Answering {
    /// Answers and says so: exactly one last event, whatever happens.
    async fn run(self, context: Context) -> QuestionId {
        let cancelled = context.cancelled.clone();
        let answer = AssertUnwindSafe(self.answer(&context)).catch_unwind();
        let event = tokio::select! {
            biased;
            () = cancelled.cancelled() => Err(Failure::new(FailureKind::Cancelled, "Cancelled.")),
            // A defect in an agent ends its question, not the backend.
            ended = answer => ended.unwrap_or_else(|_| Err(Failure::new(FailureKind::Internal, DEFECT))),
        };
        let event = event.unwrap_or_else(|failure| failed(self.id, failure));
        // Work on other threads ends too.
        cancelled.cancel();
        let _ = self.events.send(event).await;
        self.id
    }

    /// The last event of a question that is answered, or why it is not.
    async fn answer(&self, context: &Context) -> Result<Event, Failure> {
        if !caps::fits(context) {
            let too_long = Failure::new(FailureKind::Provider, "The question is too long.");
            return Err(too_long.hint("Ask for less at once."));
        }
        let began = Instant::now();
        let winner = race(&self.components.specialists, &context.question, DEADLINE).await;
        let agent: Arc<dyn Agent> = winner.unwrap_or_else(|| self.components.general.clone());
        let race_ms = milliseconds(began);
        tracing::debug!(agent = agent.name(), race_ms, "claimed");
        // Without a model the question is nobody's: that it failed says all.
        if context.model.is_ok() || agent.name() != self.components.general.name() {
            let claimed = Event::Claimed { id: self.id, agent: agent.name().to_owned(), race_ms };
            let _ = self.events.send(claimed).await;
        }
        let running = Instant::now();
        let Answer { usage, timings: parts } = agent.run(context).await?;
        let mut timings = vec![timing("race", race_ms)];
        if let Some(first) = self.screen.first_text() {
            timings.push(timing("first text", first.duration_since(began).as_secs_f64() * 1000.0));
        }
        timings.extend(parts);
        timings.push(timing(agent.name(), milliseconds(running)));
        Ok(Event::Done { id: self.id, usage, timings })
    }
}

fn client(settings: &Settings, patience: Patience) -> Result<Arc<Client>, Failure> {
    Endpoint::of(settings).map(|endpoint| Arc::new(Client::new(endpoint, patience)))
}

fn timing(name: &str, ms: f64) -> Timing {
    Timing { name: name.to_owned(), ms }
}

fn failed(id: QuestionId, failure: Failure) -> Event {
    tracing::info!(id, kind = ?failure.kind, "failed");
    Event::Failed { id: Some(id), kind: failure.kind, message: failure.message, hint: failure.hint }
}

#[cfg(test)]
mod tests;
