//! What was asked of whom, proposed, decided and run: one line of JSON each in `audit.jsonl`, which all sessions
//! share.
//!
//! A line is written whole, by one write, under a lock on the file; at its limit the file is renamed and begun
//! anew, and who had it open notices. Secrets are replaced before a line is made. A log that cannot be written stops
//! nothing: the backend's log says so.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use agents::sha256;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};

use crate::files;

/// Bytes at which the file is put aside. Two are kept.
const LIMIT: u64 = 4 * 1024 * 1024;

/// The log.
#[derive(Debug)]
pub(crate) struct Audit {
    path: PathBuf,
    limit: u64,
}

/// A line of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// When, in UTC.
    #[serde(default)]
    pub(crate) time: String,
    /// The process of the backend.
    #[serde(default)]
    pub(crate) session: u32,
    /// What happened: `request`, `proposal`, `decision`, `ran`, `look`, `edit`, `undo`.
    pub(crate) event: String,
    /// The command, the file, or whom was asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) what: String,
    /// What it could do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) class: String,
    /// What was decided.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) decision: String,
    /// The rule, or why it was asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) rule: String,
    /// Who decided: `user` or `rule`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) approver: String,
    /// The exit status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<i32>,
    /// The SHA-256 of what was sent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) sha256: String,
    /// The bytes that were sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bytes: Option<usize>,
}

impl Entry {
    /// A line of this kind.
    pub(crate) fn new(event: &str, what: impl Into<String>) -> Self {
        Self { event: event.to_owned(), what: what.into(), ..Self::default() }
    }

    /// A request to a model: what was sent, by its hash and size.
    pub(crate) fn request(provider: &str, model: &str, body: &[u8]) -> Self {
        Self {
            sha256: sha256(body),
            bytes: Some(body.len()),
            ..Self::new("request", format!("{provider} {model}"))
        }
    }

    /// As a person reads it.
    fn shown(&self) -> String {
        let local = self.time.parse::<Timestamp>().map(|time| time.to_zoned(TimeZone::system()));
        let time = local.map_or_else(|_| self.time.clone(), |time| time.strftime("%F %T").to_string());
        let status = self.status.map(|status| format!("status {status}"));
        let bytes = self.bytes.map(|bytes| format!("{bytes} bytes"));
        let hash = self.sha256.get(..12).unwrap_or_default();
        let by = if self.approver.is_empty() { String::new() } else { format!("by {}", self.approver) };
        let parts = [&*self.class, &*self.decision, &*by, &*self.rule, hash];
        let facts = parts.into_iter().map(str::to_owned).chain(status).chain(bytes);
        let facts: Vec<String> = facts.filter(|fact| !fact.is_empty()).collect();
        format!("{time}  {:8}  {}  [{}]", self.event, self.what.replace('\n', "⏎"), facts.join(", "))
    }
}

impl Audit {
    /// The log in this directory.
    pub(crate) fn new(state: &Path) -> Self {
        Self { path: state.join("audit.jsonl"), limit: LIMIT }
    }

    /// Adds a line.
    pub(crate) fn add(&self, entry: Entry) {
        let time = Timestamp::now().round(Unit::Millisecond).unwrap_or_else(|_| Timestamp::now());
        let entry = Entry { time: time.to_string(), session: std::process::id(), ..entry };
        if let Err(error) =
            serde_json::to_vec(&entry).map_err(io::Error::from).and_then(|line| self.write(line))
        {
            tracing::warn!(%error, "the audit log cannot be written");
        }
    }

    /// The last lines, as a person reads them.
    pub(crate) fn last(&self, count: usize) -> io::Result<String> {
        let text = files::read(&self.aside())? + &files::read(&self.path)?;
        let entries: Vec<Entry> =
            text.lines().rev().filter_map(|line| serde_json::from_str(line).ok()).take(count).collect();
        Ok(entries.iter().rev().map(|entry| entry.shown() + "\n").collect())
    }

    fn aside(&self) -> PathBuf {
        self.path.with_file_name("audit.1.jsonl")
    }

    fn write(&self, mut line: Vec<u8>) -> io::Result<()> {
        line.push(b'\n');
        let mut file = self.locked()?;
        let size = file.metadata()?.len();
        if size > 0 && size + u64::try_from(line.len()).unwrap_or(u64::MAX) > self.limit {
            fs::rename(&self.path, self.aside())?;
            file = self.locked()?;
        }
        file.write_all(&line)
    }

    /// The file, locked; not one that another session has just put aside.
    fn locked(&self) -> io::Result<File> {
        if let Some(directory) = self.path.parent() {
            files::make_directory(directory)?;
        }
        loop {
            let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?;
            file.lock()?;
            let own = file.metadata()?;
            match fs::metadata(&self.path) {
                Ok(there) if (there.dev(), there.ino()) == (own.dev(), own.ino()) => return Ok(file),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::thread;

    use super::*;

    #[test]
    fn lines_are_kept_and_read() {
        let directory = tempfile::tempdir().unwrap();
        let audit = Audit::new(&directory.path().join("state"));
        assert_eq!(audit.last(5).unwrap(), "");
        audit.add(Entry::request("openai", "gpt", b"{}"));
        let decision =
            Entry { decision: "run".into(), approver: "user".into(), ..Entry::new("decision", "a\nb") };
        audit.add(Entry { status: Some(2), ..decision });
        let text = audit.last(5).unwrap();
        assert!(text.contains("request   openai gpt  [44136fa355b3, 2 bytes]"), "{text}");
        assert!(text.contains("decision  a⏎b  [run, by user, status 2]"), "{text}");
        assert_eq!(audit.last(1).unwrap().lines().count(), 1);
        assert_eq!(fs::metadata(&audit.path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn sessions_that_write_and_rotate_at_once_lose_and_mix_no_line() {
        const WRITERS: usize = 8;
        const LINES: usize = 50;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("audit.jsonl");
        // Room for about two thirds of all lines, so that the file is put aside exactly once.
        let line = serde_json::to_vec(&Entry::new("ran", "0-00")).unwrap().len() + 60;
        let limit = u64::try_from(line * WRITERS * LINES * 2 / 3).unwrap();
        thread::scope(|scope| {
            for writer in 0..WRITERS {
                let audit = Audit { path: path.clone(), limit };
                scope.spawn(move || {
                    (0..LINES)
                        .for_each(|number| audit.add(Entry::new("ran", format!("{writer}-{number:02}"))));
                });
            }
        });
        let audit = Audit { path, limit };
        assert!(audit.aside().exists());
        let whole = files::read(&audit.aside()).unwrap() + &files::read(&audit.path).unwrap();
        let mut written: Vec<String> =
            whole.lines().map(|line| serde_json::from_str::<Entry>(line).unwrap().what).collect();
        written.sort();
        written.dedup();
        assert_eq!(written.len(), WRITERS * LINES);
    }
}
