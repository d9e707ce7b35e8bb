//! When a backend that failed may be started again. Pure: time is an argument.

use std::time::{Duration, Instant};

/// How long to wait after each failure in a row; the last holds from then on.
const DELAYS: [Duration; 4] =
    [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30)];

/// A backend that lived this long did work: its end is a failure of its own, not one more in a row.
const PROVEN: Duration = Duration::from_secs(60);

/// Counts failures in a row and spaces the attempts.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: usize,
    not_before: Option<Instant>,
}

impl Backoff {
    /// A start failed, or a running backend ended that had been ready for `lived`.
    pub(super) fn failed(&mut self, now: Instant, lived: Duration) {
        if lived >= PROVEN {
            self.failures = 0;
        }
        let delay = DELAYS[self.failures.min(DELAYS.len() - 1)];
        self.failures += 1;
        self.not_before = Some(now + delay);
    }

    /// The backend answered a question. Readiness alone proves little: one that dies of each question would
    /// be started for ever without a pause.
    pub(super) fn answered(&mut self) {
        *self = Self::default();
    }

    /// When the next attempt is allowed, if not at once.
    pub(super) fn not_before(&self) -> Option<Instant> {
        self.not_before
    }

    /// Whether an attempt is allowed now.
    pub(super) fn allows(&self, now: Instant) -> bool {
        self.not_before.is_none_or(|at| at <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_after(backoff: &mut Backoff, now: Instant, lived: Duration) -> Duration {
        backoff.failed(now, lived);
        backoff.not_before().unwrap() - now
    }

    #[test]
    fn delays_grow_to_the_last_and_stay() {
        let (mut backoff, now) = (Backoff::default(), Instant::now());
        let waits: Vec<_> = (0..6).map(|_| wait_after(&mut backoff, now, Duration::ZERO)).collect();
        assert_eq!(waits[..4], DELAYS);
        assert_eq!(waits[4..], [DELAYS[3], DELAYS[3]]);
    }

    #[test]
    fn the_first_start_is_free_and_a_later_one_waits() {
        let (mut backoff, now) = (Backoff::default(), Instant::now());
        assert!(backoff.allows(now));
        backoff.failed(now, Duration::ZERO);
        assert!(!backoff.allows(now));
        assert!(backoff.allows(now + DELAYS[0]));
    }

    #[test]
    fn an_answer_or_a_long_life_starts_the_count_anew() {
        let (mut backoff, now) = (Backoff::default(), Instant::now());
        backoff.failed(now, Duration::ZERO);
        backoff.failed(now, Duration::ZERO);
        assert_eq!(wait_after(&mut backoff, now, PROVEN), DELAYS[0]);
        assert_eq!(wait_after(&mut backoff, now, Duration::ZERO), DELAYS[1]);
        backoff.answered();
        assert!(backoff.allows(now));
        assert_eq!(wait_after(&mut backoff, now, Duration::ZERO), DELAYS[0]);
    }
}
