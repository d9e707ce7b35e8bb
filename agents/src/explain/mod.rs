//! The agent that says why the last command failed, without a model: at once, with no key, from a table of what
//! programs print and what it means.
//!
//! It takes a question only where it is sure of the answer: the question asks for the last failure and nothing
//! else, and a rule knows it. Asked the same again, it leaves the answer to a model, where there is one.

mod phrases;
mod rule;
mod rules;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use awesh_protocol::{FailureKind, RecentCommand};

use crate::agent::{Agent, Bid, Failure, Question};
use crate::context::{Answer, Context};
use crate::words::code;
use rule::Explanation;

/// The agent.
#[derive(Debug, Default)]
pub struct Explain {
    /// The failure explained last, where a model could say more.
    explained: Mutex<Option<RecentCommand>>,
}

impl Explain {
    fn explained(&self) -> MutexGuard<'_, Option<RecentCommand>> {
        self.explained.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last command and what is known of how it ended.
    fn find<'q>(&self, question: &'q Question) -> Option<(&'q RecentCommand, Explanation)> {
        let last = question.recent.last()?;
        if !phrases::asks_for_failure(&question.text) || self.explained().as_ref() == Some(last) {
            return None;
        }
        rules::explain(last).map(|explanation| (last, explanation))
    }
}

#[async_trait]
impl Agent for Explain {
    fn name(&self) -> &'static str {
        "explain"
    }

    async fn bid(&self, question: &Question) -> Bid {
        if self.find(question).is_some() { Bid::Certain } else { Bid::None }
    }

    async fn run(&self, context: &Context) -> Result<Answer, Failure> {
        let Some((last, explanation)) = self.find(&context.question) else {
            return Err(Failure::new(FailureKind::Internal, "The last command is not what it was."));
        };
        let has_model = context.model.is_ok();
        context.user.text(&describe(last, &explanation, has_model)).await;
        if has_model {
            *self.explained() = Some(last.clone());
        }
        Ok(Answer::default())
    }
}

/// The explanation as markdown: what ended how, why, and what to do next.
fn describe(last: &RecentCommand, explanation: &Explanation, has_model: bool) -> String {
    let command = last.command.lines().next().unwrap_or_default();
    let mut text = format!("{} ended with status {}. {}\n", code(command), last.status, explanation.cause);
    if !explanation.next.is_empty() {
        text.push_str("\nNext:\n\n");
    }
    let is_command = |next: &String| next.starts_with("$ ");
    for steps in explanation.next.chunk_by(|one, other| is_command(one) == is_command(other)) {
        let lines: Vec<&str> = steps.iter().map(|step| step.strip_prefix("$ ").unwrap_or(step)).collect();
        match is_command(&steps[0]) {
            true => text.push_str(&format!("```sh\n{}\n```\n", lines.join("\n"))),
            false => text.push_str(&format!("- {}\n", lines.join("\n- "))),
        }
    }
    if has_model {
        text.push_str("\n*Asked again, the AI answers.*\n");
    }
    text
}
