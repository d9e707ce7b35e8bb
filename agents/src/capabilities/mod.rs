//! What a cluster can do: every kind of resource that it serves, described by a model once and kept.
//!
//! Start with [`description`]: what is said of a kind, and under which key it holds. The [`store`] keeps it and finds
//! it again.

pub mod description;
pub mod store;

pub use description::{Cluster, Complexity, Description, Kind, Learned};
