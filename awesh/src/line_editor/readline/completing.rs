//! Completion: what Tab and its like make of what the session says.

use super::editing::blank_word;
use super::listing::{self, Rows};
use super::{Expansion, Reading, Readline, Session, Settings};

/// Names of one kind, for the keys that complete just those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of commands.
    Command,
    /// Of files.
    File,
    /// Of variables.
    Variable,
    /// Of users.
    User,
    /// Of hosts.
    Host,
}

/// One way in which the word could go on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// In a list.
    pub shown: String,
    /// Behind it there: what kind of file it is.
    pub sign: Option<char>,
    /// The escape sequence in front of it there, if it has colours.
    pub style: String,
    /// In the line, in place of the word.
    pub inserted: String,
    /// Behind it, where it is the only one: what closes a quotation, a slash or a blank.
    pub tail: String,
}

/// All of them, and where in the line the word begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    /// In bytes.
    pub start: usize,
    /// In the order of a list.
    pub choices: Vec<Choice>,
}

/// Choices that are put on the line one after the other.
#[derive(Debug)]
pub(super) struct Menu {
    start: usize,
    end: usize,
    original: String,
    choices: Vec<Choice>,
    /// Which is on the line; None for the word as it was.
    at: Option<usize>,
}

/// A question about a list.
#[derive(Debug, Clone)]
pub(super) enum Question {
    /// Whether to show so many at all.
    All { count: usize, rows: Rows },
    /// Whether to show more of them.
    More { rows: Rows },
}

impl Question {
    /// How it is asked.
    pub(super) fn text(&self) -> String {
        match self {
            Self::All { count, .. } => format!("Display all {count} possibilities? (y or n)"),
            Self::More { .. } => "--More--".to_owned(),
        }
    }

    /// Takes the answer.
    pub(super) fn answer(self, editor: &mut Readline, key: char) {
        let page = listing::page(editor);
        match (self, key) {
            (Self::All { rows, .. }, 'y' | 'Y' | ' ' | '\t') => editor.show(rows, page),
            (Self::More { rows }, 'y' | 'Y' | ' ' | '\t') => editor.show(rows, page),
            (Self::More { rows }, '\r' | '\n') => editor.show(rows, 1),
            (_, 'n' | 'N' | 'q' | 'Q' | '\x7f' | '\x08' | '\x07' | '\x1b') => {}
            (question, _) => {
                editor.ring();
                editor.reading = Some(Reading::Question(question));
            }
        }
    }
}

impl Readline {
    /// Shows rows of a list above the line, and asks where there are more than fit.
    fn show(&mut self, mut rows: Rows, page: usize) {
        for _ in 0..page.min(rows.len()) {
            self.above.extend(rows.pop_front());
            self.above.push('\n');
        }
        if !rows.is_empty() {
            self.reading = Some(Reading::Question(Question::More { rows }));
        }
    }

    /// Lists choices below the line as it stands, which then goes on below the list.
    fn list(&mut self, completion: &Completion) {
        let rows = listing::rows(&completion.choices, self);
        let count = completion.choices.len();
        let limit = self.settings.query_items;
        self.above.push_str(&format!("\0{}\n", self.line.text));
        if limit > 0 && count >= limit {
            self.reading = Some(Reading::Question(Question::All { count, rows }));
        } else {
            let page = if self.settings.pages { listing::page(self) } else { rows.len() };
            self.show(rows, page);
        }
    }

    /// Puts text in place of the word; whether that changes the line.
    fn put(&mut self, start: usize, text: &str) -> bool {
        let before = self.line.text.clone();
        let point = self.line.point;
        self.line.replace(start..point, text);
        if self.settings.skip_completed {
            self.skip_completed(text.len().saturating_sub(point - start));
        }
        self.line.text != before
    }

    /// Takes away what stands behind the cursor already of what was inserted.
    fn skip_completed(&mut self, inserted: usize) {
        let new = &self.line.before()[self.line.point - inserted.min(self.line.point)..];
        let same = new.chars().zip(self.line.behind().chars()).take_while(|(new, old)| new == old);
        let same: usize = same.map(|(c, _)| c.len_utf8()).sum();
        if same == inserted {
            let point = self.line.point;
            self.line.replace(point..point + same, "");
        }
    }

    /// Puts the only choice on the line, with what closes it where the line ends there.
    fn put_only(&mut self, start: usize, choice: &Choice) {
        self.put(start, &choice.inserted);
        let behind = self.line.under();
        let fits = behind.is_none() || choice.tail == "/" && behind != Some('/');
        if fits {
            self.line.insert(&choice.tail);
        }
    }
}

/// `complete`
pub(super) fn complete(editor: &mut Readline, session: &mut dyn Session) {
    if editor.settings.no_completion {
        return editor.line.insert(&editor.key.to_string());
    }
    complete_with(editor, session, None);
}

/// `complete-filename` and its like
pub(super) fn complete_kind(editor: &mut Readline, session: &mut dyn Session, kind: Kind) {
    complete_with(editor, session, Some(kind));
}

fn complete_with(editor: &mut Readline, session: &mut dyn Session, kind: Option<Kind>) {
    let again = editor.last == editor.this && editor.ambiguous;
    let completion = session.complete(&editor.line.text, editor.line.point, kind, &editor.settings);
    editor.ambiguous = false;
    match completion.choices.as_slice() {
        [] => editor.ring(),
        [only] => editor.put_only(completion.start, only),
        choices => {
            let typed = editor.line.text[completion.start..editor.line.point].to_owned();
            let common = common(choices, &typed, &editor.settings);
            let longer = common.len() >= typed.len() && common != typed;
            let changed = longer && editor.put(completion.start, &common);
            editor.ambiguous = !changed;
            let settings = &editor.settings;
            let at_once = settings.show_all_if_ambiguous || settings.show_all_if_unmodified && !changed;
            if again || at_once {
                editor.list(&completion);
            } else {
                editor.ring();
            }
        }
    }
}

/// The common beginning of all; where the case of letters is nothing, as the typed one has it if it can.
fn common(choices: &[Choice], typed: &str, settings: &Settings) -> String {
    let ignore_case = settings.ignore_case;
    let folded = |c: char| if settings.map_case && c == '_' { '-' } else { c };
    let equal =
        |a: char, b: char| a == b || ignore_case && folded(a).to_lowercase().eq(folded(b).to_lowercase());
    let first = choices[0].inserted.as_str();
    let length = choices[1..].iter().fold(first.chars().count(), |length, choice| {
        first.chars().zip(choice.inserted.chars()).take(length).take_while(|&(a, b)| equal(a, b)).count()
    });
    let head = |text: &str| text.chars().take(length).collect::<String>();
    let as_typed = choices.iter().find(|choice| ignore_case && choice.inserted.starts_with(typed));
    as_typed.map_or_else(|| head(first), |choice| head(&choice.inserted))
}

/// `possible-completions`
pub(super) fn list(editor: &mut Readline, session: &mut dyn Session) {
    list_with(editor, session, None);
}

/// `possible-filename-completions` and its like
pub(super) fn list_kind(editor: &mut Readline, session: &mut dyn Session, kind: Kind) {
    list_with(editor, session, Some(kind));
}

fn list_with(editor: &mut Readline, session: &mut dyn Session, kind: Option<Kind>) {
    let completion = session.complete(&editor.line.text, editor.line.point, kind, &editor.settings);
    if completion.choices.is_empty() { editor.ring() } else { editor.list(&completion) }
}

/// `delete-char-or-list`
pub(super) fn delete_or_list(editor: &mut Readline, session: &mut dyn Session) {
    if editor.line.behind().is_empty() && !editor.line.text.is_empty() {
        list(editor, session);
    } else {
        super::editing::delete_or_end(editor);
    }
}

/// `insert-completions`
pub(super) fn insert_all(editor: &mut Readline, session: &mut dyn Session) {
    let completion = session.complete(&editor.line.text, editor.line.point, None, &editor.settings);
    if completion.choices.is_empty() {
        return editor.ring();
    }
    let all: String = completion.choices.iter().map(|choice| format!("{} ", choice.inserted)).collect();
    editor.put(completion.start, &all);
}

/// `menu-complete`, `menu-complete-backward`
pub(super) fn menu(editor: &mut Readline, session: &mut dyn Session, direction: i64) {
    let goes_on = editor.last.contains("menu-complete");
    let Some(mut menu) = editor.menu.take().filter(|_| goes_on) else {
        return begin_menu(editor, session, direction);
    };
    let count = i64::try_from(menu.choices.len()).unwrap_or(i64::MAX);
    // The word itself is one of them.
    let at = menu.at.map_or(count, |at| i64::try_from(at).unwrap_or(0));
    let next = (at + direction * editor.count()).rem_euclid(count + 1);
    menu.at = usize::try_from(next).ok().filter(|_| next < count);
    turn(editor, menu);
}

fn begin_menu(editor: &mut Readline, session: &mut dyn Session, direction: i64) {
    let Completion { start, choices } =
        session.complete(&editor.line.text, editor.line.point, None, &editor.settings);
    let end = editor.line.point;
    let original = editor.line.text[start.min(end)..end].to_owned();
    match choices.len() {
        0 => editor.ring(),
        1 => editor.put_only(start, &choices[0]),
        count => {
            let common = common(&choices, &original, &editor.settings);
            let shows_prefix = editor.settings.menu_displays_prefix;
            if editor.settings.show_all_if_ambiguous {
                let completion = Completion { start, choices: choices.clone() };
                editor.list(&completion);
            }
            let at = if direction > 0 { 0 } else { count - 1 };
            let menu = Menu { start, end, original, choices, at: (!shows_prefix).then_some(at) };
            if shows_prefix && common.len() > end - start {
                editor.put(start, &common);
                editor.menu = Some(Menu { end: editor.line.point, original: common, ..menu });
            } else {
                turn(editor, Menu { at: Some(at), ..menu });
            }
        }
    }
}

fn turn(editor: &mut Readline, mut menu: Menu) {
    editor.line.point = menu.end;
    match menu.at.map(|at| menu.choices[at].clone()) {
        Some(choice) => {
            editor.line.replace(menu.start..menu.end, "");
            editor.put_only(menu.start, &choice);
        }
        None => {
            editor.line.replace(menu.start..menu.end, &menu.original);
            editor.ring();
        }
    }
    menu.end = editor.line.point;
    editor.menu = Some(menu);
}

/// `dynamic-complete-history`
pub(super) fn complete_history(editor: &mut Readline, _: &mut dyn Session) {
    let word = blank_word(&editor.line);
    let typed = &editor.line.text[word.start..editor.line.point];
    let words = editor.past.entries().iter().rev().flat_map(|entry| entry.split_whitespace().rev());
    match words.into_iter().find(|word| word.starts_with(typed) && *word != typed).map(str::to_owned) {
        Some(found) => drop(editor.put(word.start, &found)),
        None => editor.ring(),
    }
}

/// `tilde-expand`, `vi-tilde-expand`
pub(super) fn tilde_expand(editor: &mut Readline, session: &mut dyn Session) {
    let word = blank_word(&editor.line);
    let text = editor.line.text[word.clone()].to_owned();
    match session.expand(Expansion::Tilde, &text).filter(|_| text.starts_with('~')) {
        Some(expanded) => drop(editor.line.replace(word, &expanded)),
        None => editor.ring(),
    }
}

/// `glob-expand-word`
pub(super) fn glob_expand(editor: &mut Readline, session: &mut dyn Session) {
    let word = blank_word(&editor.line);
    let star = if editor.explicit().is_some() { "*" } else { "" };
    let pattern = format!("{}{star}", &editor.line.text[word.clone()]);
    match session.expand(Expansion::Glob, &pattern) {
        Some(names) if !names.is_empty() => {
            editor.line.replace(word, &names.lines().collect::<Vec<_>>().join(" "));
        }
        _ => editor.ring(),
    }
}

/// `glob-list-expansions`
pub(super) fn glob_list(editor: &mut Readline, session: &mut dyn Session) {
    match matching(editor, session) {
        Some(completion) => editor.list(&completion),
        None => editor.ring(),
    }
}

/// `glob-complete-word`
pub(super) fn glob_complete(editor: &mut Readline, session: &mut dyn Session) {
    match matching(editor, session) {
        Some(Completion { start, choices }) if choices.len() == 1 => {
            editor.put(start, &choices[0].inserted);
        }
        Some(completion) => editor.list(&completion),
        None => editor.ring(),
    }
}

/// The names that the word before the cursor stands for, as if a `*` were behind it.
fn matching(editor: &Readline, session: &mut dyn Session) -> Option<Completion> {
    let word = blank_word(&editor.line);
    let pattern = format!("{}*", &editor.line.text[word.start..editor.line.point]);
    let names = session.expand(Expansion::Glob, &pattern)?;
    let choice = |name: &str| {
        let shown = name.rsplit('/').next().unwrap_or(name).to_owned();
        Choice { shown, inserted: name.to_owned(), ..Choice::default() }
    };
    let choices: Vec<Choice> = names.lines().map(choice).collect();
    (!choices.is_empty()).then_some(Completion { start: word.start, choices })
}
