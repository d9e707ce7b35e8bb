//! How far a value goes, and whether it may be a secret.

use std::ops::Range;

use super::names::is_common;

/// The value at this place: what is in quotes, also in escaped ones, or up to where an unquoted word ends.
pub(super) fn at(text: &str, place: usize) -> Range<usize> {
    let rest = &text[place..];
    let escapes = rest.bytes().take_while(|byte| *byte == b'\\').count();
    if rest[escapes..].starts_with(['"', '\'', '`']) {
        let open = escapes + 1;
        let inside = &rest[open..];
        let length = closing(inside, &rest[..open]);
        return place + open..place + open + length;
    }
    let ends = |letter: char| letter.is_ascii_whitespace() || "\"'`,;|<>)".contains(letter);
    let word = rest.split(ends).next().unwrap_or_default();
    let word = &word[..joined(word).unwrap_or(word.len())];
    // The end of a sentence, or the escape of a quote that ends what the word is in.
    let word = word.trim_end_matches(['\\', '.', '?']);
    place..place + word.len()
}

/// Where an `&` joins the next command or the next parameter of an address to the word, rather than be part of it.
fn joined(word: &str) -> Option<usize> {
    let joins = |at: &usize| {
        let rest = &word[at + 1..];
        let name = rest.bytes().take_while(|byte| is_name(*byte)).count();
        rest.is_empty() || rest.starts_with('&') || rest[name..].starts_with('=')
    };
    word.match_indices('&').map(|(at, _)| at).find(joins)
}

/// The value after a head in whose last word a quote may have opened: `'ada:…'`, `'pw=…'`.
fn after(text: &str, head: &Range<usize>) -> Range<usize> {
    let word = text[head.clone()].rsplit([' ', '\t']).next().unwrap_or_default();
    let open = ["'", "\""].into_iter().find(|quote| word.matches(quote).count() == 1);
    match open {
        Some(open) => head.end..head.end + closing(&text[head.end..], open),
        None => at(text, head.end),
    }
}

/// The word a sentence has here, with the signs that would end it in a command.
pub(super) fn in_prose(text: &str, place: usize) -> Range<usize> {
    let ends = |letter: char| letter.is_ascii_whitespace() || "\"'`,".contains(letter);
    let word = text[place..].split(ends).next().unwrap_or_default();
    let word = word.trim_end_matches(['\\', '.', '?', ';', ')']);
    place..place + word.len()
}

/// Where the quote that opened closes; a value that was cut goes to the end of its line.
fn closing(inside: &str, open: &str) -> usize {
    let mut from = 0;
    while let Some(at) = inside[from..].find(open) {
        let escaped = open == "\"" && inside[..from + at].ends_with('\\');
        if !escaped {
            return inside[..from + at].find(['\r', '\n']).unwrap_or(from + at);
        }
        from += at + open.len();
    }
    inside.find(['\r', '\n']).unwrap_or(inside.len())
}

/// Whether the value stands in quotes.
pub(super) fn quoted(text: &str, value: &Range<usize>) -> bool {
    text[..value.start].ends_with(['"', '\'', '`'])
}

/// Whether a secret is one wherever it stands: no word that is also used for other things.
pub(super) fn tells_itself(secret: &str) -> bool {
    const SHORTEST: usize = 8;
    let has = |kind: fn(&u8) -> bool| secret.bytes().any(|byte| kind(&byte));
    secret.len() >= SHORTEST && has(u8::is_ascii_alphabetic) && has(u8::is_ascii_digit)
}

/// What follows the name of a header or `Bearer`.
pub(super) fn credential(text: &str, head: Range<usize>) -> Option<Range<usize>> {
    let value = at(text, head.end);
    let word = &text[value.clone()];
    let header = text[head].contains([':', '=']);
    // `Bearer` alone is an English word too.
    let long = if header { word.len() >= 6 } else { word.len() >= 16 && has_digit(word) };
    (long && !is_scheme(word) && !is_common(word) && !stands_for_one(word)).then_some(value)
}

/// The last part of an address, when it is long enough to be a secret.
pub(super) fn long(text: &str, head: Range<usize>) -> Option<Range<usize>> {
    let value = at(text, head.end);
    (value.len() >= 16 && !stands_for_one(&text[value.clone()])).then_some(value)
}

/// An argument where a command takes its password.
pub(super) fn argument(text: &str, head: Range<usize>) -> Option<Range<usize>> {
    // `vault login` takes these in place of a token; the settings have been looked at already.
    const NAMED: [&str; 5] = ["username=", "role=", "role_id=", "password=", "secret_id="];
    let value = after(text, &head);
    let word = &text[value.clone()];
    let harmless = word.len() < 3
        || word.starts_with('-')
        || is_port(word)
        || is_path(word)
        || stands_for_one(word)
        || NAMED.iter().any(|name| word.starts_with(name));
    (!harmless).then_some(value)
}

/// What `echo` hands to a command that reads a password.
pub(super) fn echoed(text: &str, found: Range<usize>) -> Option<Range<usize>> {
    let shown = text[found.clone()].split('|').next()?;
    let option = shown.find(" -n ").map_or("echo".len(), |at| at + " -n".len());
    let spaces = shown[option..].len() - shown[option..].trim_start().len();
    let value = at(text, found.start + option + spaces);
    (value.len() >= 3 && !stands_for_one(&text[value.clone()])).then_some(value)
}

/// Ports and what is mapped to them, numbers of users and times.
fn is_port(word: &str) -> bool {
    let word = word.trim_end_matches("/tcp").trim_end_matches("/udp");
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    (digits && word.len() <= 5) || (!digits && word.bytes().all(|byte| b"0123456789.:,-/".contains(&byte)))
}

/// Whether the word is only the scheme before a secret that is gone already.
fn is_scheme(word: &str) -> bool {
    ["bearer", "basic", "token", "digest"].iter().any(|scheme| scheme.eq_ignore_ascii_case(word))
}

/// A variable, a template's blank or a mask: what stands where a secret would.
pub(super) fn stands_for_one(word: &str) -> bool {
    let variable = word.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|letter: char| letter.is_ascii_alphabetic() || "_{(".contains(letter))
    });
    let blank = ["{{", "#{", "<", "%(", "ENC[", "!vault", "os.environ", "process.env", "var.", "env."];
    let mask = word.bytes().all(|byte| b"*xX.-_#".contains(&byte)) || word.starts_with("****");
    let called = word.find('(').is_some_and(|at| at > 0 && word[..at].bytes().all(is_name));
    let bracketed = word.starts_with('[') && word.ends_with(']');
    // In a signature: `&str`, `&Token`, `Option<String>`, `&Token<'_>` up to its quote.
    let reference =
        word.strip_prefix('&').is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let is_type = reference || (word.contains('<') && word.ends_with(['<', '>']));
    let in_percents = word.len() > 2 && word.starts_with('%') && word.ends_with('%');
    variable
        || mask
        || called
        || bracketed
        || in_percents
        || is_type
        || blank.iter().any(|blank| word.starts_with(blank))
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.:".contains(&byte)
}

/// A path: a beginning of one and no part that looks random.
pub(super) fn is_path(word: &str) -> bool {
    let begins = ["/", "./", "../", "~/"].iter().any(|start| word.starts_with(start));
    begins && !word.ends_with('=') && !word.split('/').any(looks_random)
}

/// Words and numbers joined by dashes: a name somebody gave, not a secret.
pub(super) fn is_plain(word: &str) -> bool {
    word.split(['-', '_', '.', ':', '/', '@']).all(|part| {
        let part = part.strip_prefix(|first: char| first.is_ascii_uppercase()).unwrap_or(part);
        part.bytes().all(|byte| byte.is_ascii_lowercase())
            || part.bytes().all(|byte| byte.is_ascii_uppercase())
            || part.bytes().all(|byte| byte.is_ascii_digit())
    })
}

pub(super) fn has_digit(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

pub(super) fn has_letter(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Long, of a token's letters, and changing between capitals, small letters and digits as no word does.
///
/// Hexadecimal is left out: it is a digest or an identifier more often than a secret.
pub(super) fn looks_random(word: &str) -> bool {
    const SHORTEST: usize = 16;
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-.~".contains(&byte);
    let hexadecimal = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    if word.len() < SHORTEST || !word.bytes().all(token) || word.bytes().all(hexadecimal) {
        return false;
    }
    // A public key of SSH is made to be seen. A short part that looks random is what Kubernetes ends names with.
    let random = |part: &str| part.len() >= 10 && changes(part) >= 3.max(part.len() / 8);
    !word.starts_with("AAAA") && word.split(['-', '_', '.', '/']).any(random)
}

/// How often the kind of letter changes; a capital that begins a word is no change.
pub(super) fn changes(word: &str) -> usize {
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => 1,
        b'A'..=b'Z' => 2,
        b'a'..=b'z' => 3,
        _ => 0,
    };
    let pairs = word.as_bytes().windows(2).map(|pair| (kind(pair[0]), kind(pair[1])));
    pairs
        .filter(|(left, right)| left != right && *left != 0 && *right != 0 && (*left, *right) != (2, 3))
        .count()
}
