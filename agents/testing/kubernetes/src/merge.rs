//! Patches, laid over the object that they are for.

use serde_json::{Map, Value};

/// Lays a JSON merge patch over an object.
pub(crate) fn merge(object: &mut Value, patch: &Value) {
    lay(object, patch, |place, list| *place = list.clone());
}

/// Lays a strategic merge patch over an object: entries of lists are found by their names.
pub(crate) fn strategic(object: &mut Value, patch: &Value) {
    lay(object, patch, merge_list);
}

fn lay(place: &mut Value, patch: &Value, list: fn(&mut Value, &Value)) {
    match patch {
        Value::Object(fields) => {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            for (name, value) in fields.iter().filter(|(name, _)| !name.starts_with('$')) {
                match value {
                    Value::Null => drop(place.as_object_mut().and_then(|fields| fields.remove(name))),
                    value => lay(&mut place[name], value, list),
                }
            }
        }
        Value::Array(_) => list(place, patch),
        value => *place = value.clone(),
    }
}

/// The fields by which entries of lists are told apart.
const KEYS: [&str; 5] = ["name", "containerPort", "port", "mountPath", "type"];

fn merge_list(place: &mut Value, patch: &Value) {
    let entries = patch.as_array().map_or(&[][..], Vec::as_slice);
    let key = KEYS.into_iter().find(|key| entries.iter().all(|entry| entry.get(key).is_some()));
    let (Some(key), Some(list)) = (key, place.as_array_mut()) else {
        *place = patch.clone();
        return;
    };
    for entry in entries {
        let found = list.iter().position(|it| it[key] == entry[key]);
        match (found, entry["$patch"] == "delete") {
            (Some(index), true) => drop(list.remove(index)),
            (None, true) => {}
            (Some(index), false) => lay(&mut list[index], entry, merge_list),
            (None, false) => list.push(entry.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patches() {
        let object = json!({"a": {"b": 1, "c": 2}, "list": [{"name": "x", "image": "1"}, {"name": "y"}]});
        let patch = json!({
            "a": {"b": null, "d": {"e": 3}},
            "$setElementOrder/list": [],
            "list": [{"name": "x", "image": "2"}, {"name": "y", "$patch": "delete"}, {"name": "z"}],
        });
        let mut merged = object.clone();
        strategic(&mut merged, &patch);
        let list = json!([{"name": "x", "image": "2"}, {"name": "z"}]);
        assert_eq!(merged, json!({"a": {"c": 2, "d": {"e": 3}}, "list": list}));
        let mut merged = object;
        merge(&mut merged, &json!({"list": [{"name": "z"}]}));
        assert_eq!(merged["list"], json!([{"name": "z"}]));
    }
}
