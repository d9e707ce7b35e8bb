//! Functions that take text out of the line and put it in again: the kill ring.

use super::line::Line;
use super::moving::by_shell_words;
use super::text::{by_words, is_alphanumeric, skip_back};
use super::{Readline, editing};

/// How many texts are kept, as in readline.
const KEPT: usize = 10;

/// Texts that were killed, the newest last.
#[derive(Debug, Default)]
pub(super) struct Kills {
    texts: Vec<String>,
    /// Which of them is yanked next, counted from the newest.
    turned: usize,
    /// Whether the command before killed, and whether this one did.
    before: bool,
    now: bool,
}

impl Kills {
    /// A command begins.
    pub(super) fn next_command(&mut self) {
        self.now = false;
    }

    /// It is done.
    pub(super) fn end_command(&mut self) {
        self.before = self.now;
    }

    /// Keeps a text; with those killed just before it, if there are any.
    pub(super) fn add(&mut self, text: &str, forwards: bool) {
        match self.texts.last_mut() {
            Some(last) if self.before || self.now => {
                if forwards {
                    last.push_str(text)
                } else {
                    last.insert_str(0, text)
                }
            }
            _ => self.texts.push(text.to_owned()),
        }
        if self.texts.len() > KEPT {
            self.texts.remove(0);
        }
        self.turned = 0;
        self.now = true;
    }

    /// The text to be yanked.
    pub(super) fn present(&self) -> Option<&str> {
        let at = self.texts.len().checked_sub(1 + self.turned)?;
        self.texts.get(at).map(String::as_str)
    }

    fn turn(&mut self) {
        self.turned = (self.turned + 1) % self.texts.len().max(1);
    }
}

impl Readline {
    /// Kills the text between the cursor and a position.
    pub(super) fn kill(&mut self, to: usize) {
        let forwards = to > self.line.point;
        let range = Line::span(self.line.point, to);
        if !range.is_empty() {
            let text = self.line.replace(range, "");
            self.kills.add(&text, forwards);
        }
    }

    fn copy(&mut self, first: usize, second: usize) {
        let text = self.line.text[Line::span(first, second)].to_owned();
        self.kills.add(&text, first < second);
    }
}

/// `kill-line`
pub(super) fn to_end(editor: &mut Readline) {
    let to = if editor.count() < 0 { 0 } else { editor.line.text.len() };
    editor.kill(to);
}

/// `unix-line-discard`, `backward-kill-line`
pub(super) fn to_beginning(editor: &mut Readline) {
    let to = if editor.count() < 0 { editor.line.text.len() } else { 0 };
    editor.kill(to);
}

/// `kill-whole-line`
pub(super) fn whole(editor: &mut Readline) {
    editor.line.point = editor.line.text.len();
    editor.kill(0);
}

/// `kill-word`, `backward-kill-word`
pub(super) fn words(editor: &mut Readline, direction: i64) {
    let count = editor.count() * direction;
    editor.kill(by_words(&editor.line.text, editor.line.point, count, is_alphanumeric));
}

/// `shell-kill-word`, `shell-backward-kill-word`
pub(super) fn shell_words(editor: &mut Readline, direction: i64) {
    let count = editor.count() * direction;
    editor.kill(by_shell_words(&editor.line.text, editor.line.point, count));
}

/// `unix-word-rubout`
pub(super) fn blank_separated(editor: &mut Readline) {
    if editor.line.point == 0 {
        return editor.ring();
    }
    let count = -editor.count().abs();
    editor.kill(by_words(&editor.line.text, editor.line.point, count, |c| !c.is_whitespace()));
}

/// `unix-filename-rubout`
pub(super) fn filename(editor: &mut Readline) {
    if editor.line.point == 0 {
        return editor.ring();
    }
    let mut to = editor.line.point;
    for _ in 0..editing::times(editor.count()) {
        let text = &editor.line.text;
        to = skip_back(text, to, |c| c.is_whitespace() || c == '/');
        to = skip_back(text, to, |c| !c.is_whitespace() && c != '/');
    }
    editor.kill(to);
}

/// `kill-region`
pub(super) fn region(editor: &mut Readline) {
    editor.kill(editor.line.mark.min(editor.line.text.len()));
}

/// `copy-region-as-kill`
pub(super) fn copy_region(editor: &mut Readline) {
    let (point, mark) = (editor.line.point, editor.line.mark);
    editor.copy(point, mark);
}

/// `copy-forward-word`, `copy-backward-word`
pub(super) fn copy_word(editor: &mut Readline, direction: i64) {
    let count = editor.count() * direction;
    let to = by_words(&editor.line.text, editor.line.point, count, is_alphanumeric);
    editor.copy(editor.line.point, to);
}

/// `yank`
pub(super) fn yank(editor: &mut Readline) {
    let Some(text) = editor.kills.present().map(str::to_owned) else { return editor.ring() };
    let start = editor.line.point;
    editor.line.mark = start;
    editor.line.insert(&text);
    editor.yanked = start..editor.line.point;
}

/// `yank-pop`
pub(super) fn yank_pop(editor: &mut Readline) {
    if !matches!(editor.last, "yank" | "yank-pop") {
        return editor.ring();
    }
    editor.kills.turn();
    let text = editor.kills.present().unwrap_or_default().to_owned();
    let start = editor.yanked.start;
    editor.line.replace(editor.yanked.clone(), &text);
    editor.yanked = start..editor.line.point;
}
