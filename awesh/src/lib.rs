//! The frontend.

pub mod messages;
