//! What can go wrong between here and a cluster, in words that are true.
//!
//! A failed connection arrives as a chain of errors of half a dozen crates; what the user needs is the one that
//! tells: the name was not found, nobody listens, the certificate has expired. [`Trouble::of`] finds it.

use std::error::Error;
use std::io;

use kube_client::core::Status;
use nix::errno::Errno;
use rustls::{AlertDescription, CertificateError};
use serde::{Deserialize, Serialize};

use crate::words::printable;

/// Characters of a message from outside that are shown.
const SHOWN: usize = 300;

/// The class of a trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The kubeconfig does not say enough, or nonsense.
    Kubeconfig,
    /// The credentials could not be had: a plugin, a file.
    Credentials,
    /// The cluster does not accept the credentials.
    Unauthorised,
    /// The cluster does not allow it.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// A list that was begun cannot be continued.
    Expired,
    /// The cluster asks for less.
    Busy,
    /// The cluster failed.
    Server,
    /// The name cannot be resolved.
    Name,
    /// Nobody listens there.
    Refused,
    /// There is no way there.
    Unreachable,
    /// A proxy on the way refused.
    Proxy,
    /// No answer within the deadline.
    TimedOut,
    /// The server's certificate is not to be trusted.
    Certificate,
    /// The encrypted connection failed otherwise.
    Tls,
    /// The connection was closed in the middle.
    Dropped,
    /// What came is no answer of a Kubernetes API.
    Garbage,
    /// A defect of awesh.
    Internal,
}

/// What went wrong, in a clause without a full stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Trouble {
    /// The class.
    pub kind: Kind,
    /// The words.
    pub message: String,
}

impl Trouble {
    /// A trouble in these words; what is in them from outside is cut and made printable.
    pub fn new(kind: Kind, message: impl AsRef<str>) -> Self {
        Self { kind, message: clipped(message.as_ref()) }
    }

    /// What an error means.
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        let mut next = Some(error);
        let mut last = None;
        while let Some(cause) = next {
            if let Some(trouble) = of_one(cause) {
                return trouble;
            }
            next = source(cause);
            last = Some(cause);
        }
        let words = last.map_or_else(|| error.to_string(), ToString::to_string);
        Self::new(Kind::Unreachable, format!("the connection failed: {words}"))
    }

    /// What an answer means that is none: its status, and its body as far as it came.
    pub fn of_status(code: u16, body: &[u8]) -> Self {
        let status: Option<Status> = serde_json::from_slice(body).ok();
        let told = status.map(|status| status.message).filter(|message| !message.is_empty());
        let (kind, words) = match code {
            401 => (Kind::Unauthorised, "the cluster does not accept these credentials (401)"),
            403 => (Kind::Forbidden, "not allowed (403)"),
            404 => (Kind::NotFound, "not found (404)"),
            410 => (Kind::Expired, "the list has expired (410)"),
            429 => (Kind::Busy, "the cluster asks for fewer requests (429)"),
            500..=599 => (Kind::Server, "the API server failed"),
            _ => (Kind::Garbage, "not an answer of a Kubernetes API"),
        };
        let numbered = if words.ends_with(')') { words.to_owned() } else { format!("{words} ({code})") };
        // "Unauthorized" says no more than the number.
        match told.filter(|_| kind != Kind::Unauthorised) {
            Some(told) => Self::new(kind, format!("{numbered}: {told}")),
            None => Self::new(kind, numbered),
        }
    }
}

/// Text from outside, printable and of a length that can be shown.
pub(super) fn clipped(text: &str) -> String {
    let text = printable(text.trim());
    let cut = text.char_indices().nth(SHOWN).map_or(text.len(), |(at, _)| at);
    if cut < text.len() { format!("{}…", &text[..cut]) } else { text }
}

/// The error behind an error; an error of the system keeps it where `source` does not look.
fn source<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// What one error of a chain means by itself.
fn of_one(error: &(dyn Error + 'static)) -> Option<Trouble> {
    if let Some(error) = error.downcast_ref::<Trouble>() {
        return Some(error.clone());
    }
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(of_tls(error));
    }
    if let Some(error) = error.downcast_ref::<io::Error>()
        // What stands behind an error of the system says more, unless it is only words.
        && (error.get_ref().is_none() || error.kind() == io::ErrorKind::UnexpectedEof)
    {
        return Some(of_io(error));
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return of_http(error);
    }
    let words = error.to_string();
    if words == "dns error" {
        let why = error.source().map(ToString::to_string).unwrap_or_default();
        let why = why.strip_prefix("failed to lookup address information: ").unwrap_or(&why).to_owned();
        return Some(Trouble::new(Kind::Name, format!("the server's name cannot be resolved: {why}")));
    }
    match words.strip_prefix("tunnel error: ") {
        // A proxy that was not reached at all is told by what is behind.
        Some("failed to create underlying connection" | "io error establishing tunnel") | None => None,
        Some(why) => Some(Trouble::new(Kind::Proxy, format!("the proxy refused the connection: {why}"))),
    }
}

fn of_io(error: &io::Error) -> Trouble {
    use io::ErrorKind as Io;
    let is_full = |number| number == Errno::EMFILE as i32 || number == Errno::ENFILE as i32;
    if error.raw_os_error().is_some_and(is_full) {
        return Trouble::new(
            Kind::Internal,
            "too many connections at once here; lower --limit or raise ulimit -n",
        );
    }
    match error.kind() {
        Io::ConnectionRefused => {
            Trouble::new(Kind::Refused, "the connection was refused: nothing listens there")
        }
        Io::ConnectionReset | Io::ConnectionAborted | Io::BrokenPipe | Io::UnexpectedEof => dropped(),
        Io::TimedOut => Trouble::new(Kind::TimedOut, "the connection timed out"),
        _ => Trouble::new(Kind::Unreachable, format!("the server cannot be reached: {error}")),
    }
}

fn dropped() -> Trouble {
    Trouble::new(Kind::Dropped, "the server closed the connection without an answer")
}

fn of_http(error: &hyper::Error) -> Option<Trouble> {
    if error.is_parse() {
        return Some(Trouble::new(Kind::Garbage, "what answers there does not speak HTTP"));
    }
    (error.is_incomplete_message() || error.is_closed() || error.is_canceled()).then(dropped)
}

fn of_tls(error: &rustls::Error) -> Trouble {
    match error {
        rustls::Error::InvalidCertificate(error) => of_certificate(error),
        rustls::Error::AlertReceived(alert) => of_alert(*alert),
        rustls::Error::InvalidMessage(_) => Trouble::new(Kind::Tls, "what answers there does not speak TLS"),
        error => Trouble::new(Kind::Tls, format!("no encrypted connection: {error}")),
    }
}

fn of_certificate(error: &CertificateError) -> Trouble {
    use CertificateError as Bad;
    let words = match error {
        Bad::ExpiredContext { time, not_after } => {
            let days = time.as_secs().saturating_sub(not_after.as_secs()) / 86_400;
            match days {
                0 => "the server's certificate expired less than a day ago".to_owned(),
                1 => "the server's certificate expired 1 day ago".to_owned(),
                days => format!("the server's certificate expired {days} days ago"),
            }
        }
        Bad::Expired => "the server's certificate has expired".to_owned(),
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet".to_owned()
        }
        Bad::UnknownIssuer => "the server's certificate is signed by an unknown authority".to_owned(),
        Bad::BadSignature => "the server's certificate is not signed by the cluster's authority".to_owned(),
        Bad::NotValidForNameContext { presented, .. } => {
            format!("the server's certificate is for other names: {}", presented.join(", "))
        }
        Bad::NotValidForName => "the server's certificate is for another name".to_owned(),
        Bad::Revoked => "the server's certificate was revoked".to_owned(),
        error => format!("the server's certificate is not valid: {error}"),
    };
    Trouble::new(Kind::Certificate, words)
}

/// What the server has against us.
fn of_alert(alert: AlertDescription) -> Trouble {
    use AlertDescription as Alert;
    let words = match alert {
        Alert::CertificateRequired => "the server asks for a client certificate",
        Alert::CertificateExpired => "the server refuses the client certificate: it has expired",
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateUnknown
        | Alert::UnknownCA
        | Alert::AccessDenied => "the server refuses the client certificate",
        alert => {
            return Trouble::new(
                Kind::Tls,
                format!("the server broke off the encrypted connection: {alert:?}"),
            );
        }
    };
    Trouble::new(Kind::Unauthorised, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16, body: &str) -> (Kind, String) {
        let trouble = Trouble::of_status(code, body.as_bytes());
        (trouble.kind, trouble.message)
    }

    #[test]
    fn a_status_is_told_with_what_the_server_says_of_it() {
        let forbidden =
            r#"{"kind":"Status","message":"nodes is forbidden: User \"ada\" cannot list","code":403}"#;
        let cases = [
            (
                401,
                r#"{"message":"Unauthorized"}"#,
                Kind::Unauthorised,
                "the cluster does not accept these credentials (401)",
            ),
            (
                403,
                forbidden,
                Kind::Forbidden,
                "not allowed (403): nodes is forbidden: User \"ada\" cannot list",
            ),
            (503, "<html>", Kind::Server, "the API server failed (503)"),
            (429, "", Kind::Busy, "the cluster asks for fewer requests (429)"),
            (302, "", Kind::Garbage, "not an answer of a Kubernetes API (302)"),
        ];
        for (code, body, kind, words) in cases {
            assert_eq!(status(code, body), (kind, words.to_owned()), "{code}");
        }
        let steering = status(500, r#"{"message":"\u001b[2Jgone"}"#).1;
        assert_eq!(steering, "the API server failed (500): \u{fffd}[2Jgone");
        assert!(
            status(500, &format!(r#"{{"message":"{}"}}"#, "x".repeat(9999))).1.chars().count() <= SHOWN + 1
        );
    }

    #[test]
    fn the_error_that_tells_is_found_in_the_chain() {
        let io = |kind: io::ErrorKind| io::Error::from(kind);
        let tls = |error: rustls::Error| io::Error::new(io::ErrorKind::InvalidData, error);
        let cases = [
            (io::Error::other(io(io::ErrorKind::ConnectionRefused)), Kind::Refused),
            (io(io::ErrorKind::ConnectionReset), Kind::Dropped),
            (io(io::ErrorKind::NetworkUnreachable), Kind::Unreachable),
            (io::Error::other("whatever"), Kind::Unreachable),
            (io::Error::from_raw_os_error(Errno::EMFILE as i32), Kind::Internal),
            (tls(CertificateError::UnknownIssuer.into()), Kind::Certificate),
            (tls(rustls::Error::AlertReceived(AlertDescription::CertificateRequired)), Kind::Unauthorised),
            (tls(rustls::Error::AlertReceived(AlertDescription::HandshakeFailure)), Kind::Tls),
            (io::Error::other(Trouble::new(Kind::Busy, "x")), Kind::Busy),
        ];
        for (error, kind) in cases {
            assert_eq!(Trouble::of(&error).kind, kind, "{error:?}");
        }
    }
}
