//! What stands above the line that is edited: lines of the prompt, and what is printed meanwhile.
//!
//! rustyline knows the last line of the prompt alone. It clears as many rows above its own as it thinks it wrote,
//! so all rows above are written here, in front of that line, whenever rustyline draws it anew; a text that comes
//! from beside has it do so. A text that is late, for a line that is entered already, changes nothing: what is
//! shown is decided while it is drawn.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::reflow;

/// Has rustyline draw its line again: a text that moves the cursor nowhere, and ends with a newline or rustyline
/// would add one.
const POKE: &str = "\x1b[A\n";

/// The rows above the line, as the editor and what runs beside it share them.
#[derive(Debug, Clone)]
pub(super) struct Above {
    rows: Arc<Mutex<Rows>>,
    printer: Sender<String>,
}

impl Above {
    pub(super) fn new(rows: Arc<Mutex<Rows>>, printer: Sender<String>) -> Self {
        Self { rows, printer }
    }

    /// The rows themselves.
    pub(super) fn rows(&self) -> MutexGuard<'_, Rows> {
        lock(&self.rows)
    }

    /// Shows text above the prompt.
    pub(super) fn print(&self, text: &str) {
        let mut rows = self.rows();
        if rows.stage > Stage::Fresh && rows.shown.is_empty() {
            // There is no row to go up to. The printer lives as long as the editor.
            let _ = self.printer.send(text.to_owned());
        } else {
            rows.due.push_str(text);
            self.poke(&mut rows);
        }
    }

    /// Shows a line that goes on, in place of the last such; it must fit a row.
    pub(super) fn set_unfinished(&self, text: &str) {
        let mut rows = self.rows();
        text.clone_into(&mut rows.unfinished);
        self.poke(&mut rows);
    }

    /// Shows other lines of the prompt.
    pub(super) fn renew(&self, prompt: &str) {
        let mut rows = self.rows();
        if rows.prompt != prompt {
            prompt.clone_into(&mut rows.prompt);
            self.poke(&mut rows);
        }
    }

    /// Draws the line again.
    pub(super) fn redraw(&self) {
        self.poke(&mut self.rows());
    }

    fn poke(&self, rows: &mut Rows) {
        rows.changed = true;
        if rows.stage > Stage::Fresh {
            let _ = self.printer.send(POKE.to_owned());
        }
    }
}

/// Whether a text that comes late would do harm: there is no line to be drawn again.
pub(super) fn is_late(text: &str, rows: &Mutex<Rows>) -> bool {
    text == POKE && lock(rows).stage <= Stage::Fresh
}

/// The rows above the line.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Lines of the prompt.
    prompt: String,
    /// The last line that was printed, if it goes on.
    unfinished: String,
    /// Text that was printed and is not shown yet.
    due: String,
    /// Whether there is something to be shown.
    changed: bool,
    /// Whole lines directly above the line that are ours.
    shown: String,
    /// How wide the window was when the line was drawn.
    columns: usize,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// There is no line.
    #[default]
    Over,
    /// None of the rows is on the screen.
    Fresh,
    /// They are.
    Drawn,
}

impl Rows {
    /// A new line is to be read, below these lines of its prompt.
    pub(super) fn begin(&mut self, prompt: &str) {
        *self = Self { prompt: prompt.to_owned(), stage: Stage::Fresh, ..Self::default() };
    }

    /// The screen is empty.
    pub(super) fn clear(&mut self) {
        self.stage = Stage::Fresh;
    }

    /// What brings the cursor to where rustyline takes it to be, which does not know that the terminal has wrapped the
    /// line anew. `place` says in which row of the line the cursor is in a window of some width, and how many follow.
    pub(super) fn follow(&mut self, columns: usize, place: impl Fn(usize) -> (usize, usize)) -> String {
        if self.stage != Stage::Drawn || self.columns == columns {
            return String::new();
        }
        let ((was, behind), (is, _)) = (place(self.columns), place(columns));
        self.columns = columns;
        // rustyline goes down these rows, which the terminal may not have any more.
        let room = if behind > 0 { "\n".repeat(behind) + &format!("\x1b[{behind}A") } else { String::new() };
        if is > was { erase(is - was) } else { "\n".repeat(was - is) + &room }
    }

    /// What is to be written in front of the line, where all from there on is cleared.
    pub(super) fn take(&mut self, columns: usize) -> String {
        match self.stage {
            Stage::Over => return String::new(),
            Stage::Fresh => {}
            Stage::Drawn if !self.changed => return String::new(),
            Stage::Drawn => {}
        }
        let erase = if self.stage == Stage::Drawn { erase(self.rows()) } else { String::new() };
        let end = if self.unfinished.is_empty() { "" } else { "\n" };
        self.shown = format!("{}{end}{}", self.unfinished, self.prompt);
        let text = format!("{erase}{}{}", self.due, self.shown);
        self.due.clear();
        self.changed = false;
        self.columns = columns;
        self.stage = Stage::Drawn;
        text
    }

    /// How many rows directly above the line are ours.
    fn rows(&self) -> usize {
        reflow::rows_of(&self.shown, self.columns)
    }

    /// The line is given up: what clears it and the rows, the cursor standing in its first row, which is empty
    /// but for the prompt.
    pub(super) fn leave(&mut self) -> String {
        let erase = if self.stage == Stage::Drawn { erase(self.rows()) } else { String::new() };
        self.stage = Stage::Over;
        if erase.is_empty() { "\r\x1b[J".to_owned() } else { erase }
    }

    /// The line is read.
    pub(super) fn end(&mut self) {
        self.stage = Stage::Over;
    }

    /// Text that was printed and not shown any more.
    pub(super) fn take_due(&mut self) -> String {
        std::mem::take(&mut self.due) + &std::mem::take(&mut self.unfinished)
    }
}

/// Goes up so many rows and clears all from there on. Row by row: tmux takes a screen that is cleared from its first
/// row for one to be kept in its history.
fn erase(rows: usize) -> String {
    if rows > 0 { format!("\r\x1b[J{}", "\x1b[A\x1b[K".repeat(rows)) } else { String::new() }
}

pub(super) fn lock(rows: &Mutex<Rows>) -> MutexGuard<'_, Rows> {
    rows.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The lines of a prompt above its last, and that.
pub(super) fn last_line(prompt: &str) -> (&str, &str) {
    prompt.split_at(prompt.rfind('\n').map_or(0, |end| end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_is_where_rustyline_takes_it_to_be_after_the_window_has_changed() {
        // A line of 90 columns in windows of 100 and 40: one row and three; with the cursor at its end or in its
        // first row.
        let at_end = |columns| (90 / columns, 0);
        let at_beginning = |columns| (0, 90 / columns);
        let mut rows = Rows::default();
        assert_eq!(rows.follow(40, at_end), "", "nothing is drawn");
        rows.begin("state\n");
        assert_eq!(rows.take(100), "state\n");
        assert_eq!(rows.follow(100, at_end), "");
        assert_eq!(rows.follow(40, at_end), "\r\x1b[J\x1b[A\x1b[K\x1b[A\x1b[K");
        assert_eq!(rows.follow(100, at_end), "\n\n");
        assert_eq!(rows.follow(40, at_beginning), "");
        assert_eq!(rows.follow(100, at_beginning), "\n\n\x1b[2A");
    }

    #[test]
    fn all_rows_of_a_prompt_that_was_wrapped_are_erased() {
        let mut rows = Rows::default();
        rows.begin("a state of twenty...\n");
        rows.take(100);
        rows.follow(10, |_| (0, 0));
        rows.changed = true;
        assert_eq!(rows.take(10), "\r\x1b[J\x1b[A\x1b[K\x1b[A\x1b[Ka state of twenty...\n");
    }
}
