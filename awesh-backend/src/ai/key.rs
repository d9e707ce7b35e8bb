//! A key that a command prints: `pass show openai`, `secret-tool lookup service openai`, `vault read …`.
//!
//! The command is started as its words say, without a shell: nothing in it is expanded. It has no terminal, so
//! one that wants to be typed at must have a window for it (as pinentry does); and it has a deadline. What it
//! prints is the key and is shown to nobody; what it says on stderr is shown when it fails.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::process::Stdio;
use std::time::Duration;

use awesh_protocol::Secret;
use tokio::process::Command;
use tokio::time::timeout;

use super::fault::Fault;

/// How long a password manager may take, its owner's password included.
const PATIENCE: Duration = Duration::from_secs(60);

/// The first line of what the command prints.
pub(crate) async fn fetch(command: &str, environment: &BTreeMap<String, String>) -> Result<Secret, Fault> {
    let failed = |why: String| Fault::Key(why);
    let words = shlex::split(command).filter(|words| !words.is_empty());
    let words =
        words.ok_or_else(|| failed("it is no command: it is empty, or a quote is open".to_owned()))?;
    let mut process = Command::new(&words[0]);
    process.args(&words[1..]).env_clear().envs(environment).current_dir("/");
    process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let ended = timeout(PATIENCE, process.output()).await;
    let ended = ended.map_err(|_| failed(format!("it did not end within {} s", PATIENCE.as_secs())))?;
    let output = ended.map_err(|error| match error.kind() {
        ErrorKind::NotFound => failed(format!("there is no program {}", words[0])),
        _ => failed(error.to_string()),
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
        return Err(failed(format!("{}; {}", output.status, said.trim())));
    }
    let printed = String::from_utf8_lossy(&output.stdout);
    match printed.lines().next().map(str::trim).filter(|key| !key.is_empty()) {
        Some(key) => Ok(Secret::new(key)),
        None => Err(failed("it printed nothing".to_owned())),
    }
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
}
