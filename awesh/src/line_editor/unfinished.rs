//! Whether a line plainly goes on: a quotation that is not closed, or a backslash at its end. A guess for
//! comfort, so that such a line is edited as a whole; everything else that goes on (a here-document, a loop)
//! bash itself says.

/// Whether Enter should begin a new line of text instead of entering the line.
pub fn goes_on(text: &str) -> bool {
    let mut quote = None;
    let mut characters = text.chars();
    let mut word_start = true;
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('\''), _) => {}
            (_, '\\') if characters.next().is_none() => return true,
            (None, '\'' | '"') => quote = Some(character),
            (None, '#') if word_start && !characters.by_ref().any(|c| c == '\n') => return false,
            _ => {}
        }
        word_start = quote.is_none() && (character.is_whitespace() || ";&|(".contains(character));
    }
    quote.is_some()
}

#[cfg(test)]
mod tests {
    use super::goes_on;

    #[test]
    fn open_quotations_and_a_last_backslash_go_on() {
        for text in
            ["echo 'a", "echo \"a 'b'", "echo a \\", "x='1\n2", "echo a#'b", "echo \"a\\\"", "# it's\necho '"]
        {
            assert!(goes_on(text), "{text:?}");
        }
    }

    #[test]
    fn whole_lines_do_not() {
        for text in [
            "",
            "echo 'a' \"b\"",
            "echo a \\\\",
            "echo it\\'s",
            "# it's",
            "echo x # don't",
            "cat <<X",
            "if true",
        ] {
            assert!(!goes_on(text), "{text:?}");
        }
    }
}
