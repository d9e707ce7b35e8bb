//! How far the work is, and how long it will still take, as far as that can be told.

use std::time::Duration;

/// Results before a time left is told: by fewer it would be a guess.
const TELLING: usize = 3;

/// How far the work is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// All items.
    pub total: usize,
    /// Those that ended, failed ones included.
    pub done: usize,
    /// Those that ended without a result.
    pub failed: usize,
    /// Those that are being done.
    pub running: usize,
    /// Since the beginning.
    pub elapsed: Duration,
    /// What all answered requests took together: about what they would take one after the other.
    pub in_sequence: Duration,
    /// The servers.
    pub servers: Vec<Standing>,
}

/// How a server stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// Requests under way.
    pub running: usize,
    /// Requests that may be.
    pub window: usize,
    /// Requests so far.
    pub requests: usize,
    /// Those that came to nothing.
    pub refused: usize,
    /// How long it is still left alone.
    pub rests: Option<Duration>,
    /// How long an answer takes.
    pub latency: Option<Duration>,
    /// What it said when it last refused.
    pub said: Option<String>,
    /// Why nothing is sent there any more.
    pub over: Option<String>,
}

impl Progress {
    /// Items a minute.
    pub fn rate(&self) -> Option<f64> {
        let is_known = self.done >= TELLING && !self.elapsed.is_zero();
        is_known.then(|| self.done as f64 * 60.0 / self.elapsed.as_secs_f64())
    }

    /// How long it will still take: at the rate so far, and not before a server may be asked again. Nothing where
    /// too little is known.
    pub fn left(&self) -> Option<Duration> {
        let remaining = self.total - self.done;
        let left = Duration::from_secs_f64(remaining as f64 * 60.0 / self.rate()?);
        let in_use = || self.servers.iter().filter(|server| server.over.is_none());
        let rests = in_use().map(|server| server.rests.unwrap_or_default()).min().unwrap_or_default();
        Some(left + rests)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_by_the_rate_so_far_and_after_the_rest() {
        let server = Standing {
            name: "a".into(),
            running: 0,
            window: 1,
            requests: 0,
            refused: 0,
            rests: None,
            latency: None,
            said: None,
            over: None,
        };
        let mut progress = Progress {
            total: 66,
            done: 2,
            failed: 0,
            running: 10,
            elapsed: Duration::from_secs(10),
            in_sequence: Duration::ZERO,
            servers: vec![server.clone()],
        };
        assert_eq!(progress.left(), None);
        progress.done = 22;
        assert_eq!(progress.left(), Some(Duration::from_secs(20)));
        progress.servers[0].rests = Some(Duration::from_secs(7));
        assert_eq!(progress.left(), Some(Duration::from_secs(27)));
        progress.servers.push(server);
        assert_eq!(progress.left(), Some(Duration::from_secs(20)));
    }
}
