//! The fence: `unsafe` code and what the platform's own interfaces need stands below this module only. What
//! is here is small and knows nothing of shells; everything above it is safe Rust.

#![allow(unsafe_code, reason = "this is the fence")]

#[cfg(test)]
pub mod allocations;
pub mod poll;
pub mod process;
pub mod pty;
pub mod signals;
pub mod tty;
