//! What a cluster is told to run: deployments and their like, by their images.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::kubernetes::objects::{Meta, PodSpec};

/// Workloads of one kind: namespace and name, and what they run.
pub type Workloads = BTreeMap<String, Workload>;

/// A kind of workload.
pub(super) struct WorkloadKind {
    pub(super) name: &'static str,
    pub(super) path: &'static str,
}

/// The kinds of workloads.
pub(super) const KINDS: [WorkloadKind; 4] = [
    WorkloadKind { name: "deployment", path: "/apis/apps/v1/deployments" },
    WorkloadKind { name: "statefulset", path: "/apis/apps/v1/statefulsets" },
    WorkloadKind { name: "daemonset", path: "/apis/apps/v1/daemonsets" },
    WorkloadKind { name: "cronjob", path: "/apis/batch/v1/cronjobs" },
];

/// A workload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workload {
    replicas: Option<u32>,
    schedule: Option<String>,
    images: Vec<String>,
}

impl Workload {
    /// What it runs: "3 × registry.example/api:1.4".
    pub fn summary(&self) -> String {
        let images = self.images.join(", ");
        match (self.replicas, &self.schedule) {
            (Some(replicas), _) => format!("{replicas} × {images}"),
            (None, Some(schedule)) => format!("{schedule}: {images}"),
            (None, None) => images,
        }
    }
}

/// A workload as the API has it.
#[derive(Deserialize)]
pub(super) struct Declared {
    metadata: Meta,
    #[serde(default)]
    spec: DeclaredSpec,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DeclaredSpec {
    replicas: Option<u32>,
    schedule: Option<String>,
    template: Template,
    job_template: Option<JobTemplate>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Template {
    spec: PodSpec,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct JobTemplate {
    spec: JobSpec,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct JobSpec {
    template: Template,
}

/// Adds a workload under its namespace and name.
pub(super) fn add(all: &mut Workloads, declared: Declared) {
    let spec = declared.spec;
    let pods = spec.job_template.map_or(spec.template, |job| job.spec.template).spec;
    let mut images: Vec<_> =
        pods.init_containers.into_iter().chain(pods.containers).map(|container| container.image).collect();
    images.sort();
    images.dedup();
    let name = format!("{}/{}", declared.metadata.namespace.unwrap_or_default(), declared.metadata.name);
    all.insert(name, Workload { replicas: spec.replicas, schedule: spec.schedule, images });
}
