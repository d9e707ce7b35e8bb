//! Looking at directories, bounded in entries and time.
//!
//! Symbolic links are not followed and other file systems not entered, so a walk neither loops nor hangs on
//! a mount. What could not be looked at is counted, never guessed.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How far a look may go.
pub(super) struct Bounds<'a> {
    /// Entries looked at.
    pub(super) entries: usize,
    /// Time.
    pub(super) time: Duration,
    /// Whether nobody waits any more.
    pub(super) stop: &'a dyn Fn() -> bool,
}

impl Default for Bounds<'_> {
    fn default() -> Self {
        Self { entries: 500_000, time: Duration::from_secs(3), stop: &|| false }
    }
}

/// What a walk keeps of the files it meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ranking {
    /// The largest.
    Largest,
    /// Those changed last; git's own files are left out, as each look at a repository touches them.
    Newest,
}

/// What was seen.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// The entries to show, first things first.
    pub(super) entries: Vec<Entry>,
    /// How many there were of each kind.
    pub(super) files: usize,
    /// Directories, the one looked at not counted.
    pub(super) directories: usize,
    /// Links, sockets, devices.
    pub(super) others: usize,
    /// The files' sizes together, in bytes.
    pub(super) bytes: u64,
    /// Directories and entries that could not be read.
    pub(super) unreadable: usize,
    /// Directories of other file systems, not entered.
    pub(super) mounts: usize,
    /// Whether a bound ended the walk.
    pub(super) incomplete: bool,
}

/// An entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// Its path from the directory looked at.
    pub(super) path: PathBuf,
    /// What it is.
    pub(super) kind: Kind,
    /// Its size in bytes.
    pub(super) bytes: u64,
    /// When it was changed, in seconds since 1970.
    pub(super) changed: i64,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A directory.
    Directory,
    /// A regular file.
    File,
    /// Anything else.
    Other,
}

/// The entries of the directory itself, directories first, each by name.
pub(super) fn list(directory: &Path, bounds: &Bounds<'_>) -> io::Result<Seen> {
    let mut walk = Walk::new(directory, bounds)?;
    let mut entries = Vec::new();
    walk.directory(Path::new(""), &mut |entry| entries.push(entry))?;
    entries.sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
    Ok(Seen { entries, ..walk.seen })
}

/// The first `count` files below the directory by `ranking`.
pub(super) fn rank(
    directory: &Path,
    ranking: Ranking,
    count: usize,
    bounds: &Bounds<'_>,
) -> io::Result<Seen> {
    let mut walk = Walk::new(directory, bounds)?;
    let mut first = BinaryHeap::with_capacity(count + 1);
    let mut pending = vec![PathBuf::new()];
    while let Some(below) = pending.pop() {
        let looked = walk.directory(&below, &mut |entry| match entry.kind {
            Kind::Directory => pending.push(entry.path),
            Kind::File if ranking == Ranking::Newest && is_of_git(&entry.path) => {}
            Kind::File => keep(&mut first, entry, ranking, count),
            Kind::Other => {}
        });
        match looked {
            Ok(()) => {}
            // The directory asked for must be readable; one below it is counted.
            Err(error) if below.as_os_str().is_empty() => return Err(error),
            Err(_) => walk.seen.unreadable += 1,
        }
        if walk.seen.incomplete {
            break;
        }
    }
    let entries = first.into_sorted_vec().into_iter().map(|Reverse((_, Reverse(entry)))| entry).collect();
    Ok(Seen { entries, ..walk.seen })
}

/// A file with the figure it is ranked by; of equals, the first by path wins.
type Ranked = Reverse<(i128, Reverse<Entry>)>;

fn keep(first: &mut BinaryHeap<Ranked>, entry: Entry, ranking: Ranking, count: usize) {
    let rank = match ranking {
        Ranking::Largest => i128::from(entry.bytes),
        Ranking::Newest => i128::from(entry.changed),
    };
    first.push(Reverse((rank, Reverse(entry))));
    if first.len() > count {
        first.pop();
    }
}

fn is_of_git(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == ".git")
}

struct Walk<'a> {
    root: &'a Path,
    device: u64,
    bounds: &'a Bounds<'a>,
    ends: Instant,
    looked: usize,
    seen: Seen,
}

impl<'a> Walk<'a> {
    fn new(root: &'a Path, bounds: &'a Bounds<'a>) -> io::Result<Self> {
        let device = fs::metadata(root)?.dev();
        Ok(Self {
            root,
            device,
            bounds,
            ends: Instant::now() + bounds.time,
            looked: 0,
            seen: Seen::default(),
        })
    }

    /// Looks at one directory, given from the root, and counts what it holds.
    fn directory(&mut self, below: &Path, met: &mut dyn FnMut(Entry)) -> io::Result<()> {
        for entry in fs::read_dir(self.root.join(below))? {
            if self.looked >= self.bounds.entries || Instant::now() >= self.ends || (self.bounds.stop)() {
                self.seen.incomplete = true;
                return Ok(());
            }
            self.looked += 1;
            match entry.and_then(|entry| Ok((entry.metadata()?, entry))) {
                Ok((metadata, entry)) => self.count(below, &entry, &metadata, met),
                // It may also be gone since the directory was read.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(_) => self.seen.unreadable += 1,
            }
        }
        Ok(())
    }

    fn count(&mut self, below: &Path, entry: &DirEntry, metadata: &Metadata, met: &mut dyn FnMut(Entry)) {
        let kind = if metadata.is_dir() {
            self.seen.directories += 1;
            Kind::Directory
        } else if metadata.is_file() {
            self.seen.files += 1;
            self.seen.bytes = self.seen.bytes.saturating_add(metadata.len());
            Kind::File
        } else {
            self.seen.others += 1;
            Kind::Other
        };
        if kind == Kind::Directory && metadata.dev() != self.device {
            self.seen.mounts += 1;
            return;
        }
        met(Entry {
            path: below.join(entry.file_name()),
            kind,
            bytes: metadata.len(),
            changed: metadata.mtime(),
        });
    }
}
