//! Reports as the rows of a table, and as a sentence.

use std::time::Duration;

use agents::kubernetes::report::{Report, Status};
use jiff::Timestamp;

use crate::commands::output::Output;
use crate::commands::table::{Cell, Colour, Paper, Row, draw};

const HEADINGS: [&str; 8] =
    ["CONTEXT", "STATUS", "VERSION", "NODES", "NAMESPACES", "PODS", "LATENCY", "WHAT IS WRONG"];

/// The columns that a narrow terminal can do without, the first to go first.
const DISPENSABLE: [usize; 5] = [4, 6, 2, 5, 3];

/// What could not be read.
const UNKNOWN: &str = "?";

/// The table of reports; `before` is how they were, in the same order, where changes are to be marked.
pub(super) fn table(reports: &[Report], before: Option<&[Report]>, output: Output) -> String {
    let now = Timestamp::now();
    let rows: Vec<Row> = reports
        .iter()
        .map(|report| {
            let before = before.and_then(|before| before.iter().find(|old| old.context == report.context));
            row(report, before, now)
        })
        .collect();
    let width = output.is_terminal.then(|| output.size().0);
    let lines = draw(&HEADINGS, &rows, &DISPENSABLE, Paper { width, colour: output.colour });
    lines.join("\n") + "\n"
}

/// The row of a report.
pub(super) fn row(report: &Report, before: Option<&Report>, now: Timestamp) -> Row {
    let unknown = || UNKNOWN.to_owned();
    let nodes = report.nodes.map_or_else(unknown, |nodes| format!("{}/{}", nodes.ready, nodes.total));
    // A pod that ended well is no longer to be ready.
    let pods = report
        .pods
        .map_or_else(unknown, |pods| format!("{}/{}", pods.ready, pods.total.saturating_sub(pods.succeeded)));
    let mut words = report.what(now);
    let age = report.age_s(now);
    if age >= 2 {
        let sep = if words.is_empty() { "" } else { " " };
        words.push_str(&format!("{sep}({})", age_words(age)));
    }
    let changed = before.filter(|before| is_changed(before, report));
    if let Some(before) = changed.filter(|before| before.status != report.status) {
        words = format!("was {}; {words}", before.status.word()).trim_end_matches("; ").to_owned();
    }
    let mark = if changed.is_some() { "* " } else { "" };
    let name = Cell {
        text: format!("{mark}{}", report.context),
        colour: if changed.is_some() { Colour::Bold } else { Colour::Plain },
    };
    let cells = vec![
        name,
        Cell { text: report.status.word().to_owned(), colour: colour(report.status) },
        Cell::plain(report.version.clone().unwrap_or_else(unknown)),
        Cell::plain(nodes),
        Cell::plain(report.namespaces.map_or_else(unknown, |count| count.to_string())),
        Cell::plain(pods),
        Cell::plain(report.latency_ms.map_or_else(unknown, |ms| format!("{ms} ms"))),
    ];
    Row { cells, words }
}

/// Whether a reader should look again: anything but what changes from moment to moment.
pub(super) fn is_changed(before: &Report, now: &Report) -> bool {
    let facts = |report: &Report| {
        (report.status, report.version.clone(), report.nodes, report.namespaces, report.pods)
    };
    let words = |report: &Report| {
        let problems = report.problems.iter().map(|one| (one.subject, one.reason.clone(), one.names.clone()));
        problems.collect::<Vec<_>>()
    };
    facts(before) != facts(now) || words(before) != words(now) || before.error != now.error
}

fn colour(status: Status) -> Colour {
    match status {
        Status::Healthy => Colour::Green,
        Status::Degraded | Status::Unknown => Colour::Yellow,
        Status::Down | Status::Unauthorised => Colour::Red,
    }
}

fn age_words(seconds: i64) -> String {
    match seconds {
        seconds if seconds < 120 => format!("{seconds} s ago"),
        seconds => format!("{} min ago", seconds / 60),
    }
}

/// "11 clusters: 10 healthy, 1 down. Read in 1.2 s."
pub(super) fn summary(reports: &[Report], elapsed: Duration) -> String {
    let count = |status: Status| reports.iter().filter(|report| report.status == status).count();
    let counts = Status::ALL.into_iter().map(|status| (count(status), status.word()));
    let counts: Vec<_> =
        counts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let noun = if reports.len() == 1 { "cluster" } else { "clusters" };
    format!("{} {noun}: {}. Read in {:.1} s.", reports.len(), counts.join(", "), elapsed.as_secs_f64())
}
