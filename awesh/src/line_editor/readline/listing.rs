//! Lists of completions, in columns and by the page. Pure.

use std::collections::VecDeque;

use unicode_width::UnicodeWidthStr as _;

use super::{Choice, Readline, Settings};

/// The rows of a list that are not shown yet.
pub(super) type Rows = VecDeque<String>;

/// The rows of the prompt and the question below a page.
const BELOW: usize = 2;

/// Blanks between columns.
const GAP: usize = 2;

/// How many rows a page has.
pub(super) fn page(editor: &Readline) -> usize {
    editor.window.rows.saturating_sub(BELOW).max(1)
}

/// The choices in columns, as wide as the window allows: down the columns, unless set otherwise.
pub(super) fn rows(choices: &[Choice], editor: &Readline) -> Rows {
    let names = shortened(choices, &editor.settings);
    let width = names.iter().map(|name| name.width).max().unwrap_or(0) + GAP;
    // A row that fills the window would wrap.
    let fitting = editor.window.columns / width;
    let columns =
        if fitting > 1 && fitting * width == editor.window.columns { fitting - 1 } else { fitting.max(1) };
    let count = names.len().div_ceil(columns);
    let at = |row: usize, column: usize| match editor.settings.horizontally {
        true => names.get(row * columns + column),
        false => (row < count).then(|| names.get(column * count + row)).flatten(),
    };
    let row = |row: usize| {
        let mut text = String::new();
        for name in (0..columns).map_while(|column| at(row, column)) {
            text.push_str(&name.text);
            text.push_str(&" ".repeat(width - name.width));
        }
        text.truncate(text.trim_end().len());
        text
    };
    (0..count).map(row).collect()
}

/// A name as it is listed, and how wide that is.
struct Name {
    text: String,
    width: usize,
}

/// The names, their common beginning left out where it is longer than wanted.
fn shortened(choices: &[Choice], settings: &Settings) -> Vec<Name> {
    let first = choices.first().map_or("", |choice| choice.shown.as_str());
    let common = choices.iter().fold(first, |common, choice| {
        let same = common.chars().zip(choice.shown.chars()).take_while(|(a, b)| a == b);
        &common[..same.map(|(c, _)| c.len_utf8()).sum()]
    });
    let too_long = settings.prefix_length > 0 && common.chars().count() > settings.prefix_length;
    let cut = if too_long { common.len() } else { 0 };
    let name = |choice: &Choice| {
        let Choice { shown, sign, style, .. } = choice;
        let name = if cut > 0 { format!("...{}", &shown[cut..]) } else { shown.clone() };
        let (name, sign) = (visible(&name), sign.map(String::from).unwrap_or_default());
        let width = name.width() + sign.width();
        let text = if style.is_empty() { name + &sign } else { format!("{style}{name}\x1b[m{sign}") };
        Name { text, width }
    };
    choices.iter().map(name).collect()
}

/// A name without what a terminal would take for more than text.
fn visible(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line_editor::readline::Window;

    #[test]
    fn columns_fill_the_window() {
        let choices: Vec<Choice> = ["aa", "b", "cccc", "d", "日本", "f", "g\n"]
            .iter()
            .map(|name| Choice { shown: (*name).to_owned(), ..Choice::default() })
            .collect();
        for (columns, horizontally, expected) in [
            (20, false, vec!["aa    d     g?", "b     日本", "cccc  f"]),
            (20, true, vec!["aa    b     cccc", "d     日本  f", "g?"]),
            (12, false, vec!["aa", "b", "cccc", "d", "日本", "f", "g?"]),
            (1, false, vec!["aa", "b", "cccc", "d", "日本", "f", "g?"]),
            (80, false, vec!["aa    b     cccc  d     日本  f     g?"]),
        ] {
            let settings = Settings { horizontally, ..Settings::default() };
            let editor = Readline { window: Window { columns, rows: 24 }, settings, ..Readline::default() };
            assert_eq!(Vec::from(rows(&choices, &editor)), expected, "{columns}");
        }
    }

    #[test]
    fn a_long_common_beginning_is_left_out() {
        let choices =
            ["chapter-one", "chapter-two"].map(|name| Choice { shown: name.to_owned(), ..Choice::default() });
        let settings = Settings { prefix_length: 3, ..Settings::default() };
        let editor = Readline { settings, ..Readline::default() };
        assert_eq!(Vec::from(rows(&choices, &editor)), ["...one  ...two"]);
    }
}
