//! From keys to functions.

use std::time::Instant;

use super::functions::{Function, SELF_INSERT};
use super::keymap::{Binding, Match, Mode};
use super::line::{Line, Undo};
use super::{Errand, Outcome, Reading, Readline, Session, searching, vi};

/// How many keys a macro may stand for: one that means itself would never end.
const MOST_FED: usize = 10_000;

/// Ctrl-C, where nothing else is bound to it.
const INTERRUPT: char = '\x03';

const PASTE_END: &str = "\x1b[201~";

/// Keys that were taken for all there is, and may yet be the beginning of others: then what they did is taken back.
#[derive(Debug)]
pub(super) struct Eager {
    keys: String,
    /// How many of them it was that did something.
    done: usize,
    before: Box<Before>,
    at: Instant,
}

#[derive(Debug)]
struct Before {
    line: Line,
    undo: Undo,
    mode: Mode,
    reading: Option<Reading>,
    last: &'static str,
}

impl Readline {
    /// Takes a key, and all that it stands for.
    pub fn press(&mut self, key: char, now: Instant, session: &mut dyn Session) -> Outcome {
        self.now = now;
        self.fed = 0;
        self.queue.push_back(key);
        self.go_on(session)
    }

    /// Takes the keys that wait, up to one that something comes of.
    pub fn go_on(&mut self, session: &mut dyn Session) -> Outcome {
        while let Some(key) = self.queue.pop_front() {
            self.fed += 1;
            if self.fed > MOST_FED {
                self.queue.clear();
            }
            self.key = key;
            vi::expect(self);
            if let Some(recorded) = &mut self.recorded.present {
                recorded.push(key);
            }
            self.take(key, session);
            if let Some(outcome) = self.outcome.take() {
                self.away = matches!(outcome, Outcome::Errand(_));
                return outcome;
            }
        }
        Outcome::Edited
    }

    fn take(&mut self, key: char, session: &mut dyn Session) {
        let quoted = matches!(self.reading, Some(Reading::Quoted | Reading::Paste(_)));
        if key == INTERRUPT && !quoted && self.find("\x03").exact.is_none() {
            self.outcome = Some(Outcome::Interrupted);
            return;
        }
        match self.reading.take() {
            Some(Reading::Quoted) => self.as_function("quoted-insert", |editor| editor.insert_key(key)),
            Some(Reading::Character { backwards }) => self.find_character(key, backwards),
            Some(Reading::Paste(text)) => self.paste(text, key),
            Some(Reading::Pattern(pattern)) => searching::on_pattern(self, pattern, key),
            Some(Reading::Question(question)) => question.answer(self, key),
            Some(Reading::Vi(command)) => self.with_undo(|editor| vi::go_on(editor, command, key)),
            Some(Reading::Search(_)) if key == '\x1b' && self.mode == Mode::Emacs => {
                // It ends the search by itself; or it is the beginning of a key that follows at once.
                self.eager = Some(self.as_it_is("\x1b".to_owned()));
            }
            reading @ (None | Some(Reading::Argument | Reading::Search(_))) => {
                self.reading = reading;
                self.resolve(key, session);
            }
        }
        vi::follow(self, key);
    }

    /// Finds what the key means after those before it.
    fn resolve(&mut self, key: char, session: &mut dyn Session) {
        let eager = self.eager.take().filter(|eager| {
            self.settings.key_timeout.is_zero() || self.now - eager.at < self.settings.key_timeout
        });
        let mut keys =
            eager.as_ref().map_or_else(|| std::mem::take(&mut self.prefix), |eager| eager.keys.clone());
        keys.push(key);
        let Match { exact, longer } = self.find(&keys);
        match (exact, eager) {
            (Some(binding), eager) => {
                if let Some(eager) = eager {
                    self.take_back(*eager.before);
                }
                if longer {
                    self.eager = Some(self.as_it_is(keys));
                }
                self.run(binding, session);
            }
            (None, Some(eager)) if longer => self.eager = Some(Eager { keys, ..eager }),
            (None, Some(eager)) => {
                for key in keys[eager.done..].chars().rev() {
                    self.queue.push_front(key);
                }
            }
            (None, None) if longer || is_unfinished(&keys) => self.prefix = keys,
            (None, None) => {
                self.end_search();
                self.argument = None;
                self.reading = None;
                self.ring();
            }
        }
    }

    fn find(&self, keys: &str) -> Match {
        let mut found = self.keymaps[self.mode as usize].find(keys);
        let mut characters = keys.chars();
        if let (Some(only), None, None) = (characters.next(), characters.next(), &found.exact)
            && !only.is_control()
            && self.mode != Mode::Command
        {
            found.exact = Some(Binding::Function(SELF_INSERT));
        }
        found
    }

    fn as_it_is(&self, keys: String) -> Eager {
        let before = Before {
            line: self.line.clone(),
            undo: self.undo.clone(),
            mode: self.mode,
            reading: self.reading.clone(),
            last: self.last,
        };
        Eager { done: keys.len(), keys, before: Box::new(before), at: self.now }
    }

    fn take_back(&mut self, before: Before) {
        let Before { line, undo, mode, reading, last } = before;
        (self.line, self.undo, self.mode, self.reading, self.last) = (line, undo, mode, reading, last);
    }

    fn run(&mut self, binding: Binding, session: &mut dyn Session) {
        match binding {
            Binding::Function(function) => self.call(function, session),
            Binding::Macro(keys) => {
                for key in keys.chars().rev() {
                    self.queue.push_front(key);
                }
            }
            Binding::Command(command) => {
                self.end_search();
                self.outcome = Some(Outcome::Errand(Errand::Command(command)));
            }
            Binding::Unknown => self.ring(),
        }
    }

    /// Calls a function, unless what is read makes something else of its key.
    fn call(&mut self, function: Function, session: &mut dyn Session) {
        match self.reading.take() {
            Some(Reading::Search(search)) if searching::on_function(self, search.clone(), function.name) => {
                return;
            }
            Some(Reading::Argument) if self.extends_argument(function.name) => {
                self.reading = Some(Reading::Argument);
                return;
            }
            _ => {}
        }
        self.this = function.name;
        self.kills.next_command();
        self.with_undo(|editor| (function.run)(editor, session));
        if !matches!(
            self.reading,
            Some(Reading::Argument | Reading::Vi(_) | Reading::Character { .. } | Reading::Quoted)
        ) {
            self.argument = None;
        }
        if !matches!(self.reading, Some(Reading::Argument)) {
            self.last = self.this;
            self.kills.end_command();
        }
    }

    /// Does as a function that has read its last key.
    fn as_function(&mut self, name: &'static str, act: impl FnOnce(&mut Self)) {
        self.this = name;
        self.with_undo(act);
        self.argument = None;
        self.last = name;
    }

    /// Keeps the line as it was before a change.
    pub(super) fn with_undo(&mut self, act: impl FnOnce(&mut Self)) {
        let (before, at) = (self.line.clone(), self.past.at());
        act(self);
        let undoes = matches!(self.this, "undo" | "vi-undo" | "revert-line");
        if self.line.text != before.text && self.past.at() == at && !undoes {
            if self.this == "self-insert" {
                self.undo.note_typed(before, self.last == "self-insert");
            } else {
                self.undo.note(before);
            }
        }
    }

    fn find_character(&mut self, key: char, backwards: bool) {
        let count = if backwards { -self.count() } else { self.count() };
        self.as_function("character-search", |editor| editor.go_to_character(key, count));
    }

    fn paste(&mut self, mut text: String, key: char) {
        text.push(key);
        let Some(whole) = text.strip_suffix(PASTE_END) else {
            self.reading = Some(Reading::Paste(text));
            return;
        };
        let whole = whole.replace("\r\n", "\n").replace('\r', "\n");
        self.as_function("bracketed-paste-begin", |editor| editor.line.insert(&whole));
    }

    /// Leaves a search at what it has found.
    pub(super) fn end_search(&mut self) {
        if matches!(self.reading, Some(Reading::Search(_))) {
            self.reading = None;
        }
    }
}

/// Whether the keys are the beginning of what a terminal sends for a key that is bound to nothing.
fn is_unfinished(keys: &str) -> bool {
    let parameters = keys.strip_prefix("\x1b[").or_else(|| keys.strip_prefix("\x1bO"));
    parameters.is_some_and(|rest| !rest.contains(|c: char| ('@'..='~').contains(&c)))
}
