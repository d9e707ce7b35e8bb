//! What the settings say of a store's server. It is never shown: the address may hold a password.

use std::path::PathBuf;

use awesh_protocol::Secret;

/// A server that keeps what was learned.
pub struct Server {
    /// Its address; its usual port on this machine where there is none.
    pub url: Option<String>,
    /// The collection or schema on it.
    pub collection: String,
    /// The API key or password.
    pub key: Option<Secret>,
    /// The file of the certificates to trust in place of the system's.
    pub ca_file: Option<PathBuf>,
}

/// The cause at the bottom of an error, which says most; the layers above it repeat addresses.
pub(super) fn innermost(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source())
        .last()
        .map_or_else(String::new, ToString::to_string)
}
