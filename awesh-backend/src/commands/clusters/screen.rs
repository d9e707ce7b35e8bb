//! The screen while clusters are read: rows as they come, above a line of progress; plain lines on stderr where
//! stdout is no terminal but somebody looks.

use agents::kubernetes::report::Report;
use agents::kubernetes::survey::{Next, Round};
use jiff::Timestamp;

use super::rows;
use crate::commands::canvas::Canvas;
use crate::commands::output::{Closed, Output};
use crate::commands::table::{Colour, cut};

/// What is drawn is replaced by what comes next.
pub(super) struct Screen {
    output: Output,
    /// What is known from before, until there is better.
    pub(super) known: Vec<Option<Report>>,
    /// Where it is drawn.
    pub(super) canvas: Canvas,
}

impl Screen {
    /// Nothing is drawn yet.
    pub(super) fn new(output: Output) -> Self {
        Self { output, known: Vec::new(), canvas: Canvas::new(output) }
    }

    /// Shows how a round goes on.
    pub(super) fn follow(&mut self, round: &Round, next: &Next) -> Result<(), Closed> {
        if self.output.is_terminal {
            // What is there at once needs no screen of its own.
            let is_quick = matches!(next, Next::Row(_)) && self.canvas.is_empty() && self.known.is_empty();
            return if is_quick { Ok(()) } else { self.draw(round) };
        }
        match next {
            Next::Waiting(progress) => self.canvas.progress(progress, "clusters"),
            Next::Row(_) => Ok(()),
        }
    }

    fn draw(&mut self, round: &Round) -> Result<(), Closed> {
        let (width, height) = self.output.size();
        let reports = self.reports(round);
        let table = rows::table(&reports, None, round.since(), self.output);
        let room = height.saturating_sub(3).max(1);
        let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
        if reports.is_empty() {
            lines.clear();
        } else if lines.len() > room {
            lines.drain(1..=lines.len() - room);
        }
        let progress = cut(&round.progress().line("clusters"), width.saturating_sub(1));
        lines.push(Colour::Dim.paint(&progress, self.output.colour));
        self.canvas.replace(&lines)
    }

    /// The reports that are there, else those from before, in their order.
    fn reports(&self, round: &Round) -> Vec<Report> {
        let at = |index: usize| self.known.get(index).cloned().flatten();
        let both = round.reports().iter().enumerate();
        both.filter_map(|(index, report)| report.clone().or_else(|| at(index))).collect()
    }

    /// Now, for whoever writes the time.
    pub(super) fn clock() -> String {
        let now = Timestamp::now().to_zoned(jiff::tz::TimeZone::system());
        now.strftime("%H:%M:%S").to_string()
    }
}
