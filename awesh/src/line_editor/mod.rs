//! Reads a line from the user while bash waits at its prompt.
//!
//! [`LineEditor`] is what the shell loop knows; `rustyline.rs` is the one file that knows rustyline, and
//! `plain.rs` reads where a terminal can do no editing. `feeder.rs` runs beside the first: it alone reads the
//! terminal meanwhile, hands its keys over no further than a line's end, and shows what jobs print. Before bash
//! has come to its first prompt, `instant.rs` does so. What stands above the line is `above.rs`. What is
//! kept of lines is `history.rs`; how a word could go on, `completion.rs` works out with the live session.

mod above;
mod asking;
mod change;
mod colours;
mod completion;
mod feeder;
mod helper;
mod history;
mod instant;
mod keys;
mod plain;
mod readline;
mod reflow;
mod rustyline;
mod typing;
mod unfinished;

use std::cell::RefCell;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use crate::bash::{BashSession, EditingMode, SharedLink, Turn};
use crate::prompt::PromptText;
use crate::terminal::Terminal;
use crate::turns::Turns;

pub use self::rustyline::Rustyline;
pub use change::Change;
pub use helper::{Looks, SessionFacts};
pub use history::{History, HistoryControl};
pub use plain::Plain;
pub use readline::Errand;

/// What the user did with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// It was entered.
    Line {
        /// The line; it may have several lines of text.
        text: String,
        /// Whether the user turned its route round.
        turned: bool,
    },
    /// The shell is to do something for it first, and then have it read on.
    Errand {
        /// What.
        errand: Errand,
        /// The line so far.
        draft: Draft,
    },
    /// It was given up with Ctrl-C.
    Interrupt,
    /// There was none: Ctrl-D.
    EndOfFile,
    /// bash has ended, or the terminal is gone, while it was edited.
    Gone,
}

/// What a line is read for.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The prompt without and with colours; both look the same otherwise.
    pub prompt: (&'a str, &'a str),
    /// Text to begin with.
    pub initial: &'a Draft,
    /// What the right arrow key puts on an empty line: a command that was probably meant.
    pub suggestion: Option<&'a str>,
    /// What the line is.
    pub purpose: Purpose,
    /// emacs or vi.
    pub mode: EditingMode,
}

/// A line that is not entered yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Its text up to the cursor.
    pub before: String,
    /// The rest.
    pub behind: String,
}

impl From<&str> for Draft {
    fn from(text: &str) -> Self {
        Self { before: text.to_owned(), behind: String::new() }
    }
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A new one: for bash, or a question; bash waits in its hook and can be asked.
    Line,
    /// The next of one that bash has begun to read, and can be asked of.
    Continuation,
    /// The same, or a command to edit, and nothing can be asked.
    Bash,
}

/// What an editor goes by: the session, and where it stands.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The way to ask the live session.
    pub link: SharedLink,
    /// What the user turned round before.
    pub turns: Rc<RefCell<Turns>>,
    /// The session's directory.
    pub directory: PathBuf,
    /// The session's HOME.
    pub home: Option<PathBuf>,
    /// The session's COMP_WORDBREAKS.
    pub word_breaks: Option<String>,
}

/// What the shell lends an editor for one line.
pub struct Lent<'a> {
    /// What the editor goes by.
    pub around: &'a Surroundings,
    /// The session, for what its jobs print.
    pub session: &'a mut BashSession,
    /// The user's terminal.
    pub terminal: &'a mut Terminal,
    /// What else is to be kept going meanwhile.
    pub beside: &'a mut (dyn Beside + Send),
}

/// Something that has to be looked after while a line is edited.
pub trait Beside {
    /// What to poll for input.
    fn fds(&self) -> [Option<BorrowedFd<'_>>; 2];
    /// When to look although the descriptor is silent.
    fn deadline(&self) -> Option<Instant>;
    /// Looks after it; never waits, prints nothing. Gives the prompt, where it is to say something else now.
    fn advance(&mut self) -> Option<PromptText>;
}

/// Reads lines.
pub trait LineEditor {
    /// Reads one line.
    fn read(&mut self, request: &Request<'_>, lent: Lent<'_>) -> io::Result<Input>;

    /// Has a line to type at, below this prompt, while bash comes to the first thing that it wants, or wants the
    /// terminal itself (None). What was typed is no line yet.
    fn read_ahead(&mut self, prompt: (&str, &str), lent: Lent<'_>) -> io::Result<(Option<Turn>, Draft)>;

    /// Remembers a line, as far as `control` wants it remembered; whether it does.
    fn remember(&mut self, line: &str, control: &HistoryControl) -> bool;

    /// Follows what has become of bash's own list.
    fn amend(&mut self, change: &Change);
}
