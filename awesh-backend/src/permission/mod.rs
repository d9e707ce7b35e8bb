//! What an action could do, as far as it can be told without doing it; pure.
//!
//! A command line is taken apart by its syntax tree ([`shell`]) and each of its commands looked up in tables
//! ([`commands`]). Only what is known to look and nothing else counts as looking; what is not known is unknown,
//! never harmless.

mod commands;
pub(crate) mod path;
mod shell;
mod tables;

use awesh_protocol::Risk;

/// What a command line could do.
pub(crate) fn risk(line: &str) -> Risk {
    let Some(parts) = shell::take_apart(line) else { return Risk::Unknown };
    let whole = if parts.opaque { Risk::Unknown } else { Risk::Reads };
    let writes = parts.targets.iter().map(commands::redirection);
    parts.commands.iter().map(commands::risk).chain(writes).fold(whole, Risk::max)
}

#[cfg(test)]
mod tests;
