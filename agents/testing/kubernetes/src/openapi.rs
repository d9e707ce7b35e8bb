//! The schemas, as far as clients look at them before they change something: that fields are checked here.

use serde_json::{Map, Value, json};

use crate::resources::{self, Resource};

/// Where the schemas are.
pub(crate) fn index(custom: impl IntoIterator<Item = String>) -> Value {
    let groups = std::iter::once("api/v1".to_owned()).chain(
        resources::groups()
            .into_iter()
            .map(str::to_owned)
            .chain(custom)
            .map(|group| format!("apis/{group}/v1")),
    );
    let paths = groups.map(|path| {
        let address = json!({"serverRelativeURL": format!("/openapi/v3/{path}")});
        (path, address)
    });
    json!({"paths": paths.collect::<Map<_, _>>()})
}

/// The schemas of a group.
pub(crate) fn group(group: &str, version: &str) -> Value {
    let paths = resources::of_group(group).map(|resource| (path(resource), operations(resource)));
    let schemas = resources::of_group(group).map(|resource| (schema_name(resource), schema(resource)));
    json!({
        "openapi": "3.0.0", "info": {"title": "Kubernetes", "version": version},
        "paths": paths.collect::<Map<_, _>>(),
        "components": {"schemas": schemas.collect::<Map<_, _>>()},
    })
}

fn path(resource: &Resource) -> String {
    let place = if resource.namespaced { "/namespaces/{namespace}" } else { "" };
    format!("{}{place}/{}/{{name}}", resource.root(), resource.plural)
}

fn operations(resource: &Resource) -> Value {
    let parameter = |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string"}});
    let operation = |action: &str| {
        json!({
            "parameters": [parameter("dryRun"), parameter("fieldManager"), parameter("fieldValidation")],
            "responses": {"200": {"description": "OK"}},
            "x-kubernetes-action": action, "x-kubernetes-group-version-kind": kind(resource),
        })
    };
    json!({"patch": operation("patch"), "put": operation("put"), "get": operation("get")})
}

fn schema(resource: &Resource) -> Value {
    json!({
        "type": "object", "description": format!("{}.", resource.kind),
        "x-kubernetes-group-version-kind": [kind(resource)],
    })
}

fn schema_name(resource: &Resource) -> String {
    let group = if resource.group.is_empty() { "core" } else { resource.group };
    format!("io.k8s.api.{group}.{}.{}", resource.version, resource.kind)
}

fn kind(resource: &Resource) -> Value {
    json!({"group": resource.group, "version": resource.version, "kind": resource.kind})
}
