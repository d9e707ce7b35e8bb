//! Why an attempt at a step was not good enough, in the words of what failed.

use std::time::Duration;

use crate::batch::{Fate, Outcome, Report};
use crate::words::printable;

/// Why an attempt was not good enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Miss {
    /// The reason.
    pub(super) why: String,
    /// Whether it is not known what ran.
    pub(super) is_unknown: bool,
}

impl Miss {
    /// What went wrong on a host: what kept it from being reached, what is in doubt, or what failed first.
    pub(super) fn of(host: &str, report: &Report) -> Option<Self> {
        let place = if host.is_empty() { String::new() } else { format!("{host}: ") };
        let unknown = report.outcomes.iter().find(|outcome| outcome.fate == Fate::Unknown);
        let is_unknown = unknown.is_some();
        if let Some(failure) = &report.failure {
            let doubt = if is_unknown { " (it is not known how far it came)" } else { "" };
            return Some(Self { why: format!("{place}{}{doubt}", printable(&failure.message)), is_unknown });
        }
        let command =
            unknown.or_else(|| report.outcomes.iter().find(|outcome| !outcome.fate.is_success()))?;
        let label = if report.outcomes.len() > 1 { format!("{}: ", command.label) } else { String::new() };
        Some(Self { why: format!("{place}{label}{}", of_command(command)), is_unknown })
    }

    /// The one of two that weighs more: one in doubt, else the first.
    pub(super) fn worse(first: Option<Self>, second: Option<Self>) -> Option<Self> {
        match (first, second) {
            (Some(first), Some(second)) if second.is_unknown && !first.is_unknown => Some(second),
            (first, second) => first.or(second),
        }
    }
}

/// Why a command failed, in its own last words where it has some.
fn of_command(outcome: &Outcome) -> String {
    let text = String::from_utf8_lossy(&outcome.stderr);
    let words = text.lines().rev().map(str::trim).find(|line| !line.is_empty());
    let words = words.map_or(String::new(), |line| format!(": {}", printable(line)));
    match outcome.fate {
        Fate::Ended { status, .. } => format!("exit status {status}{words}"),
        Fate::TimedOut { took } => format!("ended after {}{words}", seconds(took)),
        Fate::Cancelled { .. } => "ended while it ran".to_owned(),
        Fate::NotRun => "it was not run".to_owned(),
        Fate::Unknown => "it is not known whether it ran".to_owned(),
    }
}

/// Why a step failed for good.
pub(super) fn told(why: &str, attempts: u32, timeout: Option<Duration>) -> String {
    let times = if attempts > 1 { format!(", tried {attempts} times") } else { String::new() };
    let time = timeout.map_or(String::new(), |timeout| format!(", in {}", seconds(timeout)));
    format!("{why}{times}{time}")
}

/// A time as people write it.
fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
