//! What containers printed: lines made up from the pod's name, always the same.

use serde_json::Value;

use crate::query::Query;
use crate::status::Refusal;

/// How many lines a container has printed.
const LINES: usize = 40;

/// What a container of a pod printed.
pub(crate) fn printed(pod: &Value, query: &Query) -> Result<String, Refusal> {
    let name = pod["metadata"]["name"].as_str().unwrap_or_default();
    let containers: Vec<_> = pod["spec"]["containers"].as_array().into_iter().flatten().collect();
    let container = match query.get("container") {
        Some(wanted) => containers
            .iter()
            .find(|it| it["name"] == wanted)
            .ok_or_else(|| Refusal::bad_request(format!("container {wanted} is not valid for pod {name}")))?,
        None if containers.len() == 1 => containers[0],
        None => {
            return Err(Refusal::bad_request(format!("a container name must be specified for pod {name}")));
        }
    };
    let container = container["name"].as_str().unwrap_or_default();
    let wanted = query.number("tailLines").unwrap_or(LINES).min(LINES);
    let first = LINES - wanted;
    Ok((first..LINES).map(|line| format!("{name}/{container}: line {line}\n")).collect())
}
