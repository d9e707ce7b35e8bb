//! What kinds a cluster serves, with their definitions: all asked at once.
//!
//! `served` reads which kinds there are, `custom` the definitions of the cluster's own, `schemas` those of the others.
//! Which kinds are built in is known by their groups, unless the cluster itself has defined them.

mod custom;
mod schemas;
mod served;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::definition::{Definition, Source};
use super::{Cluster, Kind};
use crate::kubernetes::client;
use crate::kubernetes::contexts::Entry;
use crate::kubernetes::trouble::Trouble;
use served::{Listed, Served};

/// What a cluster serves.
#[derive(Debug, Clone, Default)]
pub struct Discovered {
    /// The chosen kinds, in the order of their names.
    pub definitions: Vec<Definition>,
    /// All kinds that there are, chosen or not.
    pub present: Vec<Kind>,
    /// The groups whose kinds could not be read: what is known of them may still be there.
    pub unread: Vec<String>,
    /// What could not be read, in sentences.
    pub remarks: Vec<String>,
}

impl Discovered {
    /// Whether a kind is gone for certain.
    pub fn lacks(&self, kind: &Kind) -> bool {
        let is_there = |other: &Kind| other.group == kind.group && other.plural == kind.plural;
        !self.present.iter().any(is_there) && !self.unread.contains(&kind.group)
    }
}

/// The cluster that a context leads to.
pub fn identity(entry: &Entry) -> Cluster {
    let server = entry.cluster.as_ref().and_then(|cluster| cluster.server.clone()).unwrap_or_default();
    Cluster { context: entry.name.clone(), server: server.trim().to_owned() }
}

/// Reads which kinds a cluster serves and how they are defined; those that every cluster has only where they are
/// wanted.
pub async fn discover(cluster: &client::Cluster, built_in: bool) -> Result<Discovered, Trouble> {
    let (served, custom) = tokio::join!(served::read(cluster), custom::read(cluster));
    let Served { mut kinds, unread } = served?;
    let mut remarks: Vec<String> =
        unread.iter().map(|(group, why)| format!("the kinds of {group} could not be read: {why}")).collect();
    let mut custom = custom.unwrap_or_else(|why| {
        remarks.push(format!("the definitions of custom resources could not be read: {why}"));
        HashMap::new()
    });
    let is_custom = |listed: &Listed| {
        custom.contains_key(&(listed.kind.group.clone(), listed.kind.plural.clone()))
            || !is_built_in(&listed.kind.group)
    };
    let present = kinds.iter().map(|listed| listed.kind.clone()).collect();
    kinds.retain(|listed| built_in || is_custom(listed));
    let (own, others): (Vec<_>, Vec<_>) = kinds
        .into_iter()
        .partition(|listed| custom.contains_key(&(listed.kind.group.clone(), listed.kind.plural.clone())));
    let mut definitions = schemas::define(cluster, others, &mut remarks).await;
    for listed in own {
        let defined = custom.remove(&(listed.kind.group.clone(), listed.kind.plural.clone()));
        definitions.extend(defined.map(|defined| defined.definition(&listed)));
    }
    definitions.sort_by(|a, b| (&a.kind.group, &a.kind.plural).cmp(&(&b.kind.group, &b.kind.plural)));
    let unread = unread.into_iter().map(|(group, _)| group).collect();
    Ok(Discovered { definitions, present, unread, remarks })
}

/// Whether a group comes with Kubernetes.
fn is_built_in(group: &str) -> bool {
    !group.contains('.') || group.ends_with(".k8s.io")
}

/// A definition without a schema.
fn bare(listed: &Listed) -> Definition {
    Definition::of(Source {
        kind: &listed.kind,
        short: &listed.short,
        columns: &[],
        schema: None,
        schemas: None,
    })
}
