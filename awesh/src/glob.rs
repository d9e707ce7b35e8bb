//! Patterns as users write them in settings and in HISTIGNORE: `*` is any text, `?` any character.

/// Whether the whole text is of the pattern.
pub fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut to) = (0, 0);
    // Where the last `*` stands, and how far it has reached.
    let mut star: Option<(usize, usize)> = None;
    while to < text.len() {
        if pattern.get(at) == Some(&'*') {
            star = Some((at, to));
            at += 1;
        } else if pattern.get(at).is_some_and(|c| *c == '?' || *c == text[to]) {
            (at, to) = (at + 1, to + 1);
        } else if let Some((stood, reached)) = star {
            star = Some((stood, reached + 1));
            (at, to) = (stood + 1, reached + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, expected) in [
            ("*prod*", "prod-eu-1", true),
            ("*prod*", "my-prod", true),
            ("*prod*", "staging", false),
            ("prod", "prod-eu", false),
            ("p?od", "prod", true),
            ("*", "", true),
            ("", "", true),
            ("?", "", false),
            ("*a*b", "aaab", true),
            ("*a*b", "aaaba", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
