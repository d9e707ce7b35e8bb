//! The frontend.

pub mod bash;
pub mod messages;
mod sys;
pub mod terminal;
