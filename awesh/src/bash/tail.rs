//! The end of what a command printed, kept as context for a question. Bounded: the beginning is forgotten.

use std::collections::VecDeque;

/// How much is kept, in bytes.
const CAPACITY: usize = 16 * 1024;

/// So much of it is looked at for the end of its last line.
const LAST_LINE: usize = 256;

/// The last bytes of a command's output.
#[derive(Debug, Default)]
pub struct Tail {
    bytes: VecDeque<u8>,
    cut: bool,
}

impl Tail {
    /// Forgets everything: a new command begins.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.cut = false;
    }

    /// Adds output.
    pub fn push(&mut self, output: &[u8]) {
        let kept = &output[output.len().saturating_sub(CAPACITY)..];
        let excess = (self.bytes.len() + kept.len()).saturating_sub(CAPACITY);
        self.cut |= excess > 0 || kept.len() < output.len();
        self.bytes.drain(..excess);
        self.bytes.extend(kept);
    }

    /// Whether nothing was printed, or the last thing seen of it is the end of a line.
    pub fn ends_line(&self) -> bool {
        let end: Vec<u8> =
            self.bytes.iter().skip(self.bytes.len().saturating_sub(LAST_LINE)).copied().collect();
        let plain = plain_text(&String::from_utf8_lossy(&end));
        plain.is_empty() || plain.ends_with('\n')
    }

    /// The output as a reader sees it: escape sequences removed, lines as they were last written, whole lines
    /// only where the beginning was forgotten.
    pub fn text(&self) -> String {
        let bytes: Vec<u8> = self.bytes.iter().copied().collect();
        let plain = plain_text(&String::from_utf8_lossy(&bytes));
        match plain.split_once('\n') {
            Some((_, rest)) if self.cut => format!("…\n{rest}"),
            _ => plain,
        }
    }
}

/// Removes escape sequences and control characters; of a line that was written over with a carriage return,
/// the last form stays.
fn plain_text(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut line_start = 0;
    let mut returned = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\x1b' => skip_escape(&mut characters),
            '\n' => {
                plain.push('\n');
                line_start = plain.len();
                returned = false;
            }
            '\r' => returned = true,
            '\x08' if plain.len() > line_start => drop(plain.pop()),
            control if control.is_control() && control != '\t' => {}
            other => {
                // Written over only now: a carriage return before a line's end removes nothing.
                if std::mem::take(&mut returned) {
                    plain.truncate(line_start);
                }
                plain.push(other);
            }
        }
    }
    plain
}

/// Skips the rest of an escape sequence (ECMA-48: CSI to its final byte, strings to BEL or ST).
fn skip_escape(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match characters.next() {
        Some('[') => while characters.next().is_some_and(|c| !('\x40'..='\x7e').contains(&c)) {},
        Some(']' | 'P' | 'X' | '^' | '_') => {
            while let Some(character) = characters.next() {
                if character == '\x07' || (character == '\x1b' && characters.next_if_eq(&'\\').is_some()) {
                    break;
                }
            }
        }
        Some(' '..='/') => drop(characters.next()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(output: &str) -> String {
        let mut tail = Tail::default();
        tail.push(output.as_bytes());
        tail.text()
    }

    #[test]
    fn text_is_what_a_reader_sees() {
        for (output, seen) in [
            ("plain\r\nlines\r\n", "plain\nlines\n"),
            ("\x1b[1;31mred\x1b[0m\x1b]0;title\x07!\x1b(B", "red!"),
            ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
            (" 10%\r 50%\r100%\r\ndone", "100%\ndone"),
            ("doubled\r\r\n", "doubled\n"),
            ("abc\x08\x08X", "aX"),
            ("unfinished \x1b[31", "unfinished "),
        ] {
            assert_eq!(text(output), seen, "{output:?}");
        }
    }

    #[test]
    fn the_beginning_is_forgotten_by_whole_lines() {
        let mut tail = Tail::default();
        for n in 0..10_000 {
            tail.push(format!("line {n}\r\n").as_bytes());
        }
        let text = tail.text();
        assert!(text.starts_with("…\nline "), "{:?}", &text[..20]);
        assert!(text.ends_with("line 9999\n"));
        assert!(text.len() <= CAPACITY + "…\n".len());
    }

    #[test]
    fn one_huge_write_keeps_its_end() {
        let mut tail = Tail::default();
        tail.push(&vec![b'x'; 10 * CAPACITY]);
        assert_eq!(tail.text().len(), CAPACITY);
    }
}
