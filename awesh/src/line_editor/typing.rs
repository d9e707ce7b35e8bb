//! Every key on its way through rustyline: it is given to `readline/`, and what comes of it is done to rustyline's
//! line. rustyline's own bindings are never asked; it shows the line.
//!
//! A handler can name one thing to be done. Where it is two (the line has to look as it is before it is entered), the
//! editor is poked: a byte that no user types has it go on.

use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rustyline::{
    Cmd, ConditionalEventHandler, Event, EventContext, KeyCode, KeyEvent, Modifiers, RepeatCount,
};

use super::Draft;
use super::above::Above;
use super::asking::Asking;
use super::feeder::Gate;
use super::keys::{POKE, decoded};
use super::readline::{Errand, Outcome, Readline, Session};
use crate::terminal::write_out;

/// Keys that the feeder takes for a line's end.
const ENDS: [char; 4] = ['\r', '\n', '\x03', '\x04'];

/// Alt-Enter, as terminals send it.
const TURN: [char; 2] = ['\x1b', '\r'];

/// How the line is to end, once it looks as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ending {
    Accept,
    /// Nothing of it is to be left on the screen.
    Leave,
}

/// What the editor is and does, shared by all that rustyline calls.
#[derive(Debug, Clone)]
pub(super) struct Typing {
    pub(super) readline: Arc<Mutex<Readline>>,
    state: Arc<Mutex<State>>,
    gate: Arc<Gate>,
    above: Above,
    /// The end of the editor's terminal that keys are written to.
    keys: Arc<OwnedFd>,
    turned: Arc<AtomicBool>,
}

/// What is so for one line.
#[derive(Debug, Default)]
struct State {
    session: Option<Asking>,
    /// What is to stand on rustyline's line, and where its cursor.
    due: Option<(String, usize)>,
    ending: Option<Ending>,
    /// Somebody else wants the editor to leave the line.
    asked: bool,
    errand: Option<Errand>,
    /// The prompt's last line, which a list is printed below.
    prompt: String,
    /// The key before, if it was Escape.
    escaped: bool,
    /// A command that was probably meant, for the empty line.
    meant: Option<String>,
    /// The keys so far, where they may have to be pressed again; and whether one wanted the session.
    pressed: Option<String>,
    premature: bool,
}

impl Typing {
    pub(super) fn new(gate: Arc<Gate>, above: Above, keys: Arc<OwnedFd>, turned: Arc<AtomicBool>) -> Self {
        let (readline, state) = Default::default();
        Self { readline, state, gate, above, keys, turned }
    }

    /// The editor's state.
    pub(super) fn editor(&self) -> MutexGuard<'_, Readline> {
        self.readline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new line is to be read, behind this prompt.
    pub(super) fn begin(&self, session: Asking, prompt: &str, meant: Option<&str>) {
        *self.state() = State {
            session: Some(session),
            prompt: prompt.to_owned(),
            meant: meant.map(str::to_owned),
            ..State::default()
        };
        if self.editor().has_keys() {
            self.poke();
        }
    }

    /// Remembers the keys of this line.
    pub(super) fn remember_keys(&self) {
        self.state().pressed = Some(String::new());
    }

    /// The keys of the line, and whether one of them came to nothing for want of a session.
    pub(super) fn take_keys(&self) -> (String, bool) {
        let within = self.editor().is_within_keys();
        let mut state = self.state();
        (state.pressed.take().unwrap_or_default(), state.premature || within)
    }

    /// What the line is left for, if it is.
    pub(super) fn take_errand(&self) -> Option<Errand> {
        self.state().errand.take()
    }

    /// Wakes the editor. A terminal that takes no byte has others that wake it.
    fn poke(&self) {
        let _ = nix::unistd::write(&*self.keys, &[POKE]);
    }

    /// Has the editor leave its line, which is no user's wish.
    pub(super) fn ask_to_leave(&self) {
        self.state().asked = true;
        self.poke();
    }

    /// Whether to leave the line now would disturb the user.
    pub(super) fn is_occupied(&self) -> bool {
        let premature = self.state().premature;
        let editor = self.editor();
        editor.is_pasted_to() || !premature && editor.is_in_history()
    }

    /// The line as it is left.
    pub(super) fn draft(&self) -> Draft {
        let editor = self.editor();
        let line = editor.line();
        Draft { before: line.before().to_owned(), behind: line.behind().to_owned() }
    }

    /// What rustyline's line is to be.
    pub(super) fn due(&self) -> Option<(String, usize)> {
        self.state().due.clone()
    }

    /// It is that now.
    pub(super) fn take_due(&self) -> Option<(String, usize)> {
        self.state().due.take()
    }

    fn on_key(&self, key: char, context: &EventContext<'_>) -> Option<Cmd> {
        if self.state().ending.is_some() {
            self.editor().keep(key);
            return Some(Cmd::Noop);
        }
        if let Some(turned) = self.turns_round(key) {
            return Some(turned);
        }
        if let Some(meant) = self.take_meant(context) {
            self.editor().suggest("", Some(meant));
        }
        if let Some(pressed) = &mut self.state().pressed {
            pressed.push(key);
        }
        let mut editor = self.editor();
        if context.line().len() > editor.shown().0.len() {
            // The line was not whole when it was to be entered.
            editor.add_line();
        }
        let mut session = self.state().session.take();
        let outcome = match &mut session {
            Some(session) => editor.press(key, Instant::now(), session),
            None => Outcome::Edited,
        };
        let mut state = self.state();
        let goes_on = matches!(outcome, Outcome::Edited | Outcome::ClearScreen);
        let premature = !goes_on || session.as_ref().is_some_and(Asking::has_missed);
        state.session = session;
        if state.pressed.is_some() && premature {
            state.premature = true;
            return Some(Cmd::Noop);
        }
        drop(state);
        let typed = (!key.is_control()).then_some(key);
        if ENDS.contains(&key) && outcome == Outcome::Edited {
            // It could have ended the line, and did not: the keys behind it are the editor's too.
            self.gate.open();
        }
        self.finish(&mut editor, outcome, typed, context)
    }

    /// Does what comes of keys; `typed` is the one that rustyline would insert by itself.
    fn finish(
        &self,
        editor: &mut Readline,
        outcome: Outcome,
        typed: Option<char>,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        self.print(&editor.take_above());
        if editor.take_bell() {
            let _ = write_out(b"\x07");
        }
        match outcome {
            Outcome::Edited => self.show(editor.shown(), typed, context),
            Outcome::Accepted => {
                let text = editor.shown().0;
                let end = text.len();
                self.end(Ending::Accept, (text, end), context)
            }
            Outcome::Interrupted => {
                self.show_interrupt(context);
                self.end_now(Cmd::Interrupt)
            }
            Outcome::EndOfFile => self.end_now(Cmd::EndOfFile),
            Outcome::ClearScreen => {
                self.above.rows().clear();
                Some(Cmd::ClearScreen)
            }
            Outcome::Errand(errand) => {
                self.state().errand = Some(errand);
                self.end(Ending::Leave, (String::new(), 0), context)
            }
        }
    }

    /// Has rustyline show this; one more character at the cursor it inserts itself, which is quicker.
    fn show(&self, due: (String, usize), typed: Option<char>, context: &EventContext<'_>) -> Option<Cmd> {
        let (text, point) = (due.0.as_str(), due.1);
        let (before, behind) = context.line().split_at(context.pos());
        if text == context.line() && point == context.pos() {
            return Some(Cmd::Noop);
        }
        let inserted = typed.is_some_and(|key| {
            let rest = text.strip_prefix(before).and_then(|rest| rest.strip_prefix(key));
            rest == Some(behind) && point == before.len() + key.len_utf8()
        });
        if inserted {
            return None;
        }
        self.state().due = Some(due);
        Some(Cmd::Complete)
    }

    /// Ends the line once it looks like this.
    fn end(&self, ending: Ending, due: (String, usize), context: &EventContext<'_>) -> Option<Cmd> {
        if due.0 == context.line() && (due.1 == context.pos() || ending == Ending::Leave) {
            return self.finish_ending(&ending);
        }
        let mut state = self.state();
        state.due = Some(due);
        state.ending = Some(ending);
        drop(state);
        self.poke();
        Some(Cmd::Complete)
    }

    fn finish_ending(&self, ending: &Ending) -> Option<Cmd> {
        match ending {
            Ending::Accept => Some(Cmd::AcceptOrInsertLine { accept_in_the_middle: true }),
            Ending::Leave => {
                // A terminal that takes no bytes shows nothing either way.
                let _ = write_out(self.above.rows().leave().as_bytes());
                // rustyline forgets the keys behind an interrupt.
                self.end_now(Cmd::AcceptLine)
            }
        }
    }

    /// The line is over: keys that come yet are the next one's.
    fn end_now(&self, command: Cmd) -> Option<Cmd> {
        self.state().ending = Some(Ending::Leave);
        Some(command)
    }

    fn on_poke(&self, context: &EventContext<'_>) -> Option<Cmd> {
        let (ending, asked) = {
            let mut state = self.state();
            (state.ending.take(), state.asked)
        };
        if let Some(ending) = ending {
            return self.finish_ending(&ending);
        }
        if asked {
            return self.end(Ending::Leave, (String::new(), 0), context);
        }
        let mut editor = self.editor();
        let mut session = self.state().session.take();
        let outcome =
            session.as_mut().map_or(Outcome::Edited, |session| editor.go_on(session as &mut dyn Session));
        self.state().session = session;
        self.finish(&mut editor, outcome, None, context)
    }

    /// Alt-Enter: enters the line, and sends it the other way.
    fn turns_round(&self, key: char) -> Option<Cmd> {
        let escaped = std::mem::replace(&mut self.state().escaped, key == TURN[0]);
        if !escaped || key != TURN[1] {
            return None;
        }
        self.turned.store(true, Ordering::SeqCst);
        Some(Cmd::AcceptLine)
    }

    /// What the right arrow or End puts on an empty line.
    fn take_meant(&self, context: &EventContext<'_>) -> Option<String> {
        if context.line().is_empty() { self.state().meant.clone() } else { None }
    }

    /// Ctrl-C leaves its sign behind the line, as a terminal does; in place of what is suggested there.
    fn show_interrupt(&self, context: &EventContext<'_>) {
        if !self.gate.is_gone() && context.pos() == context.line().len() {
            let erase = if context.has_hint() { "\x1b[J" } else { "" };
            let _ = write_out(format!("{erase}^C").as_bytes());
        }
    }

    /// Prints above the line; in place of the sign for it, the prompt's last line.
    fn print(&self, text: &str) {
        if !text.is_empty() {
            let prompt = self.state().prompt.clone();
            self.above.print(&text.replace('\0', &prompt));
        }
    }
}

impl ConditionalEventHandler for Typing {
    fn handle(&self, event: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        match event.get(0) {
            Some(key) if *key == poke() => self.on_poke(context),
            Some(KeyEvent(KeyCode::Char(key), Modifiers::NONE)) => self.on_key(decoded(*key), context),
            // The feeder's own, where there is nobody left to read the line for.
            Some(key) if *key == KeyEvent::ctrl('C') => self.on_key('\x03', context),
            _ => Some(Cmd::Noop),
        }
    }
}

/// How rustyline sees what wakes it.
fn poke() -> KeyEvent {
    KeyEvent::new(char::from(POKE), Modifiers::NONE)
}
