//! The columns of each resource.

use jiff::{Timestamp, Unit};
use serde_json::Value;

use crate::resources::Resource;

/// A column: its name, whether it is shown only by `-o wide` (1), and its cell.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) priority: u8,
    pub(super) cell: fn(&Value) -> Value,
}

/// The columns of a resource.
pub(super) fn of(resource: &Resource) -> &'static [Column] {
    match resource.plural {
        "pods" => PODS,
        "nodes" => NODES,
        "namespaces" => NAMESPACES,
        "deployments" => DEPLOYMENTS,
        "statefulsets" => STATEFUL_SETS,
        "replicasets" => REPLICA_SETS,
        "daemonsets" => DAEMON_SETS,
        "events" => EVENTS,
        _ => OTHERS,
    }
}

const fn column(name: &'static str, cell: fn(&Value) -> Value) -> Column {
    Column { name, priority: 0, cell }
}

const fn wide(name: &'static str, cell: fn(&Value) -> Value) -> Column {
    Column { name, priority: 1, cell }
}

const NAME: Column = column("Name", |it| text(it, "/metadata/name"));
const AGE: Column = column("Age", |it| age(it, "/metadata/creationTimestamp"));

const OTHERS: &[Column] = &[NAME, AGE];

const PODS: &[Column] = &[
    NAME,
    column("Ready", |it| {
        let ready = containers(it).filter(|status| status["ready"] == true).count();
        format!("{ready}/{}", it["spec"]["containers"].as_array().map_or(0, Vec::len)).into()
    }),
    column("Status", pod_status),
    column("Restarts", |it| {
        containers(it).filter_map(|status| status["restartCount"].as_u64()).sum::<u64>().to_string().into()
    }),
    AGE,
    wide("IP", |it| text(it, "/status/podIP")),
    wide("Node", |it| text(it, "/spec/nodeName")),
    wide("Nominated Node", |it| text(it, "/status/nominatedNodeName")),
    wide("Readiness Gates", |_| "<none>".into()),
];

const NODES: &[Column] = &[
    NAME,
    column("Status", |it| {
        let conditions = it["status"]["conditions"].as_array();
        let is_ready =
            conditions.into_iter().flatten().any(|it| it["type"] == "Ready" && it["status"] == "True");
        let scheduling = if it["spec"]["unschedulable"] == true { ",SchedulingDisabled" } else { "" };
        format!("{}{scheduling}", if is_ready { "Ready" } else { "NotReady" }).into()
    }),
    column("Roles", |it| {
        let labels = it["metadata"]["labels"].as_object();
        let roles = labels
            .into_iter()
            .flatten()
            .filter_map(|(name, _)| name.strip_prefix("node-role.kubernetes.io/"));
        let roles = roles.collect::<Vec<_>>().join(",");
        if roles.is_empty() { "<none>".into() } else { roles.into() }
    }),
    AGE,
    column("Version", |it| text(it, "/status/nodeInfo/kubeletVersion")),
    wide("OS-Image", |it| text(it, "/status/nodeInfo/osImage")),
    wide("Kernel-Version", |it| text(it, "/status/nodeInfo/kernelVersion")),
    wide("Container-Runtime", |it| text(it, "/status/nodeInfo/containerRuntimeVersion")),
];

const NAMESPACES: &[Column] = &[NAME, column("Status", |it| text(it, "/status/phase")), AGE];

const DEPLOYMENTS: &[Column] = &[
    NAME,
    column("Ready", ready_replicas),
    column("Up-to-date", |it| number(it, "/status/updatedReplicas")),
    column("Available", |it| number(it, "/status/availableReplicas")),
    AGE,
    wide("Images", images),
];

const STATEFUL_SETS: &[Column] = &[NAME, column("Ready", ready_replicas), AGE, wide("Images", images)];

const REPLICA_SETS: &[Column] = &[
    NAME,
    column("Desired", |it| number(it, "/spec/replicas")),
    column("Current", |it| number(it, "/status/replicas")),
    column("Ready", |it| number(it, "/status/readyReplicas")),
    AGE,
    wide("Images", images),
];

const DAEMON_SETS: &[Column] = &[
    NAME,
    column("Desired", |it| number(it, "/status/desiredNumberScheduled")),
    column("Current", |it| number(it, "/status/currentNumberScheduled")),
    column("Ready", |it| number(it, "/status/numberReady")),
    AGE,
    wide("Images", images),
];

const EVENTS: &[Column] = &[
    column("Last Seen", |it| age(it, "/lastTimestamp")),
    column("Type", |it| text(it, "/type")),
    column("Reason", |it| text(it, "/reason")),
    column("Object", |it| {
        let object = &it["involvedObject"];
        let kind = object["kind"].as_str().unwrap_or_default().to_lowercase();
        format!("{kind}/{}", object["name"].as_str().unwrap_or_default()).into()
    }),
    column("Message", |it| text(it, "/message")),
];

fn text(object: &Value, pointer: &str) -> Value {
    object.pointer(pointer).filter(|value| value.is_string()).cloned().unwrap_or_else(|| "<none>".into())
}

fn number(object: &Value, pointer: &str) -> Value {
    object.pointer(pointer).filter(|value| value.is_u64()).cloned().unwrap_or_else(|| 0.into())
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    pod["status"]["containerStatuses"].as_array().into_iter().flatten()
}

fn pod_status(pod: &Value) -> Value {
    if !pod["metadata"]["deletionTimestamp"].is_null() {
        return "Terminating".into();
    }
    let reason = |state: &str| containers(pod).find_map(|it| it["state"][state]["reason"].as_str());
    let reason = reason("waiting").or_else(|| reason("terminated")).or(pod["status"]["reason"].as_str());
    reason.map_or_else(|| text(pod, "/status/phase"), Into::into)
}

fn ready_replicas(workload: &Value) -> Value {
    format!("{}/{}", number(workload, "/status/readyReplicas"), number(workload, "/spec/replicas")).into()
}

fn images(workload: &Value) -> Value {
    let containers = workload["spec"]["template"]["spec"]["containers"].as_array().into_iter().flatten();
    containers.filter_map(|it| it["image"].as_str()).collect::<Vec<_>>().join(",").into()
}

/// An age as `kubectl` writes it: its largest unit.
fn age(object: &Value, pointer: &str) -> Value {
    let since =
        object.pointer(pointer).and_then(Value::as_str).and_then(|time| time.parse::<Timestamp>().ok());
    let Some(seconds) = since.and_then(|time| (Timestamp::now() - time).total(Unit::Second).ok()) else {
        return "<unknown>".into();
    };
    let units = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "m"), (1.0, "s")];
    let largest = units.into_iter().find(|(length, _)| seconds >= *length).unwrap_or((1.0, "s"));
    format!("{}{}", (seconds / largest.0).floor().max(0.0), largest.1).into()
}
