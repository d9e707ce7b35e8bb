//! The one that drives the lanes: starts requests, takes their replies, waits for what is next.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::lane::Lane;
use super::progress::Progress;
use super::share::{Candidate, choose};
use super::waiting::{Entry, Waiting};
use super::{Item, Kind, Limits, Refusal, Reply, Server, Verdict, backoff};

/// Attempts of an item at which a server failed that does others well.
const ATTEMPTS: u32 = 5;

/// Between two reports of progress.
const TICK: Duration = Duration::from_millis(200);

/// What happened next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step<R> {
    /// An item ended.
    Finished(Finished<R>),
    /// None did for a while.
    Waiting,
}

/// An item that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished<R> {
    /// Its place among the items.
    pub index: usize,
    /// The place of the server that did it.
    pub server: usize,
    /// How long its last request took.
    pub took: Duration,
    /// What came of it, or why nothing did.
    pub result: Result<R, String>,
}

/// A request under way.
struct Running<T> {
    lane: usize,
    began: Instant,
    entries: Vec<Entry<T>>,
}

/// Items and the servers that do them. Dropping it ends all requests.
pub struct Pool<T, R> {
    lanes: Vec<Lane<T, R>>,
    waiting: Waiting<T>,
    running: HashMap<Id, Running<T>>,
    tasks: JoinSet<Reply<T, R>>,
    finished: VecDeque<Finished<R>>,
    random: fastrand::Rng,
    began: Instant,
    total: usize,
    failed: usize,
    done: usize,
    in_sequence: Duration,
    tick: Instant,
}

impl<T: Clone + Send + Sync + 'static, R: Send + 'static> Pool<T, R> {
    /// Items for servers. Nothing is sent before the first step.
    pub fn new(servers: Vec<Arc<dyn Server<T, R>>>, items: Vec<Item<T>>, limits: Limits) -> Self {
        let now = Instant::now();
        let total = items.len();
        Self {
            lanes: servers.into_iter().map(|server| Lane::new(server, limits.at_once)).collect(),
            waiting: Waiting::new(items, limits, now),
            running: HashMap::new(),
            tasks: JoinSet::new(),
            finished: VecDeque::new(),
            random: fastrand::Rng::new(),
            began: now,
            total,
            failed: 0,
            done: 0,
            in_sequence: Duration::ZERO,
            tick: now + TICK,
        }
    }

    /// Waits for what happens next; nothing when all is done or nobody is left to do it. It can be dropped and
    /// called again.
    pub async fn step(&mut self) -> Option<Step<R>> {
        loop {
            if let Some(finished) = self.finished.pop_front() {
                return Some(Step::Finished(finished));
            }
            let next = self.fill();
            if self.tasks.is_empty() && next.is_none() {
                return None;
            }
            let next = next.unwrap_or(self.tick).min(self.tick);
            tokio::select! {
                biased;
                Some(ended) = self.tasks.join_next_with_id() => self.take(ended),
                () = sleep_until(next) => {
                    let now = Instant::now();
                    if now >= self.tick {
                        self.tick = now + TICK;
                        return Some(Step::Waiting);
                    }
                }
            }
        }
    }

    /// An item that has ended meanwhile, without waiting for one.
    pub fn ended(&mut self) -> Option<Finished<R>> {
        while self.finished.is_empty() {
            let ended = self.tasks.try_join_next_with_id()?;
            self.take(ended);
        }
        self.finished.pop_front()
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let now = Instant::now();
        Progress {
            total: self.total,
            done: self.done,
            failed: self.failed,
            running: self.running.values().map(|running| running.entries.len()).sum(),
            elapsed: now - self.began,
            in_sequence: self.in_sequence,
            servers: self.lanes.iter().map(|lane| lane.standing(now)).collect(),
        }
    }

    /// The places of the items that nobody was left to do.
    pub fn left(&self) -> Vec<usize> {
        let mut left: Vec<usize> = self.waiting.indices().collect();
        left.sort_unstable();
        left
    }

    /// Starts what may be started; when there may be more, if that is a matter of time.
    fn fill(&mut self) -> Option<Instant> {
        let now = Instant::now();
        loop {
            let ready = self.waiting.next()?;
            let lanes = self.lanes.iter().filter_map(|lane| lane.next(now)).min();
            let next = ready.max(lanes?);
            if next > now {
                return Some(next);
            }
            let candidates: Vec<_> = self.lanes.iter().map(|lane| candidate(lane, now)).collect();
            let Some(lane) = choose(&candidates, self.waiting.len()) else {
                // It is left to one that is busy, or that rests for a moment.
                return self.lanes.iter().filter_map(|lane| lane.next(now)).filter(|next| *next > now).min();
            };
            let hands = self.lanes.iter().filter(|lane| lane.over.is_none()).map(|lane| lane.pace.window());
            let entries = self.waiting.take(now, hands.sum(), self.lanes[lane].pace.is_limited());
            if entries.is_empty() {
                return None;
            }
            self.start(lane, entries, now);
        }
    }

    fn start(&mut self, lane: usize, entries: Vec<Entry<T>>, now: Instant) {
        let server = self.lanes[lane].server.clone();
        let items: Vec<T> = entries.iter().map(|entry| entry.item.value.clone()).collect();
        self.lanes[lane].started(now);
        let handle = self.tasks.spawn(async move { server.serve(&items).await });
        self.running.insert(handle.id(), Running { lane, began: now, entries });
    }

    fn take(&mut self, ended: Result<(Id, Reply<T, R>), JoinError>) {
        let (id, reply) = match ended {
            Ok((id, reply)) => (id, reply),
            Err(error) => {
                let why = "awesh failed at it; this is a defect of awesh".to_owned();
                (error.id(), Reply::Refused(Refusal { kind: Kind::Broken, why, retry_after: None }))
            }
        };
        let Some(running) = self.running.remove(&id) else { return };
        match reply {
            Reply::Each(verdicts) if verdicts.len() == running.entries.len() => {
                self.answered(running, verdicts)
            }
            Reply::Each(_) => {
                let why = "the answer is not about what was asked".to_owned();
                self.refused(running, &Refusal { kind: Kind::TooMuch, why, retry_after: None });
            }
            Reply::Refused(refusal) => self.refused(running, &refusal),
        }
    }

    fn answered(&mut self, running: Running<T>, verdicts: Vec<Verdict<T, R>>) {
        let Running { lane, began, entries } = running;
        let now = Instant::now();
        self.lanes[lane].answered(began, now);
        self.in_sequence += now - began;
        for (entry, verdict) in entries.into_iter().zip(verdicts) {
            match verdict {
                Verdict::Done(result) => self.finish(entry.index, lane, now - began, Ok(result)),
                Verdict::Failed(why) => self.finish(entry.index, lane, now - began, Err(why)),
                Verdict::Again(value) => {
                    let item = Item { value, ..entry.item };
                    self.waiting.put_first(Entry { item, alone: true, ..entry });
                }
            }
        }
    }

    fn refused(&mut self, running: Running<T>, refusal: &Refusal) {
        let Running { lane, began, entries } = running;
        let now = Instant::now();
        let jitter = self.random.f64();
        self.lanes[lane].refused(began, now, refusal, jitter);
        // Where the server fails altogether, it is not for the item.
        let is_own = match refusal.kind {
            Kind::Broken => self.lanes[lane].breaker.is_closed(),
            Kind::TooMuch => entries.len() == 1,
            Kind::Limited | Kind::Overloaded | Kind::Over => false,
        };
        for entry in entries.into_iter().rev() {
            let attempts = entry.attempts + u32::from(is_own);
            let entry = Entry { attempts, alone: entry.alone || refusal.kind == Kind::TooMuch, ..entry };
            match refusal.kind {
                Kind::TooMuch if is_own => {
                    self.finish(entry.index, lane, now - began, Err(refusal.why.clone()))
                }
                Kind::Broken if attempts >= ATTEMPTS => {
                    self.finish(entry.index, lane, now - began, Err(refusal.why.clone()));
                }
                Kind::Broken => {
                    let ready = now + backoff::wait(attempts.max(1), self.random.f64());
                    self.waiting.put_last(Entry { ready, ..entry });
                }
                Kind::TooMuch | Kind::Limited | Kind::Overloaded | Kind::Over => {
                    self.waiting.put_first(entry)
                }
            }
        }
    }

    fn finish(&mut self, index: usize, server: usize, took: Duration, result: Result<R, String>) {
        self.done += 1;
        self.failed += usize::from(result.is_err());
        self.finished.push_back(Finished { index, server, took, result });
    }
}

/// A lane as one that may be chosen; none where it is out of use for now.
fn candidate<T, R>(lane: &Lane<T, R>, now: Instant) -> Option<Candidate> {
    let is_in_use = lane.over.is_none() && lane.breaker.is_closed() && lane.pace.pause(now).is_none();
    let is_free = lane.next(now).is_some_and(|next| next <= now);
    let (latency, window) = (lane.pace.latency(), lane.pace.window());
    (is_in_use || is_free).then_some(Candidate { is_free, latency, window })
}
