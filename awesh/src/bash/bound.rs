//! Commands that run while a line is edited: they may read it and change it, as those of `bind -x`. The hook runs
//! them where it waits, so no history, no PROMPT_COMMAND and no trap sees them; the terminal is theirs meanwhile.

use std::io;

use super::{BashSession, Turn};
use crate::terminal::Terminal;

/// A longer line and its command would not fit a pipe.
const LONGEST: usize = 32 * 1024;

/// A line that is edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// Its text.
    pub text: String,
    /// Where the cursor is, in characters.
    pub point: usize,
}

impl BashSession {
    /// Runs a command for the line while bash waits at its prompt. Gives what bash wants then, and the line as the
    /// command left it: None where it came to no end, or the line was too long to be handed over.
    pub fn run_for_line(
        &mut self,
        command: &str,
        line: &Edited,
        terminal: &mut Terminal,
    ) -> io::Result<(Option<Turn>, Option<Edited>)> {
        let text = format!("{}\n{}", line.point, line.text);
        if command.len() + text.len() > LONGEST || text.contains('\0') || command.contains('\0') {
            return Ok((None, None));
        }
        self.marked = false;
        self.reported = None;
        self.answer = None;
        self.give_terminal(terminal)?;
        self.link.lock().handshake.request("run", command, &text)?;
        let turn = self.wait(terminal)?;
        Ok((Some(turn), self.answer.take().and_then(|fields| edited(&fields))))
    }
}

fn edited(fields: &[String]) -> Option<Edited> {
    let mut fields = fields.iter().filter_map(|field| field.strip_prefix(':'));
    let text = fields.next()?.to_owned();
    let point = fields.next()?.trim().parse().unwrap_or(usize::MAX);
    Some(Edited { text, point })
}
