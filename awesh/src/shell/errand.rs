//! What the line editor leaves its line for: commands that read and change it, and the user's editor.

use std::fs;
use std::io;

use super::{Entered, Flow, Shell};
use crate::bash::{Edited, Turn, quote};
use crate::line_editor::{Draft, Errand};
use crate::messages;
use crate::terminal::write_out;

impl Shell {
    /// Does it; then the line is read on. What the user's editor has made of a line is entered.
    pub(super) fn run_errand(
        &mut self,
        errand: Errand,
        draft: Draft,
        command: &mut Option<Entered>,
    ) -> io::Result<Flow> {
        match errand {
            Errand::Command(bound) => self.run_for_line(&bound, draft),
            Errand::Expand => {
                let words = quote(words(&format!("{}{}", draft.before, draft.behind)));
                self.run_for_line(&format!("__awesh_expand_line {words}"), draft)
            }
            Errand::ReadInitFile => {
                self.run_for_line("builtin bind -f \"${INPUTRC:-$HOME/.inputrc}\" 2>/dev/null", draft)
            }
            Errand::Edit => self.edit_elsewhere(draft, command),
        }
    }

    fn run_for_line(&mut self, bound: &str, draft: Draft) -> io::Result<Flow> {
        let line =
            Edited { point: draft.before.chars().count(), text: format!("{}{}", draft.before, draft.behind) };
        self.draft = draft;
        let (turn, edited) = self.session.run_for_line(bound, &line, &mut self.terminal)?;
        if let Some(Edited { text, point }) = edited {
            let at = text.char_indices().nth(point).map_or(text.len(), |(at, _)| at);
            let (before, behind) = text.split_at(at);
            self.draft = Draft { before: before.to_owned(), behind: behind.to_owned() };
        }
        match turn {
            None => messages::warning(format_args!("the line is too long to be handed to a command")),
            Some(Turn::Prompt(report)) => self.on_report(report, None),
            Some(Turn::Ended(status)) => return Ok(Flow::End(status)),
            Some(Turn::HungUp) => return self.hang_up().map(Flow::End),
            Some(Turn::Started | Turn::Continuation) => {}
        }
        Ok(Flow::Continue)
    }

    fn edit_elsewhere(&mut self, draft: Draft, command: &mut Option<Entered>) -> io::Result<Flow> {
        let file = self.session.directory().join("line.sh");
        let text = format!("{}{}\n", draft.before, draft.behind);
        if let Err(error) = fs::write(&file, text) {
            messages::warning(format_args!("the line cannot be given to the editor: {error}"));
            self.draft = draft;
            return Ok(Flow::Continue);
        }
        let name = quote(&file);
        let flow =
            self.run_for_line(&format!("__awesh_edit {name} || builtin : >|{name}"), Draft::default())?;
        self.draft = Draft::default();
        let edited = fs::read(&file).unwrap_or_default();
        let _ = fs::remove_file(&file);
        let text = String::from_utf8_lossy(&edited).trim_end().to_owned();
        if flow != Flow::Continue || text.is_empty() {
            return Ok(flow);
        }
        write_out(format!("{}\r\n", text.replace('\n', "\r\n")).as_bytes())?;
        self.act(&text, false, command)
    }
}

/// The line with what is more than words in it protected: operators, and `~`, which stays as it is.
fn words(line: &str) -> String {
    let (mut text, mut quote, mut depth) = (String::new(), None, 0);
    let mut characters = line.chars().peekable();
    let mut last = ' ';
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(character),
            (None, '(') if depth > 0 || last == '$' => depth += 1,
            (None, ')') if depth > 0 => depth -= 1,
            (None, ';' | '&' | '|' | '<' | '>' | '(' | ')' | '#' | '~') if depth == 0 => text.push('\\'),
            _ => {}
        }
        text.push(character);
        if character == '\\' && quote != Some('\'') {
            text.extend(characters.next());
        }
        last = character;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn what_is_more_than_words_is_protected() {
        for (line, expected) in [
            ("x=1; echo $((1+1)) ~", r"x=1\; echo $((1+1)) \~"),
            ("echo `a;b` $(c|d) 'e;f' \\; 2>&1", r"echo `a;b` $(c|d) 'e;f' \; 2\>\&1"),
            ("(ls)", r"\(ls\)"),
        ] {
            assert_eq!(words(line), expected);
        }
    }
}
