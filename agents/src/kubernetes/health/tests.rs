use serde_json::{Value, json};

use super::*;

const NOW: &str = "2026-03-01T12:00:00Z";

fn pods(objects: &[Value]) -> (PodCount, Vec<Problem>) {
    let mut pods = Pods::default();
    for object in objects {
        pods.add(&serde_json::from_value(object.clone()).unwrap(), NOW.parse().unwrap());
    }
    (pods.count, pods.problems())
}

fn pod(name: &str, status: Value) -> Value {
    json!({"metadata": {"name": name, "namespace": "shop", "creationTimestamp": "2026-02-01T00:00:00Z"}, "status": status})
}

/// What is wrong with one pod: its reason and message.
fn wrong(object: Value) -> Option<(String, String)> {
    let (_, mut problems) = pods(&[object]);
    assert!(problems.len() <= 1);
    problems.pop().map(|problem| (problem.reason, problem.message.unwrap_or_default()))
}

fn some(reason: &str, message: &str) -> Option<(String, String)> {
    Some((reason.to_owned(), message.to_owned()))
}

fn ready(status: &str, since: &str, reason: &str) -> Value {
    json!([{"type": "Ready", "status": status, "lastTransitionTime": since, "reason": reason,
            "message": "containers with unready status: [app]"}])
}

#[test]
fn what_ended_well_or_was_replaced_or_is_on_its_way_is_no_problem() {
    let mut replaced = pod("b", json!({"phase": "Failed", "reason": "NodeShutdown"}));
    replaced["metadata"]["ownerReferences"] = json!([{"kind": "ReplicaSet", "controller": true}]);
    let mut young = pod("y", json!({"phase": "Pending"}));
    young["metadata"]["creationTimestamp"] = "2026-03-01T11:58:00Z".into();
    let mut going = pod("g", json!({"phase": "Running"}));
    going["metadata"]["deletionTimestamp"] = "2026-03-01T11:59:00Z".into();
    let creating = json!({"phase": "Pending", "containerStatuses": [{"state": {"waiting": {"reason": "ContainerCreating"}}}]});
    let mut creating = pod("c", creating);
    creating["metadata"]["creationTimestamp"] = "2026-03-01T11:58:00Z".into();
    for object in [
        pod("s", json!({"phase": "Succeeded", "containerStatuses": [{"restartCount": 9}]})),
        pod("e", json!({"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory."})),
        replaced,
        young,
        going,
        creating,
        pod("r", json!({"phase": "Running", "conditions": ready("True", "2026-02-01T00:00:00Z", "")})),
        pod(
            "n",
            json!({"phase": "Running", "conditions": ready("False", "2026-03-01T11:59:30Z", "ContainersNotReady")}),
        ),
        pod(
            "d",
            json!({"phase": "Running", "conditions": ready("False", "2026-02-01T00:00:00Z", "PodCompleted")}),
        ),
        pod(
            "g",
            json!({"phase": "Pending", "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}],
            "startTime": NOW}),
        )
        .as_object()
        .map(|object| {
            let mut object = object.clone();
            object["metadata"]["creationTimestamp"] = "2026-03-01T11:58:00Z".into();
            Value::Object(object)
        })
        .unwrap(),
    ] {
        assert_eq!(wrong(object.clone()), None, "{object}");
    }
}

#[test]
fn what_is_wrong_is_told_in_the_words_of_the_cluster() {
    let waiting = |reason: &str, message: &str, restarts: u32, last: Value| {
        pod(
            "p",
            json!({"phase": "Running", "containerStatuses": [
            {"restartCount": restarts, "state": {"waiting": {"reason": reason, "message": message}}, "lastState": last}]}),
        )
    };
    let killed =
        json!({"terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2026-03-01T11:56:00Z"}});
    let failed = json!({"terminated": {"reason": "Error", "exitCode": 1}});
    let mut stuck = pod("t", json!({"phase": "Running"}));
    stuck["metadata"]["deletionTimestamp"] = "2026-03-01T11:00:00Z".into();
    let unscheduled = json!({"phase": "Pending", "conditions": [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available."}]});
    let init = json!({"phase": "Pending", "initContainerStatuses": [
        {"state": {"waiting": {"reason": "ErrImagePull", "message": "no such image"}}}]});
    let restarting =
        json!({"phase": "Running", "containerStatuses": [{"restartCount": 17, "lastState": killed}]});
    let cases = [
        (
            waiting("CrashLoopBackOff", "back-off 5m0s", 17, failed),
            some("CrashLoopBackOff", "exit status 1, 17 restarts"),
        ),
        (waiting("CrashLoopBackOff", "", 1, killed), some("CrashLoopBackOff", "OOMKilled, 1 restart")),
        (waiting("CrashLoopBackOff", "", 2, json!({})), some("CrashLoopBackOff", "2 restarts")),
        (
            waiting("ImagePullBackOff", "Back-off pulling", 0, json!({})),
            some("ImagePullBackOff", "Back-off pulling"),
        ),
        (pod("i", init), some("ErrImagePull", "no such image")),
        (pod("u", unscheduled), some("Pending", "0/3 nodes are available.")),
        (pod("o", json!({"phase": "Pending"})), some("Pending", "its containers have not been started yet")),
        (pod("r", restarting), some("Restarting", "17 restarts, the last 4 min ago (OOMKilled)")),
        (
            pod("f", json!({"phase": "Failed", "reason": "DeadlineExceeded", "message": "too long"})),
            some("DeadlineExceeded", "too long"),
        ),
        (pod("f", json!({"phase": "Failed"})), some("Failed", "")),
        (
            pod("n", json!({"phase": "Running", "conditions": ready("False", "2026-03-01T11:00:00Z", "x")})),
            some("NotReady", "containers with unready status: [app]"),
        ),
        (stuck, some("Terminating", "its deletion was asked for and does not end")),
    ];
    for (object, expected) in cases {
        assert_eq!(wrong(object.clone()), expected, "{object}");
    }
}

#[test]
fn the_same_problem_is_counted_once_and_the_frequent_come_first() {
    let crash = |name: &str| {
        pod(
            name,
            json!({"phase": "Running", "containerStatuses": [{"state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}),
        )
    };
    let pending = |name: &str, message: &str| {
        pod(
            name,
            json!({"phase": "Pending", "conditions": [
            {"type": "PodScheduled", "status": "False", "message": message}]}),
        )
    };
    let mut objects: Vec<Value> = (0..7).map(|index| crash(&format!("c{index}"))).collect();
    objects.extend([pending("a", "no memory"), pending("b", "no processor"), pending("c", "no memory")]);
    let (count, problems) = pods(&objects);
    assert_eq!(count, PodCount { total: 10, running: 7, pending: 3, ..PodCount::default() });
    let told: Vec<_> = problems.iter().map(|one| (one.reason.as_str(), one.count, one.names.len())).collect();
    assert_eq!(told, [("CrashLoopBackOff", 7, 5), ("Pending", 2, 2), ("Pending", 1, 1)]);
    assert_eq!(problems[1].names, ["shop/a", "shop/c"]);
}

#[test]
fn nodes_are_ready_or_told_why_not() {
    let node = |name: &str, conditions: Value, cordoned: bool| -> Node {
        let node = json!({"metadata": {"name": name}, "spec": {"unschedulable": cordoned}, "status": {"conditions": conditions}});
        serde_json::from_value(node).unwrap()
    };
    let ready = json!({"type": "Ready", "status": "True"});
    let mut nodes = Nodes::default();
    nodes.add(&node("a", json!([ready, {"type": "DiskPressure", "status": "False"}]), true));
    nodes.add(&node(
        "b",
        json!([{"type": "Ready", "status": "Unknown", "message": "Kubelet stopped posting node status."}]),
        false,
    ));
    nodes.add(&node(
        "c",
        json!([ready, {"type": "DiskPressure", "status": "True", "message": "disk is full"}]),
        false,
    ));
    nodes.add(&node("d\u{1b}[2J", json!([]), false));
    assert_eq!(nodes.count, NodeCount { total: 4, ready: 2, cordoned: 1 });
    let told: Vec<_> =
        nodes.problems().into_iter().map(|one| (one.reason, one.message.unwrap(), one.names)).collect();
    let expected = [
        ("DiskPressure", "disk is full", "c"),
        ("NotReady", "Kubelet stopped posting node status.", "b"),
        ("NotReady", "the node says nothing of itself", "d\u{fffd}[2J"),
    ];
    let expected = expected
        .map(|(reason, message, name)| (reason.to_owned(), message.to_owned(), vec![name.to_owned()]));
    assert_eq!(told.len(), 3);
    for one in expected {
        assert!(told.contains(&one), "{told:?}");
    }
}

#[test]
fn objects_may_lack_anything() {
    assert_eq!(wrong(json!({})), None);
    let mut nodes = Nodes::default();
    nodes.add(&serde_json::from_value(json!({})).unwrap());
    assert_eq!(nodes.count.ready, 0);
}
