//! `~/.aweshrc`: lines of KEY=VALUE in the environment's names. It looks like shell but is only read, never
//! run: `export` may stand in front, quotes around the value, a comment behind it; expansions do not expand,
//! so a value that asks for one is refused rather than taken as it stands.

use std::path::Path;

use super::problem::{Origin, Problem, did_you_mean};
use super::sources::{Entry, in_file};
use super::table;

pub(super) fn parse(text: &str, path: &Path, problems: &mut Vec<Problem>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match entry(line, path, index + 1) {
            Ok(entry) => entries.extend(entry),
            Err(problem) => problems.push(problem),
        }
    }
    entries
}

fn entry(line: &str, path: &Path, number: usize) -> Result<Option<Entry>, Problem> {
    let problem = |what: &str| in_file(path, Some(number), what.to_owned());
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let Some((name, value)) = line.split_once('=') else {
        return Err(problem("not KEY=VALUE"));
    };
    let Some(known) = table::by_name(name) else {
        let hint = did_you_mean(&name.to_ascii_uppercase(), table::environment_names().iter().copied());
        let what = if is_name(name) { &format!("no such setting: {name}") } else { "not a setting's name" };
        return Err(Problem { hint, ..problem(what) });
    };
    let value = unquote(value).map_err(|refused| match refused {
        Refused::OpenQuote => problem("a quote is not closed"),
        Refused::Trailing => problem("text after the value; quote a value that has blanks in it"),
        Refused::Expansion => Problem {
            hint: Some("awesh reads this file, bash does not run it; write the value itself".to_owned()),
            ..problem("expansions are not expanded here")
        },
    })?;
    let origin = Origin::File(path.to_owned());
    Ok(Entry::of_variable(known, value, origin, Some(number)))
}

/// Whether the text can be shown as a name. A stray line may be anything, a key that ends in `=` included.
fn is_name(text: &str) -> bool {
    text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// Why a value is not taken.
#[derive(Debug, PartialEq)]
enum Refused {
    OpenQuote,
    Trailing,
    Expansion,
}

/// The value without its quotes and the comment behind it.
fn unquote(value: &str) -> Result<String, Refused> {
    let mut plain = String::new();
    let mut chars = value.chars();
    let mut quote = None;
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None | Some('"'), '$' | '`') => return Err(Refused::Expansion),
            (None, '\\') => plain.extend(chars.next()),
            (Some('"'), '\\') => match chars.next() {
                Some(next @ ('"' | '\\' | '$' | '`')) => plain.push(next),
                next => plain.extend(Some('\\').into_iter().chain(next)),
            },
            (None, c) if c.is_whitespace() => {
                let rest = chars.as_str().trim_start();
                return if rest.is_empty() || rest.starts_with('#') {
                    Ok(plain)
                } else {
                    Err(Refused::Trailing)
                };
            }
            (_, c) => plain.push(c),
        }
    }
    if quote.is_some() { Err(Refused::OpenQuote) } else { Ok(plain) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lose_their_quotes_and_comments() {
        for (value, plain) in [
            ("2", "2"),
            ("", ""),
            ("2 # two", "2"),
            ("a#b", "a#b"),
            ("'a b' # c", "a b"),
            ("\"a \\\"b\\\" \\n\"", "a \"b\" \\n"),
            ("'$HOME'", "$HOME"),
            ("a\\ b", "a b"),
            ("a'b'\"c\"", "abc"),
            ("\"\\$5\"", "$5"),
        ] {
            assert_eq!(unquote(value), Ok(plain.to_owned()), "{value}");
        }
        assert_eq!(unquote("$(pass openai)"), Err(Refused::Expansion));
        assert_eq!(unquote("\"`x`\""), Err(Refused::Expansion));
        assert_eq!(unquote("'a"), Err(Refused::OpenQuote));
        assert_eq!(unquote("a b"), Err(Refused::Trailing));
    }
}
