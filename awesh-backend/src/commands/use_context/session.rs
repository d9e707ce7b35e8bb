//! What the calling shell has in force: its KUBECONFIG, with or without a private kubeconfig at its head.

use std::path::{Path, PathBuf};

use agents::kubernetes::contexts::{Contexts, Environment, Sources};
use agents::quoted;

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
        !self.split().0.is_empty()
    }

    /// What was in force before the private kubeconfig.
    pub(super) fn before(&self) -> Option<Choice> {
        Before::read(self.split().0.first()?)?.choice
    }

    /// KUBECONFIG without a private kubeconfig; nothing where it was not set.
    pub(super) fn shared(&self) -> Option<String> {
        let (own, rest) = self.split();
        // What follows a private kubeconfig may be the default, which was made explicit.
        let is_default =
            own.first().and_then(|own| Before::read(own)).is_some_and(|it| it.kubeconfig.is_none());
        let is_made_up = is_default && Some(&rest) == self.default().as_ref();
        Some(rest).filter(|rest| !rest.is_empty() && !is_made_up)
    }

    /// The line that puts a private kubeconfig in force. One before it stays where a program has added to it: a
    /// cluster that was made in this shell is not to vanish.
    pub(super) fn with_own(&self, path: &Path) -> String {
        let added = self.split().0.into_iter().filter(|own| self.has_additions(own));
        let private = std::iter::once(path.to_owned()).chain(added).map(|path| path.display().to_string());
        let list: Vec<String> = private.chain(self.shared().or_else(|| self.default())).collect();
        format!("export KUBECONFIG={}", quoted(&list.join(":")))
    }

    fn has_additions(&self, own: &Path) -> bool {
        let contexts = Contexts::read(&Sources::of_files([own.to_owned()], self.directory));
        contexts.entries.iter().any(|entry| entry.cluster.is_some() || entry.user.is_some())
    }

    /// The line that takes it out of force.
    pub(super) fn without_own(&self) -> String {
        self.shared()
            .map_or("unset KUBECONFIG".to_owned(), |rest| format!("export KUBECONFIG={}", quoted(&rest)))
    }

    fn default(&self) -> Option<String> {
        self.environment.get("HOME").map(|home| format!("{home}/.kube/config"))
    }

    /// The private kubeconfigs, the one in force first, and the other files.
    fn split(&self) -> (Vec<PathBuf>, String) {
        let list = self.environment.get("KUBECONFIG").map_or("", String::as_str);
        let (private, others): (Vec<&str>, Vec<&str>) =
            list.split(':').partition(|path| private::is_private(Path::new(path)));
        (private.into_iter().map(PathBuf::from).collect(), others.join(":"))
    }
}
