//! Commands that read a word as code once more: there a value must not be part of the word.

/// Stands in a word for a value.
pub(super) const VALUE: char = '\u{1}';

/// Builtins that evaluate their words, or what names a variable in them.
const EVALUATE: [&str; 9] =
    ["eval", "let", "trap", "alias", "unset", "read", "mapfile", "readarray", "getopts"];

/// Programs that run a word as a line: after an option that says so, or always.
const SHELLS: [&str; 9] = ["sh", "bash", "dash", "ash", "ksh", "zsh", "fish", "su", "script"];
const INTERPRETERS: [&str; 6] = ["python", "python3", "perl", "ruby", "node", "php"];
const ALWAYS: [&str; 3] = ["ssh", "watch", "parallel"];

/// Operators of `[[` that evaluate their words as arithmetic or subscripts.
const ARITHMETIC: [&str; 7] = ["-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-v"];

/// Words before the one that counts.
const PREFIXES: [&str; 2] = ["builtin", "command"];

/// Why a value cannot be passed to this command, if it cannot.
pub(super) fn refusal(words: &[String]) -> Option<String> {
    if !words.iter().any(|word| word.contains(VALUE)) {
        return None;
    }
    let words = &words[words.iter().take_while(|word| PREFIXES.contains(&word.as_str())).count()..];
    let name = words.first()?.as_str();
    if name.contains(VALUE) {
        return Some("a value cannot be the name of a command".to_owned());
    }
    if EVALUATE.contains(&name) {
        return Some(format!("{name} would read the value as code"));
    }
    let names_variables = match name {
        "declare" | "typeset" | "local" | "readonly" | "export" => {
            let evaluates = |word: &String| is_bundle_with(word, 'i') || has_open_subscript(word);
            words.iter().any(evaluates)
        }
        "[[" => words.iter().any(|word| ARITHMETIC.contains(&word.as_str())),
        "[" | "test" | "printf" => words.iter().any(|word| word == "-v"),
        _ => false,
    };
    if names_variables {
        return Some(format!("the value would be read as arithmetic by {name}; [ … ] reads it as a number"));
    }
    words
        .iter()
        .enumerate()
        .filter(|(_, word)| word.contains(VALUE))
        .find_map(|(at, _)| line_for_another(&words[..at]))
}

fn is_bundle_with(word: &str, letter: char) -> bool {
    word.starts_with('-') && word.contains(letter)
}

/// Whether a value stands in the subscript of a name.
fn has_open_subscript(word: &str) -> bool {
    word.split(VALUE)
        .next()
        .and_then(|before| before.rsplit_once('['))
        .is_some_and(|(_, behind)| !behind.contains(']'))
}

/// Whether the word behind these is a line that another shell or interpreter reads.
fn line_for_another(before: &[String]) -> Option<String> {
    let called = |word: &String| word.rsplit('/').next().unwrap_or_default().to_owned();
    let is_among = |names: &[&str]| before.iter().map(called).find(|name| names.contains(&name.as_str()));
    let option = before.last().map_or("", String::as_str);
    let says = |letters: &[char]| option.starts_with('-') && option.ends_with(letters);
    let shell = is_among(&SHELLS).filter(|_| says(&['c']));
    let interpreter = is_among(&INTERPRETERS).filter(|_| says(&['c', 'e', 'E', 'r']));
    let name = shell.or(interpreter).or_else(|| is_among(&ALWAYS))?;
    let instead =
        if name == "ssh" { "let the step have a host" } else { "pass it as an argument or by `env`" };
    Some(format!("{name} gives the value to another shell, which would read it as code: {instead}"))
}
