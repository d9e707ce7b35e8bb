//! The user's own PS1 as awesh's prompt (`prompt.style = "bash"`). bash expands it; what it puts between
//! `\[` and `\]` (bytes 1 and 2 then) takes no room on the screen.

use crate::prompt::PromptText;

/// Both forms of an expanded PS1.
pub(super) fn prompt_text(expanded: &str) -> PromptText {
    let mut text = PromptText { raw: String::new(), styled: String::new() };
    let mut hidden = false;
    let mut characters = expanded.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\x01' => hidden = true,
            '\x02' => hidden = false,
            '\x1b' if !hidden => {
                // A sequence that the user did not mark as hidden: it takes no room all the same.
                text.styled.push(character);
                if characters.peek() == Some(&'[') {
                    for part in characters.by_ref() {
                        text.styled.push(part);
                        if part != '[' && ('\x40'..='\x7e').contains(&part) {
                            break;
                        }
                    }
                }
            }
            _ => {
                text.styled.push(character);
                if !hidden {
                    text.raw.push(character);
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::prompt_text;

    #[test]
    fn what_takes_no_room_is_in_the_styled_form_alone() {
        let text = prompt_text("\x01\x1b]0;title\x07\x02a\x01\x1b[1m\x02b\x1b[0m$ ");
        assert_eq!(text.raw, "ab$ ");
        assert_eq!(text.styled, "\x1b]0;title\x07a\x1b[1mb\x1b[0m$ ");
        assert_eq!(prompt_text("x\x1b[31").raw, "x");
    }
}
