//! What was read, and the stats that say it still holds. An answer is kept together with a stamp of every path
//! it came from, the absent ones included; it is given again only while all of them are as they were. There is
//! no time-to-live: a change made anywhere shows at the next look.
//!
//! A stamp cannot tell two writes within one tick of the file system's clock, so an answer is kept only once
//! everything it came from has been left alone for longer than any such tick ([`SETTLED`]).

use std::collections::VecDeque;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Longer than the coarsest clock of a file system in use (FAT's).
const SETTLED: Duration = Duration::from_secs(2);

/// As many answers as there are directories that one goes to and fro between.
const CAPACITY: usize = 8;

/// What a path looked like.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stamp {
    Absent,
    /// Not even a stat was allowed; the error's number.
    Refused(Option<i32>),
    /// The file and its content, with its times in nanoseconds.
    Content {
        device: u64,
        inode: u64,
        size: u64,
        modified: i128,
        changed: i128,
    },
    /// The file or directory itself, whatever happens inside it.
    Identity {
        device: u64,
        inode: u64,
        owner: u32,
    },
}

/// How closely a path is looked at.
#[derive(Debug, Clone, Copy)]
enum Look {
    Content,
    Identity,
}

/// Takes down what an answer comes from. A path must be noted before it is read: what changes in between is
/// then seen as changed.
#[derive(Debug)]
pub(super) struct Record {
    started: SystemTime,
    certain: bool,
    notes: Vec<(PathBuf, Look, Stamp)>,
}

/// Tells the time; another than the system's in tests.
pub(super) type Clock = fn() -> SystemTime;

impl Record {
    pub(super) fn new(clock: Clock) -> Self {
        Self { started: clock(), certain: true, notes: Vec::with_capacity(32) }
    }

    /// Notes a file whose content matters; tells whether it is there.
    pub(super) fn content(&mut self, path: PathBuf) -> bool {
        self.note(path, Look::Content)
    }

    /// Notes a file or directory that matters only as the one it is; tells whether it is there.
    pub(super) fn identity(&mut self, path: PathBuf) -> bool {
        self.note(path, Look::Identity)
    }

    /// The answer came from somewhere else as well, so the record does not tell whether it holds.
    pub(super) fn doubt(&mut self) {
        self.certain = false;
    }

    fn note(&mut self, path: PathBuf, look: Look) -> bool {
        let stamp = stamp(&path, look);
        let there = !matches!(stamp, Stamp::Absent | Stamp::Refused(_));
        self.notes.push((path, look, stamp));
        there
    }

    /// How many files a hit looks at, with a system call each.
    #[cfg(test)]
    pub(super) fn looks(&self) -> usize {
        self.notes.len()
    }

    fn holds(&self) -> bool {
        self.notes.iter().all(|(path, look, then)| stamp(path, *look) == *then)
    }

    /// Whether all files had been left alone for a while when reading began.
    fn is_settled(&self) -> bool {
        let Ok(started) = self.started.duration_since(UNIX_EPOCH) else { return false };
        let latest = nanoseconds(started.saturating_sub(SETTLED));
        self.certain
            && self.notes.iter().all(|(_, _, stamp)| match stamp {
                Stamp::Content { modified, changed, .. } => *modified.max(changed) < latest,
                Stamp::Absent | Stamp::Refused(_) | Stamp::Identity { .. } => true,
            })
    }
}

fn stamp(path: &Path, look: Look) -> Stamp {
    let meta = match fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) if is_absence(&error) => return Stamp::Absent,
        Err(error) => return Stamp::Refused(error.raw_os_error()),
    };
    let time = |seconds: i64, nanoseconds: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
    match look {
        Look::Content => Stamp::Content {
            device: meta.dev(),
            inode: meta.ino(),
            size: meta.size(),
            modified: time(meta.mtime(), meta.mtime_nsec()),
            changed: time(meta.ctime(), meta.ctime_nsec()),
        },
        Look::Identity => Stamp::Identity { device: meta.dev(), inode: meta.ino(), owner: meta.uid() },
    }
}

/// Whether an error says that there is no such file.
pub(super) fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn nanoseconds(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX)
}

/// The last answers, by question.
pub(super) struct Cache<Question, Answer> {
    entries: VecDeque<(Question, Answer, Record)>,
}

impl<Question: PartialEq, Answer: Clone> Cache<Question, Answer> {
    pub(super) fn new() -> Self {
        Self { entries: VecDeque::with_capacity(CAPACITY) }
    }

    /// The answer, where it still holds.
    pub(super) fn get(&mut self, question: &Question) -> Option<Answer> {
        let at = self.entries.iter().position(|(asked, _, _)| asked == question)?;
        let entry = self.entries.remove(at)?;
        if !entry.2.holds() {
            return None;
        }
        let answer = entry.1.clone();
        self.entries.push_front(entry);
        Some(answer)
    }

    /// Keeps an answer, where its record says for certain whether it still holds.
    pub(super) fn put(&mut self, question: Question, answer: Answer, record: Record) {
        if record.is_settled() {
            self.entries.truncate(CAPACITY - 1);
            self.entries.push_front((question, answer, record));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use tempfile::TempDir;

    use super::*;

    /// A record by that clock.
    fn record(paths: &[&Path], clock: Clock) -> Record {
        let mut record = Record::new(clock);
        for path in paths {
            record.content(path.to_path_buf());
        }
        record
    }

    #[test]
    fn an_answer_holds_until_a_file_changes_comes_or_goes() {
        let directory = TempDir::new().unwrap();
        let (there, absent) = (directory.path().join("there"), directory.path().join("absent"));
        let mut cache = Cache::new();
        let put = |cache: &mut Cache<u8, u8>| {
            fs::write(&there, "one").unwrap();
            let _ = fs::remove_file(&absent);
            cache.put(1, 10, record(&[&there, &absent], || SystemTime::now() + SETTLED * 2));
            assert_eq!(cache.get(&1), Some(10));
        };
        put(&mut cache);
        assert_eq!(cache.get(&2), None);
        fs::write(&there, "more").unwrap();
        assert_eq!(cache.get(&1), None);
        put(&mut cache);
        fs::write(&absent, "").unwrap();
        assert_eq!(cache.get(&1), None);
        put(&mut cache);
        fs::remove_file(directory.path().join("there")).unwrap();
        assert_eq!(cache.get(&1), None);
    }

    #[test]
    fn what_has_just_changed_is_not_kept() {
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("file");
        File::create(&file).unwrap();
        let mut cache = Cache::new();
        cache.put(1, 10, record(&[&file], SystemTime::now));
        assert_eq!(cache.get(&1), None);
    }

    #[test]
    fn a_directory_is_the_same_whatever_happens_inside() {
        let directory = TempDir::new().unwrap();
        let mut record = Record::new(SystemTime::now);
        record.identity(directory.path().to_owned());
        File::create(directory.path().join("file")).unwrap();
        assert!(record.holds());
    }

    #[test]
    fn the_oldest_answer_makes_room() {
        let mut cache = Cache::new();
        for question in 0..=CAPACITY {
            cache.put(question, question, Record::new(SystemTime::now));
        }
        assert_eq!(cache.get(&0), None);
        assert_eq!(cache.get(&CAPACITY), Some(CAPACITY));
    }
}
