//! What commands take: enough of it to see that `kill the process on port 8080` is no call of kill. A command
//! that is not in the table may take anything.

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
            Self::Commands | Self::Command if is_word(first) => misfits_if(!is_command(first, facts)),
            Self::Subcommand(known) if is_word(first) && contains(known, first) => Fit::Fits,
            Self::Subcommand(_) if is_word(first) && !has_flags => Fit::Misfits,
            Self::Targets(known) if is_word(first) && !has_flags && contains(known, first) => Fit::Fits,
            Self::Flags if is_flag(&operands[0]) => Fit::Surely,
            Self::Flags => Fit::Misfits,
            Self::Expression if operands.iter().any(is_comparison) => Fit::Surely,
            Self::Expression => misfits_if(operands.len() > 1 && !operands.iter().any(is_operator)),
            Self::Search => misfits_if(!has_flags && is_word(first) && operands.len() > 1),
            Self::Host if is_word(first) && !is_small_word(first) && !is_listed(first) => Fit::Fits,
            Self::Host if is_word(first) && is_small_word(first) => Fit::Misfits,
            Self::User if first.kind == Kind::Number || is_small_word(first) => Fit::Misfits,
            Self::Pattern
                if !operands.iter().take(3).any(|token| matches!(token.text, "for" | "through")) =>
            {
                Fit::Fits
            }
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

/// Whether a word is a command's name. A reserved word is none: "which for".
fn is_command(token: &Token<'_>, facts: &impl Facts) -> bool {
    !matches!(facts.resolve(token.text), None | Some(CommandKind::Keyword))
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
    use Class::{Auxiliary, Conjunction, Determiner, Preposition, Pronoun};
    let class = lexicon::class(token.text);
    token.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !matches!(class, Some(Auxiliary | Conjunction | Determiner | Preposition | Pronoun))
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
