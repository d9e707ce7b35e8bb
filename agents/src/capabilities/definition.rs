//! A kind's definition as a model is told of it: an outline of what its objects hold, always the same for the same
//! definition, and never larger than a model reads with ease.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::Kind;
use crate::digest::sha256;

/// Bytes of a definition as sent: some two thousand tokens.
const LARGEST: usize = 8 << 10;

/// How deep fields are told, and in how many letters each: the first of these that fits is taken.
const LEVELS: [(usize, usize); 9] =
    [(6, 160), (5, 120), (4, 120), (4, 60), (3, 60), (3, 0), (2, 60), (2, 0), (1, 0)];

/// What every object has.
const COMMON: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Values of an enumeration that are told.
const VALUES: usize = 12;

/// A kind and its definition as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The kind.
    pub kind: Kind,
    /// What a model is told of it.
    pub text: String,
}

/// A kind's definition as the cluster has it.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The kind.
    pub kind: &'a Kind,
    /// Its short names.
    pub short: &'a [String],
    /// The columns in which kubectl shows it.
    pub columns: &'a [Column],
    /// Its schema, where one could be read.
    pub schema: Option<&'a Value>,
    /// The schemas that it refers to, by their names.
    pub schemas: Option<&'a Map<String, Value>>,
}

/// A column in which kubectl shows objects of a kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// What stands in it.
    #[serde(rename = "type")]
    pub kind: String,
    /// In words.
    pub description: String,
}

impl Definition {
    /// The definition, reduced.
    pub fn of(source: Source<'_>) -> Self {
        let head = source.head();
        let room = LARGEST.saturating_sub(head.len());
        let outline = |(depth, letters)| source.fields(depth, letters);
        let mut fields = String::new();
        for level in LEVELS {
            fields = outline(level);
            if fields.len() <= room {
                break;
            }
        }
        // Hundreds of fields at one level: the first in the alphabet must do.
        if fields.len() > room {
            let cut = fields.floor_char_boundary(room);
            fields.truncate(fields[..cut].rfind('\n').map_or(0, |end| end + 1));
        }
        Self { kind: source.kind.clone(), text: head + &fields }
    }

    /// What a result of it is known by: the definition as sent, the prompt's version, the model.
    pub fn key(&self, prompt: u32, model: &str) -> String {
        sha256(format!("{prompt}\0{model}\0{}", self.text))
    }
}

impl Source<'_> {
    /// What stands above the fields.
    fn head(&self) -> String {
        let Self { kind, short, columns, .. } = self;
        let scope = if kind.namespaced { "namespaced" } else { "cluster-wide" };
        let mut head = format!("{kind}: kind {}, apiVersion {}, {scope}\n", kind.kind, kind.api_version());
        if !short.is_empty() {
            let _ = writeln!(head, "short names: {}", short.join(", "));
        }
        let about = self.schema.map(|schema| described(schema, 400)).unwrap_or_default();
        if !about.is_empty() {
            let _ = writeln!(head, "description: {about}");
        }
        if !columns.is_empty() {
            let columns = columns.iter().map(|column| match sentence(&column.description, 80) {
                about if about.is_empty() => format!("{} ({})", column.name, column.kind),
                about => format!("{} ({}): {about}", column.name, column.kind),
            });
            let _ = writeln!(head, "printed columns: {}", columns.collect::<Vec<_>>().join("; "));
        }
        head
    }

    fn fields(&self, depth: usize, letters: usize) -> String {
        let Some(schema) = self.schema else { return String::new() };
        let mut outline = Outline { schemas: self.schemas, letters, text: String::from("fields:\n") };
        outline.properties(schema, 0, depth);
        outline.text
    }
}

/// The fields, line by line.
struct Outline<'a> {
    schemas: Option<&'a Map<String, Value>>,
    letters: usize,
    text: String,
}

impl<'a> Outline<'a> {
    /// The fields of an object, by name.
    fn properties(&mut self, schema: &'a Value, level: usize, depth: usize) {
        let Some(fields) = schema.get("properties").and_then(Value::as_object) else { return };
        let mut fields: Vec<_> = fields.iter().collect();
        fields.sort_by_key(|(name, _)| *name);
        for (name, field) in fields {
            if level == 0 && COMMON.contains(&name.as_str()) {
                continue;
            }
            // What it has come to says less than what is wanted.
            let depth = if level == 0 && name == "status" { depth.min(2) } else { depth };
            self.field(name, field, level, depth);
        }
    }

    fn field(&mut self, name: &str, field: &'a Value, level: usize, depth: usize) {
        let whole = self.resolved(field);
        let about = Some(described(field, self.letters)).filter(|about| !about.is_empty());
        let about = about.unwrap_or_else(|| described(whole, self.letters));
        let _ = write!(self.text, "{}{name}: {}", "  ".repeat(level), self.kind(whole));
        let _ = if about.is_empty() { writeln!(self.text) } else { writeln!(self.text, " - {about}") };
        if level + 1 >= depth {
            return;
        }
        let inner = ["items", "additionalProperties"].into_iter().find_map(|below| whole.get(below));
        let inner = inner.filter(|inner| inner.is_object()).map_or(whole, |inner| self.resolved(inner));
        self.properties(inner, level + 1, depth);
    }

    /// The type of a field, with the values that it may have.
    fn kind(&self, field: &Value) -> String {
        let plain = field.get("type").and_then(Value::as_str).unwrap_or("any");
        let values = field.get("enum").and_then(Value::as_array).filter(|values| !values.is_empty());
        if let Some(values) = values {
            let told = values
                .iter()
                .take(VALUES)
                .map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
            return told.collect::<Vec<_>>().join("|");
        }
        match plain {
            "array" => {
                let items = field.get("items").map(|items| self.kind(self.resolved(items)));
                format!("{}[]", items.as_deref().unwrap_or("any"))
            }
            plain => plain.to_owned(),
        }
    }

    /// The schema that a reference leads to; one that leads nowhere is itself.
    fn resolved<'s>(&self, schema: &'s Value) -> &'s Value
    where
        'a: 's,
    {
        let reference = schema.get("$ref").or_else(|| schema.get("allOf")?.get(0)?.get("$ref"));
        let name = reference.and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
        name.and_then(|name| self.schemas?.get(name)).unwrap_or(schema)
    }
}

/// What a schema says of itself.
fn described(schema: &Value, letters: usize) -> String {
    sentence(schema.get("description").and_then(Value::as_str).unwrap_or_default(), letters)
}

/// The first sentence of a text, on one line and of at most so many bytes.
fn sentence(text: &str, letters: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|letter| !letter.is_control()).collect();
    let end = line.find(". ").unwrap_or(line.len());
    let kept = line[..end.min(line.floor_char_boundary(letters))].trim_end_matches('.').trim_end();
    if kept.len() < end && letters > 0 && end > letters { format!("{kept}…") } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind() -> Kind {
        Kind {
            group: "db.example".into(),
            version: "v1".into(),
            kind: "Cluster".into(),
            plural: "clusters".into(),
            namespaced: true,
        }
    }

    fn definition(schema: &Value, schemas: Option<&Map<String, Value>>) -> Definition {
        let column =
            Column { name: "Ready".into(), kind: "integer".into(), description: "How many. Really.".into() };
        let (kind, short, columns) = (kind(), ["dbc".to_owned()], [column]);
        Definition::of(Source {
            kind: &kind,
            short: &short,
            columns: &columns,
            schema: Some(schema),
            schemas,
        })
    }

    #[test]
    fn a_definition_reads_as_an_outline() {
        let schema = json!({"type": "object", "description": "A database.  With\nreplicas. More.", "properties": {
            "kind": {"type": "string"}, "metadata": {"type": "object"},
            "spec": {"type": "object", "description": "What is wanted", "properties": {
                "size": {"type": "integer", "description": "How many"},
                "engine": {"type": "string", "enum": ["postgresql", "mysql"]},
                "backups": {"type": "array", "items": {"type": "object", "properties": {"to": {"type": "string"}}}},
                "storage": {"allOf": [{"$ref": "#/components/schemas/Storage"}], "default": {}},
            }},
            "status": {"type": "object", "properties": {"phase": {"type": "string"}}},
        }});
        let schemas = json!({"Storage": {"type": "object", "description": "Disks", "properties": {"class": {"type": "string"}}}});
        let text = definition(&schema, schemas.as_object()).text;
        let expected = "\
clusters.db.example: kind Cluster, apiVersion db.example/v1, namespaced
short names: dbc
description: A database
printed columns: Ready (integer): How many
fields:
spec: object - What is wanted
  backups: object[]
    to: string
  engine: postgresql|mysql
  size: integer - How many
  storage: object - Disks
    class: string
status: object
  phase: string
";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_large_definition_loses_its_depths_first_and_never_exceeds_the_limit() {
        fn nested(depth: usize) -> Value {
            if depth == 0 {
                return json!({"type": "string", "description": "x".repeat(300)});
            }
            let fields = (0..12).map(|number| (format!("field{number}"), nested(depth - 1)));
            json!({"type": "object", "properties": fields.collect::<Map<_, _>>()})
        }
        let text = definition(&json!({"properties": {"spec": nested(4)}}), None).text;
        assert!(text.len() <= LARGEST && text.contains("  field11: object\n"), "{}", text.len());
        let wide = (0..4000).map(|number| (format!("field{number}"), json!({"type": "string"})));
        let text = definition(&json!({"properties": wide.collect::<Map<_, _>>()}), None).text;
        assert!(text.len() <= LARGEST && text.ends_with(": string\n"), "{}", text.len());
    }

    #[test]
    fn a_schema_that_leads_to_itself_ends() {
        let schemas =
            json!({"S": {"type": "object", "properties": {"again": {"$ref": "#/components/schemas/S"}}}});
        let text = definition(&json!({"properties": {"s": {"$ref": "x/S"}}}), schemas.as_object()).text;
        assert_eq!(text.matches("again").count(), 5);
    }

    #[test]
    fn the_key_is_of_all_that_decides_what_is_said() {
        let (one, other) = (definition(&json!({}), None), definition(&json!({"description": "x"}), None));
        let key = one.key(1, "m");
        assert_eq!((key.len(), &key), (64, &one.key(1, "m")));
        for other in [one.key(2, "m"), one.key(1, "n"), other.key(1, "m")] {
            assert_ne!(key, other);
        }
    }

    #[test]
    fn sentences_are_cut_within_no_character() {
        for (text, letters, expected) in [
            ("One. Two.", 99, "One"),
            ("Größe", 4, "Grö…"),
            ("", 9, ""),
            ("Anything", 0, ""),
            ("v1.2 is it", 99, "v1.2 is it"),
        ] {
            assert_eq!(sentence(text, letters), expected);
        }
    }
}
