//! The parts of Kubernetes' objects that health goes by. Everything else in them is passed over as it comes, so
//! that a large cluster costs little memory.

use jiff::Timestamp;
use serde::Deserialize;

/// What every object says of itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Meta {
    /// The name.
    pub name: String,
    /// The namespace, where it has one.
    pub namespace: Option<String>,
    /// When its deletion was asked for.
    pub deletion_timestamp: Option<Timestamp>,
    /// When it was made.
    pub creation_timestamp: Option<Timestamp>,
    /// Whose it is.
    pub owner_references: Vec<Owner>,
}

/// The owner of an object.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Owner {
    /// Whether it looks after the object.
    pub controller: bool,
}

/// A condition of a node or a pod.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Condition {
    /// `Ready`, `PodScheduled`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// Why, in a word.
    pub reason: Option<String>,
    /// Why, in a sentence.
    pub message: Option<String>,
    /// Since when.
    pub last_transition_time: Option<Timestamp>,
}

/// A node.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Node {
    /// Its name.
    pub metadata: Meta,
    /// What is wanted of it.
    pub spec: NodeSpec,
    /// How it is.
    pub status: NodeStatus,
}

/// What is wanted of a node.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NodeSpec {
    /// Whether it takes no new pods: cordoned.
    pub unschedulable: bool,
}

/// How a node is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NodeStatus {
    /// Its conditions.
    pub conditions: Vec<Condition>,
}

/// A pod.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Pod {
    /// Its name and namespace.
    pub metadata: Meta,
    /// How it is.
    pub status: PodStatus,
}

/// How a pod is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodStatus {
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    pub phase: String,
    /// Why, in a word: `Evicted`, …
    pub reason: Option<String>,
    /// Why, in a sentence.
    pub message: Option<String>,
    /// Its conditions.
    pub conditions: Vec<Condition>,
    /// Its containers that run before the others.
    pub init_container_statuses: Vec<Container>,
    /// Its containers.
    pub container_statuses: Vec<Container>,
}

/// How a container is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Container {
    /// How often it was started anew.
    pub restart_count: u32,
    /// How it is.
    pub state: State,
    /// How it was before.
    pub last_state: State,
}

/// The state of a container: one of them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct State {
    /// It waits to run.
    pub waiting: Option<Waiting>,
    /// It ended.
    pub terminated: Option<Terminated>,
}

/// Why a container waits.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Waiting {
    /// In a word: `CrashLoopBackOff`, …
    pub reason: String,
    /// In a sentence.
    pub message: Option<String>,
}

/// How a container ended.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Terminated {
    /// In a word: `OOMKilled`, `Error`, …
    pub reason: Option<String>,
    /// Its exit status.
    pub exit_code: i32,
    /// When.
    pub finished_at: Option<Timestamp>,
}
