//! Looking into one cluster for a model: objects as kubectl prints them, or whole; logs. Values of secrets are never
//! read out, and everything has its bounds.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use kube_client::core::Request as Verb;
use kube_client::core::params::ListParams;
use kube_client::core::subresource::LogParams;
use serde::Deserialize;
use serde_json::Value;

use super::Session;
use super::client::Cluster;
use super::read::late;
use super::resources::{self, Resource};
use super::trouble::{Kind, Trouble};

/// How long a look may take.
const DEADLINE: Duration = Duration::from_secs(15);

/// Rows of a table, and bytes of a document.
const ROWS: u32 = 300;
const BYTES: usize = 4 << 20;

/// Bytes of a log, and lines at most.
const LOG: i64 = 64 << 10;
const LINES: i64 = 1000;

/// The form in which a cluster prints tables itself.
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

/// What a look is at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// The context.
    pub context: String,
    /// The resource, as kubectl takes it.
    pub resource: String,
    /// The object; none, and all are listed.
    pub name: Option<String>,
    /// The namespace; none, and the context's is taken.
    pub namespace: Option<String>,
    /// Whether all namespaces are looked at.
    pub all_namespaces: bool,
    /// Selects by labels.
    pub label_selector: Option<String>,
    /// Selects by fields.
    pub field_selector: Option<String>,
    /// Whether whole objects are wanted, not rows.
    pub whole: bool,
}

/// The log that a look is at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct WantedLog {
    /// The context.
    pub context: String,
    /// The namespace; none, and the context's is taken.
    pub namespace: Option<String>,
    /// The pod.
    pub pod: String,
    /// The container, where there are several.
    pub container: Option<String>,
    /// Whether the log is that of the container before its last restart.
    pub previous: bool,
    /// Lines from its end.
    pub lines: Option<i64>,
}

/// Reads objects.
pub async fn get(session: &Session, wanted: &Wanted) -> Result<String, Trouble> {
    within(async {
        let (cluster, namespace) = reach(session, &wanted.context, wanted.namespace.as_deref()).await?;
        let resource = resources::find(&cluster, &wanted.resource).await?;
        let namespace = (!wanted.all_namespaces).then_some(namespace);
        let path = path(&resource, namespace.as_deref(), wanted)?;
        if wanted.whole {
            let document: Value = serde_json::from_slice(
                &cluster.text(&path, "application/json", BYTES).await?,
            )
            .map_err(|_| Trouble::new(Kind::Garbage, "it is too large to be read whole; name one object"))?;
            return yaml(document);
        }
        let table = cluster.text(&path, TABLE, BYTES).await?;
        let table: Table = serde_json::from_slice(&table).map_err(|_| {
            Trouble::new(Kind::Garbage, "the cluster did not print a table; ask for whole objects")
        })?;
        Ok(table.print(&resource, wanted.all_namespaces))
    })
    .await
}

/// Reads the end of a log.
pub async fn logs(session: &Session, wanted: &WantedLog) -> Result<String, Trouble> {
    within(async {
        let (cluster, namespace) = reach(session, &wanted.context, wanted.namespace.as_deref()).await?;
        let params = LogParams {
            container: wanted.container.clone().filter(|name| !name.is_empty()),
            previous: wanted.previous,
            tail_lines: Some(wanted.lines.unwrap_or(100).clamp(1, LINES)),
            limit_bytes: Some(LOG),
            ..LogParams::default()
        };
        let verb = Verb::new(format!("/api/v1/namespaces/{}/pods", segment(&namespace)?));
        let request = verb.logs(segment(&wanted.pod)?, &params);
        let request = request.map_err(|error| Trouble::new(Kind::Kubeconfig, error.to_string()))?;
        let path = request.uri().path_and_query().map_or("", |path| path.as_str());
        let log = cluster.text(path, "*/*", usize::try_from(LOG).unwrap_or(0)).await?;
        let log = String::from_utf8_lossy(&log).into_owned();
        Ok(if log.trim().is_empty() { "The log is empty.".to_owned() } else { log })
    })
    .await
}

async fn within<T>(look: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    tokio::time::timeout(DEADLINE, look).await.unwrap_or_else(|_| Err(late(DEADLINE)))
}

/// A client for a context, and the namespace that is meant.
async fn reach(
    session: &Session,
    context: &str,
    namespace: Option<&str>,
) -> Result<(Cluster, String), Trouble> {
    let contexts = session.contexts().await;
    let wanted = if context.is_empty() { contexts.current.as_deref().unwrap_or_default() } else { context };
    let entry = contexts.entries.iter().find(|entry| entry.name == wanted).ok_or_else(|| {
        let names = contexts.names().join(", ");
        Trouble::new(Kind::Kubeconfig, format!("there is no context {context:?}; there are: {names}"))
    })?;
    let namespace = namespace.filter(|namespace| !namespace.is_empty()).or(entry.namespace.as_deref());
    let namespace = namespace.unwrap_or("default").to_owned();
    Ok((Cluster::connect(entry, &Arc::new(session.clone())).await?, namespace))
}

/// A name as a part of a path: no name of Kubernetes leads out of it.
fn segment(name: &str) -> Result<&str, Trouble> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
    let is_name = !name.is_empty() && name != "." && name != ".." && name.chars().all(is_plain);
    is_name
        .then_some(name)
        .ok_or_else(|| Trouble::new(Kind::NotFound, format!("{name:?} is no name of an object")))
}

fn path(resource: &Resource, namespace: Option<&str>, wanted: &Wanted) -> Result<String, Trouble> {
    let namespace = namespace.map(segment).transpose()?;
    let name = wanted.name.as_deref().filter(|name| !name.is_empty()).map(segment).transpose()?;
    let path = resource.path(namespace, name);
    if name.is_some() {
        return Ok(path);
    }
    let selector = |selector: &Option<String>| selector.clone().filter(|selector| !selector.is_empty());
    let params = ListParams {
        label_selector: selector(&wanted.label_selector),
        field_selector: selector(&wanted.field_selector),
        limit: Some(ROWS),
        ..ListParams::default()
    };
    let request = Verb::new(path).list(&params);
    let request = request.map_err(|error| Trouble::new(Kind::Internal, error.to_string()))?;
    Ok(request.uri().path_and_query().map(ToString::to_string).unwrap_or_default())
}

/// A table that the cluster printed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table {
    column_definitions: Vec<Column>,
    #[serde(default)]
    rows: Vec<Row>,
    #[serde(default)]
    metadata: super::items::ListMeta,
}

#[derive(Debug, Deserialize)]
struct Column {
    name: String,
    #[serde(default)]
    priority: i32,
}

#[derive(Debug, Deserialize)]
struct Row {
    cells: Vec<Value>,
    #[serde(default)]
    object: Object,
}

#[derive(Debug, Default, Deserialize)]
struct Object {
    #[serde(default)]
    metadata: super::objects::Meta,
}

impl Table {
    fn print(&self, resource: &Resource, with_namespaces: bool) -> String {
        if self.rows.is_empty() {
            return format!("No {} found.", resource.plural);
        }
        let with_namespaces = with_namespaces && resource.namespaced;
        let columns: Vec<usize> = (0..self.column_definitions.len())
            .filter(|at| self.column_definitions[*at].priority == 0)
            .collect();
        let mut text = String::new();
        let names = columns.iter().map(|at| self.column_definitions[*at].name.to_uppercase());
        let namespace = with_namespaces.then(|| "NAMESPACE".to_owned());
        line(&mut text, namespace.into_iter().chain(names));
        for row in &self.rows {
            let cells = columns.iter().map(|at| row.cells.get(*at).map(cell).unwrap_or_default());
            let namespace =
                with_namespaces.then(|| row.object.metadata.namespace.clone().unwrap_or_default());
            line(&mut text, namespace.into_iter().chain(cells));
        }
        if self.metadata.next.as_ref().is_some_and(|next| !next.is_empty()) {
            let _ = writeln!(text, "[more than {ROWS}; select by namespace, label or name]");
        }
        text
    }
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.collect();
    let _ = writeln!(text, "{}", cells.join(" | "));
}

fn cell(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Objects as YAML, without what only machines read, and without the values of secrets.
fn yaml(mut document: Value) -> Result<String, Trouble> {
    // The items of a list do not say their kind.
    let is_secret = document["kind"].as_str().is_some_and(|kind| kind.starts_with("Secret"));
    match document.get_mut("items").and_then(Value::as_array_mut) {
        Some(items) => items.iter_mut().for_each(|item| clean(item, is_secret)),
        None => clean(&mut document, is_secret),
    }
    serde_yaml::to_string(&document).map_err(|error| Trouble::new(Kind::Internal, error.to_string()))
}

/// Takes out of an object what nobody reads or nobody may.
pub(super) fn clean(object: &mut Value, is_secret: bool) {
    /// The whole object once more, as it was applied: with its secrets.
    const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove(APPLIED);
        }
    }
    for field in ["data", "stringData"] {
        let values = object.get_mut(field).filter(|_| is_secret).and_then(Value::as_object_mut);
        for value in values.into_iter().flat_map(serde_json::Map::values_mut) {
            *value = "(not shown)".into();
        }
    }
}

#[cfg(test)]
mod tests;
