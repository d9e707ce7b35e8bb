//! What was learned of clusters, kept and searched.
//!
//! A [`Catalogue`] is what the rest of awesh uses: it turns texts to vectors where there is an [`Embedder`], and leaves
//! keeping and finding to a [`Store`]. Which one, the settings name:
//!
//! | `capabilities.store` | where                                        | settings of its own                          |
//! |----------------------|----------------------------------------------|----------------------------------------------|
//! | `sqlite` (default)   | a file in awesh's state directory, mode 0600 | none                                         |
//! | `qdrant`             | a Qdrant server of the team, by its REST API | `url`, `collection`, `api_key`/`key_command` |
//! | `postgresql`         | a PostgreSQL server, pgvector where it has it| `url`, `collection` (a schema), the same key |
//!
//! All of them rank alike: by words, those that say all that was asked first; by meaning, where a query and what is
//! kept have vectors of the same model; and both lists joined by reciprocal rank fusion. A query is [`Terms`] by
//! then, so no store ever sees a user's text as a part of its own language.

mod catalogue;
mod embedder;
mod fusion;
mod indexed;
mod postgresql;
mod qdrant;
mod server;
mod sqlite;
mod terms;

use async_trait::async_trait;

pub use catalogue::{Catalogue, Library};
pub use embedder::{Embedder, Vector};
pub use postgresql::Postgresql;
pub use qdrant::Qdrant;
pub use server::Server;
pub use sqlite::Sqlite;
pub use terms::Terms;

use super::{Cluster, Kind, Learned};
use crate::agent::Failure;

/// Where what was learned is kept.
#[async_trait]
pub trait Store: Send + Sync {
    /// Keeps what was learned of a cluster's kinds in the place of what was known of them, and forgets those that are
    /// gone. What is neither learned nor gone stays.
    async fn replace(&self, cluster: &Cluster, learned: &[Entry], gone: &[Kind]) -> Result<(), Failure>;

    /// What fits a query, best first; everything, by cluster and name, where it has no terms.
    async fn search(&self, query: &Query) -> Result<Vec<Found>, Failure>;

    /// Under which key each kind of a cluster is known.
    async fn keys(&self, cluster: &Cluster) -> Result<Vec<(Kind, String)>, Failure>;

    /// The clusters of which something is known.
    async fn clusters(&self) -> Result<Vec<Scanned>, Failure>;

    /// What there is to be told of the store itself, once.
    fn remark(&self) -> Option<String> {
        None
    }
}

/// What was learned of a kind, with its meaning where it could be had.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What was learned.
    pub learned: Learned,
    /// Its text as a vector.
    pub meaning: Option<Vector>,
}

/// What is searched.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The words.
    pub terms: Terms,
    /// Their meaning, where it could be had.
    pub meaning: Option<Vector>,
    /// Only in these clusters; in all of them where there are none named.
    pub clusters: Option<Vec<Cluster>>,
    /// The most that is found.
    pub limit: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Where it is.
    pub cluster: Cluster,
    /// What was learned of it.
    pub learned: Learned,
    /// How it fits.
    pub fit: Fit,
}

/// How something fits a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// It says all that was asked.
    EveryTerm,
    /// It says some of it.
    SomeTerms,
    /// It says none of it, but means something near.
    Meaning,
}

/// A cluster of which something is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Scanned {
    /// The cluster.
    pub cluster: Cluster,
    /// Of how many kinds.
    pub kinds: usize,
    /// When the last of it was learned.
    pub learned_at: jiff::Timestamp,
}

/// How many each of two ways of searching puts forward to be joined.
fn candidates(limit: usize) -> usize {
    limit.saturating_mul(2).max(50)
}

#[cfg(test)]
mod corpus;
#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;
