//! Where secrets stand: forms of their own, and words and commands that a secret follows.
//!
//! A pattern finds a form, or only what leads up to a value; how far the value goes and whether it is a secret is
//! decided in `values` and `settings`, in plain code. That keeps the patterns few and small, since each shell pays
//! for compiling them at its start. They match bytes, so no Unicode class is ever built; each begins and ends at
//! an ASCII character, or takes all bytes up to one, so that no match cuts through a character.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use super::{settings, values};

/// From what a pattern matched to the secret in it or after it, if it is one.
type Judge = fn(&str, Range<usize>) -> Option<Range<usize>>;

/// One kind of place where secrets stand.
pub(super) struct Form {
    /// Without one of these in the text, in any case, the pattern is not tried; none means always.
    cues: &'static [&'static str],
    pattern: &'static str,
    judge: Judge,
    compiled: OnceLock<Option<Regex>>,
}

impl Form {
    const fn new(cues: &'static [&'static str], pattern: &'static str, judge: Judge) -> Self {
        Self { cues, pattern, judge, compiled: OnceLock::new() }
    }

    /// The pattern, compiled on first use. A test compiles each; one that did not would find nothing here.
    pub(super) fn regex(&self) -> Option<&Regex> {
        let compile = || RegexBuilder::new(self.pattern).unicode(false).build().ok();
        self.compiled.get_or_init(compile).as_ref()
    }

    /// Whether the text, in lower case, may have such a place.
    pub(super) fn may_be_in(&self, lower: &str) -> bool {
        self.cues.is_empty() || self.cues.iter().any(|cue| lower.contains(cue))
    }

    /// The first secret at or after `from`.
    pub(super) fn find(&self, text: &str, mut from: usize) -> Option<Range<usize>> {
        let regex = self.regex()?;
        while from <= text.len() {
            let found = regex.find_at(text.as_bytes(), from)?;
            if let Some(secret) = (self.judge)(text, found.range()) {
                return Some(secret);
            }
            from = found.end().max(from + 1);
        }
        None
    }
}

/// Every form, in the order they are replaced in.
pub(super) static FORMS: [Form; 8] = [
    Form::new(&["private key", "private-lines"], KEY_BLOCKS, whole),
    Form::new(&[], TOKENS, whole),
    Form::new(&["://"], ADDRESSES, in_address),
    Form::new(&["://", "sig=", "signature="], LINKS, values::long),
    Form::new(&["authorization", "bearer"], AUTHORIZATION, values::credential),
    Form::new(settings::CUES, settings::PATTERN, settings::value),
    Form::new(&[" -", "login", "by ", "set ", "pass", "add_user", "masterauth"], COMMANDS, values::argument),
    Form::new(&["echo"], ECHOED, values::echoed),
];

/// A private key: whole, cut at its end, or the end of one alone.
const KEY_BLOCKS: &str = concat!(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[^\x00]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z)",
    r"|(?:[A-Za-z0-9+/=]{4,}\r?\n)+-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----",
    r"|Private-Lines: [0-9]+\r?\n(?:[A-Za-z0-9+/=]+\r?\n)+",
);

/// Tokens known by how they begin, web tokens, and hashes of passwords as crypt(3) writes them.
const TOKENS: &str = concat!(
    r"\b(?:(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b",
    r"|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}",
    r"|gl(?:pat|ptt|rt|dt|cbt|soat|ft|imt|agent|oas|ffct)-[\w=.\-]{8,}",
    r"|xox[abeoprs]-[\w\-]{10,}|xapp-[\w\-]{10,}",
    r"|sk-[\w\-]{20,}|gsk_\w{20,}|xai-\w{20,}|nvapi-[\w\-]{20,}",
    r"|AIza[\w\-]{30,}|ya29\.[\w\-]{16,}|GOCSPX-[\w\-]{20,}",
    r"|[sr]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/]{16,}",
    r"|SG\.[\w\-]{16,}\.[\w\-]{16,}|SK[0-9a-f]{32}\b|key-[0-9a-f]{32}\b",
    r"|npm_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{20,}|do[opr]_v1_[a-f0-9]{32,}|pypi-A[\w\-]{15,}",
    r"|hv[sbr]\.[\w\-]{10,}|[A-Za-z0-9]{14}\.atlasv1\.[\w\-]{40,}|dckr_pat_[\w\-]{16,}",
    r"|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|glsa_\w{20,}|dapi[a-f0-9]{32}|tskey-[a-z]+-[\w\-]{10,}",
    r"|lin_api_\w{20,}|figd_[\w\-]{20,}|sbp_[a-f0-9]{30,}|ATATT3[\w=\-]{20,}|SWMTKN-1-[\w\-]{20,}",
    r"|AGE-SECRET-KEY-1[0-9A-Z]{20,}|[0-9]{8,10}:AA[\w\-]{33}",
    r"|eyJ[\w\-]{8,}\.eyJ[\w\-]{8,}\.[\w\-]*)",
    r"|\$(?:[156]|y|7|gy|2[abxy]|apr1|sha1|argon2[a-z]*|scrypt)\$(?:[./\w=,+\-]+\$){1,4}[./A-Za-z0-9+]{16,}",
    r"|\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{40,}",
);

/// Addresses with a password, or with a token in place of a user.
const ADDRESSES: &str =
    r#"://(?:[^\x00-\x20/@:"'`]*:[^\x00-\x20/"'`$][^\x00-\x20/"'`]*|[^\x00-\x20/@:"'`]{20,})@"#;

/// Addresses that are a secret from here on, and signatures within addresses.
const LINKS: &str = concat!(
    r"hooks\.slack\.com/(?:services|workflows)/|discord(?:app)?\.com/api/webhooks/[0-9]+/",
    r"|[?&;](?:sig|X-Amz-Signature|X-Goog-Signature|Signature)=",
);

const AUTHORIZATION: &str = concat!(
    r#"(?i)\b(?:authorization\\*["']?[ \t]*[:=][ \t]*\\*["']?(?:(?:bearer|basic|token|apikey)[ \t]+)?"#,
    r"|bearer[ \t]+)",
);

/// Commands up to where their password stands. What stands before it may go over several lines.
const COMMANDS: &str = concat!(
    r#"(?i)\b(?:(?:curl|https?|xh|ab|wget)\b(?:[^\n|]|\\\n)*?[ \t](?-i:-[A-Za-z]*[uUaA]|--(?:proxy-)?user)[ \t=]*["']?[^\s:"'/]+:"#,
    r"|(?:mysql\w*|mariadb[\w\-]*|mycli|7z[a-z]?|unrar|rar)\b(?:[^\n|]|\\\n)*?[ \t](?-i:-p)",
    r"|(?:sshpass|login)\b(?:[^\n|]|\\\n)*?[ \t](?-i:-p)[ \t=]*",
    r"|(?:redis|keydb|valkey)-cli\b(?:[^\n|]|\\\n)*?[ \t](?:(?-i:-a)|--pass)[ \t]+",
    r"|openssl\b(?:[^\n|]|\\\n)*?[ \t]-k[ \t]+",
    r"|ldap[a-z]+\b(?:[^\n|]|\\\n)*?[ \t](?-i:-w)[ \t]+",
    r"|(?:zip|unzip|ipmitool|sqlcmd|bcp)\b(?:[^\n|]|\\\n)*?[ \t](?-i:-P)[ \t]*",
    r"|smbclient\b(?:[^\n|]|\\\n)*?[ \t](?-i:-U)[ \t]*[^\s%]+%",
    r"|htpasswd[ \t]+-[a-z]*(?:n[a-z]*b|b[a-z]*n)[a-z]*[ \t]+\S+[ \t]+",
    r"|htpasswd(?:[ \t]+-[a-z]+(?:[ \t]+[0-9]+)?)+[ \t]+[^\s\-]\S*[ \t]+\S+[ \t]+",
    r"|vault[ \t]+login[ \t]+(?:-\S+[ \t]+)*",
    r#"|login\s+\S+\s+password\s+|identified[ \t]+(?:with[ \t]+\S+[ \t]+)?by[ \t]+["']"#,
    r"|(?:add_user|change_password)[ \t]+\S+[ \t]+|(?:requirepass|masterauth)[ \t]+",
    r"|config(?:ure)?[ \t]+set[ \t]+\S*(?:password|secret|token|_key|_auth)\S*[ \t]+)",
    r#"|--from-literal[ \t=]+["']?[^\s="']+=|-pass(?:in|out)?[ \t=]+["']?pass:"#,
    r"|[ \t](?-i:-u)[ \t]*[^\s\-]\S*[ \t]+(?-i:-p)[ \t]*",
);

/// `echo` into a command that reads a password.
const ECHOED: &str = concat!(
    r"\becho[ \t]+[^|\n]+\|[ \t]*(?:sudo[ \t]+-S|(?:sudo[ \t]+)?(?:chpasswd|cryptsetup)",
    r"|[^|\n]*(?:--password-stdin|--passphrase-fd|passwd[ \t]+--stdin))",
);

fn whole(_: &str, found: Range<usize>) -> Option<Range<usize>> {
    Some(found)
}

/// The password of an address, or the token that stands for user and password.
fn in_address(text: &str, found: Range<usize>) -> Option<Range<usize>> {
    let user = found.start + "://".len();
    let colon = text[user..found.end].find(':').map_or(user, |at| user + at + 1);
    Some(colon..found.end - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for form in &FORMS {
            assert!(form.regex().is_some(), "{}", form.pattern);
        }
    }
}
