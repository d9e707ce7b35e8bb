//! Refusals, worded as an API server words them.

use serde_json::{Value, json};

use crate::certificates::USER;
use crate::resources::Resource;

/// A refusal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    /// The value of `Retry-After`, seconds.
    pub(crate) retry_after: Option<u64>,
}

impl Refusal {
    fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), retry_after: None }
    }

    /// The refusal that goes with a status.
    pub(crate) fn of_status(code: u16) -> Self {
        match code {
            401 => Self::unauthorised(),
            403 => Self::new(code, "Forbidden", format!("User \"{USER}\" cannot do that")),
            404 => Self::unknown_path(),
            410 => Self::expired(),
            429 => Self::busy(1),
            503 => {
                Self::new(code, "ServiceUnavailable", "the server is currently unable to handle the request")
            }
            _ => Self::new(code, "InternalError", "Internal error occurred: etcdserver: request timed out"),
        }
    }

    pub(crate) fn unauthorised() -> Self {
        Self::new(401, "Unauthorized", "Unauthorized")
    }

    pub(crate) fn forbidden(
        verb: &str,
        resource: &Resource,
        namespace: Option<&str>,
        name: Option<&str>,
    ) -> Self {
        let named = name.map_or(String::new(), |name| format!(" \"{name}\""));
        let place =
            namespace.map_or("at the cluster scope".to_owned(), |it| format!("in the namespace \"{it}\""));
        let (plural, group) = (resource.plural, resource.group);
        let message = format!(
            "{}{named} is forbidden: User \"{USER}\" cannot {verb} resource \"{plural}\" in API group \"{group}\" {place}",
            resource.qualified()
        );
        Self::new(403, "Forbidden", message)
    }

    pub(crate) fn unknown_path() -> Self {
        Self::new(404, "NotFound", "the server could not find the requested resource")
    }

    pub(crate) fn not_found(resource: &Resource, name: &str) -> Self {
        Self::new(404, "NotFound", format!("{} \"{name}\" not found", resource.qualified()))
    }

    pub(crate) fn method() -> Self {
        Self::new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
    }

    pub(crate) fn exists(resource: &Resource, name: &str) -> Self {
        Self::new(409, "AlreadyExists", format!("{} \"{name}\" already exists", resource.qualified()))
    }

    pub(crate) fn conflict(resource: &Resource, name: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} \"{name}\": the object has been modified; please apply your changes to the latest version and try again",
            resource.qualified()
        );
        Self::new(409, "Conflict", message)
    }

    pub(crate) fn expired() -> Self {
        Self::new(
            410,
            "Expired",
            "The provided continue parameter is too old to display a consistent list result.",
        )
    }

    /// Of a watch.
    pub(crate) fn too_old() -> Self {
        Self::new(410, "Expired", "too old resource version")
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub(crate) fn media_type() -> Self {
        Self::new(415, "UnsupportedMediaType", "the body of the request was in an unknown format")
    }

    pub(crate) fn busy(retry_after: u64) -> Self {
        let message = "Too many requests, please try again later.";
        Self { retry_after: Some(retry_after), ..Self::new(429, "TooManyRequests", message) }
    }

    /// As it is sent.
    pub(crate) fn body(&self) -> Value {
        json!({
            "apiVersion": "v1", "kind": "Status", "metadata": {}, "status": "Failure",
            "message": self.message, "reason": self.reason, "code": self.code,
        })
    }
}
