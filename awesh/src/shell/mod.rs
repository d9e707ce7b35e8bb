//! The loop: prompt, read, route, act. What each of these is stands elsewhere; here is only their order.

mod recent;

use std::io;
use std::path::PathBuf;

use crate::args::ShellOptions;
use crate::bash::{BashSession, Launch, Report, Turn, find_bash};
use crate::config::{Config, Files, Sources};
use crate::fallback;
use crate::line_editor::{
    History, HistoryControl, Input, LineEditor, Plain, Purpose, Request, Rustyline, SessionFacts, Surroundings,
};
use crate::messages;
use crate::router::{Route, route};
use crate::sys::tty::{self, Mode};
use crate::terminal::Terminal;

/// Status of a shell whose terminal was closed: 128 + SIGHUP.
const HUNG_UP: u8 = 129;

/// Variables the shell itself goes by, beside those of the settings.
const WATCHED: [&str; 10] = [
    "PATH", "HOME", "COMP_WORDBREAKS", "HISTCONTROL", "KUBECONFIG", "GIT_DIR", "GIT_WORK_TREE", "VIRTUAL_ENV",
    "CONDA_DEFAULT_ENV", "TERM",
];

/// Runs a shell until bash ends; returns its exit status.
pub fn run(options: &ShellOptions) -> io::Result<u8> {
    fallback::on_panic();
    let mut shell = Shell::start(options)?;
    let status = shell.run();
    tty::restore();
    status
}

struct Shell {
    terminal: Terminal,
    session: BashSession,
    editor: Box<dyn LineEditor>,
    report: Report,
    config: Config,
    sources: Sources,
}

impl Shell {
    fn start(options: &ShellOptions) -> io::Result<Self> {
        let environment = |name: &str| std::env::var(name).ok();
        let mut sources = Sources::read(&Files::locate(environment));
        for (key, value) in &options.settings {
            if let Err(problem) = sources.set(key, value) {
                messages::warning(problem);
            }
        }
        let (config, problems) = Config::load(&sources, environment);
        for problem in problems {
            messages::warning(&problem);
        }
        messages::set_verbosity(config.verbose);
        let bash = find_bash().ok_or_else(|| io::Error::other("there is no bash on this machine"))?;
        let terminal = Terminal::take()?;
        let watched: Vec<&str> = WATCHED.into_iter().chain(Config::watched().iter().copied()).collect();
        let launch = Launch { bash: &bash, startup: &options.startup, watched: &watched };
        let session = BashSession::start(&launch, &terminal)?;
        let editor = editor(&terminal, &config)?;
        Ok(Self { terminal, session, editor, report: Report::default(), config, sources })
    }

    fn run(&mut self) -> io::Result<u8> {
        loop {
            match self.session.wait(&mut self.terminal)? {
                Turn::Prompt(report) => {
                    self.report = report;
                    self.line()?;
                }
                Turn::Continuation => self.continuation()?,
                // An exit status is a byte.
                Turn::Ended(status) => return Ok(u8::try_from(status).unwrap_or(u8::MAX)),
                Turn::HungUp => return Ok(HUNG_UP),
            }
        }
    }

    /// Reads lines until one is bash's.
    fn line(&mut self) -> io::Result<()> {
        loop {
            let around = self.surroundings();
            let prompt = format!("🤖:{}:{}\n> ", self.report.status, self.report.directory.display());
            let request = Request {
                prompt: (&prompt, &prompt),
                initial: "",
                purpose: Purpose::Line,
                mode: self.session.editing_mode(),
            };
            match self.editor.read(&request, &around, &mut self.session, &mut self.terminal)? {
                Input::Line { text, turned } => {
                    let verdict = route(&text, &SessionFacts(&around));
                    self.editor.remember(&text, &self.history_control());
                    if verdict.route == Route::Bash || turned {
                        return self.session.submit(verdict.text);
                    }
                }
                Input::Interrupt => {
                    if let Some(report) = self.session.interrupt_prompt()? {
                        self.report = report;
                    }
                }
                Input::EndOfFile => return self.session.submit_end_of_file(),
                Input::Gone => return Ok(()),
            }
        }
    }

    /// Reads the next line of what bash has begun to read.
    fn continuation(&mut self) -> io::Result<()> {
        let around = self.surroundings();
        let prompt = self.report.continuation_prompt.clone();
        let request = Request {
            prompt: (&prompt, &prompt),
            initial: "",
            purpose: Purpose::Bash,
            mode: self.session.editing_mode(),
        };
        match self.editor.read(&request, &around, &mut self.session, &mut self.terminal)? {
            Input::Line { text, .. } => self.session.submit(&text),
            Input::Interrupt => self.session.interrupt(),
            Input::EndOfFile => self.session.submit_end_of_file(),
            Input::Gone => Ok(()),
        }
    }

    fn surroundings(&self) -> Surroundings {
        Surroundings {
            link: self.session.link(),
            directory: self.report.directory.clone(),
            home: self.variable("HOME").map(PathBuf::from),
            word_breaks: self.variable("COMP_WORDBREAKS").map(str::to_owned),
        }
    }

    fn variable(&self, name: &str) -> Option<&str> {
        self.report.variables.get(name).map(String::as_str)
    }

    fn history_control(&self) -> HistoryControl {
        HistoryControl::parse(self.variable("HISTCONTROL").unwrap_or_default())
    }
}

fn editor(terminal: &Terminal, config: &Config) -> io::Result<Box<dyn LineEditor>> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let path = home.join(".local/state/awesh/history");
    let history = History::new(path, config.history.size);
    if std::env::var("TERM").is_ok_and(|term| ["dumb", "cons25", "emacs"].contains(&term.as_str())) {
        return Ok(Box::new(Plain::new(history)));
    }
    let mut editor = Rustyline::new(terminal, history, config.history.size, config.colour)?;
    editor.load(Some(&home.join(".bash_history")));
    Ok(Box::new(editor))
}
