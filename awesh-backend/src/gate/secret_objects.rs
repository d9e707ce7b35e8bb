//! Kubernetes Secrets in a text: the values of `data` and `stringData`, as YAML and as JSON, and what a command
//! that takes a Secret apart prints. Pure.

use std::ops::Range;

use super::values;

/// Where the values of Secrets stand.
pub(super) fn values(text: &str) -> Vec<Range<usize>> {
    let is_secret = ["kind: Secret", "\"kind\": \"Secret\"", "\"kind\":\"Secret\""];
    if !is_secret.iter().any(|kind| text.contains(kind)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (mut at, mut block) = (0, None);
    for line in text.split_inclusive('\n') {
        let body = line.trim_start_matches([' ', '-']);
        let indent = line.len() - body.len();
        let name = body.split(':').next().unwrap_or_default().trim_matches('"');
        let value = body.find(':').map_or(line.len(), |colon| indent + colon + 1);
        let rest = line[value.min(line.len())..].trim();
        let opens = matches!(name, "data" | "stringData") && (rest.is_empty() || rest == "{");
        let is_within = block.is_some_and(|outer| indent > outer) && !body.trim().is_empty();
        if opens {
            block = Some(indent);
        } else if !is_within && !body.trim().is_empty() {
            block = None;
        } else if is_within && !rest.is_empty() {
            let blanks = line[value..].len() - line[value..].trim_start().len();
            let range = values::at(text, at + value + blanks);
            found.extend((!range.is_empty()).then_some(range));
        }
        at += line.len();
    }
    found
}

/// Whether a command prints the values of a Secret by themselves.
pub(super) fn takes_apart(command: &str) -> bool {
    const WAYS: [&str; 6] =
        ["jsonpath", "template", "custom-columns", "base64 -d", "base64 --decode", "@base64d"];
    let names = ["get secret", "get secrets", "secrets ", "vault read", "vault kv get", "get-secret-value"];
    let decodes = WAYS.iter().any(|way| command.contains(way));
    let reads = command.contains("vault ")
        || command.contains("get-secret-value")
        || command.contains("secrets versions access");
    names.iter().any(|name| command.contains(name)) && decodes || reads
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_data_in_yaml_and_json() {
        let yaml = "apiVersion: v1\ndata:\n  password: aHVudGVyMjI=\n  pin: MTIz\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\n";
        let list = "items:\n- apiVersion: v1\n  stringData:\n    a: \"x y\"\n  kind: Secret\n  metadata:\n    name: db\n";
        let json = "{\n    \"kind\": \"Secret\",\n    \"data\": {\n        \"password\": \"aHVudGVyMjI=\"\n    },\n    \"metadata\": {\n        \"name\": \"db\"\n    }\n}";
        let found =
            |text: &str| values(text).into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>();
        assert_eq!(found(yaml), ["aHVudGVyMjI=", "MTIz"]);
        assert_eq!(found(list), ["x y"]);
        assert_eq!(found(json), ["aHVudGVyMjI="]);
        assert!(found(&yaml.replace("Secret", "ConfigMap")).is_empty());
    }

    #[test]
    fn commands_that_take_a_secret_apart() {
        for command in [
            "kubectl get secret db -o jsonpath='{.data.password}' | base64 -d",
            "kubectl get secrets db -o go-template='{{.data.pin}}'",
            "vault kv get -field=password secret/db",
            "aws secretsmanager get-secret-value --secret-id db",
        ] {
            assert!(takes_apart(command), "{command}");
        }
        for command in ["kubectl get secret db", "kubectl get pods -o jsonpath='{}'", "ls"] {
            assert!(!takes_apart(command), "{command}");
        }
    }
}
