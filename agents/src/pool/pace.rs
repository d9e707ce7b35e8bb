//! When a server may be sent another request.
//!
//! The window, how many may be under way, is halved where the server refuses and grows by one with each windowful of
//! answers while these take no longer than before. A refusal for their number (429) also tells what the server
//! allows: so many as it had taken at the time, and so many as it took within a second. Neither is exceeded again
//! until it has had time to change its mind. A pause holds for all requests alike.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::backoff;

/// Within this time no more requests are begun than were taken: a second, and a little for the way there.
const SECOND: Duration = Duration::from_millis(1100);

/// How long a server that counts may take to notice that it has answered.
const NOTICE: Duration = Duration::from_millis(100);

/// How long what a server was seen to allow is taken for what it allows.
const MEMORY: Duration = Duration::from_secs(3600);

/// The share of a new latency in the average.
const SHARE: f64 = 0.3;

/// The window grows while the latency is below so many times the best.
const HOLDS: f64 = 2.0;

/// By how much the best is forgotten with each answer: a server may be slower for good.
const FADES: f64 = 1.02;

/// A request under way, or one that ended lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Request {
    began: Instant,
    ended: Option<Instant>,
}

/// What a server was seen to allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Allowance {
    at_once: usize,
    a_second: usize,
    seen: Instant,
}

/// One server's pace.
#[derive(Debug)]
pub(super) struct Pace {
    most: usize,
    window: f64,
    /// Those that the server took, or may still take.
    requests: VecDeque<Request>,
    allowance: Option<Allowance>,
    paused_until: Option<Instant>,
    /// When the window was last halved: what began before says nothing of what it is now.
    halved: Option<Instant>,
    /// Refusals since the last answer.
    refusals: u32,
    latency: Option<f64>,
    best: f64,
}

impl Pace {
    /// That of a server that may have this many requests at once.
    pub(super) fn new(most: usize) -> Self {
        let most = most.max(1);
        Self {
            most,
            window: most as f64,
            requests: VecDeque::new(),
            allowance: None,
            paused_until: None,
            halved: None,
            refusals: 0,
            latency: None,
            best: f64::INFINITY,
        }
    }

    /// How many may be under way.
    pub(super) fn window(&self) -> usize {
        let most = self.allowance.map_or(self.most, |allowance| self.most.min(allowance.at_once));
        // At least 1 and at most `most`: no float is cut that matters.
        (self.window as usize).clamp(1, most.max(1))
    }

    /// How many are under way.
    pub(super) fn running(&self) -> usize {
        self.requests.iter().filter(|request| request.ended.is_none()).count()
    }

    /// How long an answer takes, in seconds.
    pub(super) fn latency(&self) -> Option<f64> {
        self.latency
    }

    /// Refusals since the last answer.
    pub(super) fn refusals(&self) -> u32 {
        self.refusals
    }

    /// Until when nothing is sent.
    pub(super) fn pause(&self, now: Instant) -> Option<Instant> {
        self.paused_until.filter(|until| *until > now)
    }

    /// Whether the server has said that it allows less.
    pub(super) fn is_limited(&self) -> bool {
        self.allowance.is_some()
    }

    /// When the next request may begin; nothing while only an answer can make room.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        let room = self.room(now)?;
        let free = self.allowance.and_then(|allowance| {
            let recent = self.requests.iter().rev().map(|request| request.began);
            recent.filter(|began| *began + SECOND > now).nth(allowance.a_second.max(1) - 1)
        });
        let free = free.map_or(now, |began| began + SECOND);
        Some(free.max(self.paused_until.unwrap_or(now)).max(room))
    }

    /// When there is room in the window; nothing while only an answer can make some.
    fn room(&self, now: Instant) -> Option<Instant> {
        let (running, window) = (self.running(), self.window());
        if running >= window {
            return None;
        }
        let noticed = self.requests.iter().filter_map(|request| request.ended).map(|ended| ended + NOTICE);
        let mut unnoticed: Vec<Instant> =
            noticed.filter(|noticed| self.is_limited() && *noticed > now).collect();
        unnoticed.sort_unstable();
        let over = (running + unnoticed.len() + 1).saturating_sub(window);
        Some(over.checked_sub(1).and_then(|last| unnoticed.get(last)).copied().unwrap_or(now))
    }

    /// A request begins.
    pub(super) fn started(&mut self, now: Instant) {
        self.forget(now);
        self.requests.push_back(Request { began: now, ended: None });
    }

    /// The request that began then was answered.
    pub(super) fn answered(&mut self, began: Instant, now: Instant) {
        self.end(began, now);
        self.refusals = 0;
        let took = (now - began).as_secs_f64();
        let latency = self.latency.map_or(took, |latency| latency + SHARE * (took - latency));
        self.latency = Some(latency);
        self.best = latency.min(self.best * FADES);
        // It never shrinks for that: fewer at once would not make a slow server do more.
        if latency <= HOLDS * self.best {
            self.window = (self.window + 1.0 / self.window.max(1.0)).min(self.most as f64);
        }
    }

    /// The request that began then failed, which says nothing of how many are allowed.
    pub(super) fn failed(&mut self, began: Instant, now: Instant) {
        self.end(began, now);
    }

    /// The request that began then was refused because there were too many.
    pub(super) fn limited(
        &mut self,
        began: Instant,
        now: Instant,
        retry_after: Option<Duration>,
        jitter: f64,
    ) {
        self.take_back(began);
        let overlaps = |request: &&Request| request.ended.is_none_or(|ended| ended >= began);
        let at_once = self.requests.iter().filter(overlaps).count().max(1);
        let a_second = self.requests.iter().filter(|request| request.began + SECOND > now).count().max(1);
        let known = self.allowance;
        self.allowance = Some(Allowance {
            at_once: known.map_or(at_once, |known| known.at_once.min(at_once)),
            a_second: known.map_or(a_second, |known| known.a_second.min(a_second)),
            seen: now,
        });
        self.hold(began, now, retry_after, jitter);
    }

    /// The request that began then was refused because the server has too much to do.
    pub(super) fn overloaded(
        &mut self,
        began: Instant,
        now: Instant,
        retry_after: Option<Duration>,
        jitter: f64,
    ) {
        self.take_back(began);
        self.hold(began, now, retry_after, jitter);
    }

    /// Halves the window, once for all that were refused together, and pauses.
    fn hold(&mut self, began: Instant, now: Instant, retry_after: Option<Duration>, jitter: f64) {
        if self.halved.is_none_or(|halved| began > halved) {
            self.halved = Some(now);
            self.refusals += 1;
            self.window = (self.window / 2.0).max(1.0);
        }
        let pause = now + retry_after.unwrap_or_else(|| backoff::wait(self.refusals, jitter));
        self.paused_until = self.paused_until.max(Some(pause));
    }

    fn end(&mut self, began: Instant, now: Instant) {
        let mut open = self.requests.iter_mut().filter(|request| request.ended.is_none());
        if let Some(request) = open.find(|request| request.began == began) {
            request.ended = Some(now);
        }
    }

    /// Forgets a request that the server did not take.
    fn take_back(&mut self, began: Instant) {
        let open = |request: &Request| request.ended.is_none() && request.began == began;
        if let Some(place) = self.requests.iter().position(open) {
            self.requests.remove(place);
        }
    }

    /// Forgets what no longer counts.
    fn forget(&mut self, now: Instant) {
        self.requests.retain(|request| request.ended.is_none_or(|ended| ended + SECOND > now));
        self.allowance = self.allowance.filter(|allowance| allowance.seen + MEMORY > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    /// A pace with this many requests that began just now.
    fn busy(most: usize, running: usize, now: Instant) -> Pace {
        let mut pace = Pace::new(most);
        (0..running).for_each(|_| pace.started(now));
        pace
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_refused_together_halves_once_and_tells_what_is_allowed() {
        let now = Instant::now();
        let mut pace = busy(10, 10, now);
        for after in 1..=7 {
            pace.limited(now, now + ms(after), Some(ms(2000)), 0.5);
        }
        assert_eq!((pace.window(), pace.running(), pace.refusals()), (3, 3, 1));
        assert_eq!(pace.next(now + ms(10)), None);
        pace.answered(now, now + ms(500));
        assert_eq!(pace.next(now + ms(500)), Some(now + ms(2007)));
        // Not more than three at once ever after, whatever is answered.
        let (mut at, most) = (now + ms(3000), 3);
        for _ in 0..100 {
            while pace.next(at).is_some_and(|next| next <= at) {
                pace.started(at);
            }
            assert!(pace.running() <= most);
            let began = pace.requests.iter().find(|request| request.ended.is_none()).unwrap().began;
            at += ms(700);
            pace.answered(began, at);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_begin_within_a_second_than_were_taken_within_one() {
        let now = Instant::now();
        let mut pace = busy(10, 6, now);
        pace.limited(now, now + ms(1), Some(ms(0)), 0.0);
        (0..5).for_each(|_| pace.answered(now, now + ms(50)));
        // Five were taken, so the sixth waits for the second to pass; quick answers make no room.
        assert_eq!(pace.next(now + ms(60)), Some(now + SECOND));
        let at = now + SECOND;
        (0..5).for_each(|_| {
            assert_eq!(pace.next(at), Some(at));
            pace.started(at);
            pace.answered(at, at + ms(10));
        });
        assert_eq!(pace.next(at + ms(10)), Some(at + SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_counts_is_given_time_to_notice_its_own_answers() {
        let now = Instant::now();
        let mut pace = busy(10, 4, now);
        pace.limited(now, now, Some(ms(0)), 0.0);
        let later = now + ms(5000);
        pace.answered(now, later);
        pace.answered(now, later + ms(40));
        assert_eq!((pace.window(), pace.next(later + ms(50))), (3, Some(later + NOTICE)));
        pace.started(later + NOTICE);
        assert_eq!(pace.next(later + NOTICE), Some(later + ms(40) + NOTICE));
    }

    #[tokio::test(start_paused = true)]
    async fn overload_passes_and_the_window_grows_again_while_latency_holds() {
        let mut now = Instant::now();
        let mut pace = busy(8, 1, now);
        pace.overloaded(now, now, None, 1.0);
        assert_eq!((pace.window(), pace.pause(now)), (4, Some(now + ms(500))));
        let mut answer = |pace: &mut Pace, took: u64| {
            pace.started(now);
            pace.answered(now, now + ms(took));
            now += ms(took);
        };
        (0..12).for_each(|_| answer(&mut pace, 1000));
        let grown = pace.window();
        assert!((5..8).contains(&grown), "{grown}");
        // Not while answers take longer than they did, and again once that is how it is.
        (0..9).for_each(|_| answer(&mut pace, 9000));
        assert_eq!(pace.window(), grown);
        (0..200).for_each(|_| answer(&mut pace, 9000));
        assert_eq!(pace.window(), 8);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_allowed_is_asked_anew_after_a_while() {
        let now = Instant::now();
        let mut pace = busy(10, 2, now);
        pace.limited(now, now, None, 0.0);
        assert_eq!(pace.window(), 1);
        pace.answered(now, now + ms(10));
        pace.started(now + MEMORY);
        assert!(!pace.is_limited() && pace.window() > 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_takes_nothing_is_still_tried_with_one() {
        let now = Instant::now();
        let mut pace = busy(1, 1, now);
        pace.limited(now, now, None, 1.0);
        assert_eq!((pace.window(), pace.next(now)), (1, Some(now + ms(500))));
    }
}
