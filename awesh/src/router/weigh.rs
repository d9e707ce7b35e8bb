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
        Head::Known(call) => match is_no_call(call, KNOWN, facts) {
            true => (Route::Ask, Reason::NoCall),
            false => (Route::Bash, Reason::Command),
        },
        Head::Path(call) => match is_no_call(call, PATH, facts) {
            true => (Route::Ask, Reason::NoCall),
            false => (Route::Bash, Reason::Syntax),
        },
        Head::Reserved => {
            let signs = Signs::of(tokens);
            judge(signs.has_grammar() && points(&signs, tokens, UNKNOWN_LENGTH) > UNKNOWN)
        }
        Head::Unknown(call) => judge(is_prose(call, tokens)),
    }
}

fn judge(prose: bool) -> (Route, Reason) {
    if prose { (Route::Ask, Reason::Prose) } else { (Route::Bash, Reason::Unknown) }
}

/// Whether a line that begins with a command is no call of it.
fn is_no_call(call: &Call<'_>, bar: i32, facts: &impl Facts) -> bool {
    if call.tokens.len() == 1 || call.prefixed {
        return false;
    }
    let signs = Signs::of(call.line);
    if call.takes == Some(Operands::Text) {
        // It may say anything; a question about the command itself still shows.
        return signs.has(Sign::Told) && signs.has(Sign::Comma) && signs.has(Sign::Question);
    }
    let fit = call.takes.map_or(Fit::Unknown, |takes| takes.fit(call.operands(), facts));
    let reads = |tokens: &[Token<'_>], signs: &Signs| {
        // What the command does not take is as good as grammar, if it is all language.
        let holds = signs.has_grammar() || (fit == Fit::Misfits && signs.is_language() && tokens.len() > 2);
        holds
            && points(signs, tokens, KNOWN_LENGTH) + fit_points(fit) > bar + if call.wrapped { 10 } else { 0 }
    };
    // The first command of several must be no call by itself: what follows may be a text that is printed.
    fit != Fit::Surely
        && reads(call.line, &signs)
        && (call.tokens.len() == call.line.len() || reads(call.tokens, &Signs::of(call.tokens)))
        && !are_paths(call.operands(), facts)
}

/// What it says for plain language that the operands are such as the command takes, or are not.
fn fit_points(fit: Fit) -> i32 {
    match fit {
        Fit::Surely | Fit::Fits => -25,
        Fit::Unknown => 0,
        Fit::Misfits => 24,
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
    !call.prefixed
        && (begins_as_prose || signs.has_grammar())
        && points(&signs, tokens, UNKNOWN_LENGTH) > UNKNOWN
}

/// Whether all operands are things that are there: the words of a request seldom are.
fn are_paths(operands: &[Token<'_>], facts: &impl Facts) -> bool {
    let mut names = operands.iter().filter(|token| !matches!(token.kind, Kind::Flag | Kind::Dash)).peekable();
    names.peek().is_some() && names.all(|token| facts.path_exists(token.text))
}

/// What lines of two words, of three, of four or five, and of more have in points before they are read: a short
/// one is rather a command.
type Length = [i32; 4];

const KNOWN_LENGTH: Length = [-45, -16, 0, 10];

const UNKNOWN_LENGTH: Length = [-24, -16, 0, 10];

/// What the signs in the line come to.
fn points(signs: &Signs, tokens: &[Token<'_>], length: Length) -> i32 {
    let length = match tokens.iter().map(words).sum() {
        0..=2 => length[0],
        3 => length[1],
        4 | 5 => length[2],
        _ => length[3],
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

const POINTS: [(Sign, i32); 43] = [
    (Sign::Question, 10),
    (Sign::Auxiliary, 14),
    (Sign::Pronoun, 12),
    (Sign::Determiner, 21),
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
    (Sign::Told, 28),
    (Sign::ForMe, 14),
    (Sign::PoliteLast, 14),
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
