//! Secrets that lie in the user's own files: the kubeconfig's tokens, the clouds' credentials, netrc and the like.
//!
//! They are read so that their values are known wherever they turn up later, whatever these look like; and so are
//! the names of clusters and hosts, for where these are hidden. [`places`] knows where such files are, `form` how
//! to read them.

mod form;
pub(crate) mod places;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::timeout;

use super::pseudonyms::{Kind, configured};
use form::Form;

/// How long the files are waited for: only a file system that hangs takes so long.
const PATIENCE: Duration = Duration::from_secs(1);

/// A larger file is none of these.
const LARGEST: u64 = 4 << 20;

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
    let mut found = Found::default();
    for (path, form) in places::of(environment).filter(|(path, _)| is_worth_reading(path)) {
        if form == Form::Database {
            found.secrets.extend(form::in_database(&path));
        } else if let Some(text) = text(&path) {
            if text.contains("current-context") || text.contains("clusters:") {
                found.names.extend(configured(&text));
            }
            found.secrets.extend(form.secrets(&text));
        }
    }
    let ssh = environment.get("HOME").map(|home| PathBuf::from(home).join(".ssh/config"));
    let ssh = ssh.filter(|path| is_worth_reading(path)).and_then(|path| text(&path));
    found.names.extend(ssh.iter().flat_map(|text| configured(text)));
    found
}

/// Whether it is a file of a size to be one; opening a FIFO would wait for its writer.
fn is_worth_reading(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST)
}

fn text(path: &Path) -> Option<String> {
    let mut text = String::new();
    fs::File::open(path).ok()?.take(LARGEST).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[tokio::test]
    async fn files_are_found_by_home_and_by_variables() {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
        for (name, text) in [
            (".kube/config", "token: first-token\n"),
            ("other", "token: second-token\n"),
            (".config/gh/hosts.yml", "github.com:\n    oauth_token: gho_third\n    user: ada\n"),
            (".aws/sso/cache/0a1b.json", r#"{"accessToken": "fourth-token", "region": "eu-west-1"}"#),
            ("docker/config.json", r#"{"auths": {"r.example": {"identitytoken": "fifth-token"}}}"#),
        ] {
            fs::create_dir_all(home.path().join(name).parent().unwrap()).unwrap();
            fs::write(home.path().join(name), text).unwrap();
        }
        let environment = BTreeMap::from([
            ("HOME".to_owned(), path("")),
            ("KUBECONFIG".to_owned(), format!("{}:{}", path("other"), path("missing"))),
            ("DOCKER_CONFIG".to_owned(), path("docker")),
        ]);
        let mut found = read(environment).await.secrets;
        found.sort();
        assert_eq!(found, ["fifth-token", "first-token", "fourth-token", "gho_third", "second-token"]);
        assert_eq!(read(BTreeMap::new()).await, Found::default());
    }

    /// As gcloud keeps them, while it may be at work on them.
    #[tokio::test]
    async fn tokens_of_gcloud_are_known() {
        let home = tempfile::tempdir().unwrap();
        let gcloud = home.path().join(".config/gcloud");
        fs::create_dir_all(&gcloud).unwrap();
        let credentials = Connection::open(gcloud.join("credentials.db")).unwrap();
        let account = r#"{"client_id": "32555940559.apps", "client_secret": "d-secret", "refresh_token": "1//0refresh", "type": "authorized_user"}"#;
        credentials
            .execute_batch("CREATE TABLE credentials (account_id TEXT PRIMARY KEY, value BLOB)")
            .unwrap();
        credentials.execute("INSERT INTO credentials VALUES ('ada@example.com', ?1)", [account]).unwrap();
        let tokens = Connection::open(gcloud.join("access_tokens.db")).unwrap();
        tokens
            .execute_batch(
                "CREATE TABLE access_tokens (account_id TEXT PRIMARY KEY, access_token TEXT, token_expiry TIMESTAMP, \
                 rapt_token TEXT, id_token TEXT);
                 INSERT INTO access_tokens VALUES ('ada@example.com', 'ya29.access', '2026-11-21 10:00:00', NULL, 'eyJ.id');
                 BEGIN EXCLUSIVE",
            )
            .unwrap();
        let environment = BTreeMap::from([("HOME".to_owned(), home.path().to_str().unwrap().to_owned())]);
        let found = read(environment).await.secrets;
        assert_eq!(found, ["d-secret", "1//0refresh", "ya29.access", "eyJ.id"]);
        let left: Vec<_> = fs::read_dir(&gcloud).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| !name.to_string_lossy().ends_with("-shm")), "{left:?}");
    }
}
