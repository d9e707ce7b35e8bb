//! What an agent is lent to answer one question.
//!
//! Everything here is a trait or a value, so that an agent is tested with the scripted forms in
//! [`testing`](crate::testing) and never learns who stands behind them.

use std::collections::{BTreeMap, HashMap};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use awesh_protocol::{Outcome, RecentCommand, Timing, Usage};
use tokio_util::sync::CancellationToken;

use crate::agent::{Failure, Question};
use crate::capabilities::store::Library;

/// What an agent is lent.
#[derive(Clone)]
pub struct Context {
    /// What is asked, and where.
    pub question: Question,
    /// The last commands of the session, oldest first, as far as a model may know of them.
    pub recent: Vec<RecentCommand>,
    /// Who asked: the one an agent speaks to.
    pub user: Arc<dyn User>,
    /// The model, or why there is none.
    pub model: Result<Arc<dyn Model>, Failure>,
    /// What a model may call.
    pub tools: Arc<dyn Toolbox>,
    /// The files that were read in this shell.
    pub files: Arc<SeenFiles>,
    /// The way to what was learned of clusters.
    pub library: Arc<dyn Library>,
    /// The directory in which awesh keeps what lasts.
    pub state: PathBuf,
    /// Set when the question is ended: for work on other threads, which is not dropped with the future.
    pub cancelled: CancellationToken,
}

/// How an agent's work ended well; what it had to say is said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// What the model counted, where one was asked and said so.
    pub usage: Option<Usage>,
    /// What parts of the work took.
    pub timings: Vec<Timing>,
}

/// The user, as an agent sees one.
#[async_trait]
pub trait User: Send + Sync {
    /// Shows a piece of the answer: markdown.
    async fn text(&self, piece: &str);

    /// Shows what is being done now, in one line that replaces the previous one.
    async fn progress(&self, line: &str);

    /// Shows a whole table; rows are as long as `columns`.
    async fn table(&self, columns: &[&str], rows: Vec<Vec<String>>);

    /// Shows that a tool began to work.
    async fn tool_started(&self, tool: &str, summary: &str);

    /// Shows what came of a tool.
    async fn tool_finished(&self, tool: &str, summary: &str, ok: bool);

    /// Proposes a command for the user's session, and waits until it was run there or declined.
    async fn propose(&self, command: &str, explanation: &str) -> Resolution;

    /// Asks whether a command may run that only looks, in a bash apart from the session.
    async fn look(&self, command: &str, explanation: &str) -> Looking;

    /// Shows what an edit changes, and waits until it is agreed or declined.
    async fn agrees_to_edit(&self, path: &str, explanation: &str, diff: &str) -> bool;

    /// Asks something that the user answers in words; none where there is no answer.
    async fn ask(&self, question: &str, choices: &[String]) -> Option<String>;

    /// The model is told what others may have written: from now on nothing runs without being asked.
    fn reads_untrusted(&self);

    /// Where the user's session is now and its variables, if a command has run in it since the question.
    fn session(&self) -> Option<(PathBuf, BTreeMap<String, String>)>;

    /// The same user, as one step of the answer sees one.
    fn within(self: Arc<Self>, step: u64) -> Arc<dyn User>;
}

/// What becomes of a command that only looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looking {
    /// It runs.
    Runs {
        /// Whether it may reach the network.
        network: bool,
    },
    /// The user said no.
    Declined,
    /// It does not run apart from the session, for this reason.
    Refused(String),
}

/// What became of a proposed command.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolution {
    /// It ran in the user's session, perhaps edited.
    Ran(Outcome),
    /// The user said no.
    Declined,
    /// It was not even proposed, for this reason.
    Denied(String),
}

/// A language model that can be talked to.
pub trait Model: Send + Sync {
    /// The provider, and its name for the model.
    fn identity(&self) -> (String, String);

    /// Opens a talk. What was said in earlier talks of the same shell is remembered.
    fn open(&self, instructions: &str, tools: &[ToolSpec]) -> Box<dyn Talk>;
}

/// One question's talk with a model, remembered when it ends.
#[async_trait]
pub trait Talk: Send {
    /// Says something to the model and waits for its turn, whose text is shown to `user` as it comes.
    async fn turn(&mut self, said: Said, user: &dyn User) -> Result<Turn, Failure>;
}

/// What is said to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The question with its circumstances.
    Question(String),
    /// What came of the calls of the model's last turn: one result each, in their order.
    Results(Vec<ToolResult>),
}

/// A model's turn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Turn {
    /// All of its text.
    pub text: String,
    /// The tools it calls; none, and it is done.
    pub calls: Vec<ToolCall>,
    /// Whether it ended because it reached the model's length limit.
    pub cut_by_length: bool,
    /// What the model counted, if it said so.
    pub usage: Option<Usage>,
}

/// A model's call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// The model's name for this call.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// Its arguments: JSON, as the model wrote it.
    pub arguments: String,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// The call's id.
    pub id: String,
    /// What the model is told.
    pub content: String,
}

/// A tool, as a model is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSpec {
    /// Its name.
    pub name: &'static str,
    /// What it does and when to use it.
    pub description: &'static str,
    /// The JSON schema of its arguments.
    pub parameters: serde_json::Value,
}

/// The tools a model may call.
#[async_trait]
pub trait Toolbox: Send + Sync {
    /// What there is.
    fn specs(&self) -> Vec<ToolSpec>;

    /// Whether calls of this tool may be done side by side: they do not change what others find.
    fn is_independent(&self, name: &str) -> bool;

    /// Does what a call asks; a call that cannot be done is told to the model as such.
    async fn call(&self, call: &ToolCall, context: &Context) -> ToolResult;
}

/// Which files were read in a shell, and as what: so that none is overwritten that has changed since.
#[derive(Debug, Default)]
pub struct SeenFiles(Mutex<HashMap<PathBuf, Stamp>>);

/// By what a file is seen to be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Stamp {
    /// Of a file that is this now.
    pub fn of(metadata: &Metadata) -> Self {
        let modified = (metadata.mtime(), metadata.mtime_nsec());
        Self { inode: metadata.ino(), size: metadata.len(), modified }
    }
}

impl SeenFiles {
    /// The file of this real path was read, or written, as this.
    pub fn see(&self, path: &Path, stamp: Stamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), stamp);
    }

    /// As what it was read last, if it was.
    pub fn seen(&self, path: &Path) -> Option<Stamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(path).copied()
    }
}
