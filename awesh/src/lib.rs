//! The frontend: the shell that a person types into. Synchronous; of awesh's other crates it knows the protocol
//! alone.
//!
//! # Map
//!
//! In the order a line meets them: [`shell`] is the loop. It shows the [`prompt`], has the [`line_editor`] read a
//! line, asks the [`router`] where it goes, and gives it to [`bash`], to the [`backend`] (whose answer [`render`]
//! draws), or to [`control`], awesh's own commands.
//!
//! Around it: [`args`] and [`config`] say what is wanted, [`terminal`] is the user's terminal, [`messages`] the
//! only voice to the user apart from answers, [`highlight`] what the words of a command are to the eye, [`timings`]
//! what took how long, [`fallback`] what happens where awesh cannot be the shell, and [`sys`] the fence around unsafe
//! code.
//!
//! # Invariants
//!
//! * What bash can run, real bash runs; no line is ever rewritten.
//! * Keys have one reader at a time and one order ([`terminal::Keyboard`]); none is lost.
//! * Nothing here waits for the network, the backend or a file system without a deadline, but for an answer,
//!   which Ctrl-C ends.
//! * However it fails, the user has a bash on a terminal that works.

pub mod args;
pub mod backend;
pub mod bash;
pub mod config;
pub mod control;
pub mod fallback;
mod glob;
pub mod highlight;
pub mod line_editor;
pub mod messages;
pub mod prompt;
pub mod render;
pub mod router;
pub mod shell;
pub mod sys;
pub mod terminal;
pub mod timings;
pub mod turns;
