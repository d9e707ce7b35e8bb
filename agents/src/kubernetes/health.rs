//! Objects to a verdict: which nodes and pods are as they should be, and what is wrong with the others, in the
//! cluster's own words. Pure: the time is an argument.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::objects::{Condition, Container, Node, Pod};
use super::trouble::clipped;

/// Names that are kept of the objects with one problem.
const NAMES: usize = 5;

/// What takes no longer than this is on its way, not wrong.
const STARTING: SignedDuration = SignedDuration::from_mins(5);
const UNREADY: SignedDuration = SignedDuration::from_secs(60);

/// Restarts are a problem if there are so many and the last is no longer ago than this.
const RESTARTS: u32 = 3;
const RECENTLY: SignedDuration = SignedDuration::from_mins(15);

/// What kind of object has a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Nodes.
    Node,
    /// Pods.
    Pod,
}

/// The same problem of some objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What they are.
    pub subject: Subject,
    /// In a word: `NotReady`, `CrashLoopBackOff`, …
    pub reason: String,
    /// In a sentence, of the first of them.
    pub message: Option<String>,
    /// How many.
    pub count: u32,
    /// The first of them; pods with their namespace.
    pub names: Vec<String>,
}

/// How many nodes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeCount {
    /// All.
    pub total: u32,
    /// Those that are ready.
    pub ready: u32,
    /// Those that take no new pods.
    pub cordoned: u32,
}

/// How many pods.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodCount {
    /// All.
    pub total: u32,
    /// Those that run and are ready.
    pub ready: u32,
    /// Those that run.
    pub running: u32,
    /// Those that do not run yet.
    pub pending: u32,
    /// Those that ended well.
    pub succeeded: u32,
    /// Those that ended badly, evicted ones included.
    pub failed: u32,
}

/// Problems so far, by subject and reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Problems(BTreeMap<(Subject, String, String), Problem>);

impl Problems {
    fn add(&mut self, subject: Subject, name: String, fault: Fault) {
        let Fault { reason, message, apart } = fault;
        let apart = if apart { message.clone().unwrap_or_default() } else { String::new() };
        let problem = self.0.entry((subject, reason, apart)).or_insert_with_key(|(subject, reason, _)| {
            Problem { subject: *subject, reason: reason.clone(), message, count: 0, names: Vec::new() }
        });
        problem.count += 1;
        if problem.names.len() < NAMES {
            problem.names.push(clipped(&name));
        }
    }

    /// The most frequent first.
    fn sorted(self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.0.into_values().collect();
        problems.sort_by_key(|problem| (problem.subject, std::cmp::Reverse(problem.count)));
        problems
    }
}

/// What is wrong with one object.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    reason: String,
    message: Option<String>,
    /// Whether others with the same reason are the same only if they say the same.
    apart: bool,
}

impl Fault {
    fn new(reason: &str, message: Option<&str>) -> Self {
        let message = message.map(clipped).filter(|message| !message.is_empty());
        Self { reason: clipped(reason), message, apart: false }
    }
}

/// The nodes of a cluster as they are counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nodes {
    /// How many.
    pub count: NodeCount,
    problems: Problems,
}

impl Nodes {
    /// Counts one.
    pub fn add(&mut self, node: &Node) {
        self.count.total += 1;
        self.count.cordoned += u32::from(node.spec.unschedulable);
        let conditions = &node.status.conditions;
        let is_ready = condition(conditions, "Ready").is_some_and(|ready| ready.status == "True");
        self.count.ready += u32::from(is_ready);
        for fault in node_faults(conditions) {
            self.problems.add(Subject::Node, node.metadata.name.clone(), fault);
        }
    }

    /// What is wrong with them.
    pub fn problems(self) -> Vec<Problem> {
        self.problems.sorted()
    }
}

fn node_faults(conditions: &[Condition]) -> Vec<Fault> {
    let mut faults = Vec::new();
    match condition(conditions, "Ready") {
        Some(ready) if ready.status == "True" => {}
        Some(ready) => {
            let message = ready.message.as_deref().or(ready.reason.as_deref());
            faults.push(Fault { apart: true, ..Fault::new("NotReady", message) });
        }
        None => faults.push(Fault::new("NotReady", Some("the node says nothing of itself"))),
    }
    let pressure = ["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"];
    let bad = conditions.iter().filter(|one| one.status == "True" && pressure.contains(&one.kind.as_str()));
    faults.extend(bad.map(|one| Fault::new(&one.kind, one.message.as_deref())));
    faults
}

/// The pods of a cluster as they are counted, at a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pods {
    /// How many.
    pub count: PodCount,
    problems: Problems,
}

impl Pods {
    /// Counts one.
    pub fn add(&mut self, pod: &Pod, now: Timestamp) {
        let count = &mut self.count;
        count.total += 1;
        match pod.status.phase.as_str() {
            "Running" => count.running += 1,
            "Pending" => count.pending += 1,
            "Succeeded" => count.succeeded += 1,
            "Failed" => count.failed += 1,
            _ => {}
        }
        let is_ready = condition(&pod.status.conditions, "Ready").is_some_and(|ready| ready.status == "True");
        count.ready += u32::from(is_ready && pod.status.phase == "Running");
        if let Some(fault) = pod_fault(pod, now) {
            let namespace = pod.metadata.namespace.as_deref().unwrap_or("default");
            self.problems.add(Subject::Pod, format!("{namespace}/{}", pod.metadata.name), fault);
        }
    }

    /// What is wrong with them.
    pub fn problems(self) -> Vec<Problem> {
        self.problems.sorted()
    }
}

/// What is wrong with a pod; what ended well, was evicted and replaced, or is on its way is nothing.
fn pod_fault(pod: &Pod, now: Timestamp) -> Option<Fault> {
    let is_past =
        |time: Option<Timestamp>, patience| time.is_some_and(|time| now.duration_since(time) > patience);
    let status = &pod.status;
    if let Some(deleted) = pod.metadata.deletion_timestamp {
        let stuck = "its deletion was asked for and does not end";
        return is_past(Some(deleted), STARTING).then(|| Fault::new("Terminating", Some(stuck)));
    }
    match status.phase.as_str() {
        "Succeeded" => return None,
        "Failed" => {
            let is_replaced = pod.metadata.owner_references.iter().any(|owner| owner.controller);
            let is_evicted = status.reason.as_deref() == Some("Evicted");
            let reason = status.reason.as_deref().unwrap_or("Failed");
            return (!is_replaced && !is_evicted).then(|| Fault::new(reason, status.message.as_deref()));
        }
        _ => {}
    }
    if let Some(fault) = containers(pod).find_map(container_fault) {
        return Some(fault);
    }
    if let Some(fault) = unscheduled(&status.conditions) {
        return Some(fault);
    }
    if status.phase == "Pending" {
        let starting = "its containers have not been started yet";
        let is_late = is_past(pod.metadata.creation_timestamp, STARTING);
        return is_late.then(|| Fault::new("Pending", Some(starting)));
    }
    if let Some(fault) = containers(pod).find_map(|container| restarting(container, now)) {
        return Some(fault);
    }
    let ready = condition(&status.conditions, "Ready")?;
    let is_done = ready.reason.as_deref() == Some("PodCompleted");
    let is_unready = ready.status != "True" && !is_done && is_past(ready.last_transition_time, UNREADY);
    is_unready.then(|| Fault::new("NotReady", ready.message.as_deref()))
}

fn containers(pod: &Pod) -> impl Iterator<Item = &Container> {
    pod.status.init_container_statuses.iter().chain(&pod.status.container_statuses)
}

/// What a container waits for, if that is nothing that comes by itself.
fn container_fault(container: &Container) -> Option<Fault> {
    let waiting = container.state.waiting.as_ref()?;
    match waiting.reason.as_str() {
        "" | "ContainerCreating" | "PodInitializing" => None,
        "CrashLoopBackOff" => {
            let ended = container.last_state.terminated.as_ref().map(|ended| {
                let reason = ended.reason.as_deref().filter(|reason| *reason != "Error");
                reason.map_or_else(|| format!("exit status {}", ended.exit_code), str::to_owned)
            });
            let restarts = times(container.restart_count, "restart");
            let message = ended.map_or(restarts.clone(), |ended| format!("{ended}, {restarts}"));
            Some(Fault::new("CrashLoopBackOff", Some(&message)))
        }
        reason => Some(Fault::new(reason, waiting.message.as_deref())),
    }
}

fn restarting(container: &Container, now: Timestamp) -> Option<Fault> {
    let ended = container.last_state.terminated.as_ref()?;
    let ago = now.duration_since(ended.finished_at?);
    if container.restart_count < RESTARTS || ago > RECENTLY {
        return None;
    }
    let reason = ended.reason.as_deref().unwrap_or("Error");
    let restarts = times(container.restart_count, "restart");
    let message = format!("{restarts}, the last {} min ago ({reason})", ago.as_mins().max(0));
    Some(Fault::new("Restarting", Some(&message)))
}

/// Why no node takes the pod, in the scheduler's words.
fn unscheduled(conditions: &[Condition]) -> Option<Fault> {
    let scheduled = condition(conditions, "PodScheduled").filter(|scheduled| scheduled.status == "False")?;
    match scheduled.reason.as_deref() {
        // Somebody holds it back on purpose.
        Some("SchedulingGated") => None,
        _ => Some(Fault { apart: true, ..Fault::new("Pending", scheduled.message.as_deref()) }),
    }
}

fn condition<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    conditions.iter().find(|condition| condition.kind == kind)
}

/// "1 restart", "2 restarts".
pub(super) fn times(count: u32, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
