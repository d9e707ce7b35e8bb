//! One step: its lines filled in, run where they belong, tried again as the plan says.

use async_trait::async_trait;
use futures_util::future::join_all;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::document::{Command, Retry};
use super::miss::{Miss, told};
use super::outcome::{Fate, Known, Outcome, Output};
use crate::batch::{self, Batch, Report, Wish, wished};

/// The bytes of each output that are kept for later steps and reports.
const KEPT: usize = 64 * 1024;

/// What runs commands.
#[async_trait]
pub trait Runner: Send + Sync {
    /// Runs a batch on a host, or on this machine. Dropped, it ends what runs.
    async fn run(&self, host: Option<&str>, batch: &Batch, wish: watch::Receiver<Wish>) -> Report;
}

/// That a step is tried again: which attempt that will be, and what came of the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// The step, by node.
    pub node: usize,
    /// The attempt that follows.
    pub attempt: u32,
    /// Why the one before was not good enough.
    pub why: String,
}

/// What the commands left on each host on which they have succeeded: they are not run there again.
type Done = Vec<Option<Vec<Output>>>;

/// A step that is about to run.
pub(super) struct Attempts<'a> {
    pub(super) known: &'a Known,
    pub(super) node: usize,
    /// Whether it may be run again where it is not known how far it came.
    pub(super) is_repeatable: bool,
    pub(super) runner: &'a dyn Runner,
    pub(super) wish: watch::Receiver<Wish>,
    pub(super) again: mpsc::UnboundedSender<Again>,
}

impl Attempts<'_> {
    /// Runs the step to its end.
    pub(super) async fn run(mut self) -> Outcome {
        let began = Instant::now();
        let step = self.known.graph.step(self.node);
        let ends = step.timeout.map(|timeout| began + timeout);
        let retry =
            step.retry.unwrap_or(Retry { attempts: step.until.is_none().then_some(1), ..Retry::default() });
        let mut done: Done = vec![None; self.places().len()];
        let mut attempts = 0;
        loop {
            attempts += 1;
            let (outputs, failure) = match self.attempt(&mut done, ends).await {
                Ok(ended) => ended,
                Err(why) => (Vec::new(), Some(Miss { why, is_unknown: false })),
            };
            let took = began.elapsed();
            let outcome = Outcome { fate: Fate::Succeeded, took, attempts, outputs };
            let Some(miss) = self.miss(&outcome, failure) else { return outcome };
            let failed = |why: String| Outcome { fate: Fate::Failed(why), ..outcome.clone() };
            if *self.wish.borrow() == Wish::End {
                return Outcome { fate: Fate::Interrupted, ..outcome };
            }
            if miss.is_unknown && !self.is_repeatable {
                return failed(miss.why);
            }
            let next = Instant::now() + retry.delay_before(attempts);
            let is_late = ends.is_some_and(|ends| next >= ends);
            if is_late || retry.attempts.is_some_and(|most| attempts >= most) {
                return failed(told(&miss.why, attempts, step.timeout.filter(|_| is_late)));
            }
            let _ = self.again.send(Again { node: self.node, attempt: attempts + 1, why: miss.why });
            tokio::select! {
                () = sleep_until(next) => {}
                () = wished(&mut self.wish, Wish::End) => return Outcome { fate: Fate::Interrupted, took: began.elapsed(), ..outcome },
            }
        }
    }

    /// Why an attempt was not good enough, if it was not.
    fn miss(&self, outcome: &Outcome, failure: Option<Miss>) -> Option<Miss> {
        let Some(until) = &self.known.graph.step(self.node).until else { return failure };
        let holds = until.holds(&|reference| self.known.value(self.node, "", Some(outcome), reference));
        if holds && !outcome.outputs.is_empty() {
            return None;
        }
        Some(failure.unwrap_or_else(|| Miss { why: format!("not yet: {}", until.text), is_unknown: false }))
    }

    /// Runs all commands once, at the same time on all hosts on which they have not succeeded.
    async fn attempt(
        &self,
        done: &mut Done,
        ends: Option<Instant>,
    ) -> Result<(Vec<Output>, Option<Miss>), String> {
        let places = self.places();
        let left: Vec<usize> = (0..places.len()).filter(|at| done[*at].is_none()).collect();
        let batches = left.iter().map(|at| self.batch(places[*at].unwrap_or_default(), ends));
        let batches: Vec<Batch> = batches.collect::<Result<_, _>>()?;
        let run = |(at, batch)| self.runner.run(places[at], batch, self.wish.clone());
        let reports = join_all(left.iter().copied().zip(&batches).map(run)).await;
        let is_polling = self.known.graph.step(self.node).until.is_some();
        let mut outputs = done.clone();
        let mut miss = None;
        for (at, report) in left.into_iter().zip(reports) {
            let host = places[at].unwrap_or_default();
            let is_success = report.is_success();
            // One host says nothing new.
            miss = Miss::worse(miss, Miss::of(if places.len() > 1 { host } else { "" }, &report));
            outputs[at] = Some(report.outcomes.into_iter().map(|outcome| output(host, outcome)).collect());
            if is_success && !is_polling {
                done[at] = outputs[at].clone();
            }
        }
        Ok((outputs.into_iter().flatten().flatten().collect(), miss))
    }

    /// Where the step runs.
    fn places(&self) -> Vec<Option<&str>> {
        let hosts = self.known.graph.nodes[self.node].hosts.iter().map(|host| Some(host.as_str()));
        let hosts: Vec<_> = hosts.collect();
        if hosts.is_empty() { vec![None] } else { hosts }
    }

    /// The commands as they are run on a host.
    fn batch(&self, host: &str, ends: Option<Instant>) -> Result<Batch, String> {
        let step = self.known.graph.step(self.node);
        let command = |Command { label, line, timeout }: &Command| {
            if let Some(cut) = line.references().find(|reference| self.known.is_cut(self.node, reference)) {
                return Err(format!("{cut} is longer than the {KEPT} bytes that are kept of it"));
            }
            let line = line.filled(&|reference| self.known.value(self.node, host, None, reference))?;
            Ok(batch::Command { label: label.clone(), line, deadline: *timeout })
        };
        Ok(Batch {
            commands: step.commands.iter().map(command).collect::<Result<_, _>>()?,
            fail_fast: true,
            // What only looks does not matter when it is in doubt.
            in_step: !self.is_repeatable,
            deadline: ends.map(|ends| ends.saturating_duration_since(Instant::now())),
            keep: KEPT,
        })
    }
}

fn output(host: &str, outcome: batch::Outcome) -> Output {
    let status = match outcome.fate {
        batch::Fate::Ended { status, .. } => Some(status),
        _ => None,
    };
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Output {
        host: host.to_owned(),
        label: outcome.label,
        stdout: text(outcome.stdout),
        stderr: text(outcome.stderr),
        status,
        is_cut: outcome.left_out > 0,
    }
}
