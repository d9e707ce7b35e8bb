//! How inputrc and `bind` write keys, and what `bind -p`, `-s`, `-X` and `-v` print. Pure.

/// One line of a listing: what is bound, to what.
#[derive(Debug, PartialEq, Eq)]
pub enum Bound {
    /// To a function, by its name.
    Function(String),
    /// To keys that stand for it, or a command; the list tells which.
    Text(String),
}

/// Reads `"KEYS": function` and `"KEYS": "text"`.
pub fn binding(line: &str) -> Option<(String, Bound)> {
    let (keys, rest) = quoted(line.strip_prefix('"')?)?;
    let rest = rest.strip_prefix(':')?.trim_start();
    let bound = match rest.strip_prefix('"') {
        Some(text) => Bound::Text(quoted(text)?.0.to_owned()),
        None if rest.is_empty() => return None,
        None => Bound::Function(rest.trim_end().to_owned()),
    };
    Some((keys_of(keys), bound))
}

/// The text up to the closing quote, and what follows that.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '"' => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

/// The keys that a text in readline's notation stands for.
pub fn keys_of(notation: &str) -> String {
    let mut keys = String::new();
    let mut rest = notation.chars().peekable();
    while let Some(character) = rest.next() {
        let (mut control, mut meta, mut key) = (false, false, character);
        while key == '\\' {
            let Some(escaped) = rest.next() else { break };
            let modifier = matches!(escaped, 'C' | 'M') && rest.peek() == Some(&'-');
            if !modifier {
                key = unescaped(escaped, &mut rest);
                break;
            }
            rest.next();
            control |= escaped == 'C';
            meta |= escaped == 'M';
            key = rest.next().unwrap_or('\\');
        }
        if meta {
            keys.push('\x1b');
        }
        keys.push(if control { controlled(key) } else { key });
    }
    keys
}

fn controlled(key: char) -> char {
    match key {
        '?' => '\x7f',
        _ if key.is_ascii() => char::from(key.to_ascii_uppercase() as u8 & 0x1f),
        _ => key,
    }
}

fn unescaped(character: char, rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> char {
    let mut digits = |radix: u32, value: u32, most: usize| {
        let mut value = value;
        for _ in 0..most {
            let Some(digit) = rest.peek().and_then(|c| c.to_digit(radix)) else { break };
            value = value * radix + digit;
            rest.next();
        }
        char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER)
    };
    match character {
        'a' => '\x07',
        'b' => '\x08',
        'd' => '\x7f',
        'e' => '\x1b',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        'x' => digits(16, 0, 2),
        '0'..='7' => digits(8, u32::from(character) - u32::from('0'), 2),
        other => other,
    }
}

/// A command that `bind -X` prints, as bash runs it.
pub fn command_of(printed: &str) -> String {
    let mut command = String::new();
    let mut rest = printed.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => command.extend(rest.next()),
            _ => command.push(character),
        }
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_readline_writes_them() {
        for (notation, keys) in [
            (r"\C-x\C-e", "\x18\x05"),
            (r"\e[1;5D", "\x1b[1;5D"),
            (r"\M-.", "\x1b."),
            (r"\C-\M-e", "\x1b\x05"),
            (r"\M-\C-h", "\x1b\x08"),
            (r"\C-?", "\x7f"),
            (r"\C-@", "\0"),
            (r"\C-_", "\x1f"),
            (r"\C-]", "\x1d"),
            (r"\C-\\", "\x1c"),
            (r"\\\x41\101\t", "\\AA\t"),
            ("jk", "jk"),
            ("é", "é"),
        ] {
            assert_eq!(keys_of(notation), keys, "{notation}");
        }
    }

    #[test]
    fn listings_are_read_line_by_line() {
        let function = |name: &str| Bound::Function(name.to_owned());
        for (line, expected) in [
            (r#""\C-a": beginning-of-line"#, Some(("\x01", function("beginning-of-line")))),
            (r#""\"": self-insert"#, Some(("\"", function("self-insert")))),
            (r#""\C-xz": "say \"hi\"\C-m""#, Some(("\x18z", Bound::Text("say \\\"hi\\\"\\C-m".to_owned())))),
            ("# abort (not bound)", None),
            ("set bell-style none", None),
            (r#""\C-a"#, None),
        ] {
            assert_eq!(binding(line), expected.map(|(keys, bound)| (keys.to_owned(), bound)), "{line}");
        }
        assert_eq!(command_of(r#"echo \\\"hi\\\" $x"#), r#"echo \"hi\" $x"#);
    }
}
