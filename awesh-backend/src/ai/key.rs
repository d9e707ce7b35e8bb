//! A key that a command prints: `pass show openai`, `vault read …`; or that the desktop's keyring has, for which
//! `secret-tool`, which comes with it, is asked.
//!
//! The command is started as its words say, without a shell: nothing in it is expanded. It has no terminal, so
//! one that wants to be typed at must have a window for it (as pinentry does, or a keyring that is locked); and it
//! has a deadline. What it prints is the key and is shown to nobody; what it says on stderr is shown when it fails.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::process::{Output, Stdio};
use std::time::Duration;

use awesh_protocol::Secret;
use tokio::process::Command;
use tokio::time::timeout;

use super::fault::Fault;

/// How long a password manager may take, its owner's password included.
const PATIENCE: Duration = Duration::from_secs(60);

/// The first line of what the command prints.
pub(crate) async fn fetch(command: &str, environment: &BTreeMap<String, String>) -> Result<Secret, Fault> {
    let words = shlex::split(command).filter(|words| !words.is_empty());
    let words = words.ok_or_else(|| failed("it is no command: it is empty, or a quote is open"))?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = run(&words, environment).await?;
    if output.status.success() { first_line(&output) } else { Err(failed(said(&output))) }
}

/// The key that the keyring has for the provider of this name.
pub(super) async fn look_up(provider: &str, environment: &BTreeMap<String, String>) -> Result<Secret, Fault> {
    let words = ["secret-tool", "lookup", "service", "awesh", "provider", provider];
    let output = run(&words, environment).await?;
    match output.status.code() {
        Some(0) => first_line(&output),
        Some(1) if output.stderr.trim_ascii().is_empty() => Err(failed("it has none")),
        _ => Err(failed(said(&output))),
    }
}

/// How a key for this provider comes into the keyring.
pub(super) fn how_to_store(provider: &str) -> String {
    format!("To put it there: secret-tool store --label 'awesh {provider}' service awesh provider {provider}")
}

async fn run(words: &[&str], environment: &BTreeMap<String, String>) -> Result<Output, Fault> {
    let mut process = Command::new(words[0]);
    process.args(&words[1..]).env_clear().envs(environment).current_dir("/");
    process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let ended = timeout(PATIENCE, process.output()).await;
    let ended = ended.map_err(|_| failed(format!("it did not end within {} s", PATIENCE.as_secs())))?;
    ended.map_err(|error| match error.kind() {
        ErrorKind::NotFound => failed(format!("there is no program {}", words[0])),
        _ => failed(error.to_string()),
    })
}

fn first_line(output: &Output) -> Result<Secret, Fault> {
    let printed = String::from_utf8_lossy(&output.stdout);
    match printed.lines().next().map(str::trim).filter(|key| !key.is_empty()) {
        Some(key) => Ok(Secret::new(key)),
        None => Err(failed("it printed nothing")),
    }
}

/// How it ended, and the last that it said.
fn said(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    format!("{}; {}", output.status, said.trim())
}

fn failed(why: impl Into<String>) -> Fault {
    Fault::Key(why.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn key(command: &str) -> Result<String, String> {
        let environment =
            BTreeMap::from([("PATH".into(), "/usr/bin:/bin".into()), ("STORE".into(), "mine".into())]);
        match fetch(command, &environment).await {
            Ok(key) => Ok(key.expose().to_owned()),
            Err(Fault::Key(why)) => Err(why),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn the_first_line_is_the_key() {
        assert_eq!(key("printf ' sk-1 \\n second line\\n'").await, Ok("sk-1".into()));
        assert_eq!(key("sh -c 'echo $STORE'").await, Ok("mine".into()));
        // Words are words: nothing is expanded.
        assert_eq!(key("echo $STORE; echo x").await, Ok("$STORE; echo x".into()));
    }

    #[tokio::test]
    async fn what_fails_says_why_and_not_what_was_printed() {
        for (command, why) in [
            ("no-such-program-here a", "there is no program no-such-program-here"),
            ("echo 'open", "a quote is open"),
            ("", "a quote is open"),
            ("true", "it printed nothing"),
            ("sh -c 'echo half-a-key; echo locked >&2; exit 3'", "exit status: 3; locked"),
        ] {
            let said = key(command).await.unwrap_err();
            assert!(said.contains(why) && !said.contains("half-a-key"), "{command}: {said}");
        }
    }

    #[tokio::test]
    async fn the_keyring_is_asked_by_the_name_of_the_provider() {
        use std::os::unix::fs::PermissionsExt;

        let directory = tempfile::tempdir().unwrap();
        let tool = directory.path().join("secret-tool");
        let script = "#!/bin/sh\n[ \"$*\" = 'lookup service awesh provider openai' ] && printf sk-kept && exit\n\
                      [ \"$5\" = mistral ] && echo 'Cannot autolaunch D-Bus' >&2\nexit 1\n";
        std::fs::write(&tool, script).unwrap();
        std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o700)).unwrap();
        let at =
            |path: &std::path::Path| BTreeMap::from([("PATH".into(), path.to_str().unwrap().to_owned())]);
        let here = at(directory.path());
        assert_eq!(look_up("openai", &here).await.unwrap().expose(), "sk-kept");
        let why = |provider, environment| async move {
            let environment: BTreeMap<String, String> = environment;
            look_up(provider, &environment).await.unwrap_err().to_string()
        };
        assert!(why("groq", here.clone()).await.ends_with("it has none"));
        assert!(why("mistral", here).await.ends_with("Cannot autolaunch D-Bus"));
        assert!(why("openai", at(&directory.path().join("none"))).await.ends_with("no program secret-tool"));
    }
}
