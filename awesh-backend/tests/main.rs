//! The backend over its real socket, against a scripted model server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answers;
mod failures;
mod lifecycle;
mod model_server;
mod proposals;
mod providers;
mod scan;
mod secrets;
mod shell;
