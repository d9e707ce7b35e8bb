//! Tests of the whole shell, on a real pseudo-terminal.

mod degraded;
mod editor;
mod fidelity;
mod harness;
mod interactive;
#[path = "../../awesh-backend/tests/model_server.rs"]
#[allow(dead_code, reason = "shared with the backend's tests, which use all of it")]
mod model_server;
mod noninteractive;
mod questions;
mod regression;
