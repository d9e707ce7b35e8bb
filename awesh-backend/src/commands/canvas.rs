//! Lines on a terminal that are replaced by what comes next; elsewhere progress in plain lines, for whoever looks.

use std::io::IsTerminal;
use std::time::Duration;

use agents::fan_out::Progress;
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

    /// Puts lines in the place of those that are there; as many as there is room for.
    pub(super) fn replace(&mut self, lines: &[String]) -> Result<(), Closed> {
        let room = self.output.size().1.saturating_sub(2).max(1);
        let mut text = self.erasure();
        lines.iter().take(room).for_each(|line| text.push_str(&format!("{line}\n")));
        self.drawn = lines.len().min(room);
        if let Some(hidden) = lines.len().checked_sub(room).filter(|hidden| *hidden > 0) {
            text.push_str(&Colour::Dim.paint(&format!("… {hidden} more lines\n"), self.output.colour));
            self.drawn += 1;
        }
        self.output.write(&text)
    }

    /// Takes away what is drawn.
    pub(super) fn clear(&mut self) -> Result<(), Closed> {
        let text = self.erasure();
        self.drawn = 0;
        if text.is_empty() { Ok(()) } else { self.output.write(&text) }
    }

    /// Shows how far something is: in one line that changes, or in one every other second.
    pub(super) fn progress(&mut self, progress: &Progress, noun: &str) -> Result<(), Closed> {
        let line = progress.line(noun);
        if self.output.is_terminal {
            let line = cut(&line, self.output.size().0.saturating_sub(1));
            return self.replace(&[Colour::Dim.paint(&line, self.output.colour)]);
        }
        let is_due = self.said.is_none_or(|said| said.elapsed() >= LINES);
        if is_due && std::io::stderr().is_terminal() {
            self.output.remark(&line);
            self.said = Some(Instant::now());
        }
        Ok(())
    }

    fn erasure(&self) -> String {
        if self.drawn == 0 { String::new() } else { format!("\x1b[{}A\r\x1b[J", self.drawn) }
    }
}
