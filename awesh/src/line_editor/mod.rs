//! Reads a line from the user while bash waits at its prompt.
//!
//! [`LineEditor`] is what the shell loop knows; `rustyline.rs` is the one file that knows rustyline, and
//! `plain.rs` reads where a terminal can do no editing. `feeder.rs` runs beside the first: it alone reads the
//! terminal meanwhile, hands its keys over no further than a line's end, and shows what jobs print. What is
//! kept of lines is `history.rs`; how a word could go on, `completion.rs` works out with the live session.

mod completion;
mod feeder;
mod helper;
mod history;
mod keys;
mod plain;
mod rustyline;
mod unfinished;

use std::cell::RefCell;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;

use crate::bash::{BashSession, EditingMode, Link};
use crate::terminal::Terminal;

pub use self::rustyline::Rustyline;
pub use helper::SessionFacts;
pub use history::{History, HistoryControl};
pub use plain::Plain;

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
    pub initial: &'a str,
    /// What the line is.
    pub purpose: Purpose,
    /// emacs or vi.
    pub mode: EditingMode,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A new one: for bash, or a question; bash waits in its hook and can be asked.
    Line,
    /// The next of one that bash has begun to read, or a command to edit: bash's, and nothing can be asked.
    Bash,
}

/// What an editor goes by: the session, and where it stands.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The way to ask the live session.
    pub link: Rc<RefCell<Link>>,
    /// The session's directory.
    pub directory: PathBuf,
    /// The session's HOME.
    pub home: Option<PathBuf>,
    /// The session's COMP_WORDBREAKS.
    pub word_breaks: Option<String>,
}

/// Reads lines.
pub trait LineEditor {
    /// Reads one line.
    fn read(
        &mut self,
        request: &Request<'_>,
        around: &Surroundings,
        session: &mut BashSession,
        terminal: &mut Terminal,
    ) -> io::Result<Input>;

    /// Remembers a line, as far as `control` wants it remembered.
    fn remember(&mut self, line: &str, control: &HistoryControl);
}
