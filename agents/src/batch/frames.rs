//! What the driver writes, read: data of commands as it comes, and frames between.
//!
//! A frame is a line that begins with the batch's mark, 128 random bits that no command ever gets to see, and one
//! that ends data says how many bytes it ends. It is believed only where exactly so many came since the one before;
//! anything else that looks like a frame is data. What comes before the first frame is what the host's start-up
//! files print, and is set aside.

use std::time::Duration;

use memchr::memmem::Finder;

/// The longest line of a frame.
const LONGEST: usize = 160;

/// What is kept of what comes before the first frame.
const NOISE: usize = 2048;

/// What a stream says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// The driver runs.
    Begun,
    /// A command starts.
    Started(usize),
    /// A part of the running command's output.
    Data(Vec<u8>),
    /// A command ended; on stdout with its status and, where the host can tell, how long it ran.
    Ended { number: usize, status: Option<u8>, took: Option<Duration> },
    /// The driver has ended in order: no other command will start.
    Over,
}

/// Reads one stream.
pub(super) struct Frames {
    mark: Finder<'static>,
    has_begun: bool,
    /// What cannot be told yet.
    rest: Vec<u8>,
    /// Bytes of data since the last frame.
    count: u64,
    noise: Vec<u8>,
}

impl Frames {
    /// Of the batch with this mark.
    pub(super) fn new(mark: &str) -> Self {
        let mark = Finder::new(mark.as_bytes()).into_owned();
        Self { mark, has_begun: false, rest: Vec::new(), count: 0, noise: Vec::new() }
    }

    /// What came before the first frame.
    pub(super) fn noise(&self) -> String {
        String::from_utf8_lossy(&self.noise).trim().to_owned()
    }

    /// Takes what came, and tells what it says.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Piece> {
        self.rest.extend_from_slice(bytes);
        let rest = std::mem::take(&mut self.rest);
        let (mut pieces, mut from, mut search) = (Vec::new(), 0, 0);
        while let Some(at) = self.mark.find(&rest[search..]).map(|at| search + at) {
            let line = &rest[at + self.mark.needle().len()..];
            let line = &line[..line.len().min(LONGEST)];
            let Some(length) = line.iter().position(|byte| *byte == b'\n') else {
                if line.len() == LONGEST {
                    search = at + 1;
                    continue;
                }
                self.data(&rest[from..at], &mut pieces);
                self.rest = rest[at..].to_vec();
                return pieces;
            };
            let before = self.count + u64::try_from(at - from).unwrap_or(u64::MAX);
            match frame(&line[..length], before) {
                Some(piece) => {
                    self.data(&rest[from..at], &mut pieces);
                    (self.has_begun, self.count) = (true, 0);
                    pieces.push(piece);
                    from = at + self.mark.needle().len() + length + 1;
                    search = from;
                }
                None => search = at + 1,
            }
        }
        let held = self.held(&rest[search.max(from)..]);
        self.data(&rest[from..rest.len() - held], &mut pieces);
        self.rest = rest[rest.len() - held..].to_vec();
        pieces
    }

    /// What is left when the stream ends is data after all.
    pub(super) fn finish(&mut self) -> Option<Piece> {
        let (rest, mut pieces) = (std::mem::take(&mut self.rest), Vec::new());
        self.data(&rest, &mut pieces);
        pieces.pop()
    }

    fn data(&mut self, bytes: &[u8], pieces: &mut Vec<Piece>) {
        if bytes.is_empty() {
            return;
        }
        if self.has_begun {
            self.count += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            pieces.push(Piece::Data(bytes.to_vec()));
        } else {
            let room = NOISE.saturating_sub(self.noise.len()).min(bytes.len());
            self.noise.extend_from_slice(&bytes[..room]);
        }
    }

    /// How many of the last bytes may be the beginning of a mark.
    fn held(&self, bytes: &[u8]) -> usize {
        let mark = self.mark.needle();
        let longest = bytes.len().min(mark.len() - 1);
        (1..=longest).rev().find(|length| bytes.ends_with(&mark[..*length])).unwrap_or(0)
    }
}

/// The frame of a line that comes after so many bytes of data.
fn frame(line: &[u8], before: u64) -> Option<Piece> {
    let words: Vec<&str> = std::str::from_utf8(line).ok()?.split_ascii_whitespace().collect();
    let counted = |count: &str| count == "-" || count.parse() == Ok(before);
    match words[..] {
        ["b"] => Some(Piece::Begun),
        ["z"] if before == 0 => Some(Piece::Over),
        ["s", number] if before == 0 => Some(Piece::Started(number.parse().ok()?)),
        ["x", number, count] if counted(count) => {
            Some(Piece::Ended { number: number.parse().ok()?, status: None, took: None })
        }
        ["x", number, count, status, began, ended] if counted(count) => Some(Piece::Ended {
            number: number.parse().ok()?,
            status: Some(status.parse().ok()?),
            took: took(began, ended),
        }),
        _ => None,
    }
}

/// The time between two readings of the host's clock, in seconds.
fn took(began: &str, ended: &str) -> Option<Duration> {
    let (began, ended): (f64, f64) = (began.parse().ok()?, ended.parse().ok()?);
    Duration::try_from_secs_f64(ended - began).ok()
}

#[cfg(test)]
mod tests;
