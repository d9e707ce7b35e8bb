//! The gate: what leaves the machine passes here first, and what comes back passes here again.
//!
//! Secrets are replaced by placeholders such as `⟨secret-1⟩`, the same for the same secret as long as the shell
//! lives, so that a model can still speak of them. In what it says and proposes they are put back, locally, also
//! where a placeholder comes in pieces ([`Restorer`]). What counts as a secret: the values of variables named
//! like one, the API key, and what has a secret's form or stands where one does (`patterns`).
//!
//! No pattern finds every secret: the user's own say on what is attached comes first. What is too long is cut
//! here too, by [`caps`].

pub(crate) mod caps;
mod names;
mod patterns;
mod settings;
mod values;

use std::collections::HashMap;

use patterns::{FORMS, Form};

const OPEN: &str = "⟨secret-";
const CLOSE: char = '⟩';

/// Placeholders a shell may use up; beyond them secrets are masked for good.
const MOST: usize = 4096;

/// Values shorter than this are words, not secrets.
const SHORTEST: usize = 6;

/// One shell's secrets and their placeholders.
#[derive(Default)]
pub(crate) struct Gate {
    /// Values that are secret whatever they look like, longest first.
    known: Vec<String>,
    /// Secrets by number, from 1.
    secrets: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Gate {
    /// Compiles the patterns, which takes milliseconds, before the first question needs them.
    pub(crate) fn prepare() {
        for form in &FORMS {
            form.regex();
        }
    }

    /// Takes note of a value that must not leave.
    pub(crate) fn know(&mut self, value: &str) {
        let value = value.trim();
        if value.len() < SHORTEST || self.known.iter().any(|known| known == value) {
            return;
        }
        let place = self.known.partition_point(|known| known.len() >= value.len());
        self.known.insert(place, value.to_owned());
    }

    /// Takes note of the variables that hold secrets.
    pub(crate) fn know_environment<'v>(&mut self, variables: impl Iterator<Item = (&'v str, &'v str)>) {
        for (name, value) in variables {
            if names::names_secret(name) {
                self.know(value);
            }
        }
    }

    /// The text with each secret replaced by its placeholder.
    pub(crate) fn redact(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for known in std::mem::take(&mut self.known) {
            if text.contains(&known) {
                text = text.replace(&known, &self.placeholder(&known));
            }
            self.known.push(known);
        }
        let lower = text.to_ascii_lowercase();
        for form in FORMS.iter().filter(|form| form.may_be_in(&lower)) {
            text = self.replace(form, text);
        }
        text
    }

    /// The text with each placeholder replaced by its secret.
    pub(crate) fn restore(&self, text: &str) -> String {
        let mut restored = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(OPEN) {
            let (before, from) = rest.split_at(at);
            restored.push_str(before);
            let (secret, length) = self.at_start(from).unwrap_or((OPEN, OPEN.len()));
            restored.push_str(secret);
            rest = &from[length..];
        }
        restored.push_str(rest);
        restored
    }

    /// The secret whose placeholder the text starts with, and the placeholder's length.
    fn at_start(&self, text: &str) -> Option<(&str, usize)> {
        let (number, _) = text.strip_prefix(OPEN)?.split_once(CLOSE)?;
        let secret =
            number.parse::<usize>().ok()?.checked_sub(1).and_then(|index| self.secrets.get(index))?;
        Some((secret, OPEN.len() + number.len() + CLOSE.len_utf8()))
    }

    fn replace(&mut self, form: &Form, text: String) -> String {
        let Some(mut secret) = form.find(&text, 0) else { return text };
        let mut replaced = String::with_capacity(text.len());
        let mut done = 0;
        loop {
            replaced.push_str(&text[done..secret.start]);
            replaced.push_str(&self.placeholder(&text[secret.clone()]));
            done = secret.end;
            let Some(next) = form.find(&text, done) else { break };
            secret = next;
        }
        replaced.push_str(&text[done..]);
        replaced
    }

    fn placeholder(&mut self, secret: &str) -> String {
        // A key block may have a known value in it, which is a placeholder already.
        let secret = self.restore(secret);
        let next = self.secrets.len() + 1;
        if next > MOST && !self.numbers.contains_key(&secret) {
            return "⟨secret⟩".to_owned();
        }
        let number = *self.numbers.entry(secret.clone()).or_insert(next);
        if number == next {
            self.secrets.push(secret);
        }
        format!("{OPEN}{number}{CLOSE}")
    }
}

/// Restores a text that comes in pieces, whatever the pieces cut through.
#[derive(Debug, Default)]
pub(crate) struct Restorer {
    held: String,
}

impl Restorer {
    /// What can be shown after this piece; the beginning of a placeholder is held back.
    pub(crate) fn push(&mut self, piece: &str, gate: &Gate) -> String {
        self.held.push_str(piece);
        let whole = self.held.len() - begun(&self.held);
        let restored = gate.restore(&self.held[..whole]);
        self.held.drain(..whole);
        restored
    }

    /// What was held back, when nothing more comes.
    pub(crate) fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

/// How many bytes at the end of the text may be the beginning of a placeholder.
fn begun(text: &str) -> usize {
    const DIGITS: usize = 6;
    let Some(at) = text.rfind('⟨') else { return 0 };
    let tail = &text[at..];
    let begun = match tail.strip_prefix(OPEN) {
        Some(number) => number.len() <= DIGITS && number.bytes().all(|byte| byte.is_ascii_digit()),
        None => OPEN.starts_with(tail),
    };
    if begun { tail.len() } else { 0 }
}

#[cfg(test)]
mod tests;
