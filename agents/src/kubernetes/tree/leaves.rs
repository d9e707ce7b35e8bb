//! Objects as a tree shows them.

use jiff::Timestamp;
use serde::Serialize;

use crate::kubernetes::objects::{Container, Namespace, Node, Pod, PodStatus};

/// A node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NodeLeaf {
    /// Its name.
    pub name: String,
    /// Whether it can run pods.
    pub ready: bool,
    /// Whether it takes no new ones.
    pub cordoned: bool,
    /// `control-plane`, …
    pub roles: Vec<String>,
    /// The version of its kubelet.
    pub version: String,
    /// Why it is not ready.
    pub reason: Option<String>,
}

impl From<Node> for NodeLeaf {
    fn from(node: Node) -> Self {
        let role = |label: &String| label.strip_prefix("node-role.kubernetes.io/").map(str::to_owned);
        let ready = node.status.conditions.iter().find(|it| it.kind == "Ready");
        let reason = ready.and_then(|ready| ready.message.clone().or_else(|| ready.reason.clone()));
        Self {
            ready: node.is_ready(),
            reason: reason.filter(|_| !node.is_ready()),
            cordoned: node.spec.unschedulable,
            roles: node.metadata.labels.keys().filter_map(role).collect(),
            version: node.status.node_info.kubelet_version,
            name: node.metadata.name,
        }
    }
}

/// A namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamespaceLeaf {
    /// Its name.
    pub name: String,
    /// `Active` or `Terminating`.
    pub phase: String,
}

impl From<Namespace> for NamespaceLeaf {
    fn from(namespace: Namespace) -> Self {
        Self { name: namespace.metadata.name, phase: namespace.status.phase }
    }
}

/// A pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PodLeaf {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// What kubectl calls its status: its phase, or what keeps it from running.
    pub status: String,
    /// Whether it runs with all containers ready, or ended well.
    pub is_well: bool,
    /// Containers that are ready.
    pub ready: usize,
    /// All containers.
    pub containers: usize,
    /// How often its containers were started anew.
    pub restarts: u32,
    /// The node it is on.
    pub node: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

impl From<Pod> for PodLeaf {
    fn from(pod: Pod) -> Self {
        let containers = pod.spec.containers.len();
        let running = &pod.status.container_statuses;
        let ready = running.iter().filter(|container| container.ready).count();
        let is_ending = pod.metadata.deletion_timestamp.is_some();
        let status = if is_ending { "Terminating".to_owned() } else { status(&pod.status) };
        let is_well = status == "Running" && ready == containers || pod.status.phase == "Succeeded";
        Self {
            is_well,
            ready,
            containers,
            restarts: running.iter().map(|container| container.restart_count).sum(),
            status,
            namespace: pod.metadata.namespace.unwrap_or_default(),
            name: pod.metadata.name,
            node: pod.spec.node_name,
            created_at: pod.metadata.creation_timestamp,
        }
    }
}

fn status(pod: &PodStatus) -> String {
    let waits = |container: &Container| container.state.waiting.as_ref().map(|it| it.reason.clone());
    let ended = |container: &Container| container.state.terminated.as_ref().and_then(|it| it.reason.clone());
    // What those wait for that run before the others keeps the others waiting too.
    let before = pod.init_container_statuses.iter().find_map(waits).filter(|why| why != "PodInitializing");
    let reason = before
        .map(|why| format!("Init:{why}"))
        .or_else(|| pod.container_statuses.iter().find_map(waits))
        .or_else(|| pod.container_statuses.iter().find_map(ended))
        .or_else(|| pod.reason.clone());
    reason.filter(|reason| !reason.is_empty()).unwrap_or_else(|| pod.phase.clone())
}
