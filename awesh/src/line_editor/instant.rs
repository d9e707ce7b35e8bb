//! The prompt that is there before bash is: a line to type at while bash comes to its first prompt.
//!
//! The line is edited as any other, but nothing can be asked of the session yet. So Enter and Tab are left where they
//! are, with all that is typed after them, until the session is there. What is left shows dimly behind the line.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use super::above::Above;
use super::feeder::Gate;
use super::keys::KeyStream;
use super::typing::Typing;
use crate::bash::Foreground;
use crate::terminal::Keyboard;

/// The editor's side of start-up files that run behind it.
#[derive(Debug)]
pub(super) struct Instant {
    /// The editor's terminal.
    pub(super) editor: OwnedFd,
    pub(super) gate: Arc<Gate>,
    pub(super) above: Above,
    pub(super) keys: KeyStream,
    pub(super) typing: Typing,
    /// What is typed after the line, as it is shown.
    pub(super) queued: Arc<Mutex<String>>,
    /// Whether the line is ended.
    pub(super) ended: bool,
}

impl Foreground for Instant {
    fn print(&mut self, lines: &str) {
        self.above.print(lines);
    }

    fn set_unfinished(&mut self, line: &str) {
        self.above.set_unfinished(line);
    }

    fn is_occupied(&self) -> bool {
        // Where the user looks for a line in the history, or pastes one, he is not to be disturbed.
        !self.ended && self.typing.is_occupied()
    }

    fn take_keys(&mut self, keyboard: &mut Keyboard) -> io::Result<()> {
        if !self.ended {
            let portion = self.keys.take_unended(keyboard.ahead());
            keyboard.consume(portion.taken);
            self.ended = portion.ends_line;
            self.gate.write_keys(&self.editor, portion.text.as_bytes())?;
        }
        if self.ended {
            *self.queued.lock().unwrap_or_else(PoisonError::into_inner) = shown(keyboard.ahead());
            self.above.redraw();
        }
        Ok(())
    }
}

/// Keys as they can be shown: text, and a sign for each Enter and Tab.
fn shown(keys: &[u8]) -> String {
    let text = String::from_utf8_lossy(keys);
    let character = |c: char| match c {
        '\r' | '\n' => " ⏎ ".to_owned(),
        '\t' => "⇥".to_owned(),
        control if control.is_control() => String::new(),
        other => other.to_string(),
    };
    text.chars().map(character).collect()
}
