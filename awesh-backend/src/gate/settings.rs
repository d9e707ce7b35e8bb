//! Names and words that a secret follows: `password=…`, `"api_key": "…"`, `--token …`, "my password is …".

use std::ops::Range;

use super::names::{self, Weight};
use super::values;

/// One of these is in every name the pattern knows.
pub(super) const CUES: &[&str] =
    &["pass", "pwd", "pw", "psk", "secret", "token", "key", "auth", "credential", "dockerconfigjson"];

/// A name's telling part and all up to its value. The beginning of the name is read backwards from here, which
/// lets the search begin with a literal.
pub(super) const PATTERN: &str = concat!(
    r"(?i)(?:(?:pass(?:word|wd|phrase|code)|secret|token|api[_\-]?key|access[_\-]?key|credential|dockerconfigjson)[\w\-]*",
    r"|pass|pwd|pw|psk|key|auth)",
    r#"(?:\\*["'`]?\]?[ \t]*(?:=>|:=|->|==?|:)[ \t]*"#,
    r"|(?:[ \t]+(?:for|of|on)(?:[ \t]+[^ \t\r\n]+){1,3}?)?[ \t]+(?:is|was|to)(?:[ \t]+now)?:?[ \t]+|[ \t]+)",
);

/// How a name and its value are joined.
#[derive(PartialEq)]
enum Join {
    Assigned,
    /// `password: …`, which is as often a heading or a sentence.
    Colon,
    /// "is", "was", "to".
    Said,
    Spaces,
}

/// The secret after a name.
pub(super) fn value(text: &str, head: Range<usize>) -> Option<Range<usize>> {
    let mut value = values::at(text, head.end);
    let quoted = values::quoted(text, &value);
    let name = whole_name(text, &head);
    let join = join(text, &name, &head);
    if !quoted && (join == Join::Said || text[..head.end].ends_with(": ")) {
        value = values::in_prose(text, head.end);
    }
    let word = &text[value.clone()];
    // What stands after an option that takes no value is the next one.
    let next = join == Join::Spaces && word.starts_with('-');
    // `Token::Word`.
    let path = text[..head.end].ends_with(':') && word.starts_with(':');
    let known = values::stands_for_one(word) || names::is_common(word) || values::is_path(word);
    if word.len() < 4 || next || path || known || repeats(&name, word) {
        return None;
    }
    let found = Value {
        word,
        quoted,
        firm: word.len() >= 6 && names::is_compound(&name),
        last: ends_clause(text, value.end),
    };
    found.is_secret(names::weight(&name), &join).then_some(value)
}

/// Whether the word is a variable of the same name, as in code: `token: Token`, `password = user.password`.
fn repeats(name: &str, word: &str) -> bool {
    let (name, word) = (name.to_ascii_lowercase(), word.to_ascii_lowercase());
    let last = name.rsplit(['.', '_', '-']).next().unwrap_or_default();
    name.ends_with(&word) || word.strip_suffix(last).is_some_and(|before| before.ends_with(['.', '_']))
}

/// A value and what of its surroundings tells whether it is a secret.
struct Value<'t> {
    word: &'t str,
    quoted: bool,
    /// Its name is one that programs use, so that a plain word may be a secret, too.
    firm: bool,
    /// A sentence, or its part, ends after it.
    last: bool,
}

impl Value<'_> {
    fn is_secret(&self, weight: Weight, join: &Join) -> bool {
        let word = self.word;
        let mixed = values::has_letter(word) && values::has_digit(word);
        let fancy = !values::is_plain(word);
        let password = weight == Weight::Password;
        match weight {
            Weight::None => return false,
            Weight::Weak if *join == Join::Said => return mixed && values::changes(word) >= 3,
            Weight::Weak => return values::looks_random(word),
            Weight::Token | Weight::Pass | Weight::Password => {}
        }
        match join {
            Join::Colon if weight == Weight::Pass => mixed && fancy,
            Join::Assigned | Join::Colon => password || self.quoted || self.firm || fancy,
            Join::Said if password => self.quoted || mixed || fancy || self.last,
            Join::Said => mixed && fancy && word.len() >= 6,
            // SQL writes: WITH PASSWORD '…'.
            Join::Spaces => values::looks_random(word) || (password && self.quoted && !word.contains(' ')),
        }
    }
}

/// The name from its beginning, without what joins it to the value.
fn whole_name(text: &str, head: &Range<usize>) -> String {
    let in_name = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    let start = text[..head.start]
        .rfind(|letter| !in_name(letter))
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    text[start..head.end].split(|letter| !in_name(letter)).next().unwrap_or_default().to_owned()
}

fn join(text: &str, name: &str, head: &Range<usize>) -> Join {
    let joint = text[head.clone()]
        .trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter));
    let option = name.starts_with('-');
    if joint.contains('=') || (joint.trim().is_empty() && option) {
        Join::Assigned
    } else if joint.trim().is_empty() {
        Join::Spaces
    } else if joint.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        Join::Said
    } else {
        Join::Colon
    }
}

/// Whether a sentence, or its part, ends here.
fn ends_clause(text: &str, end: usize) -> bool {
    let rest = text[end..].trim_start_matches([' ', '\t']);
    rest.is_empty() || rest.starts_with(['.', ',', ';', '!', '?', ')', '\n', '\r'])
}
