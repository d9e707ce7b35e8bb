//! A run as JSON, for scripts: an object a line. What stands here is promised: fields may be added, none changes its
//! meaning.

use std::collections::BTreeMap;
use std::time::Duration;

use agents::plan::{Again, Event, Graph, Outcome, Run, Summary};
use serde_json::{Value, json};

/// That a run begins.
pub(super) fn begun(graph: &Graph) -> String {
    let environments = graph.environments.iter().map(|own| own.name.as_str()).filter(|name| !name.is_empty());
    json!({
        "event": "begun",
        "plan": graph.plan.file,
        "environments": environments.collect::<Vec<_>>(),
        "steps": graph.nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(),
    })
    .to_string()
}

/// Something that happened, so long after the beginning.
pub(super) fn event(graph: &Graph, event: &Event, at: Duration) -> String {
    let name = |node: usize| graph.nodes[node].name.as_str();
    match event {
        Event::Started(node) => json!({"event": "started", "step": name(*node), "at_ms": ms(at)}),
        Event::Again(Again { node, attempt, why }) => {
            json!({"event": "again", "step": name(*node), "attempt": attempt, "why": why})
        }
        Event::Ended(node, outcome) => ended(name(*node), outcome),
    }
    .to_string()
}

fn ended(name: &str, outcome: &Outcome) -> Value {
    let fate = match outcome.fate.word() {
        "done" => "succeeded".to_owned(),
        word => word.replace(' ', "_"),
    };
    json!({
        "event": "ended",
        "step": name,
        "fate": fate,
        "why": outcome.fate.why(),
        "took_ms": ms(outcome.took),
        "attempts": outcome.attempts,
        "outputs": outcome.outputs,
    })
}

/// What it came to.
pub(super) fn summary(graph: &Graph, run: &Run) -> String {
    let summary = Summary::of(graph, run);
    let step =
        |(node, took): &(usize, Duration)| json!({"step": graph.nodes[*node].name, "took_ms": ms(*took)});
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    run.outcomes.iter().for_each(|outcome| *counts.entry(outcome.fate.word()).or_default() += 1);
    let document = json!({
        "event": "summary",
        "success": run.is_success(),
        "took_ms": ms(summary.took),
        "took_with_background_ms": ms(summary.took_with_background),
        "one_by_one_ms": ms(summary.one_by_one),
        "critical_path": summary.critical_path.iter().map(step).collect::<Vec<_>>(),
        "counts": counts,
    });
    format!("{document}\n")
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
