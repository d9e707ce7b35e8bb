//! The parts of Kubernetes' objects that are read. Everything else in them is passed over as it comes, so
//! that a large cluster costs little memory.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

/// What `/version` answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// `v1.33.2`.
    pub git_version: String,
}

/// Amounts of resources by their names: `cpu`, `memory`, …
pub type Quantities = BTreeMap<String, String>;

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
    /// Its labels.
    pub labels: BTreeMap<String, String>,
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

/// A namespace.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Namespace {
    /// Its name.
    pub metadata: Meta,
    /// How it is.
    pub status: NamespaceStatus,
}

/// How a namespace is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NamespaceStatus {
    /// `Active` or `Terminating`.
    pub phase: String,
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
#[serde(rename_all = "camelCase", default)]
pub struct NodeStatus {
    /// Its conditions.
    pub conditions: Vec<Condition>,
    /// What it has for pods.
    pub allocatable: Quantities,
    /// What runs on it.
    pub node_info: NodeInfo,
}

/// What runs on a node.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeInfo {
    /// The version of its kubelet.
    pub kubelet_version: String,
}

impl Node {
    /// Whether it can run pods.
    pub fn is_ready(&self) -> bool {
        self.status.conditions.iter().any(|it| it.kind == "Ready" && it.status == "True")
    }
}

/// A pod.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Pod {
    /// Its name and namespace.
    pub metadata: Meta,
    /// What is wanted of it.
    pub spec: PodSpec,
    /// How it is.
    pub status: PodStatus,
}

/// What is wanted of a pod.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodSpec {
    /// The node it is on.
    pub node_name: Option<String>,
    /// Its containers that run before the others.
    pub init_containers: Vec<ContainerSpec>,
    /// Its containers.
    pub containers: Vec<ContainerSpec>,
    /// What it needs beside its containers.
    pub overhead: Quantities,
}

/// What is wanted of a container.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerSpec {
    /// The image.
    pub image: String,
    /// `Always` for one that others do not wait for.
    pub restart_policy: Option<String>,
    /// What it asks for.
    pub resources: Resources,
}

/// What a container asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// So much it is given.
    pub requests: Quantities,
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
    /// Whether it is ready.
    pub ready: bool,
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
