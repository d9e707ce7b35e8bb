//! How many rows a text takes in a window of some width, and what a terminal does to them when that changes: most wrap
//! their lines anew, the cursor with them, before anybody is told. Pure, but for the environment.

use std::env;

use unicode_width::UnicodeWidthChar as _;

const ESCAPE: char = '\x1b';

/// The row of what follows a text that begins in column `start`, counted from the text's first row.
pub(super) fn row_behind(start: usize, text: &str, columns: usize) -> usize {
    let columns = columns.max(1);
    let (mut row, mut column) = (start / columns, start % columns);
    for character in text.chars() {
        if character == '\n' {
            (row, column) = (row + 1, 0);
            continue;
        }
        let width = character.width().unwrap_or(0);
        if column + width > columns {
            (row, column) = (row + 1, 0);
        }
        column += width;
    }
    row + column / columns
}

/// How many rows whole lines take, each ended by a newline; their colours take none.
pub(super) fn rows_of(lines: &str, columns: usize) -> usize {
    lines.lines().map(|line| visible_width(line).div_ceil(columns.max(1)).max(1)).sum()
}

fn visible_width(line: &str) -> usize {
    let mut within = false;
    let mut is_shown = |character: &char| {
        let shown = !within && *character != ESCAPE;
        // ESC [ parameters letter: the prompt has no other.
        within = if within { !character.is_ascii_alphabetic() } else { *character == ESCAPE };
        shown
    };
    line.chars().filter(|character| is_shown(character)).map(|c| c.width().unwrap_or(0)).sum()
}

/// Whether the user's terminal wraps lines anew. xterm, GNU screen and the console of Linux cut them off.
pub(super) fn happens() -> bool {
    let is_set = |name| env::var_os(name).is_some();
    let is_screen = is_set("STY") && !is_set("TMUX");
    let is_console = env::var_os("TERM").is_some_and(|term| term == "linux");
    !(is_screen || is_console || is_set("XTERM_VERSION"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_takes_the_rows_that_a_terminal_gives_it() {
        for (start, text, columns, row) in [
            (2, "", 10, 0),
            (2, "1234567", 10, 0),
            (2, "12345678", 10, 1),
            (2, "123456789", 10, 1),
            (2, "123456781234567890", 10, 2),
            (2, "1234567日", 10, 1),
            (2, "one\ntwo", 10, 1),
            (2, "1234567890\n1", 10, 2),
            (25, "", 10, 2),
            (2, "12", 0, 4),
        ] {
            assert_eq!(row_behind(start, text, columns), row, "{start} {text:?} {columns}");
        }
    }

    #[test]
    fn lines_take_a_row_each_or_more() {
        for (lines, columns, rows) in [
            ("", 10, 0),
            ("one\n", 10, 1),
            ("1234567890\n", 10, 1),
            ("12345678901\n", 10, 2),
            ("\x1b[31m1234567890\x1b[0m\n", 10, 1),
            ("one\n\ntwo\n", 10, 3),
        ] {
            assert_eq!(rows_of(lines, columns), rows, "{lines:?}");
        }
    }
}
