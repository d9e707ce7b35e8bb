//! The code blocks of answers in colours, a line at a time, in the languages that answers about systems are full of:
//! shell, fields (YAML, TOML, INI), JSON, and diffs. All others have one colour. A guess for the eye alone; the text
//! stays as it came. Pure.

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::style::{Colour, Piece, Style, put};
use crate::highlight::{Word, parts};
use crate::router::CommandKind;

/// What the lines of a block are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    /// Commands.
    Shell,
    /// Commands behind a `$`, and what they print.
    Session,
    /// Names and values.
    Fields,
    Json,
    Diff,
    /// Anything else.
    Other,
}

/// A code block, as far as it has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code {
    language: Language,
    /// The quote of a string that goes on from the line before.
    open: Option<char>,
}

/// A part of a line and its look.
type Span = (Range<usize>, Style);

const KEY: Style = coloured(Colour::Cyan);
const STRING: Style = coloured(Colour::Yellow);
const CONSTANT: Style = coloured(Colour::Magenta);

impl Code {
    /// For a block whose fence names this language.
    pub(super) fn new(language: &str) -> Self {
        let language = match language.to_ascii_lowercase().as_str() {
            "sh" | "bash" | "shell" | "zsh" | "dash" | "ksh" => Language::Shell,
            "console" | "shell-session" | "shellsession" | "terminal" => Language::Session,
            "yaml" | "yml" | "toml" | "ini" | "conf" | "env" | "dotenv" | "properties" => Language::Fields,
            "json" | "jsonc" | "json5" | "jsonl" => Language::Json,
            "diff" | "patch" => Language::Diff,
            _ => Language::Other,
        };
        Self { language, open: None }
    }

    /// Whether its lines have more than one colour; then they are needed whole.
    pub(super) fn has_colours(self) -> bool {
        self.language != Language::Other
    }

    /// Puts a whole line.
    pub(super) fn put_line(&mut self, line: &str, out: &mut Vec<Piece>) {
        let spans = match self.language {
            Language::Shell => self.shell(line, true),
            Language::Session => self.shell(line, false),
            Language::Fields => fields(line),
            Language::Json => json(line),
            Language::Diff => diff(line),
            Language::Other => vec![(0..line.len(), Style::CODE)],
        };
        let mut end = 0;
        for (range, style) in spans {
            put(out, &line[end..range.start], Style::PLAIN);
            put(out, &line[range.clone()], style);
            end = range.end;
        }
        put(out, &line[end..], Style::PLAIN);
    }

    fn shell(&mut self, line: &str, is_command: bool) -> Vec<Span> {
        let prompt = line.starts_with("$ ");
        if !prompt && !is_command && self.open.is_none() {
            return Vec::new();
        }
        let at = if prompt { "$ ".len() } else { 0 };
        // Whether a command exists is known here of none.
        let found = parts(&line[at..], self.open, None, |_| Some(CommandKind::File));
        self.open = found.open;
        let words = found.spans.into_iter().map(|(range, word)| (range.start + at..range.end + at, of(word)));
        (at > 0).then_some((0..at, Style::DIM)).into_iter().chain(words).collect()
    }
}

const fn coloured(colour: Colour) -> Style {
    Style { colour: Some(colour), ..Style::PLAIN }
}

fn of(word: Word) -> Style {
    match word {
        Word::Keyword => coloured(Colour::Magenta),
        Word::Command => coloured(Colour::Green),
        Word::Unknown | Word::Operator => Style::BOLD,
        Word::String => STRING,
        Word::Variable => coloured(Colour::Blue),
        Word::Comment => Style::DIM,
    }
}

/// `name: value`, `- name: value`, `name = value`, `[section]`, `# comment`.
fn fields(line: &str) -> Vec<Span> {
    let code = comment(line).unwrap_or(line.len());
    let mut spans = Vec::new();
    let start = line.len() - line.trim_start_matches([' ', '-']).len();
    let body = &line[start.min(code)..code];
    let key = body.find('=').into_iter().chain(colon(body)).min();
    if body.starts_with('[') && key.is_none() {
        spans.push((start..start + body.trim_end().len(), CONSTANT));
    } else {
        let value = key.map_or(start, |at| start + at + 1);
        spans.extend(key.map(|at| (start..start + body[..at].trim_end().len(), KEY)));
        spans.extend(constant(line, value..code));
    }
    spans.extend((code < line.len()).then_some((code..line.len(), Style::DIM)));
    spans
}

/// Where the colon behind a name is, rather than one within a value.
fn colon(body: &str) -> Option<usize> {
    body.match_indices(':')
        .map(|(at, _)| at)
        .find(|at| matches!(body.as_bytes().get(at + 1), None | Some(b' ')))
}

/// Where a comment begins: behind a blank, and in no string.
fn comment(line: &str) -> Option<usize> {
    let mut open = None;
    let mut blank = true;
    for (at, letter) in line.char_indices() {
        match letter {
            '"' | '\'' if open == Some(letter) => open = None,
            '"' | '\'' if open.is_none() && !blank => {}
            '"' | '\'' => open = open.or(Some(letter)),
            '#' if open.is_none() && blank => return Some(at),
            _ => {}
        }
        blank = letter.is_whitespace();
    }
    None
}

/// A value that is a string in quotes, a number, or a word that stands for one.
fn constant(line: &str, range: Range<usize>) -> Option<Span> {
    let value = line[range.clone()].trim();
    let start = range.start + (line[range.clone()].len() - line[range].trim_start().len());
    let range = start..start + value.len();
    if value.starts_with(['"', '\'']) {
        return Some((range, STRING));
    }
    is_constant(value).then_some((range, CONSTANT))
}

fn is_constant(word: &str) -> bool {
    matches!(word, "true" | "false" | "null" | "~" | "yes" | "no") || word.parse::<f64>().is_ok()
}

fn json(line: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(letter) = line[at..].chars().next() {
        let rest = &line[at..];
        let length = match letter {
            '"' => string(rest),
            _ if letter.is_alphanumeric() || letter == '-' => {
                rest.find(|c: char| !c.is_alphanumeric() && !"+-.".contains(c)).unwrap_or(rest.len())
            }
            _ => letter.len_utf8(),
        };
        let style = match letter {
            '"' if rest[length..].trim_start().starts_with(':') => Some(KEY),
            '"' => Some(STRING),
            _ => is_constant(&rest[..length]).then_some(CONSTANT),
        };
        spans.extend(style.map(|style| (at..at + length, style)));
        at += length;
    }
    spans
}

/// How long the string is that begins here.
fn string(text: &str) -> usize {
    let mut escaped = true;
    let end = text.char_indices().find(|(_, letter)| {
        let ends = *letter == '"' && !escaped;
        escaped = *letter == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, quote)| at + quote.len_utf8())
}

fn diff(line: &str) -> Vec<Span> {
    let heads = ["diff ", "index ", "--- ", "+++ "];
    let style = match line.as_bytes().first() {
        _ if heads.iter().any(|head| line.starts_with(head)) => Style::BOLD,
        Some(b'+') => coloured(Colour::Green),
        Some(b'-') => coloured(Colour::Red),
        Some(b'@') => KEY,
        _ => return Vec::new(),
    };
    vec![(0..line.len(), style)]
}
