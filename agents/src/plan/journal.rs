//! What a run has done, kept so that another can go on where it ended, however it ended.
//!
//! One line is added for each thing that happens, and is on the disk before anything follows from it: that a step
//! begins before it begins, that it ended before what needs it begins. A line is a checksum and JSON. A last line
//! that is not whole was being written when the machine went down, and is dropped; any other that is damaged makes
//! the journal worthless. The file is locked by the run that writes it, and removed when all of the plan is done.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::outcome::{Fate, Outcome};
use crate::digest::sha256;

/// The characters of a checksum.
const CHECKSUM: usize = 16;

/// How the files' names end.
const ENDING: &str = "journal";

/// What a run is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The plan's file.
    pub plan: PathBuf,
    /// The hash of what it said.
    pub hash: String,
    /// The environments, by name.
    pub environments: Vec<String>,
    /// Variables that were set for this run.
    pub vars: Vec<(String, String)>,
    /// When, in seconds since 1970.
    pub at: i64,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Entry {
    Begun(Begun),
    Started {
        step: String,
    },
    Ended {
        step: String,
        #[serde(flatten)]
        outcome: Outcome,
    },
}

/// What the run before did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// What it was of.
    pub begun: Begun,
    /// The steps that are done.
    pub done: BTreeMap<String, Outcome>,
    /// The steps that had begun, of which no end is known.
    pub unknown: Vec<String>,
}

/// Why a journal cannot be used.
#[derive(Debug, Error)]
pub enum Trouble {
    /// Another run of the plan is under way.
    #[error("another run of this plan is under way")]
    Running,
    /// It was changed by something else.
    #[error("{path}: line {line} is damaged, so what was done cannot be told")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
    },
    /// It cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// What keeps account of a run.
pub trait Ledger: Send {
    /// A step begins.
    ///
    /// # Errors
    ///
    /// If this cannot be kept: then it must not begin.
    fn started(&mut self, step: &str) -> io::Result<()>;

    /// A step ended.
    ///
    /// # Errors
    ///
    /// If this cannot be kept.
    fn ended(&mut self, step: &str, outcome: &Outcome) -> io::Result<()>;
}

/// The journal of a run, which is locked while this is there.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens the journal of a plan; what the run before did, if there was one that did not end well.
    ///
    /// # Errors
    ///
    /// If it cannot be used.
    pub fn open(directory: &Path, plan: &Path) -> Result<(Self, Result<Option<Past>, Trouble>), Trouble> {
        let path = path(directory, plan);
        let io = |source| Trouble::Io { path: path.clone(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(io)?;
        let file = locked(&path).map_err(|error| match error {
            TryLockError::WouldBlock => Trouble::Running,
            TryLockError::Error(source) => Trouble::Io { path: path.clone(), source },
        })?;
        // That there is a file has to last as long as what is in it.
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(io)?;
        let mut journal = Self { path: path.clone(), file };
        let past = journal.read();
        Ok((journal, past))
    }

    /// The plans whose last run did not end well, the latest first.
    pub fn unfinished(directory: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
        let journals = entries.filter(|path| path.extension().is_some_and(|ending| ending == ENDING));
        let begun = |path: PathBuf| {
            let text = fs::read_to_string(path).ok()?;
            match entry(text.lines().next()?)? {
                Entry::Begun(begun) => Some(begun),
                _ => None,
            }
        };
        let mut all: Vec<Begun> = journals.filter_map(begun).collect();
        all.sort_by_key(|begun| std::cmp::Reverse(begun.at));
        all.into_iter().map(|begun| begun.plan).collect()
    }

    /// Forgets the run before and begins a new one.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn begin(&mut self, begun: &Begun) -> io::Result<()> {
        self.file.set_len(0)?;
        self.add(&Entry::Begun(begun.clone()))
    }

    /// Removes it: all is done.
    ///
    /// # Errors
    ///
    /// If it cannot be removed.
    pub fn remove(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }

    /// Reads what there is, and drops a last line that was never whole.
    fn read(&mut self) -> Result<Option<Past>, Trouble> {
        let io = |path: &Path, source| Trouble::Io { path: path.to_owned(), source };
        let mut bytes = Vec::new();
        self.file
            .rewind()
            .and_then(|()| self.file.read_to_end(&mut bytes))
            .map_err(|error| io(&self.path, error))?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let text = String::from_utf8_lossy(&bytes[..whole]);
        let mut entries = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            entries.push(entry(line).ok_or(Trouble::Damaged { path: self.path.clone(), line: number })?);
        }
        let length = u64::try_from(whole).unwrap_or(u64::MAX);
        self.file.set_len(length).map_err(|error| io(&self.path, error))?;
        past(entries).map_err(|line| Trouble::Damaged { path: self.path.clone(), line })
    }

    fn add(&mut self, entry: &Entry) -> io::Result<()> {
        let json = serde_json::to_string(entry)?;
        // One write: what is cut off by a crash is the end of the line.
        self.file.write_all(format!("{} {json}\n", checksum(&json)).as_bytes())?;
        self.file.sync_data()
    }
}

impl Ledger for Journal {
    fn started(&mut self, step: &str) -> io::Result<()> {
        self.add(&Entry::Started { step: step.to_owned() })
    }

    fn ended(&mut self, step: &str, outcome: &Outcome) -> io::Result<()> {
        self.add(&Entry::Ended { step: step.to_owned(), outcome: outcome.clone() })
    }
}

/// The hash of a plan and of what it is run with.
pub fn hash(text: &str) -> String {
    sha256(text)
}

fn checksum(json: &str) -> String {
    hash(json)[..CHECKSUM].to_owned()
}

/// Where the journal of a plan is: named after it, and told from others of that name.
fn path(directory: &Path, plan: &Path) -> PathBuf {
    let of_path = &hash(&plan.to_string_lossy())[..CHECKSUM];
    let stem = plan.file_stem().unwrap_or_default().to_string_lossy();
    directory.join(format!("{stem}-{of_path}.{ENDING}"))
}

/// The file, locked; not one that another run has just removed.
fn locked(path: &Path) -> Result<File, TryLockError> {
    loop {
        let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path);
        let file = file.map_err(TryLockError::Error)?;
        file.try_lock()?;
        let own = file.metadata().map_err(TryLockError::Error)?;
        match fs::metadata(path) {
            Ok(there) if (there.dev(), there.ino()) == (own.dev(), own.ino()) => return Ok(file),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(TryLockError::Error(error)),
            _ => {}
        }
    }
}

fn entry(line: &str) -> Option<Entry> {
    let (sum, json) = line.split_once(' ')?;
    (sum == checksum(json)).then(|| serde_json::from_str(json).ok())?
}

/// What the entries come to; the line that has no sense.
fn past(entries: Vec<Entry>) -> Result<Option<Past>, usize> {
    let mut entries = entries.into_iter();
    let begun = match entries.next() {
        None => return Ok(None),
        Some(Entry::Begun(begun)) => begun,
        Some(_) => return Err(1),
    };
    let mut past = Past { begun, done: BTreeMap::new(), unknown: Vec::new() };
    for (entry, number) in entries.zip(2..) {
        match entry {
            Entry::Begun(_) => return Err(number),
            Entry::Started { step } => {
                past.done.remove(&step);
                past.unknown.push(step);
            }
            Entry::Ended { step, outcome } => {
                if outcome.fate != Fate::Interrupted {
                    past.unknown.retain(|other| *other != step);
                }
                if outcome.fate == Fate::Succeeded {
                    past.done.insert(step, outcome);
                }
            }
        }
    }
    past.unknown.dedup();
    Ok(Some(past))
}

#[cfg(test)]
pub(super) mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// Opens a journal. A process that another test is just starting may hold its lock a moment longer.
    pub(in crate::plan) fn open_soon(
        directory: &Path,
        plan: &Path,
    ) -> (Journal, Result<Option<Past>, Trouble>) {
        loop {
            match Journal::open(directory, plan) {
                Err(Trouble::Running) => thread::yield_now(),
                opened => return opened.unwrap(),
            }
        }
    }

    fn begun() -> Begun {
        let environments = vec!["a".to_owned()];
        Begun { plan: "/p/deploy.yaml".into(), hash: "h".into(), environments, vars: Vec::new(), at: 7 }
    }

    fn outcome(fate: Fate) -> Outcome {
        Outcome { fate, took: Duration::from_millis(1500), attempts: 2, outputs: Vec::new() }
    }

    fn open(directory: &Path) -> (Journal, Result<Option<Past>, Trouble>) {
        open_soon(directory, &begun().plan)
    }

    /// A journal in which one step is done, one failed and one is under way.
    fn filled(directory: &Path) -> PathBuf {
        let (mut journal, past) = open(directory);
        assert_eq!(past.unwrap(), None);
        journal.begin(&begun()).unwrap();
        for step in ["one", "two", "three"] {
            journal.started(step).unwrap();
        }
        journal.ended("one", &outcome(Fate::Succeeded)).unwrap();
        journal.ended("two", &outcome(Fate::Failed("exit status 1".to_owned()))).unwrap();
        journal.path
    }

    #[test]
    fn what_was_done_is_known_to_the_next_run() {
        let directory = tempfile::tempdir().unwrap();
        let path = filled(&directory.path().join("plans"));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let (journal, past) = open(path.parent().unwrap());
        let past = past.unwrap().unwrap();
        assert_eq!(past.begun, begun());
        assert_eq!(past.done, [("one".to_owned(), outcome(Fate::Succeeded))].into());
        assert_eq!(past.unknown, ["three"]);
        assert!(matches!(Journal::open(path.parent().unwrap(), &begun().plan), Err(Trouble::Running)));
        assert_eq!(Journal::unfinished(path.parent().unwrap()), [begun().plan]);
        journal.remove().unwrap();
        assert_eq!(open(path.parent().unwrap()).1.unwrap(), None);
    }

    #[test]
    fn a_line_cut_off_anywhere_costs_that_line_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = filled(directory.path());
        let bytes = fs::read(&path).unwrap();
        let starts: Vec<usize> = (0..bytes.len()).filter(|at| *at == 0 || bytes[at - 1] == b'\n').collect();
        let last = *starts.last().unwrap();
        for length in last..bytes.len() {
            fs::write(&path, &bytes[..length]).unwrap();
            let past = open(directory.path()).1.unwrap().unwrap();
            assert_eq!(
                (past.done.len(), past.unknown.as_slice()),
                (1, &["two".to_owned(), "three".to_owned()][..])
            );
            // What follows begins on a line of its own.
            let (mut journal, _) = open(directory.path());
            journal.ended("three", &outcome(Fate::Succeeded)).unwrap();
            drop(journal);
            assert_eq!(open(directory.path()).1.unwrap().unwrap().done.len(), 2);
        }
    }

    #[test]
    fn damage_anywhere_else_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = filled(directory.path());
        let bytes = fs::read(&path).unwrap();
        let newline = bytes.iter().position(|byte| *byte == b'\n').unwrap();
        for at in [0, 20, newline + 30] {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            fs::write(&path, &damaged).unwrap();
            let (mut journal, past) = open(directory.path());
            assert!(matches!(past, Err(Trouble::Damaged { .. })), "{at}: {past:?}");
            // From the start it can be used again.
            journal.begin(&begun()).unwrap();
            drop(journal);
            assert_eq!(open(directory.path()).1.unwrap().unwrap().done.len(), 0);
        }
    }
}
