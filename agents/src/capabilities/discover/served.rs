//! Which kinds there are: by aggregated discovery, which two requests answer, or group by group where a cluster is
//! too old for that.

use std::collections::HashSet;

use futures_util::future::join_all;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::capabilities::Kind;
use crate::kubernetes::client::Cluster;
use crate::kubernetes::resources::{AGGREGATED, SIZE_LIMIT};
use crate::kubernetes::trouble::{self, Trouble};

/// A kind as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) kind: Kind,
    pub(super) short: Vec<String>,
}

/// The kinds, and the groups that could not be read.
#[derive(Debug, Default)]
pub(super) struct Served {
    pub(super) kinds: Vec<Listed>,
    pub(super) unread: Vec<(String, Trouble)>,
}

impl Served {
    /// Adds a kind, unless a version that the cluster prefers has it already.
    fn add(&mut self, seen: &mut HashSet<(String, String)>, listed: Listed) {
        let name = (listed.kind.group.clone(), listed.kind.plural.clone());
        // A name with a slash is a part of another's objects.
        if !listed.kind.plural.contains('/') && seen.insert(name) {
            self.kinds.push(listed);
        }
    }
}

/// Reads them.
pub(super) async fn read(cluster: &Cluster) -> Result<Served, Trouble> {
    let (core, groups) = tokio::join!(document(cluster, "/api"), document(cluster, "/apis"));
    let (core, groups): (Document, Document) = (core?, groups?);
    let (mut served, mut seen) = (Served::default(), HashSet::new());
    let mut lists = Vec::new();
    for version in core.versions {
        lists.push((String::new(), format!("/api/{version}")));
    }
    for group in groups.groups {
        let preferred = group.preferred_version.map(|version| version.version);
        let mut versions: Vec<_> = group.versions.into_iter().map(|version| version.version).collect();
        versions.sort_by_key(|version| Some(version) != preferred.as_ref());
        lists.extend(
            versions.iter().map(|version| (group.name.clone(), format!("/apis/{}/{version}", group.name))),
        );
    }
    for group in core.items.into_iter().chain(groups.items) {
        aggregated(group, &mut served, &mut seen);
    }
    let read = lists.into_iter().map(|(group, path)| async move {
        let list = cluster.get::<List>(&path).await;
        (group, path.rsplit('/').next().unwrap_or_default().to_owned(), list)
    });
    for (group, version, list) in join_all(read).await {
        match list {
            Ok(list) => list.resources.into_iter().for_each(|resource| {
                served.add(&mut seen, resource.listed(&group, &version));
            }),
            Err(why) => served.unread.push((group, why)),
        }
    }
    Ok(served)
}

async fn document<T: DeserializeOwned>(cluster: &Cluster, path: &str) -> Result<T, Trouble> {
    // What does not know the first form answers in the plain one.
    let body = cluster.text(path, &format!("{AGGREGATED},application/json"), SIZE_LIMIT).await?;
    let unreadable = "the cluster does not tell its resources in a form that is known";
    serde_json::from_slice(&body).map_err(|_| Trouble::new(trouble::Kind::Garbage, unreadable))
}

fn aggregated(group: Aggregated, served: &mut Served, seen: &mut HashSet<(String, String)>) {
    let name = group.metadata.name;
    for version in group.versions {
        if version.freshness.eq_ignore_ascii_case("stale") {
            let words = "the server behind this group does not answer";
            served.unread.push((name.clone(), Trouble::new(trouble::Kind::Server, words)));
        }
        for resource in version.resources {
            let kind = Kind {
                group: name.clone(),
                version: version.version.clone(),
                kind: resource.response_kind.unwrap_or_default().kind,
                plural: resource.resource,
                namespaced: resource.scope == "Namespaced",
            };
            served.add(seen, Listed { kind, short: resource.short_names });
        }
    }
}

/// Either form of `/api` and `/apis`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Document {
    items: Vec<Aggregated>,
    versions: Vec<String>,
    groups: Vec<Group>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Aggregated {
    metadata: Name,
    versions: Vec<AggregatedVersion>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Name {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AggregatedVersion {
    version: String,
    freshness: String,
    resources: Vec<AggregatedResource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AggregatedResource {
    resource: String,
    response_kind: Option<ResponseKind>,
    scope: String,
    short_names: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ResponseKind {
    kind: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Group {
    name: String,
    versions: Vec<GroupVersion>,
    preferred_version: Option<GroupVersion>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct GroupVersion {
    version: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct List {
    resources: Vec<Resource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Resource {
    name: String,
    namespaced: bool,
    kind: String,
    short_names: Vec<String>,
}

impl Resource {
    fn listed(self, group: &str, version: &str) -> Listed {
        let kind = Kind {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: self.kind,
            plural: self.name,
            namespaced: self.namespaced,
        };
        Listed { kind, short: self.short_names }
    }
}
