//! What ssh's words mean: the kind of trouble, the one sentence to show, and what to do next.

use std::process::ExitStatus;

use super::{Host, Words};
use crate::batch::{Failure, Trouble};

/// Signs of each kind, the more telling first.
const SIGNS: [(&str, Trouble); 23] = [
    ("REMOTE HOST IDENTIFICATION HAS CHANGED", Trouble::ChangedKey),
    ("host key is known for", Trouble::UnknownKey),
    ("REVOKED HOST KEY", Trouble::ChangedKey),
    ("Host key verification failed", Trouble::UnknownKey),
    ("Could not resolve hostname", Trouble::NoSuchHost),
    ("hostname contains invalid characters", Trouble::NoSuchHost),
    ("Connection refused", Trouble::Unreachable),
    ("No route to host", Trouble::Unreachable),
    ("Network is unreachable", Trouble::Unreachable),
    ("Operation timed out", Trouble::TimedOut),
    ("Connection timed out", Trouble::TimedOut),
    ("not responding", Trouble::TimedOut),
    ("Permission denied", Trouble::Denied),
    ("Too many authentication failures", Trouble::Denied),
    ("Bad configuration option", Trouble::Invalid),
    ("Unable to negotiate", Trouble::Invalid),
    ("kex_exchange_identification", Trouble::Lost),
    ("Connection reset", Trouble::Lost),
    ("Connection closed", Trouble::Lost),
    ("Broken pipe", Trouble::Lost),
    ("closed by remote host", Trouble::Lost),
    ("disconnect", Trouble::Lost),
    ("Disconnected", Trouble::Lost),
];

impl Host {
    /// Why a session ended before its commands did.
    pub(crate) fn failure(
        &self,
        words: &Words,
        status: Option<ExitStatus>,
        noise: &str,
        has_begun: bool,
    ) -> Failure {
        let sign = SIGNS.iter().find_map(|(sign, kind)| {
            words.lines.iter().find(|line| line.contains(sign)).map(|line| (*kind, line))
        });
        if let (false, Some((kind, line))) = (has_begun, sign) {
            return Failure { kind, message: sentence(kind, line, words), hint: self.hint(kind) };
        }
        let said = words.lines.last().map_or("", String::as_str);
        if has_begun || words.has_sent && said.is_empty() && noise.is_empty() {
            let message = ["the connection was lost", said];
            let kind = sign.map_or(Trouble::Lost, |(kind, _)| kind);
            return Failure { kind, message: joined(&message), hint: None };
        }
        let ended = status.and_then(|status| status.code()).map(|code| format!("status {code}"));
        let first = noise.lines().last().unwrap_or(said);
        let what = format!("no shell could be started there ({})", ended.as_deref().unwrap_or("no status"));
        Failure { kind: Trouble::Missing, message: joined(&[&what, first]), hint: None }
    }

    fn hint(&self, kind: Trouble) -> Option<String> {
        let name = self.name();
        Some(match kind {
            Trouble::UnknownKey => format!("Compare the key's fingerprint and accept it once: ssh {name}"),
            Trouble::ChangedKey => format!(
                "If the host was set up anew, ask who did it; then: ssh-keygen -R {name}. Else somebody is in between."
            ),
            Trouble::Denied => format!("What ssh tries, it says with: ssh -v {name}"),
            Trouble::NoSuchHost => "Names come from arguments, ~/.ssh/config and DNS.".to_owned(),
            _ => return None,
        })
    }
}

/// The line that tells most; of a changed key the words are a paragraph.
fn sentence(kind: Trouble, line: &str, words: &Words) -> String {
    let plain = |line: &str| line.trim_start_matches("ssh: ").trim_matches(['@', ' ']).to_owned();
    let last = words.lines.last().map_or("", String::as_str);
    match kind {
        Trouble::ChangedKey => {
            let where_known = words.lines.iter().find(|line| line.starts_with("Offending"));
            joined(&[&plain(line), where_known.map_or("", String::as_str), last])
        }
        Trouble::UnknownKey if line != last => joined(&[&plain(line), last]),
        _ => plain(line),
    }
}

fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    parts.join("; ")
}
