//! The agent for the files of the working directory: what is here, how much, the largest, the newest.
//!
//! It looks with bounds, on a thread that may block, and says where a bound was met. Reading, finding by
//! content and changing files are left to bash and to a model.

mod phrases;
mod report;
mod walk;

use async_trait::async_trait;
use awesh_protocol::FailureKind;

use crate::agent::{Agent, Bid, Failure, Question};
use crate::context::{Answer, Context};
use phrases::{Asked, understand};
use walk::{Bounds, Ranking};

/// The agent.
#[derive(Debug)]
pub struct Files;

#[async_trait]
impl Agent for Files {
    fn name(&self) -> &'static str {
        "files"
    }

    async fn bid(&self, question: &Question) -> Bid {
        if understand(&question.text).is_some() { Bid::Certain } else { Bid::None }
    }

    async fn run(&self, context: &Context) -> Result<Answer, Failure> {
        let asked = understand(&context.question.text).unwrap_or(Asked::Here);
        let directory = context.question.directory.clone();
        let cancelled = context.cancelled.clone();
        let look = tokio::task::spawn_blocking(move || {
            let bounds = Bounds { stop: &|| cancelled.is_cancelled(), ..Bounds::default() };
            let seen = match asked {
                Asked::Here => walk::list(&directory, &bounds),
                Asked::Largest(count) => walk::rank(&directory, Ranking::Largest, count, &bounds),
                Asked::Newest(count) => walk::rank(&directory, Ranking::Newest, count, &bounds),
                Asked::HowMany | Asked::HowBig => walk::rank(&directory, Ranking::Largest, 0, &bounds),
            };
            report::report(asked, &directory, seen)
        });
        let report = look.await.map_err(|error| Failure::new(FailureKind::Internal, error.to_string()))?;
        context.user.text(&report.text).await;
        if let Some((columns, rows)) = report.table {
            context.user.table(columns, rows).await;
        }
        for note in report.notes {
            context.user.text(&note).await;
        }
        Ok(Answer::default())
    }
}

#[cfg(test)]
mod tests;
