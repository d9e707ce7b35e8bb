//! The agent for hosts: a few facts that one asks of many at once.
//!
//! A bid reads ssh's configuration and the inventory, never a host. What runs is the agent's own and only looks.

use std::path::PathBuf;

use async_trait::async_trait;
use awesh_protocol::FailureKind;

use super::phrases::understand;
use super::{Connections, Known};
use crate::agent::{Agent, Bid, Failure, Question};
use crate::batch::{self, Batch, Place, Report};
use crate::context::{Answer, Context};
use crate::fan_out::{FanOut, Limits, Step};
use crate::words::{code, printable};

/// The agent.
#[derive(Debug, Default)]
pub struct Ssh {
    /// The configuration of ssh, where not the user's.
    pub config: Option<PathBuf>,
}

#[async_trait]
impl Agent for Ssh {
    fn name(&self) -> &'static str {
        "hosts"
    }

    async fn bid(&self, question: &Question) -> Bid {
        let Ok(known) = Known::of(question, self.config.clone()).await else { return Bid::None };
        let (hosts, groups): (Vec<_>, Vec<_>) = (known.hosts().collect(), known.groups().collect());
        let is_ours = understand(&question.text, &hosts, &groups).is_some();
        if is_ours { Bid::Certain } else { Bid::None }
    }

    async fn run(&self, context: &Context) -> Result<Answer, Failure> {
        let failed = |why: String| Failure::new(FailureKind::Settings, why);
        let known = Known::of(&context.question, self.config.clone()).await.map_err(failed)?;
        let (hosts, groups): (Vec<_>, Vec<_>) = (known.hosts().collect(), known.groups().collect());
        let (topic, words) = understand(&context.question.text, &hosts, &groups)
            .ok_or_else(|| failed("That is not about a host that is known.".to_owned()))?;
        let chosen = known.select(words.iter().map(String::as_str)).map_err(failed)?;
        let limits = Limits::default();
        let batch = Batch { deadline: Some(limits.deadline), ..Batch::new([("answer", topic.line)]) };
        let connections = Connections::new(self.config.clone());
        let names: Vec<String> = chosen.iter().map(|host| host.target.name.clone()).collect();
        let tasks = chosen.into_iter().map(|host| {
            let (name, batch) = (host.target.name.clone(), batch.clone());
            let place = Place::Host(connections.host(host.target));
            (name, async move { Ok::<_, ()>(batch::run(&place, &batch, |_| ()).await) })
        });
        // The deadline is the batch's, which tells more than one from outside.
        let mut all = FanOut::start(tasks, Limits { deadline: limits.deadline * 3, ..limits });
        let mut reports: Vec<Option<Report>> = vec![None; names.len()];
        while let Some(step) = all.step().await {
            match step {
                Step::Finished(finished) => reports[finished.index] = finished.result.ok(),
                Step::Waiting(progress) => context.user.progress(&progress.line("hosts")).await,
            }
        }
        show(topic.name, &names, &reports, context).await;
        Ok(Answer::default())
    }
}

/// A table of what hosts say, and below it why others do not.
async fn show(column: &str, names: &[String], reports: &[Option<Report>], context: &Context) {
    let (mut rows, mut silent) = (Vec::new(), String::new());
    for (name, report) in names.iter().zip(reports) {
        match report {
            Some(report) if report.is_success() => {
                let said = String::from_utf8_lossy(&report.outcomes[0].stdout);
                rows.push(vec![printable(name), printable(said.trim())]);
            }
            report => silent.push_str(&format!("- {}: {}\n", code(name), code(&why(report.as_ref())))),
        }
    }
    if !rows.is_empty() {
        context.user.table(&["host", column], rows).await;
    }
    if !silent.is_empty() {
        context.user.text(&format!("\n{silent}")).await;
    }
}

fn why(report: Option<&Report>) -> String {
    let Some(report) = report else { return "no answer".to_owned() };
    if let Some(failure) = &report.failure {
        return failure.to_string();
    }
    let outcome = &report.outcomes[0];
    let said = String::from_utf8_lossy(&outcome.stderr);
    format!("{} {}", outcome.fate.told(), said.lines().next().unwrap_or_default()).trim().to_owned()
}
