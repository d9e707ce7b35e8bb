//! The last commands, kept as context for a question: bounded in number, and each in size by the session.

use std::collections::VecDeque;

use awesh_protocol::{Attachment, RecentCommand};

/// How many commands are kept.
const KEPT: usize = 10;

/// How many of them keep their output.
const WITH_OUTPUT: usize = 3;

/// The last commands, oldest first.
#[derive(Debug, Default)]
pub(super) struct Recent {
    commands: VecDeque<RecentCommand>,
}

impl Recent {
    /// Adds the command that has just ended.
    pub(super) fn add(&mut self, command: RecentCommand) {
        if self.commands.len() == KEPT {
            self.commands.pop_front();
        }
        self.commands.push_back(command);
        if let Some(old) = self.commands.len().checked_sub(WITH_OUTPUT + 1) {
            self.commands[old].output = String::new();
        }
    }

    /// What of them the user lets go with a question.
    pub(super) fn attached(&self, attachment: Attachment) -> Vec<RecentCommand> {
        match attachment {
            Attachment::Nothing => Vec::new(),
            Attachment::Commands => {
                let bare =
                    |command: &RecentCommand| RecentCommand { output: String::new(), ..command.clone() };
                self.commands.iter().map(bare).collect()
            }
            Attachment::Output => self.commands.iter().cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_commands_keep_their_output_and_only_if_it_may_go() {
        let mut recent = Recent::default();
        for number in 0..12 {
            let command = format!("echo {number}");
            recent.add(RecentCommand { command, status: 0, duration_ms: 1, output: number.to_string() });
        }
        let all = recent.attached(Attachment::Output);
        assert_eq!((all.len(), all[0].command.as_str()), (KEPT, "echo 2"));
        let with_output = all.iter().filter(|command| !command.output.is_empty()).count();
        assert_eq!(with_output, WITH_OUTPUT);
        assert!(recent.attached(Attachment::Commands).iter().all(|command| command.output.is_empty()));
        assert!(recent.attached(Attachment::Nothing).is_empty());
    }
}
