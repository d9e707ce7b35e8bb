//! What is said after bash has found no command: which one was probably meant, or how to ask the line. One dim
//! line under bash's own message; nothing is run and nothing is sent by it.

use super::Shell;
use super::ai::printable;
use super::near_miss;
use crate::line_editor::SessionFacts;
use crate::messages;
use crate::router::{Facts, could_be_question, unknown_command};

/// Status of a command that was not found.
pub(super) const STATUS: i32 = 127;

/// How often a session offers to ask a line that bash did not know: after that the user knows the key.
pub(super) const OFFERS: u8 = 3;

impl Shell {
    /// bash did not find a command: says which one is like it, or how to ask the line.
    pub(super) fn on_not_found(&mut self, line: &str) {
        self.suggestion = self.near_miss(line);
        if let Some(suggestion) = &self.suggestion {
            let said = printable(suggestion.lines().next().unwrap_or_default());
            let key = if self.capabilities().dumb { "" } else { "   (Right puts it on the line)" };
            messages::offer(format_args!("did you mean: {said}{key}"), self.config.colour);
        } else if self.offers > 0 && self.config.backend.enabled && could_be_question(line) {
            self.offers -= 1;
            messages::offer(
                "if that was a question: bring it back with Up and press Alt-Enter",
                self.config.colour,
            );
        }
    }

    /// The line with the command in place of the word that bash found none for.
    fn near_miss(&self, line: &str) -> Option<String> {
        let around = self.surroundings();
        let facts = SessionFacts(&around);
        let word = unknown_command(line, &facts)?;
        let names = around.link.lock().commands();
        let name = near_miss::nearest(word, &names).filter(|name| facts.resolve(name).is_some())?;
        near_miss::replaced(line, word, name)
    }
}
