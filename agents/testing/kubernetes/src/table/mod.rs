//! What `kubectl get` prints: objects as the rows of a table.

mod columns;

use serde_json::{Value, json};

use crate::resources::Resource;
use columns::Column;

/// The form in which a client wants objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As they are.
    Whole,
    /// Their metadata only.
    Metadata,
    /// As rows; with them goes this much of each object.
    Table(Include),
}

/// How much of an object goes with its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Include {
    Nothing,
    Metadata,
    Object,
}

impl Form {
    /// The form that a client accepts first, of those that there are.
    pub(crate) fn accepted(accept: &str, include: Option<&str>) -> Self {
        let forms = accept.split(',').filter_map(|range| {
            let range = range.replace(' ', "");
            match range.split(';').find_map(|part| part.strip_prefix("as=")) {
                Some("Table") => Some(Self::Table(match include {
                    Some("None") => Include::Nothing,
                    Some("Object") => Include::Object,
                    _ => Include::Metadata,
                })),
                Some("PartialObjectMetadata" | "PartialObjectMetadataList") => Some(Self::Metadata),
                None if range.starts_with("application/json") || range.starts_with("*/*") => {
                    Some(Self::Whole)
                }
                _ => None,
            }
        });
        forms.into_iter().next().unwrap_or(Self::Whole)
    }

    /// One object.
    pub(crate) fn object(self, resource: &Resource, object: &Value) -> Value {
        match self {
            Self::Whole => object.clone(),
            Self::Metadata => metadata(object),
            Self::Table(include) => {
                let list = json!({"resourceVersion": object["metadata"]["resourceVersion"]});
                table(resource, &list, [object], include)
            }
        }
    }

    /// A list, with its metadata, as it is sent.
    pub(crate) fn list<'a>(
        self,
        resource: &Resource,
        list: &Value,
        items: impl IntoIterator<Item = &'a Value>,
    ) -> String {
        match self {
            Self::Whole => {
                // Not by way of a value: these may be ten thousand pods.
                let items: Vec<_> = items.into_iter().collect();
                let (api_version, kind) = (resource.api_version(), resource.kind);
                let items = serde_json::to_string(&items).unwrap();
                format!(
                    r#"{{"kind":"{kind}List","apiVersion":"{api_version}","metadata":{list},"items":{items}}}"#
                )
            }
            Self::Metadata => {
                let items: Vec<_> = items.into_iter().map(metadata).collect();
                let kind = "PartialObjectMetadataList";
                json!({"apiVersion": "meta.k8s.io/v1", "kind": kind, "metadata": list, "items": items})
                    .to_string()
            }
            Self::Table(include) => table(resource, list, items, include).to_string(),
        }
    }
}

fn table<'a>(
    resource: &Resource,
    list: &Value,
    items: impl IntoIterator<Item = &'a Value>,
    include: Include,
) -> Value {
    let columns = columns::of(resource);
    json!({
        "apiVersion": "meta.k8s.io/v1", "kind": "Table", "metadata": list,
        "columnDefinitions": columns.iter().map(definition).collect::<Vec<_>>(),
        "rows": items.into_iter().map(|item| row(columns, item, include)).collect::<Vec<_>>(),
    })
}

fn metadata(object: &Value) -> Value {
    json!({
        "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": object["metadata"],
    })
}

fn definition(column: &Column) -> Value {
    let format = if column.name == "Name" { "name" } else { "" };
    json!({
        "name": column.name, "type": "string", "format": format,
        "description": "", "priority": column.priority,
    })
}

fn row(columns: &[Column], object: &Value, include: Include) -> Value {
    let cells: Vec<_> = columns.iter().map(|column| (column.cell)(object)).collect();
    match include {
        Include::Nothing => json!({"cells": cells}),
        Include::Metadata => json!({"cells": cells, "object": metadata(object)}),
        Include::Object => json!({"cells": cells, "object": object}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_form_that_there_is() {
        for (accept, expected) in [
            ("", Form::Whole),
            ("application/json", Form::Whole),
            ("application/json;as=Table;v=v1;g=meta.k8s.io,application/json", Form::Table(Include::Metadata)),
            ("application/vnd.kubernetes.protobuf, application/json", Form::Whole),
            ("application/json; as=PartialObjectMetadataList; g=meta.k8s.io; v=v1", Form::Metadata),
        ] {
            assert_eq!(Form::accepted(accept, None), expected, "{accept}");
        }
    }
}
