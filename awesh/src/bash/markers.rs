//! Finds bash's own marks in what comes from its terminal: bytes → output and marks. Pure and bounded: at
//! most one mark's length is ever held back.
//!
//! A mark is `ESC ] 7717 ; NONCE ; KIND BEL`, an operating-system command with a number no terminal uses, so
//! that even a mark that escaped would not be drawn. The nonce is this session's own: output that merely
//! looks like a mark is output.

use memchr::memmem::Finder;

/// What bash says in its own output, in order with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// All output of the last command has come; bash serves requests.
    Prompt,
    /// A command runs: what follows is its output.
    Command,
    /// The line is not complete: bash waits for another.
    Continuation,
    /// The same, before bash reads it: a copy of the session serves requests meanwhile.
    Copy,
    /// bash shows its prompt, and the hook was not run before it.
    Unhooked,
}

/// A piece of what came from the terminal.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Bytes for the user's terminal.
    Output(&'a [u8]),
    /// A mark, which the user never sees.
    Mark(Mark),
}

/// The parser; remembers how much of a mark the last bytes were. The default one finds no mark.
#[derive(Debug, Default)]
pub struct MarkParser {
    prefix: Vec<u8>,
    finder: Option<Finder<'static>>,
    /// How many bytes of `prefix` have matched; then the kind; then BEL is due.
    matched: usize,
    kind: Option<u8>,
    /// Bytes that turned out to be no mark.
    released: Vec<u8>,
}

const ESCAPE: u8 = 0x1b;
const BEL: u8 = 0x07;

impl MarkParser {
    /// A parser for the marks that carry `nonce`.
    pub fn new(nonce: &str) -> Self {
        let prefix = prefix(nonce).into_bytes();
        let finder = Some(Finder::new(&prefix).into_owned());
        Self { prefix, finder, ..Self::default() }
    }

    /// Takes the next piece off the front of `input`; `None` when it is used up.
    pub fn next<'a, 'i: 'a>(&'a mut self, input: &mut &'i [u8]) -> Option<Piece<'a>> {
        while let Some(&byte) = input.first() {
            if self.matched == 0 {
                return Some(self.plain(input));
            }
            if let Some(step) = self.step(byte) {
                *input = &input[1..];
                if let Step::Complete(mark) = step {
                    self.reset();
                    return Some(Piece::Mark(mark));
                }
            } else {
                return Some(Piece::Output(self.release()));
            }
        }
        None
    }

    /// What is held back because it could become a mark; none of it is held any more.
    pub fn flush(&mut self) -> &[u8] {
        self.release()
    }

    /// Whether something is held back.
    pub fn holds(&self) -> bool {
        self.matched > 0
    }

    /// Output up to the next mark, or to what may be the beginning of one at the end.
    fn plain<'i>(&mut self, input: &mut &'i [u8]) -> Piece<'i> {
        let found = self.finder.as_ref().and_then(|finder| finder.find(input));
        let (end, matched) = match found {
            Some(at) => (at, self.prefix.len()),
            None => {
                let held = self.held(input);
                (input.len() - held, held)
            }
        };
        let (output, rest) = input.split_at(end);
        self.matched = matched;
        *input = &rest[matched..];
        Piece::Output(output)
    }

    /// How many bytes at the end may be the beginning of a mark.
    fn held(&self, input: &[u8]) -> usize {
        let last = &input[input.len().saturating_sub(self.prefix.len().saturating_sub(1))..];
        let begins = |&at: &usize| self.prefix.starts_with(&last[at..]);
        memchr::memchr_iter(ESCAPE, last).find(begins).map_or(0, |at| last.len() - at)
    }

    fn step(&mut self, byte: u8) -> Option<Step> {
        if let Some(&due) = self.prefix.get(self.matched) {
            (byte == due).then(|| {
                self.matched += 1;
                Step::Further
            })
        } else if let Some(kind) = self.kind {
            (byte == BEL).then(|| mark(kind).map(Step::Complete)).flatten()
        } else {
            mark(byte).map(|_| {
                self.kind = Some(byte);
                Step::Further
            })
        }
    }

    fn release(&mut self) -> &[u8] {
        self.released.clear();
        self.released.extend_from_slice(&self.prefix[..self.matched]);
        self.released.extend(self.kind);
        self.reset();
        &self.released
    }

    fn reset(&mut self) {
        self.matched = 0;
        self.kind = None;
    }
}

enum Step {
    Further,
    Complete(Mark),
}

/// What every mark with this nonce begins with; the hook writes the same.
pub fn prefix(nonce: &str) -> String {
    format!("\x1b]7717;{nonce};")
}

fn mark(kind: u8) -> Option<Mark> {
    match kind {
        b'P' => Some(Mark::Prompt),
        b'C' => Some(Mark::Command),
        b'2' => Some(Mark::Continuation),
        b'S' => Some(Mark::Copy),
        b'U' => Some(Mark::Unhooked),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that came out: output joined, marks in between.
    fn parse(chunks: &[&[u8]]) -> (Vec<u8>, Vec<(usize, Mark)>) {
        let mut parser = MarkParser::new("n0");
        let (mut output, mut marks) = (Vec::new(), Vec::new());
        for chunk in chunks {
            let mut input = *chunk;
            while let Some(piece) = parser.next(&mut input) {
                match piece {
                    Piece::Output(bytes) => output.extend_from_slice(bytes),
                    Piece::Mark(mark) => marks.push((output.len(), mark)),
                }
            }
        }
        output.extend_from_slice(parser.flush());
        (output, marks)
    }

    #[test]
    fn marks_are_found_wherever_the_bytes_are_cut() {
        let bytes = b"a\x1b]0;title\x07\x1b]7717;n0;P\x07b\x1b\x1b]7717;n0;2\x07\x1b[0mc";
        let expected = parse(&[bytes]);
        assert_eq!(expected.0, b"a\x1b]0;title\x07b\x1b\x1b[0mc");
        assert_eq!(expected.1, [(11, Mark::Prompt), (13, Mark::Continuation)]);
        for cut in 0..=bytes.len() {
            assert_eq!(parse(&[&bytes[..cut], &bytes[cut..]]), expected, "cut at {cut}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(parse(&single), expected);
    }

    #[test]
    fn what_only_looks_like_a_mark_is_output() {
        for text in
            ["\x1b]7717;n1;P\x07", "\x1b]7717;n0;X\x07", "\x1b]7717;n0;P\x1b\\", "\x1b]7717;n0;PP", "\x1b"]
        {
            assert_eq!(parse(&[text.as_bytes()]), (text.as_bytes().to_vec(), vec![]), "{text:?}");
        }
    }

    #[test]
    fn nothing_but_a_possible_mark_is_held_back() {
        let mut parser = MarkParser::new("n0");
        let mut input: &[u8] = b"text\x1b]77";
        assert_eq!(parser.next(&mut input), Some(Piece::Output(b"text")));
        assert_eq!(parser.next(&mut input), None);
        assert!(parser.holds());
        assert_eq!(parser.flush(), b"\x1b]77");
        assert!(!parser.holds());
    }
}
