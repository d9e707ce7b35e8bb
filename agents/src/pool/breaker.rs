//! Leaves a server alone that fails, and tries it again with one request at a time.

use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row that open it.
const FAILURES: u32 = 5;

/// How long it is open at first; it doubles each time.
const OPEN: Duration = Duration::from_secs(2);

/// It is never open longer.
const LONGEST: Duration = Duration::from_secs(60);

/// After so many times in a row the server is given up.
const TIMES: u32 = 6;

/// A server's breaker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Breaker {
    failures: u32,
    /// How often it has opened since the server last did anything.
    opened: u32,
    state: State,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// Requests go through.
    #[default]
    Closed,
    /// None does until then; then one.
    Open(Instant),
    /// That one is under way.
    Probing,
}

impl Breaker {
    /// Whether a request may go through.
    pub(super) fn lets_through(&self, now: Instant) -> bool {
        match self.state {
            State::Closed => true,
            State::Open(until) => until <= now && !self.is_given_up(),
            State::Probing => false,
        }
    }

    /// When it next lets one through, while it is open.
    pub(super) fn opens_until(&self) -> Option<Instant> {
        match self.state {
            State::Open(until) if !self.is_given_up() => Some(until),
            _ => None,
        }
    }

    /// Whether requests go through freely.
    pub(super) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// Whether the server has failed whenever it was tried.
    pub(super) fn is_given_up(&self) -> bool {
        self.opened > TIMES
    }

    /// A request was sent.
    pub(super) fn started(&mut self) {
        if self.state != State::Closed {
            self.state = State::Probing;
        }
    }

    /// A request was answered.
    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// A request failed.
    pub(super) fn failed(&mut self, now: Instant) {
        self.failures += 1;
        match self.state {
            State::Closed if self.failures < FAILURES => {}
            // What was sent before it opened says nothing new.
            State::Open(_) => {}
            State::Closed | State::Probing => {
                self.opened += 1;
                let open = OPEN.saturating_mul(2_u32.saturating_pow(self.opened - 1)).min(LONGEST);
                self.state = State::Open(now + open);
            }
        }
    }

    /// A request ended in a way that says nothing of the server.
    pub(super) fn undecided(&mut self, now: Instant) {
        if self.state == State::Probing {
            self.state = State::Open(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_opens_after_failures_in_a_row_and_closes_with_the_first_success() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for _ in 1..FAILURES {
            breaker.failed(now);
        }
        breaker.succeeded();
        (1..FAILURES).for_each(|_| breaker.failed(now));
        assert!(breaker.lets_through(now));
        breaker.failed(now);
        assert!(!breaker.lets_through(now));
        // Those that were under way with it change nothing.
        breaker.failed(now);
        assert_eq!(breaker.opens_until(), Some(now + OPEN));
        assert!(breaker.lets_through(now + OPEN));
        breaker.started();
        assert!(!breaker.lets_through(now + OPEN));
        breaker.succeeded();
        assert!(breaker.is_closed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_fails_each_probe_is_given_up() {
        let (mut breaker, mut now) = (Breaker::default(), Instant::now());
        (0..FAILURES).for_each(|_| breaker.failed(now));
        let mut waits = Vec::new();
        while let Some(until) = breaker.opens_until() {
            waits.push((until - now).as_secs());
            now = until;
            breaker.started();
            breaker.failed(now);
        }
        assert_eq!(waits, [2, 4, 8, 16, 32, 60]);
        assert!(breaker.is_given_up() && !breaker.lets_through(now + LONGEST));
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_says_nothing_leaves_room_for_another() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        (0..FAILURES).for_each(|_| breaker.failed(now));
        breaker.started();
        breaker.undecided(now);
        assert!(breaker.lets_through(now));
    }
}
