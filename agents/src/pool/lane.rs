//! A server with its pace, its breaker and what is said of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::breaker::Breaker;
use super::pace::Pace;
use super::progress::Standing;
use super::{Kind, Refusal, Server};

/// Refusals in a row after which a server is taken at its word.
const REFUSALS: u32 = 10;

/// A pause that nobody waits for.
const TOO_LONG: Duration = Duration::from_secs(300);

/// One server.
pub(super) struct Lane<T, R> {
    pub(super) server: Arc<dyn Server<T, R>>,
    pub(super) pace: Pace,
    pub(super) breaker: Breaker,
    /// Why nothing is sent there any more.
    pub(super) over: Option<String>,
    /// The last refusal.
    said: Option<String>,
    pub(super) requests: usize,
    refused: usize,
}

impl<T, R> Lane<T, R> {
    pub(super) fn new(server: Arc<dyn Server<T, R>>, at_once: usize) -> Self {
        Self {
            server,
            pace: Pace::new(at_once),
            breaker: Breaker::default(),
            over: None,
            said: None,
            requests: 0,
            refused: 0,
        }
    }

    /// When it may next take an item; nothing while only an answer can make room, or for good.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        if self.over.is_some() {
            return None;
        }
        let open = match self.breaker.lets_through(now) {
            true => now,
            false => self.breaker.opens_until()?,
        };
        self.pace.next(now).map(|next| next.max(open))
    }

    /// A request is sent.
    pub(super) fn started(&mut self, now: Instant) {
        self.requests += 1;
        self.pace.started(now);
        self.breaker.started();
    }

    /// A request was answered.
    pub(super) fn answered(&mut self, began: Instant, now: Instant) {
        self.pace.answered(began, now);
        self.breaker.succeeded();
    }

    /// A request was refused.
    pub(super) fn refused(&mut self, began: Instant, now: Instant, refusal: &Refusal, jitter: f64) {
        self.refused += 1;
        self.said = Some(refusal.why.clone());
        match refusal.kind {
            Kind::Limited => {
                self.pace.limited(began, now, refusal.retry_after, jitter);
                self.breaker.undecided(now);
            }
            Kind::Overloaded => {
                self.pace.overloaded(began, now, refusal.retry_after, jitter);
                self.breaker.failed(now);
            }
            Kind::Broken => {
                self.pace.failed(began, now);
                self.breaker.failed(now);
            }
            Kind::TooMuch => self.answered(began, now),
            Kind::Over => self.pace.failed(began, now),
        }
        let gives_up = self.breaker.is_given_up() || self.pace.refusals() >= REFUSALS;
        let is_put_off = refusal.retry_after.is_some_and(|wait| wait > TOO_LONG);
        if refusal.kind == Kind::Over || gives_up || is_put_off {
            self.over.get_or_insert_with(|| refusal.why.clone());
        }
    }

    /// How it stands.
    pub(super) fn standing(&self, now: Instant) -> Standing {
        let resting = [self.pace.pause(now), self.breaker.opens_until().filter(|until| *until > now)];
        Standing {
            name: self.server.name(),
            running: self.pace.running(),
            window: self.pace.window(),
            requests: self.requests,
            refused: self.refused,
            rests: resting.into_iter().flatten().max().map(|until| until - now),
            latency: self.pace.latency().map(Duration::from_secs_f64),
            said: self.said.clone(),
            over: self.over.clone(),
        }
    }
}
