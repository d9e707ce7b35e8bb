//! What a cluster can do: every kind of resource that it serves, described by a model once and kept.
//!
//! Start with [`description`]: what is said of a kind, and under which key it holds. The [`store`] keeps it and finds
//! it again: in the clusters of a [`scope`], told in [`rows`]. The agent understands by `phrases`.

mod agent;
pub mod description;
mod phrases;
pub mod rows;
pub mod scope;
pub mod store;

pub use agent::Capabilities;
pub use description::{Cluster, Complexity, Description, Kind, Learned};
