//! Whether `curl` or `wget` do no more than fetch: by the few options that are known to.

use super::tables::has;
use super::word::Word;

/// Whether these arguments of `curl` only fetch, and print what they fetch.
pub(super) fn is_fetching(arguments: &[Word]) -> bool {
    const LETTERS: &str = "sSfLiIvk46g";
    const FLAGS: &str = "--silent --show-error --fail --location --include --head --verbose --insecure \
                         --compressed --fail-with-body --ipv4 --ipv6";
    const VALUED: &str = "-m --max-time --connect-timeout -A --user-agent -r --range --retry --resolve";
    let Some(words) = arguments.iter().map(Word::operand).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let fetches = match word {
            "-o" | "--output" => words.next() == Some("/dev/null"),
            "-w" | "--write-out" => words.next().is_some_and(is_plain_format),
            "-X" | "--request" => matches!(words.next(), Some("GET" | "HEAD")),
            "-H" | "--header" => words.next().is_some_and(|header| !header.starts_with('@')),
            option if has(VALUED, option) => words.next().is_some(),
            option if has(FLAGS, option) => true,
            option if option.starts_with("--") => false,
            option if option.starts_with('-') && option.len() > 1 => {
                option[1..].chars().all(|letter| LETTERS.contains(letter))
            }
            address => is_address(address),
        };
        if !fetches {
            return false;
        }
    }
    true
}

/// Whether these arguments of `wget` only fetch to standard output, or nothing at all.
pub(super) fn is_fetching_wget(arguments: &[Word]) -> bool {
    const FLAGS: &str = "-q -S --spider --quiet --server-response";
    let Some(words) = arguments.iter().map(Word::operand).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let mut keeps = true;
    for pair in words.iter().zip(words.iter().skip(1).map(Some).chain([None])) {
        match pair {
            (&("-O" | "-qO"), Some(&"-")) | (&("-O-" | "-qO-" | "--spider"), _) => keeps = false,
            (&"-", _) => {}
            (option, _) if has(FLAGS, option) => {}
            (option, _) if option.starts_with('-') => return false,
            (address, _) if is_address(address) => {}
            _ => return false,
        }
    }
    !keeps
}

/// A format that writes no file.
fn is_plain_format(format: &str) -> bool {
    !format.contains("output{") && !format.starts_with('@')
}

fn is_address(word: &str) -> bool {
    let scheme = word.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_none_or(|scheme| matches!(scheme, "http" | "https"))
}
