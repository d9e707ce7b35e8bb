//! What the tests of all stores have in common.

use std::sync::Mutex;

use async_trait::async_trait;
use awesh_protocol::FailureKind;

use super::super::{Cluster, Complexity, Description, Kind, Learned};
use super::{Embedder, Entry, Vector};
use crate::agent::Failure;

pub(in super::super) fn cluster(context: &str) -> Cluster {
    Cluster { context: context.to_owned(), server: format!("https://{context}.example:6443") }
}

/// `clusters.postgresql.cnpg.io` and what it can do, in short.
pub(in super::super) fn learned(name: &str, capabilities: &str) -> Learned {
    let (plural, group) = name.split_once('.').unwrap_or((name, ""));
    let list = |text: &str| text.split(", ").map(str::to_owned).collect::<Vec<_>>();
    Learned {
        kind: kind(plural, group),
        key: format!("key of {name}: {capabilities}"),
        model: "m".to_owned(),
        learned_at: "2026-11-21T05:00:00Z".parse().unwrap(),
        description: Description {
            capabilities: list(capabilities),
            providers: Vec::new(),
            abstractions: Vec::new(),
            complexity: Complexity::Medium,
            description: format!("A {plural}."),
            use_case: String::new(),
            confidence: 0.9,
        },
    }
}

pub(super) fn kind(plural: &str, group: &str) -> Kind {
    let singular = plural.strip_suffix('s').unwrap_or(plural);
    let (first, rest) = singular.split_at(singular.len().min(1));
    Kind {
        group: group.to_owned(),
        version: "v1".to_owned(),
        kind: format!("{}{rest}", first.to_uppercase()),
        plural: plural.to_owned(),
        namespaced: true,
    }
}

pub(super) fn entry(name: &str, capabilities: &str, meaning: Option<[f32; 3]>) -> Entry {
    let meaning = meaning.and_then(|values| Vector::new("three", &values));
    Entry { learned: learned(name, capabilities), meaning }
}

/// Knows three meanings: of words about data, about networks and about certificates. Fails where it is told to.
#[derive(Debug, Default)]
pub(super) struct Three {
    pub(super) fault: Mutex<Option<String>>,
}

#[async_trait]
impl Embedder for Three {
    fn model(&self) -> &str {
        "three"
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Failure> {
        const MEANINGS: [&[&str]; 3] =
            [&["database", "tables", "sql"], &["route", "ingress", "traffic"], &["certificate", "x509"]];
        if let Some(fault) = self.fault.lock().unwrap().clone() {
            return Err(Failure::new(FailureKind::Network, fault));
        }
        let vector = |text: &String| {
            let count =
                |words: &&[&str]| words.iter().filter(|word| text.to_lowercase().contains(**word)).count();
            MEANINGS.iter().map(|words| f32::from(u8::try_from(count(words)).unwrap()) + 0.01).collect()
        };
        Ok(texts.iter().map(vector).collect())
    }
}
