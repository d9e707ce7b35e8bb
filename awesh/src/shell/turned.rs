//! Why lines went where they went, and what the user's turning them round has taught.

use std::fmt::Write;

use super::Shell;
use super::ai::printable;
use crate::messages;
use crate::router::{Explanation, Facts, Route, form_of};
use crate::turns::Forget;

/// A line and why it went where it went.
pub(super) struct Routed {
    pub(super) line: String,
    pub(super) turned: bool,
    pub(super) explanation: Explanation,
}

impl Shell {
    /// Remembers for lines of this form what the user has just said of one.
    pub(super) fn remember_turn(&self, line: &str, route: Route, facts: &impl Facts) {
        let Some((form, guess)) = form_of(line, facts) else { return };
        match self.turns.borrow_mut().learn(form, route, guess) {
            Ok(()) => messages::note("remembered for lines of this form; awes turns lists them"),
            Err(error) => {
                messages::warning_once(format_args!("what was turned round cannot be kept: {error}"));
            }
        }
    }

    /// `awes why`
    pub(super) fn say_why(&self) {
        match &self.last_routed {
            Some(Routed { line, turned, explanation }) => {
                let turned = if *turned {
                    "you turned it round with Alt-Enter; by itself it would go to\n"
                } else {
                    ""
                };
                // A pasted line may hold anything, and is not to do to the terminal what it says.
                let text = format!("{line}\n{turned}{explanation}");
                messages::page(&printable(&text), true);
            }
            None => messages::page("nothing was entered yet\n", true),
        }
    }

    /// `awes turns`
    pub(super) fn say_turns(&self) {
        match self.turns.borrow_mut().list() {
            Ok([]) => messages::page("nothing was turned round yet\n", true),
            Ok(turns) => {
                let rows = turns.iter().zip(1..).fold(String::new(), |mut rows, (turn, number)| {
                    let _ = writeln!(rows, "{number:3}  {:4}  {}", turn.route, turn.form);
                    rows
                });
                messages::page(&rows, true);
            }
            Err(error) => messages::error(format_args!("what was turned round cannot be read: {error}")),
        }
    }

    /// `awes forget`
    pub(super) fn forget(&self, what: Forget) {
        match self.turns.borrow_mut().forget(what) {
            Ok(true) => messages::page("forgotten\n", true),
            Ok(false) => messages::error("there is no turn of that number; awes turns lists them"),
            Err(error) => messages::error(format_args!("that cannot be forgotten: {error}")),
        }
    }
}
