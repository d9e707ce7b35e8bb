//! What a cluster can do: every kind of resource that it serves, described by a model once and kept.
//!
//! Start with [`description`]: what is said of a kind, and under which key it holds. A scan goes from [`discover`],
//! which makes a [`definition`] of each kind, by the [`prompt`] and an [`inference`] to the [`journal`]: [`scan`] does it.

pub mod definition;
pub mod description;
pub mod discover;
pub mod inference;
pub mod journal;
pub mod prompt;
pub mod scan;

pub use description::{Cluster, Complexity, Description, Kind, Learned};
