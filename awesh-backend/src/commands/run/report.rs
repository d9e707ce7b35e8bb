//! What a run came to, for people: every step's fate, what those that failed printed, the critical path, and what all
//! would have taken one after the other.

use std::time::Duration;

use agents::plan::{Fate, Graph, Outcome, Run, Summary};

use super::options::Options;
use super::screen::colour_of;
use crate::commands::output::Output;
use crate::commands::table::{Cell, Paper, Row, draw};
use crate::tools::one_line;

/// The lines of a failed step's output that are shown, the last ones.
const LINES: usize = 15;

/// Tells it.
pub(super) fn told(graph: &Graph, run: &Run, options: &Options, output: Output) -> String {
    let mut text = String::new();
    for (node, outcome) in graph.nodes.iter().zip(&run.outcomes) {
        if matches!(outcome.fate, Fate::Failed(_)) && !options.output {
            text.push_str(&last_lines(&output_of(&node.name, outcome)));
        }
    }
    let nodes = (0..graph.nodes.len()).filter(|node| run.is_of_interest(graph, *node));
    let rows: Vec<Row> = nodes.map(|node| row(graph, run, node)).collect();
    let width = output.is_terminal.then(|| output.size().0);
    let paper = Paper { width, colour: output.colour };
    text.push_str(&(draw(&["STEP", "FATE", "TOOK", "WHAT"], &rows, &[2], paper).join("\n") + "\n\n"));
    let sentences = sentences(graph, run);
    text + &width.map_or(sentences.clone(), |width| textwrap::fill(&sentences, width))
}

fn row(graph: &Graph, run: &Run, node: usize) -> Row {
    let outcome = &run.outcomes[node];
    let is_of_this = run.spans[node].is_some();
    let took = if is_of_this { seconds(outcome.took) } else { String::new() };
    let tried = if outcome.attempts > 1 { format!("{} attempts", outcome.attempts) } else { String::new() };
    let before = if outcome.fate == Fate::Succeeded && !is_of_this { "in the run before" } else { "" };
    let words = [one_line(outcome.fate.why()), if outcome.fate.is_fine() { tried } else { String::new() }];
    let words = words.into_iter().chain([before.to_owned()]).filter(|words| !words.is_empty());
    let fate = Cell { text: outcome.fate.word().to_owned(), colour: colour_of(&outcome.fate) };
    let cells = vec![Cell::plain(graph.nodes[node].name.as_str()), fate, Cell::plain(took)];
    Row { cells, words: words.collect::<Vec<_>>().join(", ") }
}

/// Counts and times.
fn sentences(graph: &Graph, run: &Run) -> String {
    let summary = Summary::of(graph, run);
    let mut text = format!("{}.", run.counts(graph));
    if run.spans.iter().flatten().count() > 0 {
        text.push_str(&format!(" {}", times(&summary)));
    }
    let path = summary.critical_path.iter();
    let path: Vec<String> =
        path.map(|(node, took)| format!("{} {}", graph.nodes[*node].name, seconds(*took))).collect();
    if path.len() > 1 {
        text.push_str(&format!("\nCritical path: {}", path.join(" → ")));
    }
    text + "\n"
}

fn times(summary: &Summary) -> String {
    let whole = summary.took_with_background.as_secs_f64();
    let background = if summary.took_with_background > summary.took + Duration::from_millis(50) {
        format!(" ({} with what ran in the background)", seconds(summary.took_with_background))
    } else {
        String::new()
    };
    let ratio = summary.one_by_one.as_secs_f64() / whole.max(0.001);
    let (took, one_by_one) = (seconds(summary.took), seconds(summary.one_by_one));
    if ratio < 1.05 {
        return format!("Took {took}{background}.");
    }
    format!("Took {took}{background}; one after the other {one_by_one} ({ratio:.2}×).")
}

/// What a step printed, each line behind its name.
pub(super) fn output_of(name: &str, outcome: &Outcome) -> String {
    let mut text = String::new();
    for output in &outcome.outputs {
        let host = if output.host.is_empty() { String::new() } else { format!(" {}", output.host) };
        for line in output.stdout.lines().chain(output.stderr.lines()) {
            text.push_str(&format!("{name}{host} │ {}\n", one_line(line)));
        }
        if output.is_cut {
            text.push_str(&format!("{name}{host} │ … it printed more than is kept\n"));
        }
    }
    text
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].iter().map(|line| format!("{line}\n")).collect()
}

/// A time as people read it.
pub(super) fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
