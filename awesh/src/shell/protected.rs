//! What is protected: clusters and hosts on which a proposed change needs the name typed.

use std::fmt;

use awesh_protocol::{Proposal, Target};

use super::Shell;
use crate::glob;

/// A protected place that a change may be made in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Protected {
    /// The context or the host of this name.
    Named(String),
    /// Where it is made is known only when the command runs, and may be protected.
    Unknown,
}

impl Protected {
    /// What is typed to have it made there.
    pub(super) fn word(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::Unknown => "anything",
        }
    }
}

impl fmt::Display for Protected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => {
                write!(formatter, "this changes {name}, which is protected; type {name} to run it")
            }
            Self::Unknown => write!(
                formatter,
                "what this changes is not known before it runs and may be protected; type the word {} to run it",
                self.word()
            ),
        }
    }
}

impl Shell {
    /// The first protected place that a proposal could change.
    pub(super) fn protected(&mut self, proposal: &Proposal) -> Option<Protected> {
        if proposal.risk.is_look() {
            return None;
        }
        let (contexts, hosts) = (self.config.prompt.protected.clone(), self.config.protected_hosts.clone());
        let here = Target::Host(self.identity.host.clone());
        proposal.targets.iter().chain([&here]).find_map(|target| match target {
            Target::Context(name) => among(&contexts, name),
            Target::CurrentContext => match self.current_context() {
                Ok(name) => among(&contexts, &name?),
                Err(()) => unknown(&contexts),
            },
            Target::UnknownContext => unknown(&contexts),
            Target::Host(name) => among(&hosts, name),
            Target::UnknownHost => unknown(&hosts),
        })
    }

    /// This machine, if it is protected.
    pub(super) fn protected_host(&self) -> Option<Protected> {
        among(&self.config.protected_hosts, &self.identity.host)
    }

    /// The Kubernetes context that is set in the session now.
    fn current_context(&mut self) -> Result<Option<String>, ()> {
        let data = self.prompt_data();
        data.context().map(|name| name.map(str::to_owned)).map_err(drop)
    }
}

fn among(patterns: &[String], name: &str) -> Option<Protected> {
    let is_protected = patterns.iter().any(|pattern| glob::matches(pattern, name));
    is_protected.then(|| Protected::Named(name.to_owned()))
}

/// Where anything is protected, a place that is not known may be.
fn unknown(patterns: &[String]) -> Option<Protected> {
    (!patterns.is_empty()).then_some(Protected::Unknown)
}
