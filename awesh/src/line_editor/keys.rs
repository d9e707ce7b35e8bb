//! Keys on their way to the editor: cut where a line is entered, and always text. Pure.
//!
//! What is typed after Enter belongs to the command that the line starts, not to the editor; so keys are handed
//! over no further than a line's end. Inside a bracketed paste a line's end is part of the text.

const PASTE_BEGIN: &[u8; 6] = b"\x1b[200~";
const PASTE_END: &[u8; 6] = b"\x1b[201~";

/// Enter, Ctrl-C, Ctrl-D.
const ENDS: [u8; 4] = [b'\r', b'\n', 0x03, 0x04];

/// Where control characters stand on their way to the editor, which is to take each for itself: a range that no text
/// means anything by.
const PRIVATE: u32 = 0x0010_f000;

/// How far the control characters go.
const CONTROLS: u32 = 0xa0;

/// What the user never types: wakes the editor to go on with what it has begun.
pub(super) const POKE: u8 = 0x1e;

/// A key as it is handed over.
fn encoded(key: char) -> char {
    let private = PRIVATE..PRIVATE + CONTROLS;
    match u32::from(key) {
        code if key.is_control() => char::from_u32(PRIVATE + code).unwrap_or(key),
        // Text could pretend to be keys.
        code if private.contains(&code) => char::REPLACEMENT_CHARACTER,
        _ => key,
    }
}

/// The key that was handed over so.
pub(super) fn decoded(character: char) -> char {
    let control = u32::from(character).checked_sub(PRIVATE).filter(|&code| code < CONTROLS);
    control.and_then(char::from_u32).unwrap_or(character)
}

/// Follows pastes and characters over the cuts between reads.
#[derive(Debug, Default)]
pub struct KeyStream {
    last: [u8; 6],
    pasting: bool,
    partial: Vec<u8>,
}

/// Keys for the editor.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Portion {
    /// What to hand over: whole characters, control characters encoded; bytes that are none are replaced.
    pub text: String,
    /// How many of the keys that is.
    pub taken: usize,
    /// Whether it ends a line (Enter, Ctrl-C, Ctrl-D): the rest waits for what comes of it.
    pub ends_line: bool,
}

impl KeyStream {
    /// Takes from the front of `keys` what can be handed over.
    pub fn take(&mut self, keys: &[u8]) -> Portion {
        let mut taken = 0;
        let mut ends_line = false;
        for &key in keys {
            taken += 1;
            self.follow(key);
            if !self.pasting && ENDS.contains(&key) {
                ends_line = true;
                break;
            }
        }
        self.partial.extend(&keys[..taken]);
        Portion { text: self.whole_characters().chars().map(encoded).collect(), taken, ends_line }
    }

    /// The same for a session that can neither be given a line nor asked how a word goes on: the key that wants it is
    /// left where it is, with an Escape that makes it another.
    pub fn take_unended(&mut self, keys: &[u8]) -> Portion {
        let mut stream = Self { partial: Vec::new(), last: self.last, pasting: self.pasting };
        let wants = |&key: &u8| stream.wants_session(key);
        let end = keys.iter().position(wants);
        let end = end.map(|end| if keys[..end].ends_with(b"\x1b") { end - 1 } else { end });
        let portion = self.take(&keys[..end.unwrap_or(keys.len())]);
        Portion { ends_line: end.is_some(), ..portion }
    }

    fn wants_session(&mut self, key: u8) -> bool {
        self.follow(key);
        !self.pasting && (key == b'\t' || ENDS.contains(&key))
    }

    /// Follows the key to where a paste begins or ends.
    fn follow(&mut self, key: u8) {
        self.last.rotate_left(1);
        self.last[5] = key;
        match &self.last {
            PASTE_BEGIN => self.pasting = true,
            PASTE_END => self.pasting = false,
            _ => {}
        }
    }

    /// Decodes `partial`, but for a character at its end that is not complete yet.
    fn whole_characters(&mut self) -> String {
        let mut text = String::with_capacity(self.partial.len());
        let mut rest = self.partial.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(valid) => {
                    text.push_str(valid);
                    rest = &[];
                    break;
                }
                Err(error) => {
                    let (valid, invalid) = rest.split_at(error.valid_up_to());
                    // Just found to be valid.
                    text.push_str(std::str::from_utf8(valid).unwrap_or_default());
                    rest = invalid;
                    let Some(length) = error.error_len() else { break };
                    text.push(char::REPLACEMENT_CHARACTER);
                    rest = &rest[length..];
                }
            }
        }
        self.partial = rest.to_vec();
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(stream: &mut KeyStream, keys: &[u8]) -> (String, usize, bool) {
        let portion = stream.take(keys);
        (typed(&portion.text), portion.taken, portion.ends_line)
    }

    fn typed(text: &str) -> String {
        text.chars().map(decoded).collect()
    }

    #[test]
    fn keys_reach_the_editor_as_they_are_and_text_is_none() {
        let mut stream = KeyStream::default();
        let text = stream.take("a\x1b[A\u{10f00d}".as_bytes()).text;
        assert!(!text.contains(|c: char| c.is_control()), "{text:?}");
        assert_eq!(typed(&text), "a\x1b[A\u{fffd}");
    }

    #[test]
    fn what_follows_a_lines_end_waits() {
        let mut stream = KeyStream::default();
        assert_eq!(take(&mut stream, b"ls\rpwd\r"), ("ls\r".to_owned(), 3, true));
        assert_eq!(take(&mut stream, b"pwd\r"), ("pwd\r".to_owned(), 4, true));
        assert_eq!(take(&mut stream, b"pw"), ("pw".to_owned(), 2, false));
        assert_eq!(take(&mut stream, b"\x03x"), ("\x03".to_owned(), 1, true));
    }

    #[test]
    fn the_end_of_a_line_can_be_left_behind() {
        for (keys, text, taken) in [
            (&b"ls\rpwd"[..], "ls", 2),
            (b"ask\x1b\rx", "ask", 3),
            (b"\r", "", 0),
            (b"l\x1es", "l\x1es", 3),
            (b"ls f\t", "ls f", 4),
        ] {
            let portion = KeyStream::default().take_unended(keys);
            let ended = taken < keys.len();
            assert_eq!(
                (typed(&portion.text).as_str(), portion.taken, portion.ends_line),
                (text, taken, ended),
                "{keys:?}"
            );
        }
    }

    #[test]
    fn a_paste_is_handed_over_whole_wherever_it_is_cut() {
        let keys = b"\x1b[200~a\nb\r\x1b[201~c\rd";
        for cut in 0..=keys.len() {
            let mut stream = KeyStream::default();
            let mut all = String::new();
            let mut left: Vec<u8> = keys[..cut].to_vec();
            let mut ends = 0;
            for more in [&keys[cut..], b""] {
                let portion = stream.take(&left);
                all.push_str(&typed(&portion.text));
                left.drain(..portion.taken);
                ends += usize::from(portion.ends_line);
                left.extend_from_slice(more);
            }
            assert!(all.starts_with("\x1b[200~a\nb\r\x1b[201~c\r"), "cut at {cut}: {all:?}");
            assert_eq!(ends, 1, "cut at {cut}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_become_a_sign_of_it() {
        let mut stream = KeyStream::default();
        assert_eq!(stream.take(b"a\xff\xc3").text, "a\u{fffd}");
        assert_eq!(stream.take(b"\xa9b\xe2\x82").text, "éb");
        assert_eq!(stream.take(b"x").text, "\u{fffd}x");
    }
}
