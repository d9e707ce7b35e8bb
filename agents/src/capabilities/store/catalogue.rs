//! The store as everything else sees it, with meaning where an embedder is there.
//!
//! That texts cannot be turned to vectors never stops anything: what is kept is found by its words alone, and why is
//! said once.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::timeout;

use super::super::{Cluster, Kind, Learned};
use super::{Embedder, Entry, Found, Query, Scanned, Store, Terms, Vector, indexed};
use crate::agent::Failure;

/// How long the meaning of a query may take: somebody waits for what is found.
const PATIENCE: Duration = Duration::from_secs(5);

/// The way to what was learned.
#[async_trait]
pub trait Library: Send + Sync {
    /// Opens the catalogue that the settings name.
    async fn open(&self) -> Result<Catalogue, Failure>;
}

/// What was learned of clusters.
pub struct Catalogue {
    store: Box<dyn Store>,
    embedder: Option<Arc<dyn Embedder>>,
    /// Why there is no meaning, until it is told.
    without_meaning: Mutex<Option<String>>,
}

impl Catalogue {
    /// A catalogue in this store.
    pub fn new(store: impl Store + 'static, embedder: Option<Arc<dyn Embedder>>) -> Self {
        Self { store: Box::new(store), embedder, without_meaning: Mutex::default() }
    }

    /// Keeps what was learned of a cluster's kinds, and forgets those that are gone. What is neither stays.
    ///
    /// # Errors
    ///
    /// If the store does not take it.
    pub async fn replace(
        &self,
        cluster: &Cluster,
        learned: &[Learned],
        gone: &[Kind],
    ) -> Result<(), Failure> {
        let texts: Vec<String> = learned.iter().map(indexed::text).collect();
        let meanings = self.meanings(&texts).await;
        let entries: Vec<Entry> = learned
            .iter()
            .zip(meanings)
            .map(|(learned, meaning)| Entry { learned: learned.clone(), meaning })
            .collect();
        self.store.replace(cluster, &entries, gone).await
    }

    /// What fits a text, best first; everything, where it is empty. `clusters` are those looked at, or all.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn search(
        &self,
        text: &str,
        clusters: Option<Vec<Cluster>>,
        limit: usize,
    ) -> Result<Vec<Found>, Failure> {
        let terms = Terms::of(text);
        let meaning = if terms.is_empty() { None } else { self.meaning(text).await };
        self.store.search(&Query { terms, meaning, clusters, limit }).await
    }

    /// Under which key each kind of a cluster is known.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn keys(&self, cluster: &Cluster) -> Result<Vec<(Kind, String)>, Failure> {
        self.store.keys(cluster).await
    }

    /// The clusters of which something is known.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn clusters(&self) -> Result<Vec<Scanned>, Failure> {
        self.store.clusters().await
    }

    /// What there is to be told of the catalogue itself; each once.
    pub fn remarks(&self) -> Vec<String> {
        let without = self.without_meaning.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.store.remark().into_iter().chain(without).collect()
    }

    async fn meaning(&self, text: &str) -> Option<Vector> {
        let texts = [text.to_owned()];
        match timeout(PATIENCE, self.meanings(&texts)).await {
            Ok(meanings) => meanings.into_iter().flatten().next(),
            Err(_) => {
                self.miss_meaning(&format!("no answer within {} s", PATIENCE.as_secs()));
                None
            }
        }
    }

    /// The vector of each text, where it could be had.
    async fn meanings(&self, texts: &[String]) -> Vec<Option<Vector>> {
        let nothing = || vec![None; texts.len()];
        let Some(embedder) = self.embedder.as_ref().filter(|_| !texts.is_empty()) else { return nothing() };
        match embedder.embed(texts).await {
            Ok(values) if values.len() == texts.len() => {
                values.iter().map(|values| Vector::new(embedder.model(), values)).collect()
            }
            Ok(values) => {
                self.miss_meaning(&format!("{} vectors came for {} texts", values.len(), texts.len()));
                nothing()
            }
            Err(failure) => {
                self.miss_meaning(failure.message.trim_end_matches('.'));
                nothing()
            }
        }
    }

    fn miss_meaning(&self, why: &str) {
        let remark = format!("found by words alone, not by meaning: {why}");
        *self.without_meaning.lock().unwrap_or_else(PoisonError::into_inner) = Some(remark);
    }
}
