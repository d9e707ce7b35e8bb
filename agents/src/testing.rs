//! A context with a scripted model and scripted tools, for agents' tests.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use awesh_protocol::FailureKind;
use tokio_util::sync::CancellationToken;

use crate::agent::{Failure, Question};
use crate::capabilities::store::{Catalogue, Library, Sqlite};
use crate::context::{
    Context, Looking, Model, Resolution, Said, SeenFiles, Talk, ToolCall, ToolResult, ToolSpec, Toolbox,
    Turn, User,
};

/// A context without a model, in `directory`, and what its user saw.
pub fn context(text: &str, directory: &Path) -> (Context, Arc<Screen>) {
    let screen = Arc::new(Screen::default());
    let context = Context {
        question: Question { text: text.to_owned(), directory: directory.to_owned(), ..Question::default() },
        recent: Vec::new(),
        user: screen.clone(),
        model: Err(Failure::new(FailureKind::NoProvider, "no model")),
        tools: Arc::new(ScriptedTools),
        files: Arc::<SeenFiles>::default(),
        library: Arc::new(Shelf(directory.join(".state"))),
        state: directory.join(".state"),
        cancelled: CancellationToken::new(),
    };
    (context, screen)
}

/// The catalogue in a file, found by words alone.
#[derive(Debug)]
pub struct Shelf(pub PathBuf);

#[async_trait]
impl Library for Shelf {
    async fn open(&self) -> Result<Catalogue, Failure> {
        Ok(Catalogue::new(Sqlite::in_state(&self.0), None))
    }
}

/// What a user saw, in words; proposals are resolved as scripted, else declined.
#[derive(Debug, Default)]
pub struct Screen {
    shown: Mutex<String>,
    resolutions: Mutex<VecDeque<Resolution>>,
    answers: Mutex<VecDeque<String>>,
}

impl Screen {
    /// All that was shown.
    pub fn shown(&self) -> String {
        lock(&self.shown).clone()
    }

    /// Scripts what becomes of the next proposal.
    pub fn resolve(&self, resolution: Resolution) {
        lock(&self.resolutions).push_back(resolution);
    }

    /// Scripts what is answered to the next question, edit or look: `y` agrees.
    pub fn answer(&self, text: &str) {
        lock(&self.answers).push_back(text.to_owned());
    }

    fn next_answer(&self) -> Option<String> {
        lock(&self.answers).pop_front()
    }

    fn show(&self, text: &str) {
        lock(&self.shown).push_str(text);
    }
}

#[async_trait]
impl User for Screen {
    async fn text(&self, piece: &str) {
        self.show(piece);
    }

    async fn progress(&self, line: &str) {
        self.show(&format!("[progress: {line}]\n"));
    }

    async fn table(&self, columns: &[&str], rows: Vec<Vec<String>>) {
        self.show(&format!("| {} |\n", columns.join(" | ")));
        for row in rows {
            self.show(&format!("| {} |\n", row.join(" | ")));
        }
    }

    async fn tool_started(&self, tool: &str, summary: &str) {
        self.show(&format!("[{tool}: {summary}]\n"));
    }

    async fn tool_finished(&self, tool: &str, summary: &str, ok: bool) {
        self.show(&format!("[{tool} {}: {summary}]\n", if ok { "done" } else { "failed" }));
    }

    async fn propose(&self, command: &str, explanation: &str) -> Resolution {
        self.show(&format!("[propose {command}: {explanation}]\n"));
        lock(&self.resolutions).pop_front().unwrap_or(Resolution::Declined)
    }

    async fn look(&self, command: &str, explanation: &str) -> Looking {
        self.show(&format!("[look {command}: {explanation}]\n"));
        match self.next_answer().as_deref() {
            Some("y") => Looking::Runs { network: false },
            _ => Looking::Declined,
        }
    }

    async fn agrees_to_edit(&self, path: &str, explanation: &str, diff: &str) -> bool {
        self.show(&format!("[edit {path}: {explanation}]\n{diff}"));
        self.next_answer().as_deref() == Some("y")
    }

    async fn ask(&self, question: &str, choices: &[String]) -> Option<String> {
        self.show(&format!("[ask {question} {choices:?}]\n"));
        self.next_answer()
    }

    fn reads_untrusted(&self) {}

    fn session(&self) -> Option<(PathBuf, BTreeMap<String, String>)> {
        None
    }

    fn within(self: Arc<Self>, _step: u64) -> Arc<dyn User> {
        self
    }
}

/// A model that says what it is scripted to say, and keeps what it was told.
#[derive(Debug, Default)]
pub struct ScriptedModel {
    turns: Arc<Mutex<VecDeque<Result<Turn, Failure>>>>,
    heard: Arc<Mutex<Vec<Said>>>,
}

impl ScriptedModel {
    /// A model with these turns.
    pub fn new(turns: impl IntoIterator<Item = Result<Turn, Failure>>) -> Self {
        Self { turns: Arc::new(Mutex::new(turns.into_iter().collect())), heard: Arc::default() }
    }

    /// What it was told so far.
    pub fn heard(&self) -> Vec<Said> {
        lock(&self.heard).clone()
    }
}

impl Model for ScriptedModel {
    fn identity(&self) -> (String, String) {
        ("scripted".to_owned(), "m".to_owned())
    }

    fn open(&self, _instructions: &str, _tools: &[ToolSpec]) -> Box<dyn Talk> {
        Box::new(ScriptedTalk { turns: self.turns.clone(), heard: self.heard.clone() })
    }
}

struct ScriptedTalk {
    turns: Arc<Mutex<VecDeque<Result<Turn, Failure>>>>,
    heard: Arc<Mutex<Vec<Said>>>,
}

#[async_trait]
impl Talk for ScriptedTalk {
    async fn turn(&mut self, said: Said, user: &dyn User) -> Result<Turn, Failure> {
        lock(&self.heard).push(said);
        let turn = lock(&self.turns).pop_front();
        let turn =
            turn.unwrap_or_else(|| Err(Failure::new(FailureKind::Provider, "the script is at its end")))?;
        user.text(&turn.text).await;
        Ok(turn)
    }
}

/// Tools that answer each call with its own arguments.
#[derive(Debug)]
pub struct ScriptedTools;

#[async_trait]
impl Toolbox for ScriptedTools {
    fn specs(&self) -> Vec<ToolSpec> {
        vec![ToolSpec { name: "echo", description: "Says it again.", parameters: serde_json::Value::Null }]
    }

    fn is_independent(&self, name: &str) -> bool {
        name != "alone"
    }

    async fn call(&self, call: &ToolCall, context: &Context) -> ToolResult {
        context.user.tool_started(&call.name, &call.arguments).await;
        ToolResult { id: call.id.clone(), content: call.arguments.clone() }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
