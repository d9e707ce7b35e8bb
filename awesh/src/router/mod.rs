//! Whether a line is bash's, a question, or one of awesh's own commands. Pure, and quick enough to be asked at
//! every key.
//!
//! What bash can run is bash's. So the first word decides, and the session says whether it can run it
//! (`command.rs`). Two things are left to judge by the look of the line: one that begins with a command's name
//! and goes on as nobody calls that command (`operands.rs`), and one whose first word is unknown: a mistyped
//! command, or plain language (`prose.rs`). What the user turned round before goes before the guess (`form.rs`),
//! and every decision can be asked for its grounds (`explain.rs`). When in doubt it is bash's: a command that
//! was sent off as a question is worse than a question that bash does not understand.

mod batch;
mod command;
mod explain;
mod facts;
mod form;
mod lexicon;
mod operands;
mod prose;
mod reading;
mod replies;
mod syntax;
#[cfg(test)]
mod tests;
mod usage;
mod weigh;

pub use batch::{BatchError, Format, route_command};
pub use explain::{Explanation, explain};
pub use facts::{CommandKind, Facts, StaticFacts};

use std::fmt;

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

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Bash => "bash",
            Self::Ask => "ask",
            Self::Control => "control",
        })
    }
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
    /// The user turned a line of the same form round.
    Turned,
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
    if let Some(verdict) = forced(line) {
        return verdict;
    }
    let tokens = pieces(line);
    let (route, reason) = decide(&tokens, facts);
    let (route, reason) = turned(&tokens, (route, reason), facts).unwrap_or((route, reason));
    Verdict { route, reason, text: line }
}

/// What the user said by a mark before the line.
fn forced(line: &str) -> Option<Verdict<'_>> {
    let trimmed = line.trim_start();
    if let Some(question) = trimmed.strip_prefix('?') {
        return Some(Verdict { route: Route::Ask, reason: Reason::Forced, text: question.trim() });
    }
    let command = trimmed.strip_prefix("$ ").or_else(|| trimmed.strip_prefix("$\t"))?;
    Some(Verdict { route: Route::Bash, reason: Reason::Forced, text: command.trim_start() })
}

/// What the user wants for lines of this form, where that is not what was decided.
fn turned(
    tokens: &[Token<'_>],
    (route, reason): (Route, Reason),
    facts: &impl Facts,
) -> Option<(Route, Reason)> {
    let wanted = if can_be_turned(tokens, reason) { facts.turned(&form::of(tokens)?)? } else { return None };
    (wanted != route).then_some((wanted, Reason::Turned))
}

/// Whether what the user says of one line may go for all of its form. Nothing that shows that shell was meant
/// becomes a question for good.
fn can_be_turned(tokens: &[Token<'_>], reason: Reason) -> bool {
    match reason {
        Reason::Command | Reason::Unknown => form::may_be_asked(tokens),
        Reason::NoCall | Reason::Prose => true,
        Reason::Forced | Reason::Nothing | Reason::Syntax | Reason::Turned | Reason::Own => false,
    }
}

/// The form of a line, and where lines of that form go by themselves; none where no other route may be
/// remembered for them.
pub fn form_of(line: &str, facts: &impl Facts) -> Option<(String, Route)> {
    if forced(line).is_some() {
        return None;
    }
    let tokens = pieces(line);
    let (route, reason) = decide(&tokens, facts);
    let form = if can_be_turned(&tokens, reason) { form::of(&tokens)? } else { return None };
    Some((form, route))
}

/// The word of a line that bash looked for as a command in vain, if it is the one that the line begins with.
pub fn unknown_command<'a>(line: &'a str, facts: &impl Facts) -> Option<&'a str> {
    let tokens = pieces(line);
    match command::head(&tokens, facts) {
        // The word as a part of `line`: the call's own is borrowed from the pieces.
        command::Head::Unknown(call) if !call.wrapped => {
            tokens.iter().map(|token| token.text).find(|text| *text == call.word)
        }
        _ => None,
    }
}

/// Whether a command is one of those that many people use.
pub fn is_well_known(command: &str) -> bool {
    usage::of(command).is_some()
}

/// Whether a line could have been meant as a question, although it was not taken for one.
pub fn could_be_question(line: &str) -> bool {
    let tokens = pieces(line);
    let signs = prose::Signs::of(&tokens);
    tokens.len() > 2 && signs.has_grammar() && !signs.has(prose::Sign::Flag)
}

fn pieces(line: &str) -> Vec<Token<'_>> {
    syntax::tokens(start_of(line.trim_start()), HEAD_TOKENS)
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
