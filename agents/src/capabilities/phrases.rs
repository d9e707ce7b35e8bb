//! Which questions ask what clusters can do: shapes with an open place, and what may stand in it.
//!
//! A shape alone claims too much ("what can run here?"), so what is asked for must be something that clusters are
//! known to do. All else is left to a model, which has the same knowledge as a tool.

use crate::kubernetes::{NAME, without_names};
use crate::words::Words;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// What is to be done, as it was worded.
    pub(super) what: String,
    /// Where.
    pub(super) whose: Whose,
    /// Whether yes or no is an answer.
    pub(super) is_yes_or_no: bool,
}

/// Which clusters are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Whose {
    /// That of the current context.
    Current,
    /// All.
    All,
    /// Those of these contexts.
    Named(Vec<String>),
}

/// Shapes about all clusters; `OUR` whose they are, `CAN` that they can.
const ALL: [&str; 5] = [
    "which|what [of] [OUR] [K] clusters|cluster CAN +",
    "which|what [of] [OUR] [K] clusters|cluster has|have +",
    "where [in|on] [OUR] [K] clusters can i|we|one run|host|put|create|deploy|store +",
    "can|could any [of] [OUR] [K] clusters|cluster +",
    "do|does any [of] [OUR] [K] clusters|cluster support|supports|offer|provide|have +",
];

/// Shapes about one cluster, each ending with where, if that is not its subject; `AT` stands for where.
const ONE: [&str; 8] = [
    "what|which|who can|could + AT",
    "what|which|who provides|offers|handles|issues|supports + AT",
    "what|which kinds|kind|resources|resource|operators|operator can|could|provide|provides|offer|offers + AT",
    "what is there|available for + AT",
    "what can i|we use for + AT",
    "is|are there anything|something for + AT",
    "can i|we run|have|host|get|create|use|issue|provision + AT",
    "what does|do IT offer|provide|support|have for +",
];

/// Shapes whose subject is the cluster, and yes or no an answer.
const WHETHER: [&str; 3] =
    ["can|could IT +", "does|do IT support|offer|provide|have|handle +", "is IT able to +"];

/// Places that say the current cluster; taken off the end they would be lost.
const HERE: &str = "here|in here|on here|over here";

/// What clusters are asked to do: some word of these must be in the open place.
const KNOWN: &str = "\
    database databases db postgres postgresql mysql mariadb mongo mongodb redis valkey memcached cassandra clickhouse \
    elasticsearch opensearch sql nosql cache caches caching queue queues queueing messaging message messages broker \
    brokers kafka rabbitmq nats pubsub event events eventing streaming stream streams ingress ingresses route routes \
    routing gateway gateways loadbalancer loadbalancers balancer balancers balancing certificate certificates cert \
    certs tls ssl dns storage volume volumes bucket buckets s3 nfs filesystem snapshot snapshots backup backups \
    restore restores monitoring metrics alerts alerting logging logs tracing traces dashboards autoscale autoscaling \
    autoscaler scale scaling secret secrets vault pipelines pipeline ci cd gitops deployments workflow workflows \
    serverless function functions job jobs cron cronjob cronjobs batch mesh canary canaries rollout rollouts policy \
    policies networking network gpu gpus vm vms virtual registry registries rbac auth authentication sso oidc \
    infrastructure crossplane terraform helm stateful statefulset statefulsets daemons webhook webhooks quota quotas";

/// Words that ask for judgement, for a deed, or for numbers: not a matter of kinds.
const BEYOND: &str = "\
    why how should must i you me he she they who wrong broken fail fails failing failed crash crashed crashing slow slower \
    faster down cause causes caused cost costs break breaks happen happens done better best instead delete deleted \
    remove removed restart restarted my your stuck reach reached see access explain without this that script file files \
    directory folder repo repository code project app";

/// What a question asks of clusters, if it asks that and nothing else. `contexts` are the names that there are.
pub(super) fn understand(text: &str, contexts: &[String]) -> Option<Asked> {
    let named = without_names(text, contexts);
    let (text, names) = named.unwrap_or_else(|| (text.to_owned(), Vec::new()));
    // The place is part of the shape.
    let marked = mark_place(&text);
    let words = Words::of(&marked, "");
    if names.is_empty()
        && let Some(what) = capture(&words, &ALL)
    {
        let is_yes_or_no = marked.starts_with("can") || marked.starts_with("do");
        return Some(Asked { what, whose: Whose::All, is_yes_or_no });
    }
    let whose = if names.is_empty() { Whose::Current } else { Whose::Named(names) };
    if let Some(what) = capture(&words, &WHETHER) {
        return Some(Asked { what, whose, is_yes_or_no: true });
    }
    let what = capture(&words, &ONE)?;
    let is_yes_or_no = ["can ", "is ", "are "].iter().any(|first| marked.starts_with(first));
    Some(Asked { what, whose, is_yes_or_no })
}

/// Stands for the place at the end of a question.
const PLACE: &str = "thisplace";

/// The text with one word for "here", "in this cluster" or "on NAME" at its end.
fn mark_place(text: &str) -> String {
    let text = text.trim().trim_end_matches(['?', '!', '.']).trim_end().to_lowercase();
    let clusters = ["this", "the", "my", "our", "the current"].map(|whose| format!("{whose} cluster"));
    let named = [
        NAME.to_owned(),
        format!("{NAME} cluster"),
        format!("the {NAME} cluster"),
        format!("cluster {NAME}"),
    ];
    let subjects = clusters.iter().chain(&named);
    let places = subjects.flat_map(|subject| ["in", "on", "inside"].map(|at| format!("{at} {subject}")));
    let places = places.chain(HERE.split('|').map(str::to_owned));
    let ends = places.filter_map(|place| text.strip_suffix(&place)?.strip_suffix(' ').map(str::to_owned));
    ends.min_by_key(String::len).map_or(text, |rest| format!("{rest} {PLACE}"))
}

/// What stands in the open place of the first shape that matches, where clusters are known to do such a thing.
fn capture(words: &Words, shapes: &[&str]) -> Option<String> {
    let subjects =
        ["this|the|our [K] cluster", &format!("[the] {NAME} [cluster]"), &format!("cluster {NAME}")]
            .map(str::to_owned);
    let shapes =
        shapes.iter().flat_map(|shape| subjects.iter().map(move |subject| shape.replace("IT", subject)));
    let mut captured = shapes.filter_map(|shape| {
        let parts = shape.split(' ').map(|part| match part {
            "[OUR]" => "[my|the|our|these|all]".to_owned(),
            "[K]" => "[kubernetes|k8s|kube]".to_owned(),
            "CAN" => "can|could|support|supports|offer|offers|provide|provides|handle|handles".to_owned(),
            "AT" => PLACE.to_owned(),
            part => part.to_owned(),
        });
        words.capture(&parts.collect::<Vec<_>>().join(" "))
    });
    captured.find(|what| is_known(what))
}

fn is_known(what: &str) -> bool {
    /// More words than these say more than what is to be done.
    const MOST: usize = 8;
    let words: Vec<&str> =
        what.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_one_of = |list: &str| words.iter().any(|word| list.split_whitespace().any(|one| one == *word));
    words.len() <= MOST
        && is_one_of(KNOWN)
        && !is_one_of(BEYOND)
        && !what.contains(PLACE)
        && !what.contains(NAME)
}

#[cfg(test)]
mod tests;
