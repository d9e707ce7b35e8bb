//! A scan as lines of JSON, for scripts. What stands here is promised: events and fields may be added, none changes its
//! meaning while `schema` is 1.

use agents::capabilities::journal::Holder;
use agents::capabilities::scan::{Ended, Plan};
use agents::pool::Progress;
use serde_json::{Value, json};

use super::words::Outcome;

/// The version of the schema.
const SCHEMA: u32 = 1;

/// Another process scans the same cluster.
pub(super) fn waiting(holder: &Holder) -> Value {
    json!({"event": "waiting", "pid": holder.pid, "done": holder.done, "total": holder.kinds})
}

/// What is to be done.
pub(super) fn plan(context: &str, server: &str, plan: &Plan, remarks: &[String]) -> Value {
    let ask: Vec<String> = plan.ask.iter().map(|definition| definition.kind.to_string()).collect();
    json!({
        "schema": SCHEMA, "event": "plan", "context": context, "server": server, "ask": ask,
        "unchanged": plan.unchanged, "failed_before": plan.failed.len(), "gone": plan.gone, "tokens": plan.tokens(),
        "remarks": remarks,
    })
}

/// A kind ended.
pub(super) fn ended(ended: &Ended) -> Value {
    match ended {
        Ended::Learned(learned) => json!({
            "event": "learned", "name": learned.kind.to_string(), "kind": learned.kind, "model": learned.model,
            "learned_at": learned.learned_at, "description": learned.description,
        }),
        Ended::Failed(failed) => json!({
            "event": "failed", "name": failed.kind.to_string(), "kind": failed.kind, "why": failed.why,
        }),
    }
}

/// How far it is.
pub(super) fn progress(progress: &Progress) -> Value {
    let servers: Vec<Value> = progress
        .servers
        .iter()
        .map(|server| {
            json!({
                "name": server.name, "running": server.running, "at_once": server.window,
                "requests": server.requests, "refused": server.refused,
                "latency_s": server.latency.map(|latency| latency.as_secs_f64()),
                "rests_s": server.rests.map(|rest| rest.as_secs_f64()), "over": server.over,
            })
        })
        .collect();
    json!({
        "event": "progress", "total": progress.total, "done": progress.done, "failed": progress.failed,
        "running": progress.running, "elapsed_s": progress.elapsed.as_secs_f64(), "a_minute": progress.rate(),
        "left_s": progress.left().map(|left| left.as_secs_f64()), "servers": servers,
    })
}

/// What it came to.
pub(super) fn report(outcome: &Outcome) -> Value {
    let failed: Vec<Value> = outcome
        .failed
        .iter()
        .map(|failed| json!({"name": failed.kind.to_string(), "why": failed.why}))
        .collect();
    let left: Vec<String> = outcome.left.iter().map(ToString::to_string).collect();
    let over: Vec<Value> = outcome.over.iter().map(|(name, why)| json!({"name": name, "why": why})).collect();
    json!({
        "event": "report", "context": outcome.context, "learned": outcome.learned, "unchanged": outcome.unchanged,
        "failed": failed, "not_asked": left, "over": over, "gone": outcome.gone, "requests": outcome.requests,
        "input_tokens": outcome.bill.usage.input_tokens, "output_tokens": outcome.bill.usage.output_tokens,
        "cost": outcome.bill.cost, "took_s": outcome.elapsed.as_secs_f64(),
        "in_sequence_s": outcome.in_sequence.as_secs_f64(),
    })
}
