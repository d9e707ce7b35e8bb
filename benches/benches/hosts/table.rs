//! All that was measured, as one table in Markdown.

use std::time::Duration;

use crate::forms::Batch;

/// What came of a case.
pub struct Row {
    pub name: String,
    /// The sequential form, and how many times it stands for.
    pub sequential: Duration,
    pub factor: usize,
    pub parallel: Duration,
    pub batch: Batch,
}

/// The table.
pub fn markdown(rows: &[Row]) -> String {
    let head = "| what | ssh one after the other, s | ssh at once, s | awesh batch, s | its slowest host, s | ratios |\n\
                |---|---:|---:|---:|---:|---:|\n";
    rows.iter().fold(head.to_owned(), |table, row| table + &line(row))
}

fn line(row: &Row) -> String {
    let sequential = row.sequential.as_secs_f64() * row.factor as f64;
    let (parallel, batch) = (row.parallel.as_secs_f64(), row.batch.took.as_secs_f64());
    let about = if row.factor > 1 { "≈ " } else { "" };
    format!(
        "| {} | {about}{sequential:.2} | {parallel:.2} | {batch:.2} | {:.2} | {:.1}×, {:.1}× |\n",
        row.name,
        row.batch.slowest.as_secs_f64(),
        sequential / batch,
        parallel / batch
    )
}
