//! What is said of a resource kind, of which kind of which cluster, and how long it holds.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a model said of a kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// What it can do, in short phrases: "relational database", "automatic failover".
    pub capabilities: Vec<String>,
    /// Whose technology it is or whom it speaks to: "postgresql", "aws", "cert-manager".
    pub providers: Vec<String>,
    /// What it hides from its user: "database cluster", "message queue".
    pub abstractions: Vec<String>,
    /// How much one must know to use it.
    pub complexity: Complexity,
    /// What it is, in a sentence or two.
    pub description: String,
    /// When one would take it.
    pub use_case: String,
    /// How sure the model is, from 0 to 1.
    pub confidence: f32,
}

/// How much one must know to use a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Complexity {
    /// A few fields, sensible defaults.
    Low,
    /// Its fields must be understood.
    Medium,
    /// It needs plans, or others beside it.
    High,
}

impl Complexity {
    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A kind of resource that a cluster serves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Kind {
    /// Its API group; empty for the core.
    pub group: String,
    /// The version that the cluster prefers.
    pub version: String,
    /// Its name in manifests: "Cluster".
    pub kind: String,
    /// Its name in addresses: "clusters".
    pub plural: String,
    /// Whether its objects are in namespaces.
    pub namespaced: bool,
}

impl Kind {
    /// As manifests have it: "postgresql.cnpg.io/v1".
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }
}

/// As kubectl takes it: "clusters.postgresql.cnpg.io", "pods".
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.plural)?;
        if self.group.is_empty() { Ok(()) } else { write!(f, ".{}", self.group) }
    }
}

/// A cluster. Two are the same if their servers are: a context is only this user's name for one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cluster {
    /// The context that it was read by.
    pub context: String,
    /// Its server's address.
    pub server: String,
}

impl Cluster {
    /// What tells it from all others. Every machine has its own 127.0.0.1: there the context belongs to it.
    pub fn id(&self) -> String {
        let server = self.server.trim_end_matches('/').to_lowercase();
        let host = server.split_once("://").map_or(server.as_str(), |(_, host)| host);
        let is_local = ["127.", "localhost", "[::1]", "0.0.0.0"].iter().any(|local| host.starts_with(local));
        if is_local { format!("{server} {}", self.context) } else { server }
    }
}

/// What was learned of a kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// The kind.
    pub kind: Kind,
    /// What it holds for: the hash of the definition as sent, of the prompt's version and of the model.
    pub key: String,
    /// The model that said it.
    pub model: String,
    /// When it said it.
    pub learned_at: Timestamp,
    /// What it said.
    pub description: Description,
}
