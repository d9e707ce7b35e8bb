//! What rustyline asks while a line is edited: how it could go on, what it looks like, whether it is whole.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};

use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::line_buffer::LineBuffer;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Changeset, Context, Helper};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::above::{self, Rows, last_line};
use super::colours::paint;
use super::completion::locate;
use super::feeder::Gate;
use super::reflow;
use super::typing::Typing;
use super::unfinished::goes_on;
use super::{Purpose, Surroundings};
use crate::bash::NoAnswer;
use crate::router::{CommandKind, Facts, Route, route};
use crate::terminal;

/// How a question looks while it is typed: cyan, and its own mark in the prompt.
const QUESTION: &str = "\x1b[36m";
const BOLD_QUESTION: &str = "\x1b[1;36m";
const GREY: &str = "\x1b[90m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// The mark at the end of the prompt, and what a question has in its place: of the same width.
const MARK: &str = "> ";
const QUESTION_MARK: &str = "? ";

/// Longer lines are not looked at while they are typed.
const LONGEST_SHOWN: usize = 8 * 1024;

/// How a line is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looks {
    /// Whether there are colours at all.
    pub colour: bool,
    /// Whether a command has them.
    pub commands: bool,
    /// Whether it is shown how a line could go on.
    pub suggestions: bool,
}

/// rustyline's view of the session.
pub(super) struct LineHelper {
    typing: Typing,
    around: Option<Surroundings>,
    purpose: Purpose,
    gate: Arc<Gate>,
    looks: Looks,
    asks: Cell<bool>,
    /// What stands above the line, which rustyline does not know of.
    above: Arc<Mutex<Rows>>,
    /// What is typed after a line that cannot be entered yet.
    queued: Arc<Mutex<String>>,
    prompt_width: usize,
    /// Whether the terminal wraps lines anew when its width changes.
    reflows: bool,
}

impl LineHelper {
    /// A helper that knows no session yet.
    pub(super) fn new(typing: Typing, gate: Arc<Gate>, looks: Looks, above: Arc<Mutex<Rows>>) -> Self {
        let (asks, queued) = (Cell::new(false), Arc::default());
        Self {
            typing,
            around: None,
            purpose: Purpose::Bash,
            gate,
            looks,
            asks,
            above,
            queued,
            prompt_width: 0,
            reflows: reflow::happens(),
        }
    }

    /// What the next line is, where, and behind which prompt.
    pub fn set(&mut self, purpose: Purpose, around: &Surroundings, prompt: (&str, &str)) {
        let (above, last) = (last_line(prompt.1).0, last_line(prompt.0).1);
        self.prompt_width = last.width();
        self.purpose = purpose;
        self.around = Some(around.clone());
        self.asks.set(false);
        above::lock(&self.above).begin(above);
        self.queued = Arc::default();
    }

    /// What is in the returned text is shown after the line when that is drawn.
    pub fn show_queued(&mut self) -> Arc<Mutex<String>> {
        Arc::clone(&self.queued)
    }

    /// What is typed after the line, as far as it fits into the line's last row.
    fn queued(&self, line: &str) -> String {
        let queued = self.queued.lock().unwrap_or_else(PoisonError::into_inner);
        self.fitting(line, &queued)
    }

    /// As much of a text as fits behind the line, into its last row.
    fn fitting(&self, line: &str, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        let width = |c: char| c.width().unwrap_or(0);
        let last = line.rsplit('\n').next().unwrap_or_default();
        let columns = columns();
        let used = (self.prompt_width + last.chars().map(width).sum::<usize>()) % columns;
        let mut room = columns.saturating_sub(used + 1);
        let fits = |c: &char| {
            let fits = width(*c) <= room;
            room = room.saturating_sub(width(*c));
            fits
        };
        text.chars().take_while(fits).collect()
    }

    fn session(&self) -> Option<SessionFacts<'_>> {
        let around = self.around.as_ref()?;
        (self.purpose == Purpose::Line).then_some(SessionFacts(around))
    }

    fn paints(&self, line: &str) -> bool {
        self.looks.commands
            && self.looks.colour
            && !line.is_empty()
            && line.len() <= LONGEST_SHOWN
            && !self.asks.get()
            && !self.typing.editor().shows_other()
    }

    fn is_question(&self, line: &str) -> bool {
        let Some(facts) = self.session() else { return false };
        !self.typing.editor().shows_other()
            && line.len() <= LONGEST_SHOWN
            && route(line, &facts).route == Route::Ask
    }

    /// Follows a change of the window's width, before rustyline draws the line anew.
    fn follow_window(&self) {
        if !self.reflows {
            return;
        }
        let place = |columns| {
            let (text, point) = self.typing.editor().shown();
            let row = |text: &str| reflow::row_behind(self.prompt_width, text, columns);
            let at = row(text.get(..point).unwrap_or(&text));
            (at, row(&text).saturating_sub(at))
        };
        let moved = above::lock(&self.above).follow(columns(), place);
        // A terminal that takes no bytes shows nothing either way.
        let _ = terminal::write_out(moved.as_bytes());
    }

    /// The line in its colours, with what is typed after it.
    fn painted<'l>(&self, line: &'l str, position: usize) -> Cow<'l, str> {
        let queued = self.queued(line);
        if !queued.is_empty() {
            let (dim, reset) = if self.looks.colour { (DIM, RESET) } else { ("", "") };
            Cow::Owned(format!("{line}{dim}{queued}{reset}"))
        } else if self.looks.colour && self.asks.get() && !line.is_empty() {
            Cow::Owned(format!("{QUESTION}{line}{RESET}"))
        } else if self.paints(line) {
            let link = self.around.as_ref().filter(|_| self.purpose == Purpose::Line);
            let kind = |word: &str| {
                link.map_or(Some(CommandKind::File), |around| SessionFacts(around).resolve(word))
            };
            Cow::Owned(paint(line, position, kind))
        } else {
            Cow::Borrowed(line)
        }
    }
}

/// How wide the window is now.
fn columns() -> usize {
    terminal::size().ws_col.into()
}

impl Helper for LineHelper {}

impl Hinter for LineHelper {
    type Hint = String;

    /// What the newest line that begins so goes on with; no more than fits the row, which it would break.
    fn hint(&self, line: &str, position: usize, _: &Context<'_>) -> Option<String> {
        self.follow_window();
        let mut editor = self.typing.editor();
        let wanted = self.looks.suggestions
            && self.looks.colour
            && self.purpose == Purpose::Line
            && position == line.len()
            && line.len() <= LONGEST_SHOWN
            && !editor.shows_other();
        let rest = if wanted { editor.past().suggestion(line).map(str::to_owned) } else { None };
        let rest = rest.filter(|rest| !rest.contains(char::is_control));
        editor.suggest(line, rest.clone());
        rest.map(|rest| self.fitting(line, &rest))
    }
}

impl Completer for LineHelper {
    type Candidate = Pair;

    /// What a key has made of the line comes to rustyline as its only completion.
    fn complete(&self, _: &str, _: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let pair = |(text, _): (String, usize)| Pair { display: String::new(), replacement: text };
        Ok((0, self.typing.due().map(pair).into_iter().collect()))
    }

    fn update(&self, line: &mut LineBuffer, _: usize, _: &str, changes: &mut Changeset) {
        let Some((text, point)) = self.typing.take_due() else { return };
        if line.as_str() == text {
            line.set_pos(point);
        } else {
            line.update(&text, point, changes);
        }
    }
}

impl Highlighter for LineHelper {
    fn highlight<'l>(&self, line: &'l str, position: usize) -> Cow<'l, str> {
        let painted = self.painted(line, position);
        self.gate.drawn();
        painted
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, default: bool) -> Cow<'b, str> {
        // In place of the prompt there may be that of a search: it leaves no mark of what is above.
        let above = if default { above::lock(&self.above).take(columns()) } else { String::new() };
        match prompt.strip_suffix(MARK) {
            Some(state) if default && self.asks.get() && self.looks.colour => {
                Cow::Owned(format!("{above}{state}{BOLD_QUESTION}{QUESTION_MARK}{RESET}"))
            }
            Some(state) if default && self.asks.get() => Cow::Owned(format!("{above}{state}{QUESTION_MARK}")),
            _ => Cow::Owned(format!("{above}{prompt}")),
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(format!("{GREY}{hint}{RESET}"))
    }

    /// Decides the route, and whether it shows: a line without colours that is and was bash's needs no more than its
    /// new character.
    fn highlight_char(&self, line: &str, _position: usize, kind: CmdKind) -> bool {
        match kind {
            CmdKind::MoveCursor => false,
            CmdKind::ForcedRefresh => self.asks.get(),
            CmdKind::Other => {
                let asked = self.asks.replace(self.is_question(line));
                let is_drawn_anew = asked || self.asks.get() || self.paints(line);
                if !is_drawn_anew {
                    self.gate.drawn();
                }
                is_drawn_anew
            }
        }
    }
}

impl Validator for LineHelper {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        // Of a line that bash has begun to read only bash knows whether it goes on: a quotation mark in a
        // here-document opens nothing.
        if self.purpose == Purpose::Line && goes_on(text) && !self.is_question(text) {
            self.gate.open();
            return Ok(ValidationResult::Incomplete);
        }
        Ok(ValidationResult::Valid(None))
    }
}

/// What the router asks, answered by the live session.
pub struct SessionFacts<'a>(pub &'a Surroundings);

impl Facts for SessionFacts<'_> {
    fn resolve(&self, word: &str) -> Option<CommandKind> {
        match self.0.link.lock().kind_of(word) {
            Ok(kind) => Some(match kind?.as_str() {
                "alias" => CommandKind::Alias,
                "keyword" => CommandKind::Keyword,
                "function" => CommandKind::Function,
                "builtin" => CommandKind::Builtin,
                _ => CommandKind::File,
            }),
            // A command that bash could run is never to be taken for a question.
            Err(NoAnswer) => Some(CommandKind::File),
        }
    }

    fn turned(&self, form: &str) -> Option<Route> {
        self.0.turns.borrow().route_of(form)
    }

    fn path_exists(&self, word: &str) -> bool {
        locate(word, &self.0.directory, self.0.home.as_deref()).symlink_metadata().is_ok()
    }
}
