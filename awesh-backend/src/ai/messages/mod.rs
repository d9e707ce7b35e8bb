//! Anthropic's messages.

pub(super) mod request;
pub(super) mod stream;

/// The version of the API that is spoken here.
pub(super) const VERSION: &str = "2023-06-01";
