//! All that was measured, as one table in Markdown.

use std::fmt::Write;

/// What a row's figures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds.
    Milliseconds,
    /// Millions of bytes.
    Megabytes,
    /// Millions of bytes a second.
    MegabytesPerSecond,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Megabytes => "MB",
            Self::MegabytesPerSecond => "MB/s",
        }
    }
}

/// Rows in the order in which they were first measured, with a column for each shell.
#[derive(Debug)]
pub struct Table {
    shells: Vec<&'static str>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    what: &'static str,
    setting: &'static str,
    unit: Unit,
    /// By shell.
    samples: Vec<Vec<f64>>,
}

impl Table {
    /// A table for these shells; the first is the one that the second is compared with.
    pub fn new(shells: Vec<&'static str>) -> Self {
        Self { shells, rows: Vec::new() }
    }

    /// Adds a figure.
    pub fn add(&mut self, what: (&'static str, Unit), setting: &'static str, shell: usize, figure: f64) {
        let (what, unit) = what;
        let known = self.rows.iter().position(|row| (row.what, row.setting) == (what, setting));
        let at = known.unwrap_or_else(|| {
            let samples = vec![Vec::new(); self.shells.len()];
            self.rows.push(Row { what, setting, unit, samples });
            self.rows.len() - 1
        });
        self.rows[at].samples[shell].push(figure);
    }

    /// The table: median / p90, and how the second shell compares with the first by their medians.
    pub fn markdown(&self) -> String {
        let mut text = String::from("| what | where |");
        let names = self.shells.join(" | ");
        let (first, second) = (self.shells[0], self.shells[1]);
        // Nothing fails that is written to a string.
        let _ = writeln!(text, " {names} | {second} − {first} | {second} ÷ {first} |");
        let _ = writeln!(text, "|---|---|{}", "---:|".repeat(self.shells.len() + 2));
        for row in &self.rows {
            let cells: Vec<String> = row.samples.iter().map(|samples| cell(samples)).collect();
            let (difference, ratio) = comparison(&row.samples[0], &row.samples[1]);
            let _ = writeln!(
                text,
                "| {}, {} | {} | {} | {difference} | {ratio} |",
                row.what,
                row.unit.name(),
                row.setting,
                cells.join(" | ")
            );
        }
        text
    }
}

fn cell(samples: &[f64]) -> String {
    match (quantile(samples, 0.5), quantile(samples, 0.9)) {
        (Some(median), Some(_)) if samples.len() == 1 => figure(median),
        (Some(median), Some(p90)) => format!("{} / {}", figure(median), figure(p90)),
        _ => String::new(),
    }
}

fn comparison(first: &[f64], second: &[f64]) -> (String, String) {
    match (quantile(first, 0.5), quantile(second, 0.5)) {
        (Some(first), Some(second)) if first > 0.0 => {
            (format!("{:+.2}", second - first), format!("{:.2}", second / first))
        }
        _ => (String::new(), String::new()),
    }
}

/// As many digits as mean something.
fn figure(value: f64) -> String {
    if value < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

fn quantile(samples: &[f64], part: f64) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    // An index into so few samples is exact as a float.
    sorted.get((last as f64 * part).round() as usize).copied()
}
