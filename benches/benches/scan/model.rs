//! Model servers that answer what a scan asks, with the manners of real ones.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::model_server::{Handle, Reply, Request, answering};

/// One that answers after so many milliseconds.
pub fn steady(ms: u64) -> Handle {
    answering(move |request, _| right(request, ms))
}

/// One that refuses what is more than so many at a time.
pub fn limited(ms: u64, at_once: usize) -> Handle {
    answering(move |request, active| {
        if active > at_once {
            return Reply::refusal(429, "too many at a time").header("Retry-After", "1");
        }
        right(request, ms)
    })
}

/// One that breaks off every answer after so many.
pub fn dying(ms: u64, answers: usize) -> Handle {
    let count = AtomicUsize::new(0);
    answering(move |request, _| match count.fetch_add(1, Ordering::SeqCst) {
        number if number < answers => right(request, ms),
        _ => Reply::stream().cut(),
    })
}

fn right(request: &Request, ms: u64) -> Reply {
    let text = request.last("user");
    let names = text.lines().filter_map(|line| line.split_once(": kind ")).map(|(name, _)| name);
    let kinds = names.map(|name| {
        json!({
            "name": name, "capabilities": ["relational database", "automatic failover"], "providers": ["postgresql"],
            "abstractions": ["replication"], "complexity": "medium", "description": format!("{name} keeps data."),
            "use_case": "For data that must last.", "confidence": 0.9,
        })
    });
    let answer = json!({"kinds": kinds.collect::<Vec<Value>>()}).to_string();
    Reply::stream().pause(Duration::from_millis(ms)).piece(&answer).finish("stop")
}
