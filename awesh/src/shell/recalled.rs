//! What the editor recalls follows bash's own list of lines, where that changes by more than the line entered.

use super::{Entered, Shell};
use crate::line_editor::Change;

/// The letters of the options with which `history` changes the list.
const CHANGING: [char; 5] = ['c', 'd', 'n', 'r', 's'];

/// More lines than these come from no other session at once: the number is not what it was.
const MOST_NEW: usize = 10_000;

impl Shell {
    /// What bash remembers, before a line that may change it.
    pub(super) fn listed_before(&self, line: &str) -> Option<Vec<String>> {
        if changes_history(line) { self.session.link().lock().history(None) } else { None }
    }

    /// Has the editor follow: `before` is the number that the history had at the last prompt.
    pub(super) fn follow_history(&mut self, entered: Option<Entered>, before: usize) {
        let Some(Entered { text, remembered, listed }) = entered else { return };
        let remembered = remembered == Some(true);
        let change = match listed {
            Some(listed) => self.change_since(listed, remembered.then_some(text.as_str())),
            None => self.new_lines(before + usize::from(remembered)),
        };
        if let Some(change) = change.filter(|change| !change.is_none()) {
            self.editor.amend(&change);
        }
    }

    fn change_since(&self, mut before: Vec<String>, entered: Option<&str>) -> Option<Change> {
        let after = self.session.link().lock().history(None)?;
        // The line that is new has pushed the oldest one out.
        let is_full = self.history_control().size.is_some_and(|size| before.len() >= size);
        if is_full && entered.is_some() && !before.is_empty() {
            before.remove(0);
        }
        Some(Change::between(&before, entered, &after))
    }

    /// The lines from this number on: `history -n` in PROMPT_COMMAND brings those of other sessions.
    fn new_lines(&self, due: usize) -> Option<Change> {
        let now = self.report.history_number;
        let count = now.checked_sub(due).filter(|count| (1..=MOST_NEW).contains(count))?;
        if due <= 1 {
            return None;
        }
        let added = self.session.link().lock().history(Some(count))?;
        Some(Change { added, ..Change::default() })
    }
}

fn changes_history(line: &str) -> bool {
    let words: Vec<&str> =
        line.split([' ', '\t', '\n', ';', '&', '|']).filter(|word| !word.is_empty()).collect();
    words.windows(2).any(|pair| {
        pair[0] == "history" && pair[1].strip_prefix('-').is_some_and(|options| options.contains(CHANGING))
    })
}

#[cfg(test)]
mod tests {
    use super::changes_history;

    #[test]
    fn lines_that_change_the_list_are_known() {
        for (line, changes) in [
            ("history -c", true),
            ("true;history -d 5", true),
            ("builtin history  -s 'echo x' && ls", true),
            ("history -wc", true),
            ("history", false),
            ("history 20 | grep -c x", false),
            ("history -a", false),
            ("echo history", false),
        ] {
            assert_eq!(changes_history(line), changes, "{line}");
        }
    }
}
