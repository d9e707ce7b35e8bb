//! What commands take: enough of it to see that `kill the process on port 8080` is no call of kill. A command
//! that is not in the table may take anything.

use std::fmt;

use super::facts::{CommandKind, Facts};
use super::lexicon::{self, Class};
use super::syntax::{Kind, Token};

/// What a command takes besides flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operands {
    /// Any text, plain language included.
    Text,
    /// Nothing.
    Nothing,
    /// Numbers, jobs, dates: no words.
    Numbers,
    /// Names of variables, perhaps with values.
    Variables,
    /// Names of commands.
    Commands,
    /// A command and its operands.
    Command,
    /// One of these words, then whatever that takes.
    Subcommand(&'static str),
    /// Any of these words, or others of the user's own.
    Targets(&'static str),
    /// Flags before anything else.
    Flags,
    /// Conditions, with an operator.
    Expression,
    /// Places to search, then conditions that begin with a dash.
    Search,
    /// A host, then a command.
    Host,
    /// Users.
    User,
    /// A pattern, then files.
    Pattern,
    /// A script, then what it takes.
    Script,
    /// Phrases of these words and of names: "allow from any".
    Phrase(&'static str),
    /// Two at least.
    Two,
    /// Names of commands built into bash.
    Builtins,
    /// A time, then any text.
    Timed,
}

/// Whether a word is a mistyped `echo` or `printf`: what follows is a text and says nothing about the line.
pub(super) fn is_near_echo(word: &str) -> bool {
    let near = |command: &str| word.len() <= 8 && strsim::osa_distance(word, command) == 1;
    lexicon::class(word).is_none() && (near("echo") || near("printf"))
}

/// Whether operands are of the kind that the command takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// They are as nobody would write them otherwise.
    Surely,
    /// They are.
    Fits,
    /// They may be.
    Unknown,
    /// They are not.
    Misfits,
    /// They are not, and the command can do nothing but say so.
    Impossible,
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Surely => "what follows is surely what it takes",
            Self::Fits => "what follows is what it takes",
            Self::Unknown => "what follows may be what it takes",
            Self::Misfits => "what follows is not what it takes",
            Self::Impossible => "it cannot do anything with what follows",
        })
    }
}

impl Operands {
    /// Judges the operands, the flags among them included.
    pub(super) fn fit(self, operands: &[Token<'_>], facts: &impl Facts) -> Fit {
        let mut words = operands.iter().filter(|token| !is_flag(token));
        let Some(first) = words.next() else { return Fit::Fits };
        let has_flags = operands.iter().any(is_flag);
        match self {
            Self::Text => Fit::Fits,
            Self::Nothing => misfits_if(is_word(first) || first.kind == Kind::Number),
            Self::Numbers => misfits_if(operands.iter().any(is_word)),
            Self::Variables => misfits_if(operands.iter().any(|token| is_word(token) && !is_variable(token))),
            // "type -t f": nobody asks with flags.
            Self::Commands if is_flag(&operands[0]) => Fit::Fits,
            Self::Commands | Self::Command if is_word(first) => misfits_if(!is_command(first, facts)),
            Self::Subcommand(known) if is_word(first) && contains(known, first) => Fit::Fits,
            Self::Subcommand(_) if is_word(first) && !has_flags => Fit::Misfits,
            Self::Targets(known) if is_word(first) && !has_flags && contains(known, first) => Fit::Fits,
            Self::Flags if is_flag(&operands[0]) => Fit::Surely,
            Self::Flags => Fit::Misfits,
            Self::Expression if operands.iter().any(is_comparison) => Fit::Surely,
            Self::Expression => misfits_if(operands.len() > 1 && !operands.iter().any(is_operator)),
            Self::Search if operands.len() == 2 && operands.iter().all(is_thing) => Fit::Unknown,
            Self::Search => misfits_if(!has_flags && is_word(first) && operands.len() > 1),
            Self::Host if is_word(first) && !is_small_word(first) && !is_listed(first) => Fit::Fits,
            Self::Host if is_word(first) && is_small_word(first) => Fit::Misfits,
            Self::User if first.kind == Kind::Number || is_small_word(first) => Fit::Misfits,
            Self::Pattern
                if !operands.iter().take(3).any(|token| matches!(token.text, "for" | "through")) =>
            {
                Fit::Fits
            }
            Self::Phrase(known) if is_phrase(known, operands) => Fit::Surely,
            Self::Phrase(_) => Fit::Unknown,
            Self::Timed => {
                if first.kind == Kind::Number || first.text == "now" {
                    Fit::Surely
                } else {
                    Fit::Misfits
                }
            }
            Self::Builtins if facts.resolve(first.text) != Some(CommandKind::Builtin) && !has_flags => {
                Fit::Impossible
            }
            Self::Two if operands.len() == 1 && is_word(first) => Fit::Impossible,
            Self::Script if matches!(first.kind, Kind::Name | Kind::Path) => Fit::Fits,
            _ => Fit::Unknown,
        }
    }
}

fn misfits_if(misfits: bool) -> Fit {
    if misfits { Fit::Misfits } else { Fit::Fits }
}

fn is_flag(token: &Token<'_>) -> bool {
    matches!(token.kind, Kind::Flag | Kind::Dash)
}

fn is_word(token: &Token<'_>) -> bool {
    token.kind == Kind::Plain
}

fn contains(words: &str, token: &Token<'_>) -> bool {
    words.split_ascii_whitespace().any(|word| word == token.text)
}

/// Whether the words begin as a phrase of the command's own does, and most of the others are of it.
fn is_phrase(known: &str, operands: &[Token<'_>]) -> bool {
    let words = operands.iter().filter(|token| is_word(token));
    let (ours, others): (Vec<&Token<'_>>, Vec<_>) = words.partition(|word| contains(known, word));
    ours.first().is_some_and(|word| word.text == operands[0].text) && others.len() <= ours.len()
}

/// Whether a word is a command's name. A reserved word is none: "which for".
fn is_command(token: &Token<'_>, facts: &impl Facts) -> bool {
    !matches!(facts.resolve(token.text), None | Some(CommandKind::Keyword))
}

/// Whether a word is a thing's: two of these are rather two directories than a request.
fn is_thing(token: &Token<'_>) -> bool {
    lexicon::class(token.text) == Some(Class::Noun)
}

fn is_listed(token: &Token<'_>) -> bool {
    lexicon::class(&token.text.to_lowercase()).is_some()
}

/// Whether a word is none that things are named by.
fn is_small_word(token: &Token<'_>) -> bool {
    use Class::{Adjective, Foreign, Greeting, Noun, Polite, Verb};
    let class = lexicon::class(&token.text.to_lowercase());
    class.is_some_and(|class| !matches!(class, Verb | Noun | Adjective | Foreign | Polite | Greeting))
}

fn is_variable(token: &Token<'_>) -> bool {
    use Class::{Auxiliary, Conjunction, Determiner, Preposition, Pronoun, Quantifier};
    let class = lexicon::class(token.text);
    token.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !matches!(class, Some(Auxiliary | Conjunction | Determiner | Preposition | Pronoun | Quantifier))
}

/// What stands between two values.
fn is_comparison(token: &Token<'_>) -> bool {
    matches!(
        token.text,
        "=" | "==" | "!=" | "+" | "*" | "/" | "%" | ":" | "-eq" | "-ne" | "-lt" | "-gt" | "-le" | "-ge"
    )
}

/// `-eq`, `x=1`, `a+b` …
fn is_operator(token: &Token<'_>) -> bool {
    matches!(token.kind, Kind::Flag | Kind::Assignment | Kind::Expansion | Kind::Redirection | Kind::Quoted)
        || token.text.contains(['=', '+', '*', '/', '%', '<', '>', '!', '-'])
}
