//! Reads a line for its signs, word by word, each in the light of its neighbours.

use super::lexicon::{self, Class};
use super::prose::{Sign, Signs};
use super::syntax::{Kind, Token, is_other_script};

/// Punctuation that stands around words.
const PUNCTUATION: [char; 10] = [',', '.', ':', '?', '!', '\'', '"', '…', '¿', '¡'];

/// Adds the signs in a line.
pub(super) fn read(tokens: &[Token<'_>], signs: &mut Signs) {
    let is_said = |token: &Token<'_>| !matches!(token.kind, Kind::Newline | Kind::Comment);
    let tokens = tokens.iter().position(is_said).map_or(&[][..], |first| &tokens[first..]);
    let mut reader = Reader { signs, previous: None, participle: false };
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

/// What is asked for and is no usual name of a tool, or of a script of the user's own as `deploy` is.
const ASKED: &str = "install uninstall restart enable disable upgrade check show list explain describe delete
    remove create fix debug summarize summarise rename generate compare download upload restore count tell give
    search extract replace change analyze analyse configure decrypt encrypt increase reduce undo revert";

/// What stands before a thing, and before no name that was cut in two ("my documents").
const OWNING: [&str; 3] = ["the", "these", "their"];

const INDEFINITE: [&str; 3] = ["everything", "everyone", "everybody"];

/// What asks in scripts that have no blanks between words.
const ASKING: [&str; 15] = [
    "怎么",
    "如何",
    "什么",
    "哪",
    "吗",
    "多少",
    "请",
    "ですか",
    "ますか",
    "でしょうか",
    "教えて",
    "ください",
    "なぜ",
    "どう",
    "方法",
];

/// Whether the next word needs another after it, or stands for one.
fn is_small(token: &Token<'_>) -> bool {
    use Class::{Particle, Preposition, Pronoun, Quantifier};
    matches!(next_class(token), Some(Particle | Preposition | Pronoun | Quantifier))
}

fn next_class(token: &Token<'_>) -> Option<Class> {
    let word = token.text.trim_matches(PUNCTUATION);
    lexicon::class(&word.to_lowercase()).filter(|_| token.kind == Kind::Plain)
}

struct Reader<'a> {
    signs: &'a mut Signs,
    /// The class of the word before, if it was one.
    previous: Option<Class>,
    /// Whether that was a form of a verb: sorted, running.
    participle: bool,
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
            self.script(index, bare);
        } else if index == 0 {
            self.first(token.text, bare, class);
        } else if let Some(class) = class {
            self.listed(self.in_place(class, rest), index, rest);
        } else {
            self.signs.add(Sign::OtherWord);
        }
        self.phrase(index, bare, class, rest);
        if matches!(bare, "me" | "us") && self.previous == Some(Class::Verb) && !rest.is_empty() {
            self.signs.add(Sign::ForMe);
        }
        self.previous = class;
    }

    /// A word of a script that commands are not written in; some of these write sentences without blanks.
    fn script(&mut self, index: usize, word: &str) {
        self.signs.add(Sign::Script);
        if index == 0 {
            self.signs.add(Sign::SpokenFirst);
        }
        if ASKING.iter().any(|asking| word.contains(asking)) {
            self.signs.add(Sign::Question);
            self.signs.add(Sign::Asked);
            self.signs.add(Sign::QuestionMark);
        }
    }

    fn first(&mut self, text: &str, word: &str, class: Option<Class>) {
        // No command ends so.
        if text.ends_with([',', ':']) {
            self.signs.add(Sign::SmallFirst);
        }
        if is_capitalised(word) {
            self.signs.add(Sign::Capital);
        }
        use Class::{Auxiliary, Determiner, Polite, Pronoun, Question};
        if matches!(class, Some(Auxiliary | Determiner | Polite | Pronoun | Question)) {
            self.signs.add(Sign::SpokenFirst);
        }
        if ASKED.split_ascii_whitespace().any(|verb| verb.eq_ignore_ascii_case(word)) {
            self.signs.add(Sign::AskedFirst);
        }
        match class {
            Some(Class::Question) => self.signs.add(Sign::QuestionFirst),
            Some(Class::Verb) => self.signs.add(Sign::VerbFirst),
            Some(Class::Noun | Class::Adjective | Class::Reports) => self.signs.add(Sign::WordFirst),
            Some(Class::Foreign) => {
                self.signs.add(Sign::Foreign);
                // The short ones are names of tools, too.
                if word.len() > 3 {
                    self.signs.add(Sign::SpokenFirst);
                    self.signs.add(Sign::AskedFirst);
                }
            }
            Some(_) => self.signs.add(Sign::SmallFirst),
            None => {}
        }
    }

    /// Words that belong together, by the second of them or by the first and what follows.
    fn phrase(&mut self, index: usize, word: &str, class: Option<Class>, rest: &[Token<'_>]) {
        use Class::{Adjective, Article, Determiner, Noun, Particle, Preposition, Question, Verb};
        let next = rest.first().and_then(next_class);
        let is_thing = matches!(next, Some(Noun | Adjective | Verb))
            || (next.is_none() && rest.get(1).and_then(next_class) == Some(Noun));
        if OWNING.contains(&word) && is_thing {
            self.signs.add(Sign::Object);
        }
        if class == Some(Article) && is_thing {
            self.signs.add(Sign::SomeObject);
        }
        if matches!(class, Some(Preposition | Particle)) {
            let of_something = matches!(next, Some(Adjective | Article | Determiner)) && rest.len() > 1;
            let done = self.previous == Some(Verb) && self.participle && next.is_some();
            if of_something || done {
                self.signs.add(Sign::Circumstance);
            }
        }
        if index == 1 && word == "of" && matches!(self.previous, Some(Noun | Adjective)) && !rest.is_empty() {
            self.signs.add(Sign::OfFirst);
        }
        if class == Some(Question) && rest.len() > 1 && rest[0].text == "to" {
            self.signs.add(Sign::Asked);
        }
        if INDEFINITE.contains(&word) {
            self.signs.add(Sign::Indefinite);
        }
        if class == Some(Adjective)
            && !rest.is_empty()
            && rest.iter().all(|token| matches!(next_class(token), Some(Noun | Verb)))
        {
            self.signs.add(Sign::Described);
        }
        self.participle = word.ends_with("ed") || word.ends_with("ing");
    }

    fn listed(&mut self, class: Class, index: usize, rest: &[Token<'_>]) {
        self.signs.add(sign(class));
        let told = !rest.is_empty()
            && match class {
                // "who is" only asks.
                Class::Auxiliary if index == 2 => matches!(self.previous, Some(Class::Noun | Class::Verb)),
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
            // "update all" is what tools are told, too.
            (_, Quantifier) if rest.is_empty() => Greeting,
            // So are "from to" and "it all" where nothing follows.
            (_, Preposition | Pronoun) if rest.len() == 1 && is_small(&rest[0]) => Greeting,
            (_, Determiner) => match rest.first() {
                None => Pronoun,
                Some(next) if next.kind == Kind::Flag || next_class(next) == Some(Determiner) => Greeting,
                Some(_) => class,
            },
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
