//! What a scan has learned so far, on disk before it counts: whatever ends the scan, the next goes on from there.
//!
//! Each cluster has one file, named by its server, and a lock beside it, so that one process writes. Each result is
//! appended as a line (`record`) with its length and checksum, and is on disk when [`Journal::append`] returns. A
//! file is replaced only whole, by rename. What cannot be read on opening, the torn end of a last write or damage, is
//! cut out and said; everything else holds. The last line about a kind is the one that counts.

mod lock;
mod record;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Cluster, Kind, Learned};
use lock::Lock;
pub use lock::{Claim, Holder, claim};

/// Lines that say nothing any more, beyond which the file is written anew at the end of a scan.
const STALE: usize = 64;

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// The cluster that the file is about.
    Cluster(Cluster),
    /// A scan began, of so many kinds that are to be asked.
    Began {
        /// How many.
        kinds: usize,
    },
    /// A kind was described.
    Learned(Learned),
    /// A kind could not be described.
    Failed(Failed),
    /// A kind is gone.
    Gone(Kind),
}

/// A kind that could not be described.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failed {
    /// The kind.
    pub kind: Kind,
    /// What this holds for, as [`Learned::key`].
    pub key: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

/// What is known of a kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// Its description.
    Learned(Learned),
    /// Why there is none.
    Failed(Failed),
}

impl Known {
    /// What it holds for.
    pub fn key(&self) -> &str {
        match self {
            Self::Learned(learned) => &learned.key,
            Self::Failed(failed) => &failed.key,
        }
    }

    /// The kind.
    pub fn kind(&self) -> &Kind {
        match self {
            Self::Learned(learned) => &learned.kind,
            Self::Failed(failed) => &failed.kind,
        }
    }
}

/// The journal of one cluster, open and locked.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes that are whole lines.
    length: u64,
    lines: usize,
    cluster: Cluster,
    known: BTreeMap<(String, String), Known>,
    remark: Option<String>,
    _lock: Lock,
}

impl Journal {
    /// Opens the journal that the lock is for, and mends it where that is needed.
    fn open(path: PathBuf, cluster: &Cluster, lock: Lock) -> io::Result<Self> {
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        let read = record::read(&bytes);
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?;
        let mut journal = Self {
            path,
            file,
            length: bytes.len() as u64,
            lines: 0,
            cluster: cluster.clone(),
            known: BTreeMap::new(),
            remark: None,
            _lock: lock,
        };
        read.records.into_iter().for_each(|record| journal.learn(record));
        if read.lost > 0 {
            let (lost, path) = (read.lost, journal.path.display());
            journal.remark = Some(format!("{lost} bytes of {path} made no sense and were cut out"));
            journal.rewrite()?;
        } else if bytes.is_empty() {
            journal.rewrite()?;
        }
        Ok(journal)
    }

    /// What had to be mended.
    pub fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
    }

    /// What is known of a kind.
    pub fn known(&self, kind: &Kind) -> Option<&Known> {
        self.known.get(&name(kind))
    }

    /// All that is known.
    pub fn all(&self) -> impl Iterator<Item = &Known> {
        self.known.values()
    }

    /// Adds records. They are on disk when this returns; where they could not be written, nothing of them is.
    pub fn append(&mut self, records: impl IntoIterator<Item = Record>) -> io::Result<()> {
        let records: Vec<Record> = records.into_iter().collect();
        let lines: Vec<u8> = records.iter().flat_map(record::line).collect();
        if let Err(error) = self.file.write_all(&lines).and_then(|()| self.file.sync_data()) {
            // Half a line would be cut out later; best it is not there.
            let _ = self.file.set_len(self.length);
            return Err(error);
        }
        self.length += lines.len() as u64;
        records.into_iter().for_each(|record| self.learn(record));
        Ok(())
    }

    /// Writes the file anew where much of it says nothing any more.
    pub fn tidy(&mut self) -> io::Result<()> {
        if self.lines > self.known.len() + STALE { self.rewrite() } else { Ok(()) }
    }

    fn learn(&mut self, record: Record) {
        self.lines += 1;
        match record {
            Record::Cluster(_) | Record::Began { .. } => {}
            Record::Learned(learned) => drop(self.known.insert(name(&learned.kind), Known::Learned(learned))),
            Record::Failed(failed) => drop(self.known.insert(name(&failed.kind), Known::Failed(failed))),
            Record::Gone(kind) => drop(self.known.remove(&name(&kind))),
        }
    }

    /// Puts a file with what is known in the place of this one.
    fn rewrite(&mut self) -> io::Result<()> {
        let known = self.known.values().cloned().map(|known| match known {
            Known::Learned(learned) => Record::Learned(learned),
            Known::Failed(failed) => Record::Failed(failed),
        });
        let records = std::iter::once(Record::Cluster(self.cluster.clone())).chain(known);
        let content: Vec<u8> = records.flat_map(|record| record::line(&record)).collect();
        // Always the same name, which the lock keeps for us: what a kill leaves there is written over.
        let new = self.path.with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&content)?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        // The new name, too, is to survive.
        File::open(self.path.parent().unwrap_or(Path::new(".")))?.sync_all()?;
        self.file = OpenOptions::new().append(true).open(&self.path)?;
        (self.length, self.lines) = (content.len() as u64, self.known.len() + 1);
        Ok(())
    }
}

/// Under which a kind is known: another version is the same kind.
fn name(kind: &Kind) -> (String, String) {
    (kind.group.clone(), kind.plural.clone())
}

fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}
