//! Lines on a terminal that are replaced by what comes next; elsewhere progress in plain lines, for whoever looks.

use std::io::IsTerminal;
use std::time::Duration;

use agents::fan_out::Progress;
use agents::ssh::terminal::is_asking;
use tokio::time::Instant;

use super::output::{Closed, Output};
use super::table::{Colour, cut};

/// Between two lines of progress where they cannot replace each other.
const LINES: Duration = Duration::from_secs(2);

/// Where lines are drawn.
pub(super) struct Canvas {
    output: Output,
    drawn: usize,
    said: Option<Instant>,
}

impl Canvas {
    /// Nothing is drawn yet.
    pub(super) fn new(output: Output) -> Self {
        Self { output, drawn: 0, said: None }
    }

    /// Puts lines in the place of those that are there; as many as there is room for. While ssh asks the user, what
    /// is there stays, and nothing is drawn.
    pub(super) fn replace(&mut self, lines: &[String]) -> Result<(), Closed> {
        if is_asking() {
            self.drawn = 0;
            return Ok(());
        }
        // The cursor stands in the line below.
        let room = self.output.size().1.saturating_sub(1).max(1);
        let shown = if lines.len() > room { room - 1 } else { lines.len() };
        let mut text = self.erasure();
        lines[..shown].iter().for_each(|line| text.push_str(&format!("{line}\n")));
        if let Some(hidden) = lines.len().checked_sub(shown).filter(|hidden| *hidden > 0) {
            let more = format!("… {hidden} more lines");
            text.push_str(&format!("{}\n", Colour::Dim.paint(&more, self.output.colour)));
        }
        self.drawn = lines.len().min(room);
        self.output.write(&text)
    }

    /// Whether nothing is drawn.
    pub(super) fn is_empty(&self) -> bool {
        self.drawn == 0
    }

    /// Takes away what is drawn.
    pub(super) fn clear(&mut self) -> Result<(), Closed> {
        let text = self.erasure();
        self.drawn = 0;
        if text.is_empty() { Ok(()) } else { self.output.write(&text) }
    }

    /// Shows how far something is: in one line that changes, or in one every other second.
    pub(super) fn progress(&mut self, progress: &Progress, noun: &str) -> Result<(), Closed> {
        self.note(&progress.line(noun))
    }

    /// Shows what is being done, in the same way.
    pub(super) fn note(&mut self, line: &str) -> Result<(), Closed> {
        if self.output.is_terminal {
            let line = cut(line, self.output.size().0.saturating_sub(1));
            return self.replace(&[Colour::Dim.paint(&line, self.output.colour)]);
        }
        let is_due = self.said.is_none_or(|said| said.elapsed() >= LINES);
        if is_due && std::io::stderr().is_terminal() {
            self.output.remark(line);
            self.said = Some(Instant::now());
        }
        Ok(())
    }

    fn erasure(&self) -> String {
        if self.drawn == 0 || is_asking() { String::new() } else { format!("\x1b[{}A\r\x1b[J", self.drawn) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of what runs was drawn over ssh's question for a password.
    #[tokio::test]
    async fn nothing_is_drawn_over_what_ssh_asks() {
        let mut canvas = Canvas { drawn: 3, ..Canvas::new(Output::new()) };
        let asking = agents::ssh::terminal::ask().await;
        assert_eq!(canvas.erasure(), "");
        canvas.replace(&["a row".to_owned()]).unwrap();
        assert!(canvas.is_empty());
        drop(asking);
        canvas.drawn = 3;
        assert_eq!(canvas.erasure(), "\x1b[3A\r\x1b[J");
    }
}
