//! Plans: steps that run as soon as what they need is there, on this machine and on others, and go on where they
//! were broken off.
//!
//! A plan is YAML ([`document`]). Before anything runs, its `names` and its [`order`] are checked,
//! and it is laid out for the environments it is to run in ([`graph`](mod@graph)). Running it ([`run`]) is one loop
//! that begins what is ready, by an engine it does not know ([`Runner`]), and keeps a [`journal`](mod@journal).
//! Values of earlier steps reach a [`line`](mod@line) as values, never as code, and a condition ([`when`]) as text.
//!
//! What a step could do, whether it may, and how all this is shown is left to whoever runs a plan.

mod attempt;
pub mod document;
mod engine;
mod fields;
pub mod graph;
pub mod journal;
pub mod line;
mod miss;
mod names;
pub mod order;
pub mod outcome;
pub mod problem;
pub mod reference;
mod reread;
pub mod run;
mod scan;
pub mod summary;
pub mod when;

pub use attempt::{Again, Runner};
pub use document::Document;
pub use engine::{Engine, LOCAL};
pub use fields::{Named, Texts};
pub use graph::{Graph, Node, Plan};
pub use journal::Journal;
pub use outcome::{Fate, Outcome, Output};
pub use problem::Problem;
pub use run::{Conductor, Event, Run};
pub use summary::Summary;
