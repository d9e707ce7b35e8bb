//! The frontend.

pub mod args;
pub mod backend;
pub mod bash;
pub mod config;
pub mod fallback;
pub mod line_editor;
pub mod messages;
pub mod router;
pub mod shell;
mod sys;
pub mod terminal;

pub use sys::tty::is_interactive;
