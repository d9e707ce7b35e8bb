//! One row of knowledge: what a program does and prints when it fails so, and what that means. Pure.

use awesh_protocol::RecentCommand;
use regex::bytes::{Captures, RegexBuilder};

use crate::words::printable;

/// What a failure is known by, its cause and what to do next.
pub(super) struct Rule {
    /// Its name, for tests and the log.
    pub(super) name: &'static str,
    /// The programs that fail so; none means any.
    pub(super) programs: &'static [&'static str],
    /// When it is told by the status.
    pub(super) status: Status,
    /// Without this in what was printed, in lower case, the pattern is not tried.
    pub(super) cue: &'static str,
    /// What was printed; its groups are `{1}`, `{2}` in the words below.
    pub(super) pattern: &'static str,
    /// Why. `{0}` is the program.
    pub(super) cause: &'static str,
    /// What to do: a command behind `$ `, else a sentence.
    pub(super) next: &'static [&'static str],
}

/// The statuses a rule holds for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// Any but 0.
    Failed,
    /// This one.
    Is(i32),
    /// Any: what it shows may have failed elsewhere.
    Any,
}

/// Why a command failed and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Explanation {
    /// The rule's name.
    pub(super) rule: &'static str,
    /// Why.
    pub(super) cause: String,
    /// What to do: a command behind `$ `, else a sentence.
    pub(super) next: Vec<String>,
}

impl Rule {
    /// The explanation of a command that ended so, if it is this rule's. `programs` are those that its line runs,
    /// `lower` is what it printed, in lower case.
    pub(super) fn explain(
        &self,
        last: &RecentCommand,
        programs: &[&str],
        lower: &str,
    ) -> Option<Explanation> {
        let status = match self.status {
            Status::Failed => last.status != 0,
            Status::Is(status) => last.status == status,
            Status::Any => true,
        };
        let is_program = self.programs.is_empty() || self.programs.iter().any(|name| programs.contains(name));
        if !status || !is_program || !lower.contains(self.cue) {
            return None;
        }
        // A test compiles each; one that did not would explain nothing.
        let pattern = RegexBuilder::new(self.pattern).multi_line(true).unicode(false).build().ok()?;
        let captures = pattern.captures(last.output.as_bytes())?;
        let program = programs.first().copied().unwrap_or_default();
        let fill = |words: &&str| fill(words, program, &captures);
        let next = self.next.iter().map(fill).collect();
        Some(Explanation { rule: self.name, cause: fill(&self.cause), next })
    }
}

/// Words with what was found in their blanks: all on one line, and nothing that could end a code span.
fn fill(words: &str, program: &str, captures: &Captures<'_>) -> String {
    let mut filled = words.replace("{0}", &plain(program));
    for (number, group) in captures.iter().enumerate().skip(1) {
        let found = group.map_or_else(Default::default, |group| String::from_utf8_lossy(group.as_bytes()));
        filled = filled.replace(&format!("{{{number}}}"), &plain(&found));
    }
    filled
}

fn plain(text: &str) -> String {
    printable(text.trim()).replace('`', "'")
}

/// The programs that a line runs, as far as it can be told without running it: the first word of each command
/// that is no variable's assignment, without its directory; what `sudo` and the like run comes first.
pub(super) fn programs(line: &str) -> Vec<&str> {
    const CARRIERS: [&str; 9] = ["sudo", "env", "time", "nohup", "exec", "command", "watch", "nice", "doas"];
    let mut programs = Vec::new();
    for command in line.split(['|', ';', '&', '\n', '(', ')']) {
        let words = command.split_whitespace();
        let mut words =
            words.skip_while(|word| word.contains('=') || matches!(*word, "!" | "{" | "then" | "do"));
        let Some(mut word) = words.next() else { continue };
        while CARRIERS.contains(&word) {
            programs.push(word);
            let mut rest = words.by_ref().skip_while(|word| word.starts_with('-') || word.contains('='));
            word = rest.next().unwrap_or_default();
        }
        programs.insert(0, word.rsplit('/').next().unwrap_or_default());
    }
    programs
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn programs_of_a_line() {
        for (line, expected) in [
            ("kubectl get pods", &["kubectl"][..]),
            ("A=1 B=2 /usr/bin/git push", &["git"]),
            ("sudo -n apt install x", &["apt", "sudo"]),
            ("cat x | grep y", &["grep", "cat"]),
            ("cd x && make", &["make", "cd"]),
            ("", &[]),
        ] {
            assert_eq!(programs(line), expected, "{line}");
        }
    }
}
