//! Where the commands of vi's that move would move to. Pure.

use super::line::Line;
use super::text::{by_characters, skip};

/// Where `f`, `t`, `F` and `T` look for a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Find {
    pub(super) character: char,
    pub(super) backwards: bool,
    /// Not to it but next to it.
    pub(super) beside: bool,
}

impl Find {
    /// As `command` says.
    pub(super) fn new(command: char, character: char) -> Self {
        Self { character, backwards: command.is_uppercase(), beside: command.eq_ignore_ascii_case(&'t') }
    }

    /// The other way, as `,` looks.
    pub(super) fn reversed(self) -> Self {
        Self { backwards: !self.backwards, ..self }
    }

    /// Where the count's such character is; beside that, if so wanted.
    pub(super) fn target(self, line: &Line, count: i64) -> Option<usize> {
        let nth = usize::try_from(count.max(1) - 1).unwrap_or(0);
        let (text, point) = (&line.text, line.point);
        if self.backwards {
            let found = text[..point].rmatch_indices(self.character).map(|(at, _)| at).nth(nth)?;
            Some(if self.beside { by_characters(text, found, 1) } else { found })
        } else {
            let start = by_characters(text, point, 1);
            let found = text[start..].match_indices(self.character).map(|(at, _)| start + at).nth(nth)?;
            Some(if self.beside { by_characters(text, found, -1) } else { found })
        }
    }
}

/// Where a movement leads, and whether an operator takes the character there too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) at: usize,
    pub(super) inclusive: bool,
}

/// What a character is to vi's small words.
fn class(c: char) -> u8 {
    match c {
        _ if c.is_whitespace() => 0,
        _ if c.is_alphanumeric() || c == '_' => 1,
        _ => 2,
    }
}

/// What it is to its big ones.
fn big_class(c: char) -> u8 {
    u8::from(!c.is_whitespace())
}

/// Where `key` leads from the cursor; None where it moves nothing, or nowhere.
pub(super) fn target(line: &Line, key: char, count: i64) -> Option<Target> {
    let (text, point) = (line.text.as_str(), line.point);
    let classify = if key.is_uppercase() { big_class } else { class };
    let repeat = |step: &dyn Fn(usize) -> usize| (0..count).fold(point, |at, _| step(at));
    let exclusive = |at| Some(Target { at, inclusive: false });
    match key {
        'h' | '\x08' | '\x7f' => exclusive(by_characters(text, point, -count)),
        'l' | ' ' => exclusive(by_characters(text, point, count)),
        'w' | 'W' => exclusive(repeat(&|at| next_word(text, at, classify))),
        'b' | 'B' => exclusive(repeat(&|at| word_beginning(text, at, classify))),
        'e' | 'E' => Some(Target { at: repeat(&|at| word_end(text, at, classify)), inclusive: true }),
        '0' => exclusive(0),
        '^' => exclusive(skip(text, 0, char::is_whitespace)),
        '$' => exclusive(text.len()),
        '|' => exclusive(by_characters(text, 0, count - 1)),
        '%' => matching(text, point).map(|at| Target { at, inclusive: true }),
        _ => None,
    }
}

fn class_at(text: &str, at: usize, classify: fn(char) -> u8) -> Option<u8> {
    text[at..].chars().next().map(classify)
}

fn next_word(text: &str, at: usize, classify: fn(char) -> u8) -> usize {
    let Some(here) = class_at(text, at, classify) else { return at };
    let end = if here == 0 { at } else { skip(text, at, |c| classify(c) == here) };
    skip(text, end, |c| classify(c) == 0)
}

fn word_end(text: &str, at: usize, classify: fn(char) -> u8) -> usize {
    let start = skip(text, by_characters(text, at, 1), |c| classify(c) == 0);
    let Some(here) = class_at(text, start, classify) else { return by_characters(text, text.len(), -1) };
    by_characters(text, skip(text, start, |c| classify(c) == here), -1)
}

fn word_beginning(text: &str, at: usize, classify: fn(char) -> u8) -> usize {
    let end = super::text::skip_back(text, at, |c| classify(c) == 0);
    let Some(here) = text[..end].chars().next_back().map(classify) else { return 0 };
    super::text::skip_back(text, end, |c| classify(c) == here)
}

/// The bracket that belongs to the first one from the cursor on.
fn matching(text: &str, point: usize) -> Option<usize> {
    const PAIRS: [(char, char); 3] = [('(', ')'), ('[', ']'), ('{', '}')];
    let is_bracket = |c: char| PAIRS.iter().any(|&(open, close)| c == open || c == close);
    let at = point + text[point..].find(is_bracket)?;
    let bracket = text[at..].chars().next()?;
    let &(open, close) = PAIRS.iter().find(|&&(open, close)| bracket == open || bracket == close)?;
    let depth = |depth: &mut i32, c: char, up: char, down: char| {
        *depth += i32::from(c == up) - i32::from(c == down);
        Some((*depth, c))
    };
    let mut level = 0;
    if bracket == open {
        let mut rest = text[at..].char_indices();
        rest.find(|&(_, c)| depth(&mut level, c, open, close) == Some((0, close)))
            .map(|(index, _)| at + index)
    } else {
        let mut rest = text[..=at].char_indices().rev();
        rest.find(|&(_, c)| depth(&mut level, c, close, open) == Some((0, open))).map(|(index, _)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, point: usize, key: char, count: i64) -> Option<usize> {
        let line = Line { text: text.to_owned(), point, mark: 0 };
        target(&line, key, count).map(|target| target.at)
    }

    #[test]
    fn movements_are_vis() {
        let text = "ls -la my_file.txt (a [b]) x";
        for (point, key, count, to) in [
            (0, 'w', 1, 3),
            (3, 'w', 1, 4),
            (4, 'w', 1, 7),
            (7, 'w', 2, 15),
            (7, 'W', 1, 19),
            (0, 'e', 1, 1),
            (1, 'e', 2, 5),
            (7, 'E', 1, 17),
            (15, 'b', 1, 14),
            (18, 'B', 1, 7),
            (5, '0', 1, 0),
            (5, '$', 1, 28),
            (0, '|', 4, 3),
            (18, '%', 1, 25),
            (25, '%', 1, 19),
            (22, '%', 1, 24),
            (5, 'h', 9, 0),
        ] {
            assert_eq!(at(text, point, key, count), Some(to), "{point} {key} {count}");
        }
        assert_eq!(at("no", 0, '%', 1), None);
        assert_eq!(at("  x", 2, '^', 1), Some(2));
    }

    #[test]
    fn characters_are_found_both_ways() {
        let line = Line { text: "a.b.c.d".to_owned(), point: 2, mark: 0 };
        for (command, count, to) in [
            ('f', 1, Some(3)),
            ('f', 2, Some(5)),
            ('t', 2, Some(4)),
            ('F', 1, Some(1)),
            ('T', 1, Some(2)),
            ('f', 9, None),
        ] {
            assert_eq!(Find::new(command, '.').target(&line, count), to, "{command} {count}");
        }
    }
}
