//! What is protected: clusters and hosts on which a proposed change needs the name typed.

use awesh_protocol::{Proposal, Target};

use super::Shell;
use crate::glob;

/// What is typed for a place that is known only when the command runs.
const ANYWHERE: &str = "anything";

impl Shell {
    /// The name of the first protected place that a proposal could change.
    pub(super) fn protected(&mut self, proposal: &Proposal) -> Option<String> {
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

    /// The name of this machine, if it is protected.
    pub(super) fn protected_host(&self) -> Option<String> {
        among(&self.config.protected_hosts, &self.identity.host)
    }

    /// The Kubernetes context that is set in the session now.
    fn current_context(&mut self) -> Result<Option<String>, ()> {
        let data = self.prompt_data();
        data.context().map(|name| name.map(str::to_owned)).map_err(drop)
    }
}

fn among(patterns: &[String], name: &str) -> Option<String> {
    patterns.iter().any(|pattern| glob::matches(pattern, name)).then(|| name.to_owned())
}

/// Where anything is protected, a place that is not known may be.
fn unknown(patterns: &[String]) -> Option<String> {
    (!patterns.is_empty()).then(|| ANYWHERE.to_owned())
}
