//! What hosts say alike, once, and who says something else: "19 hosts say this, 1 says that".

use agents::batch::{Fate, Outcome};

use super::round::{HostReport, Work};
use super::show::indented;

/// Hosts beyond which not every name is told.
const NAMED: usize = 8;

/// Hosts whose command came to the same.
struct Alike<'a> {
    outcome: &'a Outcome,
    hosts: Vec<&'a str>,
}

/// For each command what the hosts say, the most said first.
pub(super) fn told(work: &Work, reports: &[HostReport]) -> String {
    let mut text = String::new();
    for (at, command) in work.batch.commands.iter().enumerate() {
        let alike = alike(reports, at);
        if work.batch.commands.len() > 1 {
            text.push_str(&format!("{}\n", command.label));
        }
        let is_one = alike.len() == 1;
        for group in &alike {
            text.push_str(&format!(
                "{}:\n{}",
                head(group, reports.len(), is_one),
                indented(group.outcome, true)
            ));
        }
    }
    text
}

fn alike(reports: &[HostReport], at: usize) -> Vec<Alike<'_>> {
    let mut all: Vec<Alike> = Vec::new();
    for host in reports {
        let outcome = &host.report.outcomes[at];
        match all.iter_mut().find(|known| is_same(known.outcome, outcome)) {
            Some(known) => known.hosts.push(&host.name),
            None => all.push(Alike { outcome, hosts: vec![&host.name] }),
        }
    }
    all.sort_by_key(|alike| std::cmp::Reverse(alike.hosts.len()));
    all
}

/// Whether two came to the same; how long they took is no difference.
fn is_same(one: &Outcome, other: &Outcome) -> bool {
    let status = |outcome: &Outcome| match outcome.fate {
        Fate::Ended { status, .. } => Some(status),
        _ => None,
    };
    let fates = one.fate.word() == other.fate.word() && status(one) == status(other);
    fates && one.stdout == other.stdout && one.stderr == other.stderr
}

/// "19 hosts say", "1 host says (web7), failed with status 1".
fn head(group: &Alike, all: usize, is_one: bool) -> String {
    let count = group.hosts.len();
    let who = match count {
        1 if all == 1 => group.hosts[0].to_owned(),
        1 => "1 host".to_owned(),
        _ if is_one => format!("all {count} hosts"),
        _ => format!("{count} hosts"),
    };
    let is_silent = group.outcome.stdout.is_empty() && group.outcome.stderr.is_empty();
    let verb = match (is_silent, count) {
        (false, 1) => " says",
        (false, _) => " say",
        (true, 1) => " says nothing",
        (true, _) => " say nothing",
    };
    let more = if count > NAMED { ", …" } else { "" };
    let names = if is_one {
        String::new()
    } else {
        format!(" ({}{more})", group.hosts[..count.min(NAMED)].join(", "))
    };
    let fate = match group.outcome.fate {
        fate if fate.is_success() => String::new(),
        Fate::Ended { status, .. } => format!(", failed with status {status}"),
        fate => format!(", {}", fate.word().replace('_', " ")),
    };
    format!("{who}{verb}{names}{fate}")
}
