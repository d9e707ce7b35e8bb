//! Reports as JSON, for scripts. What stands here is promised: fields may be added, none changes its meaning while
//! `schema` is 1.

use std::collections::BTreeMap;
use std::time::Duration;

use agents::kubernetes::contexts::Contexts;
use agents::kubernetes::report::{Report, Status};
use jiff::Timestamp;
use serde::Serialize;

/// The version of the schema.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    read_at: Timestamp,
    took_ms: u64,
    summary: BTreeMap<&'static str, usize>,
    /// What was wrong with the kubeconfig.
    problems: &'a [String],
    clusters: Vec<Cluster<'a>>,
}

#[derive(Serialize)]
struct Cluster<'a> {
    #[serde(flatten)]
    report: &'a Report,
    age_s: i64,
}

/// The document, over many lines or on one.
pub(super) fn document(reports: &[Report], contexts: &Contexts, elapsed: Duration, pretty: bool) -> String {
    let now = Timestamp::now();
    let count = |status: Status| reports.iter().filter(|report| report.status == status).count();
    let document = Document {
        schema: SCHEMA,
        read_at: now,
        took_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        summary: Status::ALL.into_iter().map(|status| (status.word(), count(status))).collect(),
        problems: &contexts.problems,
        clusters: reports.iter().map(|report| Cluster { report, age_s: report.age_s(now) }).collect(),
    };
    let text =
        if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) };
    // Nothing in a report fails to be JSON: maps have names, numbers are finite.
    text.unwrap_or_default() + "\n"
}
