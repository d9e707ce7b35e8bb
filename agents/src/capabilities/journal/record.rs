//! A record as a line: its length and checksum, then JSON. A line that is torn or damaged is seen as such, and the next
//! is found behind it.

use super::Record;
use crate::digest::sha256;

/// Letters of the length and of the checksum.
const LENGTH: usize = 8;
const CHECKSUM: usize = 16;
const HEAD: usize = LENGTH + 1 + CHECKSUM + 1;

/// What was read.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Read {
    pub(super) records: Vec<Record>,
    /// Bytes that are no whole record.
    pub(super) lost: usize,
}

/// The line of a record.
pub(super) fn line(record: &Record) -> Vec<u8> {
    // What is in records is always JSON: texts, numbers, lists.
    let json = serde_json::to_string(record).unwrap_or_default();
    format!("{:08x} {} {json}\n", json.len(), checksum(json.as_bytes())).into_bytes()
}

/// Reads lines.
pub(super) fn read(bytes: &[u8]) -> Read {
    let mut read = Read::default();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match record(line) {
            Some(record) => read.records.push(record),
            None => read.lost += line.len(),
        }
    }
    read
}

fn record(line: &[u8]) -> Option<Record> {
    let line = line.strip_suffix(b"\n")?;
    let (head, json) = line.split_at_checked(HEAD)?;
    let head = str::from_utf8(head).ok()?;
    let [length, sum, ""] = head.split(' ').collect::<Vec<_>>()[..] else { return None };
    let length = usize::from_str_radix(length, 16).ok()?;
    let is_whole = length == json.len() && sum == checksum(json);
    if is_whole { serde_json::from_slice(json).ok() } else { None }
}

fn checksum(bytes: &[u8]) -> String {
    sha256(bytes)[..CHECKSUM].to_owned()
}
