//! The lines that were entered before: to walk through, to take from, and to suggest the next from.

use std::collections::HashMap;

use super::line::{Line, Undo};
use super::text::shell_words;
use super::{Mode, Readline, moving};

/// The lines, and which of them is edited.
#[derive(Debug, Default)]
pub struct Past {
    entries: Vec<String>,
    /// The first bytes of each: to look through these takes a fraction of the time.
    heads: Vec<u64>,
    most: usize,
    /// Which of them is on the line; behind the last of them the one that is new.
    at: usize,
    /// Lines that were left changed, by their place.
    left: HashMap<usize, (Line, Undo)>,
    /// Where the next line is to begin.
    next: Option<usize>,
    /// The cursor that `history-preserve-point` keeps.
    point: usize,
    searched: String,
    suggested: Suggested,
}

/// The newest line that begins with a text: a longer beginning is looked for from there on only.
#[derive(Debug, Default)]
struct Suggested {
    beginning: String,
    /// The search has come down to here.
    from: usize,
}

impl Past {
    /// Keeps at most so many lines.
    pub fn limit(&mut self, most: usize) {
        self.most = most;
    }

    /// A new line begins.
    pub(super) fn begin(&mut self) {
        self.at = self.entries.len();
        self.left.clear();
    }

    /// Goes to where the last line said that this one is to begin, if this one is empty or that entry; the entry.
    pub(super) fn take_next(&mut self, line: &str) -> Option<&str> {
        let next = self.next.take()?;
        let entry = self.entries.get(next).filter(|entry| line.is_empty() || *entry == line)?;
        self.at = next;
        Some(entry)
    }

    /// The next line is to begin with the entry behind this one.
    pub(super) fn continue_behind(&mut self) {
        self.next = (self.at < self.entries.len()).then_some(self.at + 1);
    }

    /// The next line, which is this one, goes on with the present entry if it is that.
    pub fn stay(&mut self, line: &str) {
        if self.entries.get(self.at).is_some_and(|entry| entry == line) {
            self.next = Some(self.at);
        }
    }

    /// Whether the line is none of these.
    pub(super) fn is_at_present(&self) -> bool {
        self.at == self.entries.len()
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Adds a line.
    pub fn add(&mut self, line: String) {
        self.heads.push(head(&line));
        self.entries.push(line);
        let excess = self.entries.len().saturating_sub(self.most);
        // Rarely: to move all the others costs.
        if self.most > 0 && excess > self.most / 10 {
            self.entries.drain(..excess);
            self.heads.drain(..excess);
            self.next = None;
        }
        self.suggested = Suggested::default();
    }

    /// Forgets the lines that are not to be kept.
    pub fn retain(&mut self, keep: impl FnMut(&String) -> bool) {
        self.entries.retain(keep);
        self.heads = self.entries.iter().map(|entry| head(entry)).collect();
        self.suggested = Suggested::default();
    }

    /// Forgets the newest line that is meant.
    pub fn forget(&mut self, is: impl Fn(&str) -> bool) {
        if let Some(at) = self.entries.iter().rposition(|entry| is(entry)) {
            self.entries.remove(at);
            self.heads.remove(at);
            self.next = None;
            self.suggested = Suggested::default();
        }
    }

    /// The line that was entered last.
    pub fn last(&self) -> Option<&str> {
        self.entries.last().map(String::as_str)
    }

    pub(super) fn entries(&self) -> &[String] {
        &self.entries
    }

    /// What the newest line that begins so goes on with.
    pub fn suggestion(&mut self, beginning: &str) -> Option<&str> {
        if beginning.is_empty() {
            return None;
        }
        let Suggested { beginning: before, from } = &mut self.suggested;
        if before.is_empty() || !beginning.starts_with(before.as_str()) {
            *from = self.entries.len();
        }
        beginning.clone_into(before);
        let (wanted, mask) = (head(beginning), mask(beginning));
        let goes_on = |at: &usize| {
            self.heads[*at] & mask == wanted && {
                let entry = &self.entries[*at];
                entry.len() > beginning.len() && entry.starts_with(beginning)
            }
        };
        *from = (0..*from).rev().find(goes_on).map_or(0, |found| found + 1);
        let found = self.entries.get(from.checked_sub(1)?)?;
        Some(&found[beginning.len()..])
    }
}

/// The first eight bytes.
fn head(text: &str) -> u64 {
    let mut bytes = [0; 8];
    let count = text.len().min(8);
    bytes[..count].copy_from_slice(&text.as_bytes()[..count]);
    u64::from_be_bytes(bytes)
}

/// Those of them that a beginning has.
fn mask(beginning: &str) -> u64 {
    let free = 8_usize.saturating_sub(beginning.len());
    u64::MAX.checked_shl(u32::try_from(free * 8).unwrap_or(0)).unwrap_or(0)
}

/// Puts another line of the history on the line.
pub(super) fn go(editor: &mut Readline, to: usize) {
    let past = &mut editor.past;
    if !matches!(editor.last, "previous-history" | "next-history") {
        past.point = editor.line.point;
    }
    let left = (std::mem::take(&mut editor.line), std::mem::take(&mut editor.undo));
    past.left.insert(past.at, left);
    past.at = to;
    let entry = past.entries.get(to).map(String::as_str).unwrap_or_default();
    (editor.line, editor.undo) = past.left.remove(&to).unwrap_or_else(|| (Line::new(entry), Undo::default()));
    let end = editor.line.text.len();
    editor.line.point = match editor.mode {
        Mode::Command => 0,
        _ if editor.settings.preserve_point => super::text::bound(&editor.line.text, past.point),
        _ => end,
    };
}

/// `previous-history`, `next-history`: in a text of several lines, the line above or below first.
pub(super) fn walk(editor: &mut Readline, direction: i64) {
    let count = editor.count() * direction;
    if editor.line.text.contains('\n') && moving::by_line(editor, count) {
        return;
    }
    let at = i64::try_from(editor.past.at).unwrap_or(i64::MAX);
    let last = i64::try_from(editor.past.entries.len()).unwrap_or(i64::MAX);
    let to = at.saturating_add(count).clamp(0, last);
    if to == at {
        return editor.ring();
    }
    go(editor, usize::try_from(to).unwrap_or(0));
}

/// `beginning-of-history`
pub(super) fn to_first(editor: &mut Readline) {
    if editor.past.at > 0 {
        go(editor, 0);
    }
}

/// `end-of-history`
pub(super) fn to_present(editor: &mut Readline) {
    let last = editor.past.entries.len();
    if editor.past.at < last {
        go(editor, last);
    }
}

/// `fetch-history`, `vi-fetch-history`: the entry of that number, the first without one.
pub(super) fn fetch(editor: &mut Readline) {
    let number = editor.explicit().and_then(|number| usize::try_from(number).ok());
    match number.map_or(Some(0), |number| number.checked_sub(1)) {
        Some(to) if to < editor.past.entries.len() => go(editor, to),
        _ => editor.ring(),
    }
}

/// `history-search-backward`, `history-search-forward`: lines with the same beginning up to the cursor.
pub(super) fn search_prefix(editor: &mut Readline, direction: i64) {
    let wanted = wanted(editor);
    if wanted.is_empty() {
        return walk(editor, direction);
    }
    if step(editor, direction, |entry| entry.starts_with(&wanted)) {
        editor.line.point = wanted.len();
    }
    editor.past.searched = wanted;
}

/// `history-substring-search-backward`, `history-substring-search-forward`
pub(super) fn search_substring(editor: &mut Readline, direction: i64) {
    let wanted = wanted(editor);
    if wanted.is_empty() {
        return walk(editor, direction);
    }
    if step(editor, direction, |entry| entry.contains(&wanted)) {
        let found = editor.line.text.find(&wanted);
        editor.line.point = found.map_or(editor.line.text.len(), |at| at + wanted.len());
    }
    editor.past.searched = wanted;
}

fn wanted(editor: &Readline) -> String {
    let goes_on = editor.last.starts_with("history-") && editor.last.contains("search");
    if goes_on { editor.past.searched.clone() } else { editor.line.before().to_owned() }
}

/// Goes to the next line that is wanted and not the same; whether there is one.
fn step(editor: &mut Readline, direction: i64, is: impl Fn(&str) -> bool) -> bool {
    let past = &editor.past;
    let other = |at: &usize| past.entries[*at] != editor.line.text && is(&past.entries[*at]);
    let found = if direction < 0 {
        (0..past.at).rev().find(other)
    } else {
        (past.at + 1..past.entries.len()).find(other)
    };
    match found {
        Some(at) => go(editor, at),
        None => editor.ring(),
    }
    found.is_some()
}

/// `yank-last-arg`: again, it takes from the line before that.
pub(super) fn yank_last_argument(editor: &mut Readline) {
    let again = matches!(editor.last, "yank-last-arg" | "insert-last-argument");
    let (mut from, mut direction) = editor.argument_of;
    if again {
        if editor.explicit().is_some_and(|count| count < 0) {
            direction = -direction;
        }
        from = if direction < 0 { from.saturating_sub(1) } else { from + 1 };
    } else {
        editor.argument_number = editor.explicit();
        (from, direction) = (editor.past.at.saturating_sub(1), -1);
    }
    if from >= editor.past.entries.len() || (again && from == editor.argument_of.0) {
        return editor.ring();
    }
    editor.argument_of = (from, direction);
    if again {
        editor.line.replace(editor.yanked.clone(), "");
    }
    yank_argument(editor, from, editor.argument_number);
}

/// `yank-nth-arg`: of the line before, the first unless another is said.
pub(super) fn yank_nth_argument(editor: &mut Readline) {
    match editor.past.at.checked_sub(1) {
        Some(from) => yank_argument(editor, from, Some(editor.count())),
        None => editor.ring(),
    }
}

/// Inserts a word of a line: the last, or that of a number, which may count from the end.
fn yank_argument(editor: &mut Readline, from: usize, number: Option<i64>) {
    let entry = &editor.past.entries[from];
    let words = shell_words(entry);
    let at = match number {
        None => words.len().checked_sub(1),
        Some(number) if number < 0 => {
            usize::try_from(-number).ok().and_then(|back| words.len().checked_sub(back + 1))
        }
        Some(number) => usize::try_from(number).ok(),
    };
    let word = at.and_then(|at| words.get(at)).map(|range| entry[range.clone()].to_owned());
    let start = editor.line.point;
    match word {
        Some(word) => editor.line.insert(&word),
        None => editor.ring(),
    }
    editor.yanked = start..editor.line.point;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_line_is_suggested_as_the_beginning_grows_and_shrinks() {
        let mut past = Past::default();
        for line in ["git status", "git commit -m x", "git push", "ls"] {
            past.add(line.to_owned());
        }
        for (beginning, rest) in [
            ("g", Some("it push")),
            ("git ", Some("push")),
            ("git c", Some("ommit -m x")),
            ("git cx", None),
            ("git cxy", None),
            ("git s", Some("tatus")),
            ("git", Some(" push")),
            ("ls", None),
            ("", None),
        ] {
            assert_eq!(past.suggestion(beginning), rest, "{beginning:?}");
        }
        past.add("git pull".to_owned());
        assert_eq!(past.suggestion("git"), Some(" pull"));
    }
}
