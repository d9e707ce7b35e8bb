//! The frontend.

pub mod bash;
pub mod config;
pub mod line_editor;
pub mod messages;
pub mod prompt;
pub mod router;
mod sys;
pub mod terminal;
