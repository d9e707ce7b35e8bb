//! The prompt: what the session's directory, git and Kubernetes say, in one line above the input.
//!
//! It is truthful and never in the way. What has to be read is read by threads of its own (`fetch.rs`), all at
//! once, and waited for up to a deadline; what was read is kept as long as stats say that it holds (`cache.rs`).
//! What is not known in time is left out and shown when it is ([`PromptSource::renew`]), what could not be read is
//! shown as `?`; nothing is ever guessed. The text itself (`text.rs`) is made of what is then known, in one pass.
//!
//! All variables are the session's: this process's environment is as old as the shell.

mod cache;
mod fetch;
mod git;
mod kube;
mod kubeconfig;
mod style;
#[cfg(test)]
mod tests;
mod text;
mod width;
mod words;
mod work_tree;

use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::messages;
use crate::timings::{self, Figure};

use fetch::{Bell, Fetched, Worker};
pub use style::Style;
use work_tree::WorkTree;

/// How long a prompt waits for git and Kubernetes. Only a file system that hangs takes so long.
const DEADLINE: Duration = Duration::from_millis(8);

/// How long a question of the user's waits for them, which goes by what they say.
const PATIENCE: Duration = Duration::from_secs(1);

/// The variables of the session that the prompt goes by.
pub const VARIABLES: [&str; 14] = [
    "HOME",
    "KUBECONFIG",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "VIRTUAL_ENV",
    "CONDA_DEFAULT_ENV",
    "TERM",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "NO_COLOR",
    "USER",
];

/// How the backend is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackendState {
    /// On its way.
    Starting,
    /// There.
    Ready,
    /// Gone.
    Failed,
}

/// What is known of the session without reading anything.
#[derive(Clone, Copy)]
pub struct Session<'a> {
    /// Where it is.
    pub directory: &'a Path,
    /// Its variables.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The last command's exit status.
    pub status: i32,
    /// How many jobs it has.
    pub jobs: usize,
    /// Who the user is.
    pub user: &'a str,
    /// The machine's name.
    pub host: &'a str,
    /// Whether the user is root.
    pub is_root: bool,
    /// How the backend is.
    pub backend: BackendState,
}

/// The prompt in two forms of the same width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptText {
    /// Without escape sequences.
    pub raw: String,
    /// With them.
    pub styled: String,
}

/// What was read for a prompt.
#[derive(Debug, Clone, Default)]
pub struct PromptData {
    facts: text::Facts,
    /// Whether git and Kubernetes had been read before and that still held.
    pub hit: bool,
    /// How long these two took. The work tree, which may come too late without harm, does not count.
    pub took: Duration,
}

/// Something could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread;

/// Reads what the prompt shows and writes it.
pub struct PromptSource {
    git: Worker<git::Question, git::Git>,
    kube: Worker<kube::Question, kube::Kube>,
    work_tree: Worker<git::Question, Option<WorkTree>>,
    bell: Arc<Bell>,
    /// What the present prompt shows.
    shown: PromptData,
    /// What was asked of git, and how long its work tree took to be looked at.
    place: Option<git::Question>,
    work_tree_took: Duration,
    /// The same, until it is said: nothing is while a line is edited.
    unsaid: Option<Duration>,
}

impl Default for PromptSource {
    fn default() -> Self {
        Self::new()
    }
}

impl PromptSource {
    /// A source whose threads start with the first prompt.
    pub fn new() -> Self {
        let bell = Bell::new();
        Self {
            git: Worker::new("awesh-git", git::work, &bell),
            kube: Worker::new("awesh-kube", kube::work, &bell),
            work_tree: Worker::new("awesh-work-tree", work_tree::work, &bell),
            bell,
            shown: PromptData::default(),
            place: None,
            work_tree_took: Duration::ZERO,
            unsaid: None,
        }
    }

    /// Readable when something is known that the present prompt does not show.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.bell.fd()
    }

    /// Takes in what came too late for the present prompt; whether there was something.
    pub fn take_late(&mut self) -> bool {
        self.bell.quiet();
        let (git, kube, work_tree) = (self.git.late(), self.kube.late(), self.work_tree.late());
        let news = git.is_some() || kube.is_some() || work_tree.is_some();
        if let Some(fetched) = kube {
            self.shown.facts.kube = Some(fetched.answer);
        }
        if let Some(fetched) = work_tree {
            self.shown.facts.work_tree = self.on_work_tree(fetched);
        }
        if let Some(fetched) = git {
            self.shown.facts.work_tree = self.work_tree(Some(&fetched.answer));
            self.shown.facts.git = Some(fetched.answer);
        }
        news
    }

    /// The present prompt again, with all that is known by now. Reads nothing.
    pub fn renew(&self, session: &Session<'_>, style: &Style) -> PromptText {
        self.shown.text(session, style)
    }

    /// The prompt, with its timings said at `VERBOSE=2`.
    pub fn prompt(&mut self, session: &Session<'_>, style: &Style) -> PromptText {
        let started = Instant::now();
        self.shown = self.data(session);
        let fetched = Instant::now();
        let text = self.shown.text(session, style);
        messages::timing("prompt text", fetched.elapsed());
        messages::timing("total prompt generation", started.elapsed());
        text
    }

    /// The prompt without the state of the work tree, to look at which takes the machine's time from a start.
    pub fn glimpse(&mut self, session: &Session<'_>, style: &Style) -> PromptText {
        let (git, kube, ..) = self.ask(session);
        let facts = text::Facts { git: answer_of(git), kube: answer_of(kube), work_tree: None };
        text::text(session, style, &facts)
    }

    /// Reads what the prompt shows, or as much of it as there is time for.
    pub fn data(&mut self, session: &Session<'_>) -> PromptData {
        if let Some(late) = self.unsaid.take() {
            messages::timing("git work tree (after the prompt)", late);
        }
        let (git, kube, took) = self.ask(session);
        let is_hit = |hit: Option<bool>| hit.unwrap_or(false);
        let hit = is_hit(git.as_ref().map(|git| git.hit)) && is_hit(kube.as_ref().map(|kube| kube.hit));
        timings::took(if hit { Figure::PromptHit } else { Figure::PromptMiss }, took);
        say("git", git.as_ref());
        say("kubernetes", kube.as_ref());
        let git = answer_of(git).or_else(|| self.git.is_stuck().then_some(git::Git::Unknown));
        let kube = answer_of(kube).or_else(|| self.kube.is_stuck().then_some(kube::Kube::Unknown));
        let work_tree = self.work_tree(git.as_ref());
        if let Some(in_time) = self.unsaid.take() {
            messages::timing("git work tree", in_time);
        }
        PromptData { hit, took, facts: text::Facts { git, kube, work_tree } }
    }

    /// The same for what is not to go without it. The present prompt shows it, too.
    pub fn patient_data(&mut self, session: &Session<'_>) -> PromptData {
        let deadline = Instant::now() + PATIENCE;
        self.shown = self.data(session);
        while (self.git.is_busy() || self.kube.is_busy())
            && (self.take_late() || self.bell.rings_before(deadline))
        {}
        self.shown.clone()
    }

    /// Asks git and Kubernetes, side by side; and how long both took.
    fn ask(
        &mut self,
        session: &Session<'_>,
    ) -> (Option<Fetched<git::Git>>, Option<Fetched<kube::Kube>>, Duration) {
        let started = Instant::now();
        let question = git_question(session);
        if self.place.as_ref() != Some(&question) {
            self.place = Some(question.clone());
            self.work_tree_took = Duration::ZERO;
        }
        self.git.ask(question);
        self.kube.ask(kube::Question::new(session.directory, session.variable));
        let git = self.git.answer(started + DEADLINE);
        let kube = self.kube.answer(started + DEADLINE);
        (git, kube, started.elapsed())
    }

    /// The work tree's state, where it is known in a moment. Asked last: it must not be in the others' way. One that
    /// took longer last time will again, and is not waited for at all.
    fn work_tree(&mut self, git: Option<&git::Git>) -> Option<WorkTree> {
        let Some(git::Git::Head(head)) = git else { return None };
        if head.bare {
            return None;
        }
        self.work_tree.ask(self.place.clone()?);
        let is_quick = self.work_tree_took <= work_tree::BUDGET;
        let patience = if is_quick { work_tree::BUDGET } else { Duration::ZERO };
        let fetched = self.work_tree.answer(Instant::now() + patience)?;
        self.on_work_tree(fetched)
    }

    fn on_work_tree(&mut self, fetched: Fetched<Option<WorkTree>>) -> Option<WorkTree> {
        self.unsaid = Some(fetched.took);
        self.work_tree_took = fetched.took;
        fetched.answer
    }
}

impl PromptData {
    /// The Kubernetes context that is set: its name, nothing where there is none, or an error where it could not
    /// be read in time.
    pub fn context(&self) -> Result<Option<&str>, Unread> {
        match &self.facts.kube {
            Some(kube::Kube::Context { name, .. }) => Ok(Some(name)),
            Some(kube::Kube::None) => Ok(None),
            Some(kube::Kube::Unknown) | None => Err(Unread),
        }
    }

    /// The state of the repository, in words.
    pub fn git(&self) -> Option<String> {
        words::git(&self.facts)
    }

    /// The Kubernetes context and namespace, in words.
    pub fn kubernetes(&self) -> Option<String> {
        words::kubernetes(&self.facts)
    }

    /// Writes the prompt. Reads nothing.
    pub fn text(&self, session: &Session<'_>, style: &Style) -> PromptText {
        text::text(session, style, &self.facts)
    }
}

fn answer_of<Answer>(fetched: Option<Fetched<Answer>>) -> Option<Answer> {
    fetched.map(|fetched| fetched.answer)
}

fn say<Answer>(operation: &str, fetched: Option<&Fetched<Answer>>) {
    if let Some(fetched) = fetched {
        messages::timing(operation, fetched.took);
    }
}

fn git_question(session: &Session<'_>) -> git::Question {
    let set = |name: &str| (session.variable)(name).filter(|value| !value.is_empty());
    git::Question {
        directory: session.directory.to_owned(),
        git_dir: set("GIT_DIR").map(PathBuf::from),
        work_tree: set("GIT_WORK_TREE").map(PathBuf::from),
        ceilings: set("GIT_CEILING_DIRECTORIES").map(Into::into),
        across_filesystems: set("GIT_DISCOVERY_ACROSS_FILESYSTEM")
            .is_some_and(|on| on == "1" || on == "true"),
    }
}
