//! What the words of a command line are, as far as that can be seen without running it: a guess for the eye alone.
//! Pure, but for what a command's name means, which is asked.

use std::ops::Range;

use crate::router::CommandKind;

/// What a part of a line is; what is not named is plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// A word of the language's own.
    Keyword,
    /// The name of a command.
    Command,
    /// What stands where a command's name would, and names none.
    Unknown,
    /// A string, with its quotes.
    String,
    /// What stands for a value.
    Variable,
    /// Signs between commands.
    Operator,
    /// A comment.
    Comment,
}

/// A line's parts.
#[derive(Debug, PartialEq, Eq)]
pub struct Parts {
    /// Those that are not plain, in order.
    pub spans: Vec<(Range<usize>, Word)>,
    /// The quote of a string that goes on behind the line.
    pub open: Option<char>,
}

/// Keywords behind which another command begins.
const LEADING: [&str; 11] =
    ["if", "then", "else", "elif", "do", "while", "until", "!", "time", "{", "coproc"];

/// Keywords that end one, or stand before a word that is none.
const CLOSING: [&str; 9] = ["fi", "done", "esac", "}", "for", "case", "select", "function", "in"];

/// The parts of a line; `open` is the quote of a string that goes on from the line before. `kind` says what a name is
/// where a command is due; `cursor` is where a name may not be whole.
pub fn parts(
    line: &str,
    open: Option<char>,
    cursor: Option<usize>,
    kind: impl Fn(&str) -> Option<CommandKind>,
) -> Parts {
    let mut painter = Painter { line, at: 0, spans: Vec::new(), due: true, open: None };
    if let Some(quote) = open {
        painter.string(quote, 0);
        painter.due = false;
    }
    painter.run(cursor, kind);
    Parts { spans: painter.spans, open: painter.open }
}

struct Painter<'a> {
    line: &'a str,
    at: usize,
    spans: Vec<(Range<usize>, Word)>,
    /// Whether the next word is a command's name.
    due: bool,
    /// The quote of a string that goes on behind the end.
    open: Option<char>,
}

impl Painter<'_> {
    fn run(&mut self, cursor: Option<usize>, kind: impl Fn(&str) -> Option<CommandKind>) {
        while let Some(character) = self.next() {
            match character {
                _ if character.is_whitespace() => {
                    self.due |= character == '\n';
                    self.at += character.len_utf8();
                }
                '#' => self.span(
                    self.line[self.at..].find('\n').unwrap_or(self.line.len() - self.at),
                    Word::Comment,
                ),
                ';' | '|' | '&' | '(' | ')' => {
                    self.span(self.run_of(";|&()"), Word::Operator);
                    self.due = true;
                }
                '<' | '>' => self.span(self.run_of("<>&|"), Word::Operator),
                _ => self.word(cursor, &kind),
            }
        }
    }

    fn next(&self) -> Option<char> {
        self.line[self.at..].chars().next()
    }

    fn run_of(&self, set: &str) -> usize {
        self.line[self.at..].find(|c| !set.contains(c)).unwrap_or(self.line.len() - self.at)
    }

    fn span(&mut self, length: usize, word: Word) {
        self.spans.push((self.at..self.at + length, word));
        self.at += length;
    }

    /// A string from `start`, up to the quote that closes it.
    fn string(&mut self, quote: char, start: usize) {
        let end = closing(&self.line[self.at..], quote);
        self.open = end.is_none().then_some(quote);
        self.at += end.unwrap_or(self.line.len() - self.at);
        self.spans.push((start..self.at, Word::String));
    }

    /// A word, with the strings and variables in it.
    fn word(&mut self, cursor: Option<usize>, kind: impl Fn(&str) -> Option<CommandKind>) {
        let (start, spans) = (self.at, self.spans.len());
        while let Some(character) = self.next() {
            match character {
                '\'' | '"' | '`' => {
                    let start = self.at;
                    self.at += 1;
                    self.string(character, start);
                }
                '$' => {
                    let length = variable(&self.line[self.at..]);
                    if length > 1 { self.span(length, Word::Variable) } else { self.at += 1 }
                }
                '\\' => self.at += 1 + self.line[self.at + 1..].chars().next().map_or(0, char::len_utf8),
                _ if character.is_whitespace() || ";|&()<>".contains(character) => break,
                _ => self.at += character.len_utf8(),
            }
        }
        let plain = self.spans.len() == spans && !self.line[start..self.at].contains('\\');
        if plain {
            self.name(start..self.at, cursor, kind);
        } else {
            self.due &= is_assignment(&self.line[start..self.at]);
        }
    }

    /// A word of plain characters: a command's name where one is due.
    fn name(
        &mut self,
        range: Range<usize>,
        cursor: Option<usize>,
        kind: impl Fn(&str) -> Option<CommandKind>,
    ) {
        let word = &self.line[range.clone()];
        if !self.due || is_assignment(word) {
            return;
        }
        self.due = LEADING.contains(&word);
        let is = match kind(word) {
            _ if self.due || CLOSING.contains(&word) => Some(Word::Keyword),
            Some(CommandKind::Keyword) => Some(Word::Keyword),
            Some(_) => Some(Word::Command),
            // It may become one.
            None if Some(range.end) == cursor => None,
            None => Some(Word::Unknown),
        };
        self.spans.extend(is.map(|word| (range, word)));
    }
}

/// `NAME=`, `NAME+=` or `NAME[…]=` at its head.
fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else { return false };
    let name = name.strip_suffix('+').unwrap_or(name);
    let name = name.split_once('[').map_or(name, |(name, _)| name);
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Where in the text this quote has closed, if it does.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if quote != '\'' => drop(characters.next()),
            _ if character == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// How long a variable is; 1 where the sign is none's.
fn variable(text: &str) -> usize {
    let rest = &text[1..];
    match rest.chars().next() {
        Some('{') => rest.find('}').map_or(text.len(), |end| end + 2),
        Some(c) if "?$!#@*-0123456789".contains(c) => 2,
        _ => 1 + rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_goes_on_until_its_quote() {
        let all = |_: &str| Some(CommandKind::File);
        let first = parts("curl -d '{", None, None, all);
        assert_eq!(
            first,
            Parts { spans: vec![(0..4, Word::Command), (8..10, Word::String)], open: Some('\'') }
        );
        let second = parts(r#"  "a": "b\""#, first.open, None, all);
        assert_eq!(second, Parts { spans: vec![(0..11, Word::String)], open: Some('\'') });
        let third = parts("}' | jq", second.open, None, all);
        let spans = vec![(0..2, Word::String), (3..4, Word::Operator), (5..7, Word::Command)];
        assert_eq!(third, Parts { spans, open: None });
    }
}
