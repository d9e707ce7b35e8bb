//! Each question gets its task; a cancel or the end of the connection stops it.

use std::collections::{BTreeMap, HashMap};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use agents::{Agent, Answer, Context, Failure, Model, Place, Question, SeenFiles};
use awesh_protocol::{Ask, Event, FailureKind, Problem, QuestionId, Request, Settings, Status, Timing};
use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::ai::cost::Bill;
use crate::ai::endpoint::{Endpoint, Key};
use crate::ai::{Client, models};
use crate::components::{Components, milliseconds};
use crate::config::{Options, Patience};
use crate::edits::Edits;
use crate::error::Breach;
use crate::gate::{Kind, caps};
use crate::guard::Guard;
use crate::library::{GatedEmbedder, Shelf};
use crate::proposals::{Proposals, Word};
use crate::race::{DEADLINE, LAST_RESORT, race};
use crate::recall::Kept;
use crate::screen::Screen;
use crate::system;
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
    guard: Arc<Guard>,
    files: Arc<SeenFiles>,
    state: PathBuf,
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
        options: &Options,
        began: Instant,
    ) -> Self {
        let (memory, patience) = (Memory::default(), options.patience);
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
            guard: Arc::new(Guard::new(&options.state, memory.clone())),
            files: Arc::default(),
            state: options.state.clone(),
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
            Request::Renew => self.renew(),
            Request::Status => self.send(Event::Status(self.status())).await,
            Request::Recall(recall) => self.send(self.kept().recall(recall)).await,
            Request::Models { environment } => self.list_models(environment),
            Request::Sent => self.send(Event::Sent { request: self.memory.sent() }).await,
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
        {
            let mut gate = self.memory.gate();
            let keys = settings.api_key.iter().chain(&settings.capabilities.api_key);
            keys.for_each(|key| gate.know(key.expose()));
            gate.hide_names(settings.pseudonyms);
            if let Ok(own) = nix::unistd::gethostname() {
                gate.know_name(Kind::Host, &own.to_string_lossy());
            }
        }
        let client = client(&settings, self.patience);
        let host = |client: &Result<Arc<Client>, Failure>| {
            client.as_ref().ok().map(|client| client.endpoint.host.clone())
        };
        if host(&client) != host(&self.client) {
            // What was said to one provider is not sent to another.
            self.renew();
        }
        self.guard.set(&settings.permission);
        self.client = client;
        self.settings = settings;
        if !self.is_ready {
            self.is_ready = true;
            let total_ms = milliseconds(self.began);
            tracing::info!(total_ms, "ready");
            self.send(Event::Ready { startup: self.components.startup.clone(), total_ms }).await;
        }
    }

    /// Begins a new conversation.
    fn renew(&mut self) {
        self.memory.forget();
        self.guard.renew();
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
        let screen =
            Arc::new(Screen::new(id, self.events.clone(), running.proposals.clone(), self.guard.clone()));
        let bill = Arc::<Bill>::default();
        let context = self.context(ask, screen.clone(), &bill, running.cancelled.clone());
        let (events, components) = (self.events.clone(), self.components.clone());
        let answering = Answering { id, events, components, screen, bill };
        self.tasks.spawn(answering.run(context));
        self.running.insert(id, running);
        Ok(())
    }

    /// What the agents are lent for a question.
    fn context(
        &self,
        ask: Ask,
        user: Arc<Screen>,
        bill: &Arc<Bill>,
        cancelled: CancellationToken,
    ) -> Context {
        let environment = ask.context.environment;
        self.guard.know_environment(&environment);
        self.guard.know(&ask.context.names);
        let recent = caps::bounded(ask.context.recent);
        {
            let mut gate = self.memory.gate();
            recent.iter().for_each(|recent| gate.know_output(&recent.command, &recent.output));
        }
        let shared = Arc::new(environment.clone());
        let gated = |client: &Arc<Client>| -> Result<Arc<dyn Model>, Failure> {
            client.endpoint.has_model()?;
            let (client, memory, guard) = (client.clone(), self.memory.clone(), self.guard.clone());
            let environment = shared.clone();
            Ok(Arc::new(GatedModel { client, memory, guard, environment, bill: bill.clone() }))
        };
        let model = self.client.as_ref().map_err(Failure::clone).and_then(gated);
        Context {
            question: Question {
                text: ask.question,
                directory: PathBuf::from(ask.context.directory),
                environment,
                place: Place {
                    system: system::describe(),
                    git: ask.context.git,
                    kubernetes: ask.context.kubernetes,
                },
                recent: recent.clone(),
            },
            recent: caps::attached(recent, ask.context.attach),
            user,
            model,
            tools: self.components.tools.clone(),
            files: self.files.clone(),
            library: self.library(shared),
            state: self.state.clone(),
            cancelled,
        }
    }

    /// The way to what was learned of clusters.
    fn library(&self, environment: Arc<BTreeMap<String, String>>) -> Arc<Shelf> {
        let set = &self.settings.capabilities;
        let embedder = self.client.as_ref().ok().and_then(|client| {
            let (memory, guard) = (self.memory.clone(), self.guard.clone());
            GatedEmbedder::new(client.clone(), memory, guard, environment.clone(), set)
        });
        Arc::new(Shelf::new(set, &self.state, environment, embedder))
    }

    /// Lists what the provider offers, beside everything else.
    fn list_models(&self, environment: BTreeMap<String, String>) {
        let (client, events) = (self.client.clone(), self.events.clone());
        tokio::spawn(async move {
            let listed = match &client {
                Ok(client) => {
                    models::list(client, &environment).await.map_err(|fault| fault.failure(&client.endpoint))
                }
                Err(failure) => Err(failure.clone()),
            };
            let (models, problem) = match listed {
                Ok(models) => (models, None),
                Err(failure) => (Vec::new(), Some(problem(&failure))),
            };
            // A client that is gone is noticed by the reader.
            let _ = events.send(Event::Models { models, problem }).await;
        });
    }

    fn tell(&self, id: QuestionId, proposal: u64, word: Word) {
        if let Some(running) = self.running.get(&id) {
            running.proposals.tell(proposal, word);
        }
    }

    fn kept(&self) -> Kept<'_> {
        let edits = Edits::new(&self.state);
        Kept { guard: &self.guard, steps: self.components.tools.steps(), edits, memory: &self.memory }
    }

    fn status(&self) -> Status {
        let endpoint = self.client.as_ref().ok().map(|client| &client.endpoint);
        let provider = endpoint.map(|endpoint| endpoint.provider.name.to_owned());
        Status {
            provider: provider.or_else(|| self.settings.provider.clone()),
            model: endpoint.map_or_else(|| self.settings.model.clone(), |endpoint| endpoint.model.clone()),
            base_url: endpoint.map(Endpoint::base_url),
            has_key: endpoint.is_some_and(|endpoint| endpoint.key != Key::None),
            problem: match &self.client {
                Ok(client) => client.endpoint.has_model().err().as_ref().map(problem),
                Err(failure) => Some(problem(failure)),
            },
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
    bill: Arc<Bill>,
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
        let deadline = if context.model.is_ok() { DEADLINE } else { LAST_RESORT };
        let winner = race(&self.components.specialists, &context.question, deadline).await;
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
        Ok(Event::Done { id: self.id, usage, cost: self.bill.total(), timings })
    }
}

fn client(settings: &Settings, patience: Patience) -> Result<Arc<Client>, Failure> {
    Endpoint::of(settings).map(|endpoint| Arc::new(Client::new(endpoint, patience)))
}

fn problem(failure: &Failure) -> Problem {
    Problem { message: failure.message.clone(), hint: failure.hint.clone() }
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
