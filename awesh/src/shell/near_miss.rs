//! What a word that bash found no command for was probably meant to be. Pure: the names come from the session.

use strsim::osa_distance;

use crate::router;

/// The command among `names` that `word` misses most narrowly, if it is near enough.
pub(super) fn nearest<'n>(word: &str, names: &'n [String]) -> Option<&'n str> {
    let reach = reach(word)?;
    names
        .iter()
        .map(String::as_str)
        .filter(|name| name.len().abs_diff(word.len()) <= reach && !name.starts_with('_') && *name != word)
        .filter_map(|name| {
            let miss = Miss::of(word, name);
            (miss.distance <= reach).then_some((miss, name))
        })
        .min()
        .map(|(_, name)| name)
}

/// How many slips a word of that length may have: two letters may only have changed places, and in a short
/// word a second slip leaves nothing to go by.
fn reach(word: &str) -> Option<usize> {
    match word.chars().count() {
        0 | 1 => None,
        2..=5 => Some(1),
        _ => Some(2),
    }
}

/// How far a name is from what was typed; the least comes first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Miss {
    distance: usize,
    /// Fingers rather change the order of letters than the letters.
    other_letters: bool,
    other_beginning: bool,
    rare: bool,
    other_length: usize,
}

impl Miss {
    fn of(word: &str, name: &str) -> Self {
        let other_letters = sorted(word) != sorted(name);
        // Of two letters one is half the word.
        let distance = osa_distance(word, name) + usize::from(other_letters && word.len() == 2);
        Self {
            distance,
            other_letters,
            other_beginning: word.chars().next() != name.chars().next(),
            rare: !router::is_well_known(name),
            other_length: word.len().abs_diff(name.len()),
        }
    }
}

fn sorted(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}

/// `line` with `name` in place of `word`, where that stands as a word of its own first.
pub(super) fn replaced(line: &str, word: &str, name: &str) -> Option<String> {
    let alone = |at: usize| {
        let (before, after) = (&line[..at], &line[at + word.len()..]);
        before.chars().next_back().is_none_or(char::is_whitespace)
            && after.chars().next().is_none_or(|next| next.is_whitespace() || "|&;<>()".contains(next))
    };
    let at = line.match_indices(word).map(|(at, _)| at).find(|at| alone(*at))?;
    Some(format!("{}{name}{}", &line[..at], &line[at + word.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likely_command_is_found() {
        let names = "bc bat cat cd clear docker df git gtf grep gpg kubectl ls ps python python3 rm sl-h sudo \
                     systemctl vim __git_ps1 make";
        let names: Vec<String> = names.split_whitespace().map(str::to_owned).collect();
        for (word, name) in [
            ("gti", Some("git")),
            ("dokcer", Some("docker")),
            ("sl", Some("ls")),
            ("systemclt", Some("systemctl")),
            ("pyhton", Some("python")),
            ("claer", Some("clear")),
            ("grpe", Some("grep")),
            ("kubctl", Some("kubectl")),
            ("kuebctl", Some("kubectl")),
            ("mkae", Some("make")),
            ("x", None),
            ("qq", None),
            ("frobnicate", None),
            ("übung", None),
        ] {
            assert_eq!(nearest(word, &names), name, "{word}");
        }
    }

    #[test]
    fn only_the_command_is_replaced() {
        for (line, expected) in [
            ("gti status", Some("git status")),
            ("  gti", Some("  git")),
            ("X=gti gti log gti", Some("X=gti git log gti")),
            ("gti|cat", Some("git|cat")),
            ("xgti", None),
        ] {
            assert_eq!(replaced(line, "gti", "git").as_deref(), expected, "{line}");
        }
    }
}
