//! `config.toml`: tables and keys. A file that does not parse as a whole still gives what was understood.

use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::problem::{Origin, Problem, did_you_mean};
use super::sources::{Entry, in_file};
use super::table::{self, Name, SETTINGS};
use super::value::Raw;

/// Parses the text of the file at `path`.
pub(super) fn parse(text: &str, path: &Path, problems: &mut Vec<Problem>) -> Vec<Entry> {
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let line = error.span().map(|span| line_of(text, &span));
        problems.push(in_file(path, line, error.message().replace('\n', ", ")));
    }
    let mut file = File { text, path, problems, entries: Vec::new() };
    file.table("", document.get_ref());
    file.entries
}

struct File<'a> {
    text: &'a str,
    path: &'a Path,
    problems: &'a mut Vec<Problem>,
    entries: Vec<Entry>,
}

impl File<'_> {
    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let key = format!("{prefix}{}", name.get_ref());
            let line = line_of(self.text, &name.span());
            match (table::by_key(&key), value.get_ref()) {
                (Some(setting), value) => self.entries.push(Entry {
                    name: Name::Setting(setting),
                    raw: raw(value),
                    origin: Origin::File(self.path.to_owned()),
                    line: Some(line),
                }),
                // Only where a setting can be below: nesting has no end otherwise.
                (None, DeValue::Table(table)) if is_section(&key) => self.table(&format!("{key}."), table),
                (None, _) => self.unknown(&key, line),
            }
        }
    }

    fn unknown(&mut self, key: &str, line: usize) {
        let shown: String = key.chars().filter(|c| !c.is_control()).take(64).collect();
        self.problems.push(Problem {
            hint: did_you_mean(key, SETTINGS.iter().map(|setting| setting.key)),
            ..in_file(self.path, Some(line), format!("no such setting: {shown}"))
        });
    }
}

fn is_section(key: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.key.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(text.to_string()),
        DeValue::Boolean(on) => Raw::Switch(*on),
        DeValue::Integer(digits) => {
            i64::from_str_radix(digits.as_str(), digits.radix()).map_or(Raw::Other, Raw::Number)
        }
        DeValue::Array(items) => items
            .iter()
            .map(|item| item.get_ref().as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .map_or(Raw::Other, Raw::List),
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => Raw::Other,
    }
}

fn line_of(text: &str, span: &Range<usize>) -> usize {
    let before = &text.as_bytes()[..span.start.min(text.len())];
    1 + memchr::memchr_iter(b'\n', before).count()
}
