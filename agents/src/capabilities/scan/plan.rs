//! What a scan has to ask: only what is not known already. Pure.

use std::collections::BTreeSet;

use crate::capabilities::definition::Definition;
use crate::capabilities::discover::Discovered;
use crate::capabilities::journal::{Failed, Journal, Known};
use crate::capabilities::{Kind, prompt};

/// What a scan has to do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The kinds that are asked.
    pub ask: Vec<Definition>,
    /// How many are known as they are.
    pub unchanged: usize,
    /// Those that failed as they are, and are not asked again.
    pub failed: Vec<Failed>,
    /// Those of which something is known and that are there no more.
    pub gone: Vec<Kind>,
}

impl Plan {
    /// What is to be done where these models answer.
    pub fn new(
        discovered: &Discovered,
        journal: &Journal,
        models: &BTreeSet<String>,
        retry_failed: bool,
    ) -> Self {
        let mut plan = Self::default();
        for definition in &discovered.definitions {
            let holds = |known: &&Known| {
                models.iter().any(|model| definition.key(prompt::VERSION, model) == known.key())
            };
            match journal.known(&definition.kind).filter(holds) {
                Some(Known::Learned(_)) => plan.unchanged += 1,
                Some(Known::Failed(failed)) if !retry_failed => plan.failed.push(failed.clone()),
                Some(Known::Failed(_)) | None => plan.ask.push(definition.clone()),
            }
        }
        let known = journal.all().map(Known::kind);
        plan.gone = known.filter(|kind| discovered.lacks(kind)).cloned().collect();
        plan
    }

    /// About how many tokens are sent.
    pub fn tokens(&self) -> usize {
        /// Bytes of a token in texts like these.
        const BYTES: usize = 4;
        let sent = self.ask.iter().map(|definition| definition.text.len() + prompt::INSTRUCTIONS.len());
        sent.sum::<usize>() / BYTES
    }
}
