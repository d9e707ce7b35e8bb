//! What is known of failures: a table by field, the particular before the general.

mod containers;
mod files;
mod general;
mod git;
mod kubernetes;
mod network;
mod packages;
mod programs;
mod services;
mod shell;
mod ssh;

use awesh_protocol::RecentCommand;

use super::rule::{Explanation, Rule, Status, programs};

/// The fields, in the order in which they are looked through. What any program may print comes behind what only
/// some do; what a status alone says, last.
const FIELDS: [&[Rule]; 11] = [
    ssh::RULES,
    git::RULES,
    kubernetes::RULES,
    containers::RULES,
    packages::RULES,
    programs::RULES,
    services::RULES,
    network::RULES,
    shell::RULES,
    files::RULES,
    general::RULES,
];

/// All rules, in order.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    FIELDS.into_iter().flatten()
}

/// Why a command ended as it did, if a rule knows.
pub(super) fn explain(last: &RecentCommand) -> Option<Explanation> {
    let programs = programs(&last.command);
    let lower = last.output.to_ascii_lowercase();
    all().find_map(|rule| rule.explain(last, &programs, &lower))
}

/// A rule for what these programs print when they fail; none means any program.
const fn printed(
    name: &'static str,
    programs: &'static [&'static str],
    cue: &'static str,
    pattern: &'static str,
    cause: &'static str,
    next: &'static [&'static str],
) -> Rule {
    Rule { name, programs, status: Status::Failed, cue, pattern, cause, next }
}

/// A rule for what programs show of something else that failed: their own status says nothing.
const fn shown(
    name: &'static str,
    programs: &'static [&'static str],
    cue: &'static str,
    pattern: &'static str,
    cause: &'static str,
    next: &'static [&'static str],
) -> Rule {
    Rule { name, programs, status: Status::Any, cue, pattern, cause, next }
}

/// A rule for a status that says all.
const fn ended(name: &'static str, status: i32, cause: &'static str, next: &'static [&'static str]) -> Rule {
    Rule { name, programs: &[], status: Status::Is(status), cue: "", pattern: "", cause, next }
}
