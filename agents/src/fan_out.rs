//! Many tasks at once: a limit, a deadline for each, results as they come.
//!
//! A task is a name and a future; what it does is its own affair. At most so many run at the same time, the
//! others wait in their order. The deadline of a task begins with the task and covers all that happens in it. One
//! that fails, runs out of time or panics is a value like any other and touches no other task. Dropping the
//! [`FanOut`] drops all its tasks, and with them what they hold: connections, processes.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

/// A silence shorter than this needs no progress.
const PATIENCE: Duration = Duration::from_millis(300);

/// Between two reports of progress.
const TICK: Duration = Duration::from_millis(200);

/// How much at once, and how long each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Tasks that run at the same time; at least one does.
    pub at_once: usize,
    /// How long a task may take.
    pub deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { at_once: 64, deadline: Duration::from_secs(10) }
    }
}

/// Why a task has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure<E> {
    /// Its own reason.
    Failed(E),
    /// It did not end within this time.
    TimedOut(Duration),
    /// It panicked: a defect.
    Panicked,
}

/// A task that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished<V, E> {
    /// Its place among the tasks.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// How long it ran.
    pub took: Duration,
    /// What came of it.
    pub result: Result<V, Failure<E>>,
}

/// How far the tasks are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// All tasks.
    pub total: usize,
    /// Those that ended, failed ones included.
    pub done: usize,
    /// Those that ended without a result.
    pub failed: usize,
    /// Those under way.
    pub running: usize,
    /// The one that runs longest, and how long.
    pub slowest: Option<(String, Duration)>,
}

impl Progress {
    /// In one line: "7 of 11 clusters, 1 failed, slowest prod-eu (2.1 s)".
    pub fn line(&self, noun: &str) -> String {
        let mut line = format!("{} of {} {noun}", self.done, self.total);
        if self.failed > 0 {
            line.push_str(&format!(", {} failed", self.failed));
        }
        if let Some((name, time)) = &self.slowest {
            line.push_str(&format!(", slowest {name} ({:.1} s)", time.as_secs_f64()));
        }
        line
    }
}

/// What happened next.
#[derive(Debug)]
pub enum Step<V, E> {
    /// A task ended.
    Finished(Finished<V, E>),
    /// None did for a while.
    Waiting(Progress),
}

type Task<V, E> = Pin<Box<dyn Future<Output = Result<V, E>> + Send>>;

/// A task under way.
struct Running {
    index: usize,
    name: String,
    began: Instant,
}

/// Tasks under way.
pub struct FanOut<V, E> {
    limits: Limits,
    total: usize,
    failed: usize,
    waiting: VecDeque<(usize, String, Task<V, E>)>,
    running: HashMap<Id, Running>,
    tasks: JoinSet<Result<V, Failure<E>>>,
    tick: Interval,
}

impl<V: Send + 'static, E: Send + 'static> FanOut<V, E> {
    /// Starts as many of the tasks as may run at once.
    pub fn start<F>(tasks: impl IntoIterator<Item = (String, F)>, limits: Limits) -> Self
    where
        F: Future<Output = Result<V, E>> + Send + 'static,
    {
        let boxed = |(index, (name, task)): (usize, (String, F))| (index, name, Box::pin(task) as Task<V, E>);
        let waiting: VecDeque<_> = tasks.into_iter().enumerate().map(boxed).collect();
        let mut tick = interval_at(Instant::now() + PATIENCE, TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut all = Self {
            limits,
            total: waiting.len(),
            failed: 0,
            waiting,
            running: HashMap::new(),
            tasks: JoinSet::new(),
            tick,
        };
        all.fill();
        all
    }

    /// Waits for what happens next; nothing when all tasks have ended. It can be dropped and called again.
    pub async fn step(&mut self) -> Option<Step<V, E>> {
        if self.tasks.is_empty() {
            return None;
        }
        tokio::select! {
            biased;
            ended = self.tasks.join_next_with_id() => Some(Step::Finished(self.take(ended?)?)),
            _ = self.tick.tick() => Some(Step::Waiting(self.progress())),
        }
    }

    /// How far the tasks are.
    pub fn progress(&self) -> Progress {
        let slowest = self.running.values().min_by_key(|task| (task.began, task.index));
        Progress {
            total: self.total,
            done: self.total - self.waiting.len() - self.running.len(),
            failed: self.failed,
            running: self.running.len(),
            slowest: slowest.map(|task| (task.name.clone(), task.began.elapsed())),
        }
    }

    /// Waits for all tasks; what came of them, in their order.
    pub async fn all(mut self) -> Vec<Finished<V, E>> {
        let mut all = Vec::with_capacity(self.total);
        while let Some(step) = self.step().await {
            if let Step::Finished(finished) = step {
                all.push(finished);
            }
        }
        all.sort_by_key(|finished| finished.index);
        all
    }

    fn fill(&mut self) {
        while self.running.len() < self.limits.at_once.max(1) {
            let Some((index, name, task)) = self.waiting.pop_front() else { return };
            let deadline = self.limits.deadline;
            let handle = self.tasks.spawn(async move {
                match timeout(deadline, task).await {
                    Ok(result) => result.map_err(Failure::Failed),
                    Err(_) => Err(Failure::TimedOut(deadline)),
                }
            });
            self.running.insert(handle.id(), Running { index, name, began: Instant::now() });
        }
    }

    fn take(&mut self, ended: Result<(Id, Result<V, Failure<E>>), JoinError>) -> Option<Finished<V, E>> {
        let (id, result) = match ended {
            Ok(ended) => ended,
            Err(error) => (error.id(), Err(Failure::Panicked)),
        };
        let Running { index, name, began } = self.running.remove(&id)?;
        self.failed += usize::from(result.is_err());
        self.fill();
        Some(Finished { index, name, took: began.elapsed(), result })
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::sleep;

    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    /// Tasks that take so many seconds each and end with their number.
    fn sleepers(times: &[u64], limits: Limits) -> FanOut<usize, String> {
        let task = |(index, time): (usize, u64)| {
            let work = async move {
                sleep(seconds(time)).await;
                Ok(index)
            };
            (format!("t{index}"), work)
        };
        FanOut::start(times.iter().copied().enumerate().map(task), limits)
    }

    #[tokio::test(start_paused = true)]
    async fn a_hundred_tasks_of_a_second_take_a_second() {
        let began = Instant::now();
        let limits = Limits { at_once: 100, ..Limits::default() };
        let all = sleepers(&[1; 100], limits).all().await;
        assert_eq!(began.elapsed(), seconds(1));
        let places: Vec<_> = all.iter().map(|finished| (finished.index, finished.result.clone())).collect();
        assert_eq!(places, (0..100).map(|index| (index, Ok(index))).collect::<Vec<_>>());
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_run_at_once_than_the_limit() {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let task = |index| {
            let (now, most) = (now.clone(), most.clone());
            let work = async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                sleep(seconds(1)).await;
                now.fetch_sub(1, Ordering::SeqCst);
                Ok::<_, ()>(())
            };
            (format!("t{index}"), work)
        };
        let began = Instant::now();
        let limits = Limits { at_once: 4, ..Limits::default() };
        assert_eq!(FanOut::start((0..10).map(task), limits).all().await.len(), 10);
        assert_eq!((most.load(Ordering::SeqCst), began.elapsed()), (4, seconds(3)));
        // A limit of none would never end.
        assert_eq!(sleepers(&[1, 1], Limits { at_once: 0, ..limits }).all().await.len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn results_come_as_they_are_there_and_a_failure_touches_no_other() {
        let work: Vec<(String, Task<u8, &str>)> = vec![
            (
                "slow".into(),
                Box::pin(async {
                    sleep(seconds(2)).await;
                    Ok(1)
                }),
            ),
            ("hangs".into(), Box::pin(pending())),
            ("fails".into(), Box::pin(async { Err("no") })),
            ("panics".into(), Box::pin(async { panic!("a defect, on purpose") })),
            (
                "quick".into(),
                Box::pin(async {
                    sleep(seconds(1)).await;
                    Ok(2)
                }),
            ),
        ];
        let mut all = FanOut::start(work, Limits { at_once: 64, deadline: seconds(10) });
        let mut came = Vec::new();
        while let Some(step) = all.step().await {
            if let Step::Finished(finished) = step {
                came.push((finished.name, finished.took.as_secs(), finished.result));
            }
        }
        came[..2].sort_by(|a, b| a.0.cmp(&b.0));
        let expected = [
            ("fails", 0, Err(Failure::Failed("no"))),
            ("panics", 0, Err(Failure::Panicked)),
            ("quick", 1, Ok(2)),
            ("slow", 2, Ok(1)),
            ("hangs", 10, Err(Failure::TimedOut(seconds(10)))),
        ];
        assert_eq!(came, expected.map(|(name, took, result)| (name.to_owned(), took, result)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_of_a_task_begins_with_the_task() {
        let limits = Limits { at_once: 1, deadline: seconds(3) };
        let all = sleepers(&[2, 2, 4, 2], limits).all().await;
        let results: Vec<_> = all.into_iter().map(|finished| finished.result).collect();
        assert_eq!(results, [Ok(0), Ok(1), Err(Failure::TimedOut(seconds(3))), Ok(3)]);
    }

    #[tokio::test(start_paused = true)]
    async fn progress_names_the_slowest_once_it_takes_a_while() {
        let mut all = sleepers(&[0, 9, 5], Limits::default());
        assert!(matches!(all.step().await, Some(Step::Finished(Finished { index: 0, .. }))));
        let Some(Step::Waiting(progress)) = all.step().await else { panic!("no progress") };
        let slowest = Some(("t1".to_owned(), PATIENCE));
        assert_eq!(progress, Progress { total: 3, done: 1, failed: 0, running: 2, slowest });
        assert_eq!(progress.line("clusters"), "1 of 3 clusters, slowest t1 (0.3 s)");
        assert!(sleepers(&[], Limits::default()).step().await.is_none());
    }

    #[tokio::test]
    async fn dropping_it_drops_what_the_tasks_hold() {
        let held = Arc::new(());
        let task = |_| {
            let held = held.clone();
            ("t".to_owned(), async move { pending::<Result<(), ()>>().await.inspect(|()| drop(held)) })
        };
        let all = FanOut::start((0..9).map(task), Limits { at_once: 4, ..Limits::default() });
        assert_eq!(Arc::strong_count(&held), 10);
        drop(all);
        while Arc::strong_count(&held) > 1 {
            tokio::task::yield_now().await;
        }
    }
}
