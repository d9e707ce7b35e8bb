//! What the two sides say to each other.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Names one question on a connection; chosen by the client, counted up.
pub type QuestionId = u64;

/// Names one proposal within a question; chosen by the backend.
pub type ProposalId = u64;

/// What the shell asks of its backend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    /// First word on a connection.
    Hello {
        /// The client's [`VERSION`](crate::VERSION).
        version: u32,
    },
    /// The settings that hold from the next question on.
    Set(Box<Settings>),
    /// A question in plain language.
    Ask(Box<Ask>),
    /// Ends a question; unknown and finished ids are ignored.
    Cancel {
        /// The question to end.
        id: QuestionId,
    },
    /// The user's answer to a proposal.
    Decide {
        /// The question the proposal belongs to.
        id: QuestionId,
        /// The proposal answered.
        proposal: ProposalId,
        /// What the user said.
        decision: Decision,
    },
    /// How a command that was proposed ended in the user's session.
    Report {
        /// The question the proposal belongs to.
        id: QuestionId,
        /// The proposal that was run.
        proposal: ProposalId,
        /// What came of it.
        outcome: Outcome,
    },
    /// Has the conversation begin anew: what was said and read in it is forgotten.
    Renew,
    /// Asks for [`Event::Status`].
    Status,
    /// Asks for what was kept of earlier, or to take something back; answered by [`Event::Recalled`].
    Recall(Recall),
    /// Asks for [`Event::Models`].
    Models {
        /// The session's variables, by which the provider is reached.
        environment: BTreeMap<String, String>,
    },
    /// Asks for [`Event::Sent`].
    Sent,
}

/// What is asked of what was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Recall {
    /// The last steps, a line each.
    Steps,
    /// All of one step.
    Step {
        /// Its number.
        number: u64,
    },
    /// The last lines of the audit log.
    Log {
        /// How many.
        count: usize,
    },
    /// The rules that hold, those of "always" numbered.
    Rules,
    /// Has a rule of "always" forgotten.
    ForgetRule {
        /// Its number.
        number: usize,
    },
    /// The edits that can be taken back.
    Edits,
    /// Has an edit taken back.
    Undo {
        /// Its number; the last, if none is given.
        number: Option<u64>,
        /// Also where the file was changed since.
        anyway: bool,
    },
}

/// What the backend says to its shell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The answer to [`Request::Hello`].
    Hello {
        /// The backend's [`VERSION`](crate::VERSION).
        version: u32,
        /// The backend's process id.
        pid: u32,
    },
    /// All components are up; questions are answered from now on.
    Ready {
        /// What each component took; they start side by side.
        startup: Vec<Timing>,
        /// From the start of the process to readiness, in milliseconds.
        total_ms: f64,
    },
    /// The answer to [`Request::Status`].
    Status(Status),
    /// The answer to [`Request::Models`].
    Models {
        /// What the provider offers, in order; nothing where it does not say.
        models: Vec<String>,
        /// Why there is no list.
        problem: Option<Problem>,
    },
    /// The answer to [`Request::Sent`].
    Sent {
        /// The last request to a model, as it left this machine but for the key; none, and none did.
        request: Option<String>,
    },
    /// An agent won the race for the question.
    Claimed {
        /// The question.
        id: QuestionId,
        /// The agent's name.
        agent: String,
        /// How long the race took, in milliseconds.
        race_ms: f64,
    },
    /// A piece of the answer: markdown, cut anywhere between two characters.
    Text {
        /// The question.
        id: QuestionId,
        /// The piece.
        text: String,
    },
    /// What is being done now, in one line that replaces the previous one.
    Progress {
        /// The question.
        id: QuestionId,
        /// The line.
        text: String,
    },
    /// A table, whole.
    Table {
        /// The question.
        id: QuestionId,
        /// Headings.
        columns: Vec<String>,
        /// Rows, each as long as `columns`.
        rows: Vec<Vec<String>>,
    },
    /// A command for the user to run, edit or decline.
    Propose {
        /// The question.
        id: QuestionId,
        /// The proposal.
        proposal: Proposal,
    },
    /// Something other than a command for the user to agree to; answered by [`Decision::Agree`] or
    /// [`Decision::Decline`].
    Confirm {
        /// The question.
        id: QuestionId,
        /// Names it in the answer.
        proposal: ProposalId,
        /// What is to be done.
        action: Action,
    },
    /// A question to the user; answered by [`Decision::Say`] or [`Decision::Decline`].
    Enquire {
        /// The question within which it is asked.
        id: QuestionId,
        /// Names it in the answer.
        proposal: ProposalId,
        /// What is asked.
        text: String,
        /// Answers to choose from; any other will do, too.
        choices: Vec<String>,
    },
    /// A tool began to work.
    ToolStarted {
        /// The question.
        id: QuestionId,
        /// The tool's name.
        tool: String,
        /// What it does, in one line for the user.
        summary: String,
    },
    /// A tool ended.
    ToolFinished {
        /// The question.
        id: QuestionId,
        /// The tool's name.
        tool: String,
        /// What came of it, in one line for the user.
        summary: String,
        /// Whether it did what it was asked.
        ok: bool,
        /// The step's number, by which [`Recall::Step`] shows all of it.
        step: u64,
    },
    /// The answer to [`Request::Recall`].
    Recalled {
        /// What there is to say: plain text.
        text: String,
        /// Whether what was asked could be done.
        ok: bool,
    },
    /// The question is answered.
    Done {
        /// The question.
        id: QuestionId,
        /// What the model counted, where one was asked and said so.
        usage: Option<Usage>,
        /// What it cost in dollars, at most, where that is known.
        cost: Option<f64>,
        /// What the parts took: the agent, the first token, …
        timings: Vec<Timing>,
    },
    /// The question, or without an id the connection, failed.
    Failed {
        /// The question.
        id: Option<QuestionId>,
        /// The class of the failure.
        kind: FailureKind,
        /// What happened and why, in a sentence.
        message: String,
        /// What to do next, where something can be done.
        hint: Option<String>,
    },
}

/// A question and where it was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// The question's id.
    pub id: QuestionId,
    /// The text as typed.
    pub question: String,
    /// Where and after what it was asked.
    pub context: Context,
}

/// Where and after what a question was asked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// The session's working directory.
    pub directory: String,
    /// The session's own values of the variables that agents go by (KUBECONFIG, GIT_DIR, HOME, …).
    pub environment: BTreeMap<String, String>,
    /// The last commands, oldest first: for agents that answer on this machine.
    pub recent: Vec<RecentCommand>,
    /// How much of them may go to a model.
    pub attach: Attachment,
    /// The state of the repository there, in words.
    pub git: Option<String>,
    /// The Kubernetes context and namespace, in words.
    pub kubernetes: Option<String>,
    /// The terminal's width in columns.
    pub columns: u16,
    /// What the session calls by names of its own.
    pub names: SessionNames,
}

/// The aliases and functions of a session, by which a name may mean something else than the command.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionNames {
    /// Aliases and what they stand for.
    pub aliases: BTreeMap<String, String>,
    /// The names of functions.
    pub functions: Vec<String>,
    /// Whether the session could not tell: then any name may be one.
    pub unknown: bool,
}

/// A command that the user ran, as context for a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentCommand {
    /// The line as typed.
    pub command: String,
    /// Its exit status.
    pub status: i32,
    /// How long it ran, in milliseconds.
    pub duration_ms: u64,
    /// The end of what it printed, escape sequences removed.
    pub output: String,
}

/// What may go with a question, the least first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attachment {
    /// The question alone.
    Nothing,
    /// The last commands and how they ended.
    Commands,
    /// The last commands and the end of what they printed.
    #[default]
    Output,
}

/// What the backend needs to know of the user's settings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Name of the AI provider (`openai`, `openrouter`, `ollama`, …); none, and only local agents answer.
    pub provider: Option<String>,
    /// The model, where not the provider's default.
    pub model: Option<String>,
    /// The API's base URL, where not the provider's own.
    pub base_url: Option<String>,
    /// The API key.
    pub api_key: Option<Secret>,
    /// The command that prints the API key, where none is set.
    pub key_command: Option<String>,
    /// Whether the API key is looked up in the system's keyring, where neither is set.
    pub keyring: bool,
    /// The file of the certificates to trust in place of the system's.
    pub ca_file: Option<String>,
    /// How models are given tools.
    pub tools: Tools,
    /// Whether hosts, pods, namespaces and clusters go under other names.
    pub pseudonyms: bool,
    /// `VERBOSE`: 0 silent, 1 life-cycle notes, 2 timings.
    pub verbosity: u8,
    /// What may run without being asked, and what may not run at all.
    pub permission: Permission,
    /// Where what clusters can do is kept.
    pub capabilities: Capabilities,
}

/// Where what clusters can do is kept, and how it is searched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// What keeps it.
    pub store: Keeper,
    /// The server's address, which may hold a password.
    pub url: Option<Secret>,
    /// The collection or schema on it, where not awesh's usual one.
    pub collection: Option<String>,
    /// The server's API key or password.
    pub api_key: Option<Secret>,
    /// The command that prints that, where none is set.
    pub key_command: Option<String>,
    /// The file of the certificates to trust in place of the system's.
    pub ca_file: Option<String>,
    /// The model that texts are turned to vectors by; `none`, or the provider's where it is not set.
    pub embeddings: Option<String>,
}

/// What keeps what clusters can do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keeper {
    /// A file of the user's own.
    #[default]
    Sqlite,
    /// A Qdrant server.
    Qdrant,
    /// A PostgreSQL server.
    Postgresql,
}

/// What may run without being asked, and what may not run at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// What holds where no rule does.
    pub mode: Mode,
    /// Rules for commands that run without being asked.
    pub allow: Vec<String>,
    /// Rules for commands that are asked whatever else allows them.
    pub ask: Vec<String>,
    /// Rules for commands that are not even proposed.
    pub deny: Vec<String>,
    /// Whether a look may reach the network.
    pub network: bool,
}

/// What holds where no rule does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Commands are asked.
    #[default]
    Ask,
    /// Commands that could do more than look are not proposed.
    ReadOnly,
    /// Commands that only look run without being asked.
    Auto,
}

/// How models are given tools.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tools {
    /// By the API, and in words where a server refuses that.
    #[default]
    Auto,
    /// By the API.
    Native,
    /// In words.
    Text,
}

/// What is wrong, in words for the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What, and why, in a sentence.
    pub message: String,
    /// What to do next, where something can be done.
    pub hint: Option<String>,
}

/// A value that is never shown: its `Debug` form is a mask.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A command put to the user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// The proposal's id.
    pub id: ProposalId,
    /// The command line, as it would be typed.
    pub command: String,
    /// Why, in a sentence.
    pub explanation: String,
    /// What it could do in all.
    pub risk: Risk,
    /// What each of its commands could do.
    pub parts: Vec<Part>,
    /// Whether it is asked, and why.
    pub verdict: Verdict,
    /// Where it acts, beside this machine.
    pub targets: Vec<Target>,
}

/// A part of a command line, and what it could do by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The part, as it will be; `…` for what is known only when it runs.
    pub text: String,
    /// What it could do.
    pub risk: Risk,
}

/// Whether a proposal is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// The user is asked.
    Asked {
        /// Why, or by which rule.
        why: String,
        /// Whether the answer may hold for the same commands from now on.
        may_remember: bool,
    },
    /// It runs without being asked.
    Allowed {
        /// By which rule.
        by: String,
    },
}

/// A place other than this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "target", content = "name", rename_all = "snake_case")]
pub enum Target {
    /// The cluster of a Kubernetes context.
    Context(String),
    /// The cluster of the context that is set.
    CurrentContext,
    /// A machine.
    Host(String),
    /// A cluster that is known only when the command runs.
    UnknownContext,
    /// A machine that is known only when the command runs.
    UnknownHost,
}

/// What the user is to agree to, beside commands in his session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// A command that only looks, in a bash apart from the session that can write nothing.
    Look {
        /// The command line.
        command: String,
        /// Why, in a sentence.
        explanation: String,
        /// Why it is asked.
        why: String,
    },
    /// An edit of a file.
    Edit {
        /// The file.
        path: String,
        /// Why, in a sentence.
        explanation: String,
        /// What changes: a unified diff.
        diff: String,
    },
}

/// What a command could do, as far as its syntax tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// It only looks.
    Reads,
    /// It only looks, but asks other machines.
    Reaches,
    /// It could not be classified.
    Unknown,
    /// It changes files or state.
    Writes,
    /// It acts with another's rights.
    Elevates,
    /// It removes what cannot be brought back.
    Destroys,
}

impl Risk {
    /// Whether it does no more than look, here or elsewhere.
    pub fn is_look(self) -> bool {
        self <= Self::Reaches
    }
}

/// The user's answer to a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Decision {
    /// It runs now, in the user's session, in this form (the user may have edited it).
    Run {
        /// The command line.
        command: String,
        /// For how long it is agreed.
        term: Term,
    },
    /// It is to be done.
    Agree {
        /// For how long.
        term: Term,
    },
    /// What the user answers.
    Say {
        /// The answer.
        text: String,
    },
    /// It does not run, or is not to be done.
    Decline,
}

/// For how long the user agrees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// This once.
    #[default]
    Once,
    /// To the end of the answer: for looks.
    Answer,
    /// To the end of the session.
    Session,
    /// From now on.
    Always,
}

/// What came of a command in the user's session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The line that ran.
    pub command: String,
    /// Its exit status.
    pub status: i32,
    /// How long it ran, in milliseconds.
    pub duration_ms: u64,
    /// The end of what it printed, escape sequences removed.
    pub output: String,
    /// The session's working directory afterwards.
    pub directory: String,
    /// What programs started afterwards find in their environment.
    pub environment: BTreeMap<String, String>,
    /// What the session calls by names of its own afterwards.
    pub names: SessionNames,
}

/// What the backend knows of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The provider questions go to.
    pub provider: Option<String>,
    /// The model that answers.
    pub model: Option<String>,
    /// The API's base URL.
    pub base_url: Option<String>,
    /// Whether a key is set, or a command that prints one.
    pub has_key: bool,
    /// What is wrong with the settings of the AI.
    pub problem: Option<Problem>,
    /// The agents, in the order of the table.
    pub agents: Vec<String>,
    /// Since the process started, in seconds.
    pub uptime_s: u64,
    /// Questions answered so far.
    pub questions: u64,
}

/// How long one thing took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// What it was.
    pub name: String,
    /// How long it took, in milliseconds.
    pub ms: f64,
}

/// What a model counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
}

/// The class of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The user ended it.
    Cancelled,
    /// No AI provider is set up and no local agent could answer.
    NoProvider,
    /// A setting is wrong: an unknown provider, a base URL that is none.
    Settings,
    /// The provider refused the key.
    Unauthorised,
    /// The provider asks for less, or is overloaded.
    Busy,
    /// The provider could not be reached, or the connection broke.
    Network,
    /// The provider answered with something that is no answer.
    Provider,
    /// The other side broke the protocol.
    Protocol,
    /// A defect of awesh.
    Internal,
}
