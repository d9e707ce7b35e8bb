//! The definitions of kinds that the cluster has not defined itself: from its OpenAPI documents, one for each version
//! of a group.

use std::collections::{BTreeMap, HashMap};

use futures_util::{StreamExt, stream};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::bare;
use super::served::Listed;
use crate::capabilities::definition::{Definition, Source};
use crate::kubernetes::client::Cluster;
use crate::kubernetes::trouble::{self, Trouble};

/// The largest of these documents; the core's is about 2 MB.
const LARGEST: usize = 32 << 20;

/// Documents that are read at the same time: each takes memory.
const AT_ONCE: usize = 4;

/// Defines kinds. One whose document cannot be read is defined by its name alone, which is said.
pub(super) async fn define(
    cluster: &Cluster,
    kinds: Vec<Listed>,
    remarks: &mut Vec<String>,
) -> Vec<Definition> {
    let mut groups: BTreeMap<String, Vec<Listed>> = BTreeMap::new();
    for listed in kinds {
        groups.entry(place(&listed)).or_default().push(listed);
    }
    if groups.is_empty() {
        return Vec::new();
    }
    let index = cluster.get::<Index>("/openapi/v3").await;
    let paths = index.as_ref().map(|index| &index.paths).map_err(Clone::clone);
    let read = groups.into_iter().map(|(place, kinds)| {
        let address = match &paths {
            Ok(paths) => paths.get(&place).map(|path| path.server_relative_url.clone()).ok_or_else(missing),
            Err(why) => Err(why.clone()),
        };
        async move {
            let document = match address {
                Ok(address) => document(cluster, &address).await,
                Err(why) => Err(why),
            };
            (place, define_all(kinds, document.as_ref().ok()), document.err())
        }
    });
    let mut definitions = Vec::new();
    let mut reading = stream::iter(read).buffered(AT_ONCE);
    while let Some((place, defined, trouble)) = reading.next().await {
        remarks.extend(trouble.map(|why| format!("the schemas of {place} could not be read: {why}")));
        definitions.extend(defined);
    }
    definitions
}

/// Where the document of a kind stands in the index.
fn place(listed: &Listed) -> String {
    let version = &listed.kind.version;
    if listed.kind.group.is_empty() {
        format!("api/{version}")
    } else {
        format!("apis/{}/{version}", listed.kind.group)
    }
}

fn missing() -> Trouble {
    Trouble::new(trouble::Kind::NotFound, "the cluster publishes none")
}

async fn document(cluster: &Cluster, address: &str) -> Result<Map<String, Value>, Trouble> {
    let body = cluster.text(address, "application/json", LARGEST).await?;
    let document: Document = serde_json::from_slice(&body)
        .map_err(|_| Trouble::new(trouble::Kind::Garbage, "what came is no OpenAPI document"))?;
    Ok(document.components.schemas)
}

fn define_all(kinds: Vec<Listed>, schemas: Option<&Map<String, Value>>) -> Vec<Definition> {
    let by_kind: HashMap<(&str, &str, &str), &Value> =
        schemas.into_iter().flatten().flat_map(named).collect();
    let define = |listed: Listed| {
        let kind = &listed.kind;
        match by_kind.get(&(&*kind.group, &*kind.version, &*kind.kind)) {
            Some(schema) => Definition::of(Source {
                kind,
                short: &listed.short,
                columns: &[],
                schema: Some(schema),
                schemas,
            }),
            None => bare(&listed),
        }
    };
    kinds.into_iter().map(define).collect()
}

/// The kinds that a schema is of.
fn named<'a>((_, schema): (&String, &'a Value)) -> Vec<((&'a str, &'a str, &'a str), &'a Value)> {
    let kinds = schema.get("x-kubernetes-group-version-kind").and_then(Value::as_array);
    let name = |kind: &'a Value| {
        let part = |name: &str| kind.get(name).and_then(Value::as_str);
        Some(((part("group")?, part("version")?, part("kind")?), schema))
    };
    kinds.into_iter().flatten().filter_map(name).collect()
}

#[derive(Debug, Default, Deserialize)]
struct Index {
    #[serde(default)]
    paths: HashMap<String, Address>,
}

#[derive(Debug, Deserialize)]
struct Address {
    #[serde(rename = "serverRelativeURL")]
    server_relative_url: String,
}

#[derive(Debug, Deserialize)]
struct Document {
    #[serde(default)]
    components: Components,
}

#[derive(Debug, Default, Deserialize)]
struct Components {
    #[serde(default)]
    schemas: Map<String, Value>,
}
