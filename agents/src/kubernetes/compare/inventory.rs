//! What one cluster is and runs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kube_client::core::params::ListParams;

use super::workloads::{self, KINDS, WorkloadKind, Workloads};
use super::{CLUSTER, Unread};
use crate::kubernetes::Session;
use crate::kubernetes::client::Cluster;
use crate::kubernetes::contexts::Entry;
use crate::kubernetes::objects::{Namespace, Node, Pod, PodSpec, Version};
use crate::kubernetes::quantity;
use crate::kubernetes::read::Clock;
use crate::kubernetes::trouble::Trouble;

/// What one cluster is and runs; what could not be read is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inventory {
    /// The server's version.
    pub version: Option<String>,
    /// The nodes.
    pub nodes: Option<Nodes>,
    /// The names of the namespaces.
    pub namespaces: Option<BTreeSet<String>>,
    /// The pods.
    pub pods: Option<Pods>,
    /// The workloads of each kind that could be read.
    pub workloads: BTreeMap<&'static str, Workloads>,
    unread: Vec<Unread>,
}

/// The nodes of a cluster.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Nodes {
    count: usize,
    ready: usize,
    processors: f64,
    memory: f64,
}

impl Nodes {
    fn add(&mut self, node: &Node) {
        self.count += 1;
        self.ready += usize::from(node.is_ready());
        self.processors += amount(&node.status.allocatable, "cpu");
        self.memory += amount(&node.status.allocatable, "memory");
    }

    /// How many.
    pub fn summary(&self) -> String {
        format!("{}, {} ready", self.count, self.ready)
    }

    /// What they have for pods.
    pub fn processors(&self) -> String {
        quantity::processors(self.processors)
    }

    /// What they have for pods.
    pub fn memory(&self) -> String {
        quantity::memory(self.memory)
    }
}

/// The pods of a cluster.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pods {
    /// How many.
    pub count: usize,
    processors: f64,
    memory: f64,
}

impl Pods {
    fn add(&mut self, pod: &Pod) {
        self.count += 1;
        // One that has ended holds nothing.
        if !matches!(pod.status.phase.as_str(), "Succeeded" | "Failed") {
            self.processors += requested(&pod.spec, "cpu");
            self.memory += requested(&pod.spec, "memory");
        }
    }

    /// What they ask for.
    pub fn processors(&self) -> String {
        quantity::processors(self.processors)
    }

    /// What they ask for.
    pub fn memory(&self) -> String {
        quantity::memory(self.memory)
    }
}

/// What a pod asks for, as the scheduler counts it: its containers together, or the largest of those that run
/// before them, where that is more; containers beside which others start count throughout.
fn requested(spec: &PodSpec, resource: &str) -> f64 {
    let (mut beside, mut before) = (0.0_f64, 0.0_f64);
    for container in &spec.init_containers {
        let wanted = amount(&container.resources.requests, resource);
        if container.restart_policy.as_deref() == Some("Always") {
            beside += wanted;
            before = before.max(beside);
        } else {
            before = before.max(beside + wanted);
        }
    }
    let containers = spec.containers.iter().map(|it| amount(&it.resources.requests, resource));
    (beside + containers.sum::<f64>()).max(before) + amount(&spec.overhead, resource)
}

fn amount(quantities: &BTreeMap<String, String>, resource: &str) -> f64 {
    quantities.get(resource).and_then(|text| quantity::parse(text)).unwrap_or(0.0)
}

impl Inventory {
    /// Reads a cluster, all its lists at once. What has not come a little before the deadline is told as such.
    pub async fn read(entry: &Entry, session: &Session, deadline: Duration) -> Result<Self, Trouble> {
        let clock = Clock::start(deadline);
        let cluster = clock.time("connect", Cluster::connect(entry, session)).await.0?;
        let params = ListParams::default();
        let nodes = cluster.list("/api/v1/nodes", &params, |all: &mut Nodes, node: Node| all.add(&node));
        let pods = cluster.list("/api/v1/pods", &params, |all: &mut Pods, pod: Pod| all.add(&pod));
        let namespaces =
            cluster.list("/api/v1/namespaces", &params, |all: &mut BTreeSet<_>, it: Namespace| {
                all.insert(it.metadata.name);
            });
        let read_workloads = async |kind: &WorkloadKind| {
            clock.time(kind.name, cluster.list(kind.path, &params, workloads::add)).await.0
        };
        let [deployments, stateful_sets, daemon_sets, cron_jobs] = &KINDS;
        let read = tokio::join!(
            clock.time("version", cluster.get::<Version>("/version")),
            clock.time("nodes", nodes),
            clock.time("namespaces", namespaces),
            clock.time("pods", pods),
            read_workloads(deployments),
            read_workloads(stateful_sets),
            read_workloads(daemon_sets),
            read_workloads(cron_jobs),
        );
        let (version, nodes, namespaces, pods, ..) = read;
        let mut all = Self::default();
        all.version = all.note("version", version.0).map(|version| version.git_version);
        all.nodes = all.note("nodes", nodes.0);
        all.namespaces = all.note("namespaces", namespaces.0);
        all.pods = all.note("pods", pods.0);
        for (kind, list) in KINDS.iter().zip([read.4, read.5, read.6, read.7]) {
            let list = all.note(kind.name, list);
            all.workloads.extend(list.map(|list| (kind.name, list)));
        }
        Ok(all)
    }

    /// What could not be read; what all parts say is said once.
    pub(super) fn unread(&self) -> Vec<Unread> {
        let parts = 4 + KINDS.len();
        match self.unread.first() {
            Some(first) if self.unread.len() == parts && self.unread.iter().all(|it| it.why == first.why) => {
                vec![Unread { part: CLUSTER, why: first.why.clone() }]
            }
            _ => self.unread.clone(),
        }
    }

    /// How much of what there is the pods ask for.
    pub(super) fn processors_share(&self) -> Option<String> {
        share(self.pods.as_ref()?.processors, self.nodes.as_ref()?.processors)
    }

    /// How much of what there is the pods ask for.
    pub(super) fn memory_share(&self) -> Option<String> {
        share(self.pods.as_ref()?.memory, self.nodes.as_ref()?.memory)
    }

    fn note<T>(&mut self, part: &'static str, result: Result<T, Trouble>) -> Option<T> {
        result.map_err(|why| self.unread.push(Unread { part, why })).ok()
    }
}

fn share(part: f64, whole: f64) -> Option<String> {
    Some(if whole > 0.0 { format!("{:.0} %", part / whole * 100.0) } else { "nothing to share".to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pod_asks_for_what_the_scheduler_counts() {
        let container = |cpu: &str| json!({"resources": {"requests": {"cpu": cpu}}});
        let beside = |cpu: &str| json!({"restartPolicy": "Always", "resources": {"requests": {"cpu": cpu}}});
        for (before, containers, overhead, expected) in [
            (json!([]), json!([container("250m"), container("1")]), json!({}), 1.25),
            (json!([container("2")]), json!([container("250m")]), json!({}), 2.0),
            (json!([beside("500m"), container("1")]), json!([container("750m")]), json!({}), 1.5),
            (json!([beside("500m")]), json!([container("750m")]), json!({"cpu": "250m"}), 1.5),
            (json!([]), json!([{}]), json!({}), 0.0),
        ] {
            let spec = json!({"initContainers": before, "containers": containers, "overhead": overhead});
            let spec: PodSpec = serde_json::from_value(spec).unwrap();
            assert_eq!(requested(&spec, "cpu"), expected);
        }
    }
}
