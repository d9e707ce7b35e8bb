//! Wording what was seen of a directory.

use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::phrases::Asked;
use super::walk::{Entry, Kind, Seen};
use crate::words::{age, code, printable};

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Report {
    /// The sentence before the table.
    pub(super) text: String,
    /// Headings and rows.
    pub(super) table: Option<(&'static [&'static str], Vec<Vec<String>>)>,
    /// What the reader must know about the figures.
    pub(super) notes: Vec<String>,
}

/// How many entries of a directory are shown.
const ENTRIES: usize = 60;

/// Words what was seen, or why nothing was.
pub(super) fn report(asked: Asked, directory: &Path, seen: io::Result<Seen>) -> Report {
    let place = code(&directory.to_string_lossy());
    match seen {
        Ok(seen) => report_seen(asked, &place, &seen),
        Err(error) => {
            Report { text: format!("{place} could not be read: {error}.\n"), table: None, notes: vec![] }
        }
    }
}

fn report_seen(asked: Asked, place: &str, seen: &Seen) -> Report {
    let total = size(seen.bytes);
    let what = counts(seen);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let mut notes = notes(seen);
    let text = match asked {
        Asked::Here => format!("{place} holds {what} ({total} in files of its own):\n"),
        Asked::Largest(_) => format!("The largest of {what} below {place} ({total} together):\n"),
        Asked::Newest(_) => format!("The newest of {what} below {place}, without git's own:\n"),
        Asked::HowMany => format!("Below {place}: {what} ({total} together).\n"),
        Asked::HowBig => format!("The files below {place} are {total} together: {what}.\n"),
    };
    if asked == Asked::Here && seen.entries.len() > ENTRIES {
        notes.push(format!("{} more entries not shown.\n", seen.entries.len() - ENTRIES));
    }
    let rows: Vec<_> = seen.entries.iter().take(shown(asked)).map(|entry| row(entry, now)).collect();
    let table = (!rows.is_empty()).then_some((["name", "size", "changed"].as_slice(), rows));
    Report { text, table, notes }
}

fn shown(asked: Asked) -> usize {
    match asked {
        Asked::Here => ENTRIES,
        Asked::Largest(count) | Asked::Newest(count) => count,
        Asked::HowMany | Asked::HowBig => 0,
    }
}

fn row(entry: &Entry, now: i64) -> Vec<String> {
    let name = printable(&entry.path.to_string_lossy());
    let (name, size) = match entry.kind {
        Kind::Directory => (format!("{name}/"), String::new()),
        Kind::File => (name, size(entry.bytes)),
        Kind::Other => (name, "special".to_owned()),
    };
    vec![name, size, age(now.saturating_sub(entry.changed))]
}

fn counts(seen: &Seen) -> String {
    let mut parts =
        vec![count(seen.files, "file", "files"), count(seen.directories, "directory", "directories")];
    if seen.others > 0 {
        parts.push(count(seen.others, "link or special file", "links and special files"));
    }
    match parts.pop() {
        Some(last) => format!("{} and {last}", parts.join(", ")),
        None => String::new(),
    }
}

fn notes(seen: &Seen) -> Vec<String> {
    let mut notes = Vec::new();
    if seen.incomplete {
        notes.push("This is a part: the look was ended at its limit of entries or time.\n".to_owned());
    }
    if seen.unreadable > 0 {
        notes.push(format!("{} could not be read.\n", count(seen.unreadable, "entry", "entries")));
    }
    if seen.mounts > 0 {
        let mounts = count(seen.mounts, "directory", "directories");
        notes.push(format!("{mounts} of other file systems not entered.\n"));
    }
    notes
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A size in the unit that fits, as `ls -h` rounds: up.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    const STEP: u64 = 1024;
    if bytes < STEP {
        return format!("{bytes} B");
    }
    let mut unit = STEP;
    let mut names = UNITS.iter();
    let mut name = names.next();
    while bytes / unit >= STEP {
        unit *= STEP;
        name = names.next();
    }
    let tenths = (u128::from(bytes) * 10).div_ceil(u128::from(unit));
    format!("{}.{} {}", tenths / 10, tenths % 10, name.copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_rounded_up_in_the_unit_that_fits() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1025, "1.1 KiB"),
            (1024 * 1024, "1.0 MiB"),
            (u64::MAX, "16.0 EiB"),
        ];
        for (bytes, words) in cases {
            assert_eq!(size(bytes), words);
        }
    }
}
