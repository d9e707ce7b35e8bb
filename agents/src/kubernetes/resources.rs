//! Which resources a cluster has: a name as kubectl takes it (`po`, `deployments`, `certificates.cert-manager.io`) to
//! the path of its API.

use serde::Deserialize;

use super::client::Cluster;
use super::trouble::{Kind, Trouble};

/// The form in which a cluster tells all its resources at once, since 1.26.
pub(crate) const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                          application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

/// The largest list of resources.
pub(crate) const SIZE_LIMIT: usize = 16 << 20;

/// A resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resource {
    /// `/api/v1`, `/apis/apps/v1`, …
    base: String,
    /// `deployments`
    pub(super) plural: String,
    /// `Deployment`
    pub(super) kind: String,
    pub(super) namespaced: bool,
}

impl Resource {
    /// The path of its objects, or of one.
    pub(super) fn path(&self, namespace: Option<&str>, name: Option<&str>) -> String {
        let namespace = namespace.filter(|_| self.namespaced);
        let namespace = namespace.map(|namespace| format!("/namespaces/{namespace}")).unwrap_or_default();
        let name = name.map(|name| format!("/{name}")).unwrap_or_default();
        format!("{}{namespace}/{}{name}", self.base, self.plural)
    }
}

/// Finds a resource.
pub(super) async fn find(cluster: &Cluster, wanted: &str) -> Result<Resource, Trouble> {
    let (core, groups) = tokio::join!(
        cluster.text("/api", AGGREGATED, SIZE_LIMIT),
        cluster.text("/apis", AGGREGATED, SIZE_LIMIT),
    );
    let parse = |body: Vec<u8>| -> Result<Groups, Trouble> {
        let unreadable = "the cluster does not tell its resources in a form that is known";
        serde_json::from_slice(&body).map_err(|_| Trouble::new(Kind::Garbage, unreadable))
    };
    // An aggregated API that is down must not hide the core.
    let groups = groups.and_then(parse).unwrap_or_default();
    let found = choose(&[parse(core?)?, groups], wanted);
    found.ok_or_else(|| {
        Trouble::new(
            Kind::NotFound,
            format!("the cluster has no resource {wanted:?}; ask kubectl api-resources"),
        )
    })
}

#[derive(Debug, Default, Deserialize)]
struct Groups {
    #[serde(default)]
    items: Vec<Group>,
}

#[derive(Debug, Deserialize)]
struct Group {
    #[serde(default)]
    metadata: Name,
    #[serde(default)]
    versions: Vec<Version>,
}

#[derive(Debug, Default, Deserialize)]
struct Name {
    #[serde(default)]
    name: String,
}

#[derive(Debug, Deserialize)]
struct Version {
    version: String,
    #[serde(default)]
    resources: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    resource: String,
    #[serde(default)]
    response_kind: Option<ResponseKind>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    singular_resource: String,
    #[serde(default)]
    short_names: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct ResponseKind {
    #[serde(default)]
    kind: String,
}

/// The first resource of that name, in the cluster's order of preference.
fn choose(lists: &[Groups], wanted: &str) -> Option<Resource> {
    let wanted = wanted.trim().to_lowercase();
    let (name, group) =
        wanted.split_once('.').map_or((wanted.as_str(), None), |(name, group)| (name, Some(group)));
    let groups = lists.iter().flat_map(|list| &list.items);
    let groups = groups.filter(|one| group.is_none_or(|group| one.metadata.name == group));
    let versions = groups.flat_map(|group| group.versions.iter().map(move |version| (group, version)));
    let mut all = versions
        .flat_map(|(group, version)| version.resources.iter().map(move |listed| (group, version, listed)));
    let (group, version, listed) = all.find(|(_, _, listed)| listed.is_called(name))?;
    let base = match group.metadata.name.as_str() {
        "" => format!("/api/{}", version.version),
        group => format!("/apis/{group}/{}", version.version),
    };
    let kind = listed.response_kind.as_ref().map(|kind| kind.kind.clone()).unwrap_or_default();
    Some(Resource { base, plural: listed.resource.clone(), kind, namespaced: listed.scope == "Namespaced" })
}

impl Listed {
    fn is_called(&self, name: &str) -> bool {
        let kind = self.response_kind.as_ref().map(|kind| kind.kind.to_lowercase());
        self.resource == name
            || self.singular_resource == name
            || kind.as_deref() == Some(name)
            || self.short_names.iter().any(|short| short == name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn resources_are_found_by_any_of_their_names() {
        let listed = |resource: &str, kind: &str, scope: &str, short: &[&str]| {
            json!({"resource": resource, "responseKind": {"kind": kind}, "scope": scope,
                   "singularResource": kind.to_lowercase(), "shortNames": short})
        };
        let core = json!({"items": [{"versions": [{"version": "v1", "resources": [
            listed("pods", "Pod", "Namespaced", &["po"]), listed("nodes", "Node", "Cluster", &["no"])]}]}]});
        let groups = json!({"items": [
            {"metadata": {"name": "apps"}, "versions": [{"version": "v1", "resources": [listed("deployments", "Deployment", "Namespaced", &["deploy"])]}]},
            {"metadata": {"name": "metrics.k8s.io"}, "versions": [{"version": "v1beta1", "resources": [listed("pods", "PodMetrics", "Namespaced", &[])]}]},
        ]});
        let lists = [serde_json::from_value(core).unwrap(), serde_json::from_value(groups).unwrap()];
        let path = |wanted: &str| choose(&lists, wanted).map(|found| found.path(Some("shop"), None));
        for wanted in ["pods", "pod", "po", "Pod", " PODS "] {
            assert_eq!(path(wanted).as_deref(), Some("/api/v1/namespaces/shop/pods"), "{wanted}");
        }
        assert_eq!(path("deploy").as_deref(), Some("/apis/apps/v1/namespaces/shop/deployments"));
        assert_eq!(path("deployments.apps").as_deref(), path("deploy").as_deref());
        assert_eq!(
            path("pods.metrics.k8s.io").as_deref(),
            Some("/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods")
        );
        assert_eq!(path("no").as_deref(), Some("/api/v1/nodes"));
        assert_eq!(path("flights"), None);
    }
}
