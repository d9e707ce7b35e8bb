//! What there is: the groups and their resources, in both forms that clients ask for.

use serde_json::{Value, json};

use crate::resources::{self, Resource, VERBS};

/// The media type of the form in which one document says everything.
pub(crate) const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// Whether a client takes that form.
pub(crate) fn is_aggregated(accept: &str) -> bool {
    accept.split(',').any(|range| {
        let parts: Vec<_> = range.split(';').map(str::trim).collect();
        parts.contains(&"as=APIGroupDiscoveryList") && parts.contains(&"v=v2")
    })
}

/// The core (`/api`) or the groups (`/apis`) with all their resources.
pub(crate) fn aggregated(groups: &[&'static str], custom: Vec<Value>) -> Value {
    let items = groups.iter().map(|group| {
        let found: Vec<_> = resources::of_group(group).map(aggregated_resource).collect();
        let metadata = if group.is_empty() { json!({}) } else { json!({"name": group}) };
        json!({"metadata": metadata, "versions": [{"version": "v1", "resources": found, "freshness": "Current"}]})
    });
    json!({
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {},
        "items": items.chain(custom).collect::<Vec<_>>(),
    })
}

fn aggregated_resource(resource: &Resource) -> Value {
    let kind = json!({"group": resource.group, "version": resource.version, "kind": resource.kind});
    let below = resource
        .subresources
        .iter()
        .map(|name| json!({"subresource": name, "responseKind": kind, "verbs": verbs_below(name)}));
    json!({
        "resource": resource.plural, "responseKind": kind,
        "scope": if resource.namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": resource.singular(), "verbs": VERBS, "shortNames": resource.short,
        "categories": resource.categories, "subresources": below.collect::<Vec<_>>(),
    })
}

/// The versions of the core.
pub(crate) fn core() -> Value {
    json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})
}

/// The groups, with those of the cluster's own kinds.
pub(crate) fn groups(custom: impl IntoIterator<Item = String>) -> Value {
    let own = custom.into_iter().map(|name| described(&name));
    let groups: Vec<_> = resources::groups().into_iter().filter_map(group).chain(own).collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

/// One group.
pub(crate) fn group(name: &str) -> Option<Value> {
    resources::of_group(name).next()?;
    Some(described(name))
}

fn described(name: &str) -> Value {
    let version = json!({"groupVersion": format!("{name}/v1"), "version": "v1"});
    json!({
        "kind": "APIGroup", "apiVersion": "v1", "name": name, "versions": [version],
        "preferredVersion": version,
    })
}

/// The resources of a group.
pub(crate) fn list(group: &str) -> Option<Value> {
    let version = resources::of_group(group).next()?.api_version();
    let rows = resources::of_group(group).flat_map(|resource| {
        let itself = json!({
            "name": resource.plural, "singularName": resource.singular(), "namespaced": resource.namespaced,
            "kind": resource.kind, "verbs": VERBS, "shortNames": resource.short,
            "categories": resource.categories,
        });
        let below = resource.subresources.iter().map(|name| {
            json!({
                "name": format!("{}/{name}", resource.plural), "singularName": "",
                "namespaced": resource.namespaced, "kind": resource.kind, "verbs": verbs_below(name),
            })
        });
        std::iter::once(itself).chain(below).collect::<Vec<_>>()
    });
    let rows: Vec<_> = rows.collect();
    Some(json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": rows}))
}

fn verbs_below(subresource: &str) -> &'static [&'static str] {
    if subresource == "log" { &["get"] } else { &["get", "patch", "update"] }
}
