//! Commands that run what they are given: `env`, `xargs`, `sudo`, `sh -c`, `ssh`, `find -exec`, `kubectl exec`, …

use super::tables::{EXEC, Form, SHELLS, WRAPPERS, Wrapper, has};
use super::word::Word;

/// What a command is given to run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Inner {
    /// A command and its arguments.
    Words(Vec<Word>),
    /// A line of shell.
    Line(String),
    /// Something that is known only when it runs.
    Hidden,
}

/// The row of a command that runs others.
pub(super) fn row(name: &str) -> Option<&'static Wrapper> {
    WRAPPERS.iter().find(|wrapper| has(wrapper.names, name))
}

/// What these words of a command have it run, besides itself.
pub(super) fn inner(words: &[Word]) -> Vec<Inner> {
    let Some((Some(name), arguments)) = words.split_first().map(|(name, rest)| (name.literal(), rest)) else {
        return Vec::new();
    };
    let name = plain_name(name);
    match name {
        "find" => executed_by_find(arguments),
        "kubectl" | "oc" => behind_dashes(arguments, "exec run debug"),
        "docker" | "podman" | "nerdctl" => in_container(arguments),
        "trap" => arguments.first().and_then(Word::literal).map_or_else(Vec::new, |line| match line {
            "-" | "-l" | "-p" | "" => Vec::new(),
            line => vec![Inner::Line(line.to_owned())],
        }),
        "command" if matches!(arguments.first().and_then(Word::literal), Some("-v" | "-V")) => Vec::new(),
        _ if has(SHELLS, name) => behind_c(arguments),
        _ => row(name).map_or_else(Vec::new, |wrapper| wrapped(wrapper, arguments)),
    }
}

/// The name of a command without the place of the system's own commands; any other path may lead anywhere.
pub(super) fn plain_name(name: &str) -> &str {
    let places = ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"];
    places
        .iter()
        .find_map(|place| name.strip_prefix(place))
        .filter(|rest| !rest.contains('/'))
        .unwrap_or(name)
}

/// The arguments behind a wrapper's own options and operands; nothing where one of these is not known.
pub(super) fn behind_own<'w>(wrapper: &Wrapper, mut arguments: &'w [Word]) -> Option<&'w [Word]> {
    let takes_value = |option: &str| has(wrapper.valued, option);
    let has_value = |option: &str| {
        let bundled = option.get(..2).is_some_and(|short| takes_value(short) && option.len() > 2);
        option.split_once('=').is_some_and(|(name, _)| takes_value(name)) || bundled
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let assigns = |word: &str| {
        wrapper.assigns && word.split_once('=').is_some_and(|(name, _)| name.chars().all(is_name))
    };
    while let [first, rest @ ..] = arguments {
        arguments = match first.literal() {
            Some("--") => {
                arguments = rest;
                break;
            }
            Some(option) if takes_value(option) => rest.get(1..)?,
            Some(word) if has(wrapper.flags, word) || has_value(word) || assigns(word) => rest,
            Some(option) if option.starts_with('-') && option.len() > 1 => return None,
            Some(_) => break,
            None if first.operand().is_some() => break,
            None => return None,
        };
    }
    arguments.get(wrapper.operands..)
}

fn wrapped(wrapper: &Wrapper, arguments: &[Word]) -> Vec<Inner> {
    if wrapper.form == Form::Shell {
        return behind_c(arguments);
    }
    let Some(rest) = behind_own(wrapper, arguments) else {
        // Which of the words is the command cannot be told: each that could be one counts.
        return possible(arguments);
    };
    if rest.is_empty() {
        return Vec::new();
    }
    match wrapper.form {
        Form::Words => vec![Inner::Words(rest.to_vec())],
        Form::Appended => vec![Inner::Words(appended(arguments, rest))],
        Form::Joined | Form::Shell => vec![joined(rest)],
    }
}

/// The command that begins at each of these words.
fn possible(arguments: &[Word]) -> Vec<Inner> {
    let commands =
        (0..arguments.len()).filter(|at| arguments[*at].literal().is_some_and(|w| !w.starts_with('-')));
    commands.map(|at| Inner::Words(arguments[at..].to_vec())).take(8).collect()
}

/// As `xargs` runs it: with what it reads behind the arguments, or in place of the word that `-I` names.
fn appended(arguments: &[Word], rest: &[Word]) -> Vec<Word> {
    let own = &arguments[..arguments.len() - rest.len()];
    let mut replaced = vec!["{}"];
    for (at, word) in own.iter().enumerate() {
        match word.literal() {
            Some("-I" | "--replace") => replaced.extend(own.get(at + 1).and_then(Word::literal)),
            Some(word) => replaced.extend(word.strip_prefix("-I").or(word.strip_prefix("--replace="))),
            None => {}
        }
    }
    let is_replaced = |word: &Word| {
        word.literal().is_some_and(|text| replaced.iter().any(|mark| !mark.is_empty() && text.contains(mark)))
    };
    let words = rest.iter().map(|word| if is_replaced(word) { Word::Dynamic } else { word.clone() });
    words.chain([Word::Dynamic]).collect()
}

/// Words that are put together to a line, as `eval` and `ssh` do.
fn joined(words: &[Word]) -> Inner {
    let words: Option<Vec<&str>> = words.iter().map(Word::literal).collect();
    words.map_or(Inner::Hidden, |words| Inner::Line(words.join(" ")))
}

/// The line behind `-c`, or in a bundle with it.
fn behind_c(arguments: &[Word]) -> Vec<Inner> {
    let is_c = |word: &Word| {
        let text = word.literal().unwrap_or_default();
        (text.starts_with('-') && !text.starts_with("--") && text.contains('c')) || text == "--command"
    };
    match arguments.iter().position(is_c) {
        Some(at) => {
            let line =
                arguments[at + 1..].iter().find(|word| !word.literal().is_some_and(|w| w.starts_with('-')));
            vec![line.and_then(Word::literal).map_or(Inner::Hidden, |line| Inner::Line(line.to_owned()))]
        }
        None => Vec::new(),
    }
}

/// What `find` runs for what it finds.
fn executed_by_find(arguments: &[Word]) -> Vec<Inner> {
    let is_exec = |word: &Word| matches!(word.literal(), Some("-exec" | "-execdir" | "-ok" | "-okdir"));
    let starts = arguments.iter().enumerate().filter(|(_, word)| is_exec(word)).map(|(at, _)| at + 1);
    let commands = starts.map(|start| {
        let rest = &arguments[start..];
        let ends = |word: &Word| matches!(word.literal(), Some(";" | "+"));
        let end = rest.iter().position(ends).unwrap_or(rest.len());
        let found = |word: &Word| match word.literal() {
            // A path, which is no option.
            Some("{}") => Word::Starting("/".to_owned()),
            Some(text) if text.contains("{}") => Word::Dynamic,
            _ => word.clone(),
        };
        Inner::Words(rest[..end].iter().map(found).collect())
    });
    commands.collect()
}

/// The command behind `--`, of a subcommand that runs one elsewhere.
fn behind_dashes(arguments: &[Word], subcommands: &str) -> Vec<Inner> {
    let runs = arguments.iter().filter_map(Word::literal).any(|word| has(subcommands, word));
    let dashes = arguments.iter().position(|word| word.literal() == Some("--"));
    match dashes.filter(|_| runs) {
        Some(at) if at + 1 < arguments.len() => vec![Inner::Words(arguments[at + 1..].to_vec())],
        // Before version 1.30 the dashes could be left out.
        None if runs => possible(arguments),
        _ => Vec::new(),
    }
}

/// The command behind the container of `docker exec`, or the image of `docker run`.
fn in_container(arguments: &[Word]) -> Vec<Inner> {
    let is = |word: &Word, subcommand: &str| word.literal() == Some(subcommand);
    if let Some((_, rest)) = arguments.split_first().filter(|(first, _)| is(first, "exec")) {
        return wrapped(&EXEC, rest);
    }
    let at = arguments.iter().position(|word| is(word, "exec") || is(word, "run"));
    at.map_or_else(Vec::new, |at| possible(&arguments[at + 1..]))
}
