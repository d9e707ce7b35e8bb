//! The loop: prompt, read, route, act. What each of these is stands elsewhere; here is only their order.

mod ai;
mod answered;
mod background;
mod beside;
mod controls;
mod decision;
mod errand;
mod instant;
mod near_miss;
mod not_found;
mod pager;
mod protected;
mod question;
mod recalled;
mod recent;
mod start;
mod turned;
mod user_prompt;

use std::cell::RefCell;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::thread;
use std::time::Instant;

use awesh_protocol::RecentCommand;

use crate::args::ShellOptions;
use crate::backend::BackendClient;
use crate::bash::{BashSession, Report, Turn, keep_kubeconfigs, remove_leftovers};
use crate::config::{Config, Problem, PromptStyle, Sources};
use crate::fallback;
use crate::line_editor::{
    Draft, HistoryControl, Input, Lent, LineEditor, Purpose, Request, SessionFacts, Surroundings,
};
use crate::messages;
use crate::prompt::{PromptData, PromptSource, PromptText, Session, Style};
use crate::render::Capabilities;
use crate::router::{Reason, Route, explain};
use crate::sys::tty;
use crate::terminal::{Terminal, write_out};
use crate::timings::{self, Figure};
use crate::turns::Turns;
use answered::Answered;
use beside::{Aside, Shown, backend_state, with_session};
use recent::Recent;
use start::Identity;
pub use start::{environment, state_directory};
use turned::Routed;

/// Of so many bytes a command has printed it is said how fast they came.
const MUCH: u64 = 1_000_000;

/// Status of a shell whose terminal was closed: 128 + SIGHUP.
const HUNG_UP: i32 = 129;

/// Runs a shell until bash ends; returns its exit status.
pub fn run(options: &ShellOptions) -> io::Result<u8> {
    fallback::on_panic();
    let mut shell = Shell::start(options)?;
    let status = match shell.run() {
        // Whatever failed then failed for that.
        Err(_) if shell.terminal.is_gone() => shell.hang_up(),
        status => status,
    };
    tty::restore();
    for path in keep_kubeconfigs(&shell.session.directory(), &state_directory()) {
        let path = path.display();
        messages::warning(format_args!("what was added to this shell's own kubeconfig is kept in {path}"));
    }
    let running = background::running(&state_directory());
    if !running.is_empty() {
        let names = running.join(", ");
        messages::warning(format_args!("still running in the background: {names} (awesh batch status)"));
    }
    // An exit status is a byte.
    status.map(|status| u8::try_from(status).unwrap_or(u8::MAX))
}

struct Shell {
    terminal: Terminal,
    session: BashSession,
    editor: Box<dyn LineEditor>,
    prompt: PromptSource,
    identity: Identity,
    report: Report,
    /// What was typed before there was a line to be read.
    draft: Draft,
    recent: Recent,
    /// None before the first prompt, and where questions are turned off.
    backend: Option<BackendClient>,
    config: Config,
    sources: Sources,
    /// What is wrong with the settings, said already.
    problems: Vec<Problem>,
    /// When the shell was started, until its first prompt is there.
    started: Option<Instant>,
    /// Whether what is due once is done.
    settled: bool,
    offers: u8,
    turns: Rc<RefCell<Turns>>,
    /// The last line that went to bash or to the agents, for `awes why`.
    last_routed: Option<Routed>,
    /// The last answer, for `awes answer`.
    answered: Answered,
    /// The line that the last one was probably meant to be.
    suggestion: Option<String>,
}

/// A line that bash was given, with those it asked for to complete it.
struct Entered {
    text: String,
    /// Whether it has gone into the history, and is there: it goes as a whole, once bash has all of it.
    remembered: Option<bool>,
    /// What bash remembered before, where the line may change that.
    listed: Option<Vec<String>>,
}

/// Whether the shell goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Continue,
    /// With bash's exit status.
    End(i32),
}

impl Shell {
    fn run(&mut self) -> io::Result<i32> {
        let mut command: Option<Entered> = None;
        let mut first = self.first_turn()?;
        loop {
            let turn = match first.take() {
                Some(turn) => turn,
                None => self.session.wait(&mut self.terminal)?,
            };
            match turn {
                Turn::Prompt(report) => {
                    if let Some(command) = &mut command {
                        self.remember(command);
                    }
                    let before = self.report.history_number;
                    self.on_report(report, command.as_ref().map(|entered| entered.text.as_str()));
                    self.follow_history(command.take(), before);
                    if let Flow::End(status) = self.line(&mut command)? {
                        return Ok(status);
                    }
                }
                Turn::Started => {
                    if let Some(command) = &mut command {
                        self.remember(command);
                    }
                }
                Turn::Continuation => self.continuation(&mut command)?,
                Turn::Ended(status) => return Ok(status),
                Turn::HungUp => return self.hang_up(),
            }
        }
    }

    fn remember(&mut self, entered: &mut Entered) {
        if entered.remembered.is_none() {
            let control = self.history_control();
            entered.remembered = Some(self.editor.remember(&entered.text, &control));
        }
    }

    /// The user's terminal is gone: so is everything on it.
    fn hang_up(&mut self) -> io::Result<i32> {
        self.session.hang_up()?;
        Ok(HUNG_UP)
    }

    /// bash is at its prompt again, after `command` if it was given one.
    fn on_report(&mut self, report: Report, command: Option<&str>) {
        self.end_line();
        let changed = report.variables != self.report.variables;
        self.report = report;
        if changed {
            self.apply_settings();
        }
        let Some(command) = command.filter(|command| !command.trim().is_empty()) else { return };
        messages::timing("bash", self.session.duration());
        if self.session.printed() >= MUCH {
            let megabytes = self.session.printed() as f64 / 1e6;
            let rate = megabytes / self.session.duration().as_secs_f64();
            messages::measured(format_args!("terminal throughput was {rate:.0} MB/s, for {megabytes:.1} MB"));
        }
        if self.report.status == not_found::STATUS {
            self.on_not_found(command);
        }
        let ended = RecentCommand {
            command: command.to_owned(),
            status: self.report.status,
            duration_ms: u64::try_from(self.session.duration().as_millis()).unwrap_or(u64::MAX),
            output: self.session.last_output(),
        };
        self.recent.add(ended, Instant::now());
    }

    /// Reads lines until one is bash's, which is then `command`.
    fn line(&mut self, command: &mut Option<Entered>) -> io::Result<Flow> {
        loop {
            if let Some(backend) = &mut self.backend {
                backend.before_prompt();
            }
            let prompt = self.prompt_text();
            self.settle();
            if let Some(since) = self.session.take_since_end() {
                timings::took(Figure::Prompt, since);
            }
            self.first_prompt_is_there();
            let draft = std::mem::take(&mut self.draft);
            match self.read_line((&prompt.raw, &prompt.styled), draft, Purpose::Line)? {
                Input::Line { text, turned } => {
                    if let Flow::End(status) = self.act(&text, turned, command)? {
                        return Ok(Flow::End(status));
                    }
                    if command.is_some() {
                        return Ok(Flow::Continue);
                    }
                }
                Input::Errand { errand, draft } => {
                    if let Flow::End(status) = self.run_errand(errand, draft, command)? {
                        return Ok(Flow::End(status));
                    }
                    if command.is_some() {
                        return Ok(Flow::Continue);
                    }
                }
                Input::Interrupt => {
                    if let Some(report) = self.session.interrupt_prompt()? {
                        self.on_report(report, None);
                    }
                }
                Input::EndOfFile => {
                    self.session.submit_end_of_file()?;
                    return Ok(Flow::Continue);
                }
                Input::Gone => return Ok(Flow::Continue),
            }
        }
    }

    /// Sends a line where it goes; sets `command` where that is bash.
    fn act(&mut self, text: &str, turned: bool, command: &mut Option<Entered>) -> io::Result<Flow> {
        let around = self.surroundings();
        let started = Instant::now();
        let facts = SessionFacts(&around);
        let (verdict, explanation) = explain(text, &facts);
        messages::timing("router", started.elapsed());
        timings::say_longest(Figure::Key);
        let route = match verdict.route {
            Route::Bash if turned => Route::Ask,
            Route::Ask | Route::Control if turned => Route::Bash,
            // bash did not say what the words are: they may be its own.
            Route::Ask if verdict.reason != Reason::Forced && self.session.link().lock().has_missed() => {
                Route::Bash
            }
            route => route,
        };
        if turned && verdict.route != Route::Control {
            self.remember_turn(text, route, &facts);
        }
        if route != Route::Control && !text.trim().is_empty() {
            self.last_routed = Some(Routed { line: text.to_owned(), turned, explanation });
        }
        if route != Route::Bash {
            self.editor.remember(text, &self.history_control());
        }
        match route {
            Route::Bash => {
                let listed = self.listed_before(verdict.text);
                self.session.submit(verdict.text, &mut self.terminal.keyboard)?;
                *command = Some(Entered { text: verdict.text.to_owned(), remembered: None, listed });
                Ok(Flow::Continue)
            }
            Route::Ask if verdict.text.trim().is_empty() => Ok(Flow::Continue),
            Route::Ask => self.ask(verdict.text.trim()),
            Route::Control => self.control(verdict.text).map(|()| Flow::Continue),
        }
    }

    /// Reads the next line of what bash has begun to read.
    fn continuation(&mut self, command: &mut Option<Entered>) -> io::Result<()> {
        let prompt = self.report.continuation_prompt.clone();
        let draft = std::mem::take(&mut self.draft);
        let purpose = if self.session.has_copy() { Purpose::Continuation } else { Purpose::Bash };
        match self.read_line((&prompt, &prompt), draft, purpose)? {
            Input::Line { text, .. } => {
                if let Some(command) = command {
                    command.text.push('\n');
                    command.text.push_str(&text);
                }
                self.session.submit(&text, &mut self.terminal.keyboard)
            }
            Input::Errand { draft, .. } => {
                // bash reads: it can run nothing meanwhile.
                self.draft = draft;
                self.continuation(command)
            }
            Input::Interrupt => self.session.interrupt(),
            Input::EndOfFile => self.session.submit_end_of_file(),
            Input::Gone => Ok(()),
        }
    }

    fn read_line(
        &mut self,
        prompt: (&str, &str),
        initial: impl Into<Draft>,
        purpose: Purpose,
    ) -> io::Result<Input> {
        let initial = &initial.into();
        let around = self.surroundings();
        let suggestion = self.suggestion.take().filter(|_| purpose == Purpose::Line);
        let suggestion = suggestion.as_deref();
        let own = purpose == Purpose::Line && self.config.prompt.style == PromptStyle::Awesh;
        let shown = own.then(|| Shown {
            style: style(&self.config, &self.report, &self.terminal),
            source: &mut self.prompt,
            report: &self.report,
            identity: &self.identity,
            backend: backend_state(self.backend.as_ref()),
        });
        let mut aside = Aside { backend: &mut self.backend, prompt: shown };
        let request = Request { prompt, initial, suggestion, purpose, mode: self.session.editing_mode() };
        let lent = Lent {
            around: &around,
            session: &mut self.session,
            terminal: &mut self.terminal,
            beside: &mut aside,
        };
        self.editor.read(&request, lent)
    }

    /// Notes how long the first prompt took to come.
    fn first_prompt_is_there(&mut self) {
        if let Some(started) = self.started.take() {
            timings::took(Figure::FirstPrompt, started.elapsed());
        }
    }

    /// What is due once, and not before the first prompt has been read and has only to be drawn.
    fn settle(&mut self) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        let own = self.session.directory();
        // Without a thread for it, the next session's will do it.
        let _ = thread::Builder::new().spawn(move || remove_leftovers(&own, &state_directory()));
        if self.config.backend.enabled {
            let launch = self.backend_launch();
            self.backend = Some(BackendClient::start(launch, self.config.to_protocol()));
        }
    }

    /// Puts the settings together again: the session's environment or a setting has changed.
    fn apply_settings(&mut self) {
        let (config, problems) = Config::load(&self.sources, |name| self.variable(name).map(str::to_owned));
        for problem in problems.iter().filter(|problem| !self.problems.contains(problem)) {
            messages::problem(problem, problem.hint.as_deref());
        }
        self.problems = problems;
        messages::set_verbosity(config.verbose);
        if let Some(backend) = &mut self.backend
            && config.to_protocol() != self.config.to_protocol()
        {
            backend.set(config.to_protocol());
        }
        self.config = config;
    }

    fn prompt_text(&mut self) -> PromptText {
        if self.config.prompt.style == PromptStyle::Bash
            && let Some(text) = self.session.link().lock().user_prompt()
        {
            return user_prompt::prompt_text(&text);
        }
        self.at_prompt(|source, session, style| source.prompt(session, style))
    }

    /// What the prompt knows of the place, as it is now.
    fn prompt_data(&mut self) -> PromptData {
        self.at_prompt(|source, session, _| source.patient_data(session))
    }

    /// Lends the source of the prompt the session as it is now.
    fn at_prompt<T>(&mut self, read: impl FnOnce(&mut PromptSource, &Session<'_>, &Style) -> T) -> T {
        let style = style(&self.config, &self.report, &self.terminal);
        let state = backend_state(self.backend.as_ref());
        let source = &mut self.prompt;
        with_session(&self.report, &self.identity, state, |session| read(source, session, &style))
    }

    fn capabilities(&self) -> Capabilities {
        let style = style(&self.config, &self.report, &self.terminal);
        let dumb = self.variable("TERM").is_none_or(|term| term == "dumb");
        Capabilities { colour: style.colour, unicode: !style.ascii, dumb }
    }

    /// Ends a line that the last command left unfinished, and shows that it did: where the cursor was at the
    /// beginning of a line after all, the sign is written over by the prompt.
    fn end_line(&mut self) {
        if self.session.output().ends_line() {
            return;
        }
        let capabilities = self.capabilities();
        let sign = if capabilities.unicode { "⏎" } else { "%" };
        let line = match capabilities {
            Capabilities { dumb: true, .. } => "\r\n".to_owned(),
            _ => format!("\x1b[2m{sign}\x1b[m{}\r", " ".repeat(usize::from(self.terminal.size().ws_col) - 1)),
        };
        // A terminal that takes no bytes shows nothing either way.
        let _ = write_out(line.as_bytes());
    }

    fn surroundings(&self) -> Surroundings {
        Surroundings {
            link: self.session.link(),
            turns: Rc::clone(&self.turns),
            directory: self.report.directory.clone(),
            home: self.variable("HOME").map(PathBuf::from),
            word_breaks: self.variable("COMP_WORDBREAKS").map(str::to_owned),
        }
    }

    fn variable(&self, name: &str) -> Option<&str> {
        self.report.variable(name)
    }

    fn history_control(&self) -> HistoryControl {
        HistoryControl::of(|name| self.variable(name))
    }
}

fn style(config: &Config, report: &Report, terminal: &Terminal) -> Style {
    Style::new(config, |name| report.variable(name).map(str::to_owned), terminal.size().ws_col.into())
}
