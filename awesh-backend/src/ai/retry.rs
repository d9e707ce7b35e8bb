//! When another attempt is worth it, and how long to wait before it: exponential back-off with jitter, unless
//! the server says how long.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use super::fault::Fault;

/// How patiently attempts are repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries {
    /// Attempts after the first.
    pub most: u32,
    /// The wait before the first of them; it doubles with each.
    pub first: Duration,
    /// The longest wait, also where the server asks for longer: then nobody waits at all.
    pub longest: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self { most: 3, first: Duration::from_millis(500), longest: Duration::from_secs(20) }
    }
}

impl Retries {
    /// How long to wait before the attempt after `made` attempts ended with this fault; nothing, if it is over.
    /// `jitter` is between 0 and 1.
    pub(super) fn wait(&self, made: u32, fault: &Fault, jitter: f64) -> Option<Duration> {
        if made > self.most || !fault.is_passing() {
            return None;
        }
        let asked = match fault {
            Fault::Refused(refusal) => refusal.retry_after,
            _ => None,
        };
        match asked {
            Some(asked) if asked > self.longest => None,
            Some(asked) => Some(asked),
            None => {
                let doubled = self.first.saturating_mul(2_u32.saturating_pow(made.saturating_sub(1)));
                // At least half of it, so that it stays a back-off; the rest keeps many clients apart.
                Some(doubled.min(self.longest).mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0))
            }
        }
    }
}

/// The wait that a `Retry-After` header asks for: in seconds, or as the time, by the server's clock, when it is over.
pub(super) fn read_retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let seconds = match value.trim().parse() {
        Ok(seconds) => seconds,
        Err(_) => read_date(value)?.duration_since(now).as_secs_f64(),
    };
    Duration::try_from_secs_f64(if seconds < 0.0 { 0.0 } else { seconds }).ok()
}

/// A date as HTTP has it.
pub(super) fn read_date(value: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(value.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::super::refusal::Refusal;
    use super::*;

    fn refused(status: u16, retry_after: Option<u64>) -> Fault {
        let retry_after = retry_after.map(Duration::from_secs);
        Fault::Refused(Refusal { status: Some(status), retry_after, ..Refusal::default() })
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let retries = Retries { most: 9, ..Retries::default() };
        let waits: Vec<_> =
            (1..=8).map(|made| retries.wait(made, &refused(529, None), 1.0).unwrap().as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
        assert_eq!(retries.wait(1, &refused(529, None), 0.0), Some(Duration::from_millis(250)));
    }

    #[test]
    fn the_server_is_obeyed_within_reason() {
        let retries = Retries::default();
        assert_eq!(retries.wait(1, &refused(429, Some(7)), 0.3), Some(Duration::from_secs(7)));
        assert_eq!(retries.wait(1, &refused(429, Some(3600)), 0.3), None);
    }

    #[test]
    fn what_will_not_pass_is_not_repeated() {
        let retries = Retries::default();
        for fault in [refused(401, None), refused(400, None), Fault::CutCall, Fault::Stalled(Duration::ZERO)]
        {
            assert_eq!(retries.wait(1, &fault, 0.5), None, "{fault:?}");
        }
        assert!(retries.wait(3, &refused(503, None), 0.5).is_some());
        assert_eq!(retries.wait(4, &refused(503, None), 0.5), None);
    }

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        let now = read_date("Fri, 20 Nov 2026 22:07:28 GMT").unwrap();
        for (value, milliseconds) in [
            (" 7 ", 7_000),
            ("0.5", 500),
            ("-1", 0),
            ("Fri, 20 Nov 2026 22:07:40 GMT", 12_000),
            ("Sat, 21 Nov 2026 00:07:28 +0200", 0),
            ("Fri, 20 Nov 2026 22:00:00 GMT", 0),
        ] {
            let wait = read_retry_after(value, now).map(|wait| wait.as_millis());
            assert_eq!(wait, Some(milliseconds), "{value}");
        }
        for value in ["", "soon", "NaN", "1e300", "Fri, 32 Nov 2026 22:07:28 GMT", "Fri, 20 Nov 2026"] {
            assert_eq!(read_retry_after(value, now), None, "{value}");
        }
    }
}
