//! Patterns as users write them in settings and in HISTIGNORE: `*` is any text, `?` any character.

use wildmatch::WildMatch;

/// Whether the whole text is of the pattern.
pub fn matches(pattern: &str, text: &str) -> bool {
    WildMatch::new(pattern).matches(text)
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
