//! The frontend.

pub mod config;
pub mod messages;
