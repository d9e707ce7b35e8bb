//! What has become of bash's own list of lines by more than the line that was entered: by `history -d`, `-c`, `-r`,
//! `-s` and `-n`. Pure.

use std::collections::HashMap;

/// The difference between two states of bash's list.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whether nothing is left of what there was.
    pub cleared: bool,
    /// What is not there any more; of a list that was cleared, the line alone that did it.
    pub removed: Vec<String>,
    /// What is new, in its order.
    pub added: Vec<String>,
}

impl Change {
    /// What has come to a list that had `before` and then the line that was `entered`, if that was remembered.
    pub fn between(before: &[String], entered: Option<&str>, after: &[String]) -> Self {
        let mut left: HashMap<String, usize> = HashMap::new();
        for line in after {
            *left.entry(essence(line)).or_default() += 1;
        }
        let mut is_gone = |line: &str| match left.get_mut(&essence(line)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        };
        let entered: Vec<String> =
            entered.filter(|line| is_gone(line)).map(str::to_owned).into_iter().collect();
        let mut removed: Vec<String> = before.iter().filter(|line| is_gone(line)).cloned().collect();
        let cleared = removed.len() == before.len();
        if cleared {
            removed.clear();
        }
        removed.extend(entered);
        let mut added: Vec<String> = Vec::new();
        for line in after.iter().rev() {
            if let Some(count) = left.get_mut(&essence(line)).filter(|count| **count > 0) {
                *count -= 1;
                added.insert(0, line.clone());
            }
        }
        Self { cleared, removed, added }
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether two texts are the same command: bash may write one of several lines as one, divided by `;`.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one == other || essence(one) == essence(other)
}

fn essence(text: &str) -> String {
    text.chars().filter(|c| *c != ';' && !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_change_is_what_is_gone_and_what_is_new() {
        for (before, entered, after, cleared, removed, added) in [
            ("a b c", Some("d"), "a b c d", false, "", ""),
            ("a b c", None, "a b c", false, "", ""),
            ("a b c b", Some("d"), "a b c d", false, "b", ""),
            ("a b", Some("s"), "a b new", false, "s", "new"),
            ("a b", Some("r"), "a b r x y a", false, "", "x y a"),
            ("a b", Some("c"), "", true, "c", ""),
            ("a b", Some("c"), "x y", true, "c", "x y"),
            ("a", None, "b", true, "", "b"),
        ] {
            let change = Change::between(&lines(before), entered, &lines(after));
            let expected = Change { cleared, removed: lines(removed), added: lines(added) };
            assert_eq!(change, expected, "{before} {entered:?} {after}");
        }
    }

    #[test]
    fn a_command_of_several_lines_is_the_one_that_bash_made_of_it() {
        assert!(is_same("for i in 1\ndo echo $i\ndone", "for i in 1; do echo $i; done"));
        assert!(!is_same("echo a", "echo b"));
    }
}
