//! What the editor asks the live session: how words go on, what the shell makes of a text.

use std::fs;
use std::path::PathBuf;

use super::completion::{FileNames, choices, locate, target};
use super::readline::{Choice, Completion, Expansion, Kind, Session, Settings};
use super::{Purpose, Surroundings};
use crate::bash::{Candidates, SharedLink};

/// Most candidates that are looked for where the session cannot be asked.
const MOST: usize = 10_000;

/// The session, as far as it can be asked for this line.
#[derive(Debug)]
pub(super) struct Asking {
    /// None while bash reads a line, and can be asked nothing.
    link: Option<SharedLink>,
    directory: PathBuf,
    home: Option<PathBuf>,
    word_breaks: Option<String>,
    /// Whether it should have been asked and could not.
    missed: bool,
}

impl Asking {
    /// For a line that is read for this.
    pub(super) fn new(purpose: Purpose, around: &Surroundings) -> Self {
        Self {
            link: (purpose != Purpose::Bash).then(|| around.link.clone()),
            directory: around.directory.clone(),
            home: around.home.clone(),
            word_breaks: around.word_breaks.clone(),
            missed: false,
        }
    }

    /// Whether something should have been asked and could not.
    pub(super) fn has_missed(&self) -> bool {
        self.missed
    }

    fn path(&self, name: &str) -> PathBuf {
        locate(name, &self.directory, self.home.as_deref())
    }

    /// The files whose names begin so.
    fn files(&self, word: &str) -> Candidates {
        let (head, beginning) = word.split_at(word.rfind('/').map_or(0, |slash| slash + 1));
        let entries = fs::read_dir(self.path(head)).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let words = names.filter(|name| name.starts_with(beginning)).map(|name| format!("{head}{name}"));
        Candidates { options: vec!["filenames".to_owned()], words: words.take(MOST).collect() }
    }
}

impl Session for Asking {
    fn complete(&mut self, line: &str, point: usize, kind: Option<Kind>, settings: &Settings) -> Completion {
        self.missed |= self.link.is_none();
        let target = target(line, point, self.word_breaks.as_deref());
        let word = target.command.words.last().map(String::as_str).unwrap_or_default();
        let candidates = match (&self.link, kind) {
            (None, None | Some(Kind::File)) => self.files(word),
            (None, Some(_)) => Candidates::default(),
            (Some(link), None) => link.lock().complete(&target.command),
            (Some(link), Some(kind)) => {
                link.lock().names_of(action(kind), word.trim_start_matches(sign(kind)))
            }
        };
        let head =
            kind.and_then(|kind| word.strip_prefix(sign(kind)).map(|_| sign(kind))).unwrap_or_default();
        let mut choices = choices(&target, candidates, &FileNames::of(settings), |name| self.path(name));
        for Choice { inserted, .. } in &mut choices {
            inserted.insert_str(0, head);
        }
        Completion { start: target.start, choices }
    }

    fn expand(&mut self, expansion: Expansion, text: &str) -> Option<String> {
        self.missed |= self.link.is_none();
        let name = match expansion {
            Expansion::History => "history",
            Expansion::Tilde => "tilde",
            Expansion::Glob => "glob",
            Expansion::Alias => "alias",
        };
        self.link.as_ref()?.lock().expand(name, text)
    }
}

/// What `compgen` calls them.
fn action(kind: Kind) -> &'static str {
    match kind {
        Kind::Command => "command",
        Kind::File => "file",
        Kind::Variable => "variable",
        Kind::User => "user",
        Kind::Host => "hostname",
    }
}

/// What such a name may have in front of it.
fn sign(kind: Kind) -> &'static str {
    match kind {
        Kind::Variable => "$",
        Kind::User => "~",
        Kind::Host => "@",
        Kind::Command | Kind::File => "\0",
    }
}
