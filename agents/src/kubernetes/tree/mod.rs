//! One cluster as a tree: nodes, namespaces and pods, each branch as it comes.
//!
//! All branches grow at once over one client; a branch that fails says so itself and leaves the others alone.
//! [`Grower`] keeps the client from one look to the next, [`Tree`] is what has come so far.

mod leaves;

use std::sync::Arc;
use std::time::Duration;

use kube_client::core::params::ListParams;
use tokio::sync::OnceCell;

use super::Session;
use super::client::Cluster;
use super::contexts::Entry;
use super::objects::{Namespace, Node, Pod, Version};
use super::read::late;
use super::report::Took;
use super::trouble::{Kind, Trouble};
use crate::fan_out::{Failure, FanOut, Finished, Limits};
pub use leaves::{NamespaceLeaf, NodeLeaf, PodLeaf};

/// The branches, under way.
pub type Growth = FanOut<Grown, Trouble>;

/// What a branch has grown into.
#[derive(Debug)]
pub enum Grown {
    /// The server's version.
    Version(String),
    /// The nodes, by name.
    Nodes(Vec<NodeLeaf>),
    /// The namespaces, by name.
    Namespaces(Vec<NamespaceLeaf>),
    /// The pods, by namespace and name.
    Pods(Vec<PodLeaf>),
}

/// A cluster that is looked at once or again and again.
pub struct Grower {
    entry: Entry,
    session: Arc<Session>,
    namespace: Option<String>,
    limits: Limits,
    cluster: Connection,
}

/// The one client of all branches, or why there is none.
type Connection = Arc<OnceCell<Result<Cluster, Trouble>>>;

impl Grower {
    /// Of a context; of one namespace only, where one is given.
    pub fn new(entry: Entry, session: &Arc<Session>, namespace: Option<String>, limits: Limits) -> Self {
        Self { entry, session: session.clone(), namespace, limits, cluster: Connection::default() }
    }

    /// Starts all branches anew, over the client that there is where it still holds.
    pub fn start(&mut self) -> Growth {
        let is_usable = |made: &Result<Cluster, Trouble>| {
            made.as_ref().is_ok_and(|cluster| !cluster.is_stale(jiff::Timestamp::now()))
        };
        if self.cluster.get().is_some_and(|made| !is_usable(made)) {
            self.cluster = Connection::default();
        }
        let branches = ["version", "nodes", "namespaces", "pods"].map(|name| {
            let (cluster, entry, session) = (self.cluster.clone(), self.entry.clone(), self.session.clone());
            let namespace = self.namespace.clone();
            let grow = async move {
                let made = cluster.get_or_init(|| Cluster::connect(&entry, &session)).await;
                grow(made.as_ref().map_err(Clone::clone)?, name, namespace.as_deref()).await
            };
            (name.to_owned(), grow)
        });
        FanOut::start(branches, self.limits)
    }
}

async fn grow(cluster: &Cluster, branch: &str, namespace: Option<&str>) -> Result<Grown, Trouble> {
    let params = ListParams::default();
    match branch {
        "version" => Ok(Grown::Version(cluster.get::<Version>("/version").await?.git_version)),
        "nodes" => {
            let add = |all: &mut Vec<NodeLeaf>, node: Node| all.push(node.into());
            let mut nodes = cluster.list("/api/v1/nodes", &params, add).await?;
            nodes.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(Grown::Nodes(nodes))
        }
        "namespaces" => {
            let params = ListParams {
                field_selector: namespace.map(|name| format!("metadata.name={name}")),
                ..params
            };
            let add = |all: &mut Vec<NamespaceLeaf>, it: Namespace| all.push(it.into());
            let mut namespaces = cluster.list("/api/v1/namespaces", &params, add).await?;
            namespaces.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(Grown::Namespaces(namespaces))
        }
        _ => {
            let path =
                namespace.map_or("/api/v1/pods".to_owned(), |it| format!("/api/v1/namespaces/{it}/pods"));
            let add = |all: &mut Vec<PodLeaf>, pod: Pod| all.push(pod.into());
            let mut pods = cluster.list(&path, &params, add).await?;
            pods.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
            Ok(Grown::Pods(pods))
        }
    }
}

/// A branch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Branch<T> {
    /// It has not come yet.
    #[default]
    Awaited,
    /// It is there.
    Here(T),
    /// It could not be read.
    Failed(Trouble),
}

impl<T> Branch<T> {
    /// What is there.
    pub fn here(&self) -> Option<&T> {
        match self {
            Self::Here(found) => Some(found),
            Self::Awaited | Self::Failed(_) => None,
        }
    }

    /// Why it is not there.
    pub fn trouble(&self) -> Option<&Trouble> {
        match self {
            Self::Failed(trouble) => Some(trouble),
            Self::Awaited | Self::Here(_) => None,
        }
    }
}

/// What has come so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tree {
    /// The server's version.
    pub version: Branch<String>,
    /// The nodes, by name.
    pub nodes: Branch<Vec<NodeLeaf>>,
    /// The namespaces, by name.
    pub namespaces: Branch<Vec<NamespaceLeaf>>,
    /// The pods, by namespace and name.
    pub pods: Branch<Vec<PodLeaf>>,
    /// What each branch took.
    pub took: Vec<Took>,
}

impl Tree {
    /// Takes a branch that ended.
    pub fn take(&mut self, finished: Finished<Grown, Trouble>) {
        self.took.push(Took { name: finished.name.clone(), ms: finished.took.as_secs_f64() * 1e3 });
        let trouble = match finished.result {
            Ok(Grown::Version(version)) => return self.version = Branch::Here(version),
            Ok(Grown::Nodes(nodes)) => return self.nodes = Branch::Here(nodes),
            Ok(Grown::Namespaces(namespaces)) => return self.namespaces = Branch::Here(namespaces),
            Ok(Grown::Pods(pods)) => return self.pods = Branch::Here(pods),
            Err(Failure::Failed(trouble)) => trouble,
            Err(Failure::TimedOut(deadline)) => late(deadline),
            Err(Failure::Panicked) => {
                Trouble::new(Kind::Internal, "the reading failed; this is a defect of awesh")
            }
        };
        match finished.name.as_str() {
            "version" => self.version = Branch::Failed(trouble),
            "nodes" => self.nodes = Branch::Failed(trouble),
            "namespaces" => self.namespaces = Branch::Failed(trouble),
            _ => self.pods = Branch::Failed(trouble),
        }
    }

    /// What went wrong, by branch.
    pub fn troubles(&self) -> Vec<(&'static str, &Trouble)> {
        let troubles = [
            ("version", self.version.trouble()),
            ("nodes", self.nodes.trouble()),
            ("namespaces", self.namespaces.trouble()),
            ("pods", self.pods.trouble()),
        ];
        troubles.into_iter().filter_map(|(name, trouble)| Some((name, trouble?))).collect()
    }

    /// How long the branches took together, one after the other.
    pub fn in_sequence(&self) -> Duration {
        Duration::from_secs_f64(self.took.iter().map(|took| took.ms).sum::<f64>() / 1e3)
    }
}

#[cfg(test)]
mod tests;
