//! What a model that knows Kubernetes would answer to the question of a scan.

use serde_json::{Value, json};

use crate::model_server::{Reply, Request};

/// The names of the kinds that a request asks about.
pub(crate) fn asked(request: &Request) -> Vec<String> {
    let messages = request.body["messages"].as_array().unwrap();
    let question = messages.iter().find(|message| message["role"] == "user").unwrap();
    let lines = question["content"].as_str().unwrap().lines();
    lines.filter_map(|line| line.split_once(": kind ")).map(|(name, _)| name.to_owned()).collect()
}

/// The right answer.
pub(crate) fn answer(request: &Request) -> String {
    let kinds = asked(request).into_iter().map(|name| {
        json!({
            "name": name, "capabilities": ["relational database"], "providers": ["postgresql"],
            "abstractions": ["replication"], "complexity": "medium", "description": format!("{name} keeps data."),
            "use_case": "For data that must last.", "confidence": 0.9,
        })
    });
    json!({"kinds": kinds.collect::<Vec<Value>>()}).to_string()
}

/// The right answer, streamed.
pub(crate) fn right(request: &Request) -> Reply {
    Reply::text(&[&answer(request)])
}
