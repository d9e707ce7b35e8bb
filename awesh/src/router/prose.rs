//! Signs of plain language, and what weighs against them.

use super::lexicon::{self, Class};
use super::syntax::{Kind, Token, is_other_script};

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
    /// The second word is one that tells about the first: "docker says …", "make is …".
    Told,
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

/// How many kinds of sign there are.
const KINDS: usize = Sign::Newline as usize + 1;

/// How often each sign was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signs([u16; KINDS]);

impl Signs {
    /// Counts the signs in a line.
    pub(super) fn of(tokens: &[Token<'_>]) -> Self {
        let mut signs = Self([0; KINDS]);
        let tokens =
            match tokens.iter().position(|token| !matches!(token.kind, Kind::Newline | Kind::Comment)) {
                Some(first) => &tokens[first..],
                None => return signs,
            };
        let mut word = String::new();
        for (index, token) in tokens.iter().enumerate() {
            signs.add_punctuation(token, index + 1 == tokens.len());
            if token.kind != Kind::Plain {
                signs.add_mark(token.kind);
                continue;
            }
            let bare = token
                .text
                .trim_matches(|c: char| matches!(c, ',' | '.' | ':' | '?' | '!' | '\'' | '"' | '…'));
            word.clear();
            word.extend(bare.chars().flat_map(char::to_lowercase));
            let class = lexicon::class(&word);
            if bare.contains(is_other_script) {
                signs.add(Sign::Script);
            } else if index == 0 {
                signs.add_first(token.text, bare, class);
            } else {
                signs.add_word(class, index);
                // "…, why": as good as a mark.
                if class == Some(Class::Question) && index + 1 == tokens.len() && signs.has(Sign::Comma) {
                    signs.add(Sign::QuestionMark);
                }
            }
        }
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

    fn add(&mut self, sign: Sign) {
        self.0[sign as usize] += 1;
    }

    fn add_first(&mut self, text: &str, word: &str, class: Option<Class>) {
        // No command ends so.
        if text.ends_with([',', ':']) {
            self.add(Sign::SmallFirst);
        }
        let mut letters = word.chars();
        if letters.next().is_some_and(char::is_uppercase)
            && letters.clone().count() > 0
            && letters.all(char::is_lowercase)
        {
            self.add(Sign::Capital);
        }
        match class {
            Some(Class::Question) => self.add(Sign::QuestionFirst),
            Some(Class::Verb) => self.add(Sign::VerbFirst),
            Some(Class::Noun | Class::Adjective | Class::Reports) => self.add(Sign::WordFirst),
            Some(Class::Foreign) => self.add(Sign::Foreign),
            Some(_) => self.add(Sign::SmallFirst),
            None => {}
        }
    }

    fn add_word(&mut self, class: Option<Class>, index: usize) {
        let sign = match class {
            Some(Class::Question) => Sign::Question,
            Some(Class::Auxiliary) => Sign::Auxiliary,
            Some(Class::Pronoun) => Sign::Pronoun,
            Some(Class::Determiner) => Sign::Determiner,
            Some(Class::Article) => Sign::Article,
            Some(Class::Quantifier) => Sign::Quantifier,
            Some(Class::Preposition) => Sign::Preposition,
            Some(Class::Particle) => Sign::Particle,
            Some(Class::Conjunction) => Sign::Conjunction,
            Some(Class::Polite) => Sign::Polite,
            Some(Class::Greeting) => Sign::OtherWord,
            Some(Class::Adverb) => Sign::Adverb,
            Some(Class::Verb) => Sign::Verb,
            Some(Class::Reports) => Sign::Reports,
            Some(Class::Noun) => Sign::Noun,
            Some(Class::Adjective) => Sign::Adjective,
            Some(Class::Foreign) => Sign::Foreign,
            None => Sign::OtherWord,
        };
        self.add(sign);
        if index == 1 && matches!(class, Some(Class::Auxiliary | Class::Reports)) {
            self.add(Sign::Told);
        }
    }

    fn add_punctuation(&mut self, token: &Token<'_>, last: bool) {
        use Kind::{Bracket, Code, Name, Number, Operator, Plain, Quoted, Redirection};
        let mut ending = token.text.chars().rev();
        let (mark, before) = (ending.next(), ending.next());
        let ends_sentence = matches!(token.kind, Plain | Name | Quoted | Number | Code | Bracket);
        match (mark, before) {
            (Some(',' | '，'), Some(_)) if !matches!(token.kind, Operator | Redirection) => {
                self.add(Sign::Comma)
            }
            (Some('?' | '？'), Some(_)) if ends_sentence => self.add(Sign::QuestionMark),
            (Some(':'), Some(_)) if ends_sentence => self.add(Sign::Colon),
            (Some('.' | '!' | '…' | '。'), Some(before)) if ends_sentence && (before != '.' || last) => {
                self.add(Sign::FullStop);
            }
            _ => {}
        }
    }

    fn add_mark(&mut self, kind: Kind) {
        self.add(match kind {
            Kind::Plain | Kind::Comment => return,
            Kind::Number => Sign::Number,
            Kind::Quoted => Sign::Quoted,
            Kind::Flag => Sign::Flag,
            Kind::Dash => Sign::Dash,
            Kind::Path => Sign::Path,
            Kind::Name => Sign::Name,
            Kind::Glob => Sign::Glob,
            Kind::Expansion => Sign::Expansion,
            Kind::Code | Kind::Bracket => Sign::Aside,
            Kind::Assignment => Sign::Assignment,
            Kind::Escape => Sign::Escape,
            Kind::Operator => Sign::Operator,
            Kind::Redirection => Sign::Redirection,
            Kind::Newline => Sign::Newline,
        });
    }
}
