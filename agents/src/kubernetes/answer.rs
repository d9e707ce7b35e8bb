//! Reports in words and tables for whoever asked.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::agent::changed;
use super::contexts::Contexts;
use super::report::{Report, Status};
use super::rows::{HEADINGS, age, cells, summary, what};
use crate::context::Context;
use crate::words::{code, printable};

/// What is wrong with a kubeconfig file.
pub(super) fn problem(problem: &str) -> String {
    format!("**Kubeconfig:** {}.\n\n", code(problem))
}

/// Which contexts there are.
pub(super) async fn list(contexts: &Contexts, context: &Context) {
    let count = contexts.entries.len();
    let noun = if count == 1 { "context" } else { "contexts" };
    context.user.text(&format!("{count} {noun} in the kubeconfig:\n")).await;
    let rows = contexts.entries.iter().map(|entry| {
        let is_current = contexts.current.as_ref() == Some(&entry.name);
        let server = entry.cluster.as_ref().and_then(|cluster| cluster.server.as_deref());
        let cells = [
            if is_current { "*" } else { "" },
            &entry.name,
            server.unwrap_or("?"),
            entry.user_name.as_deref().unwrap_or(""),
            entry.namespace.as_deref().unwrap_or(""),
        ];
        cells.map(printable).to_vec()
    });
    context.user.table(&["", "context", "server", "user", "namespace"], rows.collect()).await;
}

/// Which context kubectl would use.
pub(super) fn current(contexts: &Contexts) -> String {
    let Some(current) = &contexts.current else {
        return "No context is the current one.\n".to_owned();
    };
    match contexts.entries.iter().find(|entry| entry.name == *current) {
        None => format!("The current context is {}, which the kubeconfig does not define.\n", code(current)),
        Some(entry) => {
            let namespace = entry.namespace.as_deref().unwrap_or("default");
            format!("The current context is {}, namespace {}.\n", code(current), code(namespace))
        }
    }
}

/// All reports.
pub(super) fn table<'a>(reports: &'a [Report], since: Timestamp, context: &'a Context) -> BoxFuture<'a, ()> {
    async move {
        context.user.text(&opening(reports, since)).await;
        rows(reports, since, context).await;
    }
    .boxed()
}

/// The reports of those that are not healthy.
pub(super) fn problems<'a>(
    reports: &'a [Report],
    since: Timestamp,
    context: &'a Context,
) -> BoxFuture<'a, ()> {
    async move {
        let wrong = reports.iter().filter(|report| report.status != Status::Healthy);
        let wrong: Vec<Report> = wrong.cloned().collect();
        context.user.text(&opening(reports, since)).await;
        if !wrong.is_empty() {
            rows(&wrong, since, context).await;
        }
    }
    .boxed()
}

/// What changed since some reports were shown.
pub(super) async fn changes(shown: &[Report], reports: &[Report], since: Timestamp, context: &Context) {
    let changed = changed(shown, reports);
    if changed.is_empty() {
        return context.user.text("Still so.\n").await;
    }
    context.user.text(&format!("Now {}. What has changed:\n", summary(reports))).await;
    rows(&changed, since, context).await;
}

/// How all are, in a sentence; and when that was, where it was before.
fn opening(reports: &[Report], since: Timestamp) -> String {
    let oldest = reports.iter().map(|report| report.read_at).min().filter(|_| is_past(reports, since));
    let when = oldest.map(|read_at| format!("{}: ", age(Timestamp::now().duration_since(read_at).as_secs())));
    format!("{}{}.\n", when.unwrap_or_default(), summary(reports))
}

/// Whether all of this is from before.
fn is_past(reports: &[Report], since: Timestamp) -> bool {
    reports.iter().all(|report| report.read_at < since)
}

/// A table of facts, and below it what is wrong: words are wrapped there, in a table they would be cut.
async fn rows(reports: &[Report], since: Timestamp, context: &Context) {
    let since = if is_past(reports, since) { Timestamp::MIN } else { since };
    let row = |report: &Report| cells(report).iter().map(|cell| printable(cell)).collect();
    context.user.table(&HEADINGS[..7], reports.iter().map(row).collect()).await;
    let told =
        reports.iter().map(|report| (report, what(report, since))).filter(|(_, what)| !what.is_empty());
    let lines: String =
        told.map(|(report, what)| format!("- {}: {}\n", code(&report.context), plain(&what))).collect();
    if !lines.is_empty() {
        context.user.text(&format!("\n{lines}")).await;
    }
}

/// Words from outside that are no markdown.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in printable(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

/// A few clusters, each in full.
pub(super) fn details<'a>(
    reports: &'a [Report],
    since: Timestamp,
    context: &'a Context,
) -> BoxFuture<'a, ()> {
    async move {
        if reports.len() > 1 {
            return table(reports, since, context).await;
        }
        for report in reports {
            context.user.text(&headline(report, since)).await;
            let problems = report.problems.iter().map(|problem| {
                let message = problem.message.clone().unwrap_or_default();
                vec![problem.count.to_string(), problem.reason.clone(), problem.names.join(", "), message]
            });
            let problems: Vec<_> = problems.collect();
            if !problems.is_empty() {
                context.user.table(&["count", "problem", "which", "why"], problems).await;
            }
        }
    }
    .boxed()
}

/// "**prod-eu is degraded**: v1.33.2, 3 of 3 nodes ready, …".
fn headline(report: &Report, since: Timestamp) -> String {
    let mut facts: Vec<String> = report.error.iter().map(|error| plain(&error.message)).collect();
    facts.extend(report.version.iter().map(|version| code(version)));
    facts.extend(report.nodes.map(|nodes| format!("{} of {} nodes ready", nodes.ready, nodes.total)));
    facts.extend(
        report.pods.map(|pods| {
            format!("{} of {} pods ready", pods.ready, pods.total.saturating_sub(pods.succeeded))
        }),
    );
    facts.extend(report.namespaces.map(|count| format!("{count} namespaces")));
    facts.extend(report.latency_ms.map(|ms| format!("answered in {ms} ms")));
    // What the table below does not tell.
    let rest = Report { problems: Vec::new(), error: None, ..report.clone() };
    let rest = what(&rest, since);
    if !rest.is_empty() {
        facts.push(plain(&rest));
    }
    format!("{} is **{}**: {}.\n", code(&report.context), report.status.word(), facts.join(", "))
}
