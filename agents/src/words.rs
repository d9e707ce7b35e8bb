//! Understanding a question by its words, without a model.
//!
//! A question is reduced to plain lower-case words, politeness and place ("please show me … in this
//! directory") are taken off its ends, and what is left must match a pattern *as a whole*. So an agent claims
//! what it fully understands and nothing else: one unknown word, and the question is not its own.

/// Phrases without meaning of their own at the start of a question, the longest of a kind first.
const OPENINGS: &str = "\
    hey|hi|ok|okay|please|so|and|can you|could you|would you|will you|i want to know|i want to see|\
    i would like to see|i would like to know|do you know|let me see|let me know|tell me about|tell me|\
    show me|show us|show|give me|list me|list|print|display|check|see|get me|get|just|now";

/// Phrases without meaning of their own at the end of a question.
const ENDINGS: &str = "\
    please|for me|thanks|thank you|now|right now|currently|at the moment|here|in here|over here|to me|\
    so far|exactly|in this dir|in this folder|in this directory|in the current folder|\
    in the current dir|in the current directory|in my current directory|of this directory|\
    of the current directory|of this folder";

/// A question's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words(Vec<String>);

impl Words {
    /// The words of a question; `places` are further phrases that may end it ("in this repo|in git").
    pub(crate) fn of(text: &str, places: &str) -> Self {
        /// Bytes beyond which a question says more than a pattern could.
        const LONGEST: usize = 200;
        let mut words = if text.len() > LONGEST { Vec::new() } else { split(text) };
        while take_opening(&mut words) || take_ending(&mut words, places) {}
        Self(words)
    }

    /// Whether the words match a pattern as a whole, and the number in them.
    pub(crate) fn match_pattern(&self, pattern: &str) -> Option<Match> {
        let pattern: Vec<&str> = pattern.split_whitespace().collect();
        matches(&self.0, &pattern, Match::default())
    }

    /// The words in the place of `+` in a pattern that matches as a whole: as many as there are.
    pub(crate) fn capture(&self, pattern: &str) -> Option<String> {
        let parts: Vec<&str> = pattern.split_whitespace().collect();
        let (before, after) = parts.split_at(parts.iter().position(|part| *part == "+")?);
        let fits = |words: &[String], parts: &[&str]| matches(words, parts, Match::default()).is_some();
        let ends = (1..=self.0.len()).rev().filter(|end| fits(&self.0[*end..], &after[1..]));
        let mut spans = ends.flat_map(|end| (0..end).map(move |start| (start, end)));
        let (start, end) = spans.find(|(start, _)| fits(&self.0[..*start], before))?;
        Some(self.0[start..end].join(" "))
    }

    /// The first of `patterns` that matches, with what it stands for.
    pub(crate) fn look_up<'t, T>(&self, patterns: &'t [(&str, T)]) -> Option<(&'t T, Match)> {
        patterns.iter().find_map(|(pattern, meaning)| Some((meaning, self.match_pattern(pattern)?)))
    }
}

/// What a pattern took from the words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Match {
    /// The number at `#`.
    pub(crate) number: Option<usize>,
}

/// Lower-case words; contractions written out, marks dropped.
fn split(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace(['’', '`'], "'");
    let mut words = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '?' | '!' | ';' | ':' | '"')) {
        let word = word.trim_matches(|c| matches!(c, '.' | '\''));
        match word {
            "" => {}
            "what's" | "whats" => words.extend(["what", "is"].map(String::from)),
            "where's" => words.extend(["where", "is"].map(String::from)),
            "i've" => words.extend(["i", "have"].map(String::from)),
            "i'm" => words.extend(["i", "am"].map(String::from)),
            "there's" => words.extend(["there", "is"].map(String::from)),
            "isn't" => words.extend(["is", "not"].map(String::from)),
            "aren't" => words.extend(["are", "not"].map(String::from)),
            "i'd" => words.extend(["i", "would"].map(String::from)),
            word => words.push(word.to_owned()),
        }
    }
    words
}

fn take_opening(words: &mut Vec<String>) -> bool {
    let taken = OPENINGS.split('|').find_map(|phrase| starts_with(words, phrase)).unwrap_or(0);
    // The last words of a question are never mere opening: "list" alone is a command's name.
    let taken = if taken < words.len() { taken } else { 0 };
    words.drain(..taken);
    taken > 0
}

fn take_ending(words: &mut Vec<String>, places: &str) -> bool {
    let taken = ENDINGS
        .split('|')
        .chain(places.split('|'))
        .filter_map(|phrase| ends_with(words, phrase))
        .max()
        .unwrap_or(0);
    let left = words.len() - taken;
    if left == 0 {
        return false;
    }
    words.truncate(left);
    taken > 0
}

fn starts_with(words: &[String], phrase: &str) -> Option<usize> {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    (words.len() >= phrase.len() && words.iter().zip(&phrase).all(|(word, part)| word == part))
        .then_some(phrase.len())
}

fn ends_with(words: &[String], phrase: &str) -> Option<usize> {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    let skipped = words.len().checked_sub(phrase.len())?;
    words[skipped..].iter().zip(&phrase).all(|(word, part)| word == part).then_some(phrase.len())
}

/// Matches words against a pattern: `a|b` is one of these words, `[a|b]` one or none, `#` a number.
fn matches(words: &[String], pattern: &[&str], found: Match) -> Option<Match> {
    let Some((part, pattern_rest)) = pattern.split_first() else {
        return words.is_empty().then_some(found);
    };
    let optional = part.strip_prefix('[').and_then(|part| part.strip_suffix(']'));
    let taken = words.split_first().and_then(|(word, words_rest)| {
        let found = match_word(word, optional.unwrap_or(part), found)?;
        matches(words_rest, pattern_rest, found)
    });
    match taken {
        None if optional.is_some() => matches(words, pattern_rest, found),
        taken => taken,
    }
}

fn match_word(word: &str, part: &str, found: Match) -> Option<Match> {
    if part == "#" {
        return Some(Match { number: Some(number(word)?) });
    }
    part.split('|').any(|choice| choice == word).then_some(found)
}

fn number(word: &str) -> Option<usize> {
    const NAMES: [&str; 11] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    word.parse().ok().or_else(|| NAMES.iter().position(|name| *name == word))
}

/// Text from outside with control characters made visible, so that no file name can steer the terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Text as inline code in markdown, with a fence longer than any in it.
pub(crate) fn code(text: &str) -> String {
    let text = printable(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// How long ago something was, from seconds.
pub(crate) fn age(seconds: i64) -> String {
    const STEPS: [(i64, &str); 6] = [
        (31_557_600, "year"),
        (2_629_800, "month"),
        (604_800, "week"),
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
    ];
    if seconds < 0 {
        return "in the future".to_owned();
    }
    let step = STEPS.iter().find(|(length, _)| seconds >= *length);
    step.map_or_else(
        || "just now".to_owned(),
        |(length, name)| {
            let count = seconds / length;
            format!("{count} {name}{} ago", if count == 1 { "" } else { "s" })
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Words::of(text, "in this repo").0
    }

    #[test]
    fn politeness_and_place_are_taken_off() {
        assert_eq!(words("Please, can you show me what's new in this repo?"), ["what", "is", "new"]);
        assert_eq!(words("Largest files here, please!"), ["largest", "files"]);
        assert_eq!(words("list"), ["list"]);
        assert_eq!(words("here"), ["here"]);
        assert_eq!(words(""), [""; 0]);
        assert_eq!(words(&"please ".repeat(100)), [""; 0]);
    }

    #[test]
    fn a_pattern_matches_as_a_whole() {
        let question = Words::of("show the last 5 commits", "");
        assert_eq!(question.match_pattern("[the] last|latest [#] commits").unwrap().number, Some(5));
        assert_eq!(question.match_pattern("the last [#]"), None);
        assert_eq!(question.match_pattern("last # commits"), None);
        let question = Words::of("the last commits", "");
        assert_eq!(question.match_pattern("[the] last|latest [#] commits").unwrap().number, None);
    }

    #[test]
    fn what_a_pattern_leaves_open_is_captured() {
        let words = Words::of("What can run a relational database?", "");
        assert_eq!(words.capture("what can [run] [a|an] +"), Some("run a relational database".into()));
        assert_eq!(words.capture("what can run a +"), Some("relational database".into()));
        assert_eq!(words.capture("what can + database"), Some("run a relational".into()));
        assert_eq!(words.capture("what can run a relational database +"), None);
        assert_eq!(words.capture("what can"), None);
        assert_eq!(Words::of("", "").capture("+"), None);
    }

    #[test]
    fn numbers_are_read_in_words_too() {
        assert_eq!(number("three"), Some(3));
        assert_eq!(number("12"), Some(12));
        assert_eq!(number("-1"), None);
        assert_eq!(number("99999999999999999999999"), None);
    }

    #[test]
    fn ages_are_rounded_down() {
        let cases = [(0, "just now"), (59, "just now"), (60, "1 minute ago"), (7_300, "2 hours ago")];
        for (seconds, words) in cases {
            assert_eq!(age(seconds), words);
        }
        assert_eq!(age(-5), "in the future");
    }

    #[test]
    fn names_cannot_leave_their_code_or_steer_the_terminal() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code("a\u{1b}[2Jb"), "`a\u{fffd}[2Jb`");
    }
}
