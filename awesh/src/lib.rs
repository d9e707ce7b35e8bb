//! The frontend.

pub mod backend;
pub mod messages;
pub mod render;
