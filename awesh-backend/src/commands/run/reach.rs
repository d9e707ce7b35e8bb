//! What the steps of a plan could do, by the classes that the assistant's commands have, and what is protected of
//! what they could do it to. Pure but for the name of this machine and its current context.

use std::cell::LazyCell;

use agents::kubernetes::contexts::{Contexts, Sources};
use agents::plan::Graph;
use awesh_protocol::{Risk, Target};
use nix::unistd::gethostname;
use wildmatch::WildMatch;

use super::SetUp;
use crate::commands::environment;
use crate::permission::names::Names;
use crate::permission::{self, Place};

/// What a plan could do.
pub(super) struct Reach {
    /// Of each node what each of its commands could do.
    pub(super) risks: Vec<Vec<Risk>>,
    /// What is protected and could be changed, by name: environments, hosts, contexts.
    pub(super) protected: Vec<String>,
}

impl Reach {
    /// Of a plan.
    pub(super) fn of(graph: &Graph, set_up: &SetUp) -> Self {
        let readings = |node: usize| {
            let commands = graph.step(node).commands.iter();
            commands.map(|command| permission::read(&command.line.bare(), &Names::default(), Place::Apart))
        };
        let patterns: Vec<_> = set_up.protected_hosts.iter().map(|host| WildMatch::new(host)).collect();
        let contexts: Vec<_> = set_up.protected_contexts.iter().map(|name| WildMatch::new(name)).collect();
        let current = LazyCell::new(current_context);
        let is_among =
            |patterns: &[WildMatch], name: &str| patterns.iter().any(|pattern| pattern.matches(name));
        let (mut protected, mut risks) = (Vec::new(), Vec::new());
        let mut add = |name: &str| {
            if !name.is_empty() && !protected.iter().any(|other| other == name) {
                protected.push(name.to_owned());
            }
        };
        for (at, node) in graph.nodes.iter().enumerate() {
            let own: Vec<_> = readings(at).collect();
            let changing = own.iter().filter(|reading| !reading.risk.is_look());
            for target in changing.clone().flat_map(|reading| &reading.targets) {
                match target {
                    Target::Host(name) if is_among(&patterns, name) => add(name),
                    Target::Context(name) if is_among(&contexts, name) => add(name),
                    Target::CurrentContext if node.is_here() => {
                        let name = current.as_deref().filter(|name| is_among(&contexts, name));
                        add(name.unwrap_or_default());
                    }
                    _ => {}
                }
            }
            if changing.count() > 0 {
                let environment = &graph.environments[node.environment];
                add(if environment.is_protected { &environment.name } else { "" });
                let here = node.is_here().then(this_machine);
                let hosts = node.hosts.iter().cloned().chain(here);
                hosts.filter(|host| is_among(&patterns, bare(host))).for_each(|host| add(&host));
            }
            risks.push(own.into_iter().map(|reading| reading.risk).collect());
        }
        Self { risks, protected }
    }

    /// The most that a node could do.
    pub(super) fn risk(&self, node: usize) -> Risk {
        self.risks[node].iter().copied().max().unwrap_or(Risk::Reads)
    }

    /// The nodes that may be run again where it is not known how far they came.
    pub(super) fn repeatable(&self, graph: &Graph) -> Vec<bool> {
        (0..graph.nodes.len()).map(|node| graph.step(node).idempotent || self.risk(node).is_look()).collect()
    }
}

/// A host without user and port.
fn bare(host: &str) -> &str {
    let name = host.rsplit_once('@').map_or(host, |(_, name)| name);
    name.split_once(':').map_or(name, |(name, _)| name)
}

fn this_machine() -> String {
    gethostname().ok().and_then(|name| name.into_string().ok()).unwrap_or_default()
}

fn current_context() -> Option<String> {
    let directory = std::env::current_dir().unwrap_or_default();
    Contexts::read(&Sources::of_session(&environment(), &directory)).current
}
