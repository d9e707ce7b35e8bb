//! The one file that knows rustyline: an editor on a pseudo-terminal of its own, fed by `feeder.rs`.

use std::io;
use std::os::fd::OwnedFd;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use nix::unistd::dup2_stdin;
use rustyline::config::Configurer as _;
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{
    ColorMode, CompletionType, Config, EditMode, Editor, Event, EventHandler, ExternalPrinter,
    GraphemeClusterMode,
};

use super::above::{self, Above, Rows, last_line};
use super::asking::Asking;
use super::change::is_same;
use super::feeder::{End, Feeder, Gate};
use super::helper::{LineHelper, Looks};
use super::instant::Instant;
use super::keys::KeyStream;
use super::readline::{self, Errand, Keymap, Line, Settings, Window};
use super::typing::Typing;
use super::{
    Change, Draft, History, HistoryControl, Input, Lent, LineEditor, Purpose, Request, Surroundings,
};
use crate::bash::{EditingMode, SharedLink, Turn};
use crate::messages;
use crate::sys::pty::Pty;
use crate::sys::tty::{Mode, without_input_processing};
use crate::terminal::{Terminal, write_out};

/// What a line has in it that may change what keys are bound to: bash is then asked again.
const MAY_BIND: [&str; 5] = ["bind", "source", ". ", "eval", "inputrc"];

/// rustyline and what it runs on.
pub struct Rustyline {
    editor: Editor<LineHelper, MemHistory>,
    typing: Typing,
    /// The end of the editor's terminal that keys are written to.
    keys: Arc<OwnedFd>,
    gate: Arc<Gate>,
    turned: Arc<AtomicBool>,
    above: Above,
    history: History,
    /// Whether the session is to be asked what its user has made of readline.
    stale: bool,
    /// How the session was said to edit before the last line.
    mode: Option<EditingMode>,
    /// The keys of the first line, pressed before there was a session to ask or it was known how the user edits; and
    /// whether it was to be asked.
    pressed: (String, bool),
}

impl Rustyline {
    /// Makes the editor, with its terminal as standard input.
    pub fn new(terminal: &Terminal, history: History, size: usize, looks: Looks) -> io::Result<Self> {
        let mut modes = terminal.original_modes().clone();
        // Between two lines as well: a key that comes then is not to be taken for a signal.
        without_input_processing(&mut modes);
        let pty = Pty::open(Some(&modes), None)?;
        dup2_stdin(&pty.slave)?;
        let gate = Arc::new(Gate::new()?);
        let mut editor = Editor::with_history(config(), MemHistory::new()).map_err(io_error)?;
        let rows = Arc::new(Mutex::new(Rows::default()));
        let above = Above::new(Arc::clone(&rows), start_printer(&mut editor, Arc::clone(&rows))?);
        let turned = Arc::new(AtomicBool::new(false));
        let keys = Arc::new(pty.master);
        let typing = Typing::new(Arc::clone(&gate), above.clone(), Arc::clone(&keys), Arc::clone(&turned));
        typing.editor().past().limit(size);
        editor.set_helper(Some(LineHelper::new(typing.clone(), Arc::clone(&gate), looks, rows)));
        editor.bind_sequence(Event::Any, EventHandler::Conditional(Box::new(typing.clone())));
        Ok(Self {
            editor,
            typing,
            keys,
            gate,
            turned,
            above,
            history,
            stale: true,
            mode: None,
            pressed: Default::default(),
        })
    }

    /// Fills the editor's memory from the history file.
    pub fn load(&mut self, bash_history: Option<&std::path::Path>) {
        match self.history.load(bash_history) {
            Ok(entries) => {
                let mut editor = self.typing.editor();
                entries.into_iter().for_each(|entry| editor.past().add(entry));
            }
            Err(error) => messages::warning(format_args!("the history file cannot be read: {error}")),
        }
    }

    /// Makes ready for a line.
    fn begin(&mut self, request: &Request<'_>, around: &Surroundings, terminal: &Terminal) -> io::Result<()> {
        terminal.set_mode(Mode::Editing)?;
        self.turned.store(false, Ordering::SeqCst);
        self.gate.reset();
        let size = terminal.size();
        let window = Window { columns: size.ws_col.into(), rows: size.ws_row.into() };
        if let Some(helper) = self.editor.helper_mut() {
            helper.set(request.purpose, around, request.prompt);
        }
        let initial = request.initial;
        let mut line = Line {
            text: format!("{}{}", initial.before, initial.behind),
            point: initial.before.len(),
            mark: 0,
        };
        let mode = match request.mode {
            _ if self.mode == Some(request.mode) => None,
            EditingMode::Emacs => Some(readline::Mode::Emacs),
            EditingMode::Vi => Some(readline::Mode::Insert),
        };
        self.mode = Some(request.mode);
        let (pressed, premature) = std::mem::take(&mut self.pressed);
        let again = premature || mode == Some(readline::Mode::Insert) && pressed.contains(char::is_control);
        if again {
            // They were taken for those of the other mode, or for want of a session for none.
            line = Line::default();
        }
        let mut editor = self.typing.editor();
        editor.past().stay(&line.text);
        editor.begin(line, mode, window);
        if again {
            editor.press_again(&pressed);
        }
        self.editor.enable_bracketed_paste(editor.settings().bracketed_paste);
        let asking = Asking::new(request.purpose, around);
        drop(editor);
        self.typing.begin(asking, last_line(request.prompt.1).1, request.suggestion);
        Ok(())
    }

    fn edit(&mut self, prompt: (&str, &str)) -> rustyline::Result<String> {
        let prompt = (last_line(prompt.0).1, last_line(prompt.1).1);
        let Draft { before, behind } = self.typing.draft();
        self.editor.readline_with_initial(&prompt, (&before, &behind))
    }

    /// The line is over: shows what was printed too late to stand above it.
    fn end(&self) -> io::Result<()> {
        self.above.rows().end();
        let late = self.above.rows().take_due();
        write_out(late.as_bytes())
    }
}

impl LineEditor for Rustyline {
    fn read(&mut self, request: &Request<'_>, lent: Lent<'_>) -> io::Result<Input> {
        let Lent { around, session, terminal, beside } = lent;
        self.begin(request, around, terminal)?;
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
        let asks = request.purpose == Purpose::Line && std::mem::take(&mut self.stale);
        let (typing, link) = (self.typing.clone(), around.link.clone());
        let (line, end) = thread::scope(|scope| {
            let feeding = scope.spawn(|| feeder.run());
            if asks {
                scope.spawn(move || configure(&typing, &link));
            }
            let line = self.edit(request.prompt);
            gate.close();
            (line, feeding.join().unwrap_or_else(|panic| resume_unwind(panic)))
        });
        let errand = self.typing.take_errand();
        if errand.is_some() {
            // Back up from below the line that is gone.
            write_out(b"\x1b[A")?;
        }
        self.end()?;
        if end? == End::Gone {
            return Ok(Input::Gone);
        }
        if let Some(errand) = errand {
            self.stale |= errand == Errand::ReadInitFile;
            return Ok(Input::Errand { errand, draft: self.typing.draft() });
        }
        match line {
            // rustyline's own has signs in place of control characters.
            Ok(_) => {
                let text = self.typing.editor().line().text.clone();
                self.stale |= MAY_BIND.iter().any(|word| text.contains(word));
                Ok(Input::Line { text, turned: self.turned.load(Ordering::SeqCst) })
            }
            Err(ReadlineError::Interrupted) => Ok(Input::Interrupt),
            Err(ReadlineError::Eof) => Ok(Input::EndOfFile),
            Err(error) => Err(io_error(error)),
        }
    }

    fn read_ahead(&mut self, prompt: (&str, &str), lent: Lent<'_>) -> io::Result<(Option<Turn>, Draft)> {
        let Lent { around, session, terminal, .. } = lent;
        let (initial, mode) = (&Draft::default(), EditingMode::default());
        let request = Request { prompt, initial, suggestion: None, purpose: Purpose::Bash, mode };
        self.begin(&request, around, terminal)?;
        self.typing.remember_keys();
        let queued = self.editor.helper_mut().map(|helper| helper.show_queued()).unwrap_or_default();
        let (gate, typing) = (Arc::clone(&self.gate), self.typing.clone());
        let instant = Instant {
            editor: self.keys.try_clone()?,
            gate: Arc::clone(&gate),
            above: self.above.clone(),
            keys: KeyStream::default(),
            typing: typing.clone(),
            queued,
            ended: false,
        };
        let (line, turn) = thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let turn = session.wait_behind(terminal, Box::new(instant));
                leave(&typing, &gate)?;
                turn
            });
            let line = self.edit(prompt);
            gate.close();
            (line, waiting.join().unwrap_or_else(|panic| resume_unwind(panic)))
        });
        // Back up from below the line that is gone.
        write_out(b"\x1b[A")?;
        self.end()?;
        write_out(&session.take_unshown())?;
        self.pressed = self.typing.take_keys();
        match line {
            Err(ReadlineError::Interrupted) | Ok(_) => Ok((turn?, self.typing.draft())),
            Err(error) => Err(io_error(error)),
        }
    }

    fn remember(&mut self, line: &str, control: &HistoryControl) -> bool {
        let mut editor = self.typing.editor();
        let past = editor.past();
        if !control.keeps(line, past.last()) {
            return false;
        }
        if control.erase_duplicates {
            past.retain(|entry| entry != line);
        }
        past.add(line.to_owned());
        self.history.keep(line, control);
        true
    }

    fn amend(&mut self, change: &Change) {
        let mut editor = self.typing.editor();
        let past = editor.past();
        if change.cleared {
            past.retain(|_| false);
        }
        change.removed.iter().for_each(|line| past.forget(|entry| is_same(entry, line)));
        change.added.iter().for_each(|line| past.add(line.clone()));
        self.history.forget_all(&change.removed);
    }
}

fn config() -> Config {
    Config::builder()
        // Its own bindings are never asked; in this mode it takes no key for an argument before.
        .edit_mode(EditMode::Vi)
        .completion_type(CompletionType::List)
        .grapheme_cluster_mode(GraphemeClusterMode::WcWidth)
        // Our own helper knows whether there are colours; without one the mark would not change either.
        .color_mode(ColorMode::Enabled)
        .build()
}

/// Asks the session what its user has made of readline. The line is shown meanwhile, and edited as far as it is known.
fn configure(typing: &Typing, link: &SharedLink) {
    let Some(answer) = link.lock().readline() else { return };
    let mut lists = answer.iter().map(String::as_str);
    let settings = Settings::read(lists.next().unwrap_or_default(), lists.next().unwrap_or_default());
    let mut keymap = || {
        let mut list = || lists.next().unwrap_or_default();
        Keymap::read(list(), list(), list())
    };
    if let (Some(mut emacs), Some(insert), Some(command)) = (keymap(), keymap(), keymap()) {
        emacs.add_own();
        typing.editor().configure([emacs, insert, command], settings);
    }
}

/// Has the editor give its line up, in a way that leaves nothing of it on the screen.
fn leave(typing: &Typing, gate: &Gate) -> io::Result<()> {
    loop {
        typing.ask_to_leave();
        if gate.wait_done()? {
            return Ok(());
        }
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
