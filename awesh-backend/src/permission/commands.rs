//! What one simple command could do: its words looked up in the tables.
//!
//! A command that is not there is unknown. One that only looks as long as it is not told otherwise has the
//! options that tell it otherwise listed; if an argument is not known before it runs, such a command is unknown.

use awesh_protocol::Risk;

use super::shell::{Simple, Word};
use super::tables::{
    ANOTHERS_RIGHTS, DESTROY, DESTROY_WITH, HARMLESS, IP_OBJECTS, IP_OPTIONS, IP_VERBS, KUBECTL_PLACES, LOOK,
    LOOK_UNLESS, PASS_ON, SUBCOMMANDS_LOOK, SUBCOMMANDS_UNLESS, WRITE, has, row,
};

/// What one simple command could do.
pub(super) fn risk(command: &Simple) -> Risk {
    let harmless = |name: &String| has(HARMLESS, name) || name.starts_with("LC_");
    // Other variables may make a harmless command load or run anything.
    let assigned = if command.assigned.iter().all(harmless) { Risk::Reads } else { Risk::Unknown };
    if command.words.is_empty() {
        return Risk::Writes;
    }
    assigned.max(of_words(&command.words))
}

/// What writing to a redirection's target does.
pub(super) fn redirection(target: &Word) -> Risk {
    match target {
        Word::Literal(path) => match path.as_str() {
            "/dev/null" | "/dev/stdout" | "/dev/stderr" | "/dev/tty" => Risk::Reads,
            path if path.starts_with("/dev/") => Risk::Destroys,
            _ => Risk::Writes,
        },
        Word::Dynamic => Risk::Writes,
    }
}

fn of_words(words: &[Word]) -> Risk {
    let Some((Word::Literal(name), arguments)) = words.split_first() else { return unknown(words) };
    // A path may lead anywhere but to the system's own command of that name.
    let name = ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name);
    if has(ANOTHERS_RIGHTS, name) || destroys(name, arguments) {
        return Risk::Destroys;
    }
    if has(PASS_ON, name) {
        return passed_on(name, arguments);
    }
    if looks(name, arguments) {
        return Risk::Reads;
    }
    if has(WRITE, name) { Risk::Writes } else { unknown(arguments) }
}

/// Commands that run their arguments: what these do, if they are no options.
fn passed_on(name: &str, arguments: &[Word]) -> Risk {
    match arguments.first().map(literal) {
        None if name == "env" => Risk::Reads,
        Some(Some("-v" | "-V")) if name == "command" => Risk::Reads,
        Some(Some(first)) if !first.starts_with('-') && !first.contains('=') => of_words(arguments),
        _ => unknown(arguments),
    }
}

/// A command that is not known, which may run its arguments: a name that destroys among them tells.
fn unknown(arguments: &[Word]) -> Risk {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut words = arguments.iter().filter_map(literal).flat_map(|text| text.split(|c| !is_of_name(c)));
    let destroys = words.any(|word| has(DESTROY, word) || has(ANOTHERS_RIGHTS, word));
    if destroys { Risk::Destroys } else { Risk::Unknown }
}

fn destroys(name: &str, arguments: &[Word]) -> bool {
    let with = row(DESTROY_WITH, name).unwrap_or_default();
    has(DESTROY, name)
        || name.starts_with("mkfs")
        || arguments.iter().filter_map(literal).any(|argument| has(with, argument))
}

fn looks(name: &str, arguments: &[Word]) -> bool {
    if has(LOOK, name) {
        return true;
    }
    // What is not known before it runs may be an option.
    let Some(literals) = arguments.iter().map(literal).collect::<Option<Vec<_>>>() else { return false };
    let arguments = literals.as_slice();
    let unless = |words: &str| !arguments.iter().any(|argument| has_option(argument, words));
    match name {
        "[" | "test" => arguments.iter().all(|argument| !argument.contains(['$', '`'])),
        "awk" => !arguments.iter().any(|argument| changes_by_awk(argument)),
        "date" => row(LOOK_UNLESS, name).is_some_and(unless) && !arguments.iter().any(|word| is_time(word)),
        "hostname" => arguments.is_empty(),
        "ip" => is_showing_ip(arguments),
        "kubectl" => looks_by_subcommand(name, behind_places(arguments)),
        "printf" => arguments.first().is_some_and(|first| *first != "-v"),
        "sed" => is_printing_sed(arguments),
        _ => row(LOOK_UNLESS, name).map_or_else(|| looks_by_subcommand(name, arguments), unless),
    }
}

/// The first argument decides: an option before a subcommand may name a program to run.
fn looks_by_subcommand(name: &str, arguments: &[&str]) -> bool {
    let (looking, unless) = (row(SUBCOMMANDS_LOOK, name), row(SUBCOMMANDS_UNLESS, name));
    let Some((subcommand, rest)) = arguments.split_first() else { return false };
    looking.is_some_and(|words| has(words, subcommand))
        && !rest.iter().any(|argument| has_option(argument, unless.unwrap_or_default()))
}

/// The arguments behind `--context c`, `--namespace=n` and the like.
fn behind_places<'a, 'w>(mut arguments: &'a [&'w str]) -> &'a [&'w str] {
    let names = |option: &str| option.split_once('=').is_some_and(|(name, _)| has(KUBECTL_PLACES, name));
    loop {
        arguments = match arguments {
            [option, _, rest @ ..] if has(KUBECTL_PLACES, option) => rest,
            [option, rest @ ..] if names(option) => rest,
            _ => return arguments,
        };
    }
}

/// Whether an argument is one of these options: whole, with a value (`--output=x`), shortened (`--outp`), as the
/// beginning of a longer name (`-exec` of `-execdir`), or as a letter in a bundle (`-ro` of `-o`).
fn has_option(argument: &str, options: &str) -> bool {
    let name = argument.split('=').next().unwrap_or_default();
    let is_bundle = argument.starts_with('-') && !argument.starts_with("--");
    options.split_whitespace().any(|option| match option.strip_prefix('-') {
        Some(letter) if letter.len() == 1 => is_bundle && argument.contains(letter),
        _ => argument.starts_with(option) || (name.len() > 3 && option.starts_with(name)),
    })
}

/// `sed -n` with a script that only prints lines by number.
fn is_printing_sed(arguments: &[&str]) -> bool {
    let is_line = |c: char| c.is_ascii_digit() || matches!(c, ',' | '$');
    match arguments {
        ["-n", script, files @ ..] => {
            let prints = script.strip_suffix('p').is_some_and(|lines| lines.chars().all(is_line));
            prints && !files.iter().any(|file| file.starts_with('-'))
        }
        _ => false,
    }
}

/// `ip` that shows: an object, and a verb that shows or none.
fn is_showing_ip(arguments: &[&str]) -> bool {
    let options = arguments.iter().take_while(|argument| has(IP_OPTIONS, argument)).count();
    match &arguments[options..] {
        [object] => has(IP_OBJECTS, object),
        [object, verb, ..] => has(IP_OBJECTS, object) && has(IP_VERBS, verb),
        [] => false,
    }
}

/// A program of awk that could run or write something, or an option that could.
fn changes_by_awk(argument: &str) -> bool {
    (argument.starts_with('-') && !argument.starts_with("-F") && !argument.starts_with("-v"))
        || ["system", "|", ">", "getline", "@"].iter().any(|word| argument.contains(word))
}

/// Digits that `date` would set the clock to.
fn is_time(argument: &str) -> bool {
    const SHORTEST: usize = "MMDDhhmm".len();
    argument.len() >= SHORTEST && argument.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn literal(word: &Word) -> Option<&str> {
    match word {
        Word::Literal(text) => Some(text),
        Word::Dynamic => None,
    }
}
