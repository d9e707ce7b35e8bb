//! Reads a line for its signs, word by word, each in the light of its neighbours.

use super::lexicon::{self, Class};
use super::prose::{Sign, Signs};
use super::syntax::{Kind, Token, is_other_script};

/// Punctuation that stands around words.
const PUNCTUATION: [char; 8] = [',', '.', ':', '?', '!', '\'', '"', '…'];

/// Adds the signs in a line.
pub(super) fn read(tokens: &[Token<'_>], signs: &mut Signs) {
    let is_said = |token: &Token<'_>| !matches!(token.kind, Kind::Newline | Kind::Comment);
    let tokens = tokens.iter().position(is_said).map_or(&[][..], |first| &tokens[first..]);
    let mut reader = Reader { signs, previous: None };
    for (index, token) in tokens.iter().enumerate() {
        reader.punctuation(token, index + 1 == tokens.len());
        match token.kind {
            Kind::Plain => reader.word(index, token, &tokens[index + 1..]),
            kind => {
                reader.signs.add_mark(kind);
                reader.previous = None;
            }
        }
    }
}

struct Reader<'a> {
    signs: &'a mut Signs,
    /// The class of the word before, if it was one.
    previous: Option<Class>,
}

impl Reader<'_> {
    fn word(&mut self, index: usize, token: &Token<'_>, rest: &[Token<'_>]) {
        let bare = token.text.trim_matches(PUNCTUATION);
        let mut class = lexicon::class(&bare.to_lowercase());
        // "a b c" are no articles.
        if class == Some(Class::Article) && rest.first().is_none_or(|next| next.text.len() < 2) {
            class = None;
        }
        if bare.contains(is_other_script) {
            self.signs.add(Sign::Script);
        } else if index == 0 {
            self.first(token.text, bare, class);
        } else if let Some(class) = class {
            self.listed(self.in_place(class, rest), index, rest);
        } else {
            self.signs.add(Sign::OtherWord);
        }
        if matches!(bare, "me" | "us") && self.previous == Some(Class::Verb) && !rest.is_empty() {
            self.signs.add(Sign::ForMe);
        }
        self.previous = class;
    }

    fn first(&mut self, text: &str, word: &str, class: Option<Class>) {
        // No command ends so.
        if text.ends_with([',', ':']) {
            self.signs.add(Sign::SmallFirst);
        }
        if is_capitalised(word) {
            self.signs.add(Sign::Capital);
        }
        match class {
            Some(Class::Question) => self.signs.add(Sign::QuestionFirst),
            Some(Class::Verb) => self.signs.add(Sign::VerbFirst),
            Some(Class::Noun | Class::Adjective | Class::Reports) => self.signs.add(Sign::WordFirst),
            Some(Class::Foreign) => self.signs.add(Sign::Foreign),
            Some(_) => self.signs.add(Sign::SmallFirst),
            None => {}
        }
    }

    fn listed(&mut self, class: Class, index: usize, rest: &[Token<'_>]) {
        self.signs.add(sign(class));
        let told = !rest.is_empty()
            && match class {
                // "who is" only asks.
                Class::Auxiliary => index == 1 && self.previous != Some(Class::Question),
                Class::Reports => index == 1 || (index == 2 && self.previous.is_some()),
                _ => false,
            };
        if told {
            self.signs.add(Sign::Told);
        }
        if rest.is_empty() && class == Class::Polite {
            self.signs.add(Sign::PoliteLast);
        }
        // "…, why" is as good as a mark.
        if rest.is_empty() && class == Class::Question && self.signs.has(Sign::Comma) {
            self.signs.add(Sign::QuestionMark);
        }
    }

    /// What a word of this class is between its neighbours.
    fn in_place(&self, class: Class, rest: &[Token<'_>]) -> Class {
        use Class::{
            Adjective, Article, Determiner, Greeting, Noun, Particle, Preposition, Pronoun, Quantifier, Verb,
        };
        match (self.previous, class) {
            // "the build", "a commit": verbs are nouns, too.
            (Some(Determiner | Article | Quantifier | Preposition | Adjective), Verb) => Noun,
            // "in out", "this that" are names.
            (Some(Particle), Particle) | (Some(Determiner), Determiner) => Greeting,
            (_, Determiner) if rest.is_empty() => Pronoun,
            _ => class,
        }
    }

    fn punctuation(&mut self, token: &Token<'_>, last: bool) {
        use Kind::{Bracket, Code, Name, Number, Operator, Plain, Quoted, Redirection};
        let mut ending = token.text.chars().rev();
        let (mark, before) = (ending.next(), ending.next());
        let ends_sentence = matches!(token.kind, Plain | Name | Quoted | Number | Code | Bracket);
        match (mark, before) {
            (Some(',' | '，'), Some(_)) if !matches!(token.kind, Operator | Redirection) => {
                self.signs.add(Sign::Comma);
            }
            (Some('?' | '？'), Some(_)) if ends_sentence => self.signs.add(Sign::QuestionMark),
            (Some(':'), Some(_)) if ends_sentence => self.signs.add(Sign::Colon),
            (Some('.' | '!' | '…' | '。'), Some(before)) if ends_sentence && (before != '.' || last) => {
                self.signs.add(Sign::FullStop);
            }
            _ => {}
        }
    }
}

/// A capital letter, then small ones.
fn is_capitalised(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase)
        && letters.clone().next().is_some()
        && letters.all(char::is_lowercase)
}

fn sign(class: Class) -> Sign {
    match class {
        Class::Question => Sign::Question,
        Class::Auxiliary => Sign::Auxiliary,
        Class::Pronoun => Sign::Pronoun,
        Class::Determiner => Sign::Determiner,
        Class::Article => Sign::Article,
        Class::Quantifier => Sign::Quantifier,
        Class::Preposition => Sign::Preposition,
        Class::Particle => Sign::Particle,
        Class::Conjunction => Sign::Conjunction,
        Class::Polite => Sign::Polite,
        Class::Adverb => Sign::Adverb,
        Class::Verb => Sign::Verb,
        Class::Reports => Sign::Reports,
        Class::Noun => Sign::Noun,
        Class::Adjective => Sign::Adjective,
        Class::Foreign => Sign::Foreign,
        // A greeting says nothing but at the beginning.
        Class::Greeting => Sign::OtherWord,
    }
}

impl Signs {
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
