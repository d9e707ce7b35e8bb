//! Which of the clusters that are known somebody means: by the names that the kubeconfig has for them, and by those
//! that they were scanned under, for a team's store knows clusters that this user has no context for.

use wildmatch::WildMatch;

use super::Cluster;
use super::store::Scanned;
use crate::kubernetes::contexts::{Contexts, Entry};

/// What this user calls a cluster: the context it was scanned by, if that is still its own, else the first that is.
pub fn name<'a>(cluster: &'a Cluster, contexts: &'a Contexts) -> &'a str {
    let own: Vec<&str> = names(cluster, contexts).collect();
    own.iter().find(|name| **name == cluster.context).or(own.first()).copied().unwrap_or(&cluster.context)
}

/// Whether this user calls a cluster so.
pub(super) fn has_name(cluster: &Cluster, contexts: &Contexts, wanted: &str) -> bool {
    names(cluster, contexts).any(|name| name == wanted)
}

/// The known clusters with a name of one of the patterns (`*` any text, `?` any character); of none, all. The patterns
/// that match nothing are the error.
///
/// # Errors
///
/// The idle patterns.
pub fn select(
    scanned: &[Scanned],
    contexts: &Contexts,
    patterns: &[String],
) -> Result<Vec<Cluster>, Vec<String>> {
    let matchers: Vec<_> = patterns.iter().map(|pattern| WildMatch::new(pattern)).collect();
    let is_meant = |cluster: &Cluster, matcher: &WildMatch| {
        matcher.matches(name(cluster, contexts)) || names(cluster, contexts).any(|name| matcher.matches(name))
    };
    let clusters = || scanned.iter().map(|scanned| &scanned.cluster);
    let is_idle = |matcher: &WildMatch| !clusters().any(|cluster| is_meant(cluster, matcher));
    let idle = patterns.iter().zip(&matchers).filter(|(_, matcher)| is_idle(matcher));
    let idle: Vec<String> = idle.map(|(pattern, _)| pattern.clone()).collect();
    if !idle.is_empty() {
        return Err(idle);
    }
    let chosen =
        |cluster: &&Cluster| patterns.is_empty() || matchers.iter().any(|matcher| is_meant(cluster, matcher));
    Ok(clusters().filter(chosen).cloned().collect())
}

/// The contexts of the kubeconfig that are this cluster.
fn names<'a>(cluster: &'a Cluster, contexts: &'a Contexts) -> impl Iterator<Item = &'a str> {
    let is_same = |entry: &&Entry| {
        let server = entry.cluster.as_ref().and_then(|cluster| cluster.server.as_deref());
        server.is_some_and(|server| {
            server.trim_end_matches('/').eq_ignore_ascii_case(cluster.server.trim_end_matches('/'))
        })
    };
    contexts.entries.iter().filter(is_same).map(|entry| entry.name.as_str())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::Timestamp;

    use super::*;
    use crate::kubernetes::contexts::Sources;

    fn contexts(names: &[(&str, &str)]) -> Contexts {
        let directory = tempfile::tempdir().unwrap();
        let list = |form: fn(&str, &str) -> String| {
            names.iter().map(|(name, server)| form(name, server)).collect::<Vec<_>>().join(", ")
        };
        let clusters = list(|name, server| format!("{{name: {name}, cluster: {{server: '{server}'}}}}"));
        let contexts = list(|name, _| format!("{{name: {name}, context: {{cluster: {name}}}}}"));
        let file = directory.path().join("config");
        std::fs::write(&file, format!("clusters: [{clusters}]\ncontexts: [{contexts}]\n")).unwrap();
        Contexts::read(&Sources::of_files([file], Path::new("/")))
    }

    fn scanned(context: &str, server: &str) -> Scanned {
        let cluster = Cluster { context: context.to_owned(), server: server.to_owned() };
        Scanned { cluster, kinds: 1, learned_at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn a_cluster_goes_by_the_users_own_names() {
        let contexts =
            contexts(&[("prod", "https://a/"), ("prod-admin", "https://A"), ("mine", "https://b")]);
        let known =
            [scanned("prod-admin", "https://a"), scanned("theirs", "https://b"), scanned("far", "https://c")];
        let named = |pattern: &str| {
            select(&known, &contexts, &[pattern.to_owned()]).map(|clusters| {
                clusters.iter().map(|one| name(one, &contexts).to_owned()).collect::<Vec<_>>()
            })
        };
        let all = named("*").unwrap();
        assert_eq!(all, ["prod-admin", "mine", "far"]);
        assert_eq!(named("prod").unwrap(), ["prod-admin"]);
        assert_eq!(named("m?ne").unwrap(), ["mine"]);
        assert_eq!(named("far").unwrap(), ["far"]);
        for idle in ["theirs", "none*"] {
            assert_eq!(named(idle), Err(vec![idle.to_owned()]));
        }
        assert_eq!(select(&known, &contexts, &[]).unwrap().len(), 3);
    }
}
