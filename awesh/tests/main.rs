//! Tests of the whole shell, on a real pseudo-terminal.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod batch;
mod bindings;
mod capabilities;
mod clusters;
mod compare;
mod context;
mod conversation;
mod counts;
mod degraded;
mod editor;
mod fidelity;
mod harness;
mod instant;
mod interactive;
mod life;
#[path = "../../awesh-backend/tests/model_server.rs"]
mod model_server;
mod noninteractive;
mod permission;
mod plans;
mod questions;
mod random;
mod regression;
mod remote;
mod scan;
mod tree;
mod widths;
