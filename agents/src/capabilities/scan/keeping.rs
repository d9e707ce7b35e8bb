//! What was learned on its way from the journal to where it is searched: in batches, beside the scan.
//!
//! The journal is what counts. A store that takes nothing stops no scan; the next one brings it what it lacks.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::task::JoinSet;

use crate::agent::Failure;
use crate::capabilities::journal::{Journal, Known};
use crate::capabilities::store::Catalogue;
use crate::capabilities::{Cluster, Kind, Learned};

/// What is kept at once.
const BATCH: usize = 20;

/// What waits to be kept, and what is being kept.
pub struct Keeping {
    catalogue: Arc<Catalogue>,
    cluster: Cluster,
    learned: Vec<Learned>,
    gone: Vec<Kind>,
    under_way: JoinSet<Result<(), Failure>>,
    failure: Option<Failure>,
}

impl Keeping {
    /// Begins with what the store lacks of the journal, or has beyond it.
    pub async fn begin(catalogue: Arc<Catalogue>, cluster: &Cluster, journal: &Journal) -> Self {
        let (kept, failure) = match catalogue.keys(cluster).await {
            Ok(keys) => (keys, None),
            Err(failure) => (Vec::new(), Some(failure)),
        };
        let name = |kind: &Kind| (kind.group.clone(), kind.plural.clone());
        let mut kept: BTreeMap<_, _> =
            kept.into_iter().map(|(kind, key)| (name(&kind), (kind, key))).collect();
        let mut learned = Vec::new();
        for known in journal.all() {
            let Known::Learned(known) = known else { continue };
            let is_kept = kept
                .remove(&name(&known.kind))
                .is_some_and(|(kind, key)| kind == known.kind && key == known.key);
            learned.extend((!is_kept).then(|| known.clone()));
        }
        let gone = kept.into_values().map(|(kind, _)| kind).collect();
        Self { catalogue, cluster: cluster.clone(), learned, gone, under_way: JoinSet::new(), failure }
    }

    /// Adds what was learned.
    pub fn add(&mut self, learned: Learned) {
        self.learned.push(learned);
    }

    /// Begins to keep a batch, where there is one and none is under way.
    pub fn go_on(&mut self) {
        while let Some(ended) = self.under_way.try_join_next() {
            self.note(ended.unwrap_or(Ok(())));
        }
        if self.under_way.is_empty() && self.learned.len() >= BATCH {
            self.keep();
        }
    }

    /// Keeps all that waits; why it could not be, where that is so.
    pub async fn finish(mut self) -> Option<Failure> {
        loop {
            while let Some(ended) = self.under_way.join_next().await {
                self.note(ended.unwrap_or(Ok(())));
            }
            if self.failure.is_some() || (self.learned.is_empty() && self.gone.is_empty()) {
                return self.failure;
            }
            self.keep();
        }
    }

    fn keep(&mut self) {
        if self.failure.is_some() {
            return;
        }
        let batch: Vec<Learned> = self.learned.drain(..self.learned.len().min(BATCH)).collect();
        let gone = std::mem::take(&mut self.gone);
        let (catalogue, cluster) = (self.catalogue.clone(), self.cluster.clone());
        self.under_way.spawn(async move { catalogue.replace(&cluster, &batch, &gone).await });
    }

    fn note(&mut self, ended: Result<(), Failure>) {
        if let Err(failure) = ended {
            self.failure.get_or_insert(failure);
        }
    }
}
