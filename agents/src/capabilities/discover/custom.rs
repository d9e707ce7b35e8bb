//! The definitions of a cluster's own kinds. Each is large: what is not needed of it is dropped as it comes.

use std::collections::HashMap;

use kube_client::core::params::ListParams;
use serde::Deserialize;
use serde_json::Value;

use super::bare;
use super::served::Listed;
use crate::capabilities::Kind;
use crate::capabilities::definition::{Column, Definition, Source};
use crate::kubernetes::client::Cluster;
use crate::kubernetes::trouble::Trouble;

/// Where they are.
const PATH: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/// The definitions of a kind, one for each version that is served.
#[derive(Debug, Default)]
pub(super) struct Custom(Vec<Definition>);

impl Custom {
    /// The definition of the version that the cluster prefers.
    pub(super) fn definition(self, listed: &Listed) -> Definition {
        let is_meant = |definition: &Definition| definition.kind.version == listed.kind.version;
        self.0.into_iter().find(is_meant).unwrap_or_else(|| bare(listed))
    }
}

/// Reads all of them, by group and plural name.
pub(super) async fn read(cluster: &Cluster) -> Result<HashMap<(String, String), Custom>, Trouble> {
    let fold = |all: &mut HashMap<(String, String), Custom>, object: Object| {
        let spec = object.spec;
        let custom =
            Custom(spec.versions.iter().filter(|version| version.served).map(|it| spec.define(it)).collect());
        all.insert((spec.group, spec.names.plural), custom);
    };
    cluster.list(PATH, &ListParams::default(), fold).await
}

#[derive(Debug, Deserialize)]
struct Object {
    spec: Spec,
}

#[derive(Debug, Deserialize)]
struct Spec {
    group: String,
    names: Names,
    scope: String,
    #[serde(default)]
    versions: Vec<Version>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Names {
    kind: String,
    plural: String,
    #[serde(default)]
    short_names: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    name: String,
    #[serde(default)]
    served: bool,
    #[serde(default)]
    schema: Schema,
    #[serde(default)]
    additional_printer_columns: Vec<Column>,
}

#[derive(Debug, Default, Deserialize)]
struct Schema {
    #[serde(rename = "openAPIV3Schema")]
    open_api: Option<Value>,
}

impl Spec {
    fn define(&self, version: &Version) -> Definition {
        let kind = Kind {
            group: self.group.clone(),
            version: version.name.clone(),
            kind: self.names.kind.clone(),
            plural: self.names.plural.clone(),
            namespaced: self.scope == "Namespaced",
        };
        Definition::of(Source {
            kind: &kind,
            short: &self.names.short_names,
            columns: &version.additional_printer_columns,
            schema: version.schema.open_api.as_ref(),
            schemas: None,
        })
    }
}
