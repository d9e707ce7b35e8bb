//! Signs of plain language, and of shell, in a line.

use std::fmt::{self, Write as _};

use super::reading;
use super::syntax::Token;

/// Something that speaks for plain language, or for shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Sign {
    Question,
    Auxiliary,
    Pronoun,
    Determiner,
    Article,
    Quantifier,
    Preposition,
    Particle,
    Conjunction,
    Polite,
    Adverb,
    Verb,
    Reports,
    Noun,
    Adjective,
    Foreign,
    /// A plain word that no list has.
    OtherWord,
    /// Letters of another script.
    Script,
    QuestionMark,
    FullStop,
    Comma,
    Colon,
    /// The first word begins with a capital letter and goes on in small ones.
    Capital,
    /// The first word is a question's.
    QuestionFirst,
    /// The first word is a small word of plain language.
    SmallFirst,
    /// The first word is a verb.
    VerbFirst,
    /// The first word is another word of the language.
    WordFirst,
    /// The first word is a small one that no tool is called by, or asks kindly.
    SpokenFirst,
    /// The first word is what is asked for of a machine, and no usual name of a tool: install, explain.
    AskedFirst,
    /// The line begins with a thing and what it is of: "status of …". No tool is called so.
    OfFirst,
    /// An object: the file, my old logs.
    Object,
    /// The same with an article: "a file" may be two names after a command.
    SomeObject,
    /// A circumstance: in the last hour, for one user, sorted by size.
    Circumstance,
    /// A question within: how to, what is.
    Asked,
    /// "everything", "everybody": nobody's names.
    Indefinite,
    /// The line ends with a thing and what it is like: "previous commit message".
    Described,
    /// The second word tells about the first ("docker is …"), or the first two are told about ("the build fails").
    Told,
    /// Something is asked for the one who asks: "show me", "give us".
    ForMe,
    /// The last word asks kindly.
    PoliteLast,
    /// Brackets or code where no shell has them.
    Aside,
    Number,
    Name,
    Quoted,
    Path,
    Glob,
    Flag,
    Dash,
    Expansion,
    Assignment,
    Escape,
    Operator,
    Redirection,
    Newline,
}

impl fmt::Display for Sign {
    /// The name of the sign in small words: "question first".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, letter) in format!("{self:?}").chars().enumerate() {
            if letter.is_uppercase() && index > 0 {
                f.write_char(' ')?;
            }
            f.write_char(letter.to_ascii_lowercase())?;
        }
        Ok(())
    }
}

/// The signs that hold a sentence together.
const GRAMMAR: [Sign; 17] = [
    Sign::Script,
    Sign::Polite,
    Sign::Question,
    Sign::Auxiliary,
    Sign::Pronoun,
    Sign::Determiner,
    Sign::Article,
    Sign::Quantifier,
    Sign::Preposition,
    Sign::Particle,
    Sign::Conjunction,
    Sign::Adverb,
    Sign::Foreign,
    Sign::QuestionMark,
    Sign::FullStop,
    Sign::Comma,
    Sign::Told,
];

/// The signs of words and marks that no sentence needs.
const FOREIGN_TO_LANGUAGE: [Sign; 13] = [
    Sign::OtherWord,
    Sign::Name,
    Sign::Quoted,
    Sign::Path,
    Sign::Glob,
    Sign::Flag,
    Sign::Dash,
    Sign::Expansion,
    Sign::Assignment,
    Sign::Escape,
    Sign::Operator,
    Sign::Redirection,
    Sign::Newline,
];

/// How many kinds of sign there are.
const KINDS: usize = Sign::Newline as usize + 1;

/// How often each sign was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signs([u16; KINDS]);

impl Signs {
    /// Counts the signs in a line.
    pub(super) fn of(tokens: &[Token<'_>]) -> Self {
        let mut signs = Self([0; KINDS]);
        reading::read(tokens, &mut signs);
        signs
    }

    /// How often a sign was met.
    pub(super) fn count(&self, sign: Sign) -> u16 {
        self.0[sign as usize]
    }

    /// Whether a sign was met.
    pub(super) fn has(&self, sign: Sign) -> bool {
        self.count(sign) > 0
    }

    /// Whether something was met that holds a sentence together: a small word, a mark of punctuation.
    pub(super) fn has_grammar(&self) -> bool {
        GRAMMAR.into_iter().any(|sign| self.has(sign))
    }

    /// Whether every word is one of the language, or a number.
    pub(super) fn is_language(&self) -> bool {
        FOREIGN_TO_LANGUAGE.into_iter().all(|sign| !self.has(sign))
    }

    pub(super) fn add(&mut self, sign: Sign) {
        self.0[sign as usize] += 1;
    }
}
