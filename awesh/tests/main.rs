//! Tests of the whole shell, on a real pseudo-terminal.

mod fidelity;
mod harness;
mod interactive;
