//! Signs of shell: a line's words and operators as bash would cut them, except that a quote that never closes
//! is a letter: "don't" and "the users' files" are no strings. One pass, nothing allocated but the list.

/// What a piece of the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters, perhaps with hyphens, an apostrophe, or punctuation behind.
    Plain,
    /// Digits, perhaps with a unit or a sign.
    Number,
    /// A word with a string in it.
    Quoted,
    /// `-x`, `--long`, `+x`
    Flag,
    /// A lone `-` or `--`.
    Dash,
    /// A slash in it, or a `~` before it.
    Path,
    /// A name with a dot, an `@`, a colon, an underscore or a digit in it.
    Name,
    /// `*`, `[…]` or `{a,b}` in it.
    Glob,
    /// `$…` in it.
    Expansion,
    /// A whole word between backquotes: an expansion, or code in plain language.
    Code,
    /// `name=value`
    Assignment,
    /// A backslash or another character of syntax in it.
    Escape,
    /// `|`, `||`, `&&`, `&`, `;` …
    Operator,
    /// `<`, `>` and their kin.
    Redirection,
    /// `(` or `)`
    Bracket,
    /// The end of a line that is not the last.
    Newline,
    /// From `#` to the end of the line.
    Comment,
}

/// A piece of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) kind: Kind,
}

/// Cuts the line into at most `limit` pieces.
pub(super) fn tokens(line: &str, limit: usize) -> Vec<Token<'_>> {
    let mut tokens = Vec::with_capacity(32);
    let mut rest = line;
    while tokens.len() < limit {
        rest = rest.trim_start_matches([' ', '\t', '\r']);
        let Some(first) = rest.chars().next() else { break };
        let (length, kind) = match first {
            '\n' => (1, Kind::Newline),
            '#' => (rest.find('\n').unwrap_or(rest.len()), Kind::Comment),
            '(' | ')' => (1, Kind::Bracket),
            '|' | '&' | ';' | '<' | '>' => operator(rest),
            _ => word(rest),
        };
        tokens.push(Token { text: &rest[..length], kind });
        rest = &rest[length..];
    }
    tokens
}

fn operator(rest: &str) -> (usize, Kind) {
    let length = rest.find(|c| !matches!(c, '|' | '&' | ';' | '<' | '>')).unwrap_or(rest.len());
    let redirects = rest[..length].contains(['<', '>']);
    (length, if redirects { Kind::Redirection } else { Kind::Operator })
}

/// The length of the word that `rest` begins with, and what it is.
fn word(rest: &str) -> (usize, Kind) {
    let bytes = rest.as_bytes();
    let mut seen = Seen::default();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b'|' | b'&' | b';' | b'<' | b'>' | b'(' | b')' => break,
            b'\'' | b'"' | b'`' => match closing(&rest[at..], seen.letter_before) {
                Some(length) => {
                    seen.string |= *byte != b'`';
                    seen.code |= *byte == b'`';
                    at += length;
                    continue;
                }
                None => seen.apostrophe = true,
            },
            b'$' => {
                seen.expansion = true;
                // `$(…)` and `${…}` belong to the word as far as they are closed on this line.
                at += enclosed(&rest[at + 1..]);
            }
            b'\\' => {
                seen.escape = true;
                at += rest[at + 1..].chars().next().map_or(0, char::len_utf8);
            }
            b'*' | b'[' | b']' | b'{' | b'}' => seen.glob = true,
            b'=' => seen.equals |= at > 0,
            b'/' => seen.slash = true,
            b'.' | b'@' | b':' | b'_' | b'0'..=b'9' | b'%' | b'+' => seen.inner_mark = true,
            _ => {}
        }
        seen.letter_before = byte.is_ascii_alphanumeric() || *byte >= 0x80;
        at += 1;
    }
    // A continuation byte cannot be any of the bytes that end a word, so `at` is on a boundary.
    let length = at.min(rest.len());
    (length, seen.kind(&rest[..length]))
}

/// What was met in a word.
#[derive(Default)]
struct Seen {
    letter_before: bool,
    string: bool,
    code: bool,
    apostrophe: bool,
    expansion: bool,
    escape: bool,
    glob: bool,
    equals: bool,
    slash: bool,
    inner_mark: bool,
}

impl Seen {
    fn kind(&self, word: &str) -> Kind {
        let bare = word.trim_end_matches(['.', ',', ':', '?', '!']);
        if word.chars().all(|c| c == '-') {
            return Kind::Dash;
        }
        if is_assignment(word) {
            return Kind::Assignment;
        }
        if word.starts_with('-') || (word.starts_with('+') && bare.len() > 1) {
            return if is_number(bare) { Kind::Number } else { Kind::Flag };
        }
        match self {
            Self { expansion: true, .. } => Kind::Expansion,
            Self { string: true, .. } => Kind::Quoted,
            Self { code: true, .. } => Kind::Code,
            Self { escape: true, .. } => Kind::Escape,
            Self { slash: true, .. } => Kind::Path,
            Self { glob: true, .. } => Kind::Glob,
            _ if word.starts_with('~') || matches!(word, "." | "..") => Kind::Path,
            Self { equals: true, .. } => Kind::Assignment,
            _ if is_number(bare) => Kind::Number,
            Self { inner_mark: true, .. } if bare.contains(|c| is_name_mark(c, word)) => Kind::Name,
            _ => Kind::Plain,
        }
    }
}

fn is_name_mark(c: char, word: &str) -> bool {
    match c {
        '.' | '@' | ':' | '_' | '+' => true,
        // Scripts without blanks have numbers in the midst of a sentence.
        '0'..='9' | '%' => !word.contains(is_other_script),
        _ => false,
    }
}

/// Whether a letter is of a script that commands are not written in.
pub(super) fn is_other_script(c: char) -> bool {
    c > '\u{24f}' && c.is_alphabetic()
}

/// `name=`, `name+=`, `name[…]=` at the word's beginning.
fn is_assignment(word: &str) -> bool {
    let name = word.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let named = name.len() < word.len() && !word.starts_with(|c: char| c.is_ascii_digit());
    let value = match name.strip_prefix('[').and_then(|index| index.split_once(']')) {
        Some((_, value)) => value,
        None => name,
    };
    named && (value.starts_with('=') || value.starts_with("+="))
}

/// 8080, 10%, 1GB, 3.5, 10:30, 2024-01-01, #3
fn is_number(word: &str) -> bool {
    let digits = word.trim_start_matches(['-', '+', '#', '$']);
    let unit =
        digits.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ':' | ',' | '-' | '/'));
    digits.starts_with(|c: char| c.is_ascii_digit()) && unit.len() <= 3
}

/// The length of the string that `rest` begins with, quotes included; none where its quote is a letter: it
/// never closes, or it is an apostrophe.
fn closing(rest: &str, letter_before: bool) -> Option<usize> {
    let quote = rest.as_bytes()[0];
    let inside = &rest[1..];
    if quote == b'\'' && letter_before {
        let ending = inside.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(inside.len());
        let apostrophe = matches!(&inside[..ending], "t" | "s" | "re" | "ve" | "ll" | "d" | "m" | "");
        if apostrophe && !inside[ending..].starts_with('\'') {
            return None;
        }
    }
    let mut bytes = inside.bytes().enumerate();
    while let Some((index, byte)) = bytes.next() {
        if byte == quote {
            return Some(index + 2);
        }
        if byte == b'\\' && quote != b'\'' {
            bytes.next();
        }
    }
    None
}

/// How far a bracket is looked for: a line of nothing but open ones is no reason to read it over and over.
const BRACKET_LIMIT: usize = 256;

/// The length of the bracketed part that `rest` begins with, the brackets included; 0 where there is none.
fn enclosed(rest: &str) -> usize {
    let (open, close) = match rest.as_bytes().first() {
        Some(b'(') => (b'(', b')'),
        Some(b'{') => (b'{', b'}'),
        _ => return 0,
    };
    let mut depth = 0_usize;
    for (index, byte) in rest.bytes().take(BRACKET_LIMIT).enumerate() {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return index + 1;
            }
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(line: &str) -> Vec<(&str, Kind)> {
        tokens(line, 64).into_iter().map(|token| (token.text, token.kind)).collect()
    }

    #[test]
    fn a_line_is_cut_as_bash_would() {
        use Kind::*;
        assert_eq!(
            kinds("FOO=1 ls -la \"a b\"'c' ~/x *.rs $HOME | wc >out # done"),
            [
                ("FOO=1", Assignment),
                ("ls", Plain),
                ("-la", Flag),
                ("\"a b\"'c'", Quoted),
                ("~/x", Path),
                ("*.rs", Glob),
                ("$HOME", Expansion),
                ("|", Operator),
                ("wc", Plain),
                (">", Redirection),
                ("out", Plain),
                ("# done", Comment)
            ]
        );
        assert_eq!(kinds("echo $(date +%s) x"), [("echo", Plain), ("$(date +%s)", Expansion), ("x", Plain)]);
    }

    #[test]
    fn an_apostrophe_is_no_quote() {
        use Kind::*;
        assert_eq!(
            kinds("don't touch the users' files, it's 'mine'"),
            [
                ("don't", Plain),
                ("touch", Plain),
                ("the", Plain),
                ("users'", Plain),
                ("files,", Plain),
                ("it's", Plain),
                ("'mine'", Quoted)
            ]
        );
        assert_eq!(kinds("cut -d's' x")[1], ("-d's'", Flag));
    }

    #[test]
    fn words_are_told_from_names_and_numbers() {
        use Kind::*;
        for (word, kind) in [
            ("files?", Plain),
            ("done.", Plain),
            ("node-3", Name),
            ("main.py", Name),
            ("1GB", Number),
            ("100%,", Number),
            ("-9", Number),
            ("--all", Flag),
            ("--", Dash),
            ("a/b", Path),
            ("..", Path),
            ("a[1]=2", Assignment),
            ("привет", Plain),
            ("\\time", Escape),
            ("`ls -l`", Code),
        ] {
            assert_eq!(kinds(word), [(word, kind)]);
        }
    }
}
