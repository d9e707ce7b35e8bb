//! The frontend.

pub mod config;
pub mod messages;
pub mod prompt;
pub mod router;
