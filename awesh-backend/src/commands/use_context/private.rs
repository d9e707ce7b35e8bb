//! The private kubeconfig: which context is current, and all contexts once more. Beside it, what was before it.
//!
//! The contexts are in it so that whatever kubectl changes of one (`kubectl config set-context --current`) is
//! changed here; clusters and users stay where they are. It is written as JSON, which is YAML.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use agents::kubernetes::contexts::{Contexts, Entry};
use nix::unistd::getsid;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tempfile::Builder;

/// What the files' names begin with.
const FILE: &str = "context-";

/// What the directories' names begin with, those of awesh's sessions too; the process follows that they end with.
const DIRECTORY: &str = "awesh-";

/// A context and a namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Choice {
    pub(super) context: String,
    pub(super) namespace: Option<String>,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let namespace = self.namespace.as_deref().unwrap_or("default");
        write!(f, "context {}, namespace {namespace}", self.context)
    }
}

/// What was in force before a private kubeconfig.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Before {
    pub(super) choice: Option<Choice>,
    /// KUBECONFIG as it was; nothing where it was not set.
    pub(super) kubeconfig: Option<String>,
}

impl Before {
    /// Reads what is beside a private kubeconfig.
    pub(super) fn read(kubeconfig: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(beside(kubeconfig)).ok()?).ok()
    }
}

/// Whether a path is that of a private kubeconfig.
pub(super) fn is_private(path: &Path) -> bool {
    let begins = |path: Option<&Path>, prefix: &str| {
        path.and_then(Path::file_name).is_some_and(|name| name.to_string_lossy().starts_with(prefix))
    };
    path.is_absolute() && begins(Some(path), FILE) && begins(path.parent(), DIRECTORY)
}

/// Writes a private kubeconfig into the directory of a session, or into one of its own.
pub(super) fn write(
    session: Option<&Path>,
    choice: &Choice,
    before: &Before,
    contexts: &Contexts,
) -> io::Result<PathBuf> {
    let directory = match session {
        Some(session) => session.to_owned(),
        None => own_directory()?,
    };
    // Nobody reads it before KUBECONFIG names it.
    let mut file = Builder::new().prefix(FILE).tempfile_in(directory)?;
    file.write_all(format!("{:#}\n", document(choice, contexts)).as_bytes())?;
    let (_, path) = file.keep()?;
    fs::write(beside(&path), serde_json::to_vec(before)?)?;
    Ok(path)
}

fn beside(kubeconfig: &Path) -> PathBuf {
    kubeconfig.with_extension("before")
}

fn document(choice: &Choice, contexts: &Contexts) -> Value {
    let entry = |entry: &Entry| {
        let is_chosen = entry.name == choice.context;
        let namespace = if is_chosen { &choice.namespace } else { &entry.namespace };
        let mut context = json!({"cluster": entry.cluster_name});
        if let Some(user) = &entry.user_name {
            context["user"] = user.as_str().into();
        }
        if let Some(namespace) = namespace {
            context["namespace"] = namespace.as_str().into();
        }
        json!({"name": entry.name, "context": context})
    };
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": choice.context,
        "contexts": contexts.entries.iter().map(entry).collect::<Vec<_>>(),
    })
}

/// A private directory for a shell that is no session of awesh's. Named after the leader of the terminal's session:
/// awesh removes what belongs to the dead.
fn own_directory() -> io::Result<PathBuf> {
    let leader = getsid(None)?;
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_dir());
    let parent = runtime.unwrap_or_else(std::env::temp_dir);
    Ok(Builder::new().prefix(&format!("{DIRECTORY}{leader}-")).tempdir_in(parent)?.keep())
}
