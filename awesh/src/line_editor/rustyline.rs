//! The one file that knows rustyline: an editor on a pseudo-terminal of its own, fed by `feeder.rs`.

use std::io;
use std::os::fd::OwnedFd;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use nix::unistd::dup2_stdin;
use rustyline::config::Configurer;
use rustyline::error::ReadlineError;
use rustyline::history::{History as _, MemHistory, SearchDirection};
use rustyline::{
    Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, EditMode, Editor, Event, EventContext,
    EventHandler, ExternalPrinter, GraphemeClusterMode, KeyCode, KeyEvent, Modifiers, RepeatCount,
};

use super::feeder::{End, Feeder, Gate};
use super::helper::LineHelper;
use super::history::Keeping;
use super::keys::KeyStream;
use super::{History, HistoryControl, Input, Lent, LineEditor, Request};
use crate::bash::EditingMode;
use crate::messages;
use crate::sys::pty::Pty;
use crate::sys::tty::Mode;
use crate::terminal::{Terminal, write_out};

/// How long the rest of a key's escape sequence may take, in milliseconds; readline's own default.
const KEY_SEQUENCE: u16 = 500;

/// rustyline and what it runs on.
pub struct Rustyline {
    editor: Editor<LineHelper, MemHistory>,
    /// The end of the editor's terminal that keys are written to.
    keys: OwnedFd,
    gate: Arc<Gate>,
    turned: Arc<AtomicBool>,
    suggestion: Suggestion,
    printer: Sender<String>,
    history: History,
}

impl Rustyline {
    /// Makes the editor, with its terminal as standard input.
    pub fn new(terminal: &Terminal, history: History, size: usize, colour: bool) -> io::Result<Self> {
        let pty = Pty::open(Some(terminal.original_modes()), None)?;
        dup2_stdin(&pty.slave)?;
        let gate = Arc::new(Gate::new()?);
        let config = config(size);
        let memory = MemHistory::with_config(&config);
        let mut editor = Editor::with_history(config, memory).map_err(io_error)?;
        let fresh = Arc::new(AtomicBool::new(true));
        editor.set_helper(Some(LineHelper::new(Arc::clone(&gate), colour, Arc::clone(&fresh))));
        let turned = Arc::new(AtomicBool::new(false));
        let suggestion = Suggestion::default();
        bind_keys(&mut editor, &turned, &suggestion, &gate);
        let clear = EventHandler::Conditional(Box::new(ClearScreen(fresh)));
        editor.bind_sequence(KeyEvent::ctrl('L'), clear);
        let printer = start_printer(&mut editor)?;
        Ok(Self { editor, keys: pty.master, gate, turned, suggestion, printer, history })
    }

    /// Fills the editor's memory from the history file.
    pub fn load(&mut self, bash_history: Option<&std::path::Path>) {
        match self.history.load(bash_history) {
            Ok(entries) => {
                for entry in entries {
                    // Fails for no history that is kept in memory.
                    let _ = self.editor.history_mut().add_owned(entry);
                }
            }
            Err(error) => messages::warning(format_args!("the history file cannot be read: {error}")),
        }
    }

    fn edit(&mut self, request: &Request<'_>) -> rustyline::Result<String> {
        let prompt = (last_line(request.prompt.0).1, last_line(request.prompt.1).1);
        self.editor.readline_with_initial(&prompt, (request.initial, ""))
    }

    /// The line entered last, where `remember` put it.
    fn last(&self) -> Option<String> {
        let history = self.editor.history();
        let last = history.len().checked_sub(1)?;
        let found = history.get(last, SearchDirection::Reverse).ok()??;
        Some(found.entry.into_owned())
    }

    fn forget(&mut self, line: &str) {
        let history = self.editor.history();
        let entries: Vec<String> = (0..history.len())
            .filter_map(|at| history.get(at, SearchDirection::Forward).ok()?)
            .map(|found| found.entry.into_owned())
            .collect();
        if entries.iter().all(|entry| entry != line) {
            return;
        }
        let history = self.editor.history_mut();
        // Neither fails for a history that is kept in memory.
        let _ = history.clear();
        for entry in entries.into_iter().filter(|entry| entry != line) {
            let _ = history.add_owned(entry);
        }
    }
}

impl LineEditor for Rustyline {
    fn read(&mut self, request: &Request<'_>, lent: Lent<'_>) -> io::Result<Input> {
        let Lent { around, session, terminal, beside } = lent;
        terminal.set_mode(Mode::Editing)?;
        self.turned.store(false, Ordering::SeqCst);
        self.suggestion.set(request.suggestion);
        self.gate.reset();
        let (above, _) = last_line(request.prompt.1);
        if let Some(helper) = self.editor.helper_mut() {
            helper.set(request.purpose, around, above);
        }
        self.editor.set_edit_mode(match request.mode {
            EditingMode::Emacs => EditMode::Emacs,
            EditingMode::Vi => EditMode::Vi,
        });
        let (gate, printer) = (Arc::clone(&self.gate), self.printer.clone());
        let feeder = Feeder {
            terminal,
            bash: session.watch(),
            output: session.output(),
            beside,
            editor: self.keys.try_clone()?,
            gate: &gate,
            printer: &printer,
            busy: around.link.lock().busy(),
            keys: KeyStream::default(),
            held_since: None,
            printed: Vec::new(),
            above,
        };
        let (line, end) = thread::scope(|scope| {
            let feeding = scope.spawn(|| feeder.run());
            let line = self.edit(request);
            gate.close();
            (line, feeding.join().unwrap_or_else(|panic| resume_unwind(panic)))
        });
        if end? == End::Gone {
            return Ok(Input::Gone);
        }
        match line {
            Ok(text) => Ok(Input::Line { text, turned: self.turned.load(Ordering::SeqCst) }),
            Err(ReadlineError::Interrupted) => Ok(Input::Interrupt),
            Err(ReadlineError::Eof) => Ok(Input::EndOfFile),
            Err(error) => Err(io_error(error)),
        }
    }

    fn remember(&mut self, line: &str, control: &HistoryControl) {
        if !control.keeps(line, self.last().as_deref()) {
            return;
        }
        if control.erase_duplicates {
            self.forget(line);
        }
        // Fails for no history that is kept in memory.
        let _ = self.editor.history_mut().add(line);
        if control.keeping == Keeping::File
            && let Err(error) = self.history.append(line)
        {
            messages::warning_once(format_args!("the history file cannot be written: {error}"));
        }
    }
}

fn config(size: usize) -> Config {
    // The only setter that can fail does so for sizes no machine can hold; the default size then stays.
    let sized = Config::builder().max_history_size(size).unwrap_or_else(|_| Config::builder());
    sized
        .history_ignore_space(false)
        .completion_type(CompletionType::List)
        .keyseq_timeout(Some(KEY_SEQUENCE))
        .grapheme_cluster_mode(GraphemeClusterMode::WcWidth)
        // Our own helper knows whether there are colours; without one the mark would not change either.
        .color_mode(ColorMode::Enabled)
        .build()
}

fn bind_keys(
    editor: &mut Editor<LineHelper, MemHistory>,
    turned: &Arc<AtomicBool>,
    suggestion: &Suggestion,
    gate: &Arc<Gate>,
) {
    for key in [KeyEvent(KeyCode::Right, Modifiers::NONE), KeyEvent(KeyCode::End, Modifiers::NONE)] {
        editor.bind_sequence(key, EventHandler::Conditional(Box::new(suggestion.clone())));
    }
    let turn = TurnRound(Arc::clone(turned));
    editor.bind_sequence(KeyEvent(KeyCode::Enter, Modifiers::ALT), EventHandler::Conditional(Box::new(turn)));
    let interrupt = ShowInterrupt(Arc::clone(gate));
    editor.bind_sequence(KeyEvent::ctrl('C'), EventHandler::Conditional(Box::new(interrupt)));
    // As in bash's own editor these do nothing at the prompt.
    for key in ['Z', '\\'] {
        editor.bind_sequence(KeyEvent::ctrl(key), Cmd::Noop);
    }
}

/// Alt-Enter: enters the line, and sends it the other way.
struct TurnRound(Arc<AtomicBool>);

impl ConditionalEventHandler for TurnRound {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        self.0.store(true, Ordering::SeqCst);
        Some(Cmd::AcceptLine)
    }
}

/// The right arrow or End on an empty line, where there is nothing to go right to: puts the command on it that
/// was probably meant, to be seen and entered.
#[derive(Clone, Default)]
struct Suggestion(Arc<Mutex<Option<String>>>);

impl Suggestion {
    fn set(&self, suggestion: Option<&str>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = suggestion.map(str::to_owned);
    }
}

impl ConditionalEventHandler for Suggestion {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let suggestion = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        context.line().is_empty().then_some(Cmd::Insert(1, suggestion))
    }
}

/// Ctrl-C: leaves its sign behind the line, as a terminal does.
struct ShowInterrupt(Arc<Gate>);

impl ConditionalEventHandler for ShowInterrupt {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        if !self.0.is_gone() && context.pos() == context.line().len() {
            // A terminal that takes no bytes shows nothing either way.
            let _ = write_out(b"^C");
        }
        None
    }
}

/// Ctrl-L: the screen is cleared, and the whole prompt is on it again.
struct ClearScreen(Arc<AtomicBool>);

impl ConditionalEventHandler for ClearScreen {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        self.0.store(true, Ordering::SeqCst);
        Some(Cmd::ClearScreen)
    }
}

/// The lines of a prompt above its last, and that.
fn last_line(prompt: &str) -> (&str, &str) {
    prompt.split_at(prompt.rfind('\n').map_or(0, |end| end + 1))
}

/// Starts the thread through which text comes above the line: rustyline takes one at a time, and whoever hands
/// it over waits.
fn start_printer(editor: &mut Editor<LineHelper, MemHistory>) -> io::Result<Sender<String>> {
    let mut external = editor.create_external_printer().map_err(io_error)?;
    let (sender, texts) = channel::<String>();
    thread::Builder::new().name("printer".to_owned()).spawn(move || {
        for text in texts {
            if external.print(text).is_err() {
                break;
            }
        }
    })?;
    Ok(sender)
}

fn io_error(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Io(error) => error,
        ReadlineError::Errno(error) => error.into(),
        other => io::Error::other(other),
    }
}
