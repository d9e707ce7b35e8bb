//! The judgement. Signs have points, for plain language or against; how the line begins sets how many it takes.
//!
//! Points alone do not carry a line away from a command that the session can run: nouns and adjectives are
//! what people call their files (`rm old backup`). At least one sign of grammar must be there, of the kind
//! that [`Signs::has_grammar`] knows.

use super::command::{Call, Head};
use super::facts::Facts;
use super::operands::{self, Fit, Operands};
use super::prose::{Sign, Signs};
use super::syntax::{Kind, Token, is_other_script};
use super::{Reason, Route};

/// Points that plain language must outweigh where the session can run the first word.
const KNOWN: i32 = 30;

/// The same where it cannot.
const UNKNOWN: i32 = 12;

/// The same where the line begins with a path.
const PATH: i32 = 45;

/// Decides where a line goes that begins like this.
pub(super) fn weigh(head: &Head<'_>, tokens: &[Token<'_>], facts: &impl Facts) -> (Route, Reason) {
    match head {
        Head::Nothing => (Route::Bash, Reason::Nothing),
        Head::Syntax => (Route::Bash, Reason::Syntax),
        Head::Known(call) => match is_no_call(call, KNOWN, tokens, facts) {
            true => (Route::Ask, Reason::NoCall),
            false => (Route::Bash, Reason::Command),
        },
        Head::Path(call) => match is_no_call(call, PATH, tokens, facts) {
            true => (Route::Ask, Reason::NoCall),
            false => (Route::Bash, Reason::Syntax),
        },
        Head::Reserved => {
            let signs = Signs::of(tokens);
            judge(signs.has_grammar() && points(&signs, tokens) > UNKNOWN)
        }
        Head::Unknown(call) => judge(is_prose(call, tokens)),
    }
}

fn judge(prose: bool) -> (Route, Reason) {
    if prose { (Route::Ask, Reason::Prose) } else { (Route::Bash, Reason::Unknown) }
}

/// Whether a line that begins with a command is no call of it.
fn is_no_call(call: &Call<'_>, bar: i32, tokens: &[Token<'_>], facts: &impl Facts) -> bool {
    if call.tokens.len() == 1 || call.prefixed {
        return false;
    }
    let signs = Signs::of(tokens);
    if call.takes == Some(Operands::Text) {
        // It may say anything; a question about the command itself still shows.
        return signs.has(Sign::Told) && signs.has(Sign::Comma) && signs.has(Sign::Question);
    }
    let bar = bar + if call.wrapped { 10 } else { 0 } - fit_points(call, facts);
    let exceeds = |tokens: &[Token<'_>], signs: &Signs| signs.has_grammar() && points(signs, tokens) > bar;
    // The first command of several must be no call by itself: what follows may be a text that is printed.
    exceeds(tokens, &signs)
        && (call.tokens.len() == tokens.len() || exceeds(call.tokens, &Signs::of(call.tokens)))
        && !are_paths(call.operands(), facts)
}

/// What it says for plain language that the operands are such as the command takes, or are not.
fn fit_points(call: &Call<'_>, facts: &impl Facts) -> i32 {
    match call.takes.map(|takes| takes.fit(call.operands(), facts)) {
        Some(Fit::Fits) => -25,
        Some(Fit::Misfits) => 12,
        Some(Fit::Unknown) | None => 0,
    }
}

/// Whether a line whose first word is unknown is plain language.
fn is_prose(call: &Call<'_>, tokens: &[Token<'_>]) -> bool {
    let signs = Signs::of(tokens);
    if operands::is_near_echo(call.word) {
        return false;
    }
    if tokens.len() == 1 {
        // A lone word is a mistyped command, unless no command is written so.
        return signs.has(Sign::Script) || signs.has(Sign::QuestionMark);
    }
    let begins_as_prose = [
        Sign::QuestionFirst,
        Sign::SmallFirst,
        Sign::VerbFirst,
        Sign::WordFirst,
        Sign::Capital,
        Sign::Foreign,
        Sign::Script,
    ]
    .into_iter()
    .any(|sign| signs.has(sign));
    !call.prefixed && (begins_as_prose || signs.has_grammar()) && points(&signs, tokens) > UNKNOWN
}

/// Whether all operands are things that are there: the words of a request seldom are.
fn are_paths(operands: &[Token<'_>], facts: &impl Facts) -> bool {
    let mut names = operands.iter().filter(|token| !matches!(token.kind, Kind::Flag | Kind::Dash)).peekable();
    names.peek().is_some() && names.all(|token| facts.path_exists(token.text))
}

/// What the signs in the line come to.
fn points(signs: &Signs, tokens: &[Token<'_>]) -> i32 {
    let length = match tokens.iter().map(words).sum() {
        0..=2 => -24,
        3 => -16,
        4 | 5 => 0,
        _ => 10,
    };
    let each = |(sign, points): &(Sign, i32)| match sign {
        // A sentence may be one word here, or many.
        Sign::Script => i32::from(signs.has(*sign)) * points,
        // The third sign of a kind says no more than the second.
        _ => i32::from(signs.count(*sign).min(3)) * points,
    };
    length + POINTS.iter().map(each).sum::<i32>()
}

/// How many words there are in a piece: some scripts have no blanks between them.
fn words(token: &Token<'_>) -> usize {
    1 + token.text.chars().filter(|c| is_other_script(*c)).take(16).count() / 3
}

const POINTS: [(Sign, i32); 41] = [
    (Sign::Question, 10),
    (Sign::Auxiliary, 10),
    (Sign::Pronoun, 12),
    (Sign::Determiner, 20),
    (Sign::Article, 19),
    (Sign::Quantifier, 12),
    (Sign::Preposition, 20),
    (Sign::Particle, 15),
    (Sign::Conjunction, 12),
    (Sign::Polite, 15),
    (Sign::Adverb, 10),
    (Sign::Verb, -1),
    (Sign::Reports, 10),
    (Sign::Noun, 6),
    (Sign::Adjective, 8),
    (Sign::Foreign, 9),
    (Sign::OtherWord, -2),
    (Sign::Script, 15),
    (Sign::QuestionMark, 15),
    (Sign::FullStop, 7),
    (Sign::Comma, 13),
    (Sign::Colon, 5),
    (Sign::Capital, 18),
    (Sign::QuestionFirst, 22),
    (Sign::SmallFirst, 30),
    (Sign::VerbFirst, 28),
    (Sign::WordFirst, 12),
    (Sign::Told, 15),
    (Sign::Aside, 3),
    (Sign::Number, -6),
    (Sign::Name, -7),
    (Sign::Quoted, -3),
    (Sign::Path, -10),
    (Sign::Glob, -5),
    (Sign::Flag, -17),
    (Sign::Dash, -5),
    (Sign::Expansion, -6),
    (Sign::Assignment, -12),
    (Sign::Escape, -3),
    (Sign::Operator, -12),
    (Sign::Redirection, -8),
];
