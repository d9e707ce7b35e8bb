//! `awesh clusters`: the health of every cluster.
//!
//! On a terminal rows appear as clusters answer, what is known from before with its age until then; at the end
//! stands the table in the order of the kubeconfig. Elsewhere that table alone is written, or JSON.

mod json;
mod rows;
mod screen;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use agents::kubernetes::Session;
use agents::kubernetes::contexts::Contexts;
use agents::kubernetes::report::{Report, Status};
use agents::kubernetes::survey::Survey;
use clap::Args;
use jiff::Timestamp;

use super::choose::{Asking, WRONG, none, seconds, unknown};
use super::output::{Closed, Output};
use super::{Failure, NOTHING_READ, verbosity};
use screen::Screen;

/// How the exit status and the JSON are to be read.
const HELP: &str = "\
Exit status: 0 all clusters are healthy, 1 some are not or are unknown, 2 wrong arguments, 3 no cluster could be
read, 130 Ctrl-C.

JSON (what could not be read is null):
  schema      1; fields may be added, none changes its meaning
  read_at, took_ms
  summary     how many are healthy, degraded, down, unauthorised, unknown
  problems    what is wrong with the kubeconfig, as texts
  clusters    of each:
    context, server, status, version, latency_ms, read_at, age_s
    nodes         total, ready, cordoned
    namespaces    how many
    pods          total, ready, running, pending, succeeded, failed
    problems      of each: subject (node, pod), reason, message, count, names (the first)
    unread        parts that could not be read: part, why (kind, message)
    certificates  when they end: server, client
    error         why nothing could be read: kind, message
    took          what the parts took: name, ms

A cluster that cost more than a second to find down is believed to be so for 15 seconds; its row shows the age, and
--fresh asks it again.";

/// Options.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub struct Options {
    /// Read only contexts of this name; * is any text, ? any character. May be given more than once.
    #[arg(long, short, value_name = "PATTERN")]
    context: Vec<String>,
    /// Print JSON; with --watch one document a line.
    #[arg(long)]
    json: bool,
    /// Read again every so many seconds and mark what changed, until Ctrl-C.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "5", value_parser = seconds)]
    watch: Option<Duration>,
    /// Ask every cluster, also those that were down a moment ago.
    #[arg(long)]
    fresh: bool,
    #[command(flatten)]
    asking: Asking,
}

/// Shows the clusters.
pub(super) async fn run(options: Options) -> Result<u8, Failure> {
    let output = Output::new();
    let (contexts, session) = options.asking.contexts().await;
    let survey = survey(&options, &contexts, &session)?;
    let written = match (options.watch, options.json) {
        (Some(pause), _) => watch::run(&survey, &contexts, output, pause, options.json).await,
        (None, true) => once_as_json(&survey, &contexts, output).await,
        (None, false) => once(&survey, &contexts, output).await,
    };
    // A reader that has seen enough is no error.
    Ok(written.unwrap_or(0))
}

fn survey(options: &Options, contexts: &Contexts, session: &Arc<Session>) -> Result<Survey, Failure> {
    if contexts.entries.is_empty() {
        return Err(none(contexts));
    }
    let entries = contexts.select(&options.context).map_err(|idle| {
        let message = format!("no context is called {}", idle.join(", "));
        // What there is, or what was meant.
        let hint = idle.first().and_then(|name| unknown(name, contexts).hint);
        Failure { message, hint, status: WRONG }
    })?;
    Ok(Survey::new(entries, session, options.asking.limits(), options.fresh))
}

/// The exit status that says how the clusters are.
fn status(reports: &[Report]) -> u8 {
    let is = |wanted: Status| move |report: &Report| report.status == wanted;
    if reports.iter().all(is(Status::Healthy)) {
        0
    } else if reports.iter().all(|report| report.error.is_some()) {
        NOTHING_READ
    } else {
        1
    }
}

async fn once(survey: &Survey, contexts: &Contexts, output: Output) -> Result<u8, Closed> {
    let mut screen = Screen::new(output);
    if output.is_terminal {
        screen.known = survey.known().await;
    }
    let mut round = survey.round();
    while let Some(next) = round.step().await {
        screen.follow(&round, &next)?;
    }
    let (elapsed, since) = (round.elapsed(), round.since());
    let reports = round.finish();
    screen.canvas.clear()?;
    output.write(&rows::table(&reports, None, since, output))?;
    output.write(&format!("\n{}\n", rows::sentence(&reports, elapsed)))?;
    contexts.problems.iter().for_each(|problem| output.remark(problem));
    timings(&reports, elapsed, since, output);
    Ok(status(&reports))
}

async fn once_as_json(survey: &Survey, contexts: &Contexts, output: Output) -> Result<u8, Closed> {
    let mut round = survey.round();
    let mut screen = Screen::new(Output { is_terminal: false, ..output });
    while let Some(next) = round.step().await {
        screen.follow(&round, &next)?;
    }
    let (elapsed, since) = (round.elapsed(), round.since());
    let reports = round.finish();
    output.write(&json::document(&reports, contexts, elapsed, true))?;
    timings(&reports, elapsed, since, output);
    Ok(status(&reports))
}

/// What everything took, and what it would have taken one after the other, at VERBOSE=2.
fn timings(reports: &[Report], elapsed: Duration, since: Timestamp, output: Output) {
    if verbosity() < 2 {
        return;
    }
    let read: Vec<&Report> = reports.iter().filter(|report| report.read_at >= since).collect();
    for report in &read {
        let parts: Vec<_> = report.took.iter().map(|took| format!("{} {:.1}", took.name, took.ms)).collect();
        output.timing(&format!("🐛 DEBUG: cluster {}: {} ms", report.context, parts.join(", ")));
    }
    let in_sequence: f64 = read.iter().flat_map(|report| &report.took).map(|took| took.ms).sum();
    let at_once = elapsed.as_secs_f64() * 1e3;
    output.timing(&format!(
        "🐛 DEBUG: {} clusters took {at_once:.1}ms at once, {in_sequence:.1}ms one after the other ({:.1}×)",
        read.len(),
        in_sequence / at_once.max(0.001)
    ));
}

#[cfg(test)]
mod tests;
