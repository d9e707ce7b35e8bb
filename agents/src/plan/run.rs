//! Runs a graph: every step as soon as what it needs is there, and the journal before all that follows from it.
//!
//! A step that fails ends its own environment: what runs there goes on to its end, nothing else begins but, then, what
//! cleans up. Other environments go on. Steps in the background end nothing, and only what needs them waits.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::attempt::{Again, Attempts, Runner};
use super::document::OnFailure;
use super::graph::Graph;
use super::journal::Ledger;
use super::outcome::{Fate, Known, Outcome};
use crate::batch::Wish;

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A step began.
    Started(usize),
    /// A step is tried again.
    Again(Again),
    /// A step ended, or it is settled that it does not run.
    Ended(usize, Arc<Outcome>),
}

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Run {
    /// What came of each node.
    pub outcomes: Vec<Arc<Outcome>>,
    /// When each that ran in this run began and ended, from its beginning.
    pub spans: Vec<Option<(Duration, Duration)>>,
    /// How long it took.
    pub took: Duration,
    /// Why the journal could not be kept, where it could not.
    pub unkept: Option<String>,
}

/// A run that is about to begin.
pub struct Conductor {
    /// What is run.
    pub graph: Arc<Graph>,
    /// By what.
    pub runner: Arc<dyn Runner>,
    /// The nodes that may be run again where it is not known how far they came.
    pub repeatable: Vec<bool>,
    /// What came of nodes in a run before.
    pub before: Vec<Option<Arc<Outcome>>>,
    /// What is wished meanwhile.
    pub wish: watch::Receiver<Wish>,
}

impl Conductor {
    /// Runs to the end, or as far as it is wished. Dropped, it ends what runs.
    pub async fn run(self, ledger: &mut dyn Ledger, mut events: impl FnMut(Event)) -> Run {
        let (again, mut agains) = mpsc::unbounded_channel();
        let mut wish = self.wish.clone();
        let mut state = State::new(self, again);
        loop {
            state.begin_what_is_ready(ledger, &mut events);
            tokio::select! {
                biased;
                Some(again) = agains.recv() => events(Event::Again(again)),
                ended = state.tasks.join_next() => match ended {
                    Some(Ok((node, outcome))) => state.end(node, outcome, ledger, &mut events),
                    // A panic is a defect, and the step's end is not known; its node stays under way.
                    Some(Err(error)) => state.halt(io::Error::other(error)),
                    None => break,
                },
                Ok(()) = wish.changed() => {}
            }
        }
        state.finish(&mut events)
    }
}

struct State {
    conductor: Conductor,
    known: Known,
    tasks: JoinSet<(usize, Outcome)>,
    began: Instant,
    spans: Vec<Option<(Duration, Duration)>>,
    running: Vec<bool>,
    /// For each environment the step that ended it.
    stopped_by: Vec<Option<usize>>,
    /// For each environment what cleans up, in its order.
    clean_ups: Vec<Vec<usize>>,
    again: mpsc::UnboundedSender<Again>,
    unkept: Option<String>,
}

impl State {
    fn new(conductor: Conductor, again: mpsc::UnboundedSender<Again>) -> Self {
        let (nodes, environments) = (conductor.graph.nodes.len(), conductor.graph.environments.len());
        Self {
            known: Known { graph: conductor.graph.clone(), outcomes: conductor.before.clone() },
            conductor,
            tasks: JoinSet::new(),
            began: Instant::now(),
            spans: vec![None; nodes],
            running: vec![false; nodes],
            stopped_by: vec![None; environments],
            clean_ups: vec![Vec::new(); environments],
            again,
            unkept: None,
        }
    }

    /// Begins all that can begin, and settles what never will.
    fn begin_what_is_ready(&mut self, ledger: &mut dyn Ledger, events: &mut impl FnMut(Event)) {
        // What is settled may settle what stands before it in the plan.
        loop {
            let mut is_settled = true;
            for node in 0..self.known.graph.nodes.len() {
                match self.next(node) {
                    Next::Wait => {}
                    Next::Begin => self.begin(node, ledger, events),
                    Next::Settle(fate) => {
                        is_settled = false;
                        self.settle(node, Outcome::without_run(fate), events);
                    }
                }
            }
            if is_settled {
                return;
            }
        }
    }

    /// What can be done about a node.
    fn next(&self, node: usize) -> Next {
        if self.known.outcomes[node].is_some() || self.running[node] {
            return Next::Wait;
        }
        if self.unkept.is_some() || *self.conductor.wish.borrow() != Wish::GoOn {
            return Next::Wait;
        }
        let own = &self.known.graph.nodes[node];
        if own.is_clean_up {
            let queue = &self.clean_ups[own.environment];
            let is_next = queue.iter().find(|other| self.known.outcomes[**other].is_none()) == Some(&node);
            return if is_next && self.is_quiet(own.environment) { Next::Begin } else { Next::Wait };
        }
        if self.stopped_by[own.environment].is_some() {
            return Next::Wait;
        }
        for need in &own.needs {
            match &self.known.outcomes[*need] {
                None => return Next::Wait,
                Some(outcome) if self.lets_go_on(*need, outcome) => {}
                Some(outcome) => return Next::Settle(self.without(*need, outcome)),
            }
        }
        let step = self.known.graph.step(node);
        let value = |reference: &_| self.known.value(node, "", None, reference);
        match step.when.as_ref().filter(|when| !when.holds(&value)) {
            Some(when) => Next::Settle(Fate::Skipped(format!("not {}", when.text))),
            None if self.has_room(node) => Next::Begin,
            None => Next::Wait,
        }
    }

    /// Whether nothing runs in an environment but what is in the background: only then can it be cleaned up.
    fn is_quiet(&self, environment: usize) -> bool {
        let is_in_the_way = |node: usize| {
            self.known.graph.nodes[node].environment == environment && !self.known.graph.step(node).background
        };
        !(0..self.running.len()).any(|node| self.running[node] && is_in_the_way(node))
    }

    /// Whether what needs a step runs after this outcome.
    fn lets_go_on(&self, node: usize, outcome: &Outcome) -> bool {
        let goes_on = self.known.graph.step(node).on_failure == OnFailure::Continue;
        outcome.fate.is_fine() || (goes_on && matches!(outcome.fate, Fate::Failed(_)))
    }

    /// Why a step does not run after what came of another.
    fn without(&self, need: usize, outcome: &Outcome) -> Fate {
        Fate::NotRun(match &outcome.fate {
            Fate::NotRun(why) => why.clone(),
            fate => format!("{} {}", self.known.graph.nodes[need].name, fate.word()),
        })
    }

    /// Whether the limit of a node's class lets it begin.
    fn has_room(&self, node: usize) -> bool {
        let Some((class, limit)) = self.known.graph.limit(node) else { return true };
        let is_of_class = |other: &usize| self.known.graph.step(*other).class.as_deref() == Some(class);
        let running = (0..self.running.len()).filter(|other| self.running[*other]).filter(is_of_class);
        running.count() < limit
    }

    fn begin(&mut self, node: usize, ledger: &mut dyn Ledger, events: &mut impl FnMut(Event)) {
        if let Err(error) = ledger.started(&self.known.graph.nodes[node].name) {
            return self.halt(error);
        }
        self.running[node] = true;
        self.spans[node] = Some((self.began.elapsed(), Duration::ZERO));
        events(Event::Started(node));
        let (known, runner) = (self.known.clone(), self.conductor.runner.clone());
        let (wish, again) = (self.conductor.wish.clone(), self.again.clone());
        let is_repeatable = self.conductor.repeatable[node];
        self.tasks.spawn(async move {
            let runner = runner.as_ref();
            (node, Attempts { known: &known, node, is_repeatable, runner, wish, again }.run().await)
        });
    }

    fn end(
        &mut self,
        node: usize,
        outcome: Outcome,
        ledger: &mut dyn Ledger,
        events: &mut impl FnMut(Event),
    ) {
        self.running[node] = false;
        if let Some((_, end)) = &mut self.spans[node] {
            *end = self.began.elapsed();
        }
        let mut kept = outcome.clone();
        if !self.known.graph.is_used(node) {
            kept.outputs.clear();
        }
        if let Err(error) = ledger.ended(&self.known.graph.nodes[node].name, &kept) {
            self.halt(error);
        }
        let step = self.known.graph.step(node);
        let ends_all = matches!(outcome.fate, Fate::Failed(_)) && step.on_failure != OnFailure::Continue;
        let own = &self.known.graph.nodes[node];
        if ends_all && !own.is_clean_up {
            self.clean_ups[own.environment].extend(&own.clean_ups);
            if !step.background {
                self.stopped_by[own.environment].get_or_insert(node);
            }
        }
        self.settle(node, outcome, events);
    }

    fn settle(&mut self, node: usize, outcome: Outcome, events: &mut impl FnMut(Event)) {
        let outcome = Arc::new(outcome);
        events(Event::Ended(node, outcome.clone()));
        self.known.outcomes[node] = Some(outcome);
    }

    /// Lets nothing more begin: what happens could not be kept.
    fn halt(&mut self, error: io::Error) {
        self.unkept.get_or_insert(error.to_string());
    }

    /// Settles what did not begin.
    fn finish(mut self, events: &mut impl FnMut(Event)) -> Run {
        for node in 0..self.known.graph.nodes.len() {
            if self.known.outcomes[node].is_none() {
                let fate = self.left_over(node);
                self.settle(node, Outcome::without_run(fate), events);
            }
        }
        Run {
            outcomes: self.known.outcomes.into_iter().flatten().collect(),
            spans: self.spans,
            took: self.began.elapsed(),
            unkept: self.unkept,
        }
    }

    /// Why a node did not begin.
    fn left_over(&self, node: usize) -> Fate {
        let own = &self.known.graph.nodes[node];
        let stopped_by = self.stopped_by[own.environment];
        if self.running[node] {
            return Fate::Interrupted;
        }
        if own.is_clean_up && !self.clean_ups[own.environment].contains(&node) {
            return Fate::Skipped("nothing failed that it is for".to_owned());
        }
        Fate::NotRun(match (stopped_by, &self.unkept) {
            (_, Some(error)) => format!("the journal cannot be kept: {error}"),
            (Some(by), None) => format!("{} failed", self.known.graph.nodes[by].name),
            (None, None) => "interrupted before".to_owned(),
        })
    }
}

/// What can be done about a node.
enum Next {
    Wait,
    Begin,
    Settle(Fate),
}

#[cfg(test)]
mod tests;
