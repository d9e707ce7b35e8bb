//! Kinds as points of a collection; no I/O.

use std::collections::{BTreeMap, BTreeSet};

use awesh_protocol::FailureKind;
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::super::{Cluster, Kind, Learned};
use super::super::indexed::Indexed;
use super::super::{Fit, Found, Terms, terms};
use crate::agent::Failure;
use crate::digest::sha256;

/// The name of the sparse vectors.
pub(super) const WORDS: &str = "words";

/// How much a word counts in each field, the weightiest first; as in the other stores.
const WEIGHTS: [f32; 5] = [6.0, 4.0, 4.0, 2.0, 1.0];

/// How soon more of the same word count no more; BM25's.
const SATURATION: f32 = 1.2;

/// The id of a kind of a cluster: the same whoever writes it.
pub(super) fn id(cluster: &str, kind: &Kind) -> String {
    let hex = sha256(format!("{cluster}\0{kind}"));
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]].join("-")
}

/// A kind as a point.
pub(super) fn point(cluster: &Cluster, cluster_id: &str, learned: &Learned) -> Value {
    json!({
        "id": id(cluster_id, &learned.kind),
        "vector": {WORDS: sparse(&weights(learned))},
        "payload": {
            "cluster": cluster_id, "context": cluster.context, "server": cluster.server,
            "learned_at": learned.learned_at, "learned": learned,
        },
    })
}

/// Which points are looked at.
pub(super) fn filter(clusters: Option<&[String]>) -> Value {
    match clusters {
        Some(clusters) => json!({"must": [{"key": "cluster", "match": {"any": clusters}}]}),
        None => json!({}),
    }
}

/// Terms as a sparse vector. Of words for the same, the one that was written counts most.
pub(super) fn sought(terms: &Terms) -> Value {
    let mut weights = BTreeMap::new();
    for group in terms.groups() {
        for (place, word) in group.iter().enumerate() {
            let weight: f32 = if place == 0 { 1.0 } else { 0.5 };
            let known = weights.entry(index(&stem(word))).or_insert(weight);
            *known = known.max(weight);
        }
    }
    sparse(&weights)
}

/// Whether a kind says something of each term.
pub(super) fn says_all(learned: &Learned, terms: &Terms) -> bool {
    let indexed = Indexed::of(learned);
    let said: BTreeSet<String> =
        indexed.fields().iter().flat_map(|field| terms::words(field)).map(|word| stem(&word)).collect();
    terms.groups().iter().all(|group| group.iter().any(|word| said.contains(&stem(word))))
}

fn weights(learned: &Learned) -> BTreeMap<u32, f32> {
    let indexed = Indexed::of(learned);
    let mut counts: BTreeMap<u32, f32> = BTreeMap::new();
    for (field, weight) in indexed.fields().iter().zip(WEIGHTS) {
        for word in terms::words(field) {
            *counts.entry(index(&stem(&word))).or_default() += weight;
        }
    }
    counts.values_mut().for_each(|count| *count = *count * (SATURATION + 1.0) / (*count + SATURATION));
    counts
}

fn sparse(weights: &BTreeMap<u32, f32>) -> Value {
    json!({"indices": weights.keys().collect::<Vec<_>>(), "values": weights.values().collect::<Vec<_>>()})
}

/// A word's place in the sparse vectors.
fn index(word: &str) -> u32 {
    let hash = digest(&SHA256, word.as_bytes());
    hash.as_ref().iter().take(4).fold(0, |index, byte| index << 8 | u32::from(*byte))
}

/// A word without the ends that English puts on it: enough for queues and queue, scaling and scaled.
fn stem(word: &str) -> String {
    /// Ends and what takes their place, the longest first.
    const ENDS: [(&str, &str); 9] = [
        ("ations", ""),
        ("ation", ""),
        ("ings", ""),
        ("ing", ""),
        ("ies", "y"),
        ("ers", ""),
        ("ed", ""),
        ("er", ""),
        ("s", ""),
    ];
    let cut = ENDS.iter().filter(|_| !word.ends_with("ss")).find_map(|(end, instead)| {
        let rest = word.strip_suffix(end)?;
        (rest.len() >= 4 || *end == "s" && rest.len() >= 2).then(|| format!("{rest}{instead}"))
    });
    let stem = cut.unwrap_or_else(|| word.to_owned());
    stem.strip_suffix('e').filter(|rest| rest.len() >= 4).map_or(stem.clone(), str::to_owned)
}

/// Points of an answer, by their ids, with what they hold.
pub(super) fn with_ids(points: Option<Value>) -> Vec<(String, Value)> {
    let points = match points {
        Some(Value::Array(points)) => points,
        _ => Vec::new(),
    };
    let with_id = |mut point: Value| Some((point["id"].as_str()?.to_owned(), point["payload"].take()));
    points.into_iter().filter_map(with_id).collect()
}

/// What a point holds.
pub(super) fn read(payload: &Value, fit: Fit) -> Result<Found, Failure> {
    let (_, cluster, _) = cluster(payload)?;
    Ok(Found { cluster, learned: learned(payload)?, fit })
}

/// What was learned of a kind.
pub(super) fn learned(payload: &Value) -> Result<Learned, Failure> {
    part(payload, "learned")
}

/// The cluster of a point, its id and when the point was learned.
pub(super) fn cluster(payload: &Value) -> Result<(String, Cluster, Timestamp), Failure> {
    let cluster = Cluster { context: part(payload, "context")?, server: part(payload, "server")? };
    Ok((part(payload, "cluster")?, cluster, part(payload, "learned_at")?))
}

fn part<T: DeserializeOwned>(payload: &Value, name: &str) -> Result<T, Failure> {
    serde_json::from_value(payload[name].clone()).map_err(|error| {
        let message =
            format!("The Qdrant collection holds something that awesh did not write: {name}: {error}.");
        Failure::new(FailureKind::Provider, message).hint("Name another: capabilities.collection")
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::kind;
    use super::*;

    #[test]
    fn words_of_one_stem_are_the_same() {
        for words in [
            &["queue", "queues"][..],
            &["scale", "scaling", "scaled", "scales"],
            &["policy", "policies"],
            &["certificate", "certificates"],
            &["replicate", "replicated"],
            &["load", "loading", "loader"],
        ] {
            let stems: BTreeSet<String> = words.iter().map(|word| stem(word)).collect();
            assert_eq!(stems.len(), 1, "{words:?}: {stems:?}");
        }
        for word in ["ingress", "s3", "dns", "access"] {
            assert!(stem(word).len() + 1 >= word.len(), "{word}");
        }
    }

    #[test]
    fn an_id_is_the_same_for_all_who_write() {
        let pods = kind("pods", "");
        assert_eq!(
            id("https://a", &pods),
            id("https://a", &Kind { version: "v2".to_owned(), ..pods.clone() })
        );
        assert_ne!(id("https://a", &pods), id("https://b", &pods));
        assert_eq!(id("https://a", &pods).len(), 36);
    }
}
