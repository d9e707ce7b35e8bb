//! Whether a call of `sed` does no more than print: its scripts are read command by command, since `w`, `e`, `r`
//! and the flags of `s` write files and run commands.

/// Whether these arguments only print.
pub(super) fn is_printing(arguments: &[&str]) -> bool {
    const OPTIONS: [&str; 10] = ["-n", "-E", "-r", "-s", "-u", "-z", "-nE", "-nr", "-En", "-rn"];
    let mut scripts = Vec::new();
    let mut operands = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match *argument {
            "-e" | "-ne" | "-Ee" => match arguments.next() {
                Some(script) => scripts.push(*script),
                None => return false,
            },
            option if OPTIONS.contains(&option) => {}
            option if option.starts_with('-') && option.len() > 1 => return false,
            operand => operands.push(operand),
        }
    }
    if scripts.is_empty() {
        scripts.extend(operands.first());
    }
    !scripts.is_empty() && scripts.iter().all(|script| prints(script))
}

/// Whether a script consists of nothing but commands that print, delete from what is printed, or replace in it.
fn prints(script: &str) -> bool {
    let mut rest = script.trim_start();
    while !rest.is_empty() {
        let Some(behind) = behind_addresses(rest).and_then(behind_command) else { return false };
        rest = behind.trim_start();
        match rest.strip_prefix([';', '\n']) {
            Some(next) => rest = next.trim_start(),
            None if rest.is_empty() => {}
            None => return false,
        }
    }
    true
}

/// What follows the addresses: line numbers, `$`, `/patterns/`, in ranges.
fn behind_addresses(script: &str) -> Option<&str> {
    let mut rest = behind_address(script)?;
    if let Some(second) = rest.strip_prefix(',') {
        rest = behind_address(second.strip_prefix(['+', '~']).unwrap_or(second))?;
    }
    let rest = rest.trim_start();
    Some(rest.strip_prefix('!').unwrap_or(rest).trim_start())
}

fn behind_address(script: &str) -> Option<&str> {
    match script.chars().next()? {
        '/' => {
            let rest = behind_delimiter(&script[1..], '/')?;
            Some(rest.strip_prefix(['I', 'M']).unwrap_or(rest))
        }
        '$' => Some(&script[1..]),
        _ => Some(script.trim_start_matches(|c: char| c.is_ascii_digit() || c == '~')),
    }
}

fn behind_command(script: &str) -> Option<&str> {
    let command = script.chars().next()?;
    let rest = &script[command.len_utf8()..];
    match command {
        'p' | 'd' | '=' | 'q' | 'l' | 'n' | 'N' | 'D' | 'P' | 'h' | 'H' | 'g' | 'G' | 'x' => Some(rest),
        's' | 'y' => {
            let delimiter = rest.chars().next().filter(char::is_ascii_punctuation).filter(|c| *c != '\\')?;
            let rest = behind_delimiter(&rest[1..], delimiter)?;
            let rest = behind_delimiter(rest, delimiter)?;
            let flags =
                |c: char| command == 's' && (c.is_ascii_digit() || matches!(c, 'g' | 'p' | 'i' | 'I'));
            Some(rest.trim_start_matches(flags))
        }
        _ => None,
    }
}

/// What follows the next delimiter that is not escaped. A newline or a bracket before it is left to others: in
/// brackets a delimiter may be an ordinary character.
fn behind_delimiter(text: &str, delimiter: char) -> Option<&str> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return None,
            _ if c == delimiter => return Some(&text[at + c.len_utf8()..]),
            _ => {}
        }
    }
    None
}
