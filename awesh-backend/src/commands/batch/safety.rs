//! What a batch could do, shown before it does it: what only looks runs, anything else is agreed to first, and of a
//! protected host the name is typed. What was decided and what ran is in the audit log.

use awesh_protocol::Risk;
use wildmatch::WildMatch;

use super::Failure;
use super::options::Options;
use super::round::{HostReport, Work, name};
use super::show::count;
use crate::audit::{Audit, Entry};
use crate::commands::SetUp;
use crate::commands::agreement::{Agreed, class};
use crate::commands::output::Output;
use crate::permission::names::Names;
use crate::permission::{self, Place};

/// Hosts beyond which not every name is shown.
const SHOWN: usize = 12;

/// What a batch could do.
struct Reach {
    /// The commands that may change something, and what they could do.
    changes: Vec<(String, Risk)>,
    /// The protected hosts among those that they run on.
    protected: Vec<String>,
}

impl Work {
    /// What its commands could do on the hosts, the look at their health included.
    fn reach(&self, protected: &[String]) -> Reach {
        let health = self.health.iter().map(|line| ("health", line.as_str()));
        let own = self.batch.commands.iter().map(|command| (command.label.as_str(), command.line.as_str()));
        let risk = |(label, line): (&str, &str)| {
            let risk = permission::read(line, &Names::default(), Place::Apart).risk;
            (!risk.is_look()).then(|| (format!("{label}: {line}"), risk))
        };
        let patterns: Vec<_> = protected.iter().map(|pattern| WildMatch::new(pattern)).collect();
        let is_protected = |host: &&agents::ssh::Chosen| {
            let target = &host.target;
            let names = [Some(&target.name), target.address.as_ref()];
            let mut names = names.into_iter().flatten().chain(&host.groups);
            names.any(|name| patterns.iter().any(|pattern| pattern.matches(name)))
        };
        let protected = self.hosts.iter().filter(is_protected).map(|host| name(host, &self.hosts));
        Reach { changes: own.chain(health).filter_map(risk).collect(), protected: protected.collect() }
    }

    /// Hosts and groups, in a sentence.
    fn extent(&self) -> String {
        let names: Vec<String> = self.hosts.iter().map(|host| name(host, &self.hosts)).collect();
        let more = names.len().checked_sub(SHOWN).filter(|more| *more > 0);
        let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
        let mut groups: Vec<&str> =
            self.hosts.iter().flat_map(|host| &host.groups).map(String::as_str).collect();
        groups.sort_unstable();
        groups.dedup();
        let of = if groups.is_empty() { String::new() } else { format!(" (groups: {})", groups.join(", ")) };
        let count = count(names.len());
        format!("{count}{of}: {}{more}", names[..names.len().min(SHOWN)].join(", "))
    }
}

/// Lets a batch begin, or tells why it does not. What changes something goes in step from here on, so that a lost
/// connection leaves one command in doubt and no more.
pub(super) fn agree(work: &mut Work, options: &Options, set_up: &SetUp) -> Result<(), Failure> {
    let reach = work.reach(&set_up.protected_hosts);
    if reach.changes.is_empty() {
        decided(work, set_up, "allowed", "rule");
        return Ok(());
    }
    work.batch.in_step = true;
    let output = Output::new();
    output.remark(&format!("{} may change something on {}", listed(&reach), work.extent()));
    if !reach.protected.is_empty() {
        output.remark(&format!("protected: {}", reach.protected.join(", ")));
    }
    let said = Agreed { yes: options.yes, protected: &options.protected };
    let agreed = said.to(&reach.protected, &format!("Run on {}? [y/N] ", count(work.hosts.len())));
    decided(work, set_up, if agreed.is_ok() { "run" } else { "declined" }, "user");
    agreed
}

fn listed(reach: &Reach) -> String {
    let shown = |(text, risk): &(String, Risk)| format!("{text} [{}]", class(*risk));
    reach.changes.iter().map(shown).collect::<Vec<_>>().join("; ")
}

/// Adds what was decided to the audit log: a line for each command.
fn decided(work: &Work, set_up: &SetUp, decision: &str, approver: &str) {
    let audit = Audit::new(&set_up.state);
    for command in &work.batch.commands {
        let class = permission::read(&command.line, &Names::default(), Place::Apart).class();
        let what = format!("batch on {}: {}", work.extent(), command.line);
        let (decision, approver) = (decision.to_owned(), approver.to_owned());
        audit.add(Entry { class, decision, approver, ..Entry::new("decision", what) });
    }
}

/// Adds what ran: a line for each command that may have changed something, on each host.
pub(super) fn log(work: &Work, reports: &[HostReport], set_up: &SetUp) {
    let audit = Audit::new(&set_up.state);
    for (at, command) in work.batch.commands.iter().enumerate() {
        let reading = permission::read(&command.line, &Names::default(), Place::Apart);
        if reading.risk.is_look() {
            continue;
        }
        for host in reports {
            let fate = host.report.outcomes[at].fate;
            let status = match fate {
                agents::batch::Fate::Ended { status, .. } => Some(i32::from(status)),
                _ => None,
            };
            let what = format!("{}: {}", host.name, command.line);
            let (class, decision) = (reading.class(), fate.word().to_owned());
            audit.add(Entry { status, class, decision, ..Entry::new("ran", what) });
        }
    }
}
