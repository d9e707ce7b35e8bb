//! What start-up files print, as far as it can stand above a prompt: whole lines, and one that goes on. Pure.

use std::mem;

use unicode_width::UnicodeWidthChar as _;

const ESCAPE: u8 = 0x1b;

/// What was printed and is not shown yet.
#[derive(Debug, Default)]
pub(super) struct Printed {
    bytes: Vec<u8>,
    columns: usize,
    takes_screen: bool,
}

impl Printed {
    /// Nothing yet, on a terminal of so many columns.
    pub(super) fn new(columns: usize) -> Self {
        Self { columns, ..Self::default() }
    }

    /// Takes what was printed; gives the lines that are whole.
    pub(super) fn push(&mut self, bytes: &[u8]) -> String {
        self.bytes.extend_from_slice(bytes);
        let end = memchr::memrchr(b'\n', &self.bytes).map_or(0, |last| last + 1);
        self.takes_screen |= !is_plain(&self.bytes);
        if self.takes_screen {
            return String::new();
        }
        let rest = self.bytes.split_off(end);
        match String::from_utf8(mem::replace(&mut self.bytes, rest)) {
            Ok(lines) => lines,
            Err(error) => {
                // Bytes that are no text are for the terminal alone.
                self.takes_screen = true;
                let rest = mem::replace(&mut self.bytes, error.into_bytes());
                self.bytes.extend(rest);
                String::new()
            }
        }
    }

    /// Whether there is something that does more to the screen than to write on it line by line.
    pub(super) fn takes_screen(&self) -> bool {
        self.takes_screen
    }

    /// The line that goes on; an error where it is none that fits into a row.
    pub(super) fn row(&self) -> Result<&str, ()> {
        let row = str::from_utf8(&self.bytes).map_err(drop)?;
        let is_simple = !row.contains(['\r', '\t', '\x08']) && !self.takes_screen;
        let width: usize = row.chars().filter_map(|c| c.width()).sum();
        if is_simple && width < self.columns { Ok(row) } else { Err(()) }
    }

    /// Everything, as it came.
    pub(super) fn take_all(&mut self) -> Vec<u8> {
        mem::take(&mut self.bytes)
    }
}

/// Whether bytes are text, with colours and titles at most. What is cut short at the end is plain so far.
fn is_plain(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            ESCAPE => match after_sequence(rest) {
                Some(behind) => rest = behind,
                None => return false,
            },
            // BEL, backspace, tab, line ends, and the two that choose a set of characters.
            0x07..=0x0a | 0x0d..=0x0f | 0x20.. => {}
            _ => return false,
        }
    }
    true
}

/// What follows a sequence that leaves the cursor where it is, whose first byte is behind us.
fn after_sequence(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [] => Some(bytes),
        [b'[', rest @ ..] => {
            let Some(end) = rest.iter().position(|byte| (0x40..=0x7e).contains(byte)) else {
                return Some(&[]);
            };
            let is_colour = rest[end] == b'm' || rest[..=end].ends_with(b" q");
            is_colour.then_some(&rest[end + 1..])
        }
        [b']', rest @ ..] => {
            let end = rest.iter().position(|&byte| byte == 0x07 || byte == ESCAPE);
            Some(end.map_or(&[], |end| rest[end..].strip_prefix(b"\x1b\\").unwrap_or(&rest[end + 1..])))
        }
        [b'(' | b')', _, rest @ ..] => Some(rest),
        [b'(' | b')'] => Some(&[]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_lines_are_given_and_the_rest_is_kept() {
        let mut printed = Printed::new(20);
        assert_eq!(
            printed.push(b"one\r\n\x1b[1;31mtwo\x1b(B\x1b[m\r\nload"),
            "one\r\n\x1b[1;31mtwo\x1b(B\x1b[m\r\n"
        );
        assert_eq!(printed.row(), Ok("load"));
        assert_eq!(printed.push(b"ed\r\n\x1b]0;title"), "loaded\r\n");
        assert_eq!(
            printed.push(b" and more\x07\x1b[5 q10%\r99%\r\n"),
            "\x1b]0;title and more\x07\x1b[5 q10%\r99%\r\n"
        );
        assert!(!printed.takes_screen());
    }

    #[test]
    fn what_does_more_takes_the_screen_and_comes_whole() {
        for text in [
            &b"a\n\x1b[2J\x1b[Hb\n"[..],
            b"\x1b[?1049h",
            b"\x1b[?25l",
            b"\x1b[6n",
            b"\x1b[3A",
            b"\x1bc",
            b"\x1bPtmux;x",
            b"\x0c",
            b"latin \xe9\n",
        ] {
            let mut printed = Printed::new(20);
            assert_eq!(printed.push(text), "", "{text:?}");
            assert!(printed.takes_screen() && printed.row().is_err(), "{text:?}");
            assert_eq!(printed.take_all(), text);
        }
    }

    #[test]
    fn a_line_that_is_not_simple_is_no_row() {
        for text in [&b"10%\r"[..], b"a\tb", b"ab\x08", b"exactly twenty chars", b"cut \xe2\x82"] {
            let mut printed = Printed::new(20);
            printed.push(text);
            assert!(printed.row().is_err(), "{text:?}");
        }
    }
}
