//! What a cluster can do: every kind of resource that it serves, described by a model once and kept.
//!
//! Start with [`description`]: what is said of a kind, and under which key it holds. A scan goes from [`discover`],
//! which makes a [`definition`] of each kind.

pub mod definition;
pub mod description;
pub mod discover;

pub use description::{Cluster, Complexity, Description, Kind, Learned};
