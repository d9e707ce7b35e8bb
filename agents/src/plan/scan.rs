//! Finds references in a shell line, and how they stand there: within quotes or not, or where none may be.
//!
//! It follows bash's quoting, substitutions and here-documents closely enough to know the quotes around a reference;
//! where a line is stranger than it knows, a value may be split into words, and is still no code.

use std::ops::Range;

use super::reference::Reference;
use super::reread::{VALUE, refusal};

/// Words that stand before a command.
const RESERVED: [&str; 11] = ["if", "then", "else", "elif", "do", "while", "until", "{", "}", "!", "time"];

/// How deep substitutions may stand in each other.
const DEEPEST: usize = 50;

/// A reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it stands, with `${` and `}`.
    pub(super) range: Range<usize>,
    /// Whether it stands within double quotes.
    pub(super) is_quoted: bool,
}

/// Finds all references of a line.
pub(super) fn scan(text: &str) -> Result<Vec<Found>, String> {
    let mut scanner = Scanner { text, at: 0, found: Vec::new(), frames: Vec::new(), documents: Vec::new() };
    scanner.code(End::Text)?;
    Ok(scanner.found)
}

/// What ends code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Text,
    Parenthesis,
    /// Of the words of an array, which are no command.
    Array,
    Backtick,
}

/// A command as far as it was read.
#[derive(Default)]
struct Frame {
    words: Vec<String>,
    word: Option<String>,
    /// Whether the next word is the target of a redirection.
    is_target: bool,
    is_array: bool,
    /// `case`s that are not ended: their patterns end with a parenthesis.
    cases: usize,
    has_value: bool,
}

/// A here-document whose body is still to come.
struct Document {
    end: String,
    is_quoted: bool,
    is_indented: bool,
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    found: Vec<Found>,
    frames: Vec<Frame>,
    documents: Vec<Document>,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn put(&mut self, c: char) {
        self.frame().word.get_or_insert_default().push(c);
    }

    /// Takes the next character into the word.
    fn take(&mut self) {
        if let Some(c) = self.rest().chars().next() {
            self.at += c.len_utf8();
            self.put(c);
        }
    }

    /// Code to its end, which is taken.
    fn code(&mut self, end: End) -> Result<(), String> {
        if self.frames.len() >= DEEPEST {
            return Err("substitutions stand too deep in each other".to_owned());
        }
        self.frames.push(Frame { is_array: end == End::Array, ..Frame::default() });
        while let Some(c) = self.rest().chars().next() {
            match c {
                ')' if end != End::Text && self.frame().cases == 0 => break,
                '`' if end == End::Backtick => break,
                _ => self.step(c)?,
            }
        }
        if end != End::Text && !self.rest().is_empty() {
            self.at += 1;
        }
        self.end_command()?;
        let has_value = self.frames.pop().is_some_and(|frame| frame.has_value);
        if end != End::Text {
            // What it prints may be what it was given.
            self.put(if has_value { VALUE } else { ' ' });
        }
        Ok(())
    }

    /// What begins with this character.
    fn step(&mut self, c: char) -> Result<(), String> {
        match c {
            // What would end a command or redirect it joins conditions there.
            '&' | '|' | '(' | ')' | '<' | '>' | '\n' if self.is_in_condition() => {
                self.at += 1;
                self.end_word();
                Ok(())
            }
            '\'' => self.single(),
            '"' => self.double(),
            '\\' => {
                self.at += 1;
                self.take();
                Ok(())
            }
            '`' => self.nested(1, End::Backtick),
            '$' => self.dollar(false),
            '#' if self.frame().word.is_none() => {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
                Ok(())
            }
            '<' | '>' => self.redirection(c),
            '(' => self.parenthesis(),
            '\n' => {
                self.at += 1;
                self.end_command()?;
                self.bodies()
            }
            ';' | '&' | '|' | ')' => {
                self.at += 1;
                self.end_command()
            }
            c if c.is_whitespace() => {
                self.at += c.len_utf8();
                self.end_word();
                Ok(())
            }
            _ => {
                self.take();
                Ok(())
            }
        }
    }

    /// Whether `[[` is open.
    fn is_in_condition(&mut self) -> bool {
        let words = &self.frame().words;
        words.first().is_some_and(|word| word == "[[") && !words.iter().any(|word| word == "]]")
    }

    fn nested(&mut self, opening: usize, end: End) -> Result<(), String> {
        self.at += opening;
        self.code(end)
    }

    fn end_word(&mut self) {
        let frame = self.frame();
        let Some(word) = frame.word.take() else { return };
        frame.has_value |= word.contains(VALUE);
        if std::mem::take(&mut frame.is_target) {
            return;
        }
        if frame.words.is_empty() {
            frame.cases += usize::from(word == "case");
            frame.cases -= usize::from(word == "esac" && frame.cases > 0);
            if RESERVED.contains(&word.as_str()) || is_assignment(&word) {
                return;
            }
        }
        frame.words.push(word);
    }

    fn end_command(&mut self) -> Result<(), String> {
        self.end_word();
        let frame = self.frame();
        let words = std::mem::take(&mut frame.words);
        match refusal(&words).filter(|_| !frame.is_array) {
            Some(why) => Err(why),
            None => Ok(()),
        }
    }

    /// Text in which nothing is expanded, to a closing quote.
    fn single(&mut self) -> Result<(), String> {
        let length = self.rest()[1..].find('\'').map_or(self.rest().len(), |length| length + 2);
        self.literal(length, "single quotes")
    }

    fn literal(&mut self, length: usize, place: &str) -> Result<(), String> {
        let text = &self.rest()[..length];
        if let Some(reference) = meant(text) {
            return Err(format!(
                "nothing is expanded within {place}, so ${{{reference}}} cannot stand there"
            ));
        }
        let text = text.to_owned();
        self.at += length;
        text.chars().filter(|c| *c != '\'').for_each(|c| self.put(c));
        self.frame().word.get_or_insert_default();
        Ok(())
    }

    fn double(&mut self) -> Result<(), String> {
        self.at += 1;
        self.frame().word.get_or_insert_default();
        while let Some(c) = self.rest().chars().next() {
            match c {
                '"' => {
                    self.at += 1;
                    break;
                }
                c => self.in_double(c)?,
            }
        }
        Ok(())
    }

    fn in_double(&mut self, c: char) -> Result<(), String> {
        match c {
            '\\' => {
                self.at += 1;
                self.take();
                Ok(())
            }
            '`' => self.nested(1, End::Backtick),
            '$' => self.dollar(true),
            _ => {
                self.take();
                Ok(())
            }
        }
    }

    /// An expansion.
    fn dollar(&mut self, is_quoted: bool) -> Result<(), String> {
        let rest = self.rest();
        if rest.starts_with("$((") {
            self.without_values("$((", "))", "arithmetic")
        } else if rest.starts_with("$[") {
            self.without_values("$[", "]", "arithmetic")
        } else if rest.starts_with("$(") {
            self.nested(2, End::Parenthesis)
        } else if rest.starts_with("$'") && !is_quoted {
            self.literal(length_of_escaped(rest), "single quotes")
        } else if let Some(inner) = rest.strip_prefix("${") {
            if Reference::is_meant(inner) { self.reference(is_quoted) } else { self.parameter(is_quoted) }
        } else {
            self.take();
            Ok(())
        }
    }

    fn reference(&mut self, is_quoted: bool) -> Result<(), String> {
        let Some(length) = self.rest().find('}') else {
            let line = self.rest().lines().next().unwrap_or_default();
            return Err(format!("{line:?} has no end: a reference ends with }}"));
        };
        if self.is_in_subscript() {
            return Err("a value in a subscript would be read as code".to_owned());
        }
        self.found.push(Found { range: self.at..self.at + length + 1, is_quoted });
        self.at += length + 1;
        self.put(VALUE);
        Ok(())
    }

    /// Whether the word is an assignment's and its subscript is open.
    fn is_in_subscript(&mut self) -> bool {
        let frame = self.frame();
        let open = frame.word.as_ref().and_then(|word| word.rsplit_once('['));
        open.is_some_and(|(name, behind)| {
            let is_name =
                if frame.is_array { name.is_empty() } else { frame.words.is_empty() && is_variable(name) };
            is_name && !behind.contains(']')
        })
    }

    /// `${…}` of the shell.
    fn parameter(&mut self, is_quoted: bool) -> Result<(), String> {
        self.at += 2;
        let rest = self.rest();
        let name = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '!' | '#' | '@' | '*')));
        self.at += name.unwrap_or(rest.len());
        if self.rest().starts_with('[') {
            self.without_values("[", "]", "a subscript")?;
        }
        let mut behind = self.rest().chars();
        let is_part = behind.next() == Some(':') && !behind.next().is_some_and(|c| "-=?+".contains(c));
        let begins = self.found.len();
        while let Some(c) = self.rest().chars().next() {
            match c {
                '}' => {
                    self.at += 1;
                    break;
                }
                '\'' if !is_quoted => self.single()?,
                '"' => self.double()?,
                c => {
                    let before = self.found.len();
                    self.in_double(c)?;
                    self.found[before..].iter_mut().for_each(|found| found.is_quoted = is_quoted);
                }
            }
        }
        if is_part && self.found.len() > begins {
            return Err("a value in ${NAME:…} would be read as arithmetic, and so as code".to_owned());
        }
        Ok(())
    }

    /// Skips what would be read as code, with whatever stands in it.
    fn without_values(&mut self, open: &str, close: &str, what: &str) -> Result<(), String> {
        let mut depth = 0;
        let mut end = self.rest().len();
        let bracket = (open.chars().last(), close.chars().last());
        for (at, c) in self.rest().char_indices() {
            depth += i32::from(Some(c) == bracket.0);
            depth -= i32::from(Some(c) == bracket.1);
            if depth == 0 && Some(c) == bracket.1 {
                end = at + 1;
                break;
            }
        }
        if let Some(reference) = meant(&self.rest()[..end]) {
            return Err(format!(
                "${{{reference}}} in {what} would be read as code: compare it with [ … ] instead"
            ));
        }
        self.at += end;
        self.put(' ');
        Ok(())
    }

    fn parenthesis(&mut self) -> Result<(), String> {
        let frame = self.frame();
        let is_apart = frame.word.is_none();
        let is_array = frame.word.as_ref().is_some_and(|word| word.ends_with('='));
        if is_apart && self.rest().starts_with("((") {
            self.without_values("((", "))", "arithmetic")
        } else {
            self.nested(1, if is_array { End::Array } else { End::Parenthesis })
        }
    }

    fn redirection(&mut self, c: char) -> Result<(), String> {
        let is_number = |word: &String| word.chars().all(|c| c.is_ascii_digit());
        if self.frame().word.as_ref().is_some_and(is_number) {
            self.frame().word = None;
        }
        self.end_word();
        if self.rest().starts_with("<(") || self.rest().starts_with(">(") {
            return self.nested(2, End::Parenthesis);
        }
        if self.rest().starts_with("<<") && !self.rest().starts_with("<<<") {
            self.document();
            return Ok(());
        }
        self.at += self.rest().find(|next| next != c).unwrap_or(self.rest().len());
        self.at += usize::from(self.rest().starts_with(['&', '|', '>']));
        self.frame().is_target = true;
        Ok(())
    }

    /// The head of a here-document.
    fn document(&mut self) {
        self.at += 2;
        let is_indented = self.rest().starts_with('-');
        self.at += usize::from(is_indented);
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        let ends = |c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '<' | '>' | '(' | ')');
        let length = self.rest().find(ends).unwrap_or(self.rest().len());
        let word = &self.rest()[..length];
        let is_mark = |c: char| matches!(c, '\'' | '"' | '\\');
        let document =
            Document { end: word.replace(is_mark, ""), is_quoted: word.contains(is_mark), is_indented };
        self.documents.push(document);
        self.at += length;
    }

    /// The bodies of the here-documents that were begun.
    fn bodies(&mut self) -> Result<(), String> {
        for document in std::mem::take(&mut self.documents) {
            let mut length = 0;
            let mut body = self.rest().len();
            for line in self.rest().split_inclusive('\n') {
                let bare = line.trim_end_matches('\n');
                if (if document.is_indented { bare.trim_start_matches('\t') } else { bare }) == document.end {
                    body = length;
                    length += line.len();
                    break;
                }
                length += line.len();
            }
            let (body, end) = (self.at + body, self.at + length);
            if document.is_quoted {
                self.literal(body - self.at, "a quoted here-document")?;
            }
            while self.at < body {
                let c = self.rest().chars().next().unwrap_or_default();
                self.in_double(c)?;
            }
            // What it says is no word of the command that follows.
            self.frame().word = None;
            self.at = end;
        }
        Ok(())
    }
}

/// The length of `$'…'`, in which a backslash takes the next character as it is.
fn length_of_escaped(text: &str) -> usize {
    let mut is_escaped = true;
    let closes = |c: char| {
        let closes = c == '\'' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        closes
    };
    text[1..].find(closes).map_or(text.len(), |length| length + 2)
}

/// The first reference in a text.
fn meant(text: &str) -> Option<&str> {
    let behind = text.match_indices("${").map(|(at, _)| &text[at + 2..]);
    behind
        .into_iter()
        .find(|rest| Reference::is_meant(rest))
        .map(|rest| &rest[..rest.find('}').unwrap_or(rest.len())])
}

fn is_variable(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else { return false };
    let name = name.strip_suffix('+').unwrap_or(name);
    is_variable(name.split('[').next().unwrap_or_default()) && (!name.contains('[') || name.ends_with(']'))
}
