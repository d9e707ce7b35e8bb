//! The kinds that a cluster has defined itself: what discovery and the schemas tell of them, by their definitions.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::resources::{self, VERBS};
use crate::store::Store;

/// The definitions.
fn definitions(store: &Store) -> Vec<Value> {
    let (_, objects) = store.current();
    let of_kind = objects.iter().filter(|(key, _)| key.resource.kind == "CustomResourceDefinition");
    of_kind.map(|(_, object)| object["spec"].clone()).collect()
}

fn of_group(store: &Store, group: &str) -> Vec<Value> {
    definitions(store).into_iter().filter(|spec| spec["group"] == group).collect()
}

/// Their groups, each once.
pub(crate) fn groups(store: &Store) -> BTreeSet<String> {
    let name = |spec: Value| spec["group"].as_str().unwrap_or_default().to_owned();
    definitions(store).into_iter().map(name).collect()
}

/// Their part of the aggregated form.
pub(crate) fn aggregated(store: &Store) -> Vec<Value> {
    let group = |group: String| {
        let found: Vec<_> = of_group(store, &group).iter().map(aggregated_resource).collect();
        let versions = [json!({"version": "v1", "resources": found, "freshness": "Current"})];
        json!({"metadata": {"name": group}, "versions": versions})
    };
    groups(store).into_iter().map(group).collect()
}

fn aggregated_resource(spec: &Value) -> Value {
    let names = &spec["names"];
    json!({
        "resource": names["plural"], "scope": spec["scope"], "singularResource": names["singular"],
        "responseKind": {"group": spec["group"], "version": "v1", "kind": names["kind"]},
        "verbs": VERBS, "shortNames": names["shortNames"], "subresources": [{"subresource": "status"}],
    })
}

/// The resources of one of their groups, in the plain form.
pub(crate) fn list(store: &Store, group: &str) -> Option<Value> {
    let rows: Vec<_> = of_group(store, group)
        .iter()
        .map(|spec| {
            let names = &spec["names"];
            json!({
                "name": names["plural"], "singularName": names["singular"], "kind": names["kind"],
                "namespaced": spec["scope"] == "Namespaced", "verbs": VERBS, "shortNames": names["shortNames"],
            })
        })
        .collect();
    let version = format!("{group}/v1");
    let list =
        json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": rows});
    (!rows.is_empty()).then_some(list)
}

/// The schemas of one of their groups.
pub(crate) fn schemas(store: &Store, group: &str) -> Option<Value> {
    let schema = |spec: &Value| {
        let mut schema = spec["versions"][0]["schema"]["openAPIV3Schema"].clone();
        let kind = &spec["names"]["kind"];
        schema["x-kubernetes-group-version-kind"] = json!([{"group": group, "version": "v1", "kind": kind}]);
        (format!("{group}.v1.{}", kind.as_str().unwrap_or_default()), schema)
    };
    let schemas: Map<String, Value> = of_group(store, group).iter().map(schema).collect();
    (!schemas.is_empty()).then(|| json!({"openapi": "3.0.0", "components": {"schemas": schemas}}))
}

/// The definition of a kind as an operator would bring it: some forty fields, two printed columns.
pub(crate) fn definition(group: &str, kind: &str) -> Value {
    let plural = format!("{}s", kind.to_lowercase());
    let name = format!("{plural}.{group}");
    let version = json!({
        "name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema(kind)},
        "additionalPrinterColumns": [
            {"name": "Ready", "type": "string", "jsonPath": ".status.phase", "description": "Whether it is ready"},
            {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
        ],
    });
    let names = json!({
        "kind": kind, "plural": plural, "singular": kind.to_lowercase(), "listKind": format!("{kind}List"),
        "shortNames": [kind.to_lowercase().chars().take(4).collect::<String>()],
    });
    json!({
        "apiVersion": resources::DEFINITIONS, "kind": "CustomResourceDefinition",
        "metadata": {"name": name, "uid": format!("uid-of-{name}"), "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": [version]},
    })
}

fn schema(kind: &str) -> Value {
    let text = |about: &str| json!({"type": "string", "description": about});
    let settings = (0..30).map(|number| {
        let about =
            format!("Setting {number} of this {kind}, as its operator takes it; see its manual for more");
        (format!("setting{number:02}"), text(&about))
    });
    json!({
        "type": "object", "description": format!("{kind} is what the operator of it keeps running."),
        "properties": {
            "apiVersion": text("The version"), "kind": text("The kind"), "metadata": {"type": "object"},
            "spec": {
                "type": "object", "description": format!("What is wanted of this {kind}"),
                "properties": {
                    "replicas": {"type": "integer", "description": "How many there are to be"},
                    "storage": {"type": "object", "properties": {"size": text("How large"), "class": text("The class")}},
                    "settings": {"type": "object", "properties": settings.collect::<Map<_, _>>()},
                },
            },
            "status": {"type": "object", "properties": {"phase": text("How it is")}},
        },
    })
}
