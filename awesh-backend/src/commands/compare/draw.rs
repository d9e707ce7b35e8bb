//! A comparison as lines: a table where it fits, else each thing above what it is in each cluster.

use agents::kubernetes::compare::{CLUSTER, Comparison, Row, Value};
use unicode_width::UnicodeWidthStr;

use crate::commands::table::{Cell, Colour, Paper, Row as Line, cut, draw};

/// Between two columns.
const GAP: usize = 2;

/// The rows that differ, or all of them.
pub(super) fn lines(comparison: &Comparison, all: bool, width: Option<usize>, colour: bool) -> Vec<String> {
    let read = (!comparison.is_complete()).then(|| how_far_read(comparison));
    let shown = comparison.rows.iter().filter(|row| all || row.differs);
    let rows: Vec<&Row> = read.iter().chain(shown).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let names: Vec<&str> = comparison.columns.iter().map(|column| column.context.as_str()).collect();
    let mut lines = match width {
        Some(width) if needed(&rows, &names) > width => stacked(&rows, &names, width, colour),
        _ => table(&rows, &names, colour),
    };
    lines.push(String::new());
    lines
}

/// How far each cluster could be read, as the first of all rows.
fn how_far_read(comparison: &Comparison) -> Row {
    let values = comparison.columns.iter().map(|column| {
        let parts: Vec<&str> = column.unread.iter().map(|unread| unread.part).collect();
        match parts[..] {
            [] => Value::Is("all".to_owned()),
            [CLUSTER] => Value::Is("nothing".to_owned()),
            _ => Value::Is(format!("not {}", parts.join(", "))),
        }
    });
    Row { kind: "read", name: String::new(), differs: true, values: values.collect() }
}

/// What could not be read, a line for each.
pub(super) fn unread(comparison: &Comparison, width: Option<usize>, colour: bool) -> Vec<String> {
    let lines = comparison.columns.iter().flat_map(|column| {
        column.unread.iter().map(|unread| match unread.part {
            CLUSTER => format!("{} could not be read: {}", column.context, unread.why),
            part => format!("{}: {part} could not be read: {}", column.context, unread.why),
        })
    });
    let wrapped = lines.flat_map(|line| match width {
        Some(width) => textwrap::wrap(&line, width).into_iter().map(|line| line.into_owned()).collect(),
        None => vec![line],
    });
    wrapped.map(|line| Colour::Red.paint(&line, colour)).collect()
}

/// "3 of 31 things differ."
pub(super) fn summary(comparison: &Comparison) -> String {
    let (differences, count) = (comparison.differences(), comparison.rows.len());
    let far = if comparison.is_complete() { "" } else { ", as far as they could be read" };
    match differences {
        0 => format!("None of {count} things differs{far}."),
        1 => format!("1 of {count} things differs{far}."),
        _ => format!("{differences} of {count} things differ{far}."),
    }
}

fn title(row: &Row) -> String {
    format!("{} {}", row.kind, row.name).trim_end().to_owned()
}

fn text(value: &Value) -> &str {
    match value {
        Value::Is(text) => text,
        Value::Absent => "–",
        Value::Unread => "?",
    }
}

/// The colour of a value: what is missing, and what is unknown.
fn tone(row: &Row, value: &Value) -> Colour {
    match value {
        Value::Absent => Colour::Red,
        Value::Unread => Colour::Dim,
        Value::Is(_) if row.differs => Colour::Yellow,
        Value::Is(_) => Colour::Plain,
    }
}

fn needed(rows: &[&Row], names: &[&str]) -> usize {
    let titles = rows.iter().map(|row| title(row).width()).max().unwrap_or(0);
    let columns = names.iter().enumerate().map(|(index, name)| {
        let cells = rows.iter().map(|row| text(&row.values[index]).width());
        cells.chain([name.width()]).max().unwrap_or(0) + GAP
    });
    titles + columns.sum::<usize>()
}

fn table(rows: &[&Row], names: &[&str], colour: bool) -> Vec<String> {
    let mut headings = vec![""];
    headings.extend(names);
    headings.push("");
    let rows: Vec<Line> = rows
        .iter()
        .map(|row| {
            let values = row
                .values
                .iter()
                .map(|value| Cell { text: text(value).to_owned(), colour: tone(row, value) });
            let cells = std::iter::once(Cell::plain(title(row))).chain(values).collect();
            Line { cells, words: String::new() }
        })
        .collect();
    draw(&headings, &rows, &[], Paper { width: None, colour })
}

fn stacked(rows: &[&Row], names: &[&str], width: usize, colour: bool) -> Vec<String> {
    let widest = names.iter().map(|name| name.width()).max().unwrap_or(0).min(width / 2);
    let mut lines = Vec::new();
    for row in rows {
        lines.push(Colour::Bold.paint(&cut(&title(row), width), colour));
        for (name, value) in names.iter().zip(&row.values) {
            let name = cut(name, widest);
            let pad = " ".repeat(widest - name.width() + GAP);
            let room = width.saturating_sub(widest + 2 * GAP);
            let value = tone(row, value).paint(&cut(text(value), room), colour);
            lines.push(format!("  {name}{pad}{value}"));
        }
    }
    lines
}
