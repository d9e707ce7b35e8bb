//! A scan: what is not known yet is asked, many at a time, and each answer is in the journal before it counts.
//!
//! [`Plan`] says what is to be asked, a [`Round`] asks it by the [`pool`](crate::pool). Whoever drives the round
//! shows how it goes; dropping it ends all requests and loses nothing that was answered. [`Keeping`] brings what was
//! learned to where it is searched. The agent [`Scan`] proposes the command.

mod agent;
mod keeping;
mod plan;
mod round;
#[cfg(test)]
mod tests;

pub use agent::Scan;
pub use keeping::Keeping;
pub use plan::Plan;
pub use round::{Ended, Next, Round};
