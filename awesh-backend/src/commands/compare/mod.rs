//! `awesh compare`: clusters side by side, all read at once.

mod draw;

use std::time::Duration;

use agents::fan_out::Step;
use agents::kubernetes::compare::{self, Column, Comparison, Row};
use agents::kubernetes::contexts::{Contexts, Entry};
use clap::Args;
use serde::Serialize;

use super::canvas::Canvas;
use super::choose::{Asking, WRONG, none, unknown};
use super::output::{Closed, Output};
use super::{Failure, NOTHING_READ, verbosity};

/// How the exit status and the JSON are to be read.
const HELP: &str = "\
Exit status: 0 the clusters are the same in all that is compared, 1 they differ, 2 wrong arguments, 3 something could
not be read, 130 Ctrl-C.

JSON (with --all or without, all rows are in it):
  schema        1; fields may be added, none changes its meaning
  differences   how many rows differ
  complete      whether everything could be read
  columns       of each cluster: context, took_ms, unread (of each part: part, why: kind, message)
  rows          of each: kind, name, differs, values (of each cluster: state: is, absent, unread; value)";

/// Options.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub struct Options {
    /// The contexts to compare, two or more; * is any text, ? any character.
    #[arg(value_name = "CONTEXT", required = true)]
    contexts: Vec<String>,
    /// Show what is the same, too.
    #[arg(long)]
    all: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    asking: Asking,
}

/// The version of the JSON's schema.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    differences: usize,
    complete: bool,
    columns: &'a [Column],
    rows: &'a [Row],
}

/// Compares the clusters.
pub(super) async fn run(options: Options) -> Result<u8, Failure> {
    let output = Output::new();
    let (contexts, session) = options.asking.contexts().await;
    let entries = chosen(&contexts, &options.contexts)?;
    contexts.problems.iter().for_each(|problem| output.remark(problem));
    let began = tokio::time::Instant::now();
    let mut reading = compare::read(&entries, &session, options.asking.limits());
    let mut canvas = Canvas::new(output);
    let mut finished = Vec::new();
    while let Some(step) = reading.step().await {
        match step {
            Step::Finished(one) => finished.push(one),
            Step::Waiting(progress) => {
                // A reader that is gone is noticed by the next write.
                let _ = canvas.progress(&progress, "clusters");
            }
        }
    }
    let _ = canvas.clear();
    finished.sort_by_key(|one| one.index);
    let comparison = Comparison::of(finished);
    let written = if options.json {
        output.write(&document(&comparison))
    } else {
        print(&comparison, options.all, output, began.elapsed())
    };
    timings(&comparison, began.elapsed(), output);
    // A reader that has seen enough is no error.
    Ok(written.map_or(0, |()| status(&comparison)))
}

/// The contexts in the order in which they were named, each once.
fn chosen(contexts: &Contexts, names: &[String]) -> Result<Vec<Entry>, Failure> {
    if contexts.entries.is_empty() {
        return Err(none(contexts));
    }
    let mut chosen: Vec<Entry> = Vec::new();
    for name in names {
        let found = contexts.select(std::slice::from_ref(name)).map_err(|_| unknown(name, contexts))?;
        chosen.extend(found.into_iter().filter(|entry| !names_one(&chosen, entry)).collect::<Vec<_>>());
    }
    if chosen.len() < 2 {
        let hint = Some("Name another, or a pattern such as '*'.".to_owned());
        let message = format!("{} alone can be compared with nothing", chosen[0].name);
        return Err(Failure { message, hint, status: WRONG });
    }
    Ok(chosen)
}

fn names_one(chosen: &[Entry], entry: &Entry) -> bool {
    chosen.iter().any(|one| one.name == entry.name)
}

fn status(comparison: &Comparison) -> u8 {
    match (comparison.is_complete(), comparison.differences()) {
        (false, _) => NOTHING_READ,
        (true, 0) => 0,
        (true, _) => 1,
    }
}

fn document(comparison: &Comparison) -> String {
    let document = Document {
        schema: SCHEMA,
        differences: comparison.differences(),
        complete: comparison.is_complete(),
        columns: &comparison.columns,
        rows: &comparison.rows,
    };
    // Texts and numbers only: nothing in it fails to be JSON.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn print(comparison: &Comparison, all: bool, output: Output, elapsed: Duration) -> Result<(), Closed> {
    let width = output.is_terminal.then(|| output.size().0);
    let mut lines = draw::lines(comparison, all, width, output.colour);
    lines.extend(draw::unread(comparison, width, output.colour));
    lines.push(format!("{} Read in {:.1} s.", draw::summary(comparison), elapsed.as_secs_f64()));
    output.write(&(lines.join("\n") + "\n"))
}

/// What every cluster took, and what all would have taken one after the other, at VERBOSE=2.
fn timings(comparison: &Comparison, elapsed: Duration, output: Output) {
    if verbosity() < 2 {
        return;
    }
    for column in &comparison.columns {
        output.timing(&format!("🐛 DEBUG: comparison read {} in {}ms", column.context, column.took_ms));
    }
    let in_sequence: u64 = comparison.columns.iter().map(|column| column.took_ms).sum();
    let at_once = elapsed.as_secs_f64() * 1e3;
    output.timing(&format!(
        "🐛 DEBUG: comparison took {at_once:.1}ms at once, {in_sequence}ms one cluster after the other"
    ));
}
