//! What came of a step, and what of it later steps can refer to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::graph::{Environment, Graph};
use super::reference::{Field, Reference};

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fate", content = "why", rename_all = "snake_case")]
pub enum Fate {
    /// All its commands ended with status 0, or what it polled for came about.
    Succeeded,
    /// It did not, and why.
    Failed(String),
    /// Its condition did not hold.
    Skipped(String),
    /// It did not begin, and why.
    NotRun(String),
    /// It was ended while it ran; how far it came is not known.
    Interrupted,
}

impl Fate {
    /// In a word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Succeeded => "done",
            Self::Failed(_) => "failed",
            Self::Skipped(_) => "skipped",
            Self::NotRun(_) => "not run",
            Self::Interrupted => "interrupted",
        }
    }

    /// What else is to be said.
    pub fn why(&self) -> &str {
        match self {
            Self::Failed(why) | Self::Skipped(why) | Self::NotRun(why) => why,
            Self::Succeeded | Self::Interrupted => "",
        }
    }

    /// Whether it is as it should be.
    pub fn is_fine(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Skipped(_))
    }
}

/// What one command left, on one host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The host; empty on this machine.
    pub host: String,
    /// The command's label.
    pub label: String,
    /// What it wrote.
    pub stdout: String,
    /// What it wrote of errors.
    pub stderr: String,
    /// Its exit status, where it has one.
    pub status: Option<u8>,
    /// Whether it wrote more than is kept.
    pub is_cut: bool,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What became of it.
    #[serde(flatten)]
    pub fate: Fate,
    /// How long it took, with all attempts.
    pub took: Duration,
    /// How often it was tried.
    pub attempts: u32,
    /// What its commands left in the last attempt.
    pub outputs: Vec<Output>,
}

impl Outcome {
    /// Of a step that did not begin.
    pub fn without_run(fate: Fate) -> Self {
        Self { fate, took: Duration::ZERO, attempts: 0, outputs: Vec::new() }
    }

    /// Whether it began.
    pub fn is_run(&self) -> bool {
        self.attempts > 0
    }

    fn value(&self, label: Option<&str>, field: Field) -> String {
        let outputs = || self.outputs.iter().filter(|output| label.is_none_or(|label| output.label == label));
        let text = |text: fn(&Output) -> &str| {
            let all: String = outputs().map(|output| with_end(text(output))).collect();
            all.trim_end_matches('\n').to_owned()
        };
        let has_failed = || outputs().any(|output| output.status != Some(0));
        match field {
            Field::Stdout => text(|output| &output.stdout),
            Field::Stderr => text(|output| &output.stderr),
            // Of several the one that failed.
            Field::Status => {
                let statuses: Vec<u8> = outputs().filter_map(|output| output.status).collect();
                let status = statuses.iter().find(|status| **status != 0).or(statuses.first());
                status.map_or(String::new(), ToString::to_string)
            }
            Field::Succeeded if label.is_some() => (outputs().count() > 0 && !has_failed()).to_string(),
            Field::Failed if label.is_some() => has_failed().to_string(),
            Field::Succeeded => (self.fate == Fate::Succeeded).to_string(),
            Field::Failed => matches!(self.fate, Fate::Failed(_)).to_string(),
            Field::Skipped => matches!(self.fate, Fate::Skipped(_)).to_string(),
        }
    }
}

/// A text with a newline at its end, where there is text.
fn with_end(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

/// What is known when a step begins.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) graph: Arc<Graph>,
    /// What came of the steps so far, by node.
    pub(super) outcomes: Vec<Option<Arc<Outcome>>>,
}

impl Known {
    /// What a reference stands for at a node, on a host, with what came of the node itself so far.
    pub(super) fn value(
        &self,
        node: usize,
        host: &str,
        own: Option<&Outcome>,
        reference: &Reference,
    ) -> String {
        let Environment { name, vars, .. } = self.environment(node);
        match reference {
            Reference::Variable(name) => value_of(vars, name),
            Reference::Environment => name.clone(),
            Reference::Host => host.to_owned(),
            Reference::Step { step, label, field } => {
                let other = step.as_deref().and_then(|step| self.outcome(node, step));
                let outcome = if step.is_some() { other } else { own };
                outcome.map_or(String::new(), |outcome| outcome.value(label.as_deref(), *field))
            }
        }
    }

    /// Whether what a reference stands for was longer than what is kept of it.
    pub(super) fn is_cut(&self, node: usize, reference: &Reference) -> bool {
        let Reference::Step { step: Some(step), label, field: Field::Stdout | Field::Stderr } = reference
        else {
            return false;
        };
        let outputs = self.outcome(node, step).into_iter().flat_map(|outcome| &outcome.outputs);
        let is_of = |output: &&Output| label.as_ref().is_none_or(|label| output.label == *label);
        outputs.filter(is_of).any(|output| output.is_cut)
    }

    fn environment(&self, node: usize) -> &Environment {
        &self.graph.environments[self.graph.nodes[node].environment]
    }

    /// What came of a step in the same environment.
    fn outcome(&self, node: usize, step: &str) -> Option<&Outcome> {
        let environment = self.graph.nodes[node].environment;
        let is = |index: &usize| {
            let other = &self.graph.nodes[*index];
            other.environment == environment && self.graph.plan.document.steps.0[other.step].0 == step
        };
        let index = (0..self.graph.nodes.len()).find(is)?;
        self.outcomes[index].as_deref()
    }
}

fn value_of(vars: &BTreeMap<String, String>, name: &str) -> String {
    vars.get(name).cloned().unwrap_or_default()
}
