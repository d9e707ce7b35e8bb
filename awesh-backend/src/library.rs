//! The way to what was learned of clusters, as the settings have it: which store, with which key, and by which model
//! texts are turned to vectors. Nothing is connected to before it is needed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use agents::Failure;
use agents::capabilities::store::{Catalogue, Embedder, Library, Postgresql, Qdrant, Server, Sqlite};
use async_trait::async_trait;
use awesh_protocol::{Capabilities, FailureKind, Keeper, Secret, Settings};
use tokio::sync::OnceCell;

use crate::ai::endpoint::Endpoint;
use crate::ai::{Client, key};
use crate::audit::Entry;
use crate::config::Patience;
use crate::guard::Guard;
use crate::talk::Memory;

/// The collection where nobody says.
const COLLECTION: &str = "awesh";

/// A shelf of one session.
pub(crate) struct Shelf {
    set: Capabilities,
    state: PathBuf,
    environment: Arc<BTreeMap<String, String>>,
    embedder: Option<Arc<dyn Embedder>>,
}

impl Shelf {
    /// What the settings name, reached as this session reaches things; `client` is whom questions go to.
    pub(crate) fn new(
        set: &Capabilities,
        state: &Path,
        environment: Arc<BTreeMap<String, String>>,
        embedder: Option<GatedEmbedder>,
    ) -> Self {
        let embedder = embedder.map(|embedder| Arc::new(embedder) as Arc<dyn Embedder>);
        Self { set: set.clone(), state: state.to_owned(), environment, embedder }
    }

    /// That of a command, which has no shell beside it.
    pub(crate) fn of_command(
        settings: &Settings,
        state: &Path,
        environment: BTreeMap<String, String>,
    ) -> Self {
        let (memory, environment) = (Memory::default(), Arc::new(environment));
        memory.gate().hide_names(settings.pseudonyms);
        settings.api_key.iter().for_each(|key| memory.gate().know(key.expose()));
        let guard = Arc::new(Guard::new(state, memory.clone()));
        guard.know_environment(&environment);
        let client =
            Endpoint::of(settings).ok().map(|endpoint| Arc::new(Client::new(endpoint, Patience::default())));
        let embedder = client.and_then(|client| {
            GatedEmbedder::new(client, memory, guard, environment.clone(), &settings.capabilities)
        });
        Self::new(&settings.capabilities, state, environment, embedder)
    }

    async fn server(&self) -> Result<Server, Failure> {
        Ok(Server {
            url: self.set.url.as_ref().map(|url| url.expose().trim().to_owned()),
            collection: self.set.collection.clone().unwrap_or_else(|| COLLECTION.to_owned()),
            key: self.key().await?,
            ca_file: self.set.ca_file.as_ref().map(PathBuf::from),
        })
    }

    /// The key of the store's server, from its command where there is one.
    async fn key(&self) -> Result<Option<Secret>, Failure> {
        match (&self.set.api_key, &self.set.key_command) {
            (Some(key), _) => Ok(Some(key.clone())),
            (None, None) => Ok(None),
            (None, Some(command)) => {
                key::fetch(command, &self.environment).await.map(Some).map_err(|fault| {
                    Failure::new(
                        FailureKind::Settings,
                        format!("The key of the store could not be had: {fault}."),
                    )
                    .hint("Run the command by itself to see; it is the setting capabilities.key_command.")
                })
            }
        }
    }
}

#[async_trait]
impl Library for Shelf {
    async fn open(&self) -> Result<Catalogue, Failure> {
        let embedder = self.embedder.clone();
        match self.set.store {
            Keeper::Sqlite => Ok(Catalogue::new(Sqlite::in_state(&self.state), embedder)),
            Keeper::Qdrant => Ok(Catalogue::new(Qdrant::at(self.server().await?)?, embedder)),
            Keeper::Postgresql => Ok(Catalogue::new(Postgresql::at(self.server().await?)?, embedder)),
        }
    }
}

/// The provider's embeddings behind the gate: texts are redacted before they leave, each request is in the audit log.
pub(crate) struct GatedEmbedder {
    client: Arc<Client>,
    memory: Memory,
    guard: Arc<Guard>,
    environment: Arc<BTreeMap<String, String>>,
    model: String,
    /// Set when the secrets of the user's files are known.
    known: OnceCell<()>,
}

impl GatedEmbedder {
    /// By the model that is set or that the provider has; none where there is none.
    pub(crate) fn new(
        client: Arc<Client>,
        memory: Memory,
        guard: Arc<Guard>,
        environment: Arc<BTreeMap<String, String>>,
        set: &Capabilities,
    ) -> Option<Self> {
        let model = client.endpoint.embeddings(set.embeddings.as_deref())?;
        Some(Self { client, memory, guard, environment, model, known: OnceCell::new() })
    }
}

#[async_trait]
impl Embedder for GatedEmbedder {
    fn model(&self) -> &str {
        &self.model
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Failure> {
        let endpoint = &self.client.endpoint;
        let failed = |fault: crate::ai::fault::Fault| fault.failure(endpoint);
        self.known.get_or_init(|| self.memory.know_files(&self.environment)).await;
        if let Some(key) = self.client.key(&self.environment).await.map_err(failed)? {
            self.memory.gate().know(key.expose());
        }
        let redacted: Vec<String> = {
            let mut gate = self.memory.gate();
            texts.iter().map(|text| gate.redact(text)).collect()
        };
        let log = |body: &serde_json::Value| {
            self.guard.log(Entry::request(endpoint.provider.name, &self.model, body.to_string().as_bytes()));
        };
        self.client.embed(&self.model, &redacted, &self.environment, log).await.map_err(failed)
    }
}
