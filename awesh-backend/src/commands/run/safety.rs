//! What a plan could do, shown before it does it: one that only looks runs, any other is agreed to first, and of what
//! is protected the name is typed. What was decided and what ran is in the audit log, as for the assistant's commands;
//! lines stand there as the plan has them, without the values.

use agents::plan::{Event, Fate, Graph, LOCAL};
use awesh_protocol::Risk;

use super::open::Opened;
use super::options::Options;
use super::reach::Reach;
use super::{Failure, SetUp};
use crate::audit::{Audit, Entry};
use crate::commands::agreement::{Agreed, class};
use crate::commands::output::Output;

/// The classes of what changes something, the worst last.
const CHANGES: [Risk; 4] = [Risk::Unknown, Risk::Writes, Risk::Elevates, Risk::Destroys];

/// A plan that asks to be run.
pub(super) struct Safety<'a> {
    graph: &'a Graph,
    reach: &'a Reach,
    set_up: &'a SetUp,
    title: String,
    /// The nodes that are still to run.
    left: Vec<usize>,
}

impl<'a> Safety<'a> {
    pub(super) fn new(opened: &'a Opened, reach: &'a Reach, set_up: &'a SetUp) -> Self {
        let left = (0..opened.graph.nodes.len()).filter(|node| opened.before[*node].is_none()).collect();
        Self { graph: &opened.graph, reach, set_up, title: opened.shown().to_string(), left }
    }

    /// Lets it begin, or tells why it does not.
    pub(super) fn agree(&self, options: &Options) -> Result<(), Failure> {
        if self.left.iter().all(|node| self.reach.risk(*node).is_look()) {
            self.decided("allowed", "rule");
            return Ok(());
        }
        radius(&self.title, self.graph, self.reach, &self.left)
            .iter()
            .for_each(|line| Output::new().remark(line));
        let said = Agreed { yes: options.yes, protected: &options.protected };
        let agreed = said.to(&self.reach.protected, "Run it? [y]es [N]o ");
        self.decided(if agreed.is_ok() { "run" } else { "declined" }, "user");
        agreed
    }

    /// Adds what was decided to the audit log.
    fn decided(&self, decision: &str, approver: &str) {
        let risk = self.left.iter().map(|node| self.reach.risk(*node)).max().unwrap_or(Risk::Reads);
        let environments: Vec<&str> = self.graph.environments.iter().map(|own| own.name.as_str()).collect();
        let what = format!("plan {} {}", self.title, environments.join(", "));
        let (decision, approver) = (decision.to_owned(), approver.to_owned());
        let entry = Entry { class: class(risk), decision, approver, ..Entry::new("decision", what.trim()) };
        Audit::new(&self.set_up.state).add(entry);
    }
}

/// What these nodes could change, in lines: how many where, by class, and what of it is protected.
pub(super) fn radius(title: &str, graph: &Graph, reach: &Reach, nodes: &[usize]) -> Vec<String> {
    let changing: Vec<usize> = nodes.iter().copied().filter(|node| !reach.risk(*node).is_look()).collect();
    let mut lines = vec![format!("{title} may change something {}", extent(graph, &changing))];
    for risk in CHANGES {
        let mut steps: Vec<&str> = Vec::new();
        for node in changing.iter().filter(|node| reach.risk(**node) == risk) {
            let name = graph.plan.document.steps.0[graph.nodes[*node].step].0.as_str();
            if !steps.contains(&name) {
                steps.push(name);
            }
        }
        if !steps.is_empty() {
            lines.push(format!("  {:9} {}", class(risk), steps.join(", ")));
        }
    }
    if !reach.protected.is_empty() {
        lines.push(format!("  protected {}", reach.protected.join(", ")));
    }
    lines
}

/// Where nodes run, in words.
fn extent(graph: &Graph, nodes: &[usize]) -> String {
    let mut hosts: Vec<&str> =
        nodes.iter().flat_map(|node| &graph.nodes[*node].hosts).map(String::as_str).collect();
    hosts.retain(|host| *host != LOCAL);
    hosts.sort_unstable();
    hosts.dedup();
    let is_here = nodes.iter().any(|node| graph.nodes[*node].is_here());
    let mut places: Vec<String> = Vec::new();
    if is_here {
        places.push("this machine".to_owned());
    }
    match hosts.len() {
        0 => {}
        1 => places.push(hosts[0].to_owned()),
        count => places.push(format!("{count} hosts ({})", hosts.join(", "))),
    }
    let environments: Vec<&str> = graph.environments.iter().map(|own| own.name.as_str()).collect();
    let environments = environments.join(", ");
    let environments = if environments.is_empty() { environments } else { format!(", in {environments}") };
    format!("on {}{environments}", places.join(" and "))
}

/// Adds what ran and may have changed something to the audit log, a line for each command on each host.
pub(super) fn log(event: &Event, graph: &Graph, reach: &Reach, set_up: &SetUp) {
    let Event::Ended(node, outcome) = event else { return };
    if !outcome.is_run() || reach.risk(*node).is_look() {
        return;
    }
    let audit = Audit::new(&set_up.state);
    for output in &outcome.outputs {
        let commands = &graph.step(*node).commands;
        let Some(at) = commands.iter().position(|command| command.label == output.label) else { continue };
        let place = if output.host.is_empty() { String::new() } else { format!(" on {}", output.host) };
        let what = format!("{}{place}: {}", graph.nodes[*node].name, commands[at].line.text);
        let decision = if outcome.fate == Fate::Interrupted { "interrupted" } else { "" }.to_owned();
        let status = output.status.map(i32::from);
        audit.add(Entry {
            class: class(reach.risks[*node][at]),
            decision,
            status,
            ..Entry::new("ran", what)
        });
    }
}
