//! Clusters on loopback as the modules' tests ask them.

use std::sync::Arc;
use std::time::Duration;

use kubernetes_server::{Cluster, Clusters};

use super::Session;
use super::contexts::{Contexts, Entry, Sources};
use crate::fan_out::Limits;

/// Longer than any test.
pub(crate) const PATIENT: Limits = Limits { at_once: 64, deadline: Duration::from_secs(600) };

/// Running clusters, and a home to ask them from.
pub(crate) struct Place {
    pub(crate) clusters: Clusters,
    pub(crate) session: Arc<Session>,
    pub(crate) entries: Vec<Entry>,
    _home: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new(clusters: impl IntoIterator<Item = Cluster>) -> Self {
        let (clusters, home) = (Clusters::start(clusters), tempfile::tempdir().unwrap());
        let directory = home.path().to_owned();
        let environment =
            [("HOME", directory.to_str().unwrap().to_owned()), ("PATH", std::env::var("PATH").unwrap())];
        let environment = environment.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let contexts = Contexts::read(&Sources::of_files([clusters.kubeconfig()], &directory));
        assert_eq!(contexts.problems, [""; 0]);
        let session = Arc::new(Session { environment, directory });
        Self { clusters, session, entries: contexts.entries, _home: home }
    }
}
