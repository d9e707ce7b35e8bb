//! Reports as the rows of a table on a terminal.

use std::time::Duration;

use agents::kubernetes::report::{Report, Status};
use agents::kubernetes::rows::{HEADINGS, cells, is_changed, summary, what};
use jiff::Timestamp;

use crate::commands::output::Output;
use crate::commands::table::{Cell, Colour, Paper, Row, draw};

/// The columns that a narrow terminal can do without, the first to go first.
const DISPENSABLE: [usize; 5] = [4, 6, 2, 5, 3];

/// The table of reports; the age stands at those from before `since`. `before` is how they were, where changes are
/// to be marked.
pub(super) fn table(
    reports: &[Report],
    before: Option<&[Report]>,
    since: Timestamp,
    output: Output,
) -> String {
    let rows: Vec<Row> = reports
        .iter()
        .map(|report| {
            let before = before.and_then(|before| before.iter().find(|old| old.context == report.context));
            row(report, before, since)
        })
        .collect();
    let width = output.is_terminal.then(|| output.size().0);
    let headings = HEADINGS.map(str::to_uppercase);
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let lines = draw(&headings, &rows, &DISPENSABLE, Paper { width, colour: output.colour });
    lines.join("\n") + "\n"
}

/// The row of a report.
fn row(report: &Report, before: Option<&Report>, since: Timestamp) -> Row {
    let mut words = what(report, since);
    let mut cells = cells(report).map(Cell::plain);
    cells[1].colour = colour(report.status);
    if let Some(before) = before.filter(|before| is_changed(before, report)) {
        cells[0].text.insert_str(0, "* ");
        cells[0].colour = Colour::Bold;
        if before.status != report.status {
            words = format!("was {}; {words}", before.status.word()).trim_end_matches("; ").to_owned();
        }
    }
    Row { cells: cells.into(), words }
}

fn colour(status: Status) -> Colour {
    match status {
        Status::Healthy => Colour::Green,
        Status::Degraded | Status::Unknown => Colour::Yellow,
        Status::Down | Status::Unauthorised => Colour::Red,
    }
}

/// "11 clusters: 10 healthy, 1 down. Read in 1.2 s."
pub(super) fn sentence(reports: &[Report], elapsed: Duration) -> String {
    format!("{}. Read in {:.1} s.", summary(reports), elapsed.as_secs_f64())
}
