//! The kinds of objects that a cluster has.

/// A kind of objects, as discovery tells of it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Resource {
    /// The group; empty for the core.
    pub(crate) group: &'static str,
    /// The version.
    pub(crate) version: &'static str,
    /// The name in paths.
    pub(crate) plural: &'static str,
    /// The name in objects.
    pub(crate) kind: &'static str,
    /// Whether objects are in namespaces.
    pub(crate) namespaced: bool,
    /// What else `kubectl` calls it.
    pub(crate) short: &'static [&'static str],
    /// The groups of resources that it belongs to (`kubectl get all`).
    pub(crate) categories: &'static [&'static str],
    /// The paths below an object.
    pub(crate) subresources: &'static [&'static str],
}

/// The verbs of every resource.
pub(crate) const VERBS: [&str; 7] = ["create", "delete", "get", "list", "patch", "update", "watch"];

/// Where custom kinds are defined.
pub(crate) const DEFINITIONS: &str = "apiextensions.k8s.io/v1";

/// The resources, the core's first.
pub(crate) const RESOURCES: &[Resource] = &[
    core("configmaps", "ConfigMap", true, &["cm"], &[], &[]),
    core("endpoints", "Endpoints", true, &["ep"], &[], &[]),
    core("events", "Event", true, &["ev"], &[], &[]),
    core("namespaces", "Namespace", false, &["ns"], &[], &["status"]),
    core("nodes", "Node", false, &["no"], &[], &["status"]),
    core("persistentvolumeclaims", "PersistentVolumeClaim", true, &["pvc"], &[], &["status"]),
    core("persistentvolumes", "PersistentVolume", false, &["pv"], &[], &["status"]),
    core("pods", "Pod", true, &["po"], &["all"], &["log", "status"]),
    core("secrets", "Secret", true, &[], &[], &[]),
    core("serviceaccounts", "ServiceAccount", true, &["sa"], &[], &[]),
    core("services", "Service", true, &["svc"], &["all"], &["status"]),
    apps("daemonsets", "DaemonSet", &["ds"], &["status"]),
    apps("deployments", "Deployment", &["deploy"], &["scale", "status"]),
    apps("replicasets", "ReplicaSet", &["rs"], &["scale", "status"]),
    apps("statefulsets", "StatefulSet", &["sts"], &["scale", "status"]),
    batch("cronjobs", "CronJob", &["cj"]),
    batch("jobs", "Job", &[]),
    Resource {
        group: "apiextensions.k8s.io",
        subresources: &["status"],
        ..core("customresourcedefinitions", "CustomResourceDefinition", false, &["crd", "crds"], &[], &[])
    },
    Resource {
        group: "networking.k8s.io",
        version: "v1",
        plural: "ingresses",
        kind: "Ingress",
        namespaced: true,
        short: &["ing"],
        categories: &[],
        subresources: &["status"],
    },
];

const fn core(
    plural: &'static str,
    kind: &'static str,
    namespaced: bool,
    short: &'static [&'static str],
    categories: &'static [&'static str],
    subresources: &'static [&'static str],
) -> Resource {
    Resource { group: "", version: "v1", plural, kind, namespaced, short, categories, subresources }
}

const fn apps(
    plural: &'static str,
    kind: &'static str,
    short: &'static [&'static str],
    subresources: &'static [&'static str],
) -> Resource {
    Resource {
        group: "apps",
        short,
        categories: &["all"],
        subresources,
        ..core(plural, kind, true, &[], &[], &[])
    }
}

const fn batch(plural: &'static str, kind: &'static str, short: &'static [&'static str]) -> Resource {
    Resource { group: "batch", ..apps(plural, kind, short, &["status"]) }
}

impl Resource {
    /// `v1`, `apps/v1`.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// The name of one of them, in lower case.
    pub(crate) fn singular(&self) -> String {
        self.kind.to_lowercase()
    }

    /// Where its paths begin.
    pub(crate) fn root(&self) -> String {
        if self.group.is_empty() { "/api/v1".to_owned() } else { format!("/apis/{}", self.api_version()) }
    }

    /// `deployments.apps`, as refusals call it.
    pub(crate) fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }
}

/// The resource of a path.
pub(crate) fn by_path(group: &str, version: &str, plural: &str) -> Option<&'static Resource> {
    RESOURCES.iter().find(|it| it.group == group && it.version == version && it.plural == plural)
}

/// The resource of an object.
pub(crate) fn by_kind(api_version: &str, kind: &str) -> Option<&'static Resource> {
    RESOURCES.iter().find(|it| it.api_version() == api_version && it.kind == kind)
}

/// The groups beside the core, each once.
pub(crate) fn groups() -> Vec<&'static str> {
    let mut groups: Vec<_> =
        RESOURCES.iter().map(|resource| resource.group).filter(|group| !group.is_empty()).collect();
    groups.dedup();
    groups
}

/// The resources of a group.
pub(crate) fn of_group(group: &str) -> impl Iterator<Item = &'static Resource> {
    RESOURCES.iter().filter(move |resource| resource.group == group)
}
