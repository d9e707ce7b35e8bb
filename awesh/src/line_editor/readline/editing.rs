//! Functions that change the text at the cursor.

use super::line::Line;
use super::moving::by_shell_words;
use super::text::{by_characters, by_words, is_alphanumeric, previous, shell_words, skip, skip_back};
use super::{Outcome, Reading, Readline};

/// What `upcase-word` and its like make of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Upper,
    Lower,
    Capital,
}

impl Readline {
    /// Inserts the key, as often as the argument says, or writes it over what is there.
    pub(super) fn insert_key(&mut self, key: char) {
        let count = times(self.count());
        if self.overwrite && key != '\n' {
            let end = by_characters(&self.line.text, self.line.point, self.count().max(0));
            self.line.replace(self.line.point..end, "");
        }
        self.line.insert(&key.to_string().repeat(count));
    }
}

/// `self-insert`
pub(super) fn self_insert(editor: &mut Readline) {
    editor.insert_key(editor.key);
}

/// `quoted-insert`
pub(super) fn quoted_insert(editor: &mut Readline) {
    editor.reading = Some(Reading::Quoted);
}

/// `bracketed-paste-begin`
pub(super) fn begin_paste(editor: &mut Readline) {
    editor.reading = Some(Reading::Paste(String::new()));
}

/// `backward-delete-char`, and `delete-char` where there is something. With an argument it is kept to be yanked.
pub(super) fn delete(editor: &mut Readline, direction: i64) {
    let to = by_characters(&editor.line.text, editor.line.point, editor.count() * direction);
    if to == editor.line.point {
        editor.ring();
    } else if editor.explicit().is_some() {
        editor.kill(to);
    } else {
        editor.line.replace(Line::span(editor.line.point, to), "");
    }
}

/// `delete-char`: the end of the file where the line is empty and no such key came just before.
pub(super) fn delete_or_end(editor: &mut Readline) {
    if editor.line.text.is_empty() && editor.key == '\x04' && editor.last != "delete-char" {
        editor.outcome = Some(Outcome::EndOfFile);
    } else {
        delete(editor, 1);
    }
}

/// `forward-backward-delete-char`
pub(super) fn delete_either(editor: &mut Readline) {
    let direction = if editor.line.point == editor.line.text.len() { -1 } else { 1 };
    delete(editor, direction);
}

/// `delete-horizontal-space`
pub(super) fn delete_blanks(editor: &mut Readline) {
    let blank = |c| c == ' ' || c == '\t';
    let (text, point) = (&editor.line.text, editor.line.point);
    let range = skip_back(text, point, blank)..skip(text, point, blank);
    editor.line.replace(range, "");
}

/// `overwrite-mode`
pub(super) fn toggle_overwrite(editor: &mut Readline) {
    editor.overwrite = match editor.explicit() {
        Some(count) => count > 0,
        None => !editor.overwrite,
    };
}

/// `upcase-word`, `downcase-word`, `capitalize-word`
pub(super) fn change_case(editor: &mut Readline, case: Case) {
    let Line { text, point, .. } = &editor.line;
    let (point, count) = (*point, editor.count());
    let to = by_words(text, point, count, is_alphanumeric);
    let range = Line::span(point, to);
    let mut inside = false;
    let changed: String = text[range.clone()]
        .chars()
        .flat_map(|c| {
            let upper = match case {
                Case::Upper => true,
                Case::Lower => false,
                Case::Capital => !inside,
            };
            inside = c.is_alphanumeric();
            if upper { c.to_uppercase().collect::<Vec<_>>() } else { c.to_lowercase().collect() }
        })
        .collect();
    let end = range.start + changed.len();
    editor.line.replace(range, &changed);
    editor.line.point = if count < 0 { point } else { end };
}

/// `transpose-chars`
pub(super) fn transpose_characters(editor: &mut Readline) {
    let Line { text, point, .. } = &editor.line;
    let count = editor.count();
    if *point == 0 || text.chars().nth(1).is_none() {
        return editor.ring();
    }
    // At the end it is the two before the cursor.
    let at = if *point == text.len() { previous(text, *point) } else { *point };
    let start = previous(text, at);
    let moved = text[start..at].to_owned();
    let count = if *point == text.len() { 1 } else { count };
    let mut rest = text.clone();
    rest.replace_range(start..at, "");
    let to = by_characters(&rest, start, count);
    rest.insert_str(to, &moved);
    editor.line.text = rest;
    editor.line.point = to + moved.len();
}

/// `transpose-words`
pub(super) fn transpose_words(editor: &mut Readline) {
    let (text, point, count) = (editor.line.text.as_str(), editor.line.point, editor.count());
    let word = |from, count| by_words(text, from, count, is_alphanumeric);
    let second_end = word(point, count);
    let second = word(second_end, -1);
    let first = word(second, -count);
    let first_end = word(first, 1);
    transpose(editor, first..first_end, second..second_end);
}

/// `shell-transpose-words`
pub(super) fn transpose_shell_words(editor: &mut Readline) {
    let (text, count) = (editor.line.text.as_str(), editor.count());
    let second_end = by_shell_words(text, editor.line.point, count);
    let second = by_shell_words(text, second_end, -1);
    let first = by_shell_words(text, second, -count);
    let first_end =
        shell_words(text).into_iter().find(|word| word.start == first).map_or(first, |word| word.end);
    transpose(editor, first..first_end, second..second_end);
}

fn transpose(editor: &mut Readline, first: std::ops::Range<usize>, second: std::ops::Range<usize>) {
    if first.start == second.start || second.start < first.end {
        return editor.ring();
    }
    let text = &editor.line.text;
    let changed =
        format!("{}{}{}", &text[second.clone()], &text[first.end..second.start], &text[first.clone()]);
    editor.line.replace(first.start..second.end, &changed);
}

/// `undo`, `vi-undo`
pub(super) fn undo(editor: &mut Readline) {
    for _ in 0..times(editor.count()) {
        match editor.undo.back() {
            Some(line) => editor.line = line,
            None => return editor.ring(),
        }
    }
}

/// `revert-line`
pub(super) fn revert(editor: &mut Readline) {
    match editor.undo.first() {
        Some(line) => editor.line = line,
        None => editor.ring(),
    }
}

/// The beginning of the word before the cursor and the end of that after it, by blanks.
pub(super) fn blank_word(line: &Line) -> std::ops::Range<usize> {
    let solid = |c: char| !c.is_whitespace();
    skip_back(&line.text, line.point, solid)..skip(&line.text, line.point, solid)
}

/// An argument that says how often: none where it is negative.
pub(super) fn times(count: i64) -> usize {
    usize::try_from(count).unwrap_or(0)
}
