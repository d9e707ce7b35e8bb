//! Server-sent events: bytes in any portions to events; no I/O.
//!
//! Lines are split before they are decoded, so a character cut between two reads is whole again. Comments,
//! `id:` and `retry:` mean nothing to us and are skipped.

use thiserror::Error;

/// Bytes that one event may have before the stream counts as broken.
const LARGEST: usize = 8 * 1024 * 1024;

/// An event is larger than any answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an event of more than {LARGEST} bytes")]
pub(super) struct TooLarge;

/// Joins portions of bytes to events.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// Bytes behind the last whole line.
    buffer: Vec<u8>,
    /// How much of `buffer` was searched for a line end already.
    searched: usize,
    /// Whether the last line ended with a carriage return, whose line feed may still come.
    after_return: bool,
    started: bool,
    data: Option<String>,
}

impl Decoder {
    /// Adds bytes as they came and returns the data of the events that became whole.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<String>, TooLarge> {
        let feed = self.after_return && bytes.first() == Some(&b'\n');
        self.after_return &= bytes.is_empty();
        self.buffer.extend_from_slice(&bytes[usize::from(feed)..]);
        let mut events = Vec::new();
        let mut taken = 0;
        while let Some((end, next)) = self.line_end(self.searched.max(taken)) {
            let line = String::from_utf8_lossy(&self.buffer[taken..end]).into_owned();
            taken = next;
            self.line(&line, &mut events);
        }
        self.buffer.drain(..taken);
        self.searched = self.buffer.len();
        let pending = self.buffer.len() + self.data.as_ref().map_or(0, String::len);
        if pending > LARGEST { Err(TooLarge) } else { Ok(events) }
    }

    /// The data of an event whose end is the end of the stream; some servers leave out the empty line.
    pub(super) fn finish(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.buffer);
        let mut events = Vec::new();
        self.line(&String::from_utf8_lossy(&rest), &mut events);
        self.line("", &mut events);
        events.pop()
    }

    /// Where the next line ends and where the one after it begins.
    fn line_end(&mut self, from: usize) -> Option<(usize, usize)> {
        let end = from + self.buffer.get(from..)?.iter().position(|byte| matches!(byte, b'\n' | b'\r'))?;
        match (self.buffer[end], self.buffer.get(end + 1)) {
            (b'\r', Some(b'\n')) => Some((end, end + 2)),
            (b'\r', None) => {
                self.after_return = true;
                Some((end, end + 1))
            }
            _ => Some((end, end + 1)),
        }
    }

    fn line(&mut self, line: &str, events: &mut Vec<String>) {
        let line = if self.started { line } else { line.trim_start_matches('\u{feff}') };
        self.started = true;
        if line.is_empty() {
            events.extend(self.data.take());
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        if field != "data" {
            return;
        }
        let value = value.strip_prefix(' ').unwrap_or(value);
        match &mut self.data {
            Some(data) => {
                data.push('\n');
                data.push_str(value);
            }
            none => *none = Some(value.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(stream: &[u8], portion: usize) -> Vec<String> {
        let mut decoder = Decoder::default();
        let mut events: Vec<String> =
            stream.chunks(portion).flat_map(|bytes| decoder.push(bytes).unwrap()).collect();
        events.extend(decoder.finish());
        events
    }

    #[test]
    fn events_in_portions_of_any_size() {
        let cases: [(&str, &[&str]); 9] = [
            ("data: a\n\ndata: b\n\n", &["a", "b"]),
            ("data: a\r\n\r\ndata:b\r\n\r\n", &["a", "b"]),
            ("data: a\r\rdata: b\r\r", &["a", "b"]),
            ("\u{feff}: comment\n\n: ping\ndata: a\nid: 1\nretry: 5\nevent: x\n\n", &["a"]),
            ("data: one\ndata:  two\ndata\n\n", &["one\n two\n"]),
            ("data: 🌿ü\n\n", &["🌿ü"]),
            ("data: no end", &["no end"]),
            ("data: [DONE]\n", &["[DONE]"]),
            ("\n\n\nevent: x\n\n", &[]),
        ];
        for (stream, expected) in cases {
            for portion in 1..=stream.len() {
                assert_eq!(
                    decode(stream.as_bytes(), portion),
                    expected,
                    "{stream:?} in portions of {portion}"
                );
            }
        }
    }

    #[test]
    fn an_event_without_end_is_refused() {
        let mut decoder = Decoder::default();
        let portion = vec![b'x'; 1024 * 1024];
        let refused = (0..20).find_map(|_| decoder.push(&portion).err());
        assert_eq!(refused, Some(TooLarge));
    }
}
