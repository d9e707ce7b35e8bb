//! Running clusters.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpSocket;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::api::Api;
use crate::certificates::Authorities;
use crate::cluster::{Cluster, Reach};
use crate::connection;
use crate::counts::{Counts, Ledger, Request};
use crate::kubeconfig;
use crate::store::{Key, Store};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// The token that every cluster takes.
const TOKEN: &str = "a-token-that-only-tests-know";

/// Clusters on loopback, and the kubeconfig that leads to them. They end when this is dropped.
pub struct Clusters {
    directory: TempDir,
    apis: Vec<Arc<Api>>,
    ledger: Ledger,
    gate: Arc<Semaphore>,
    /// Ports at which nothing may listen while this runs.
    _refusing: Vec<TcpSocket>,
    // Taken only by the drop.
    runtime: Option<Runtime>,
}

impl Clusters {
    /// Starts them.
    ///
    /// # Panics
    ///
    /// Where the machine has no loopback, no room for a file, or a description names a kind that no cluster has.
    #[must_use]
    pub fn start(clusters: impl IntoIterator<Item = Cluster>) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let authorities = Authorities::new();
        let (ledger, gate) = (Ledger::default(), Arc::new(Semaphore::new(0)));
        let (mut apis, mut placed, mut refusing) = (Vec::new(), Vec::new(), Vec::new());
        let entered = runtime.enter();
        for cluster in clusters {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
            placed.push((cluster.clone(), socket.local_addr().unwrap().port()));
            let store = Arc::new(Store::new(&cluster.objects));
            let api = Arc::new(Api { cluster, store, token: TOKEN.to_owned(), gate: gate.clone() });
            apis.push(api.clone());
            if api.cluster.reach == Reach::Refuses {
                refusing.push(socket);
                continue;
            }
            let acceptor = TlsAcceptor::from(authorities.server(api.cluster.certificate));
            let listener = socket.listen(1024).unwrap();
            runtime.spawn(connection::serve(listener, acceptor, api, ledger.clone()));
        }
        drop(entered);
        let directory = tempfile::tempdir().unwrap();
        let config = kubeconfig::write(&placed, TOKEN, &authorities);
        std::fs::write(directory.path().join("config"), config).unwrap();
        Self { directory, apis, ledger, gate, _refusing: refusing, runtime: Some(runtime) }
    }

    /// The kubeconfig.
    #[must_use]
    pub fn kubeconfig(&self) -> PathBuf {
        self.directory.path().join("config")
    }

    /// The figures as they are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        *self.ledger.watch().borrow()
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.ledger.requests()
    }

    /// Lets so many held answers go.
    pub fn release(&self, answers: usize) {
        self.gate.add_permits(answers);
    }

    /// Waits until the figures are as a test wants them.
    ///
    /// # Panics
    ///
    /// After twenty seconds, with the figures.
    pub async fn until(&self, wanted: impl Fn(&Counts) -> bool + Send + Sync + 'static) {
        let mut counts = self.ledger.watch();
        // On the clock of the servers: the test's own may be paused.
        let waiting = self.runtime().spawn(async move {
            let came = tokio::time::timeout(PATIENCE, counts.wait_for(|counts| wanted(counts))).await.is_ok();
            (came, *counts.borrow())
        });
        let (came, counts) = waiting.await.unwrap();
        assert!(came, "waited in vain: {counts:?}");
    }

    /// As [`Self::until`], for a test without a runtime.
    ///
    /// # Panics
    ///
    /// As [`Self::until`].
    pub fn block_until(&self, wanted: impl Fn(&Counts) -> bool + Send + Sync + 'static) {
        self.runtime().block_on(self.until(wanted));
    }

    /// Puts an object into a running cluster.
    pub fn put(&self, cluster: &str, object: Value) {
        self.api(cluster).store.put(object);
    }

    /// Takes an object out of a running cluster.
    pub fn remove(&self, cluster: &str, object: &Value) {
        self.api(cluster).store.remove(&Key::of(object));
    }

    /// Makes a cluster forget its past: pages and watches begun before end with 410.
    pub fn compact(&self, cluster: &str) {
        self.api(cluster).store.compact();
    }

    fn api(&self, cluster: &str) -> &Api {
        self.apis.iter().find(|api| api.cluster.name == cluster).unwrap()
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().unwrap()
    }
}

impl Drop for Clusters {
    fn drop(&mut self) {
        // Not by its own drop, which must not be within a test's runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
