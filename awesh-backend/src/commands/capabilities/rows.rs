//! What was found as tables for people.

use agents::capabilities::Complexity;
use agents::capabilities::rows::{HEADINGS, age, cells, what};
use agents::capabilities::store::{Fit, Found};
use jiff::Timestamp;

use super::{Looked, name};
use crate::commands::output::Output;
use crate::commands::table::{Cell, Colour, Paper, Row, draw};

/// The columns that a narrow terminal can do without, the first to go first.
const DISPENSABLE: [usize; 4] = [5, 4, 3, 2];

/// The table of what was found, and below it what it is.
pub(super) fn found(looked: &Looked, output: Output) -> String {
    let places = match looked.scanned.as_slice() {
        [one] => name(looked, &one.cluster).to_owned(),
        more => format!("{} clusters", more.len()),
    };
    let asked = looked.query.as_deref().unwrap_or("anything");
    if looked.found.is_empty() {
        return format!("Nothing that is known of {places} says: {asked}\n");
    }
    let now = Timestamp::now();
    let rows: Vec<Row> = looked.found.iter().map(|found| row(looked, found, now)).collect();
    let mut text = table(&HEADINGS, &rows, &DISPENSABLE, output);
    if looked.found.iter().all(|found| found.fit != Fit::EveryTerm) {
        text.push_str(&format!("\nNothing says all of: {asked}. This is what is near.\n"));
    }
    if looked.more {
        text.push_str(&format!("\nThe best {}; --limit shows more.\n", looked.found.len()));
    }
    text
}

/// The table of the clusters of which something is known.
pub(super) fn clusters(looked: &Looked, output: Output) -> String {
    let now = Timestamp::now();
    let row = |scanned: &agents::capabilities::store::Scanned| Row {
        cells: [
            name(looked, &scanned.cluster).to_owned(),
            scanned.kinds.to_string(),
            age(scanned.learned_at, now),
            scanned.cluster.server.clone(),
        ]
        .map(Cell::plain)
        .into(),
        words: String::new(),
    };
    let rows: Vec<Row> = looked.scanned.iter().map(row).collect();
    table(&["cluster", "kinds", "learned", "server", ""], &rows, &[3], output)
}

fn row(looked: &Looked, found: &Found, now: Timestamp) -> Row {
    let mut cells = cells(found, name(looked, &found.cluster), now).map(Cell::plain);
    if found.learned.description.complexity == Complexity::High {
        cells[3].colour = Colour::Yellow;
    }
    if found.learned.description.confidence < 0.5 {
        cells[4].colour = Colour::Yellow;
    }
    if found.fit != Fit::EveryTerm {
        cells[1].colour = Colour::Dim;
    }
    Row { cells: cells.into(), words: what(found) }
}

fn table(headings: &[&str], rows: &[Row], dispensable: &[usize], output: Output) -> String {
    let width = output.is_terminal.then(|| output.size().0);
    let headings: Vec<String> = headings.iter().map(|heading| heading.to_uppercase()).collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    draw(&headings, rows, dispensable, Paper { width, colour: output.colour }).join("\n") + "\n"
}
