//! Secrets that lie in the user's own files: the kubeconfig's tokens, the clouds' credentials, netrc and the like.
//!
//! They are read so that their values are known wherever they turn up later, whatever these look like; and so are
//! the names of clusters and hosts, for where these are hidden. What is in
//! a form of its own is read by that form; of everything else, the values whose names mean a secret.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use super::decode;
use super::names::names_secret;
use super::pseudonyms::{Kind, configured};

/// How long the files are waited for: only a file system that hangs takes so long.
const PATIENCE: Duration = Duration::from_secs(1);

/// A larger file is none of these.
const LARGEST: u64 = 4 << 20;

/// How a file holds its secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Names and values: YAML, INI, JSON.
    Named,
    /// netrc: words, the password behind `password`.
    Netrc,
    /// The password behind the last colon of each line.
    LastColumn,
    /// Addresses with passwords.
    Addresses,
    /// The whole file.
    Whole,
}

/// The files below the home directory.
const FILES: [(&str, Form); 13] = [
    (".kube/config", Form::Named),
    (".aws/credentials", Form::Named),
    (".config/gcloud/application_default_credentials.json", Form::Named),
    (".azure/msal_token_cache.json", Form::Named),
    (".azure/accessTokens.json", Form::Named),
    (".docker/config.json", Form::Named),
    (".npmrc", Form::Named),
    (".pypirc", Form::Named),
    (".my.cnf", Form::Named),
    (".netrc", Form::Netrc),
    (".pgpass", Form::LastColumn),
    (".git-credentials", Form::Addresses),
    (".vault-token", Form::Whole),
];

/// Variables that name such a file, or several with colons between them.
const VARIABLES: [(&str, Form); 5] = [
    ("KUBECONFIG", Form::Named),
    ("AWS_SHARED_CREDENTIALS_FILE", Form::Named),
    ("GOOGLE_APPLICATION_CREDENTIALS", Form::Named),
    ("NETRC", Form::Netrc),
    ("PGPASSFILE", Form::LastColumn),
];

/// What the files of a session have.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Secrets.
    pub(crate) secrets: Vec<String>,
    /// Names of clusters, namespaces and hosts.
    pub(crate) names: Vec<(Kind, String)>,
}

/// What the files of a session with these variables have; less where they are not read in time.
pub(crate) async fn read(environment: BTreeMap<String, String>) -> Found {
    let reading = tokio::task::spawn_blocking(move || read_all(&environment));
    match timeout(PATIENCE, reading).await {
        Ok(Ok(found)) => found,
        _ => {
            tracing::warn!("the credential files were not read in time");
            Found::default()
        }
    }
}

fn read_all(environment: &BTreeMap<String, String>) -> Found {
    let home = environment.get("HOME").map(PathBuf::from);
    let usual = FILES.iter().filter_map(|(path, form)| Some((home.as_ref()?.join(path), *form)));
    let named = VARIABLES.iter().filter_map(|(name, form)| Some((environment.get(*name)?, *form)));
    let named = named.flat_map(|(list, form)| std::env::split_paths(list).map(move |path| (path, form)));
    let texts = usual.chain(named).filter_map(|(path, form)| Some((text(&path)?, form)));
    let mut found = Found::default();
    for (text, form) in texts {
        if text.contains("current-context") || text.contains("clusters:") {
            found.names.extend(configured(&text));
        }
        found.secrets.extend(secrets(&text, form));
    }
    let ssh = home.and_then(|home| text(&home.join(".ssh/config")));
    found.names.extend(ssh.iter().flat_map(|text| configured(text)));
    found
}

fn text(path: &Path) -> Option<String> {
    // Looked at before it is opened: opening a FIFO waits for its writer.
    fs::metadata(path).ok().filter(|meta| meta.is_file() && meta.len() <= LARGEST)?;
    let mut text = String::new();
    fs::File::open(path).ok()?.take(LARGEST).read_to_string(&mut text).ok()?;
    Some(text)
}

fn secrets(text: &str, form: Form) -> Vec<String> {
    match form {
        Form::Named => match serde_json::from_str(text) {
            Ok(value) => in_json("", &value),
            Err(_) => text.lines().filter_map(in_line).flat_map(|(name, value)| named(name, value)).collect(),
        },
        Form::Netrc => {
            let words: Vec<&str> = text.split_whitespace().collect();
            words.windows(2).filter(|pair| pair[0] == "password").map(|pair| pair[1].to_owned()).collect()
        }
        Form::LastColumn => {
            let last = |line: &str| line.rsplit_once(':').map(|(_, last)| last.to_owned());
            text.lines().filter_map(last).collect()
        }
        Form::Addresses => {
            let password = |line: &str| {
                let (user, _) = line.split_once("://")?.1.rsplit_once('@')?;
                Some(user.split_once(':').map_or(user, |(_, password)| password).to_owned())
            };
            text.lines().filter_map(password).collect()
        }
        Form::Whole => vec![text.trim().to_owned()],
    }
}

/// A line's name and value: `name: value`, `name = value`, `//host/:name=value`.
fn in_line(line: &str) -> Option<(&str, &str)> {
    let line = line.trim().trim_start_matches("- ");
    let at = line.find([':', '=']).filter(|_| !line.starts_with("//")).or_else(|| line.find('='))?;
    let name = line[..at].trim().rsplit(['/', ':']).next()?;
    Some((name, line[at + 1..].trim().trim_matches(['"', '\''])))
}

fn in_json(name: &str, value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => named(name, text),
        Value::Array(values) => values.iter().flat_map(|value| in_json(name, value)).collect(),
        Value::Object(fields) => fields.iter().flat_map(|(name, value)| in_json(name, value)).collect(),
        _ => Vec::new(),
    }
}

/// The value, if its name means a secret, and what is encoded in it.
fn named(name: &str, value: &str) -> Vec<String> {
    let plain = name.trim_start_matches('_').replace('-', "_").to_ascii_uppercase();
    // What names a thing by its key, or is there to be seen.
    const NONE: [&str; 4] = ["PUBLIC_KEY", "PRIVATE_KEY_ID", "AWS_ACCESS_KEY_ID", "KEY_ALGORITHM"];
    let is_secret = names_secret(&plain)
        || ["AUTH", "AUTHTOKEN", "IDENTITYTOKEN", "CLIENT_KEY_DATA"].contains(&plain.as_str());
    if value.is_empty() || !is_secret || NONE.contains(&plain.as_str()) {
        return Vec::new();
    }
    // docker keeps `user:password` so.
    let decoded = decode(value).and_then(|text| Some(text.split_once(':')?.1.to_owned()));
    [Some(value.to_owned()), decoded].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_files_in_their_forms() {
        let cases: [(&str, Form, &[&str]); 9] = [
            (
                "users:\n- name: ada\n  user:\n    token: abc.def-1\n    client-key-data: TFM0tLS1\n    username: ada\n",
                Form::Named,
                &["abc.def-1", "TFM0tLS1"],
            ),
            (
                "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = wJalr/K7\n",
                Form::Named,
                &["wJalr/K7"],
            ),
            (
                r#"{"client_id":"x","client_secret":"d-secret","refresh_token":"1//0g"}"#,
                Form::Named,
                &["d-secret", "1//0g"],
            ),
            (
                r#"{"auths":{"r.example.com":{"auth":"YWRhOmh1bnRlcjIy"}}}"#,
                Form::Named,
                &["YWRhOmh1bnRlcjIy", "hunter22"],
            ),
            ("//registry.npmjs.org/:_authToken=npm_abc\n", Form::Named, &["npm_abc"]),
            ("machine h login ada password pw-1\nmachine i\n password pw-2", Form::Netrc, &["pw-1", "pw-2"]),
            ("db:5432:*:app:pg-pass\n", Form::LastColumn, &["pg-pass"]),
            ("https://ada:ghp_1@github.com\n", Form::Addresses, &["ghp_1"]),
            ("hvs.abc\n", Form::Whole, &["hvs.abc"]),
        ];
        for (text, form, expected) in cases {
            assert_eq!(secrets(text, form), expected, "{text}");
        }
    }

    #[tokio::test]
    async fn files_are_found_by_home_and_by_variables() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".kube")).unwrap();
        fs::write(home.path().join(".kube/config"), "token: first-token\n").unwrap();
        fs::write(home.path().join("other"), "token: second-token\n").unwrap();
        let path = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
        let environment = BTreeMap::from([
            ("HOME".to_owned(), path("")),
            ("KUBECONFIG".to_owned(), format!("{}:{}", path("other"), path("missing"))),
        ]);
        assert_eq!(read(environment).await.secrets, ["first-token", "second-token"]);
        assert_eq!(read(BTreeMap::new()).await, Found::default());
    }
}
