//! Functions that end the line, or hand it to the shell for a while.

use super::editing::times;
use super::text::skip_back;
use super::{Errand, Expansion, Outcome, Readline, Session};
use crate::control::WITHOUT_OUTPUT;

/// `accept-line`
pub(super) fn accept_line(editor: &mut Readline) {
    editor.outcome = Some(Outcome::Accepted);
}

/// `operate-and-get-next`
pub(super) fn operate_and_get_next(editor: &mut Readline) {
    editor.past.continue_behind();
    accept_line(editor);
}

/// `insert-comment`: with an argument it takes the sign away again where it is there.
pub(super) fn insert_comment(editor: &mut Readline) {
    let sign = editor.settings.comment_begin.clone();
    match editor.line.text.strip_prefix(sign.as_str()) {
        Some(rest) if editor.explicit().is_some() => editor.line.text = rest.to_owned(),
        _ => editor.line.text.insert_str(0, &sign),
    }
    editor.line.point = editor.line.text.len();
    accept_line(editor);
}

/// Makes the line a question without what the last commands printed, and one with it again.
pub(super) fn without_output(editor: &mut Readline) {
    editor.line.text = marked(&editor.line.text);
    editor.line.point = editor.line.text.len();
}

/// The line with the mark of a question that goes without output, or without that mark.
fn marked(line: &str) -> String {
    match line.strip_prefix(WITHOUT_OUTPUT) {
        Some(question) => question.trim_start().to_owned(),
        None => format!("{WITHOUT_OUTPUT} {}", line.trim_start_matches(['?', ' '])),
    }
}

/// `abort`
pub(super) fn abort(editor: &mut Readline) {
    editor.ring();
}

/// `end-of-file`, `vi-eof-maybe`: on a line that is not empty it enters it.
pub(super) fn end_of_file(editor: &mut Readline) {
    let empty = editor.line.text.is_empty();
    editor.outcome = Some(if empty { Outcome::EndOfFile } else { Outcome::Accepted });
}

/// `clear-screen`
pub(super) fn clear_screen(editor: &mut Readline) {
    editor.outcome = Some(Outcome::ClearScreen);
}

/// `edit-and-execute-command`
pub(super) fn edit(editor: &mut Readline) {
    editor.outcome = Some(Outcome::Errand(Errand::Edit));
}

/// `shell-expand-line`
pub(super) fn expand_line(editor: &mut Readline) {
    editor.outcome = Some(Outcome::Errand(Errand::Expand));
}

/// `re-read-init-file`
pub(super) fn read_init_file(editor: &mut Readline) {
    editor.outcome = Some(Outcome::Errand(Errand::ReadInitFile));
}

/// `history-expand-line`
pub(super) fn history_expand_line(editor: &mut Readline, session: &mut dyn Session) {
    expand(editor, session, Expansion::History);
}

/// `alias-expand-line`
pub(super) fn alias_expand_line(editor: &mut Readline, session: &mut dyn Session) {
    expand(editor, session, Expansion::Alias);
}

/// `history-and-alias-expand-line`
pub(super) fn history_and_alias_expand_line(editor: &mut Readline, session: &mut dyn Session) {
    expand(editor, session, Expansion::History);
    expand(editor, session, Expansion::Alias);
}

fn expand(editor: &mut Readline, session: &mut dyn Session, expansion: Expansion) {
    match session.expand(expansion, &editor.line.text) {
        Some(text) if text != editor.line.text => {
            editor.line.point = text.len();
            editor.line.text = text;
        }
        Some(_) => {}
        None => editor.ring(),
    }
}

/// `magic-space`
pub(super) fn magic_space(editor: &mut Readline, session: &mut dyn Session) {
    let before = editor.line.before().to_owned();
    if before.contains('!')
        && let Some(expanded) = session.expand(Expansion::History, &before)
    {
        editor.line.replace(0..before.len(), &expanded);
    }
    editor.line.insert(" ");
}

/// `start-kbd-macro`
pub(super) fn start_macro(editor: &mut Readline) {
    editor.recorded.present = Some(String::new());
}

/// `end-kbd-macro`
pub(super) fn end_macro(editor: &mut Readline) {
    let Some(keys) = editor.recorded.present.take() else { return editor.ring() };
    // The keys that end it are no part of it.
    let end = skip_back(&keys, keys.len(), |c| c != '\x18');
    editor.recorded.whole = keys[..end.saturating_sub(1)].to_owned();
}

/// `call-last-kbd-macro`
pub(super) fn call_macro(editor: &mut Readline) {
    let keys = editor.recorded.whole.repeat(times(editor.count()));
    for key in keys.chars().rev() {
        editor.queue.push_front(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_comes_and_goes() {
        for (line, other) in
            [("why?", "?- why?"), ("? why", "?- why"), ("?- why", "why"), ("", "?- "), ("?- ", "")]
        {
            assert_eq!(marked(line), other);
        }
    }
}
