//! Rules: patterns of commands, as users write them.
//!
//! A rule is the words of one command with blanks between them, its name first: `git status`, `kubectl get *`.
//! `*` stands for any text in a word, `?` for a character; `*` as the last word for any words, also none. A
//! backslash takes the next character as it is.
//!
//! What allows and what forbids is matched differently, each so that doubt makes for asking:
//!
//! * A rule that allows has to match every word in its place. With a `*` it covers no more than its own words
//!   could do: `find *` is not `find . -delete`, `git push *` is not `git push --force`, and `git *` is not
//!   `git -c alias.x='!sh' x`.
//! * A rule that forbids or asks matches in whatever order the words stand and however options are bundled, and
//!   what is known only when the command runs may be any word.

use awesh_protocol::Risk;

use super::shell::{Level, Simple};
use super::tables::Form;
use super::word::Word;
use super::wrapper::{self, plain_name};
use super::{Command, Place, commands};

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    /// As the user wrote it.
    pub(crate) text: String,
    words: Vec<Pattern>,
    /// Whether any words may follow.
    open: bool,
}

/// A word of a rule: its characters, and whether each is taken as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern(Vec<(char, bool)>);

impl Rule {
    /// Reads a rule; none of an empty text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut words = vec![Vec::new()];
        let mut characters = text.trim().chars();
        while let Some(c) = characters.next() {
            match c {
                '\\' => words.last_mut()?.push((characters.next()?, true)),
                c if c.is_whitespace() && words.last()?.is_empty() => {}
                c if c.is_whitespace() => words.push(Vec::new()),
                c => words.last_mut()?.push((c, !matches!(c, '*' | '?'))),
            }
        }
        let mut words: Vec<Pattern> =
            words.into_iter().filter(|word| !word.is_empty()).map(Pattern).collect();
        let open = words.last().is_some_and(Pattern::is_any);
        if open && words.len() > 1 {
            words.pop();
        }
        (!words.is_empty()).then(|| Self { text: text.trim().to_owned(), words, open })
    }

    /// The rule for exactly these words; none where one is not known, or cannot stand in a line.
    pub(crate) fn of(command: &Simple) -> Option<Self> {
        let escape = |word: &str| {
            let special = |c: char| c.is_whitespace() || matches!(c, '*' | '?' | '\\');
            word.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect::<String>()
        };
        let is_plain = |word: &&str| !word.is_empty() && !word.contains(char::is_control);
        let words: Option<Vec<String>> =
            command.words.iter().map(|word| word.literal().filter(is_plain).map(escape)).collect();
        Self::parse(&words?.join(" "))
    }

    /// Whether the rule lets this command run.
    pub(super) fn allows(&self, command: &Command) -> bool {
        let is_changed =
            command.simple.shadowed || command.simple.assigned.iter().any(|name| !is_harmless(name));
        let is_given = command.simple.level == Level::Given;
        let covers_given = || is_given && self.inner().is_some_and(|inner| inner.covers(command));
        !is_changed && (self.covers(command) || covers_given())
    }

    fn covers(&self, command: &Command) -> bool {
        let words = &command.simple.words;
        let is_long_enough =
            if self.open { words.len() >= self.words.len() } else { words.len() == self.words.len() };
        is_long_enough
            && self
                .words
                .iter()
                .zip(words)
                .enumerate()
                .all(|(at, (pattern, word))| pattern.allows(word, at == 0))
            && (self.is_exact()
                || (command.risk <= self.reach() && !commands::runs_by_option(&command.simple)))
    }

    fn is_exact(&self) -> bool {
        !self.open && self.words.iter().all(Pattern::is_literal)
    }

    /// What the rule's own words could do; where that is not known, no more than change something.
    fn reach(&self) -> Risk {
        let known = self.words.iter().map_while(Pattern::literal).map(Word::Literal).collect();
        let own = Simple { words: known, ..Simple::default() };
        match commands::risk(&own, Place::Session) {
            Risk::Unknown => Risk::Writes,
            risk => risk,
        }
    }

    /// The rule for what a rule's command runs on this machine: of `sudo ls *`, `ls *`.
    fn inner(&self) -> Option<Self> {
        let words: Vec<Word> = self.words.iter().map_while(Pattern::literal).map(Word::Literal).collect();
        let wrapper =
            wrapper::row(words.first()?.literal()?).filter(|wrapper| wrapper.form == Form::Words)?;
        let behind = wrapper::behind_own(wrapper, &words[1..])?.len();
        let words = self.words[words.len() - behind..].to_vec();
        (behind > 0).then(|| Self { words, ..self.clone() })
    }

    /// Whether the rule may mean this command: its options in any place, its other words in their order.
    pub(super) fn may_mean(&self, command: &Simple) -> bool {
        let (Some((name, wanted)), Some((called, given))) =
            (self.words.split_first(), command.words.split_first())
        else {
            return false;
        };
        let (options, operands): (Vec<&Pattern>, Vec<&Pattern>) =
            wanted.iter().filter(|pattern| !pattern.is_any()).partition(|pattern| pattern.is_option());
        name.may_be(called, true)
            && options.iter().all(|option| option.is_among(given))
            && may_follow(&operands, given)
    }
}

/// Whether these patterns could be found among the words, one behind the other.
fn may_follow(patterns: &[&Pattern], words: &[Word]) -> bool {
    let mut patterns = patterns.iter();
    let mut next = patterns.next();
    for word in words {
        match (next, word) {
            (None, _) => return true,
            // It may be any number of words.
            (Some(_), Word::Dynamic) => return true,
            (Some(pattern), word) if pattern.may_be(word, false) => next = patterns.next(),
            _ => {}
        }
    }
    next.is_none()
}

/// Variables that change how output looks and nothing else.
fn is_harmless(name: &str) -> bool {
    super::tables::has(super::tables::HARMLESS, name) || name.starts_with("LC_")
}

impl Pattern {
    fn is_any(&self) -> bool {
        self.0 == [('*', false)]
    }

    fn is_option(&self) -> bool {
        self.0.first() == Some(&('-', true))
    }

    fn is_literal(&self) -> bool {
        self.0.iter().all(|(_, literal)| *literal)
    }

    fn literal(&self) -> Option<String> {
        self.is_literal().then(|| self.0.iter().map(|(c, _)| c).collect())
    }

    /// Whether the word is of this pattern for certain.
    fn allows(&self, word: &Word, is_name: bool) -> bool {
        match word {
            Word::Literal(text) => self.matches(if is_name { plain_name(text) } else { text }),
            Word::Starting(_) | Word::Dynamic => false,
        }
    }

    /// Whether the word could be of this pattern.
    fn may_be(&self, word: &Word, is_name: bool) -> bool {
        match word {
            Word::Literal(text) => self.matches(if is_name { plain_name(text) } else { text }),
            Word::Dynamic => true,
            Word::Starting(text) => {
                let known: String =
                    self.0.iter().take_while(|(_, literal)| *literal).map(|(c, _)| c).collect();
                known.starts_with(text.as_str()) || text.starts_with(&known)
            }
        }
    }

    /// Whether this option could be among these arguments: also in a bundle, or by the name its letter stands for.
    fn is_among(&self, given: &[Word]) -> bool {
        let is_long_of =
            |text: &str, letter: char| text.strip_prefix("--").is_some_and(|name| name.starts_with(letter));
        let has_letter = |letter: char| {
            given.iter().filter_map(Word::literal).any(|text| {
                let is_bundle = text.starts_with('-') && !text.starts_with("--");
                (is_bundle && text[1..].contains(letter)) || is_long_of(text, letter)
            })
        };
        let letters = self.literal().and_then(|text| text.strip_prefix('-').map(str::to_owned));
        let letters = letters.filter(|letters| !letters.is_empty() && !letters.starts_with('-'));
        given.iter().any(|word| self.may_be(word, false))
            || letters.is_some_and(|letters| letters.chars().all(has_letter))
    }

    fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut at, mut to) = (0, 0);
        // Where the last `*` stands, and how far it has reached.
        let mut star: Option<(usize, usize)> = None;
        while to < text.len() {
            match self.0.get(at) {
                Some(('*', false)) => {
                    star = Some((at, to));
                    at += 1;
                }
                Some((c, literal)) if (*c == '?' && !literal) || *c == text[to] => {
                    (at, to) = (at + 1, to + 1)
                }
                _ => match star {
                    Some((stood, reached)) => {
                        star = Some((stood, reached + 1));
                        (at, to) = (stood + 1, reached + 1);
                    }
                    None => return false,
                },
            }
        }
        self.0[at..].iter().all(|c| *c == ('*', false))
    }
}
