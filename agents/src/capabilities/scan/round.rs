//! The kinds of a plan on their way through the pool and into the journal.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::Plan;
use crate::capabilities::definition::Definition;
use crate::capabilities::inference::{Bill, Described, Describer, Inference, Task};
use crate::capabilities::journal::{Failed, Journal, Record};
use crate::capabilities::{Kind, Learned, prompt};
use crate::pool::{Finished, Item, Limits, Pool, Progress, Server, Step};

/// Small definitions that share a request, the size of those, and the size of what shares one: with the answers this
/// is well within what the smallest models read.
const TOGETHER: usize = 4;
const SMALL: usize = 1536;
const REQUEST: usize = 6 << 10;

/// What happened next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// A kind ended.
    Ended(Box<Ended>),
    /// None did for a while.
    Waiting,
}

/// A kind that ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    /// It was described, which is kept.
    Learned(Learned),
    /// It was not, which is kept, too.
    Failed(Failed),
}

impl Ended {
    /// The kind.
    pub fn kind(&self) -> &Kind {
        match self {
            Self::Learned(learned) => &learned.kind,
            Self::Failed(failed) => &failed.kind,
        }
    }
}

/// Kinds that are being asked.
pub struct Round {
    pool: Pool<Task, Described>,
    asked: Vec<Arc<Definition>>,
    /// The models, in the order of the pool's servers.
    models: Vec<String>,
    bill: Arc<Mutex<Bill>>,
    journal: Journal,
    /// What ended, and is not told yet.
    ended: VecDeque<Ended>,
}

impl Round {
    /// Begins to ask: what is gone is forgotten, and nothing is sent before the first step.
    pub fn new(
        plan: &Plan,
        mut journal: Journal,
        accounts: &[Arc<dyn Inference>],
        at_once: usize,
    ) -> io::Result<Self> {
        let gone = plan.gone.iter().cloned().map(Record::Gone);
        let began = (!plan.ask.is_empty()).then_some(Record::Began { kinds: plan.ask.len() });
        journal.append(gone.chain(began))?;
        let asked: Vec<_> = plan.ask.iter().cloned().map(Arc::new).collect();
        let item = |definition: &Arc<Definition>| Item {
            value: Task::new(definition.clone()),
            size: definition.text.len(),
        };
        let bill = Arc::<Mutex<Bill>>::default();
        let server = |inference: &Arc<dyn Inference>| {
            Arc::new(Describer::new(inference.clone(), bill.clone())) as Arc<dyn Server<Task, Described>>
        };
        let limits = Limits { at_once, together: TOGETHER, small: SMALL, request: REQUEST };
        Ok(Self {
            pool: Pool::new(accounts.iter().map(server).collect(), asked.iter().map(item).collect(), limits),
            asked,
            models: accounts.iter().map(|account| account.model()).collect(),
            bill,
            journal,
            ended: VecDeque::new(),
        })
    }

    /// Waits for what happens next; nothing when all is done, or nobody is left to do it. What is returned is in the
    /// journal; where that cannot be written, the scan is at its end.
    pub async fn step(&mut self) -> io::Result<Option<Next>> {
        if self.ended.is_empty() {
            match self.pool.step().await {
                None => return Ok(None),
                Some(Step::Waiting) => return Ok(Some(Next::Waiting)),
                Some(Step::Finished(first)) => self.keep(first)?,
            }
        }
        Ok(self.ended.pop_front().map(|ended| Next::Ended(Box::new(ended))))
    }

    /// Writes down what ended, with all else that has: a disk takes its time for each writing, however much it is.
    fn keep(&mut self, first: Finished<Described>) -> io::Result<()> {
        let others = std::iter::from_fn(|| self.pool.ended());
        let finished: Vec<_> = std::iter::once(first).chain(others).collect();
        let ended: Vec<Ended> = finished.into_iter().map(|finished| self.ended(finished)).collect();
        self.journal.append(ended.iter().cloned().map(|ended| match ended {
            Ended::Learned(learned) => Record::Learned(learned),
            Ended::Failed(failed) => Record::Failed(failed),
        }))?;
        self.ended.extend(ended);
        Ok(())
    }

    /// The journal, with all that has ended.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.pool.progress()
    }

    /// What it came to so far.
    pub fn bill(&self) -> Bill {
        *self.bill.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The kinds that nobody was left to ask.
    pub fn left(&self) -> Vec<Kind> {
        self.pool.left().into_iter().map(|index| self.asked[index].kind.clone()).collect()
    }

    /// Ends it; the journal.
    pub fn finish(mut self) -> io::Result<Journal> {
        self.journal.tidy()?;
        Ok(self.journal)
    }

    fn ended(&self, finished: Finished<Described>) -> Ended {
        let definition = &self.asked[finished.index];
        let (kind, now) = (definition.kind.clone(), Timestamp::now());
        match finished.result {
            Ok(Described { description, model }) => {
                let key = definition.key(prompt::VERSION, &model);
                Ended::Learned(Learned { kind, key, model, learned_at: now, description })
            }
            Err(why) => {
                let key = definition.key(prompt::VERSION, &self.models[finished.server]);
                Ended::Failed(Failed { kind, key, why, at: now })
            }
        }
    }
}
