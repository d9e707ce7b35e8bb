//! The agent for the clusters of the kubeconfig: how they are, which have problems, which there are.
//!
//! A bid reads the kubeconfig and never asks a cluster. What is known from a moment ago is answered at once, with
//! its age, and then held against what the clusters say now.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use awesh_protocol::{FailureKind, Timing};
use jiff::Timestamp;

use super::Session;
use super::answer;
use super::contexts::{Contexts, Entry};
use super::phrases::{Asked, Claim, understand};
use super::report::Report;
use super::rows::is_changed;
use super::survey::{Next, Survey};
use crate::agent::{Agent, Bid, Failure, Question};
use crate::context::{Answer, Context};
use crate::fan_out::Limits;

/// Bytes beyond which a question says more than a phrase could.
const LONGEST: usize = 400;

/// The agent.
#[derive(Debug)]
pub struct Kubernetes;

#[async_trait]
impl Agent for Kubernetes {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    async fn bid(&self, question: &Question) -> Bid {
        if let Some((_, Claim::NamesKubernetes)) = understand(&question.text, &[]) {
            return Bid::Certain;
        }
        if question.text.len() > LONGEST {
            return Bid::None;
        }
        let contexts = Session::of(question).contexts().await;
        match understand(&question.text, &contexts.names()) {
            Some(_) if !contexts.entries.is_empty() => Bid::Certain,
            _ => Bid::None,
        }
    }

    async fn run(&self, context: &Context) -> Result<Answer, Failure> {
        let session = Session::of(&context.question);
        let contexts = session.contexts().await;
        let asked = understand(&context.question.text, &contexts.names());
        let asked = asked.map_or(Asked::Health, |(asked, _)| asked);
        for problem in &contexts.problems {
            context.user.text(&answer::problem(problem)).await;
        }
        if contexts.entries.is_empty() {
            let nothing = Failure::new(FailureKind::Settings, contexts.nothing());
            return Err(nothing.hint("Name a kubeconfig with `export KUBECONFIG=FILE`."));
        }
        match asked {
            Asked::List => answer::list(&contexts, context).await,
            Asked::Current => context.user.text(&answer::current(&contexts)).await,
            Asked::Health => return survey(contexts.entries, &session, context, answer::table).await,
            Asked::Problems => return survey(contexts.entries, &session, context, answer::problems).await,
            Asked::Named(names) => {
                let entries = named(&contexts, &names)?;
                return survey(entries, &session, context, answer::details).await;
            }
        }
        Ok(Answer::default())
    }
}

/// The contexts of these names, or the current one.
fn named(contexts: &Contexts, names: &[String]) -> Result<Vec<Entry>, Failure> {
    let current: Vec<String> = contexts.current.iter().cloned().collect();
    let names = if names.is_empty() { &current } else { names };
    let is_named = |entry: &&Entry| names.contains(&entry.name);
    let entries: Vec<Entry> = contexts.entries.iter().filter(is_named).cloned().collect();
    if entries.is_empty() {
        let none = Failure::new(FailureKind::Settings, "No context of the kubeconfig is the current one.");
        return Err(none.hint("Name one: «status of CONTEXT», or ask for all: «check all clusters»."));
    }
    Ok(entries)
}

/// Shows reports: those that were read, and the time since which they are fresh.
type Show = for<'a> fn(&'a [Report], Timestamp, &'a Context) -> futures_util::future::BoxFuture<'a, ()>;

/// Asks clusters and shows what they say. If that takes a while and all are known from before, that is shown
/// meanwhile, and at the end what has changed since.
async fn survey(
    entries: Vec<Entry>,
    session: &Session,
    context: &Context,
    show: Show,
) -> Result<Answer, Failure> {
    let survey = Survey::new(entries, &Arc::new(session.clone()), Limits::default(), false);
    let known: Option<Vec<Report>> = survey.known().await.into_iter().collect();
    let mut known = known;
    let mut shown: Option<Vec<Report>> = None;
    let mut round = survey.round();
    while let Some(next) = round.step().await {
        if let Next::Waiting(progress) = next {
            if let Some(known) = known.take() {
                show(&known, round.since(), context).await;
                context.user.text("\nAsking them again…\n").await;
                shown = Some(known);
            }
            context.user.progress(&progress.line("clusters")).await;
        }
    }
    let (elapsed, since) = (round.elapsed(), round.since());
    let reports = round.finish();
    match shown {
        None => show(&reports, since, context).await,
        Some(shown) => answer::changes(&shown, &reports, since, context).await,
    }
    Ok(Answer { timings: timings(&reports, elapsed, since), ..Answer::default() })
}

/// What the parts took at once, and what they would have taken one after the other.
fn timings(reports: &[Report], elapsed: Duration, since: Timestamp) -> Vec<Timing> {
    let read = || reports.iter().filter(|report| report.read_at >= since);
    let parts = |report: &Report| {
        let parts = report.took.iter().map(|took| format!("{} {:.0}", took.name, took.ms));
        parts.collect::<Vec<_>>().join(", ")
    };
    let sum = |report: &Report| report.took.iter().map(|took| took.ms).sum::<f64>();
    let mut timings: Vec<Timing> = read()
        .map(|report| Timing {
            name: format!("cluster {} ({})", report.context, parts(report)),
            ms: sum(report),
        })
        .collect();
    let in_sequence = read().map(sum).sum();
    timings.push(Timing { name: "clusters at once".to_owned(), ms: elapsed.as_secs_f64() * 1e3 });
    timings.push(Timing { name: "clusters one after the other".to_owned(), ms: in_sequence });
    timings
}

/// The reports that differ from how they were.
pub(super) fn changed(before: &[Report], now: &[Report]) -> Vec<Report> {
    let pairs = before.iter().zip(now);
    pairs.filter(|(old, new)| is_changed(old, new)).map(|(_, new)| new.clone()).collect()
}

#[cfg(test)]
mod tests;
