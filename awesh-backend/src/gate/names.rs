//! Which names stand for a secret.

/// How surely a name means that its value is a secret.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Weight {
    /// The value is none.
    None,
    /// The value must look like one, too.
    Weak,
    /// A token or key: a plain word is none.
    Token,
    /// `pass`, which tests say as well.
    Pass,
    /// Any value will do.
    Password,
}

/// How sure a name in a text is, with its dashes.
pub(super) fn weight(name: &str) -> Weight {
    // Ends of names that say where a secret is, or what it is like.
    const ABOUT: [&str; 28] = [
        "file",
        "path",
        "dir",
        "name",
        "url",
        "uri",
        "endpoint",
        "type",
        "ref",
        "count",
        "policy",
        "length",
        "expiry",
        "expires",
        "ttl",
        "limit",
        "size",
        "authentication",
        "age",
        "hint",
        "prompt",
        "field",
        "s",
        "stdin",
        "env",
        "rotation",
        "class",
        "format",
    ];
    const KEYS: [&str; 10] = [
        "api",
        "access",
        "private",
        "account",
        "secret",
        "encryption",
        "signing",
        "master",
        "auth",
        "license",
    ];
    // Words that only end like one.
    const OTHERS: [&str; 5] = ["bypass", "compass", "trespass", "surpass", "encompass"];
    let lower = name.trim_start_matches(['-', '_', '.']).to_ascii_lowercase();
    let has = |part: &str| lower.contains(part);
    if OTHERS.iter().any(|other| lower.ends_with(other)) || has("tokeniz") || name == "PASS" {
        return Weight::None;
    }
    let key = lower.strip_suffix("key").map(|before| before.trim_end_matches(['_', '-', '.']));
    if key.is_some_and(|before| KEYS.iter().any(|known| before.ends_with(known))) {
        return Weight::Token;
    }
    if ["pass", "pw", "pwd", "psk"].contains(&lower.as_str()) || lower.ends_with("pass") {
        return if lower == "pass" || lower == "xpass" { Weight::Pass } else { Weight::Password };
    }
    if ABOUT.iter().any(|about| lower.ends_with(about)) || key.is_some() {
        return Weight::Weak;
    }
    if ["password", "passwd", "passphrase", "passcode", "pwd", "psk"].iter().any(|word| has(word)) {
        return Weight::Password;
    }
    if ["token", "secret", "api_key", "apikey", "api-key", "access_key", "access-key", "accesskey"]
        .iter()
        .any(|word| has(word))
    {
        return Weight::Token;
    }
    Weight::Weak
}

/// Whether the name is a variable's, an option's or has parts, rather than a word of a sentence or a listing.
///
/// Options named after secrets often take a secret's name: `--secret=db-login`.
pub(super) fn is_compound(name: &str) -> bool {
    let variable = !name.bytes().any(|byte| byte.is_ascii_lowercase());
    let option_for_name = name.starts_with('-') && name.contains("secret");
    (variable || name.contains(['_', '-'])) && !option_for_name
}

/// Words that stand after `password:` and the like and are none.
pub(super) fn is_common(word: &str) -> bool {
    const WORDS: &str = "\
        files compat really true false null none required optional string undefined invalid changed expired missing \
        incorrect empty hidden redacted unchanged disabled enabled prompt wrong correct weak strong \
        stored valid rejected accepted reset updated needed sensitive encrypted hashed shown unknown \
        lost forgotten locked revoked secure safe refused leaked public ignored used given unset \
        blank short long okay fine failed authentication there here that this something what \
        mandatory known protected compromised never not unexpected bytes object number integer \
        boolean password username denied older different and the always also good gone working \
        mismatch text varchar";
    WORDS.split_ascii_whitespace().any(|common| common.eq_ignore_ascii_case(word))
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
    const LAST: [&str; 3] = ["AUTH", "PAT", "PWD"];
    // These name where something is, not what it is.
    const PLACES: [&str; 8] = ["SOCK", "SOCKET", "FILE", "PATH", "DIR", "HOME", "URL", "NAME"];
    let name = name.to_ascii_uppercase();
    let last = name.rsplit('_').next().unwrap_or_default();
    if PLACES.contains(&last) || matches!(name.as_str(), "PWD" | "OLDPWD") {
        return false;
    }
    let ends = ["PASS", "PASSWORD"].iter().any(|end| last.ends_with(end));
    let other = matches!(last, "BYPASS" | "COMPASS");
    (ends && !other) || LAST.contains(&last) || name.split('_').any(|part| PARTS.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in [
            "OPENAI_API_KEY",
            "aws_secret_access_key",
            "GITHUB_TOKEN",
            "PGPASSWORD",
            "DB_PWD",
            "DB_PASSWORD",
            "MYPASS",
            "DB_PASS",
        ] {
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
            "BYPASS",
        ] {
            assert!(!names_secret(name), "{name}");
        }
    }
}
