//! The last commands, kept as context for a question: bounded in number and age, and each in size by the session.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use awesh_protocol::RecentCommand;

/// How many commands are kept.
const KEPT: usize = 10;

/// How many of them keep their output.
const WITH_OUTPUT: usize = 3;

/// How long a command has to do with a question, and how long its output has.
const OLDEST: Duration = Duration::from_secs(8 * 3600);
const OLDEST_OUTPUT: Duration = Duration::from_secs(3600);

/// The last commands, oldest first, and when each ended.
#[derive(Debug, Default)]
pub(super) struct Recent {
    commands: VecDeque<(Instant, RecentCommand)>,
}

impl Recent {
    /// Adds the command that has just ended.
    pub(super) fn add(&mut self, command: RecentCommand, now: Instant) {
        if self.commands.len() == KEPT {
            self.commands.pop_front();
        }
        self.commands.push_back((now, command));
        if let Some(old) = self.commands.len().checked_sub(WITH_OUTPUT + 1) {
            self.commands[old].1.output = String::new();
        }
    }

    /// Those that still have to do with what is asked now.
    pub(super) fn known(&self, now: Instant) -> Vec<RecentCommand> {
        let age = |ended: &Instant| now.saturating_duration_since(*ended);
        let recent = self.commands.iter().filter(|(ended, _)| age(ended) <= OLDEST);
        recent
            .map(|(ended, command)| match age(ended) <= OLDEST_OUTPUT {
                true => command.clone(),
                false => RecentCommand { output: String::new(), ..command.clone() },
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_commands_keep_their_output_and_only_for_a_while() {
        let (mut recent, now) = (Recent::default(), Instant::now());
        for number in 0..12 {
            let command = format!("echo {number}");
            let command = RecentCommand { command, status: 0, duration_ms: 1, output: number.to_string() };
            recent.add(command, now);
        }
        let with_output =
            |commands: &[RecentCommand]| commands.iter().filter(|command| !command.output.is_empty()).count();
        let known = recent.known(now + OLDEST_OUTPUT);
        assert_eq!((known.len(), known[0].command.as_str()), (KEPT, "echo 2"));
        assert_eq!(with_output(&known), WITH_OUTPUT);
        let known = recent.known(now + OLDEST_OUTPUT + Duration::from_secs(1));
        assert_eq!((known.len(), with_output(&known)), (KEPT, 0));
        assert!(recent.known(now + OLDEST + Duration::from_secs(1)).is_empty());
    }
}
