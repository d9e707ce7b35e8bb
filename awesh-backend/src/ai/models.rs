//! The models that a server offers.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use super::Client;
use super::fault::Fault;

/// How long a list may take: somebody waits at the prompt for it.
const PATIENCE: Duration = Duration::from_secs(3);

/// The names, in order; nothing where the provider lists none.
pub(crate) async fn list(
    client: &Client,
    environment: &BTreeMap<String, String>,
) -> Result<Vec<String>, Fault> {
    let mut missing = Ok(Vec::new());
    for path in client.endpoint.provider.models {
        let asked = timeout(PATIENCE, client.get(path, environment)).await;
        match asked.unwrap_or(Err(Fault::Stalled(PATIENCE))) {
            Ok(document) => return read(&document).ok_or_else(no_list),
            // An older server may have it elsewhere.
            Err(fault) if fault.is_not_found() => missing = Err(fault),
            Err(fault) => return Err(fault),
        }
    }
    missing
}

fn no_list() -> Fault {
    Fault::Nonsense("a list of models without models".to_owned())
}

/// OpenAI's, Anthropic's and Ollama's forms.
fn read(document: &Value) -> Option<Vec<String>> {
    let models = document.get("data").or_else(|| document.get("models")).unwrap_or(document).as_array()?;
    let name = |model: &Value| {
        let name = ["id", "name", "model"].iter().find_map(|key| model[key].as_str());
        name.or_else(|| model.as_str()).map(str::to_owned)
    };
    let mut names: Vec<String> = models.iter().filter_map(name).collect();
    names.sort();
    names.dedup();
    Some(names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_in_the_forms_of_servers() {
        let names = Some(vec!["a".to_owned(), "b".to_owned()]);
        for document in [
            json!({"object": "list", "data": [{"id": "b", "object": "model"}, {"id": "a"}]}),
            json!({"models": [{"name": "a", "model": "a"}, {"name": "b"}]}),
            json!([{"id": "a"}, {"id": "a"}, {"id": "b"}]),
        ] {
            assert_eq!(read(&document), names, "{document}");
        }
        assert_eq!(read(&json!({"data": []})), Some(vec![]));
        assert_eq!(read(&json!({"error": "no"})), None);
    }
}
