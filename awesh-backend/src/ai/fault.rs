//! What can go wrong between us and a model server, and how a person is told.

use std::time::Duration;

use agents::Failure;
use awesh_protocol::{Api, FailureKind};
use thiserror::Error;

use super::endpoint::{Endpoint, Key};
use super::key;
use super::refusal::{Refusal, refused};

/// What went wrong in one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Fault {
    /// Requests cannot be made at all: the system has no certificates, …
    #[error("no client: {0}")]
    Client(String),
    /// No connection came about.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// The connection broke before an answer.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// Nothing came for so long.
    #[error("silent for {0:?}")]
    Stalled(Duration),
    /// The answer broke off.
    #[error("the answer broke off: {0}")]
    Cut(String),
    /// The server refused, with its status or in the middle of an answer.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// What came is no answer.
    #[error("no answer: {0}")]
    Nonsense(String),
    /// The command that prints the key did not, or the keyring has none.
    #[error("no key: {0}")]
    Key(String),
    /// A call in words could not be read, nor the next attempt at it.
    #[error("an unreadable tool call: {0}")]
    UnreadableCall(String),
    /// A tool call was cut by the length limit.
    #[error("a tool call was cut by the length limit")]
    CutCall,
}

impl Fault {
    /// Whether another attempt may go better.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Broken(_) | Self::Cut(_) => true,
            Self::Refused(refusal) => {
                let status = refusal.status.unwrap_or_default();
                matches!(status, 408 | 409 | 429 | 500..=599)
                    && !refusal.is_too_long()
                    && !refusal.mentions(&["insufficient_quota"])
            }
            Self::Client(_)
            | Self::Stalled(_)
            | Self::Nonsense(_)
            | Self::Key(_)
            | Self::UnreadableCall(_)
            | Self::CutCall => false,
        }
    }

    /// Whether less to read could be answered.
    pub(crate) fn is_too_long(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.is_too_long())
    }

    /// Whether it is for the tools that the request was refused.
    pub(crate) fn refuses_tools(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.refuses_tools())
    }

    /// Whether it is for the schema of the answer that the request was refused.
    pub(crate) fn refuses_schema(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.refuses_schema())
    }

    /// Whether there is nothing at that address.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.status == Some(404))
    }

    /// Whether it is the key that was refused.
    pub(crate) fn refuses_key(&self) -> bool {
        matches!(self, Self::Refused(refusal) if matches!(refusal.status, Some(401 | 403)))
    }

    /// Why we would try again, in a word for the user.
    pub(crate) fn in_short(&self) -> &'static str {
        match self {
            Self::Refused(refusal) if refusal.status == Some(429) => "asks for less",
            Self::Refused(_) => "is overloaded",
            _ => "cannot be reached",
        }
    }

    /// What a person is told: the host, what happened, what to do; never the key.
    pub(crate) fn failure(&self, endpoint: &Endpoint) -> Failure {
        use FailureKind::{Network, Provider};
        let (host, model) = (&endpoint.host, endpoint.model());
        let (kind, message, hint) = match self {
            Self::Refused(refusal) => return refused(refusal, endpoint),
            Self::Client(why) => (
                Network,
                format!("No request to {host} can be made: {why}."),
                "Is its certificate signed by one that this system trusts? Else name it: export SSL_CERT_FILE=…"
                    .to_owned(),
            ),
            Self::Unreachable(why) => {
                (Network, format!("{host} cannot be reached: {why}."), endpoint.unreachable_hint())
            }
            Self::Broken(why) => (
                Network,
                format!("{host} closed the connection without an answer: {why}."),
                "Ask again.".to_owned(),
            ),
            Self::Stalled(silence) => (
                Network,
                format!("{host} sent nothing for {} s; the answer is not complete.", silence.as_secs()),
                "Ask again; if it stays so, try another model (awem) or provider (awea).".to_owned(),
            ),
            Self::Cut(why) => {
                (Network, format!("The answer from {host} broke off: {why}."), "Ask again.".to_owned())
            }
            Self::Nonsense(why) => (
                Provider,
                format!("{host} answered with something that is no answer: {why}."),
                match endpoint.provider.api {
                    Api::Chat => "Is the base URL an OpenAI-compatible API? It usually ends with /v1.",
                    Api::Messages => "Is the base URL that of an API like Anthropic's?",
                }
                .to_owned(),
            ),
            Self::Key(why) if endpoint.key == Key::Keyring => (
                FailureKind::Settings,
                format!("The keyring gives no key for {}: {why}.", endpoint.provider.name),
                key::how_to_store(endpoint.provider.name),
            ),
            Self::Key(why) => (
                FailureKind::Settings,
                format!("The command that prints the key failed: {why}."),
                "Run it by itself to see; it is the setting ai.key_command.".to_owned(),
            ),
            Self::UnreadableCall(why) => (
                Provider,
                format!("{model} wrote a tool call that cannot be read, twice: {why}."),
                "Ask again, or take another model (awem).".to_owned(),
            ),
            Self::CutCall => (
                Provider,
                format!("{model} reached its length limit in the middle of a tool call."),
                "Ask for a smaller step, or take another model (awem).".to_owned(),
            ),
        };
        Failure::new(kind, message).hint(hint)
    }
}
