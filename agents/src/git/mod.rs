//! The agent for the git repository of the working directory: status, branches, log, diff, asked in words.
//!
//! It reads with libgit2, never a subprocess, on a thread that may block, and changes nothing. Doing something
//! with git (fix, commit, rebase) and explaining git are left to a model.

mod phrases;
mod read;
mod report;

use async_trait::async_trait;
use awesh_protocol::FailureKind;

use crate::agent::{Agent, Bid, Failure, Question};
use crate::context::{Answer, Context};
use phrases::{Asked, Claim};
use report::Section;

/// The agent.
#[derive(Debug)]
pub struct Git;

#[async_trait]
impl Agent for Git {
    fn name(&self) -> &'static str {
        "git"
    }

    async fn bid(&self, question: &Question) -> Bid {
        match phrases::understand(&question.text) {
            None => Bid::None,
            Some((_, Claim::NamesGit)) => Bid::Certain,
            Some((_, Claim::InRepository)) => {
                let question = question.clone();
                let found = tokio::task::spawn_blocking(move || read::is_in_repository(&question)).await;
                if found.unwrap_or(false) { Bid::Certain } else { Bid::None }
            }
        }
    }

    async fn run(&self, context: &Context) -> Result<Answer, Failure> {
        let (asked, _) =
            phrases::understand(&context.question.text).unwrap_or((Asked::Status, Claim::NamesGit));
        let question = context.question.clone();
        let cancelled = context.cancelled.clone();
        let read =
            tokio::task::spawn_blocking(move || answer(asked, &question, &|| cancelled.is_cancelled()));
        let sections = read.await.map_err(|error| Failure::new(FailureKind::Internal, error.to_string()))?;
        for section in sections {
            match section {
                Section::Text(text) => context.user.text(&text).await,
                Section::Table { columns, rows } => context.user.table(columns, rows).await,
            }
        }
        Ok(Answer::default())
    }
}

/// Reads and words the answer. That there is no repository, or an unreadable one, is an answer too.
fn answer(asked: Asked, question: &Question, stop: &dyn Fn() -> bool) -> Vec<Section> {
    let sections = read::open(question).and_then(|repository| match asked {
        Asked::Status => read::status(&repository).map(report::status),
        Asked::Branch => read::head(&repository).map(|head| report::branch(&head)),
        Asked::Branches => read::branches(&repository).map(report::branches),
        Asked::Log(count) => read::log(&repository, count, stop).map(report::log),
        Asked::Commit => read::last_commit(&repository).map(report::commit),
        Asked::Diff => read::diff(&repository).map(report::diff),
    });
    sections.unwrap_or_else(|error| report::unreadable(&error, &question.directory))
}

#[cfg(test)]
mod tests;
