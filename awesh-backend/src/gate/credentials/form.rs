//! How files hold their secrets. What is in a form of its own is read by that form; of everything else, the values
//! whose names mean a secret.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use super::super::decode;
use super::super::names::names_secret;
use super::super::pseudonyms::entries;

/// How a file holds its secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Names and values: YAML, INI, TOML, JSON.
    Named,
    /// netrc: words, the password behind `password`.
    Netrc,
    /// The password behind the last colon of each line.
    LastColumn,
    /// Addresses with passwords.
    Addresses,
    /// The whole file.
    Whole,
    /// SQLite: columns of such names, and JSON in the others.
    Database,
}

impl Form {
    /// The secrets of a text in this form.
    pub(super) fn secrets(self, text: &str) -> Vec<String> {
        match self {
            Self::Named => match serde_json::from_str(text) {
                Ok(value) => in_json("", &value),
                Err(_) => text
                    .lines()
                    .flat_map(entries)
                    .filter_map(in_line)
                    .flat_map(|(name, value)| named(name, value))
                    .collect(),
            },
            Self::Netrc => {
                let words: Vec<&str> = text.split_whitespace().collect();
                words.windows(2).filter(|pair| pair[0] == "password").map(|pair| pair[1].to_owned()).collect()
            }
            Self::LastColumn => {
                let last = |line: &str| line.rsplit_once(':').map(|(_, last)| last.to_owned());
                text.lines().filter_map(last).collect()
            }
            Self::Addresses => {
                let password = |line: &str| {
                    let (user, _) = line.split_once("://")?.1.rsplit_once('@')?;
                    Some(user.split_once(':').map_or(user, |(_, password)| password).to_owned())
                };
                text.lines().filter_map(password).collect()
            }
            Self::Whole => vec![text.trim().to_owned()],
            Self::Database => Vec::new(),
        }
    }
}

/// The secrets of a database, as its last whole change left it: it is read as one that nobody writes, for its
/// owner's locks must not be waited for, nor ours left behind.
pub(super) fn in_database(path: &Path) -> Vec<String> {
    read_database(path).unwrap_or_default()
}

fn read_database(path: &Path) -> Option<Vec<String>> {
    let mut address = reqwest::Url::from_file_path(path).ok()?;
    address.set_query(Some("immutable=1"));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let database = Connection::open_with_flags(address.as_str(), flags).ok()?;
    let mut tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").ok()?;
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).ok()?.flatten().collect();
    let rows = tables.iter().filter_map(|table| in_table(&database, table));
    Some(rows.flatten().collect())
}

fn in_table(database: &Connection, table: &str) -> Option<Vec<String>> {
    let query = format!("SELECT * FROM \"{}\"", table.replace('"', "\"\""));
    let mut query = database.prepare(&query).ok()?;
    let columns: Vec<String> = query.column_names().into_iter().map(str::to_owned).collect();
    let mut rows = query.query([]).ok()?;
    let mut found = Vec::new();
    while let Ok(Some(row)) = rows.next() {
        for (at, column) in columns.iter().enumerate() {
            let (Ok(ValueRef::Text(value)) | Ok(ValueRef::Blob(value))) = row.get_ref(at) else { continue };
            let Ok(value) = std::str::from_utf8(value) else { continue };
            match serde_json::from_str(value) {
                Ok(value @ Value::Object(_)) => found.extend(in_json(column, &value)),
                _ => found.extend(named(column, value)),
            }
        }
    }
    Some(found)
}

/// A line's name and value: `name: value`, `name = value`, `//host/:name=value`.
fn in_line(line: &str) -> Option<(&str, &str)> {
    let line = line.trim().trim_start_matches("- ").trim_start_matches(':');
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
    let plain = in_parts(name.trim_start_matches('_'));
    // What names a thing by its key, or is there to be seen.
    const NONE: [&str; 6] = [
        "PUBLIC_KEY",
        "PRIVATE_KEY_ID",
        "AWS_ACCESS_KEY_ID",
        "ACCESS_KEY_ID",
        "KEY_ALGORITHM",
        "TOKEN_EXPIRY",
    ];
    let is_secret = names_secret(&plain)
        || ["AUTH", "AUTHTOKEN", "IDENTITYTOKEN", "CLIENT_KEY_DATA"].contains(&plain.as_str());
    if value.is_empty() || !is_secret || NONE.contains(&plain.as_str()) {
        return Vec::new();
    }
    // docker keeps `user:password` so.
    let decoded = decode(value).and_then(|text| Some(text.split_once(':')?.1.to_owned()));
    [Some(value.to_owned()), decoded].into_iter().flatten().collect()
}

/// The name as a variable has it: `accessToken`, `access-token` and `ACCESS_TOKEN` are one.
fn in_parts(name: &str) -> String {
    let mut parts = String::with_capacity(name.len() + 4);
    let mut after_small = false;
    for letter in name.chars() {
        if after_small && letter.is_ascii_uppercase() {
            parts.push('_');
        }
        after_small = letter.is_ascii_lowercase();
        parts.push(if letter == '-' { '_' } else { letter.to_ascii_uppercase() });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_files_in_their_forms() {
        let cases: [(&str, Form, &[&str]); 15] = [
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
            (
                r#"{"Credentials":{"AccessKeyId":"ASIA1","SecretAccessKey":"wJalr/S","SessionToken":"FwoG"}}"#,
                Form::Named,
                &["wJalr/S", "FwoG"],
            ),
            (r#"{"RefreshToken":{"x":{"secret":"0.AXo","home_account_id":"y"}}}"#, Form::Named, &["0.AXo"]),
            (":rubygems_api_key: rubygems_1\n", Form::Named, &["rubygems_1"]),
            ("[global]\nindex-url = https://ada:pip-pw@pypi.example/simple\n", Form::Addresses, &["pip-pw"]),
            ("users: [{name: ada, user: {token: abc.def-2, username: ada}}]\n", Form::Named, &["abc.def-2"]),
            ("[client]\npassword = \"a,b{c\"\n", Form::Named, &["a,b{c", "a"]),
            ("//registry.npmjs.org/:_authToken=npm_abc\n", Form::Named, &["npm_abc"]),
            ("machine h login ada password pw-1\nmachine i\n password pw-2", Form::Netrc, &["pw-1", "pw-2"]),
            ("db:5432:*:app:pg-pass\n", Form::LastColumn, &["pg-pass"]),
            ("https://ada:ghp_1@github.com\n", Form::Addresses, &["ghp_1"]),
            ("hvs.abc\n", Form::Whole, &["hvs.abc"]),
        ];
        for (text, form, expected) in cases {
            assert_eq!(form.secrets(text), expected, "{text}");
        }
    }
}
