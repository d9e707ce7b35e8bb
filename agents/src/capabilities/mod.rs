//! What a cluster can do: every kind of resource that it serves, described by a model once and kept.
//!
//! Start with [`description`]: what is said of a kind, and under which key it holds. A [`scan`] learns it: [`discover`]
//! makes a [`definition`] of each kind, the [`prompt`] asks an [`inference`], the answer goes to the [`journal`] and
//! from there to the [`store`], which finds it again: in the clusters of a [`scope`], told in [`rows`]. The agent
//! understands by `phrases`.

mod agent;
pub mod definition;
pub mod description;
pub mod discover;
pub mod inference;
pub mod journal;
mod phrases;
pub mod prompt;
pub mod rows;
pub mod scan;
pub mod scope;
pub mod store;

pub use agent::Capabilities;
pub use description::{Cluster, Complexity, Description, Kind, Learned};
