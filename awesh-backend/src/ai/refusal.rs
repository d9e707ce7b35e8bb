//! A server's refusal: read out of what servers wrap it in, and worded for a person.

use std::time::Duration;

use agents::Failure;
use awesh_protocol::FailureKind;
use serde_json::Value;

use super::endpoint::Endpoint;

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
        let numbered = || word("code").or_else(|| word("status"))?.parse().ok();
        let status = status.or_else(numbered).or_else(|| status_of(word("type").as_deref()));
        Self {
            status,
            code: code.collect::<Vec<_>>().join(" "),
            message: plain(&message.unwrap_or_default()),
            retry_after: None,
        }
    }

    /// Whether it is the tools that are refused, as Ollama, llama.cpp, vLLM and OpenRouter word it.
    pub(super) fn refuses_tools(&self) -> bool {
        self.mentions(&[
            "does not support tools",
            "doesn't support tools",
            "not support tool",
            "support tool use",
            "support function call",
            "tools param requires",
            "tool choice requires",
            "tools are not supported",
            "tool calling is not supported",
            "tool use is not supported",
        ])
    }

    /// Whether it is the schema of the answer that is refused, or the tool that stands for it.
    pub(super) fn refuses_schema(&self) -> bool {
        let is_of_request = matches!(self.status, Some(400 | 404 | 415 | 422 | 501));
        let cues = [
            "response_format",
            "response format",
            "json_schema",
            "structured output",
            "tool_choice",
            "strict",
        ];
        is_of_request && (self.mentions(&cues) || self.refuses_tools())
    }

    /// Whether less to read could be answered.
    pub(crate) fn is_too_long(&self) -> bool {
        self.mentions(&[
            "context length",
            "context_length",
            "context window",
            "contextwindow",
            "context size",
            "context_size",
            "maximum context",
            "too many tokens",
            "prompt is too long",
        ])
    }

    /// Whether it speaks of one of these, in lower case.
    pub(crate) fn mentions(&self, words: &[&str]) -> bool {
        let text = format!("{} {}", self.code, self.message).to_lowercase();
        words.iter().any(|word| text.contains(word))
    }
}

/// The status that a messages server's word for an error stands for, where there is no other: within a stream.
fn status_of(word: Option<&str>) -> Option<u16> {
    Some(match word? {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "api_error" => 500,
        "overloaded_error" => 529,
        _ => return None,
    })
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

/// What a person is told of a refusal.
pub(super) fn refused(refusal: &Refusal, endpoint: &Endpoint) -> Failure {
    let (host, model) = (&endpoint.host, endpoint.model());
    let said =
        if refusal.message.is_empty() { String::new() } else { format!(" It says: {}", refusal.message) };
    let failure = |kind, what: String| Failure::new(kind, format!("{what}{said}"));
    let status = refusal.status.unwrap_or_default();
    if refusal.is_too_long() {
        return failure(FailureKind::Provider, format!("The question is too long for {} at {host}.", model))
            .hint("Ask with less attached, or take a model with a larger context (awem).");
    }
    match status {
        401 | 403 => {
            failure(FailureKind::Unauthorised, format!("{host} refused the key.")).hint(endpoint.key_hint())
        }
        402 => failure(FailureKind::Provider, format!("{host} wants to be paid first."))
            .hint("Look at the account's billing, or take another provider (awea)."),
        404 => failure(FailureKind::Provider, format!("{host} knows no model {} at this address.", model))
            .hint("Choose a model it has (awem MODEL), and look at the base URL."),
        400 | 422
            if refusal.mentions(&["model name", "model_not_found", "no such model", "invalid model"]) =>
        {
            failure(FailureKind::Provider, format!("{host} knows no model {}.", model))
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
