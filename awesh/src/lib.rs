//! The frontend.

pub mod args;
pub mod backend;
pub mod bash;
pub mod config;
pub mod control;
pub mod fallback;
pub mod line_editor;
pub mod messages;
pub mod prompt;
pub mod render;
pub mod router;
pub mod shell;
pub mod sys;
pub mod terminal;
pub mod turns;
