//! Label and field selectors.

use serde_json::Value;

use crate::query::Query;
use crate::status::Refusal;

/// What objects of a list must be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Selectors {
    labels: Vec<(String, Condition)>,
    fields: Vec<(String, Condition)>,
}

#[derive(Debug, PartialEq, Eq)]
enum Condition {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Absent,
}

impl Selectors {
    /// The selectors of a query.
    pub(crate) fn of(query: &Query) -> Result<Self, Refusal> {
        let bad = |text: &str| Refusal::bad_request(format!("unable to parse requirement: {text}"));
        let parse = |name: &str| {
            let text = query.get(name).unwrap_or_default();
            split(text)
                .into_iter()
                .map(|part| condition(part).ok_or_else(|| bad(part)))
                .collect::<Result<_, _>>()
        };
        let selectors = Self { labels: parse("labelSelector")?, fields: parse("fieldSelector")? };
        match selectors.fields.iter().find(|(field, _)| !FIELDS.contains(&field.as_str())) {
            Some((field, _)) => Err(Refusal::bad_request(format!("field label not supported: {field}"))),
            None => Ok(selectors),
        }
    }

    /// Whether an object is selected.
    pub(crate) fn take(&self, object: &Value) -> bool {
        let label = |name: &String| object["metadata"]["labels"][name].as_str();
        self.labels.iter().all(|(name, condition)| condition.holds(label(name)))
            && self.fields.iter().all(|(path, condition)| condition.holds(Some(&field(object, path))))
    }
}

impl Condition {
    fn holds(&self, value: Option<&str>) -> bool {
        match self {
            Self::In(values) => value.is_some_and(|value| values.iter().any(|it| it == value)),
            Self::NotIn(values) => value.is_none_or(|value| values.iter().all(|it| it != value)),
            Self::Exists => value.is_some(),
            Self::Absent => value.is_none(),
        }
    }
}

/// The fields that can be selected by.
const FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "spec.nodeName",
    "status.phase",
    "involvedObject.kind",
    "involvedObject.name",
    "involvedObject.namespace",
    "reason",
    "type",
];

fn field(object: &Value, path: &str) -> String {
    let value = path.split('.').fold(object, |value, name| &value[name]);
    value.as_str().unwrap_or_default().to_owned()
}

/// The requirements, which commas divide, but not those in parentheses.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0;
    let parts = text.split(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn condition(text: &str) -> Option<(String, Condition)> {
    let one = |name: &str, value: &str, condition: fn(Vec<String>) -> Condition| {
        (name.trim().to_owned(), condition(vec![value.trim().to_owned()]))
    };
    if let Some((name, value)) = text.split_once("!=") {
        return Some(one(name, value, Condition::NotIn));
    }
    if let Some((name, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        return Some(one(name, value, Condition::In));
    }
    if let Some(name) = text.strip_prefix('!') {
        return Some((name.to_owned(), Condition::Absent));
    }
    let Some((head, values)) = text.split_once('(') else {
        return (!text.contains(' ')).then(|| (text.to_owned(), Condition::Exists));
    };
    let values = values.strip_suffix(')')?.split(',').map(|value| value.trim().to_owned()).collect();
    match head.split_whitespace().collect::<Vec<_>>()[..] {
        [name, "in"] => Some((name.to_owned(), Condition::In(values))),
        [name, "notin"] => Some((name.to_owned(), Condition::NotIn(values))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selection() {
        let pod = json!({
            "metadata": {"name": "api-1", "labels": {"app": "api", "tier": "web"}},
            "spec": {"nodeName": "node-0"}, "status": {"phase": "Running"},
        });
        for (query, expected) in [
            ("", Some(true)),
            ("labelSelector=app%3Dapi", Some(true)),
            ("labelSelector=app%3D%3Dapi,tier!%3Dweb", Some(false)),
            ("labelSelector=app+in+(api,+web),tier", Some(true)),
            ("labelSelector=app+notin+(api)", Some(false)),
            ("labelSelector=!app", Some(false)),
            ("labelSelector=!track", Some(true)),
            ("labelSelector=app+like+api", None),
            ("fieldSelector=spec.nodeName%3Dnode-0,status.phase!%3DFailed", Some(true)),
            ("fieldSelector=metadata.name%3Dapi-2", Some(false)),
            ("fieldSelector=spec.image%3Dx", None),
        ] {
            let taken = Selectors::of(&Query::parse(query)).map(|selectors| selectors.take(&pod));
            assert_eq!(taken.ok(), expected, "{query}");
        }
    }
}
