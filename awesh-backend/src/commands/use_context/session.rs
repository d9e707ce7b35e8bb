//! What the calling shell has in force: its KUBECONFIG, with or without a private kubeconfig at its head.

use std::path::{Path, PathBuf};

use agents::kubernetes::contexts::{Contexts, Environment, Sources};

use super::private::{self, Before, Choice};

/// The shell as its environment shows it.
pub(super) struct Session<'a> {
    environment: &'a Environment,
    directory: &'a Path,
}

impl<'a> Session<'a> {
    pub(super) fn new(environment: &'a Environment, directory: &'a Path) -> Self {
        Self { environment, directory }
    }

    /// All contexts that kubectl would find.
    pub(super) fn contexts(&self) -> Contexts {
        Contexts::read(&Sources::of_session(self.environment, self.directory))
    }

    /// What is in force.
    pub(super) fn current(&self, contexts: &Contexts) -> Option<Choice> {
        let context = contexts.current.clone()?;
        let entry = contexts.entries.iter().find(|entry| entry.name == context);
        Some(Choice { namespace: entry.and_then(|entry| entry.namespace.clone()), context })
    }

    /// Whether a private kubeconfig is in force.
    pub(super) fn has_own(&self) -> bool {
        self.split().0.is_some()
    }

    /// What was in force before the private kubeconfig.
    pub(super) fn before(&self) -> Option<Choice> {
        Before::read(&self.split().0?)?.choice
    }

    /// KUBECONFIG without a private kubeconfig; nothing where it was not set.
    pub(super) fn shared(&self) -> Option<String> {
        let (own, rest) = self.split();
        // What follows a private kubeconfig may be the default, which was made explicit.
        let is_default = own.and_then(|own| Before::read(&own)).is_some_and(|it| it.kubeconfig.is_none());
        Some(rest).filter(|rest| !rest.is_empty() && !(is_default && Some(rest) == self.default().as_ref()))
    }

    /// The line that puts a private kubeconfig in force.
    pub(super) fn with_own(&self, path: &Path) -> String {
        let rest = self.shared().or_else(|| self.default());
        let rest = rest.map_or(String::new(), |rest| format!(":{rest}"));
        format!("export KUBECONFIG={}", quoted(&format!("{}{rest}", path.display())))
    }

    /// The line that takes it out of force.
    pub(super) fn without_own(&self) -> String {
        self.shared()
            .map_or("unset KUBECONFIG".to_owned(), |rest| format!("export KUBECONFIG={}", quoted(&rest)))
    }

    fn default(&self) -> Option<String> {
        self.environment.get("HOME").map(|home| format!("{home}/.kube/config"))
    }

    /// The private kubeconfig's path and the other files.
    fn split(&self) -> (Option<PathBuf>, String) {
        let list = self.environment.get("KUBECONFIG").map_or("", String::as_str);
        let (first, rest) = list.split_once(':').unwrap_or((list, ""));
        let path = PathBuf::from(first);
        if private::is_private(&path) { (Some(path), rest.to_owned()) } else { (None, list.to_owned()) }
    }
}

/// A word as every shell takes it literally.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
