//! The gate: what leaves the machine passes here first, and what comes back passes here again.
//!
//! Secrets are replaced by placeholders such as `⟨secret-1⟩`, the same for the same secret as long as the shell
//! lives, so that a model can still speak of them; hosts, clusters, namespaces and pods likewise, where the user
//! wants it (`pseudonyms`). In what it says and proposes they are put back, locally, also
//! where a placeholder comes in pieces ([`Restorer`]). What counts as a secret: the values of variables named
//! like one, the API key, what lies in files of credentials ([`credentials`]), the values of Secrets seen in the
//! session (`secret_objects`), and what has a secret's form or stands where one does (`patterns`).
//!
//! No pattern finds every secret: the user's own say on what is attached comes first. What is too long is cut
//! here too, by [`caps`].

pub(crate) mod caps;
pub(crate) mod credentials;
mod names;
mod patterns;
mod pseudonyms;
mod secret_objects;
mod settings;
mod values;

use std::collections::HashMap;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use patterns::{FORMS, Form};
pub(crate) use pseudonyms::Kind;
use pseudonyms::Names;

const OPEN: char = '⟨';
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
    /// What placeholders stand for, by their numbers, from 1.
    hidden: HashMap<Kind, Vec<String>>,
    numbers: HashMap<(Kind, String), usize>,
    /// Names that go under others; none where the user does not want it.
    names: Option<Names>,
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
        let is_known = self.known.iter().any(|known| known == value);
        // What is within a placeholder is not to be looked for.
        let is_ours = Kind::ALL.iter().any(|kind| kind.is_numbered(value));
        if value.len() < SHORTEST || is_known || is_ours {
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

    /// Takes note of what a command printed that takes a Secret apart.
    pub(crate) fn know_output(&mut self, command: &str, output: &str) {
        if secret_objects::takes_apart(command) {
            self.know(output);
            output.lines().flat_map(str::split_whitespace).for_each(|word| self.know(word));
        }
    }

    /// Whether names go under others from now on.
    pub(crate) fn hide_names(&mut self, hidden: bool) {
        match hidden {
            true => drop(self.names.get_or_insert_default()),
            false => self.names = None,
        }
    }

    /// Takes note of a name that goes under another, where names do.
    pub(crate) fn know_name(&mut self, kind: Kind, name: &str) {
        if let Some(names) = &mut self.names {
            names.add(kind, name);
        }
    }

    /// The text with each secret, and each name to be hidden, replaced by its placeholder.
    pub(crate) fn redact(&mut self, text: &str) -> String {
        let mut text = self.without_secret_objects(text);
        text = self.without_known(text);
        let lower = text.to_ascii_lowercase();
        let mut found = Vec::new();
        for form in FORMS.iter().filter(|form| form.may_be_in(&lower)) {
            text = self.replace(form, text, &mut found);
        }
        // Where it stands was telling here; elsewhere it may stand as any word does.
        found.iter().filter(|secret| values::tells_itself(secret)).for_each(|secret| self.know(secret));
        if !found.is_empty() {
            text = self.without_known(text);
        }
        self.without_names(text)
    }

    fn without_known(&mut self, mut text: String) -> String {
        for known in std::mem::take(&mut self.known) {
            if text.contains(&known) {
                text = text.replace(&known, &self.placeholder(Kind::Secret, &known));
            }
            self.known.push(known);
        }
        text
    }

    /// The text without the values of Secrets, which are known from then on, as they stand and decoded.
    fn without_secret_objects(&mut self, text: &str) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut done = 0;
        for value in secret_objects::values(text) {
            replaced.push_str(&text[done..value.start]);
            let found = &text[value.clone()];
            replaced.push_str(&self.placeholder(Kind::Secret, found));
            self.know(found);
            let decoded = decode(found).unwrap_or_default();
            self.know(&decoded);
            decoded.lines().for_each(|line| self.know(line));
            done = value.end;
        }
        replaced.push_str(&text[done..]);
        replaced
    }

    fn without_names(&mut self, text: String) -> String {
        let Some(mut names) = self.names.take() else { return text };
        names.learn(&text);
        let mut text = text;
        for (kind, name) in names.longest_first() {
            text = pseudonyms::replace(&text, name, || self.placeholder(*kind, name));
        }
        self.names = Some(names);
        text
    }

    /// The text with each placeholder replaced by its secret.
    pub(crate) fn restore(&self, text: &str) -> String {
        let mut restored = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(OPEN) {
            let (before, from) = rest.split_at(at);
            restored.push_str(before);
            let (hidden, length) = self.at_start(from).unwrap_or((&from[..OPEN.len_utf8()], OPEN.len_utf8()));
            restored.push_str(hidden);
            rest = &from[length..];
        }
        restored.push_str(rest);
        restored
    }

    /// What the placeholder that the text starts with stands for, and the placeholder's length.
    fn at_start(&self, text: &str) -> Option<(&str, usize)> {
        let (placeholder, _) = text.strip_prefix(OPEN)?.split_once(CLOSE)?;
        let (kind, number) = placeholder.split_once('-')?;
        let hidden = self.hidden.get(&Kind::named(kind)?)?;
        let found = hidden.get(number.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some((found, OPEN.len_utf8() + placeholder.len() + CLOSE.len_utf8()))
    }

    fn replace(&mut self, form: &Form, text: String, found: &mut Vec<String>) -> String {
        let Some(mut secret) = form.find(&text, 0) else { return text };
        let mut replaced = String::with_capacity(text.len());
        let mut done = 0;
        loop {
            replaced.push_str(&text[done..secret.start]);
            replaced.push_str(&self.placeholder(Kind::Secret, &text[secret.clone()]));
            found.push(self.restore(&text[secret.clone()]));
            done = secret.end;
            let Some(next) = form.find(&text, done) else { break };
            secret = next;
        }
        replaced.push_str(&text[done..]);
        replaced
    }

    fn placeholder(&mut self, kind: Kind, text: &str) -> String {
        // A key block may have a known value in it, which is a placeholder already.
        let text = self.restore(text);
        let hidden = self.hidden.entry(kind).or_default();
        let next = hidden.len() + 1;
        let known = (kind, text);
        if next > MOST && !self.numbers.contains_key(&known) {
            return format!("{OPEN}{}{CLOSE}", kind.name());
        }
        if let Some(number) = self.numbers.get(&known) {
            return format!("{OPEN}{}-{number}{CLOSE}", kind.name());
        }
        hidden.push(known.1.clone());
        self.numbers.insert(known, next);
        format!("{OPEN}{}-{next}{CLOSE}", kind.name())
    }
}

/// The text that is encoded in Base64, as Kubernetes and docker write it, if it is one.
fn decode(text: &str) -> Option<String> {
    const PADDING: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(&STANDARD, PADDING).decode(text).ok()?;
    String::from_utf8(bytes).ok()
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
    let Some(at) = text.rfind(OPEN) else { return 0 };
    let tail = &text[at + OPEN.len_utf8()..];
    let begun = match tail.split_once('-') {
        Some((kind, number)) => {
            Kind::named(kind).is_some()
                && number.len() <= DIGITS
                && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        None => Kind::ALL.iter().any(|kind| kind.name().starts_with(tail)),
    };
    if begun { text.len() - at } else { 0 }
}

#[cfg(test)]
mod tests;
