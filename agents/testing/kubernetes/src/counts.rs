//! What is open, what is being answered, and what was asked for.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

/// Figures over all clusters of one [`crate::Clusters`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections accepted so far.
    pub connections: usize,
    /// Connections that are open.
    pub open: usize,
    /// Requests so far.
    pub requests: usize,
    /// Requests that are being answered.
    pub active: usize,
    /// The most that were being answered at once.
    pub most_active: usize,
}

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The cluster that was asked.
    pub cluster: String,
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
}

/// Where connections and requests are counted.
#[derive(Clone, Default)]
pub(crate) struct Ledger {
    counts: Arc<watch::Sender<Counts>>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Ledger {
    /// The figures as they change.
    pub(crate) fn watch(&self) -> watch::Receiver<Counts> {
        self.counts.subscribe()
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts a connection for as long as the guard lives.
    pub(crate) fn connection(&self) -> Guard {
        self.counts.send_modify(|counts| {
            counts.connections += 1;
            counts.open += 1;
        });
        Guard { counts: self.counts.clone(), end: |counts| counts.open -= 1 }
    }

    /// Counts a request for as long as the guard lives.
    pub(crate) fn request(&self, request: Request) -> Guard {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        self.counts.send_modify(|counts| {
            counts.requests += 1;
            counts.active += 1;
            counts.most_active = counts.most_active.max(counts.active);
        });
        Guard { counts: self.counts.clone(), end: |counts| counts.active -= 1 }
    }
}

/// Something counted; it ends when this is dropped.
pub(crate) struct Guard {
    counts: Arc<watch::Sender<Counts>>,
    end: fn(&mut Counts),
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.counts.send_modify(self.end);
    }
}
