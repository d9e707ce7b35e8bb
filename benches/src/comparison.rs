//! All that was measured, as one table in Markdown.

use std::fmt::Write;
use std::time::Duration;

use crate::Run;

/// The rows in the order in which they were measured.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<String>,
}

impl Table {
    /// Adds what came of a case.
    pub fn add(&mut self, name: &str, sequential: Option<Run>, mut parallel: Vec<Run>) {
        parallel.sort_by_key(|run| run.took);
        let (Some(median), Some(longest)) = (parallel.get(parallel.len() / 2), parallel.last()) else {
            return;
        };
        let ratio = sequential.map_or(String::new(), |run| {
            format!("{:.1}×", run.took.as_secs_f64() / median.took.as_secs_f64())
        });
        let most = |memory: fn(&Run) -> u64| parallel.iter().map(memory).max().unwrap_or(0) as f64 / 1e6;
        let sequential = sequential.map_or("not measured".to_owned(), |run| seconds(run.took));
        let mut row = format!(
            "| {name} | {sequential} | {} / {} | {ratio} |",
            seconds(median.took),
            seconds(longest.took)
        );
        // Nothing fails that is written to a string.
        let _ = write!(row, " {:.1} | {:.1} |", most(|run| run.proportional), most(|run| run.resident));
        self.rows.push(row);
    }

    /// The table: of the parallel form the median and the longest.
    pub fn markdown(&self) -> String {
        let head = "| what | one after the other, s | at once, s | ratio | peak PSS, MB | peak RSS, MB |\n\
                    |---|---:|---:|---:|---:|---:|\n";
        format!("{head}{}\n", self.rows.join("\n"))
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64())
}
