use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::time::Duration;

use kube_client::config::Cluster;
use secrecy::ExposeSecret;

use super::*;

fn session(directory: &Path) -> Session {
    let environment = BTreeMap::from([
        ("PATH".to_owned(), std::env::var("PATH").unwrap()),
        ("WHO".to_owned(), "session".to_owned()),
    ]);
    Session { environment, directory: directory.to_owned() }
}

fn plugin(script: &str) -> ExecConfig {
    ExecConfig {
        api_version: Some("client.authentication.k8s.io/v1".into()),
        command: Some("sh".into()),
        args: Some(vec!["-c".into(), script.into()]),
        ..ExecConfig::default()
    }
}

fn entry(exec: ExecConfig) -> Entry {
    let cluster = Cluster { server: Some("https://eu".into()), ..Cluster::default() };
    let user = AuthInfo { exec: Some(exec), ..AuthInfo::default() };
    Entry { name: "eu".into(), cluster: Some(cluster), user: Some(user), ..Entry::default() }
}

async fn ask(exec: ExecConfig) -> Result<Credentials, Trouble> {
    fetch(&entry(exec), &session(Path::new("/"))).await
}

fn token(credentials: &Credentials) -> &str {
    credentials.user.token.as_ref().unwrap().expose_secret()
}

#[tokio::test]
async fn a_plugin_sees_the_session_and_its_task() {
    let script = r#"case $KUBERNETES_EXEC_INFO in *'"server":"https://eu"'*) seen=1 ;; esac
        echo "{\"status\":{\"token\":\"$WHO-$EXTRA-$seen-$(pwd)\",\"expirationTimestamp\":\"2030-01-01T00:00:00Z\"}}""#;
    let env = HashMap::from([("name".into(), "EXTRA".into()), ("value".into(), "x".into())]);
    let exec = ExecConfig { env: Some(vec![env]), provide_cluster_info: true, ..plugin(script) };
    let credentials = ask(exec).await.unwrap();
    assert_eq!(token(&credentials), "session-x-1-/");
    assert_eq!(credentials.valid_until, Some("2030-01-01T00:00:00Z".parse().unwrap()));
    assert!(credentials.user.exec.is_none());
}

#[tokio::test]
async fn a_plugin_may_give_a_certificate() {
    let script = r#"echo '{"status":{"clientCertificateData":"C","clientKeyData":"K"}}'"#;
    let user = ask(plugin(script)).await.unwrap().user;
    assert_eq!(user.client_certificate_data.as_deref(), Some("Qw=="));
    assert_eq!(user.client_key_data.unwrap().expose_secret(), "Sw==");
}

#[tokio::test]
async fn a_plugin_that_fails_is_told_in_words_without_its_output() {
    let missing = ExecConfig { command: Some("no-such-plugin".into()), ..plugin("") };
    let hinted = ExecConfig { install_hint: Some("get it at x".into()), ..missing.clone() };
    let always = ExecConfig { interactive_mode: Some(ExecInteractiveMode::Always), ..plugin("") };
    let cases = [
        (plugin("echo token; echo; echo 'log in first' >&2; exit 3"), "failed with status 3: log in first"),
        (plugin("kill -9 $$"), "was ended by a signal"),
        (plugin("echo hunter2"), "printed no credential"),
        (plugin("echo '{\"kind\":\"ExecCredential\"}'"), "printed no credential"),
        (plugin("echo '{\"status\":{}}'"), "gave neither a token nor a certificate"),
        (missing, "no-such-plugin is not installed"),
        (hinted, "is not installed: get it at x"),
        (always, "needs a terminal"),
        (ExecConfig::default(), "has no command in the kubeconfig"),
    ];
    for (exec, words) in cases {
        let trouble = ask(exec).await.unwrap_err();
        assert!(trouble.message.contains(words) && !trouble.message.contains("hunter2"), "{trouble}");
    }
}

#[tokio::test]
async fn a_plugin_that_is_no_longer_waited_for_ends_with_its_children() {
    let directory = tempfile::tempdir().unwrap();
    let fifo = directory.path().join("alive");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    // Both hold the pipe open for writing: its end is seen when neither lives.
    let script = format!("exec 9>'{}'; sleep 600 & echo up >&9; wait", fifo.display());
    let asking = tokio::spawn({
        let (entry, session) = (entry(plugin(&script)), session(directory.path()));
        async move { fetch(&entry, &session).await }
    });
    let reader = tokio::task::spawn_blocking(move || {
        use std::io::{BufRead, BufReader};
        let mut reader = BufReader::new(fs::File::open(fifo).unwrap());
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        (line, reader)
    });
    let (line, mut reader) = reader.await.unwrap();
    assert_eq!(line, "up\n");
    asking.abort();
    let ended = tokio::task::spawn_blocking(move || {
        use std::io::Read;
        reader.read_to_end(&mut Vec::new()).unwrap()
    });
    assert_eq!(tokio::time::timeout(Duration::from_secs(60), ended).await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn a_token_file_is_read_and_an_old_provider_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    fs::write(&path, "abc\n").unwrap();
    let with = |user: AuthInfo| Entry { user: Some(user), ..Entry::default() };
    let file = |path: &Path| AuthInfo { token_file: path.to_str().map(str::to_owned), ..AuthInfo::default() };
    let session = session(directory.path());
    assert_eq!(token(&fetch(&with(file(&path)), &session).await.unwrap()), "abc");
    let gone = fetch(&with(file(Path::new("/gone"))), &session).await.unwrap_err();
    assert!(gone.message.starts_with("the token file /gone cannot be read"), "{gone}");
    let user: AuthInfo =
        serde_json::from_str(r#"{"auth-provider":{"name":"gcp","config":{"cmd-path":"/bin/x"}}}"#).unwrap();
    assert!(fetch(&with(user), &session).await.unwrap_err().message.contains("no longer supported"));
}
