//! Results as JSON, for scripts. What stands here is promised: fields may be added, none changes its meaning while
//! `schema` is 1.

use std::time::Duration;

use agents::batch::{Fate, Outcome, Trouble};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::round::{HostReport, Work};

/// The version of the schema.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    took_ms: u64,
    summary: Summary,
    hosts: Vec<Host<'a>>,
}

#[derive(Serialize)]
struct Summary {
    hosts: usize,
    succeeded: usize,
    failed: usize,
    unreached: usize,
}

#[derive(Serialize)]
struct Host<'a> {
    name: &'a str,
    groups: &'a [String],
    took_ms: u64,
    error: Option<Error<'a>>,
    commands: Vec<Command<'a>>,
}

#[derive(Serialize)]
struct Error<'a> {
    kind: Trouble,
    message: &'a str,
    hint: Option<&'a str>,
}

#[derive(Serialize)]
struct Command<'a> {
    label: &'a str,
    fate: &'static str,
    status: Option<u8>,
    took_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stdout: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stdout_base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stderr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stderr_base64: Option<String>,
    left_out: u64,
}

/// The document, over many lines or on one.
pub(super) fn document(work: &Work, reports: &[HostReport], pretty: bool) -> String {
    let succeeded = reports.iter().filter(|host| host.report.is_success()).count();
    let unreached = reports.iter().filter(|host| host.is_unreached()).count();
    let failed = reports.len() - succeeded - unreached;
    let hosts = work.hosts.iter().zip(reports).map(|(host, found)| Host {
        name: &found.name,
        groups: &host.groups,
        took_ms: ms(found.report.took),
        error: found.report.failure.as_ref().map(|failure| Error {
            kind: failure.kind,
            message: &failure.message,
            hint: failure.hint.as_deref(),
        }),
        commands: found.report.outcomes.iter().map(command).collect(),
    });
    let took_ms = reports.iter().map(|host| ms(host.report.took)).max().unwrap_or(0);
    let summary = Summary { hosts: reports.len(), succeeded, failed, unreached };
    let document = Document { schema: SCHEMA, took_ms, summary, hosts: hosts.collect() };
    let text =
        if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) };
    // Nothing in it fails to be JSON: there are no maps, and numbers are whole.
    text.unwrap_or_default() + "\n"
}

fn command(outcome: &Outcome) -> Command<'_> {
    let text = |bytes| std::str::from_utf8(bytes).ok();
    let coded = |bytes: &[u8]| std::str::from_utf8(bytes).is_err().then(|| STANDARD.encode(bytes));
    Command {
        label: &outcome.label,
        fate: outcome.fate.word(),
        status: match outcome.fate {
            Fate::Ended { status, .. } => Some(status),
            _ => None,
        },
        took_ms: outcome.fate.took().map(ms),
        stdout: text(&outcome.stdout),
        stdout_base64: coded(&outcome.stdout),
        stderr: text(&outcome.stderr),
        stderr_base64: coded(&outcome.stderr),
        left_out: outcome.left_out,
    }
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
