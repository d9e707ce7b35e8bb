//! The one file that knows rustyline: an editor on a pseudo-terminal of its own, fed by `feeder.rs`.

use std::io;
use std::os::fd::OwnedFd;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use nix::unistd::dup2_stdin;
use rustyline::config::Configurer;
use rustyline::error::ReadlineError;
use rustyline::history::{History as _, MemHistory, SearchDirection};
use rustyline::{
    Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, EditMode, Editor, Event, EventContext,
    EventHandler, ExternalPrinter, GraphemeClusterMode, KeyCode, KeyEvent, Modifiers, Movement, RepeatCount,
};

use super::above::{self, Above, Rows, last_line};
use super::feeder::{End, Feeder, Gate};
use super::helper::LineHelper;
use super::history::Keeping;
use super::instant::Instant;
use super::keys::{KeyStream, LEAVE, PASTE_END};
use super::{Draft, History, HistoryControl, Input, Lent, LineEditor, Purpose, Request, Surroundings};
use crate::bash::{EditingMode, Turn};
use crate::messages;
use crate::sys::pty::Pty;
use crate::sys::tty::{Mode, without_input_processing};
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
    above: Above,
    leave: Leave,
    history: History,
}

impl Rustyline {
    /// Makes the editor, with its terminal as standard input.
    pub fn new(terminal: &Terminal, history: History, size: usize, colour: bool) -> io::Result<Self> {
        let mut modes = terminal.original_modes().clone();
        // Between two lines as well: a key that comes then is not to be taken for a signal.
        without_input_processing(&mut modes);
        let pty = Pty::open(Some(&modes), None)?;
        dup2_stdin(&pty.slave)?;
        let gate = Arc::new(Gate::new()?);
        let config = config(size);
        let memory = MemHistory::with_config(&config);
        let mut editor = Editor::with_history(config, memory).map_err(io_error)?;
        let rows = Arc::new(Mutex::new(Rows::default()));
        editor.set_helper(Some(LineHelper::new(Arc::clone(&gate), colour, Arc::clone(&rows))));
        let turned = Arc::new(AtomicBool::new(false));
        let suggestion = Suggestion::default();
        bind_keys(&mut editor, &turned, &suggestion, &gate);
        let above = Above::new(Arc::clone(&rows), start_printer(&mut editor, rows)?);
        let clear = EventHandler::Conditional(Box::new(ClearScreen(above.clone())));
        editor.bind_sequence(KeyEvent::ctrl('L'), clear);
        let leave = Leave { above: above.clone(), draft: Arc::default() };
        let left = EventHandler::Conditional(Box::new(leave.clone()));
        editor.bind_sequence(KeyEvent::new(char::from(LEAVE), Modifiers::NONE), left);
        Ok(Self { editor, keys: pty.master, gate, turned, suggestion, above, leave, history })
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

    /// Makes ready for a line.
    fn begin(
        &mut self,
        prompt: (&str, &str),
        purpose: Purpose,
        around: &Surroundings,
        terminal: &Terminal,
    ) -> io::Result<()> {
        terminal.set_mode(Mode::Editing)?;
        self.turned.store(false, Ordering::SeqCst);
        self.gate.reset();
        if let Some(helper) = self.editor.helper_mut() {
            helper.set(purpose, around, last_line(prompt.1).0);
        }
        Ok(())
    }

    fn edit(&mut self, prompt: (&str, &str), initial: &Draft) -> rustyline::Result<String> {
        let prompt = (last_line(prompt.0).1, last_line(prompt.1).1);
        self.editor.readline_with_initial(&prompt, (&initial.before, &initial.behind))
    }

    /// The line is over: shows what was printed too late to stand above it.
    fn end(&self) -> io::Result<()> {
        self.above.rows().end();
        let late = self.above.rows().take_due();
        write_out(late.as_bytes())
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
        self.begin(request.prompt, request.purpose, around, terminal)?;
        self.suggestion.set(request.suggestion);
        self.editor.set_edit_mode(match request.mode {
            EditingMode::Emacs => EditMode::Emacs,
            EditingMode::Vi => EditMode::Vi,
        });
        let gate = Arc::clone(&self.gate);
        let feeder = Feeder {
            terminal,
            bash: session.watch(),
            output: session.output(),
            beside,
            editor: self.keys.try_clone()?,
            gate: &gate,
            above: self.above.clone(),
            busy: around.link.lock().busy(),
            keys: KeyStream::default(),
            held_since: None,
            printed: Vec::new(),
        };
        let (line, end) = thread::scope(|scope| {
            let feeding = scope.spawn(|| feeder.run());
            let line = self.edit(request.prompt, request.initial);
            gate.close();
            (line, feeding.join().unwrap_or_else(|panic| resume_unwind(panic)))
        });
        self.end()?;
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

    fn read_ahead(&mut self, prompt: (&str, &str), lent: Lent<'_>) -> io::Result<(Option<Turn>, Draft)> {
        let Lent { around, session, terminal, .. } = lent;
        self.begin(prompt, Purpose::Bash, around, terminal)?;
        let columns = terminal.size().ws_col.into();
        let queued = self.editor.helper_mut().map(|helper| helper.show_queued(columns)).unwrap_or_default();
        let (gate, leave, keys) = (Arc::clone(&self.gate), self.leave.clone(), self.keys.try_clone()?);
        let instant = Instant {
            editor: self.keys.try_clone()?,
            gate: Arc::clone(&gate),
            above: self.above.clone(),
            keys: KeyStream::default(),
            queued,
            ended: false,
        };
        let (line, turn) = thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let turn = session.wait_behind(terminal, Box::new(instant));
                leave.ask(&keys, &gate)?;
                turn
            });
            let line = self.edit(prompt, &Draft::default());
            gate.close();
            (line, waiting.join().unwrap_or_else(|panic| resume_unwind(panic)))
        });
        // Back up from below the line that is gone.
        write_out(b"\x1b[A")?;
        self.end()?;
        write_out(&session.take_unshown())?;
        match line {
            Err(ReadlineError::Interrupted) | Ok(_) => Ok((turn?, self.leave.take())),
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
struct ClearScreen(Above);

impl ConditionalEventHandler for ClearScreen {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        self.0.rows().clear();
        Some(Cmd::ClearScreen)
    }
}

/// The key that is no user's: gives the line up, in a way that leaves nothing of it on the screen, and keeps it.
#[derive(Clone)]
struct Leave {
    above: Above,
    /// Set where the line is to be given up; then the line.
    draft: Arc<Mutex<Option<Option<Draft>>>>,
}

impl Leave {
    /// Has the editor give its line up. In some states it takes the key for something else: so it is asked again.
    fn ask(&self, editor: &OwnedFd, gate: &Gate) -> io::Result<()> {
        self.lock().get_or_insert(None);
        loop {
            gate.write_keys(editor, PASTE_END)?;
            // Once to empty the line, and once to leave it.
            gate.write_keys(editor, &[LEAVE, LEAVE])?;
            if gate.wait_done()? {
                return Ok(());
            }
        }
    }

    /// The line that was given up.
    fn take(&self) -> Draft {
        self.lock().take().flatten().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Option<Draft>>> {
        self.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConditionalEventHandler for Leave {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let mut draft = self.lock();
        let Some(draft) = draft.as_mut() else { return Some(Cmd::Noop) };
        draft.get_or_insert_with(|| {
            let (before, behind) = context.line().split_at(context.pos());
            // Where the key was taken for text, it is none.
            let text = |part: &str| part.replace(char::from(LEAVE), "");
            Draft { before: text(before), behind: text(behind) }
        });
        if !context.line().is_empty() {
            return Some(Cmd::Kill(Movement::WholeBuffer));
        }
        // A terminal that takes no bytes shows nothing either way.
        let _ = write_out(self.above.rows().leave().as_bytes());
        Some(Cmd::Interrupt)
    }
}

/// Starts the thread through which text comes above the line: rustyline takes one at a time, and whoever hands
/// it over waits.
fn start_printer(
    editor: &mut Editor<LineHelper, MemHistory>,
    rows: Arc<Mutex<Rows>>,
) -> io::Result<Sender<String>> {
    let mut external = editor.create_external_printer().map_err(io_error)?;
    let (sender, texts) = channel::<String>();
    thread::Builder::new().name("printer".to_owned()).spawn(move || {
        for text in texts {
            if !above::is_late(&text, &rows) && external.print(text).is_err() {
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
