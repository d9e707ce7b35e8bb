//! Characters cut in half: servers that cut text in UTF-16 put one half of a surrogate pair at the end of a piece
//! and the other at the start of the next, which is no valid JSON string.
//!
//! A half is carried as a character of a private plane ([`mend`]) until its other half comes ([`Joined`]).

/// Where halves are carried: plane 15 is for private use.
const CARRIED: u32 = 0xF0000;
const HIGH: std::ops::RangeInclusive<u32> = 0xD800..=0xDBFF;
const LOW: std::ops::RangeInclusive<u32> = 0xDC00..=0xDFFF;

/// A JSON text whose escapes of halves alone are replaced by characters that carry them.
pub(super) fn mend(json: &str) -> String {
    let mut mended = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        mended.push_str(&rest[..at]);
        rest = &rest[at..];
        let (replaced, length) = match (escaped(rest), rest.get(6..).and_then(escaped)) {
            (Some(high), Some(low)) if HIGH.contains(&high) && LOW.contains(&low) => (None, 12),
            (Some(half), _) if HIGH.contains(&half) || LOW.contains(&half) => {
                (char::from_u32(CARRIED + half), 6)
            }
            _ => (None, 2),
        };
        let length = rest.ceil_char_boundary(length);
        match replaced {
            Some(carried) => mended.push(carried),
            None => mended.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    mended.push_str(rest);
    mended
}

/// The unit that a `\uXXXX` at the start of the text stands for.
fn escaped(text: &str) -> Option<u32> {
    u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

/// A text joined from pieces, its halves too.
#[derive(Debug, Default)]
pub(super) struct Joined {
    text: String,
    high: Option<u32>,
}

impl Joined {
    /// Adds a piece and returns what became whole by it.
    pub(super) fn push(&mut self, piece: &str) -> String {
        let before = self.text.len();
        for character in piece.chars() {
            let unit = u32::from(character).wrapping_sub(CARRIED);
            let high = self.high.take();
            match (high, unit) {
                (Some(high), low) if LOW.contains(&low) => self.text.push(pair(high, low)),
                (high, unit) => {
                    // A half that stayed alone.
                    self.text.extend(high.map(|_| char::REPLACEMENT_CHARACTER));
                    match unit {
                        unit if HIGH.contains(&unit) => self.high = Some(unit),
                        unit if LOW.contains(&unit) => self.text.push(char::REPLACEMENT_CHARACTER),
                        _ => self.text.push(character),
                    }
                }
            }
        }
        self.text[before..].to_owned()
    }

    /// All that is whole.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing came yet.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// All of it, when nothing more comes.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}

fn pair(high: u32, low: u32) -> char {
    let code = 0x10000 + ((high - HIGH.start()) << 10) + (low - LOW.start());
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> String {
        serde_json::from_str(&mend(json)).unwrap()
    }

    #[test]
    fn halves_are_joined_over_pieces() {
        let mut joined = Joined::default();
        let shown: Vec<String> =
            ["\"a\\ud83d\"", "\"\\udcbbb\"", "\"\\uD83D\\uDCBB\"", "\"\\ud83d\"", "\"c\\udcbb\""]
                .iter()
                .map(|json| joined.push(&read(json)))
                .collect();
        assert_eq!(shown, ["a", "💻b", "💻", "", "\u{fffd}c\u{fffd}"]);
        assert_eq!(joined.into_text(), "a💻b💻\u{fffd}c\u{fffd}");
    }

    #[test]
    fn other_escapes_stay() {
        for json in [r#""\\ud83d""#, r#""\n\"\u00e4""#, r#""🌿\\""#, "\"plain\""] {
            assert_eq!(mend(json), json);
        }
        for broken in ["\\", "\\u", "\\ud83", "\\🌿", "\"\\u🌿🌿\"", "\\ud83d\\u12"] {
            mend(broken);
        }
    }
}
