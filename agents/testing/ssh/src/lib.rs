//! Machines for tests that speak ssh: a real sshd for each connection, with keys, users and a home of the test's own
//! ([`Machine`]), reached through the pipe of ssh's ProxyCommand or through a port of loopback whose [`Wire`] delays,
//! stalls and breaks as it is told ([`Server`]). Nobody has to be root.
//!
//! Who the user is and which shell is his, sshd learns from a passwd file of the test's (nss_wrapper).
#![expect(clippy::unwrap_used, reason = "what cannot be set up for a test ends the test")]

mod machine;
mod server;

pub use machine::Machine;
pub use server::{Server, Wire};
