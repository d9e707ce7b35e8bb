//! Work for servers that others pay for and that refuse: as much at once as each takes, and no more.
//!
//! Items wait in one queue; each [`Server`] is a lane that takes from it. `pace` says when a lane may start a request
//! (a window that is halved where the server refuses and grows while it does not, the pause it asked for, what it was
//! seen to allow), `breaker` leaves a server alone that fails, `waiting` puts small items together and apart again,
//! `share` leaves the last items to the fastest. [`Pool`] drives them; everything else here is pure and is told the
//! time.
//!
//! A server that fails is never an item's failure, and an item that fails never holds up another. What nobody could
//! do is still there at the end ([`Pool::left`]). Of what the items are, nothing is known here.

mod backoff;
mod breaker;
mod drive;
mod lane;
mod pace;
mod progress;
mod share;
#[cfg(test)]
mod tests;
mod waiting;

use std::time::Duration;

use async_trait::async_trait;

pub use drive::{Finished, Pool, Step};
pub use progress::{Progress, Standing};

/// Requests that run at the same time with one server, where nothing else is said.
pub const AT_ONCE: usize = 10;

/// One that does the work, at its own pace: a provider, or one of several accounts there.
#[async_trait]
pub trait Server<T, R>: Send + Sync {
    /// Its name.
    fn name(&self) -> String;

    /// Does the items in one request.
    async fn serve(&self, items: &[T]) -> Reply<T, R>;
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply<T, R> {
    /// A verdict for each item, in their order.
    Each(Vec<Verdict<T, R>>),
    /// Nothing: the server took none of them.
    Refused(Refusal),
}

/// What came of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict<T, R> {
    /// The result.
    Done(R),
    /// It is to be done again, alone, and as this.
    Again(T),
    /// It cannot be done, for this reason.
    Failed(String),
}

/// A request that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What that says of the server.
    pub kind: Kind,
    /// In words.
    pub why: String,
    /// How long the server wants to be left alone.
    pub retry_after: Option<Duration>,
}

/// What a refusal says of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It allows fewer requests: 429.
    Limited,
    /// It has too much to do: 503, 529.
    Overloaded,
    /// It failed, or could not be reached.
    Broken,
    /// It is this request that it refuses: it is too large, or not to its liking.
    TooMuch,
    /// No request will go well: the key is refused, the account is empty.
    Over,
}

/// An item and its size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<T> {
    /// What is to be done.
    pub value: T,
    /// Its size, in the unit of [`Limits`].
    pub size: usize,
}

/// How much at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests at the same time with one server; at least one.
    pub at_once: usize,
    /// Items in one request.
    pub together: usize,
    /// An item up to this size may share a request.
    pub small: usize,
    /// The size of what shares a request.
    pub request: usize,
}
