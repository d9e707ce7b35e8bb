//! What one simple command could do: its words looked up in the tables.
//!
//! A command that is not there is unknown. One that only looks as long as it is not told otherwise has the
//! options that tell it otherwise listed; if an argument is not known before it runs, such a command is unknown.
//! What a command is given to run is looked up by itself.

use awesh_protocol::Risk;

use super::Place;
use super::shell::{Simple, is_own_variable, is_socket};
use super::tables::{
    DESTROY, DESTROY_WITH, ELEVATE, Form, HARMLESS, IP_OBJECTS, IP_OPTIONS, IP_VERBS, LOOK, LOOK_ALONE,
    LOOK_UNLESS, PAIRS_LOOK, PAIRS_REACH, PLACES, REACH_UNLESS, RUN_WITH, SHELLS, SUBCOMMANDS_LOOK,
    SUBCOMMANDS_REACH, SUBCOMMANDS_UNLESS, WHOLE_LOOK, WRITE, Words, has, row,
};
use super::word::Word;
use super::wrapper::{self, behind_own, plain_name};
use super::{curl, sed};

/// What one simple command could do by itself.
pub(super) fn risk(command: &Simple, place: Place) -> Risk {
    let is_apart = place == Place::Apart;
    let harmless =
        |name: &String| has(HARMLESS, name) || name.starts_with("LC_") || (is_apart && is_own_variable(name));
    // Other variables may make a harmless command load or run anything.
    let assigned = if command.assigned.iter().all(harmless) { Risk::Reads } else { Risk::Unknown };
    match command.words.as_slice() {
        _ if command.shadowed => Risk::Unknown.max(of_words(&command.words)),
        [] if is_apart => assigned,
        [] => Risk::Writes,
        [name, rest @ ..] if is_apart && changes_only_a_session(name, rest) => assigned,
        words => assigned.max(of_words(words)),
    }
}

/// Commands that change nothing but the directory and variables of the bash they run in.
fn changes_only_a_session(name: &Word, arguments: &[Word]) -> bool {
    let is_own = |word: &Word| word.literal().is_some_and(|text| text == "-r" || is_own_variable(text));
    match name.literal() {
        Some("cd" | "pushd" | "popd") => true,
        Some("read") => arguments.iter().all(is_own),
        _ => false,
    }
}

/// Whether a command is told by an option to run something.
pub(super) fn runs_by_option(command: &Simple) -> bool {
    let Some((name, arguments)) = command.words.split_first() else { return false };
    let options = name.literal().and_then(|name| row(RUN_WITH, plain_name(name)));
    options.is_some_and(|options| {
        arguments.iter().filter_map(Word::literal).any(|argument| has_option(argument, options))
    })
}

/// What writing to a redirection's target does.
pub(super) fn redirection(target: &Word) -> Risk {
    match target.literal() {
        Some("/dev/null" | "/dev/stdout" | "/dev/stderr" | "/dev/tty") => Risk::Reads,
        Some(path) if is_socket(path) => Risk::Unknown,
        Some(path) if path.starts_with("/dev/") => Risk::Destroys,
        _ => Risk::Writes,
    }
}

fn of_words(words: &[Word]) -> Risk {
    let Some((Word::Literal(name), arguments)) = words.split_first() else { return unknown(words) };
    let name = plain_name(name);
    if has(DESTROY, name) || name.starts_with("mkfs") || destroys(name, arguments) {
        return Risk::Destroys;
    }
    if has(ELEVATE, name) {
        return Risk::Elevates;
    }
    if looks(name, arguments) {
        return Risk::Reads;
    }
    if reaches(name, arguments) {
        return Risk::Reaches;
    }
    if let Some(risk) = runs(name, arguments) {
        return risk;
    }
    if has(WRITE, name) { Risk::Writes } else { unknown(arguments) }
}

/// What a command that runs others does itself.
fn runs(name: &str, arguments: &[Word]) -> Option<Risk> {
    if has(SHELLS, name) {
        // A shell without a line of its own runs what it reads.
        let is_line = !wrapper::inner(&[&[Word::Literal(name.to_owned())], arguments].concat()).is_empty();
        let plain = matches!(arguments.first().and_then(Word::literal), Some("-c" | "-lc" | "-ec" | "-euc"));
        return Some(if is_line && plain { Risk::Reads } else { unknown(arguments) });
    }
    let subcommand = behind_places(name, arguments).and_then(<[Word]>::first).and_then(Word::literal);
    if matches!((name, subcommand), ("kubectl" | "docker" | "podman", Some("exec"))) {
        return Some(if name == "kubectl" { Risk::Reaches } else { Risk::Reads });
    }
    let wrapper = wrapper::row(name)?;
    let is_understood = wrapper.form == Form::Shell || behind_own(wrapper, arguments).is_some();
    Some(if is_understood { wrapper.risk } else { wrapper.risk.max(unknown(arguments)) })
}

/// A command that is not known, which may run its arguments: a name that destroys among them tells.
fn unknown(arguments: &[Word]) -> Risk {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let texts = || arguments.iter().filter_map(Word::literal).flat_map(|text| text.split(|c| !is_of_name(c)));
    if texts().any(|word| has(DESTROY, word)) {
        return Risk::Destroys;
    }
    if texts().any(|word| has(ELEVATE, word)) { Risk::Elevates } else { Risk::Unknown }
}

fn destroys(name: &str, arguments: &[Word]) -> bool {
    let with = row(DESTROY_WITH, name).unwrap_or_default();
    let bare = |argument: &str| has(with, argument.split('=').next().unwrap_or(argument));
    // Options may stand in a bundle.
    let bundled = |argument: &str| {
        argument.starts_with('-')
            && !argument.starts_with("--")
            && with
                .split_whitespace()
                .any(|option| option.len() == 2 && option.starts_with('-') && argument.contains(&option[1..]))
    };
    let is_deletion = |argument: &str| name == "git" && argument.starts_with("+") && argument.len() > 1;
    let mut words = arguments.iter().filter_map(Word::literal);
    words.any(|word| bare(word) || bundled(word) || is_deletion(word))
}

fn looks(name: &str, arguments: &[Word]) -> bool {
    if has(LOOK, name) || (arguments.is_empty() && has(LOOK_ALONE, name)) {
        return true;
    }
    match name {
        "[" | "test" => return is_plain_test(arguments),
        "command" => return matches!(arguments.first().and_then(Word::literal), Some("-v" | "-V")),
        "printf" => {
            return arguments.first().and_then(Word::literal).is_some_and(is_plain_format);
        }
        _ => {}
    }
    if let Some(unless) = row(LOOK_UNLESS, name) {
        let options = operands(arguments);
        return options.is_some_and(|options| !has_any(&options, unless) && !sets_clock(name, &options));
    }
    if by_subcommand(name, arguments, (SUBCOMMANDS_LOOK, PAIRS_LOOK)) || is_whole(name, arguments) {
        return true;
    }
    let Some(literals) = arguments.iter().map(Word::literal).collect::<Option<Vec<_>>>() else {
        return false;
    };
    match name {
        "awk" | "gawk" | "mawk" => !literals.iter().any(|argument| changes_by_awk(argument)),
        "hostname" => matches!(literals.as_slice(), ["-f" | "-s" | "-I" | "-i" | "-d"]),
        "ip" => is_showing_ip(&literals),
        "sed" => sed::is_printing(&literals),
        "umask" => matches!(literals.as_slice(), ["-S"]),
        "ulimit" => matches!(literals.as_slice(), ["-a" | "-n" | "-Ha" | "-Sa"]),
        "uniq" => literals.iter().filter(|argument| !argument.starts_with('-')).count() <= 1,
        "declare" | "export" => literals.as_slice() == ["-p"],
        _ => false,
    }
}

/// Whether a command does no more than ask another machine.
fn reaches(name: &str, arguments: &[Word]) -> bool {
    if let Some(unless) = row(REACH_UNLESS, name) {
        return operands(arguments).is_some_and(|options| !has_any(&options, unless));
    }
    match name {
        "curl" => curl::is_fetching(arguments),
        "wget" => curl::is_fetching_wget(arguments),
        "aws" => is_describing(arguments) || by_subcommand(name, arguments, (SUBCOMMANDS_REACH, PAIRS_REACH)),
        _ => by_subcommand(name, arguments, (SUBCOMMANDS_REACH, PAIRS_REACH)),
    }
}

/// Whether the subcommand is one of these, or with the word behind it, and no option makes it do more.
fn by_subcommand(name: &str, arguments: &[Word], (single, pairs): (&Words, &Words)) -> bool {
    let Some((subcommand, rest)) = behind_places(name, arguments).and_then(<[Word]>::split_first) else {
        return false;
    };
    let (Some(subcommand), Some(rest)) = (subcommand.literal(), operands(rest)) else { return false };
    let pair = rest.first().map(|second| format!("{subcommand}-{second}")).unwrap_or_default();
    let is_listed = row(single, name).is_some_and(|words| has(words, subcommand))
        || row(pairs, name).is_some_and(|words| has(words, &pair));
    // What lists the secrets of a cluster is no harmless look.
    is_listed && !has_any(&rest, row(SUBCOMMANDS_UNLESS, name).unwrap_or_default())
}

/// Whether this is all: a subcommand, or two words.
fn is_whole(name: &str, arguments: &[Word]) -> bool {
    let Some(rest) = behind_places(name, arguments).filter(|rest| rest.len() <= 2) else { return false };
    let Some(words) = rest.iter().map(Word::literal).collect::<Option<Vec<_>>>() else { return false };
    row(WHOLE_LOOK, name).is_some_and(|wholes| has(wholes, &words.join("-")))
}

/// `aws SERVICE describe-…` and `list-…`.
fn is_describing(arguments: &[Word]) -> bool {
    let words = behind_places("aws", arguments).and_then(operands);
    words.is_some_and(|words| {
        let asks = |word: &&str| word.starts_with("describe-") || word.starts_with("list-");
        words.get(1).is_some_and(asks) && !has_any(&words, row(SUBCOMMANDS_UNLESS, "aws").unwrap_or_default())
    })
}

/// The arguments from the subcommand on: behind `--context c`, `--namespace=n`, `-C dir` and the like.
pub(super) fn behind_places<'w>(name: &str, mut arguments: &'w [Word]) -> Option<&'w [Word]> {
    let (flags, valued) =
        PLACES.iter().find(|row| row.0 == name).map_or(("", ""), |(_, flags, valued)| (flags, valued));
    loop {
        let first = arguments.first()?.literal()?;
        let names = first.split_once('=').is_some_and(|(name, _)| has(valued, name));
        arguments = match arguments {
            [_, rest @ ..] if has(flags, first) || names => rest,
            [_, value, rest @ ..] if has(valued, first) && value.operand().is_some() => rest,
            _ => return Some(arguments),
        };
    }
}

/// The arguments as texts, if what is not known of them can be no option.
fn operands(arguments: &[Word]) -> Option<Vec<&str>> {
    arguments.iter().map(Word::operand).collect()
}

fn has_any(arguments: &[&str], options: &str) -> bool {
    arguments.iter().any(|argument| has_option(argument, options))
}

/// Whether an argument is one of these options: whole, with a value (`--output=x`), shortened (`--outp`), as the
/// beginning of a longer name (`-exec` of `-execdir`), or as a letter in a bundle (`-ro` of `-o`).
fn has_option(argument: &str, options: &str) -> bool {
    let name = argument.split('=').next().unwrap_or_default();
    let is_bundle = argument.starts_with('-') && !argument.starts_with("--");
    options.split_whitespace().any(|option| match option.strip_prefix('-') {
        Some(letter) if letter.len() == 1 => is_bundle && argument.contains(letter),
        _ => {
            argument.starts_with(option)
                || (name.len() > 2 && name.starts_with('-') && option.starts_with(name))
        }
    })
}

/// `[` with one question: only then can a value that is not known not become a question of its own.
fn is_plain_test(arguments: &[Word]) -> bool {
    const UNARY: &str = "-a -b -c -d -e -f -g -h -k -L -n -N -O -G -p -r -s -S -t -u -w -x -z";
    const BINARY: &str = "= == != < > -eq -ne -lt -le -gt -ge -nt -ot -ef";
    let is = |word: &Word, operators: &str| word.literal().is_some_and(|text| has(operators, text));
    let one = |word: &Word| *word != Word::Dynamic;
    let words = match arguments {
        [rest @ .., last] if last.literal() == Some("]") => rest,
        words => words,
    };
    let words = if words.first().is_some_and(|word| is(word, "!")) { &words[1..] } else { words };
    match words {
        [operator, word] => is(operator, UNARY) && one(word),
        [left, operator, right] => is(operator, BINARY) && one(left) && one(right),
        _ => false,
    }
}

/// A format of `printf` that assigns no variable.
fn is_plain_format(format: &str) -> bool {
    let modifies = |c: char| !c.is_ascii_alphabetic() || "hlLjtzq".contains(c);
    let assigns = |behind: &str| behind.trim_start_matches(modifies).starts_with('n');
    !format.starts_with('-') && !format.split('%').skip(1).any(assigns)
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
    let is_plain_option = ["-F", "-v"].iter().any(|option| argument.starts_with(option));
    (argument.starts_with('-') && !is_plain_option)
        || (!argument.starts_with("-F")
            && ["system", "|", ">", "getline", "@"].iter().any(|word| argument.contains(word)))
}

/// Digits that `date` would set the clock to.
fn sets_clock(name: &str, arguments: &[&str]) -> bool {
    const SHORTEST: usize = "MMDDhhmm".len();
    let is_time = |argument: &&str| {
        argument.len() >= SHORTEST && argument.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    name == "date" && arguments.iter().any(is_time)
}
