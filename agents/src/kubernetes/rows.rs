//! Reports as the cells of a row and as a sentence: the same words in a terminal, in an answer and for a model.

use jiff::Timestamp;

use super::report::{Report, Status};
use crate::words;

/// Over the cells of a row, and over what is wrong.
pub const HEADINGS: [&str; 8] =
    ["context", "status", "version", "nodes", "namespaces", "pods", "latency", "what is wrong"];

/// What could not be read.
const UNKNOWN: &str = "?";

/// The cells of a report: all but what is wrong.
pub fn cells(report: &Report) -> [String; 7] {
    let unknown = || UNKNOWN.to_owned();
    let nodes = report.nodes.map_or_else(unknown, |nodes| format!("{}/{}", nodes.ready, nodes.total));
    // A pod that ended well is no longer to be ready.
    let pods = report
        .pods
        .map_or_else(unknown, |pods| format!("{}/{}", pods.ready, pods.total.saturating_sub(pods.succeeded)));
    [
        report.context.clone(),
        report.status.word().to_owned(),
        report.version.clone().unwrap_or_else(unknown),
        nodes,
        report.namespaces.map_or_else(unknown, |count| count.to_string()),
        pods,
        report.latency_ms.map_or_else(unknown, |ms| format!("{ms} ms")),
    ]
}

/// What is wrong, in words, with the age of what was read before `since`.
pub fn what(report: &Report, since: Timestamp) -> String {
    let now = Timestamp::now();
    let words = report.what(now);
    if report.read_at >= since {
        return words;
    }
    format!("{words} ({})", age(report.age_s(now))).trim_start().to_owned()
}

/// How long ago, in seconds while that says something.
pub(super) fn age(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s ago"),
        120..7200 => format!("{} min ago", seconds / 60),
        _ => words::age(seconds),
    }
}

/// "11 clusters: 10 healthy, 1 down".
pub fn summary(reports: &[Report]) -> String {
    let count = |status: Status| reports.iter().filter(|report| report.status == status).count();
    let counts = Status::ALL.into_iter().map(|status| (count(status), status.word()));
    let counts: Vec<_> =
        counts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let noun = if reports.len() == 1 { "cluster" } else { "clusters" };
    format!("{} {noun}: {}", reports.len(), counts.join(", "))
}

/// Whether a reader should look again: anything but what differs from moment to moment.
pub fn is_changed(before: &Report, now: &Report) -> bool {
    let facts = |report: &Report| {
        (report.status, report.version.clone(), report.nodes, report.namespaces, report.pods)
    };
    let problems = |report: &Report| {
        let problems = report.problems.iter().map(|one| (one.subject, one.reason.clone(), one.names.clone()));
        problems.collect::<Vec<_>>()
    };
    facts(before) != facts(now) || problems(before) != problems(now) || before.error != now.error
}

#[cfg(test)]
mod tests {
    use super::super::health::{NodeCount, PodCount};
    use super::super::trouble::{Kind, Trouble};
    use super::*;

    fn now() -> Timestamp {
        Timestamp::now()
    }

    #[test]
    fn what_is_unknown_is_shown_as_unknown() {
        let down = Report::new("x", None, now()).failed(Trouble::new(Kind::Refused, "refused"));
        assert_eq!(cells(&down), ["x", "down", "?", "?", "?", "?", "?"]);
        let known = Report {
            version: Some("v1".into()),
            nodes: Some(NodeCount { total: 3, ready: 2, cordoned: 0 }),
            namespaces: Some(0),
            pods: Some(PodCount { total: 9, ready: 5, succeeded: 2, ..PodCount::default() }),
            latency_ms: Some(12),
            ..Report::new("y", None, now())
        };
        assert_eq!(cells(&known)[2..], ["v1", "2/3", "0", "5/7", "12 ms"]);
        assert_eq!(summary(&[down, known]), "2 clusters: 1 down, 1 unknown");
    }

    #[test]
    fn what_is_from_before_has_its_age() {
        let report = Report::new("x", None, now() - jiff::SignedDuration::from_secs(90));
        assert_eq!(what(&report, report.read_at), "");
        assert!(what(&report, now()).starts_with("(9"), "{}", what(&report, now()));
        assert_eq!(age(300), "5 min ago");
        assert_eq!(age(3 * 86_400), "3 days ago");
    }

    #[test]
    fn latency_and_age_are_no_change() {
        let before = Report::new("x", None, now());
        assert!(!is_changed(&before, &Report { latency_ms: Some(5), read_at: now(), ..before.clone() }));
        assert!(is_changed(&before, &Report { namespaces: Some(5), ..before.clone() }));
        assert!(is_changed(&before, &before.clone().failed(Trouble::new(Kind::Refused, "x"))));
    }
}
