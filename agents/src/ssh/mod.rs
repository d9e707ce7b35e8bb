//! Hosts by the user's own ssh, so that `~/.ssh/config`, agents, jump hosts, certificates, hardware keys and
//! known_hosts mean what they mean to ssh.
//!
//! A session is a process of `ssh` that runs `sh` on the host and lives no longer than whoever talks to it: its
//! input is a pipe that ends with us. Where several batches go to a host, ssh itself shares one connection between
//! them ([`Connections::kept`]) and, where a host refuses another session on it, opens a plain one. There are crates
//! that wrap the same program; they allow no question on the terminal and leave a master process behind a program
//! that is killed, which is why it is called here directly.
//!
//! No key of a host is ever accepted here: an unknown or a changed one is a failure with ssh's words.

mod agent;
mod config;
mod connections;
mod inventory;
mod log;
mod passphrases;
mod phrases;
mod private;
mod select;
mod session;
pub mod terminal;
mod tries;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use agent::Ssh;
pub use connections::Connections;
pub use inventory::Inventory;
pub(crate) use log::{Log, Words};
pub use select::{Chosen, Known};

/// Where a host is, where that is not for ssh's configuration to say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Target {
    /// The name that ssh is given: a name of its configuration, or of the network.
    pub name: String,
    /// The address instead of the one of the name.
    pub address: Option<String>,
    /// The user there.
    pub user: Option<String>,
    /// The port.
    pub port: Option<u16>,
}

impl Target {
    /// A host as one writes it: `name`, `user@name`, `name:port`, `[address]:port`.
    pub fn parse(text: &str) -> Option<Self> {
        let (user, rest) = match text.rsplit_once('@') {
            Some((user, rest)) => (Some(user), rest),
            None => (None, text),
        };
        let (name, port) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((name, "")) => (name, None),
            Some((name, port)) => (name, Some(port.strip_prefix(':')?)),
            None => match rest.split_once(':') {
                // More than one colon: an address of IPv6.
                Some((name, port)) if !port.contains(':') => (name, Some(port)),
                _ => (rest, None),
            },
        };
        let is_word = |word: &str| {
            !word.is_empty()
                && !word.starts_with('-')
                && !word.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        let port = port.map(str::parse).transpose().ok()?;
        (is_word(name) && user.is_none_or(is_word)).then(|| Self {
            name: name.to_owned(),
            user: user.map(str::to_owned),
            port,
            address: None,
        })
    }
}

/// A host that batches can run on.
#[derive(Debug, Clone)]
pub struct Host {
    target: Target,
    connections: Arc<Connections>,
    /// Where its connection is shared, if it is kept.
    socket: Option<PathBuf>,
}

impl Host {
    /// The name it is called by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.target.name
    }
}

#[cfg(test)]
mod tests;
