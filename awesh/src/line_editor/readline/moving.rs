//! Functions that move the cursor and the mark.

use super::text::{by_characters, by_words, is_alphanumeric, shell_words as words_of};
use super::{Mode, Reading, Readline};

impl Readline {
    /// Goes to a character: the count's next one, before the cursor where that is negative.
    pub(super) fn go_to_character(&mut self, character: char, count: i64) {
        let found = if count < 0 {
            let before = self.line.before().rmatch_indices(character);
            before.map(|(at, _)| at).nth(usize::try_from(-count - 1).unwrap_or(0))
        } else {
            let start = by_characters(&self.line.text, self.line.point, 1);
            let behind = self.line.text[start..].match_indices(character);
            behind.map(|(at, _)| start + at).nth(usize::try_from(count - 1).unwrap_or(0))
        };
        match found {
            Some(at) => self.line.point = at,
            None => self.ring(),
        }
    }

    /// Takes what is suggested behind the end of the line: all of it or words. Whether there is anything.
    fn take_suggestion(&mut self, words: Option<i64>) -> bool {
        if self.line.point < self.line.text.len() {
            return false;
        }
        let suggested = self.suggestion.take().filter(|(line, _)| *line == self.line.text);
        let Some((_, suggestion)) = suggested else { return false };
        let count = words.unwrap_or(i64::MAX);
        let end = match words {
            Some(count) if count > 0 => by_words(&suggestion, 0, count, is_alphanumeric),
            _ if count > 0 => suggestion.len(),
            _ => return false,
        };
        self.line.insert(&suggestion[..end]);
        true
    }
}

/// `forward-char`, `backward-char`
pub(super) fn characters(editor: &mut Readline, direction: i64) {
    let count = editor.count() * direction;
    if count > 0 && editor.take_suggestion(None) {
        return;
    }
    let line = &mut editor.line;
    let to = by_characters(&line.text, line.point, count);
    let past_end = editor.mode == Mode::Command && to == line.text.len() && to > 0;
    line.point = if past_end { by_characters(&line.text, to, -1) } else { to };
}

/// `forward-word`, `backward-word`
pub(super) fn words(editor: &mut Readline, direction: i64) {
    let count = editor.count() * direction;
    if count > 0 && editor.take_suggestion(Some(count)) {
        return;
    }
    editor.line.point = by_words(&editor.line.text, editor.line.point, count, is_alphanumeric);
}

/// `shell-forward-word`, `shell-backward-word`
pub(super) fn shell_words(editor: &mut Readline, direction: i64) {
    editor.line.point = by_shell_words(&editor.line.text, editor.line.point, editor.count() * direction);
}

/// Moves by the shell's words, to their ends or beginnings.
pub(super) fn by_shell_words(text: &str, from: usize, count: i64) -> usize {
    let words = words_of(text);
    let mut at = from;
    for _ in 0..count.unsigned_abs() {
        at = if count > 0 {
            words.iter().map(|word| word.end).find(|&end| end > at).unwrap_or(text.len())
        } else {
            words.iter().rev().map(|word| word.start).find(|&start| start < at).unwrap_or(0)
        };
    }
    at
}

/// `beginning-of-line`
pub(super) fn to_beginning(editor: &mut Readline) {
    editor.line.point = 0;
}

/// `end-of-line`
pub(super) fn to_end(editor: &mut Readline) {
    if !editor.take_suggestion(None) {
        editor.line.point = editor.line.text.len();
        if editor.mode == Mode::Command {
            editor.line.point = by_characters(&editor.line.text, editor.line.point, -1);
        }
    }
}

/// `next-screen-line`, `previous-screen-line`
pub(super) fn lines(editor: &mut Readline, direction: i64) {
    for _ in 0..editor.count().unsigned_abs() {
        if !by_line(editor, direction * editor.count().signum()) {
            return;
        }
    }
}

/// Moves a line of the text up or down, in its column; whether there is one.
pub(super) fn by_line(editor: &mut Readline, direction: i64) -> bool {
    let line = &mut editor.line;
    let start = line.before().rfind('\n').map_or(0, |end| end + 1);
    let column = line.text[start..line.point].chars().count();
    let target = if direction < 0 {
        let Some(end) = start.checked_sub(1) else { return false };
        line.text[..end].rfind('\n').map_or(0, |end| end + 1)..end
    } else {
        let Some(end) = line.behind().find('\n') else { return false };
        let start = line.point + end + 1;
        start..line.text[start..].find('\n').map_or(line.text.len(), |end| start + end)
    };
    let text = &line.text[target.clone()];
    line.point = target.start + text.char_indices().nth(column).map_or(text.len(), |(at, _)| at);
    true
}

/// `character-search`, `character-search-backward`
pub(super) fn find_character(editor: &mut Readline, backwards: bool) {
    editor.reading = Some(Reading::Character { backwards });
}

/// `set-mark`
pub(super) fn set_mark(editor: &mut Readline) {
    let point = editor.explicit().and_then(|at| usize::try_from(at).ok()).unwrap_or(editor.line.point);
    editor.line.mark = super::text::bound(&editor.line.text, point);
}

/// `exchange-point-and-mark`
pub(super) fn exchange_mark(editor: &mut Readline) {
    let line = &mut editor.line;
    std::mem::swap(&mut line.point, &mut line.mark);
}
