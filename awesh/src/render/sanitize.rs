//! Text from a model, a tool or a remote machine, made harmless: nothing in it moves the cursor, changes the
//! title, writes to the clipboard, reorders or hides other text.
//!
//! Escape sequences of the common form (CSI: colours, cursor moves) are removed, being no text. The
//! introducer of any other is shown in caret notation with what follows as plain text: to remove those too,
//! up to an end that may never come, would be a way of hiding text. Characters that only reorder or are
//! invisible are removed from prose, and shown in commands, where they would deceive.

use std::fmt::Write;

/// The longest escape sequence that is removed; a longer one is shown.
const MAX_SEQUENCE: usize = 64;

const ESCAPE: char = '\x1b';
const CSI: char = '\u{9b}';

/// Makes text harmless that comes in portions cut anywhere.
#[derive(Debug, Default)]
pub(super) struct Sanitizer {
    /// The beginning of an escape sequence whose end has not come.
    sequence: String,
    /// The last character was a carriage return, which stands for a line end.
    after_return: bool,
}

impl Sanitizer {
    /// Appends the harmless form of a portion.
    pub(super) fn push(&mut self, text: &str, clean: &mut String) {
        for c in text.chars() {
            if self.sequence.is_empty() {
                self.outside(c, clean);
            } else {
                self.within(c, clean);
            }
        }
    }

    /// Appends what was held back, at the end of the text.
    pub(super) fn finish(&mut self, clean: &mut String) {
        self.reveal(clean);
        self.after_return = false;
    }

    fn outside(&mut self, c: char, clean: &mut String) {
        let after_return = std::mem::take(&mut self.after_return);
        match c {
            ESCAPE | CSI => self.sequence.push(c),
            '\r' => {
                self.after_return = true;
                clean.push('\n');
            }
            '\n' if after_return => {}
            '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' => clean.push('\n'),
            '\n' | '\t' => clean.push(c),
            c if is_invisible(c) => {}
            c => show(c, clean),
        }
    }

    fn within(&mut self, c: char, clean: &mut String) {
        let introduced = self.sequence.starts_with(CSI) || self.sequence.starts_with("\x1b[");
        match c {
            '[' if self.sequence == "\x1b" => self.sequence.push(c),
            '\x20'..='\x3f' if introduced && self.sequence.len() < MAX_SEQUENCE => self.sequence.push(c),
            '\x40'..='\x7e' if introduced => self.sequence.clear(),
            _ => {
                self.reveal(clean);
                self.outside(c, clean);
            }
        }
    }

    fn reveal(&mut self, clean: &mut String) {
        self.sequence.drain(..).for_each(|c| show(c, clean));
    }
}

/// The harmless form of what is shown in one line: a table's cell, a tool's summary, a message.
pub(super) fn line(text: &str) -> String {
    let (mut sanitizer, mut clean) = (Sanitizer::default(), String::new());
    sanitizer.push(text, &mut clean);
    sanitizer.finish(&mut clean);
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The harmless form of a command, in which every character that a reader would not see, or would take for
/// another, is shown. Line ends stay.
pub(super) fn command(text: &str) -> String {
    let mut clean = String::new();
    for c in text.chars() {
        let deceives = c != ' ' && c.is_whitespace() || is_invisible(c) || is_joiner(c);
        match c {
            '\n' => clean.push(c),
            '\t' => clean.push_str("    "),
            c if deceives && !c.is_control() => name(c, &mut clean),
            c => show(c, &mut clean),
        }
    }
    clean
}

/// Appends a character, a control in a form that can be seen.
fn show(c: char, clean: &mut String) {
    match c {
        '\x7f' => clean.push_str("^?"),
        c if c.is_ascii_control() => clean.extend(['^', char::from((c as u8) ^ 0x40)]),
        c if c.is_control() => name(c, clean),
        c => clean.push(c),
    }
}

/// Appends a character's code point.
fn name(c: char, clean: &mut String) {
    // Writing to a string does not fail.
    let _ = write!(clean, "<U+{:04X}>", u32::from(c));
}

/// Reorders the text around it, or has no look of its own.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Invisible, but the joints of scripts and emoji.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{34f}' | '\u{fe00}'..='\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(portions: &[&str]) -> String {
        let (mut sanitizer, mut clean) = (Sanitizer::default(), String::new());
        portions.iter().for_each(|portion| sanitizer.push(portion, &mut clean));
        sanitizer.finish(&mut clean);
        clean
    }

    const CASES: &[(&str, &str)] = &[
        ("plain ☸️ text\tand\ttabs\n", "plain ☸️ text\tand\ttabs\n"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[1;1Hup", "up"),
        ("\u{9b}2Jup", "up"),
        ("\x1b]0;title\x07", "^[]0;title^G"),
        ("\x1b]52;c;bHM=\x1b\\", "^[]52;c;bHM=^[\\"),
        ("\u{9d}0;title\u{9c}", "<U+009D>0;title<U+009C>"),
        ("\x1bPq\x1b\\", "^[Pq^[\\"),
        ("\x1b\x1b[31m", "^["),
        ("\x1b[31", "^[[31"),
        ("\x1b[3é", "^[[3é"),
        ("\x1b[3\x1b[1mx", "^[[3x"),
        ("bell\x07 back\x08 del\x7f nul\0", "bell^G back^H del^? nul^@"),
        ("one\r\ntwo\rthree\n\nfour", "one\ntwo\nthree\n\nfour"),
        ("a\u{202e}b\u{2066}c\u{200b}d\u{e0041}", "abcd"),
        ("👩\u{200d}🚀 नमस्ते", "👩\u{200d}🚀 नमस्ते"),
    ];

    #[test]
    fn what_acts_on_the_terminal_is_shown_or_removed() {
        for (text, expected) in CASES {
            assert_eq!(&clean(&[text]), expected, "{text:?}");
        }
    }

    #[test]
    fn portions_may_be_cut_anywhere() {
        for (text, expected) in CASES {
            let characters: Vec<String> = text.chars().map(String::from).collect();
            let portions: Vec<&str> = characters.iter().map(String::as_str).collect();
            assert_eq!(&clean(&portions), expected, "{text:?}");
        }
    }

    #[test]
    fn no_sequence_is_too_long_to_be_seen() {
        let text = format!("\x1b[{}mtail", "1;".repeat(100));
        assert!(clean(&[&text]).starts_with("^[[1;1;"));
        assert!(clean(&[&text]).ends_with("mtail"));
    }

    #[test]
    fn commands_hide_nothing() {
        assert_eq!(
            command("rm\u{a0}-rf\u{202e} x\u{200d}\ty\nls\x1b[1m"),
            "rm<U+00A0>-rf<U+202E> x<U+200D>    y\nls^[[1m"
        );
    }

    #[test]
    fn lines_are_single() {
        assert_eq!(line(" a\r\nb\t\tc\x1b[K\n"), "a b c");
    }
}
