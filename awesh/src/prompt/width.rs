//! Text that others chose (names of directories, branches, contexts) made fit to be shown: nothing in it that
//! a terminal would obey, and no wider than there is room.

use unicode_width::UnicodeWidthChar as _;

/// Asks a terminal for an emoji's coloured form, which may take a column more.
const EMOJI_FORM: char = '\u{fe0f}';

/// How many columns a text takes at most: character by character, as the line editor counts, and a column more
/// for each emoji about whose width terminals differ.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| if c == EMOJI_FORM { 1 } else { c.width().unwrap_or(0) }).sum()
}

/// The text with everything in its place that is not a visible character.
pub(super) fn visible(text: &str, ascii: bool) -> String {
    text.chars()
        .map(|c| match c {
            ' '..='~' => c,
            _ if ascii => '?',
            _ if is_invisible(c) => '\u{fffd}',
            _ => c,
        })
        .collect()
}

/// Control characters, and those that turn text round, join it or show nothing.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202f}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// The text cut in the middle to so many columns, with `gap` in place of what was cut. The end, which tells
/// more, gets two thirds.
pub(super) fn shorten(text: &str, columns: usize, gap: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let Some(room) = columns.checked_sub(width(gap)) else { return String::new() };
    let head = take(text.chars(), room / 3);
    let tail = take(text.chars().rev(), room - width(&head));
    let mut short = head;
    short.push_str(gap);
    short.extend(tail.chars().rev());
    short
}

/// As many characters as fit into so many columns.
fn take(chars: impl Iterator<Item = char>, columns: usize) -> String {
    let mut taken = 0;
    chars
        .take_while(|c| {
            taken += c.width().unwrap_or(0);
            taken <= columns
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_that_a_terminal_obeys() {
        for (text, shown) in [
            ("main", "main"),
            ("a\u{1b}[31mb", "a\u{fffd}[31mb"),
            ("a\nb\r\u{7}\u{9b}0m", "a\u{fffd}b\u{fffd}\u{fffd}\u{fffd}0m"),
            ("a\u{202e}b\u{2066}c\u{200d}d", "a\u{fffd}b\u{fffd}c\u{fffd}d"),
            ("größe-日本-🌿", "größe-日本-🌿"),
        ] {
            assert_eq!(visible(text, false), shown);
        }
        assert_eq!(visible("größe\u{1b}", true), "gr??e?");
    }

    #[test]
    fn what_is_too_wide_is_cut_in_the_middle() {
        for (text, columns, short) in [
            ("/a/b", 4, "/a/b"),
            ("/home/user/src/app", 10, "/ho…rc/app"),
            ("日本語日本語", 8, "日…本語"),
            ("abc", 1, "…"),
            ("abc", 0, ""),
        ] {
            let cut = shorten(text, columns, "…");
            assert_eq!(cut, short);
            assert!(width(&cut) <= columns);
        }
    }

    #[test]
    fn an_emoji_is_counted_generously() {
        assert_eq!((width("🧠"), width("☸\u{fe0f}"), width("a")), (2, 2, 1));
    }
}
