//! A command line in colours while it is typed: what its words are, as far as that can be seen without running it. A
//! guess for the eye alone. Pure, but for what a command's name means, which is asked.

use std::ops::Range;

use crate::router::CommandKind;

const KEYWORD: &str = "\x1b[35m";
const COMMAND: &str = "\x1b[32m";
const UNKNOWN: &str = "\x1b[31m";
const STRING: &str = "\x1b[33m";
const VARIABLE: &str = "\x1b[34m";
const OPERATOR: &str = "\x1b[1m";
const COMMENT: &str = "\x1b[90m";
const RESET: &str = "\x1b[0m";

/// Keywords behind which another command begins.
const LEADING: [&str; 11] =
    ["if", "then", "else", "elif", "do", "while", "until", "!", "time", "{", "coproc"];

/// Keywords that end one, or stand before a word that is none.
const CLOSING: [&str; 9] = ["fi", "done", "esac", "}", "for", "case", "select", "function", "in"];

/// The line with colours. `kind` says what a name is where a command is due; `cursor` is where a name may not be whole.
pub fn paint(line: &str, cursor: usize, kind: impl Fn(&str) -> Option<CommandKind>) -> String {
    let mut painter = Painter { line, at: 0, spans: Vec::new(), due: true };
    painter.run(cursor, kind);
    let mut text = String::with_capacity(line.len() * 2);
    let mut end = 0;
    for (range, colour) in painter.spans {
        text.push_str(&line[end..range.start]);
        text.extend([colour, &line[range.clone()], RESET]);
        end = range.end;
    }
    text.push_str(&line[end..]);
    text
}

struct Painter<'a> {
    line: &'a str,
    at: usize,
    spans: Vec<(Range<usize>, &'static str)>,
    /// Whether the next word is a command's name.
    due: bool,
}

impl Painter<'_> {
    fn run(&mut self, cursor: usize, kind: impl Fn(&str) -> Option<CommandKind>) {
        while let Some(character) = self.next() {
            match character {
                _ if character.is_whitespace() => {
                    self.due |= character == '\n';
                    self.at += character.len_utf8();
                }
                '#' => {
                    self.span(self.line[self.at..].find('\n').unwrap_or(self.line.len() - self.at), COMMENT)
                }
                ';' | '|' | '&' | '(' | ')' => {
                    self.span(self.run_of(";|&()"), OPERATOR);
                    self.due = true;
                }
                '<' | '>' => self.span(self.run_of("<>&|"), OPERATOR),
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

    fn span(&mut self, length: usize, colour: &'static str) {
        self.spans.push((self.at..self.at + length, colour));
        self.at += length;
    }

    /// A word, with the strings and variables in it.
    fn word(&mut self, cursor: usize, kind: impl Fn(&str) -> Option<CommandKind>) {
        let (start, spans) = (self.at, self.spans.len());
        while let Some(character) = self.next() {
            match character {
                '\'' | '"' | '`' => {
                    let length = quoted(&self.line[self.at..], character);
                    self.span(length, STRING);
                }
                '$' => {
                    let length = variable(&self.line[self.at..]);
                    if length > 1 { self.span(length, VARIABLE) } else { self.at += 1 }
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
    fn name(&mut self, range: Range<usize>, cursor: usize, kind: impl Fn(&str) -> Option<CommandKind>) {
        let word = &self.line[range.clone()];
        if !self.due || is_assignment(word) {
            return;
        }
        self.due = LEADING.contains(&word);
        let colour = match kind(word) {
            _ if self.due || CLOSING.contains(&word) => Some(KEYWORD),
            Some(CommandKind::Keyword) => Some(KEYWORD),
            Some(_) => Some(COMMAND),
            // It may become one.
            None if range.end == cursor => None,
            None => Some(UNKNOWN),
        };
        self.spans.extend(colour.map(|colour| (range, colour)));
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

/// How long a string is that begins with this quote; all of the rest where it is not closed.
fn quoted(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if quote != '\'' => drop(characters.next()),
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
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

    /// The line with a letter for each colour.
    fn painted(line: &str) -> String {
        let kind = |word: &str| match word {
            "if" | "then" | "fi" | "for" => Some(CommandKind::Keyword),
            "echo" | "cd" => Some(CommandKind::Builtin),
            "ls" | "grep" | "sudo" => Some(CommandKind::File),
            _ => None,
        };
        let mut text = paint(line, line.len(), kind);
        for (colour, letter) in [
            (KEYWORD, "{k:"),
            (COMMAND, "{c:"),
            (UNKNOWN, "{u:"),
            (STRING, "{s:"),
            (VARIABLE, "{v:"),
            (OPERATOR, "{o:"),
            (COMMENT, "{#:"),
            (RESET, "}"),
        ] {
            text = text.replace(colour, letter);
        }
        text
    }

    #[test]
    fn words_have_the_colour_of_what_they_are() {
        for (line, expected) in [
            ("ls -la", "{c:ls} -la"),
            ("lss x", "{u:lss} x"),
            ("lss", "lss"),
            ("echo 'a b' \"c $x\" $HOME/x # no", "{c:echo} {s:'a b'} {s:\"c $x\"} {v:$HOME}/x {#:# no}"),
            ("ls|grep x>out 2>&1", "{c:ls}{o:|}{c:grep} x{o:>}out 2{o:>&}1"),
            ("if ls; then echo; fi", "{k:if} {c:ls}{o:;} {k:then} {c:echo}{o:;} {k:fi}"),
            ("X=1 Y=\"a\" ls", "X=1 Y={s:\"a\"} {c:ls}"),
            ("(cd /tmp && ls)", "{o:(}{c:cd} /tmp {o:&&} {c:ls}{o:)}"),
            ("echo a#b ${x:-y} $? $", "{c:echo} a#b {v:${x:-y}} {v:$?} $"),
            ("echo 'open", "{c:echo} {s:'open}"),
            ("my\\ tool x", "my\\ tool x"),
            ("日本 é", "{u:日本} é"),
            ("", ""),
        ] {
            assert_eq!(painted(line), expected, "{line:?}");
        }
    }
}
