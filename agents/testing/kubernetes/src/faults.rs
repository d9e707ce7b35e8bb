//! What goes wrong, at which path, and how often.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What happens instead of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A refusal with this status.
    Status(u16),
    /// Too many requests: come back after so many seconds.
    Busy {
        /// The value of `Retry-After`.
        retry_after: u64,
    },
    /// No answer at all, the connection stays.
    Silence,
    /// The answer waits until [`crate::Clusters::release`].
    Hold,
    /// Half an answer, then the connection breaks.
    Cut,
    /// A page of HTML with status 200, as from a proxy that wants a login.
    Garbage,
}

/// A fault, where it is, and how often it is still to happen.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    path: String,
    fault: Fault,
    left: Option<Arc<AtomicUsize>>,
}

impl Rule {
    pub(crate) fn new(path: &str, fault: Fault, times: Option<usize>) -> Self {
        Self { path: path.to_owned(), fault, left: times.map(|times| Arc::new(AtomicUsize::new(times))) }
    }

    /// The fault, if it is this path's and still to happen.
    fn strike(&self, path: &str) -> Option<Fault> {
        let struck = path.starts_with(&self.path)
            && self.left.as_ref().is_none_or(|left| {
                left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
            });
        struck.then(|| self.fault.clone())
    }
}

/// The first fault that a path meets.
pub(crate) fn strike(rules: &[Rule], path: &str) -> Option<Fault> {
    rules.iter().find_map(|rule| rule.strike(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_its_path_and_so_often() {
        let rules = [Rule::new("/api/v1/pods", Fault::Cut, Some(1)), Rule::new("/api", Fault::Silence, None)];
        assert_eq!(strike(&rules, "/version"), None);
        assert_eq!(strike(&rules, "/api/v1/pods"), Some(Fault::Cut));
        assert_eq!(strike(&rules, "/api/v1/pods"), Some(Fault::Silence));
    }
}
