//! A word of a line → what is known of it before the line runs.

use brush_parser::ParserOptions;
use brush_parser::word::{self, Parameter, ParameterExpr, SpecialParameter, WordPiece, WordPieceWithSource};

use super::shell::{ARITHMETIC, Walk};

/// A word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    /// What it will be, quotes removed.
    Literal(String),
    /// One word or several, of which the beginning is known: a pattern, an expansion in quotes.
    Starting(String),
    /// Known only when it runs: it may even be several words.
    Dynamic,
}

impl Word {
    /// What it will be, if that is known.
    pub(crate) fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            _ => None,
        }
    }

    /// As an argument that is no option: itself, or what is known of its beginning.
    pub(super) fn operand(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            Self::Starting(text) if !text.is_empty() && !text.starts_with(['-', '+']) => Some(text),
            _ => None,
        }
    }

    /// As the user reads it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Literal(text) => text.clone(),
            Self::Starting(text) => format!("{text}…"),
            Self::Dynamic => "…".to_owned(),
        }
    }
}

/// Reads a word as it is written; what it runs, the walk is told.
pub(super) fn read(raw: &str, walk: &mut Walk<'_>) -> Word {
    let Ok(pieces) = word::parse(raw, &ParserOptions::default()) else {
        walk.hide("a word in it is none that the parser knows");
        return Word::Dynamic;
    };
    let mut reader = Reader { text: String::new(), ends: End::None };
    reader.pieces(&pieces, Quoted::No, walk);
    match reader.ends {
        End::None => Word::Literal(reader.text),
        End::Unknown => Word::Starting(reader.text),
        End::Split => Word::Dynamic,
    }
}

/// Whether a text that is not taken apart may run something.
pub(super) fn substitutes(text: &str) -> bool {
    ["$(", "`", "${", "<(", ">(", "$["].iter().any(|sign| text.contains(sign))
}

/// What is known of a word so far.
struct Reader {
    text: String,
    ends: End,
}

/// Behind which the text is not known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    None,
    /// It goes on, as this word or others that begin alike.
    Unknown,
    /// It may be any number of any words.
    Split,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoted {
    Yes,
    No,
}

impl Reader {
    fn add(&mut self, text: &str) {
        if self.ends == End::None {
            self.text.push_str(text);
        }
    }

    fn end(&mut self, quoted: Quoted) {
        self.ends = self.ends.max(if quoted == Quoted::Yes { End::Unknown } else { End::Split });
    }

    fn pieces(&mut self, pieces: &[WordPieceWithSource], quoted: Quoted, walk: &mut Walk<'_>) {
        for piece in pieces {
            match &piece.piece {
                WordPiece::Text(text) if quoted == Quoted::Yes => self.add(text),
                WordPiece::Text(text) => self.unquoted(text),
                WordPiece::SingleQuotedText(text) => self.add(text),
                WordPiece::EscapeSequence(text) => self.add(text.strip_prefix('\\').unwrap_or(text)),
                WordPiece::DoubleQuotedSequence(inner) => self.pieces(inner, Quoted::Yes, walk),
                WordPiece::CommandSubstitution(line) => {
                    walk.inner_line(line);
                    self.end(quoted);
                }
                WordPiece::BackquotedCommandSubstitution(line) if !line.contains('\\') => {
                    walk.inner_line(line);
                    self.end(quoted);
                }
                WordPiece::ParameterExpansion(expansion) => {
                    if !is_plain(expansion) {
                        walk.hide("an expansion in it may run or set something");
                    }
                    // `"$@"` is any number of words.
                    self.end(if is_list(expansion) { Quoted::No } else { quoted });
                }
                WordPiece::ArithmeticExpression(expression) => {
                    let is_sum = |c: char| c.is_ascii_digit() || " +-*/%()<>".contains(c);
                    if !expression.value.chars().all(is_sum) {
                        walk.hide(ARITHMETIC);
                    }
                    self.end(quoted);
                }
                // A path, which is no option.
                WordPiece::TildeExpansion(_) => self.add("~"),
                WordPiece::AnsiCQuotedText(_) => self.end(Quoted::Yes),
                WordPiece::GettextDoubleQuotedSequence(_) | WordPiece::BackquotedCommandSubstitution(_) => {
                    walk.hide("quotes in it mean more than they show");
                    self.end(quoted);
                }
            }
        }
    }

    /// Text in which patterns and braces mean something. Braces may make words of any beginning.
    fn unquoted(&mut self, text: &str) {
        match text.find(['*', '?', '[', '{', '(']) {
            None => self.add(text),
            Some(_) if matches!(text, "[" | "{}") && self.text.is_empty() => self.add(text),
            Some(_) if text.contains('{') => self.end(Quoted::No),
            Some(at) => {
                self.add(&text[..at]);
                self.end(Quoted::Yes);
            }
        }
    }
}

/// Whether an expansion may be several words even in quotes.
fn is_list(expansion: &ParameterExpr) -> bool {
    let parameter = match expansion {
        ParameterExpr::Parameter { parameter, .. } => parameter,
        _ => return !matches!(expansion, ParameterExpr::ParameterLength { .. }),
    };
    matches!(parameter, Parameter::Special(SpecialParameter::AllPositionalParameters { .. }))
}

/// Whether an expansion only takes a value, or a part of one.
fn is_plain(expansion: &ParameterExpr) -> bool {
    let (parameter, indirect, texts) = match expansion {
        ParameterExpr::Parameter { parameter, indirect }
        | ParameterExpr::ParameterLength { parameter, indirect } => (parameter, indirect, [None, None]),
        ParameterExpr::UseDefaultValues { parameter, indirect, default_value: text, .. }
        | ParameterExpr::UseAlternativeValue { parameter, indirect, alternative_value: text, .. }
        | ParameterExpr::RemoveSmallestSuffixPattern { parameter, indirect, pattern: text }
        | ParameterExpr::RemoveLargestSuffixPattern { parameter, indirect, pattern: text }
        | ParameterExpr::RemoveSmallestPrefixPattern { parameter, indirect, pattern: text }
        | ParameterExpr::RemoveLargestPrefixPattern { parameter, indirect, pattern: text } => {
            (parameter, indirect, [text.as_deref(), None])
        }
        ParameterExpr::ReplaceSubstring { parameter, indirect, pattern, replacement, .. } => {
            (parameter, indirect, [Some(pattern.as_str()), replacement.as_deref()])
        }
        _ => return false,
    };
    let is_simple =
        matches!(parameter, Parameter::Named(_) | Parameter::Positional(_) | Parameter::Special(_));
    is_simple && !indirect && texts.into_iter().flatten().all(|text| !text.contains(['$', '`', '<', '>']))
}
