//! What a test says of a cluster before it is started.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::custom;
use crate::faults::{Fault, Rule};
use crate::generate;
use crate::store;

/// How the kubeconfig's user proves who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A bearer token.
    Token,
    /// A bearer token that the server does not know.
    WrongToken,
    /// A client certificate.
    ClientCertificate,
    /// An exec credential plugin: the program and its arguments. `{token}` in an argument is the token that the
    /// server takes.
    Exec(Vec<String>),
}

/// The certificate that the server shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// One that holds.
    Valid,
    /// One whose time is over.
    Expired,
    /// One by an authority that the kubeconfig does not name.
    UnknownAuthority,
    /// One for another host.
    OtherHost,
}

/// What a connection meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// A server.
    Answers,
    /// A server that accepts, and never says a word.
    Silent,
    /// A port at which nothing listens.
    Refuses,
}

/// A cluster, described.
#[derive(Debug, Clone)]
pub struct Cluster {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) namespace: Option<String>,
    pub(crate) objects: Vec<Arc<Value>>,
    pub(crate) credential: Credential,
    pub(crate) certificate: Certificate,
    pub(crate) reach: Reach,
    pub(crate) latency: Duration,
    pub(crate) page: Option<usize>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) forbidden: Vec<String>,
    pub(crate) is_aggregated: bool,
}

impl Cluster {
    /// A cluster with the namespaces that every cluster has and nothing else; its context has this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let namespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];
        let empty = Self {
            name: name.to_owned(),
            version: "v1.33.2".to_owned(),
            namespace: None,
            objects: Vec::new(),
            credential: Credential::Token,
            certificate: Certificate::Valid,
            reach: Reach::Answers,
            latency: Duration::ZERO,
            page: None,
            rules: Vec::new(),
            forbidden: Vec::new(),
            is_aggregated: true,
        };
        empty.all(namespaces.into_iter().map(generate::namespace))
    }

    /// The same cluster by another name; what they hold is in memory once.
    #[must_use]
    pub fn named(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }

    /// A healthy cluster of three nodes with a few workloads.
    #[must_use]
    pub fn healthy(name: &str) -> Self {
        Self::new(name)
            .nodes(3)
            .deployment("kube-system", "coredns", "registry.k8s.io/coredns/coredns:v1.12.1", 2)
            .deployment("shop", "api", "registry.example/shop/api:1.4.2", 3)
            .deployment("shop", "web", "registry.example/shop/web:2.0.0", 2)
    }

    /// Sets the version of the server.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.version);
        self
    }

    /// Sets the namespace that the context names.
    #[must_use]
    pub fn context_namespace(mut self, namespace: &str) -> Self {
        self.namespace = Some(namespace.to_owned());
        self
    }

    /// Adds ready nodes, `node-0` and so on.
    #[must_use]
    pub fn nodes(self, count: usize) -> Self {
        let version = self.version.clone();
        self.all((0..count).map(|index| generate::node(index, &version)))
    }

    /// Adds a namespace.
    #[must_use]
    pub fn namespace(self, name: &str) -> Self {
        self.object(generate::namespace(name))
    }

    /// Adds a deployment, its namespace, replica set and running pods.
    #[must_use]
    pub fn deployment(self, namespace: &str, name: &str, image: &str, replicas: usize) -> Self {
        self.namespace(namespace).all(generate::deployment(namespace, name, image, replicas))
    }

    /// Adds running pods, dealt to nodes and to ten namespaces, `team-0` to `team-9`.
    #[must_use]
    pub fn pods(self, count: usize) -> Self {
        let teams = (0..10).map(|team| generate::namespace(&format!("team-{team}")));
        self.all(teams).all((0..count).map(generate::pod_of_many))
    }

    /// Adds a running pod.
    #[must_use]
    pub fn pod(self, namespace: &str, name: &str) -> Self {
        self.namespace(namespace).object(generate::pod(
            namespace,
            name,
            "registry.example/app:1.0.0",
            "node-0",
        ))
    }

    /// Adds a pod whose container waits for this reason (`CrashLoopBackOff`, `ImagePullBackOff`).
    #[must_use]
    pub fn waiting_pod(self, namespace: &str, name: &str, reason: &str, restarts: usize) -> Self {
        self.namespace(namespace).object(generate::waiting_pod(namespace, name, reason, restarts))
    }

    /// Adds a pod that no node takes, with the scheduler's message.
    #[must_use]
    pub fn pending_pod(self, namespace: &str, name: &str, message: &str) -> Self {
        self.namespace(namespace).object(generate::pending_pod(namespace, name, message))
    }

    /// Adds the definition of a kind of its own, as an operator brings it.
    #[must_use]
    pub fn custom_kind(self, group: &str, kind: &str) -> Self {
        self.object(custom::definition(group, kind))
    }

    /// Adds so many kinds of its own, ten to a group: `kind0s.group0.example.org` and so on.
    #[must_use]
    pub fn custom_kinds(self, count: usize) -> Self {
        let definition = |number| {
            custom::definition(&format!("group{}.example.org", number / 10), &format!("Kind{number}"))
        };
        self.all((0..count).map(definition))
    }

    /// Tells its resources group by group only, as clusters did before 1.26.
    #[must_use]
    pub fn without_aggregation(mut self) -> Self {
        self.is_aggregated = false;
        self
    }

    /// Adds an object, or puts it in place of the one of its kind and name.
    #[must_use]
    pub fn object(mut self, mut object: Value) -> Self {
        object["metadata"]["resourceVersion"] = store::FIRST.to_string().into();
        self.objects.push(Arc::new(object));
        self
    }

    /// Sets how the user of the kubeconfig proves who it is.
    #[must_use]
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credential = credential;
        self
    }

    /// Sets the certificate that the server shows.
    #[must_use]
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.certificate = certificate;
        self
    }

    /// Sets what a connection meets.
    #[must_use]
    pub fn reach(mut self, reach: Reach) -> Self {
        self.reach = reach;
        self
    }

    /// Sets how long every call takes.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Gives lists in pages of at most this many, whatever is asked for.
    #[must_use]
    pub fn page(mut self, items: usize) -> Self {
        self.page = Some(items);
        self
    }

    /// Lets every call whose path begins so go wrong.
    #[must_use]
    pub fn fault(mut self, path: &str, fault: Fault) -> Self {
        self.rules.push(Rule::new(path, fault, None));
        self
    }

    /// Lets the first calls whose path begins so go wrong.
    #[must_use]
    pub fn fault_times(mut self, path: &str, fault: Fault, times: usize) -> Self {
        self.rules.push(Rule::new(path, fault, Some(times)));
        self
    }

    /// Refuses every verb on a resource (`nodes`, `deployments`).
    #[must_use]
    pub fn forbid(mut self, resource: &str) -> Self {
        self.forbidden.push(resource.to_owned());
        self
    }

    fn all(self, objects: impl IntoIterator<Item = Value>) -> Self {
        objects.into_iter().fold(self, Self::object)
    }
}
