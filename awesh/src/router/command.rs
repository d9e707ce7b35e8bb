//! Which command a line runs: past assignments, redirections, reserved words and commands that run others, to
//! the word that decides, and whether the session knows it.

use super::facts::{CommandKind, Facts};
use super::operands::Operands;
use super::syntax::{Kind, Token};
use super::usage;

/// How a line begins.
#[derive(Debug)]
pub(super) enum Head<'a> {
    /// With nothing that is run: empty, a comment, assignments or redirections alone.
    Nothing,
    /// With what only a shell has: a subshell, `[[`, a loop, an expansion, a quoted name.
    Syntax,
    /// With a path.
    Path(Call<'a>),
    /// With a word that the session can run.
    Known(Call<'a>),
    /// With a reserved word, but not as it is used: `for every pod`, `then delete it`.
    Reserved,
    /// With a word that the session cannot run.
    Unknown(Call<'a>),
}

/// A command word and what follows it.
#[derive(Debug)]
pub(super) struct Call<'a> {
    /// The word.
    pub(super) word: &'a str,
    /// What it takes, where that is known.
    pub(super) takes: Option<Operands>,
    /// The word and what follows, up to the next operator.
    pub(super) tokens: &'a [Token<'a>],
    /// The word and all that follows.
    pub(super) line: &'a [Token<'a>],
    /// Whether assignments or redirections stand before it.
    pub(super) prefixed: bool,
    /// Whether a command or a reserved word that takes a command stands before it.
    pub(super) wrapped: bool,
}

impl<'a> Call<'a> {
    /// What follows the word.
    pub(super) fn operands(&self) -> &'a [Token<'a>] {
        &self.tokens[1..]
    }
}

/// Finds out how the line begins.
pub(super) fn head<'a>(tokens: &'a [Token<'a>], facts: &impl Facts) -> Head<'a> {
    // `!text` and `!?text?` bring back a line of the history; as a keyword `!` stands alone.
    if tokens.first().is_some_and(|first| first.text.len() > 1 && first.text.starts_with('!')) {
        return Head::Syntax;
    }
    let mut at = 0;
    let mut prefixed = false;
    let mut wrapped = false;
    // Each round settles one word; a dozen `sudo sudo …` are enough to see what it is.
    for _ in 0..12 {
        let Some(token) = tokens.get(at) else { break };
        match token.kind {
            Kind::Newline | Kind::Comment if !wrapped => at += 1,
            Kind::Assignment => {
                // An array's value is cut into several pieces.
                if tokens.get(at + 1).is_some_and(|next| next.text == "(" && token.text.ends_with('=')) {
                    return Head::Syntax;
                }
                prefixed = true;
                at += 1;
            }
            Kind::Redirection => {
                prefixed = true;
                at += 2;
            }
            Kind::Number if tokens.get(at + 1).is_some_and(|next| next.kind == Kind::Redirection) => at += 1,
            // What a wrapper is told before it is told the command.
            Kind::Flag | Kind::Dash | Kind::Number if wrapped => at += 1,
            Kind::Plain | Kind::Name | Kind::Number | Kind::Path => {
                let call = call(tokens, at, prefixed, wrapped);
                if is_function(tokens, at) {
                    return Head::Syntax;
                }
                match word(&call, facts) {
                    Some(Step::Settled(head)) => return head(call),
                    Some(Step::Reserved) => return Head::Reserved,
                    Some(Step::Next) => {
                        wrapped = true;
                        at += 1;
                    }
                    None => return Head::Unknown(call),
                }
            }
            Kind::Flag | Kind::Dash | Kind::Code => {
                return Head::Unknown(call(tokens, at, prefixed, wrapped));
            }
            _ => return Head::Syntax,
        }
    }
    if wrapped { Head::Syntax } else { Head::Nothing }
}

/// What one command word leads to.
enum Step<'a> {
    Settled(fn(Call<'a>) -> Head<'a>),
    Reserved,
    Next,
}

fn word<'a>(call: &Call<'a>, facts: &impl Facts) -> Option<Step<'a>> {
    if call.word.contains('/') || matches!(call.word, "." | ".." | "~") || call.word.starts_with('~') {
        return Some(Step::Settled(Head::Path));
    }
    let kind = facts.resolve(call.word)?;
    if kind == CommandKind::Keyword {
        return Some(keyword(call, facts));
    }
    let next = call
        .operands()
        .iter()
        .find(|token| !matches!(token.kind, Kind::Flag | Kind::Dash | Kind::Assignment | Kind::Number));
    let runs_next = call.takes == Some(Operands::Command)
        && next.is_some_and(|next| next.kind == Kind::Plain && runs(facts.resolve(next.text)));
    Some(if runs_next { Step::Next } else { Step::Settled(Head::Known) })
}

/// Whether a reserved word is used as one.
fn keyword<'a>(call: &Call<'a>, facts: &impl Facts) -> Step<'a> {
    let operand = |index: usize| call.operands().get(index);
    let runs = |token: Option<&Token<'_>>| match token {
        Some(token) if token.kind == Kind::Plain => facts.resolve(token.text).is_some(),
        _ => true,
    };
    let syntax: Step<'a> = Step::Settled(|_| Head::Syntax);
    match call.word {
        "for" | "select" => match (operand(0), operand(1)) {
            (Some(_), Some(second)) if second.text != "in" && second.text != "do" => Step::Reserved,
            _ => syntax,
        },
        "case" if operand(1).is_some_and(|second| second.text == "in") => syntax,
        "function" if operand(1).is_none_or(|second| matches!(second.text, "{" | "(")) => syntax,
        "case" | "function" => Step::Reserved,
        "[[" | "{" | "!" | "coproc" => syntax,
        "if" | "while" | "until" if goes_on(call.line) => syntax,
        "time" | "if" | "while" | "until" if runs(operand(0)) => Step::Next,
        "time" if operand(0).is_some_and(|first| first.kind == Kind::Flag) => Step::Next,
        // Nothing begins with these but the rest of something that was not finished.
        _ => Step::Reserved,
    }
}

/// `; then`, `; do`: whatever the condition runs, it is one.
fn goes_on(line: &[Token<'_>]) -> bool {
    line.windows(2).any(|pair| {
        matches!(pair[0].kind, Kind::Operator | Kind::Newline) && matches!(pair[1].text, "then" | "do")
    })
}

fn call<'a>(tokens: &'a [Token<'a>], at: usize, prefixed: bool, wrapped: bool) -> Call<'a> {
    let word = tokens[at].text;
    let rest = &tokens[at + 1..];
    let end = rest.iter().position(ends_command).unwrap_or(rest.len());
    Call {
        word,
        takes: usage::of(word),
        tokens: &tokens[at..=at + end],
        line: &tokens[at..],
        prefixed,
        wrapped,
    }
}

fn ends_command(token: &Token<'_>) -> bool {
    matches!(token.kind, Kind::Operator | Kind::Newline | Kind::Comment)
}

/// `name()`
fn is_function(tokens: &[Token<'_>], at: usize) -> bool {
    matches!(&tokens[at + 1..], [open, close, ..] if open.text == "(" && close.text == ")")
}

/// Whether what a word is can be run by another command.
fn runs(kind: Option<CommandKind>) -> bool {
    !matches!(kind, None | Some(CommandKind::Keyword))
}
