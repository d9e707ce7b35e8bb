//! Reading one cluster: version, nodes, namespaces and pods at once, each for itself.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use kube_client::core::params::ListParams;
use serde::de::IgnoredAny;
use tokio::time::{Instant, timeout_at};

use super::client::Cluster;
use super::health::{Nodes, Pods};
use super::objects::{Node, Pod, Version};
use super::report::{Certificates, Part, Report, Took, Unread};
use super::trouble::{Kind, Trouble};

/// Asks a cluster. What has not come within the deadline is told as such, and what has come is kept.
pub(super) async fn ask(cluster: &Cluster, mut report: Report, clock: Clock) -> Report {
    let now = report.read_at;
    let params = ListParams::default();
    let pods = cluster.list("/api/v1/pods", &params, move |pods: &mut Pods, pod: Pod| pods.add(&pod, now));
    let nodes = cluster.list("/api/v1/nodes", &params, |nodes: &mut Nodes, node: Node| nodes.add(&node));
    let namespaces =
        cluster.list("/api/v1/namespaces", &params, |count: &mut u32, _: IgnoredAny| *count += 1);
    let (version, nodes, namespaces, pods) = tokio::join!(
        clock.time("version", cluster.get::<Version>("/version")),
        clock.time("nodes", nodes),
        clock.time("namespaces", namespaces),
        clock.time("pods", pods),
    );
    report.latency_ms = version.0.is_ok().then(|| version.1.ms.round() as u64);
    report.took.extend([&version.1, &nodes.1, &namespaces.1, &pods.1].map(Took::clone));
    let mut unread = |part, result: Option<Trouble>| {
        report.unread.extend(result.map(|why| Unread { part, why }));
    };
    let version = version.0.map_err(|why| unread(Part::Version, Some(why))).ok();
    let nodes = nodes.0.map_err(|why| unread(Part::Nodes, Some(why))).ok();
    report.namespaces = namespaces.0.map_err(|why| unread(Part::Namespaces, Some(why))).ok();
    let pods = pods.0.map_err(|why| unread(Part::Pods, Some(why))).ok();
    report.version = version.map(|version| version.git_version);
    report.nodes = nodes.as_ref().map(|nodes| nodes.count);
    report.pods = pods.as_ref().map(|pods| pods.count);
    report.problems =
        nodes.map(Nodes::problems).into_iter().chain(pods.map(Pods::problems)).flatten().collect();
    report.certificates =
        Certificates { server: cluster.server_certificate(), client: cluster.client_certificate() };
    report.read_at = Timestamp::now();
    report.judged()
}

/// The deadline of one cluster, and what its parts took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    until: Instant,
    deadline: Duration,
}

impl Clock {
    /// Starts it. It is a little ahead of the deadline, so that the parts that have come are kept.
    pub(super) fn start(deadline: Duration) -> Self {
        Self { until: Instant::now() + deadline - deadline / 50, deadline }
    }

    /// Waits for a part, no longer than there is time.
    pub(super) async fn time<T>(
        self,
        name: &str,
        part: impl Future<Output = Result<T, Trouble>>,
    ) -> (Result<T, Trouble>, Took) {
        let began = Instant::now();
        let result = timeout_at(self.until, part).await.unwrap_or_else(|_| Err(late(self.deadline)));
        (result, Took { name: name.to_owned(), ms: began.elapsed().as_secs_f64() * 1e3 })
    }
}

/// What is told of a cluster that does not answer in time.
pub(super) fn late(deadline: Duration) -> Trouble {
    Trouble::new(Kind::TimedOut, format!("no answer within {} s", deadline.as_secs_f64()))
}
