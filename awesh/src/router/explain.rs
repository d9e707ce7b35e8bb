//! Why a line goes where it goes, fact by fact: what `awes why` shows, and `awesh route --explain`.
//!
//! The line is routed once more by a witness that notes what is asked of the session and what it answers, so an
//! explanation cannot tell another story than the decision. What is shown is put into words only when it is.

use std::cell::RefCell;
use std::fmt;

use super::facts::{CommandKind, Facts};
use super::weigh::{self, Sum};
use super::{Reason, Route, Verdict, command, pieces, route};

/// A verdict and its grounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Where the line goes.
    pub route: Route,
    /// What decided.
    pub reason: Reason,
    facts: Vec<Fact>,
    sum: Option<Sum>,
}

/// One thing that was asked of the session, and the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fact {
    Kind(String, Option<CommandKind>),
    Exists(String, bool),
    Turned(String, Route),
}

/// Decides where a line goes, and tells why.
pub fn explain<'a>(line: &'a str, facts: &impl Facts) -> (Verdict<'a>, Explanation) {
    let witness = Witness { facts, seen: RefCell::default() };
    let verdict = route(line, &witness);
    let seen = witness.seen.into_inner();
    let sum = match verdict.reason {
        Reason::Forced | Reason::Own | Reason::Turned => None,
        _ => {
            let tokens = pieces(line);
            weigh::sum(&command::head(&tokens, facts), &tokens, facts)
        }
    };
    let explanation = Explanation { route: verdict.route, reason: verdict.reason, facts: seen, sum };
    (verdict, explanation)
}

/// Passes questions on and notes them.
struct Witness<'a, F> {
    facts: &'a F,
    seen: RefCell<Vec<Fact>>,
}

impl<F> Witness<'_, F> {
    fn note(&self, fact: Fact) {
        let mut seen = self.seen.borrow_mut();
        if !seen.contains(&fact) {
            seen.push(fact);
        }
    }
}

impl<F: Facts> Facts for Witness<'_, F> {
    fn resolve(&self, word: &str) -> Option<CommandKind> {
        let kind = self.facts.resolve(word);
        self.note(Fact::Kind(word.to_owned(), kind));
        kind
    }

    fn path_exists(&self, word: &str) -> bool {
        let exists = self.facts.path_exists(word);
        self.note(Fact::Exists(word.to_owned(), exists));
        exists
    }

    fn turned(&self, form: &str) -> Option<Route> {
        let route = self.facts.turned(form)?;
        self.note(Fact::Turned(form.to_owned(), route));
        Some(route)
    }
}

impl Explanation {
    /// What was found, a line each.
    pub fn facts(&self) -> impl Iterator<Item = String> + '_ {
        self.facts.iter().map(Fact::to_string)
    }

    /// The points for plain language, and how many it takes; none where nothing was added up.
    pub fn score(&self) -> Option<(i32, i32)> {
        let sum = self.sum.as_ref()?;
        Some((sum.total(), sum.bar))
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.route, self.reason)?;
        for fact in self.facts() {
            writeln!(f, "  {fact}")?;
        }
        let Some(sum) = &self.sum else { return Ok(()) };
        for (ground, points) in &sum.parts {
            writeln!(f, "  {points:+4}  {ground}")?;
        }
        writeln!(f, "  {:4}  for plain language, which takes more than {}", sum.total(), sum.bar)
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(word, Some(kind)) => write!(f, "{word}: {kind}"),
            Self::Kind(word, None) => write!(f, "{word}: nothing that the session can run"),
            Self::Exists(name, true) => write!(f, "{name}: a file or directory of that name is there"),
            Self::Exists(name, false) => write!(f, "{name}: no file or directory of that name is there"),
            Self::Turned(form, route) => write!(f, "you sent lines like this to {route}: {form}"),
        }
    }
}

impl fmt::Display for CommandKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alias => "an alias",
            Self::Keyword => "a reserved word of bash",
            Self::Function => "a function",
            Self::Builtin => "a builtin of bash",
            Self::File => "a program",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Forced => "you said so with the mark before the line",
            Self::Nothing => "there is nothing to run in it",
            Self::Syntax => "it begins as only shell does",
            Self::Command => "the session can run its first word, and the rest does not speak against it",
            Self::NoCall => "it begins with a command's name, but nobody calls that command so",
            Self::Unknown => "its first word is unknown, and it does not read as plain language",
            Self::Prose => "its first word is no command, and it reads as plain language",
            Self::Turned => "you turned lines of this form round before",
            Self::Own => "its first word is awesh's own",
        })
    }
}
