//! What can go wrong between us and a model server, and how a person is told.

use std::time::Duration;

use agents::Failure;
use awesh_protocol::FailureKind;
use serde_json::Value;
use thiserror::Error;

use super::provider::Endpoint;

/// What went wrong in one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Fault {
    /// No connection came about, or it broke before an answer.
    #[error("no connection: {0}")]
    Connection(String),
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
    /// A tool call was cut by the length limit.
    #[error("a tool call was cut by the length limit")]
    CutCall,
}

/// A server's refusal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The HTTP status, or what stands for it within an answer.
    pub(crate) status: Option<u16>,
    /// Its word for the error, where it gives one.
    pub(crate) code: String,
    /// What it says.
    pub(crate) message: String,
    /// How long it wants to be left alone.
    pub(crate) retry_after: Option<Duration>,
}

impl Refusal {
    /// Reads the error out of what servers wrap it in: `{"error":{"message":…}}`, `{"error":"…"}`,
    /// `{"message":…}`, `{"detail":…}`, or plain text.
    pub(crate) fn read(status: Option<u16>, body: &str) -> Self {
        match serde_json::from_str::<Value>(body) {
            Ok(value) => Self::from_value(status, &value),
            Err(_) => Self { status, message: plain(body), ..Self::default() },
        }
    }

    /// As [`Refusal::read`], from what is parsed already.
    pub(crate) fn from_value(status: Option<u16>, value: &Value) -> Self {
        let error = value.get("error").filter(|error| !error.is_null()).unwrap_or(value);
        let word = |name: &str| match &error[name] {
            Value::String(word) => Some(word.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let message =
            error.as_str().map(str::to_owned).or_else(|| word("message")).or_else(|| word("detail"));
        let code = [word("code"), word("type")].into_iter().flatten();
        let status = status.or_else(|| word("code").or_else(|| word("status"))?.parse().ok());
        Self {
            status,
            code: code.collect::<Vec<_>>().join(" "),
            message: plain(&message.unwrap_or_default()),
            retry_after: None,
        }
    }

    fn is_too_long(&self) -> bool {
        self.mentions(&[
            "context length",
            "context_length",
            "context window",
            "contextwindow",
            "context size",
            "context_size",
            "maximum context",
            "too many tokens",
        ])
    }

    fn mentions(&self, words: &[&str]) -> bool {
        let text = format!("{} {}", self.code, self.message).to_lowercase();
        words.iter().any(|word| text.contains(word))
    }
}

/// One line of bounded length without control characters.
fn plain(text: &str) -> String {
    const MOST: usize = 300;
    let line: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    let line = line.join(" ");
    let kept = &line[..line.floor_char_boundary(MOST)];
    if kept.len() < line.len() { format!("{kept}…") } else { line }
}

impl Fault {
    /// Whether another attempt may go better.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Connection(_) | Self::Cut(_) => true,
            Self::Refused(refusal) => {
                let status = refusal.status.unwrap_or_default();
                matches!(status, 408 | 409 | 429 | 500..=599)
                    && !refusal.is_too_long()
                    && !refusal.mentions(&["insufficient_quota"])
            }
            Self::Stalled(_) | Self::Nonsense(_) | Self::CutCall => false,
        }
    }

    /// Whether less to read could be answered.
    pub(crate) fn is_too_long(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.is_too_long())
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
        let host = &endpoint.host;
        match self {
            Self::Connection(why) => {
                Failure::new(FailureKind::Network, format!("{host} cannot be reached: {why}."))
                    .hint(endpoint.unreachable_hint())
            }
            Self::Stalled(silence) => {
                let seconds = silence.as_secs();
                Failure::new(
                    FailureKind::Network,
                    format!("{host} sent nothing for {seconds} s; the answer is not complete."),
                )
                .hint("Ask again; if it stays so, try another model (awem) or provider (awea).")
            }
            Self::Cut(why) => {
                Failure::new(FailureKind::Network, format!("The answer from {host} broke off: {why}."))
                    .hint("Ask again.")
            }
            Self::Refused(refusal) => refused(refusal, endpoint),
            Self::Nonsense(why) => Failure::new(
                FailureKind::Provider,
                format!("{host} answered with something that is no answer: {why}."),
            )
            .hint("Is the base URL an OpenAI-compatible API? It usually ends with /v1."),
            Self::CutCall => {
                let message =
                    format!("{} reached its length limit in the middle of a tool call.", endpoint.model);
                Failure::new(FailureKind::Provider, message)
                    .hint("Ask for a smaller step, or take another model (awem).")
            }
        }
    }
}

fn refused(refusal: &Refusal, endpoint: &Endpoint) -> Failure {
    let host = &endpoint.host;
    let said =
        if refusal.message.is_empty() { String::new() } else { format!(" It says: {}", refusal.message) };
    let failure = |kind, what: String| Failure::new(kind, format!("{what}{said}"));
    let status = refusal.status.unwrap_or_default();
    if refusal.is_too_long() {
        return failure(
            FailureKind::Provider,
            format!("The question is too long for {} at {host}.", endpoint.model),
        )
        .hint("Ask with less attached, or take a model with a larger context (awem).");
    }
    match status {
        401 | 403 => {
            failure(FailureKind::Unauthorised, format!("{host} refused the key.")).hint(endpoint.key_hint())
        }
        402 => failure(FailureKind::Provider, format!("{host} wants to be paid first."))
            .hint("Look at the account's billing, or take another provider (awea)."),
        404 => failure(
            FailureKind::Provider,
            format!("{host} knows no model {} at this address.", endpoint.model),
        )
        .hint("Choose a model it has (awem MODEL), and look at the base URL."),
        400 | 422
            if refusal.mentions(&["model name", "model_not_found", "no such model", "invalid model"]) =>
        {
            failure(FailureKind::Provider, format!("{host} knows no model {}.", endpoint.model))
                .hint("Choose a model it has (awem MODEL).")
        }
        429 if refusal.mentions(&["insufficient_quota"]) => {
            failure(FailureKind::Busy, format!("The account at {host} has no quota left."))
                .hint("Look at the account's billing, or take another provider (awea).")
        }
        429 => failure(FailureKind::Busy, format!("{host} asks for fewer requests.")).hint(
            match refusal.retry_after {
                Some(wait) => format!("Ask again in {} s, or take another provider (awea).", wait.as_secs()),
                None => "Ask again in a while, or take another provider (awea).".to_owned(),
            },
        ),
        500..=599 => failure(FailureKind::Busy, format!("{host} is overloaded or broken (status {status})."))
            .hint("Ask again in a while, or take another provider (awea)."),
        0 => failure(FailureKind::Provider, format!("{host} ended the answer with an error."))
            .hint("Ask again."),
        status => failure(FailureKind::Provider, format!("{host} refused the request (status {status})."))
            .hint("Look at the model (awem) and the provider (awea)."),
    }
}
