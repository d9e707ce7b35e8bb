//! Characters and words of a line, as readline's movements know them. Pure.

use unicode_width::UnicodeWidthChar as _;

/// The position behind the character at `at`: with the marks that combine with it.
pub fn next(text: &str, at: usize) -> usize {
    let mut characters = text[at..].char_indices().skip(1);
    let end = characters.find(|(_, c)| c.width() != Some(0)).map(|(index, _)| at + index);
    end.unwrap_or(text.len())
}

/// The position of the character before `at`.
pub fn previous(text: &str, at: usize) -> usize {
    let mut characters = text[..at].char_indices().rev();
    characters.find(|(_, c)| c.width() != Some(0)).map_or(0, |(index, _)| index)
}

/// The position, or the nearest before it that is the bound of a character.
pub fn bound(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&index| text.is_char_boundary(index)).unwrap_or(0)
}

/// Moves by characters, forwards or backwards.
pub fn by_characters(text: &str, at: usize, count: i64) -> usize {
    let step = if count < 0 { previous } else { next };
    repeat(count, at, |at| {
        if (count < 0 && at == 0) || (count > 0 && at == text.len()) { at } else { step(text, at) }
    })
}

/// Moves by words of what `is_word` says, forwards to their ends or backwards to their beginnings.
pub fn by_words(text: &str, at: usize, count: i64, is_word: impl Fn(char) -> bool) -> usize {
    let forwards = |at: usize| {
        let start = skip(text, at, |c| !is_word(c));
        skip(text, start, &is_word)
    };
    let backwards = |at: usize| {
        let end = skip_back(text, at, |c| !is_word(c));
        skip_back(text, end, &is_word)
    };
    if count < 0 { repeat(count, at, backwards) } else { repeat(count, at, forwards) }
}

/// The first position from `at` on with another character.
pub fn skip(text: &str, at: usize, is: impl Fn(char) -> bool) -> usize {
    text[at..].find(|c| !is(c)).map_or(text.len(), |found| at + found)
}

/// The last position before `at` with only such characters between.
pub fn skip_back(text: &str, at: usize, is: impl Fn(char) -> bool) -> usize {
    at - text[..at].chars().rev().take_while(|&c| is(c)).map(char::len_utf8).sum::<usize>()
}

/// A letter or a digit: what emacs mode's words are made of.
pub fn is_alphanumeric(c: char) -> bool {
    c.is_alphanumeric()
}

fn repeat(count: i64, at: usize, step: impl Fn(usize) -> usize) -> usize {
    let mut at = at;
    for _ in 0..count.unsigned_abs() {
        let moved = step(at);
        if moved == at {
            break;
        }
        at = moved;
    }
    at
}

/// Where the words of a shell's line are: cut as the history cuts it, quotations whole, operators by themselves.
pub fn shell_words(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut words = Vec::new();
    let mut at = 0;
    loop {
        at = skip(text, at, char::is_whitespace);
        if at == text.len() {
            return words;
        }
        let end = operator_end(text, at).unwrap_or_else(|| word_end(text, at));
        words.push(at..end);
        at = end;
    }
}

/// The end of the operator that begins at `at`.
fn operator_end(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let longest = ["<<<", "<<-", "&>>", "&&", "||", ">>", "<<", ">&", "<&", "&>", ">|", ";;", "<>"];
    longest
        .iter()
        .find(|operator| rest.starts_with(**operator))
        .map(|operator| at + operator.len())
        .or_else(|| rest.starts_with(['<', '>', ';', '&', '|', '(', ')']).then_some(at + 1))
}

fn word_end(text: &str, at: usize) -> usize {
    let (mut quote, mut depth) = (None, 0);
    let mut characters = text[at..].char_indices().peekable();
    while let Some((index, c)) = characters.next() {
        match (quote, c) {
            (Some(q), _) if q == c => quote = None,
            (Some('\''), _) => {}
            (_, '\\') => drop(characters.next()),
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '$' | '<' | '>') if characters.peek().is_some_and(|&(_, next)| next == '(') => {
                characters.next();
                depth += 1;
            }
            (None, '(') if depth > 0 => depth += 1,
            (None, ')') if depth > 0 => depth -= 1,
            (None, _) if depth == 0 && (c.is_whitespace() || "<>;&|()".contains(c)) => return at + index,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_keep_their_marks() {
        let text = "ae\u{301}日b";
        let forwards: Vec<usize> = (0..=4).map(|count| by_characters(text, 0, count)).collect();
        assert_eq!(forwards, [0, 1, 4, 7, 8]);
        let backwards: Vec<usize> = (0..=4).map(|count| by_characters(text, 8, -count)).collect();
        assert_eq!(backwards, [8, 7, 4, 1, 0]);
    }

    #[test]
    fn words_are_letters_and_digits() {
        let text = "ls -la  my_file.txt";
        let ends: Vec<usize> = (1..=5).map(|count| by_words(text, 0, count, is_alphanumeric)).collect();
        assert_eq!(ends, [2, 6, 10, 15, 19]);
        assert_eq!(by_words(text, 19, -2, is_alphanumeric), 11);
    }

    #[test]
    fn the_shells_words_are_those_of_the_history() {
        let text = r#"echo "a b" c\ d >>x 2>&1 $(ls a|wc) && 'it''s'|y"#;
        let words: Vec<&str> = shell_words(text).into_iter().map(|word| &text[word]).collect();
        let expected =
            ["echo", "\"a b\"", "c\\ d", ">>", "x", "2", ">&", "1", "$(ls a|wc)", "&&", "'it''s'", "|", "y"];
        assert_eq!(words, expected);
    }
}
