//! vi mode: what its commands do.

use std::collections::HashMap;

use super::editing::times;
use super::line::Line;
use super::searching::Direction;
use super::text::{by_characters, shell_words, skip};
use super::vi_motion::{Find, Target, target};
use super::{Mode, Reading, Readline, searching};

/// What is done to the text up to where a movement leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Change,
    Delete,
    Yank,
}

/// A command whose last key is not there yet.
#[derive(Debug, Clone)]
pub(super) enum Vi {
    /// An operator: its movement, with digits before.
    Operator { operator: Operator, key: char, digits: i64, count: i64 },
    /// `f` and its like: the character; what for.
    Find { command: char, operator: Option<Operator>, count: i64 },
    /// `r`: the character.
    Replacement { count: i64 },
    /// `m` and `` ` ``: the mark's name.
    Mark { sets: bool },
}

/// What vi mode remembers.
#[derive(Debug)]
pub(super) struct Memory {
    found: Option<Find>,
    marks: HashMap<char, usize>,
    /// The keys of the last change, and those of a command that may be one, with the line before it.
    change: String,
    present: Option<(String, String)>,
    replays: bool,
    pub(super) searches: Direction,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            found: None,
            marks: HashMap::new(),
            change: String::new(),
            present: None,
            replays: false,
            searches: Direction::Backwards,
        }
    }
}

impl Memory {
    /// A new line begins.
    pub(super) fn begin(&mut self) {
        self.present = None;
        self.replays = false;
        self.marks.clear();
    }
}

/// Follows the keys of a command to its end: what changed the text, `.` does again.
pub(super) fn follow(editor: &mut Readline, key: char) {
    let done = editor.mode == Mode::Command && editor.reading.is_none() && editor.prefix.is_empty();
    let Some((mut keys, before)) = editor.vi.present.take() else { return };
    keys.push(key);
    if !done {
        editor.vi.present = Some((keys, before));
    } else if before != editor.line.text
        && !editor.vi.replays
        && !matches!(editor.this, "vi-undo" | "revert-line")
    {
        editor.vi.change = keys;
    }
    if done && editor.queue.is_empty() {
        editor.vi.replays = false;
    }
}

/// A command of vi's may begin with the next key.
pub(super) fn expect(editor: &mut Readline) {
    let ready = editor.mode == Mode::Command && editor.reading.is_none() && editor.prefix.is_empty();
    if ready && editor.vi.present.is_none() {
        editor.vi.present = Some((String::new(), editor.line.text.clone()));
    }
}

/// `vi-redo`
pub(super) fn redo(editor: &mut Readline) {
    editor.vi.present = None;
    editor.vi.replays = true;
    for key in editor.vi.change.chars().rev() {
        editor.queue.push_front(key);
    }
}

/// `vi-movement-mode`
pub(super) fn movement_mode(editor: &mut Readline) {
    if editor.mode == Mode::Insert {
        editor.line.point = by_characters(&editor.line.text, editor.line.point, -1);
        editor.undo.end_insertion();
    }
    editor.mode = Mode::Command;
    editor.overwrite = false;
}

/// `vi-insertion-mode`
pub(super) fn insert(editor: &mut Readline) {
    editor.undo.begin_insertion();
    editor.mode = Mode::Insert;
}

/// `vi-append-mode`
pub(super) fn append(editor: &mut Readline) {
    editor.line.point = by_characters(&editor.line.text, editor.line.point, 1);
    insert(editor);
}

/// `vi-append-eol`
pub(super) fn append_at_end(editor: &mut Readline) {
    editor.line.point = editor.line.text.len();
    insert(editor);
}

/// `vi-insert-beg`
pub(super) fn insert_at_beginning(editor: &mut Readline) {
    editor.line.point = 0;
    insert(editor);
}

/// `vi-replace`
pub(super) fn replace(editor: &mut Readline) {
    editor.overwrite = true;
    insert(editor);
}

/// `vi-editing-mode`
pub(super) fn editing_mode(editor: &mut Readline) {
    editor.mode = Mode::Insert;
}

/// `emacs-editing-mode`
pub(super) fn leave(editor: &mut Readline) {
    editor.mode = Mode::Emacs;
}

/// The movements that are one key: `w`, `b`, `e`, `^`, `%` and their like.
pub(super) fn move_by_key(editor: &mut Readline) {
    match target(&editor.line, editor.key, editor.count().max(1)) {
        Some(Target { at, .. }) => {
            editor.line.point = at;
            editor.stay_on_text();
        }
        None => editor.ring(),
    }
}

/// `vi-column`
pub(super) fn go_to_column(editor: &mut Readline) {
    editor.line.point = by_characters(&editor.line.text, 0, editor.count() - 1);
    editor.stay_on_text();
}

/// `vi-search`
pub(super) fn search(editor: &mut Readline) {
    let backwards = editor.key == '/';
    searching::ask(editor, if backwards { Direction::Backwards } else { Direction::Forwards }, editor.key);
}

/// `vi-search-again`
pub(super) fn search_again(editor: &mut Readline) {
    let direction = editor.vi.searches;
    searching::again(editor, if editor.key == 'N' { direction.opposite() } else { direction });
}

/// `vi-char-search`: `f`, `t`, `F`, `T`, and again with `;` and `,`.
pub(super) fn search_character(editor: &mut Readline) {
    let count = editor.count();
    match (editor.key, editor.vi.found) {
        (';', Some(found)) => find(editor, found, None, count),
        (',', Some(found)) => find(editor, found.reversed(), None, count),
        (';' | ',', None) => editor.ring(),
        (command, _) => editor.reading = Some(Reading::Vi(Vi::Find { command, operator: None, count })),
    }
}

/// `vi-change-to`, `vi-delete-to`, `vi-yank-to`
pub(super) fn operate(editor: &mut Readline, operator: Operator) {
    let (key, count) = (editor.key, editor.count());
    if key.is_uppercase() {
        // `C` and `D` go to the end; so does `Y`.
        apply(editor, operator, Target { at: editor.line.text.len(), inclusive: false });
    } else {
        editor.reading = Some(Reading::Vi(Vi::Operator { operator, key, digits: 0, count }));
    }
}

/// `vi-change-char`
pub(super) fn await_replacement(editor: &mut Readline) {
    editor.reading = Some(Reading::Vi(Vi::Replacement { count: editor.count() }));
}

/// `vi-set-mark`, `vi-goto-mark`
pub(super) fn await_mark(editor: &mut Readline, sets: bool) {
    editor.reading = Some(Reading::Vi(Vi::Mark { sets }));
}

/// Takes the next key of a command.
pub(super) fn go_on(editor: &mut Readline, command: Vi, key: char) {
    editor.this = "vi-operator";
    editor.kills.next_command();
    match command {
        _ if key == '\x1b' => {}
        Vi::Operator { operator, key: own, digits, count } => {
            on_movement(editor, operator, own, key, (digits, count))
        }
        Vi::Find { command, operator, count } => find(editor, Find::new(command, key), operator, count),
        Vi::Replacement { count } => put_over(editor, key, count),
        Vi::Mark { sets: true } => drop(editor.vi.marks.insert(key, editor.line.point)),
        Vi::Mark { sets: false } => match editor.vi.marks.get(&key) {
            Some(&at) => {
                editor.line.point = super::text::bound(&editor.line.text, at);
                editor.stay_on_text();
            }
            None => editor.ring(),
        },
    }
    if editor.reading.is_none() {
        editor.argument = None;
        editor.last = editor.this;
        editor.kills.end_command();
    }
}

fn on_movement(editor: &mut Readline, operator: Operator, own: char, key: char, (digits, count): (i64, i64)) {
    if let Some(digit) = key.to_digit(10).filter(|&digit| digit > 0 || digits > 0) {
        let digits = (digits * 10 + i64::from(digit)).min(i64::from(u16::MAX));
        editor.reading = Some(Reading::Vi(Vi::Operator { operator, key: own, digits, count }));
        return;
    }
    let count = count * digits.max(1);
    match key {
        _ if key == own => {
            editor.line.point = 0;
            apply(editor, operator, Target { at: editor.line.text.len(), inclusive: false });
        }
        'f' | 'F' | 't' | 'T' => {
            editor.reading = Some(Reading::Vi(Vi::Find { command: key, operator: Some(operator), count }));
        }
        ';' | ',' => match editor.vi.found {
            Some(found) => {
                let found = if key == ',' { found.reversed() } else { found };
                find(editor, found, Some(operator), count);
            }
            None => editor.ring(),
        },
        // To change a word is to change up to its end.
        'w' | 'W'
            if operator == Operator::Change && editor.line.under().is_some_and(|c| !c.is_whitespace()) =>
        {
            let end = if key == 'w' { 'e' } else { 'E' };
            let at = target_of_change(&editor.line, end, count);
            apply(editor, operator, Target { at, inclusive: true });
        }
        _ => match target(&editor.line, key, count) {
            Some(target) => apply(editor, operator, target),
            None => editor.ring(),
        },
    }
}

/// The end of a word, that of one character too.
fn target_of_change(line: &Line, key: char, count: i64) -> usize {
    let is = |c: char| c.is_alphanumeric() || c == '_';
    let here = line.under().unwrap_or(' ');
    let same =
        |c: char| if key == 'E' { !c.is_whitespace() } else { !c.is_whitespace() && is(c) == is(here) };
    let end = by_characters(&line.text, skip(&line.text, line.point, same), -1);
    let line = Line { point: end, ..line.clone() };
    if count > 1 { target(&line, key, count - 1).map_or(end, |target| target.at) } else { end }
}

fn apply(editor: &mut Readline, operator: Operator, target: Target) {
    if target.at == editor.line.point && operator != Operator::Change {
        return editor.ring();
    }
    let line = &mut editor.line;
    let mut range = Line::span(line.point, target.at);
    if target.inclusive {
        range.end = by_characters(&line.text, range.end, 1);
    }
    let text = line.text[range.clone()].to_owned();
    if operator != Operator::Yank {
        line.replace(range.clone(), "");
    }
    line.point = range.start;
    editor.kills.add(&text, true);
    if operator == Operator::Change {
        insert(editor);
    }
    editor.stay_on_text();
}

fn find(editor: &mut Readline, found: Find, operator: Option<Operator>, count: i64) {
    editor.vi.found = Some(found);
    match (found.target(&editor.line, count), operator) {
        (Some(at), None) => editor.line.point = at,
        (Some(at), Some(operator)) => apply(editor, operator, Target { at, inclusive: !found.backwards }),
        (None, _) => editor.ring(),
    }
}

fn put_over(editor: &mut Readline, key: char, count: i64) {
    let line = &mut editor.line;
    let end = by_characters(&line.text, line.point, count);
    let covered = line.text[line.point..end].chars().count();
    if covered == 0 || covered < times(count) {
        return editor.ring();
    }
    let start = line.point;
    line.replace(start..end, &key.to_string().repeat(covered));
    line.point = by_characters(&line.text, line.point, -1);
}

/// `vi-delete`
pub(super) fn delete(editor: &mut Readline) {
    let at = by_characters(&editor.line.text, editor.line.point, editor.count().max(1));
    if at == editor.line.point {
        return editor.ring();
    }
    apply(editor, Operator::Delete, Target { at, inclusive: false });
}

/// `vi-rubout`
pub(super) fn rub_out(editor: &mut Readline) {
    let at = by_characters(&editor.line.text, editor.line.point, -editor.count().max(1));
    if at == editor.line.point {
        return editor.ring();
    }
    apply(editor, Operator::Delete, Target { at, inclusive: false });
}

/// `vi-subst`: `s` and `S`
pub(super) fn substitute(editor: &mut Readline) {
    let at = if editor.key == 'S' {
        editor.line.point = 0;
        editor.line.text.len()
    } else {
        by_characters(&editor.line.text, editor.line.point, editor.count().max(1))
    };
    apply(editor, Operator::Change, Target { at, inclusive: false });
}

/// `vi-change-case`
pub(super) fn change_case(editor: &mut Readline) {
    let count = editor.count().max(1);
    let line = &mut editor.line;
    let end = by_characters(&line.text, line.point, count);
    if end == line.point {
        return editor.ring();
    }
    let swap =
        |c: char| if c.is_uppercase() { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() };
    let changed: String = line.text[line.point..end].chars().map(swap).collect();
    line.replace(line.point..end, &changed);
    editor.stay_on_text();
}

/// `vi-put`
pub(super) fn put(editor: &mut Readline) {
    let Some(text) = editor.kills.present().map(|text| text.repeat(times(editor.count()))) else {
        return editor.ring();
    };
    if editor.key == 'p' {
        editor.line.point = by_characters(&editor.line.text, editor.line.point, 1);
    }
    editor.line.insert(&text);
    editor.line.point = by_characters(&editor.line.text, editor.line.point, -1);
}

/// `vi-yank-arg`: the last word of the line before, behind a blank, to go on inserting.
pub(super) fn yank_argument(editor: &mut Readline) {
    let Some(entry) = editor.past.at().checked_sub(1).and_then(|at| editor.past.entries().get(at)) else {
        return editor.ring();
    };
    let words = shell_words(entry);
    let at = editor.explicit().and_then(|count| usize::try_from(count - 1).ok()).unwrap_or(words.len() - 1);
    let Some(word) = words.get(at).map(|range| entry[range.clone()].to_owned()) else { return editor.ring() };
    append(editor);
    editor.line.insert(&format!(" {word}"));
}

impl Readline {
    /// In vi's command mode the cursor stands on a character.
    fn stay_on_text(&mut self) {
        let line = &mut self.line;
        if self.mode == Mode::Command && line.point == line.text.len() {
            line.point = by_characters(&line.text, line.point, -1);
        }
    }
}
