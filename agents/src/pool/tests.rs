//! The pool against servers that allow, refuse, fail and die as real ones do, on a paused clock.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::time::{Instant, sleep};

use super::*;

const LIMITS: Limits = Limits { at_once: AT_ONCE, together: 1, small: 10, request: 100 };

/// What a server allows.
#[derive(Default)]
struct Simulated {
    name: &'static str,
    latency: f64,
    /// At the same time.
    at_once: Option<usize>,
    /// In any second.
    a_second: Option<usize>,
    retry_after: Option<Duration>,
    /// After so many requests it is dead.
    dies_after: Option<usize>,
    /// The requests that fail, by their number.
    breaks: Vec<usize>,
    /// Refuses the key.
    refuses_key: bool,
    /// Takes no more than so many items in a request.
    together: Option<usize>,
    running: AtomicUsize,
    most: AtomicUsize,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// When requests came, and whether they were taken.
    requests: Vec<(Instant, bool)>,
    items: HashMap<u32, usize>,
}

impl Simulated {
    fn refusal(&self, kind: Kind) -> Reply<u32, u32> {
        let retry_after = self.retry_after.filter(|_| kind == Kind::Limited);
        Reply::Refused(Refusal { kind, why: format!("{}: {kind:?}", self.name), retry_after })
    }

    /// Whether one more is allowed now; it counts.
    fn admits(&self) -> bool {
        let (now, mut seen) = (Instant::now(), self.seen.lock().unwrap());
        let taken =
            |since: Duration| seen.requests.iter().filter(|(at, taken)| *taken && *at + since > now).count();
        let fits = self.at_once.is_none_or(|most| self.running.load(Ordering::SeqCst) < most)
            && self.a_second.is_none_or(|most| taken(Duration::from_secs(1)) < most);
        seen.requests.push((now, fits));
        fits
    }

    fn refused_after_the_first(&self) -> usize {
        let seen = self.seen.lock().unwrap();
        let first = seen.requests.iter().find(|(_, taken)| !taken).map(|(at, _)| *at);
        // What was sent with it was sent before anybody knew.
        seen.requests.iter().filter(|(at, taken)| !taken && first.is_some_and(|first| *at > first)).count()
    }

    fn requests(&self) -> usize {
        self.seen.lock().unwrap().requests.len()
    }
}

#[async_trait]
impl Server<u32, u32> for Simulated {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    async fn serve(&self, items: &[u32]) -> Reply<u32, u32> {
        let number = self.requests();
        if !self.admits() {
            sleep(Duration::from_millis(5)).await;
            return self.refusal(Kind::Limited);
        }
        if self.refuses_key {
            return self.refusal(Kind::Over);
        }
        if self.dies_after.is_some_and(|most| number >= most) || self.breaks.contains(&number) {
            return self.refusal(Kind::Broken);
        }
        if self.together.is_some_and(|most| items.len() > most) {
            return self.refusal(Kind::TooMuch);
        }
        let now = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        sleep(Duration::from_secs_f64(self.latency)).await;
        self.running.fetch_sub(1, Ordering::SeqCst);
        let mut seen = self.seen.lock().unwrap();
        items.iter().for_each(|item| *seen.items.entry(*item).or_default() += 1);
        let verdict = |item: &u32| match item {
            // One that is wrong, one that is right the second time.
            666 => Verdict::Failed("nonsense".to_owned()),
            777 => Verdict::Again(778),
            item => Verdict::Done(*item),
        };
        Reply::Each(items.iter().map(verdict).collect())
    }
}

fn pool(servers: &[&Arc<Simulated>], items: impl IntoIterator<Item = u32>, limits: Limits) -> Pool<u32, u32> {
    let servers = servers.iter().map(|server| (*server).clone() as Arc<dyn Server<u32, u32>>).collect();
    Pool::new(servers, items.into_iter().map(|value| Item { value, size: 5 }).collect(), limits)
}

async fn all(pool: &mut Pool<u32, u32>) -> Vec<Finished<u32>> {
    let mut all = Vec::new();
    while let Some(step) = pool.step().await {
        if let Step::Finished(finished) = step {
            all.push(finished);
        }
    }
    all.sort_by_key(|finished| finished.index);
    all
}

fn results(finished: &[Finished<u32>]) -> Vec<Result<u32, String>> {
    finished.iter().map(|finished| finished.result.clone()).collect()
}

fn numbers(count: u32) -> Vec<Result<u32, String>> {
    (0..count).map(Ok).collect()
}

#[tokio::test(start_paused = true)]
async fn sixty_six_items_of_five_seconds_take_thirty_five() {
    let server = Arc::new(Simulated { latency: 5.0, ..Simulated::default() });
    let began = Instant::now();
    let mut pool = pool(&[&server], 0..66, LIMITS);
    assert_eq!(results(&all(&mut pool).await), numbers(66));
    assert_eq!(began.elapsed().as_secs(), 35);
    assert_eq!(server.most.load(Ordering::SeqCst), 10);
    assert_eq!(pool.progress().in_sequence.as_secs(), 330);
}

#[tokio::test(start_paused = true)]
async fn nothing_beyond_what_is_allowed_at_once_is_asked_after_the_first_refusal() {
    for retry_after in [None, Some(Duration::from_secs(2))] {
        let server =
            Arc::new(Simulated { latency: 5.0, at_once: Some(3), retry_after, ..Simulated::default() });
        let began = Instant::now();
        assert_eq!(results(&all(&mut pool(&[&server], 0..200, LIMITS)).await), numbers(200));
        assert_eq!(server.refused_after_the_first(), 0);
        // And it is used: three at a time can do no better than 67 rounds.
        assert!(began.elapsed().as_secs() <= 67 * 5 + 8, "{:?}", began.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_beyond_what_is_allowed_a_second_is_asked_after_the_first_refusal() {
    for (latency, a_second) in [(0.2, 4), (0.7, 5), (3.0, 1), (5.0, 7)] {
        let retry_after = Some(Duration::from_secs(1));
        let server =
            Arc::new(Simulated { latency, a_second: Some(a_second), retry_after, ..Simulated::default() });
        assert_eq!(results(&all(&mut pool(&[&server], 0..200, LIMITS)).await), numbers(200));
        assert_eq!(server.refused_after_the_first(), 0, "{latency} {a_second}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_wait_as_long_as_one_was_told() {
    let retry_after = Some(Duration::from_secs(7));
    let server = Arc::new(Simulated { latency: 1.0, at_once: Some(4), retry_after, ..Simulated::default() });
    let began = Instant::now();
    all(&mut pool(&[&server], 0..50, LIMITS)).await;
    let seen = server.seen.lock().unwrap();
    let second = seen.requests.iter().map(|(at, _)| *at - began).find(|at| !at.is_zero()).unwrap();
    assert!(second >= Duration::from_secs(7), "{second:?}");
}

#[tokio::test(start_paused = true)]
async fn one_that_dies_half_way_leaves_its_items_to_the_other() {
    let dying =
        Arc::new(Simulated { name: "dying", latency: 5.0, dies_after: Some(20), ..Simulated::default() });
    let other = Arc::new(Simulated { name: "other", latency: 5.0, ..Simulated::default() });
    let mut pool = pool(&[&dying, &other], 0..200, LIMITS);
    assert_eq!(results(&all(&mut pool).await), numbers(200));
    // It is probed, not stormed.
    assert!(dying.requests() <= 20 + 10 + 4 + 6, "{}", dying.requests());
    let seen = other.seen.lock().unwrap();
    assert!(seen.items.values().all(|times| *times == 1));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_away_for_a_while_costs_no_item() {
    let server = Arc::new(Simulated { latency: 1.0, breaks: (5..22).collect(), ..Simulated::default() });
    assert_eq!(results(&all(&mut pool(&[&server], 0..100, LIMITS)).await), numbers(100));
}

#[tokio::test(start_paused = true)]
async fn servers_share_by_their_speed() {
    let slow = Arc::new(Simulated { name: "slow", latency: 8.0, ..Simulated::default() });
    let fast = Arc::new(Simulated { name: "fast", latency: 2.0, ..Simulated::default() });
    let began = Instant::now();
    all(&mut pool(&[&slow, &fast], 0..200, LIMITS)).await;
    // Six and a quarter a second together.
    assert!(began.elapsed().as_secs() <= 34, "{:?}", began.elapsed());
    assert!(fast.requests() >= 3 * slow.requests(), "{} {}", fast.requests(), slow.requests());
}

#[tokio::test(start_paused = true)]
async fn an_item_that_fails_holds_up_no_other() {
    let server = Arc::new(Simulated { latency: 1.0, ..Simulated::default() });
    let mut pool = pool(&[&server], [666, 777, 1], Limits { at_once: 1, ..LIMITS });
    let finished = all(&mut pool).await;
    assert_eq!(results(&finished), [Err("nonsense".to_owned()), Ok(778), Ok(1)]);
    assert_eq!(pool.progress().failed, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_too_much_together_is_done_apart() {
    let server = Arc::new(Simulated { latency: 1.0, together: Some(1), ..Simulated::default() });
    let limits = Limits { at_once: 1, together: 4, ..LIMITS };
    assert_eq!(results(&all(&mut pool(&[&server], 0..12, limits)).await), numbers(12));
    let together = Arc::new(Simulated { latency: 1.0, ..Simulated::default() });
    all(&mut pool(&[&together], 0..12, limits)).await;
    assert!(together.requests() < 12, "{}", together.requests());
}

#[tokio::test(start_paused = true)]
async fn where_nobody_is_left_the_rest_is_still_there() {
    let server = Arc::new(Simulated { name: "a", refuses_key: true, ..Simulated::default() });
    let mut unkeyed = pool(&[&server], 0..30, LIMITS);
    assert!(all(&mut unkeyed).await.is_empty());
    assert_eq!(unkeyed.left().len(), 30);
    assert_eq!(unkeyed.progress().servers[0].over.as_deref(), Some("a: Over"));
    assert!(server.requests() <= 10);

    let dead = Arc::new(Simulated { name: "b", dies_after: Some(0), ..Simulated::default() });
    let began = Instant::now();
    let mut dead_pool = pool(&[&dead], 0..30, LIMITS);
    assert!(all(&mut dead_pool).await.is_empty());
    assert_eq!(dead_pool.left().len(), 30);
    assert!(dead.requests() <= 10 + 4 + 6 && began.elapsed().as_secs() < 180, "{}", dead.requests());
}
