//! What a shell is made of, put together from arguments, settings and environment.

use std::cell::RefCell;
use std::env;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use nix::unistd::{Uid, User, gethostname};

use super::Shell;
use super::answered::Answered;
use super::recent::Recent;
use crate::args::ShellOptions;
use crate::backend::Launch as BackendLaunch;
use crate::bash::{BashSession, Launch, Report, find_bash};
use crate::config::{Config, Files, Sources};
use crate::line_editor::{Draft, History, HistoryControl, LineEditor, Looks, Plain, Rustyline};
use crate::messages;
use crate::prompt::{self, PromptSource};
use crate::terminal::Terminal;
use crate::turns::Turns;

/// Variables the shell itself goes by, beside those of the settings and the prompt.
const WATCHED: [&str; 2] = ["PATH", "COMP_WORDBREAKS"];

/// Terminals that can do no editing.
const DUMB: [&str; 3] = ["dumb", "cons25", "emacs"];

impl Shell {
    /// Starts bash and makes ready for its first prompt.
    pub(super) fn start(options: &ShellOptions) -> io::Result<Self> {
        let started = Instant::now();
        let mut sources = Sources::read(&Files::locate(environment));
        for (key, value) in &options.settings {
            sources
                .set(key, value)
                .unwrap_or_else(|problem| messages::problem(&problem, problem.hint.as_deref()));
        }
        let (config, problems) = Config::load(&sources, environment);
        problems.iter().for_each(|problem| messages::problem(problem, problem.hint.as_deref()));
        messages::set_verbosity(config.verbose);

        let bash = find_bash().ok_or_else(|| io::Error::other("there is no bash on this machine"))?;
        let terminal = Terminal::take()?;
        let launch = Launch { bash: &bash, startup: &options.startup, watched: &watched() };
        let session = BashSession::start(&launch, &terminal)?;
        let editor = editor(&terminal, &config)?;
        Ok(Self {
            terminal,
            session,
            editor,
            prompt: PromptSource::new(),
            identity: Identity::read(),
            report: Report::default(),
            draft: Draft::default(),
            recent: Recent::default(),
            backend: None,
            config,
            sources,
            problems,
            started: Some(started),
            settled: false,
            offers: super::not_found::OFFERS,
            turns: Rc::new(RefCell::new(Turns::new(state_directory().join("turns")))),
            last_routed: None,
            answered: Answered::default(),
            suggestion: None,
        })
    }

    /// How the backend of this shell is started.
    pub(super) fn backend_launch(&self) -> BackendLaunch {
        BackendLaunch::this_executable(self.session.directory().join("backend"), state_directory())
    }
}

/// Who works where; does not change while the shell runs.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) user: String,
    pub(super) host: String,
    pub(super) is_root: bool,
}

impl Identity {
    fn read() -> Self {
        let uid = Uid::effective();
        let name = User::from_uid(uid).ok().flatten().map(|user| user.name);
        let host = gethostname().ok().and_then(|name| name.into_string().ok()).unwrap_or_default();
        Self {
            user: name.or_else(|| environment("USER")).unwrap_or_else(|| uid.to_string()),
            host: host.split('.').next().unwrap_or_default().to_owned(),
            is_root: uid.is_root(),
        }
    }
}

/// A variable of the environment, where it is text.
pub fn environment(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// The names of all variables that a report brings.
pub(super) fn watched() -> Vec<&'static str> {
    let mut names: Vec<&str> = WATCHED
        .iter()
        .chain(&HistoryControl::VARIABLES)
        .chain(&prompt::VARIABLES)
        .chain(Config::watched())
        .copied()
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn home() -> PathBuf {
    env::var_os("HOME").map(PathBuf::from).unwrap_or_else(|| PathBuf::from("/"))
}

/// Where awesh keeps what lasts: `$XDG_STATE_HOME/awesh`, else `~/.local/state/awesh`.
pub fn state_directory() -> PathBuf {
    let state = env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    state.unwrap_or_else(|| home().join(".local/state")).join("awesh")
}

fn editor(terminal: &Terminal, config: &Config) -> io::Result<Box<dyn LineEditor>> {
    let history = History::new(state_directory().join("history"), config.history.size);
    if environment("TERM").is_none_or(|term| term.is_empty() || DUMB.contains(&term.as_str())) {
        return Ok(Box::new(Plain::new(history)));
    }
    let looks = Looks {
        colour: config.colour,
        commands: config.editor.colours,
        suggestions: config.editor.suggestions,
    };
    let mut editor = Rustyline::new(terminal, history, config.history.size, looks)?;
    let bash_history = env::var_os("HISTFILE").map_or_else(|| home().join(".bash_history"), PathBuf::from);
    editor.load(Some(&bash_history));
    Ok(Box::new(editor))
}
