//! A path → what it is about.

use crate::resources::{self, Resource};

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// The version of the server.
    Version,
    /// Whether the server is well.
    Health,
    /// The versions of the core.
    CoreVersions,
    /// The groups.
    Groups,
    /// The versions of a group.
    Group(String),
    /// The resources of a group; the core's is empty.
    Resources(String),
    /// The schemas: all of them, or those of a group.
    Schemas(Option<String>),
    /// Objects, one of them, or a part of it.
    Objects(Objects),
}

/// Objects, one of them, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Objects {
    pub(crate) resource: &'static Resource,
    pub(crate) namespace: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) subresource: Option<String>,
}

impl Target {
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let words: Vec<&str> = path.split('/').filter(|word| !word.is_empty()).collect();
        match words[..] {
            ["version"] => Some(Self::Version),
            ["healthz" | "livez" | "readyz"] => Some(Self::Health),
            ["api"] => Some(Self::CoreVersions),
            ["apis"] => Some(Self::Groups),
            ["openapi", "v3"] => Some(Self::Schemas(None)),
            ["openapi", "v3", "api", "v1"] => Some(Self::Schemas(Some(String::new()))),
            ["openapi", "v3", "apis", group, _] => Some(Self::Schemas(Some(group.to_owned()))),
            ["api", "v1"] => Some(Self::Resources(String::new())),
            ["api", version, ref rest @ ..] => Self::objects("", version, rest),
            ["apis", group] => Some(Self::Group(group.to_owned())),
            ["apis", group, _] => Some(Self::Resources(group.to_owned())),
            ["apis", group, version, ref rest @ ..] => Self::objects(group, version, rest),
            _ => None,
        }
    }

    fn objects(group: &str, version: &str, path: &[&str]) -> Option<Self> {
        let (namespace, path) = match *path {
            // A namespace itself is at the same place as what is in it.
            ["namespaces", namespace, ref rest @ ..] if !matches!(rest, [] | ["status" | "finalize"]) => {
                (Some(namespace.to_owned()), rest)
            }
            _ => (None, path),
        };
        let (plural, name, subresource) = match *path {
            [plural] => (plural, None, None),
            [plural, name] => (plural, Some(name), None),
            [plural, name, subresource] => (plural, Some(name), Some(subresource)),
            _ => return None,
        };
        let resource = resources::by_path(group, version, plural)?;
        if subresource.is_some_and(|it| !resource.subresources.contains(&it)) {
            return None;
        }
        let (name, subresource) = (name.map(str::to_owned), subresource.map(str::to_owned));
        Some(Self::Objects(Objects { resource, namespace, name, subresource }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let found = |path: &str| match Target::parse(path) {
            Some(Target::Objects(it)) => {
                let part = |part: Option<String>| part.unwrap_or_else(|| "-".to_owned());
                format!(
                    "{} {} {} {}",
                    it.resource.plural,
                    part(it.namespace),
                    part(it.name),
                    part(it.subresource)
                )
            }
            other => format!("{other:?}"),
        };
        for (path, expected) in [
            ("/version", "Some(Version)"),
            ("/api/v1", "Some(Resources(\"\"))"),
            ("/apis/apps", "Some(Group(\"apps\"))"),
            ("/api/v1/pods", "pods - - -"),
            ("/api/v1/namespaces", "namespaces - - -"),
            ("/api/v1/namespaces/shop", "namespaces - shop -"),
            ("/api/v1/namespaces/shop/status", "namespaces - shop status"),
            ("/api/v1/namespaces/shop/pods", "pods shop - -"),
            ("/api/v1/namespaces/shop/pods/api-1/log", "pods shop api-1 log"),
            ("/apis/apps/v1/namespaces/shop/deployments/api/scale", "deployments shop api scale"),
            ("/api/v1/namespaces/shop/pods/api-1/scale", "None"),
            ("/api/v1/deployments", "None"),
            ("/apis/apps/v2/deployments", "None"),
            ("/nothing", "None"),
        ] {
            assert_eq!(found(path), expected, "{path}");
        }
    }
}
