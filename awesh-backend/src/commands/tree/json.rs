//! A tree as JSON, for scripts. Fields may be added, none changes its meaning while `schema` is 1.

use std::time::Duration;

use agents::kubernetes::contexts::Entry;
use agents::kubernetes::tree::{NamespaceLeaf, NodeLeaf, PodLeaf, Tree};
use agents::kubernetes::trouble::Trouble;
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    context: &'a str,
    server: Option<&'a str>,
    namespace: Option<&'a str>,
    version: Option<&'a String>,
    nodes: Option<&'a Vec<NodeLeaf>>,
    namespaces: Option<&'a Vec<NamespaceLeaf>>,
    pods: Option<&'a Vec<PodLeaf>>,
    errors: Vec<Failed<'a>>,
    took_ms: u64,
}

#[derive(Serialize)]
struct Failed<'a> {
    branch: &'static str,
    #[serde(flatten)]
    trouble: &'a Trouble,
}

/// The document, over many lines or on one.
pub(super) fn document(
    entry: &Entry,
    namespace: Option<&str>,
    tree: &Tree,
    elapsed: Duration,
    pretty: bool,
) -> String {
    let errors = tree.troubles().into_iter().map(|(branch, trouble)| Failed { branch, trouble });
    let document = Document {
        schema: 1,
        context: &entry.name,
        server: entry.cluster.as_ref().and_then(|cluster| cluster.server.as_deref()),
        namespace,
        version: tree.version.here(),
        nodes: tree.nodes.here(),
        namespaces: tree.namespaces.here(),
        pods: tree.pods.here(),
        errors: errors.collect(),
        took_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
    };
    let text =
        if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) };
    // Texts and numbers only: nothing in it fails to be JSON.
    text.unwrap_or_default() + "\n"
}
