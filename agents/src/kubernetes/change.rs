//! A change to a cluster before it is made: one kubectl command, pinned to its context and namespace, and what the
//! server says would come of it.
//!
//! The preview is kubectl's own dry run of the very command that is then proposed, so that nothing else can run than
//! what was shown. Only verbs and flags that are known to be harmless in a dry run are tried; with others the
//! command is proposed without a preview.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use similar::TextDiff;
use tokio::process::Command;

use super::Session;
use super::look::clean;
use super::process::{self, Ended};
use super::read::late;
use super::trouble::{Kind, Trouble, clipped};
use crate::quote::quoted;

/// How long a preview may take.
const DEADLINE: Duration = Duration::from_secs(20);

/// Lines of a preview that are shown.
const LINES: usize = 200;

/// Verbs whose dry run tells the objects as they would be, and such as tell it in a sentence; of a scaled object
/// kubectl prints what it was.
const OBJECTS: [&str; 9] =
    ["apply", "create", "patch", "set", "label", "annotate", "replace", "autoscale", "expose"];
const SENTENCE: [&str; 7] = ["delete", "scale", "cordon", "uncordon", "drain", "taint", "rollout"];

/// Flags that take a value, and flags that need none: no other is tried. None of them writes a file, takes another
/// server or user, or runs a program.
const WITH_VALUE: [&str; 32] = [
    "-f",
    "--filename",
    "-l",
    "--selector",
    "--replicas",
    "--current-replicas",
    "--resource-version",
    "-p",
    "--patch",
    "--type",
    "--patch-file",
    "--subresource",
    "--image",
    "-c",
    "--containers",
    "--limits",
    "--requests",
    "-e",
    "--env",
    "--field-manager",
    "--grace-period",
    "--cascade",
    "--to-revision",
    "--min",
    "--max",
    "--cpu-percent",
    "--port",
    "--target-port",
    "--name",
    "--from-literal",
    "--protocol",
    "--timeout",
];
const WITHOUT_VALUE: [&str; 13] = [
    "--all",
    "--overwrite",
    "--server-side",
    "--force-conflicts",
    "--force",
    "--now",
    "-R",
    "--recursive",
    "--ignore-not-found",
    "--ignore-daemonsets",
    "--delete-emptydir-data",
    "--disable-eviction",
    "--wait",
];

/// A change that is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Change {
    /// The context.
    pub context: String,
    /// The namespace; none for what has none.
    pub namespace: Option<String>,
    /// kubectl's arguments, the verb first, without context and namespace.
    pub arguments: Vec<String>,
}

/// What would come of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Preview {
    /// What the server says would change: a diff, or sentences.
    Shown(String),
    /// It would change nothing.
    Nothing,
    /// It cannot be tried without doing it, for this reason.
    Untried(String),
}

impl Change {
    /// The command line, as it would be typed.
    pub fn command(&self) -> String {
        let words = ["kubectl"].into_iter().map(str::to_owned).chain(self.pinned());
        words.map(|word| quoted(&word)).collect::<Vec<_>>().join(" ")
    }

    /// What is wrong with it as it stands; nothing if it can be proposed.
    pub fn refused(&self) -> Option<&'static str> {
        let is_taken = |word: &String| {
            let flag = word.split('=').next().unwrap_or_default();
            matches!(
                flag,
                "--context" | "--namespace" | "--kubeconfig" | "--cluster" | "--user" | "--dry-run"
            ) || (flag.starts_with("-n") && !flag.starts_with("--"))
        };
        let words = || self.arguments.iter().chain([&self.context]).chain(&self.namespace);
        if self.context.trim().is_empty() {
            Some("the context is missing")
        } else if self
            .arguments
            .first()
            .is_none_or(|verb| verb.is_empty() || verb.starts_with('-') || verb == "kubectl")
        {
            Some("the arguments begin with kubectl's verb")
        } else if self.arguments.iter().any(is_taken) {
            Some("context and namespace have arguments of their own, and dry runs are made here")
        } else if words().any(|word| word.contains(char::is_control) && !word.contains('\n')) {
            Some("it contains control characters")
        } else {
            None
        }
    }

    fn pinned(&self) -> Vec<String> {
        let mut words = self.arguments.clone();
        words.push(format!("--context={}", self.context));
        words.extend(
            self.namespace.iter().filter(|name| !name.is_empty()).map(|name| format!("--namespace={name}")),
        );
        words
    }

    /// Asks the server what would come of it.
    pub async fn preview(&self, session: &Session) -> Result<Preview, Trouble> {
        let verb = self.arguments.first().map(String::as_str).unwrap_or_default();
        let tells_objects = OBJECTS.contains(&verb);
        let untried = |why: String| Ok(Preview::Untried(why));
        if !tells_objects && !SENTENCE.contains(&verb) {
            return untried(format!("kubectl {} has no dry run on the server", clipped(verb)));
        }
        if let Some(flag) = unknown_flag(&self.arguments[1..]) {
            return untried(format!("the flag {} is not tried", clipped(flag)));
        }
        let preview =
            async { if tells_objects { self.diff(session).await } else { self.sentences(session).await } };
        tokio::time::timeout(DEADLINE, preview).await.unwrap_or_else(|_| Err(late(DEADLINE)))
    }

    /// The objects as they are beside the objects as they would be.
    async fn diff(&self, session: &Session) -> Result<Preview, Trouble> {
        let mut words = self.pinned();
        words.extend(["--dry-run=server", "--output=json"].map(str::to_owned));
        let Some(after) = kubectl(&words, &[], session).await? else { return Ok(missing()) };
        let now =
            ["get", "--filename=-", "--output=json", "--ignore-not-found", "--show-managed-fields=false"];
        let mut words: Vec<String> = now.iter().map(|word| (*word).to_owned()).collect();
        words.push(format!("--context={}", self.context));
        let Some(before) = kubectl(&words, &after.stdout, session).await? else { return Ok(missing()) };
        let (before, after) = (yaml(&before.stdout)?, yaml(&after.stdout)?);
        if before == after {
            return Ok(Preview::Nothing);
        }
        let diff = TextDiff::from_lines(&before, &after);
        let diff = diff.unified_diff().context_radius(2).header("now", "after").to_string();
        Ok(Preview::Shown(bounded(&diff)))
    }

    async fn sentences(&self, session: &Session) -> Result<Preview, Trouble> {
        let mut words = self.pinned();
        words.push("--dry-run=server".to_owned());
        let Some(ended) = kubectl(&words, &[], session).await? else { return Ok(missing()) };
        let told = String::from_utf8_lossy(&ended.stdout).into_owned();
        Ok(if told.trim().is_empty() { Preview::Nothing } else { Preview::Shown(bounded(&told)) })
    }
}

fn missing() -> Preview {
    Preview::Untried("kubectl is not installed".to_owned())
}

/// Runs kubectl; none where there is none. What it refuses is the trouble.
async fn kubectl(words: &[String], input: &[u8], session: &Session) -> Result<Option<Ended>, Trouble> {
    let mut command = Command::new("kubectl");
    command.args(words).env_clear().envs(&session.environment).current_dir(&session.directory);
    match process::run(&mut command, input).await {
        Ok(ended) if ended.status.success() => Ok(Some(ended)),
        Ok(ended) => Err(Trouble::new(Kind::Server, format!("the dry run {}", ended.told()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Trouble::new(Kind::Internal, format!("kubectl cannot be run: {error}"))),
    }
}

/// The first flag that is not tried.
fn unknown_flag(arguments: &[String]) -> Option<&String> {
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if !word.starts_with('-') || word == "-" {
            continue;
        }
        let (flag, value) =
            word.split_once('=').map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
        if WITHOUT_VALUE.contains(&flag) {
            continue;
        }
        if !WITH_VALUE.contains(&flag) {
            return Some(word);
        }
        let value = value.or_else(|| words.next().map(String::as_str)).unwrap_or_default();
        // What is behind an address is not the user's, and of standard input there is none.
        let is_file = matches!(flag, "-f" | "--filename" | "--patch-file");
        if is_file && (value.contains("://") || value == "-") {
            return Some(word);
        }
    }
    None
}

/// Objects as YAML, without what changes with every change.
fn yaml(json: &[u8]) -> Result<String, Trouble> {
    if json.trim_ascii().is_empty() {
        return Ok(String::new());
    }
    let unreadable =
        |error: String| Trouble::new(Kind::Garbage, format!("kubectl's answer makes no sense: {error}"));
    let document: Value = serde_json::from_slice(json).map_err(|error| unreadable(error.to_string()))?;
    let objects = match document["items"].as_array() {
        Some(items) => items.clone(),
        None => vec![document],
    };
    let mut text = String::new();
    for mut object in objects {
        let is_secret = object["kind"] == "Secret";
        clean(&mut object, is_secret);
        if let Some(fields) = object.as_object_mut() {
            fields.remove("status");
        }
        if let Some(metadata) = object["metadata"].as_object_mut() {
            for field in ["resourceVersion", "generation", "uid", "creationTimestamp"] {
                metadata.remove(field);
            }
        }
        let object = serde_yaml::to_string(&object).map_err(|error| unreadable(error.to_string()))?;
        text.push_str(&format!("---\n{object}"));
    }
    Ok(text)
}

fn bounded(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let more = lines.len().saturating_sub(LINES);
    lines.truncate(LINES);
    let mut text = lines.join("\n");
    if more > 0 {
        text.push_str(&format!("\n[{more} more lines]"));
    }
    text
}

#[cfg(test)]
mod tests;
