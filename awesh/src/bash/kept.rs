//! What is kept of a session's directory when it goes: clusters and users that a program has added to this shell's
//! own kubeconfig (`awesh use`), as kubectl adds what is new to the first file of KUBECONFIG.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_yaml::Value;
use tempfile::Builder;

/// What the names of a shell's own kubeconfigs begin with; what else `awesh use` keeps beside them has an extension.
const KUBECONFIG: &str = "context-";

/// What is in a kubeconfig only if somebody has added it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Added {
    clusters: Option<Vec<Value>>,
    users: Option<Vec<Value>>,
}

/// Copies the kubeconfigs to which something was added from a session's directory to `state`; where they are now.
pub fn keep_kubeconfigs(directory: &Path, state: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.starts_with(KUBECONFIG) && path.extension().is_none()
    });
    // A state directory that cannot be written is not worth the shell's end.
    files.filter(|path| has_additions(path)).filter_map(|path| keep(&path, state).ok()).collect()
}

fn has_additions(path: &Path) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    let added: Added = serde_yaml::from_str(&text).unwrap_or_default();
    [added.clusters, added.users].into_iter().flatten().any(|list| !list.is_empty())
}

fn keep(path: &Path, state: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(state)?;
    let mut file = Builder::new().prefix("kubeconfig-").tempfile_in(state)?;
    file.write_all(&fs::read(path)?)?;
    Ok(file.keep()?.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_added_is_kept() {
        let (session, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let state = state.path().join("awesh");
        for (name, text) in [
            ("context-a", r#"{"current-context": "dev", "contexts": [{"name": "dev"}]}"#),
            ("context-b", "current-context: kind\nclusters:\n- {name: kind}\nusers: null\n"),
            ("context-b.before", "clusters:\n- {name: kind}\n"),
            ("context-c", "\u{0}"),
            ("hook.sh", "clusters: [a]"),
        ] {
            fs::write(session.path().join(name), text).unwrap();
        }
        let kept = keep_kubeconfigs(session.path(), &state);
        assert_eq!(kept.len(), 1);
        assert!(kept[0].starts_with(&state) && fs::read_to_string(&kept[0]).unwrap().contains("name: kind"));
        assert!(keep_kubeconfigs(&session.path().join("gone"), &state).is_empty());
    }
}
