//! Words of a command line that a shell takes literally. What is plain stays bare: the user reads the line.

/// A word as every shell takes it literally.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    // zsh makes the path of a program of a word that begins with `=`.
    if !word.is_empty() && !word.starts_with('=') && word.chars().all(is_plain) {
        return word.to_owned();
    }
    // NUL alone has no quoted form; no word of a process has one in it.
    shlex::try_quote(&word.replace('\0', "")).map(String::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_word_is_one_word_whatever_is_in_it() {
        for word in [
            "plain",
            "--a=b,c",
            "two words",
            "it's",
            "echo 'a b' \"$x\"\n# `c`",
            "",
            "~",
            "!e",
            "{a,b}",
            "=ls",
        ] {
            let line = format!("printf %s {}", quoted(word));
            let told = Command::new("sh").args(["-c", &line]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&told.stdout), word);
        }
        assert_eq!(quoted("--replicas=5"), "--replicas=5");
        assert_eq!(quoted("a\0b"), "ab");
    }
}
