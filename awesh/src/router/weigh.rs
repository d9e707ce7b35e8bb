//! The judgement. Signs have points, for plain language or against; how the line begins sets how many it takes.
//!
//! Points alone do not carry a line away from a command that the session can run: nouns and adjectives are
//! what people call their files (`rm old backup`). At least one sign of grammar must be there, of the kind
//! that [`Signs::has_grammar`] knows.

use super::command::{Call, Head};
use super::facts::Facts;
use super::lexicon;
use super::operands::{self, Fit, Operands};
use super::prose::{Sign, Signs};
use super::replies;
use super::syntax::{Kind, Token, is_other_script};
use super::{Reason, Route};

/// What a line is measured against: the points that plain language must outweigh, what lines of two words, of
/// three, of four or five, and of more have before they are read (a short one is rather a command), and
/// whether the line may be a call.
struct Measure {
    bar: i32,
    lengths: [i32; 4],
    callable: bool,
}

/// Where the session can run the first word.
const KNOWN: Measure = Measure { bar: 30, lengths: [-52, -16, 0, 10], callable: true };

/// Where the line begins with a path: what that takes is anybody's guess.
const PATH: Measure = Measure { bar: 70, ..KNOWN };

/// Where it cannot.
const UNKNOWN: Measure = Measure { bar: 12, lengths: [-24, -16, 0, 10], callable: false };

/// What more a line needs that begins with a command which runs another.
const WRAPPED: i32 = 10;

/// Decides where a line goes that begins like this.
pub(super) fn weigh(head: &Head<'_>, tokens: &[Token<'_>], facts: &impl Facts) -> (Route, Reason) {
    match head {
        Head::Nothing => (Route::Bash, Reason::Nothing),
        Head::Syntax => (Route::Bash, Reason::Syntax),
        Head::Known(call) => match is_no_call(call, &KNOWN, facts) {
            true => (Route::Ask, Reason::NoCall),
            false => (Route::Bash, Reason::Command),
        },
        Head::Path(call) => match is_no_call(call, &PATH, facts) {
            true => (Route::Ask, Reason::NoCall),
            false => (Route::Bash, Reason::Syntax),
        },
        Head::Reserved => {
            let signs = Signs::of(tokens);
            judge(signs.has_grammar() && points(&signs, tokens, &UNKNOWN) > UNKNOWN.bar)
        }
        Head::Unknown(call) if is_absent(call) => judge(is_no_call(call, &KNOWN, facts)),
        Head::Unknown(call) => judge(is_prose(call, tokens)),
    }
}

/// What [`weigh`] adds up for a line, with the bar it has to be above; none where nothing is added up.
pub(super) fn sum(head: &Head<'_>, tokens: &[Token<'_>], facts: &impl Facts) -> Option<Sum> {
    let (call, measure) = match head {
        Head::Nothing | Head::Syntax => return None,
        Head::Known(call) => (Some(call), &KNOWN),
        Head::Unknown(call) if is_absent(call) => (Some(call), &KNOWN),
        Head::Path(call) => (Some(call), &PATH),
        Head::Reserved | Head::Unknown(_) => (None, &UNKNOWN),
    };
    let line = call.map_or_else(|| introduction(tokens), |call| call.line);
    let signs = Signs::of(line);
    let mut parts = vec![("its length".to_owned(), length_points(line, measure))];
    let fit = call.and_then(|call| Some(call.takes?.fit(call.operands(), facts)));
    parts.extend(fit.map(|fit| (fit.to_string(), fit_points(fit, &signs, line))));
    parts.extend(POINTS.iter().map(|row| (row.0.to_string(), sign_points(row, &signs, measure))));
    parts.retain(|(_, points)| *points != 0);
    let wrapped = call.is_some_and(|call| call.wrapped);
    Some(Sum { parts, bar: measure.bar + if wrapped { WRAPPED } else { 0 } })
}

/// Points by what they were given for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) parts: Vec<(String, i32)>,
    pub(super) bar: i32,
}

impl Sum {
    pub(super) fn total(&self) -> i32 {
        self.parts.iter().map(|(_, points)| points).sum()
    }
}

fn judge(prose: bool) -> (Route, Reason) {
    if prose { (Route::Ask, Reason::Prose) } else { (Route::Bash, Reason::Unknown) }
}

/// Whether a line that begins with a command is no call of it.
fn is_no_call(call: &Call<'_>, measure: &Measure, facts: &impl Facts) -> bool {
    let signs = Signs::of(call.line);
    if call.tokens.len() == 1 || call.prefixed || is_composed(call.line, &signs) {
        return false;
    }
    if call.takes == Some(Operands::Text) {
        // It may say anything; a question about the command itself still shows.
        return (signs.has(Sign::Told) && signs.has(Sign::Comma) && signs.has(Sign::Question))
            || replies::is_reply(call.line);
    }
    let fit = call.takes.map_or(Fit::Unknown, |takes| takes.fit(call.operands(), facts));
    if fit == Fit::Misfits && replies::is_reply(call.line) {
        return true;
    }
    let bar = measure.bar + if call.wrapped { WRAPPED } else { 0 };
    let reads = |tokens: &[Token<'_>], signs: &Signs| {
        is_sentence(tokens, signs, fit)
            && points(signs, tokens, measure) + fit_points(fit, signs, tokens) > bar
    };
    // The first command of several must be no call by itself: what follows may be a text that is printed.
    fit != Fit::Surely
        && reads(call.line, &signs)
        && (call.tokens.len() == call.line.len() || reads(call.tokens, &Signs::of(call.tokens)))
        && !are_paths(call.operands(), facts)
}

/// Whether a short line has an operator between its words: it is put together as only commands are.
fn is_composed(tokens: &[Token<'_>], signs: &Signs) -> bool {
    let connects = |token: &Token<'_>| matches!(token.kind, Kind::Operator | Kind::Redirection);
    tokens.len() <= 5 && tokens.iter().any(connects) && !signs.has(Sign::QuestionMark)
}

/// Whether something holds the words together, or they are no operands and all of them language.
fn is_sentence(tokens: &[Token<'_>], signs: &Signs, fit: Fit) -> bool {
    let described = signs.has(Sign::VerbFirst) && signs.has(Sign::Described) && tokens.len() > 3;
    let misfits = fit == Fit::Misfits && tokens.len() > 2 && signs.has(Sign::Noun);
    signs.has_grammar() || fit == Fit::Impossible || ((described || misfits) && signs.is_language())
}

/// What it says for plain language that the operands are such as the command takes, or are not.
fn fit_points(fit: Fit, signs: &Signs, tokens: &[Token<'_>]) -> i32 {
    match fit {
        // Long lines of nothing but words are seldom calls, whatever they begin with.
        Fit::Fits if signs.has(Sign::Told) && tokens.len() > 3 => -12,
        Fit::Fits if tokens.len() > 4 && tokens.iter().all(|token| token.kind == Kind::Plain) => -12,
        Fit::Surely | Fit::Fits => -25,
        Fit::Unknown => 0,
        Fit::Misfits => 30,
        Fit::Impossible => 70,
    }
}

/// Whether the word is a well-known command's that the session lacks, and no word of the language: bash is to
/// say that it is not there.
fn is_absent(call: &Call<'_>) -> bool {
    call.takes.is_some() && lexicon::class(call.word).is_none()
}

/// Whether a line whose first word is unknown is plain language.
fn is_prose(call: &Call<'_>, tokens: &[Token<'_>]) -> bool {
    let tokens = introduction(tokens);
    let signs = Signs::of(tokens);
    if operands::is_near_echo(call.word) {
        return false;
    }
    if replies::is_reply(tokens) {
        return true;
    }
    if tokens.len() == 1 {
        // A lone word is a mistyped command, unless no command is written so.
        return signs.has(Sign::Script) || signs.has(Sign::QuestionMark);
    }
    if is_composed(tokens, &signs) {
        return false;
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
        && points(&signs, tokens, &UNKNOWN) > UNKNOWN.bar
}

/// What comes before a colon, where code or a message is quoted after it: it tells what the line is.
fn introduction<'t, 'l>(tokens: &'t [Token<'l>]) -> &'t [Token<'l>] {
    let colon = tokens.iter().position(|token| token.kind == Kind::Plain && token.text.ends_with(':'));
    match colon {
        Some(at) if at > 0 => &tokens[..=at],
        _ => tokens,
    }
}

/// Whether all operands are things that are there: the words of a request seldom are.
fn are_paths(operands: &[Token<'_>], facts: &impl Facts) -> bool {
    let mut names = operands.iter().filter(|token| !matches!(token.kind, Kind::Flag | Kind::Dash)).peekable();
    names.peek().is_some() && names.all(|token| facts.path_exists(token.text))
}

/// What the signs in the line come to.
fn points(signs: &Signs, tokens: &[Token<'_>], measure: &Measure) -> i32 {
    length_points(tokens, measure) + POINTS.iter().map(|row| sign_points(row, signs, measure)).sum::<i32>()
}

fn length_points(tokens: &[Token<'_>], measure: &Measure) -> i32 {
    match tokens.iter().map(words).sum() {
        0..=2 => measure.lengths[0],
        3 => measure.lengths[1],
        4 | 5 => measure.lengths[2],
        _ => measure.lengths[3],
    }
}

fn sign_points(&(sign, points): &(Sign, i32), signs: &Signs, measure: &Measure) -> i32 {
    match sign {
        // Tools are called by verbs and small words, too; and a flag may take a text.
        Sign::SpokenFirst | Sign::AskedFirst | Sign::OfFirst | Sign::SomeObject if measure.callable => 0,
        Sign::Object | Sign::Circumstance | Sign::Asked if measure.callable && signs.has(Sign::Flag) => 0,
        // A sentence may be one word here, or many.
        Sign::Script => i32::from(signs.has(sign)) * points,
        // The third sign of a kind says no more than the second.
        _ => i32::from(signs.count(sign).min(3)) * points,
    }
}

/// How many words there are in a piece: some scripts have no blanks between them.
fn words(token: &Token<'_>) -> usize {
    1 + token.text.chars().filter(|c| is_other_script(*c)).take(16).count() / 3
}

const POINTS: [(Sign, i32); 51] = [
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
    (Sign::SpokenFirst, 14),
    (Sign::AskedFirst, 12),
    (Sign::OfFirst, 12),
    (Sign::Object, 20),
    (Sign::SomeObject, 10),
    (Sign::Circumstance, 14),
    (Sign::Asked, 10),
    (Sign::Indefinite, 20),
    (Sign::Told, 35),
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
