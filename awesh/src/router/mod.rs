//! Whether a line is bash's, a question, or one of awesh's own commands. Pure, and quick enough to be asked at
//! every key.
//!
//! What bash can run is bash's. So the first word decides, and the session says whether it can run it
//! (`command.rs`). Two things are left to judge by the look of the line: one that begins with a command's name
//! and goes on as nobody calls that command (`operands.rs`), and one whose first word is unknown: a mistyped
//! command, or plain language (`prose.rs`). When in doubt it is bash's: a command that was sent off as a
//! question is worse than a question that bash does not understand.

mod batch;
mod command;
mod facts;
mod lexicon;
mod operands;
mod prose;
mod reading;
mod syntax;
#[cfg(test)]
mod tests;
mod usage;
mod weigh;

pub use batch::{BatchError, route_command};
pub use facts::{CommandKind, Facts, StaticFacts};

use syntax::{Kind, Token};

/// Where a line goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// To bash.
    Bash,
    /// To the agents, as a question.
    Ask,
    /// To awesh itself.
    Control,
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The user said so, by a mark before the line.
    Forced,
    /// There is nothing to run: a blank line, a comment, assignments.
    Nothing,
    /// It begins as only shell does.
    Syntax,
    /// The session can run its first word.
    Command,
    /// It begins with a command's name but is not a call of it.
    NoCall,
    /// Its first word is unknown, and it does not read as plain language.
    Unknown,
    /// It reads as plain language.
    Prose,
    /// Its first word is awesh's own.
    Own,
}

/// Where a line goes and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict<'a> {
    /// Where the line goes.
    pub route: Route,
    /// What decided.
    pub reason: Reason,
    /// What to run or to ask: the line without the mark that forced its route.
    pub text: &'a str,
}

/// awesh's own commands.
pub const CONTROLS: [&str; 5] = ["aweh", "awes", "awev", "awea", "awem"];

/// So much of a line is looked at: the rest of a longer one says nothing new.
const HEAD_BYTES: usize = 2048;

/// So many words and operators of it.
const HEAD_TOKENS: usize = 96;

/// Decides where a line goes.
pub fn route<'a>(line: &'a str, facts: &impl Facts) -> Verdict<'a> {
    let trimmed = line.trim_start();
    if let Some(question) = trimmed.strip_prefix('?') {
        return Verdict { route: Route::Ask, reason: Reason::Forced, text: question.trim() };
    }
    if let Some(command) = trimmed.strip_prefix("$ ").or_else(|| trimmed.strip_prefix("$\t")) {
        return Verdict { route: Route::Bash, reason: Reason::Forced, text: command.trim_start() };
    }
    let tokens = syntax::tokens(start_of(trimmed), HEAD_TOKENS);
    let (route, reason) = decide(&tokens, facts);
    Verdict { route, reason, text: line }
}

fn decide(tokens: &[Token<'_>], facts: &impl Facts) -> (Route, Reason) {
    if is_control(tokens, facts) {
        return (Route::Control, Reason::Own);
    }
    weigh::weigh(&command::head(tokens, facts), tokens, facts)
}

/// Whether the line is a simple call of one of awesh's own commands. An alias or a function that the session
/// has by that name comes first.
fn is_control(tokens: &[Token<'_>], facts: &impl Facts) -> bool {
    let is_simple = |token: &Token<'_>| {
        !matches!(
            token.kind,
            Kind::Operator | Kind::Newline | Kind::Redirection | Kind::Bracket | Kind::Expansion
        )
    };
    tokens.first().is_some_and(|first| CONTROLS.contains(&first.text))
        && tokens.iter().all(is_simple)
        && !matches!(facts.resolve(tokens[0].text), Some(CommandKind::Alias | CommandKind::Function))
}

/// The beginning of a line, cut between two characters.
fn start_of(line: &str) -> &str {
    let mut end = line.len().min(HEAD_BYTES);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    &line[..end]
}
