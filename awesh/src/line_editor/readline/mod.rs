//! What readline does with keys: the user's own keymaps and variables, the functions they are bound to, and the
//! state these share. Pure: keys go in one by one, the line and what is to be done come out.
//!
//! A key is a character; `keymap.rs` says which of them mean something together, `functions.rs` which function has
//! which name. The functions stand by what they are for: `moving.rs`, `editing.rs`, `killing.rs`, `entering.rs`,
//! `past.rs` with `searching.rs`, `completing.rs` with `listing.rs`, and `vi.rs`. What only the shell's session knows
//! is asked through [`Session`]. Not here: the screen, and how keys come from the terminal.

mod argument;
mod completing;
mod dispatch;
mod editing;
mod entering;
mod functions;
mod keymap;
mod killing;
mod line;
mod listing;
mod moving;
mod notation;
mod past;
mod searching;
mod settings;
mod text;
mod vi;
mod vi_motion;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Instant;

use argument::Argument;
use completing::{Menu, Question};
use dispatch::Eager;
use killing::Kills;
use line::Undo;
use searching::{Pattern, Search};
use vi::Vi;

pub use completing::{Choice, Completion, Kind};
pub use keymap::{Keymap, Mode};
pub use line::Line;
pub use past::Past;
pub use settings::Settings;

/// What is asked of the session while a line is edited.
pub trait Session {
    /// How the word at the cursor could go on: as the command says, or with names of one kind.
    fn complete(&mut self, line: &str, point: usize, kind: Option<Kind>, settings: &Settings) -> Completion;

    /// What the shell makes of a text.
    fn expand(&mut self, expansion: Expansion, text: &str) -> Option<String>;
}

/// What the shell does to a text before it runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expansion {
    /// `!` and `^`: events of the history.
    History,
    /// `~` and what else may stand in a word, but for the names of files.
    Tilde,
    /// The names of files that match; one a line.
    Glob,
    /// The alias that the first word is.
    Alias,
}

/// What comes of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The line goes on, changed or not.
    Edited,
    /// It is entered.
    Accepted,
    /// It is given up.
    Interrupted,
    /// There is none: Ctrl-D on an empty line.
    EndOfFile,
    /// The screen is to be cleared.
    ClearScreen,
    /// The shell is to do something first.
    Errand(Errand),
}

/// What the editor leaves its line for, and comes back to it after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// A command that may read and change the line (`bind -x`).
    Command(String),
    /// The line with everything in it expanded that the shell expands.
    Expand,
    /// The line in the user's editor, which is then entered.
    Edit,
    /// The init file read anew.
    ReadInitFile,
}

/// The window's size in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// How wide it is.
    pub columns: usize,
    /// How high.
    pub rows: usize,
}

/// What keys are read for, other than to do what they are bound to.
#[derive(Debug, Clone)]
enum Reading {
    /// A numeric argument.
    Argument,
    /// A character to be inserted whatever it means.
    Quoted,
    /// A character to go to.
    Character { backwards: bool },
    /// Text that is pasted.
    Paste(String),
    /// What is searched for as it is typed.
    Search(Search),
    /// What is to be searched for.
    Pattern(Pattern),
    /// The rest of one of vi's commands.
    Vi(Vi),
    /// The answer to a question about completions.
    Question(Question),
}

/// The editor's state.
#[derive(Debug)]
pub struct Readline {
    line: Line,
    undo: Undo,
    kills: Kills,
    past: Past,
    keymaps: [Keymap; 3],
    settings: Settings,
    mode: Mode,
    window: Window,
    argument: Option<Argument>,
    /// Keys that mean nothing yet.
    prefix: String,
    /// Keys that were taken for all there is, and may yet be the beginning of others.
    eager: Option<Eager>,
    /// Keys that wait: the rest of a macro.
    queue: VecDeque<char>,
    /// How many of them were taken without one of the user's between.
    fed: usize,
    key: char,
    now: Instant,
    /// The function that ran last, and the one that runs.
    last: &'static str,
    this: &'static str,
    reading: Option<Reading>,
    outcome: Option<Outcome>,
    /// Whether the shell does something for the line.
    away: bool,
    overwrite: bool,
    /// What was inserted by a yank, where a next one takes its place.
    yanked: Range<usize>,
    /// Which line of the history `yank-last-arg` has come to, and the direction it goes.
    argument_of: (usize, i64),
    /// Which word it takes; the last without a number.
    argument_number: Option<i64>,
    menu: Option<Menu>,
    /// Whether the last completion found that there are several.
    ambiguous: bool,
    recorded: Recorded,
    vi: vi::Memory,
    last_search: String,
    /// A line, and what could follow it, shown behind the cursor.
    suggestion: Option<(String, String)>,
    /// What is to be printed above the line.
    above: String,
    bell: bool,
}

/// Keys recorded by `start-kbd-macro`.
#[derive(Debug, Default)]
struct Recorded {
    present: Option<String>,
    whole: String,
}

impl Default for Readline {
    fn default() -> Self {
        Self {
            line: Line::default(),
            undo: Undo::default(),
            kills: Kills::default(),
            past: Past::default(),
            keymaps: Mode::ALL.map(Keymap::of),
            settings: Settings::default(),
            mode: Mode::default(),
            window: Window { columns: 80, rows: 24 },
            argument: None,
            prefix: String::new(),
            eager: None,
            queue: VecDeque::new(),
            fed: 0,
            key: '\0',
            now: Instant::now(),
            last: "",
            this: "",
            reading: None,
            outcome: None,
            away: false,
            overwrite: false,
            yanked: 0..0,
            argument_of: (0, -1),
            argument_number: None,
            menu: None,
            ambiguous: false,
            recorded: Recorded::default(),
            vi: vi::Memory::default(),
            last_search: String::new(),
            suggestion: None,
            above: String::new(),
            bell: false,
        }
    }
}

impl Readline {
    /// A new line is edited; in another mode than the last where one is given.
    pub fn begin(&mut self, line: Line, mode: Option<Mode>, window: Window) {
        self.line = line;
        self.undo = Undo::default();
        // A macro goes on as it began; so does a line that was left for a while.
        if self.queue.is_empty() && !self.away {
            let inserts = if self.mode == Mode::Command { Mode::Insert } else { self.mode };
            self.mode = mode.unwrap_or(inserts);
        }
        self.window = window;
        self.argument = None;
        self.prefix.clear();
        self.eager = None;
        self.reading = None;
        self.outcome = None;
        self.away = false;
        self.overwrite = false;
        self.menu = None;
        self.ambiguous = false;
        self.last = "";
        self.suggestion = None;
        self.vi.begin();
        self.past.begin();
        if let Some(next) = self.past.take_next(&self.line.text)
            && self.line.text.is_empty()
        {
            self.line = Line::new(next);
        }
    }

    /// Takes the user's keymaps and variables over.
    pub fn configure(&mut self, keymaps: [Keymap; 3], settings: Settings) {
        if settings.vi && self.mode == Mode::Emacs {
            self.mode = Mode::Insert;
        }
        self.keymaps = keymaps;
        self.settings = settings;
    }

    /// The line itself.
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// The lines that were entered before.
    pub fn past(&mut self) -> &mut Past {
        &mut self.past
    }

    /// The variables.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What is shown in place of the line, and where in it the cursor is.
    pub fn shown(&self) -> (String, usize) {
        let head = match &self.reading {
            Some(Reading::Argument) => format!("(arg: {}) ", self.argument.unwrap_or_default()),
            Some(Reading::Search(search)) => search.prompt(),
            Some(Reading::Pattern(pattern)) => return pattern.shown(),
            Some(Reading::Question(question)) => {
                let text = question.text();
                let end = text.len();
                return (text, end);
            }
            _ => String::new(),
        };
        let before = printable(self.line.before());
        let point = head.len() + before.len();
        (head + &before + &printable(self.line.behind()), point)
    }

    /// Whether something else is shown than the line.
    pub fn shows_other(&self) -> bool {
        use Reading::{Argument, Pattern, Question, Search};
        matches!(self.reading, Some(Argument | Search(_) | Pattern(_) | Question(_)))
    }

    /// The line goes on behind what is there.
    pub fn add_line(&mut self) {
        self.undo.note(self.line.clone());
        self.line.point = self.line.text.len();
        self.line.insert("\n");
        self.reading = None;
    }

    /// What could follow this line, shown behind it.
    pub fn suggest(&mut self, line: &str, suggestion: Option<String>) {
        self.suggestion = suggestion.map(|rest| (line.to_owned(), rest));
    }

    /// What is to be printed above the line.
    pub fn take_above(&mut self) -> String {
        std::mem::take(&mut self.above)
    }

    /// Whether the bell is to ring.
    pub fn take_bell(&mut self) -> bool {
        std::mem::take(&mut self.bell) && self.settings.bell
    }

    /// Whether a command has begun whose last key is not there yet.
    pub fn is_within_keys(&self) -> bool {
        self.reading.is_some() || !self.prefix.is_empty()
    }

    /// Whether the end of a paste is not there yet.
    pub fn is_pasted_to(&self) -> bool {
        matches!(self.reading, Some(Reading::Paste(_)))
    }

    /// Whether the history is searched, or a line of it is edited.
    pub fn is_in_history(&self) -> bool {
        matches!(self.reading, Some(Reading::Search(_) | Reading::Pattern(_))) || !self.past.is_at_present()
    }

    /// Whether there are keys left to be taken.
    pub fn has_keys(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Has keys pressed again, before those that wait.
    pub fn press_again(&mut self, keys: &str) {
        keys.chars().rev().for_each(|key| self.queue.push_front(key));
    }

    /// Keys that were pressed while something else had the terminal.
    pub fn keep(&mut self, key: char) {
        self.queue.push_back(key);
    }

    fn ring(&mut self) {
        self.bell = true;
    }
}

/// A text as a terminal can show it: control characters with the sign for them.
fn printable(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\t' => c.to_string(),
        '\x00'..='\x1f' | '\x7f' => format!("^{}", char::from(c as u8 ^ 0x40)),
        _ if c.is_control() => char::REPLACEMENT_CHARACTER.to_string(),
        _ => c.to_string(),
    };
    if text.contains(char::is_control) { text.chars().map(shown).collect() } else { text.to_owned() }
}
