//! The API as `kubectl` meets it, and as a client meets it that reads every byte.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod kubectl;
mod wire;
