//! What secrets look like: names that stand for one, and forms of their own.

use std::sync::LazyLock;

use regex::Regex;

/// Forms of secrets; where a pattern has a group, the group alone is the secret.
///
/// Classes are spelled out because the engine is built without Unicode tables.
const FORMS: [&str; 16] = [
    // A private key: whole, cut at its end, or the end of one alone.
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[^\x00]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\z)",
    r"(?:[A-Za-z0-9+/=]{8,}\r?\n)+-----END [A-Z0-9 ]*PRIVATE KEY-----",
    // AWS key ids.
    r"(?-u:\b)(?-u:(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})(?-u:\b)",
    // GitHub and GitLab.
    r"(?-u:\b)(?-u:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}|gl[a-z]+-[A-Za-z0-9_=.\-]{20,})",
    // Slack.
    r"(?-u:\b)(?-u:xox[abeoprs]-[A-Za-z0-9\-]{10,}|xapp-[A-Za-z0-9\-]{10,})",
    r"(?-u:https://hooks\.slack\.com/services/)([A-Za-z0-9/]{20,})",
    // OpenAI, Anthropic, OpenRouter, Groq, Google, Stripe, npm, Hugging Face, DigitalOcean.
    r"(?-u:\b)(?-u:sk-[A-Za-z0-9_\-]{20,})",
    r"(?-u:\b)(?-u:gsk_[A-Za-z0-9]{20,}|AIza[A-Za-z0-9_\-]{35}|[sr]k_live_[A-Za-z0-9]{16,})",
    r"(?-u:\b)(?-u:npm_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{30,}|do[opr]_v1_[a-f0-9]{64})",
    // JSON web tokens.
    r"(?-u:\b)(?-u:eyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]*)",
    // Authorization headers, and the flags that stand for them.
    r"(?i-u:authorization)[\x22']?[ \t]*[:=][ \t]*[\x22']?(?i-u:(?:bearer|basic|token)[ \t]+)?([^\x00-\x20\x22'$⟨][^\x00-\x20\x22'⟨]{5,})",
    r"(?-u:\b)(?i-u:bearer)[ \t]+([A-Za-z0-9._~+/=\-]{16,})",
    // Addresses with a password.
    r"(?-u:\b)(?-u:[A-Za-z][A-Za-z0-9+.\-]+)://[^\x00-\x20/@:\x22']*:([^\x00-\x20/@\x22'$⟨][^\x00-\x20/@\x22'⟨]*)@",
    r"://([^\x00-\x20/@:\x22'⟨]{20,})@",
    // Settings: password=…, "api_key": "…".
    concat!(
        r"(?i-u:password|passwd|passphrase|secret|token|api[_\-]?key|access[_\-]?key|private[_\-]?key|credentials?)",
        r"(?-u:[A-Za-z0-9_]*)[\x22']?[ \t]*(?::=|=>|[:=])[ \t]*",
        r#"(?:"([^"\r\n$⟨][^"\r\n⟨]{3,})"|'([^'\r\n⟨]{4,})'|([^\x00-\x20"'`$⟨,;&|<>()][^\x00-\x20"'⟨,;&|<>()]{5,}))"#
    ),
    // Flags: --password … , --token …
    concat!(
        r"--(?-u:[a-z\-]*)(?-u:password|passwd|passphrase|secret|token|api-key|access-key)[ \t]+",
        r#"[\x22']?([^\x00-\x20"'`$⟨\-][^\x00-\x20"'⟨]{3,})"#
    ),
];

/// The patterns, compiled on first use.
pub(super) static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    // A test compiles each of them; one that did not would be left out here.
    FORMS.iter().filter_map(|form| Regex::new(form).ok()).collect()
});

/// Whether what stands where a secret would is only the word before one whose secret is gone already.
pub(super) fn is_scheme(word: &str) -> bool {
    ["bearer", "basic", "token", "digest"].iter().any(|scheme| scheme.eq_ignore_ascii_case(word))
}

/// Whether a variable of this name holds a secret.
pub(super) fn names_secret(name: &str) -> bool {
    const PARTS: [&str; 10] = [
        "SECRET",
        "SECRETS",
        "TOKEN",
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "KEY",
        "APIKEY",
        "CREDENTIAL",
        "CREDENTIALS",
    ];
    // Too short a word to mean a secret anywhere but at the end.
    const LAST: [&str; 5] = ["AUTH", "PASS", "PAT", "PWD", "PGPASSWORD"];
    // These name where something is, not what it is.
    const PLACES: [&str; 8] = ["SOCK", "SOCKET", "FILE", "PATH", "DIR", "HOME", "URL", "NAME"];
    let name = name.to_ascii_uppercase();
    let last = name.rsplit('_').next().unwrap_or_default();
    if PLACES.contains(&last) || matches!(name.as_str(), "PWD" | "OLDPWD") {
        return false;
    }
    LAST.contains(&last) || name.split('_').any(|part| PARTS.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for form in FORMS {
            assert!(Regex::new(form).is_ok(), "{:?}", Regex::new(form));
        }
    }

    #[test]
    fn names_of_secrets() {
        for name in
            ["OPENAI_API_KEY", "aws_secret_access_key", "GITHUB_TOKEN", "PGPASSWORD", "DB_PWD", "DB_PASSWORD"]
        {
            assert!(names_secret(name), "{name}");
        }
        for name in [
            "SSH_AUTH_SOCK",
            "PATH",
            "KEYBOARD",
            "GNUPGHOME",
            "PWD",
            "OLDPWD",
            "TOKENIZERS",
            "KEY_FILE",
            "XAUTHORITY",
        ] {
            assert!(!names_secret(name), "{name}");
        }
    }
}
