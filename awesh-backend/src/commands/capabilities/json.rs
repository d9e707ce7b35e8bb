//! What was found as JSON, for scripts. What stands here is promised: fields may be added, none changes its meaning
//! while `schema` is 1.

use agents::capabilities::store::{Fit, Found};
use agents::capabilities::{Description, Kind};
use jiff::Timestamp;
use serde::Serialize;

use super::{Looked, name};

/// The version of the schema.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    query: Option<&'a str>,
    clusters: Vec<Cluster<'a>>,
    found: Vec<Hit<'a>>,
    more: bool,
}

#[derive(Serialize)]
struct Cluster<'a> {
    context: &'a str,
    server: &'a str,
    kinds: usize,
    learned_at: Timestamp,
}

#[derive(Serialize)]
struct Hit<'a> {
    context: &'a str,
    server: &'a str,
    #[serde(flatten)]
    kind: &'a Kind,
    fit: Fit,
    #[serde(flatten)]
    description: &'a Description,
    model: &'a str,
    learned_at: Timestamp,
    age_s: i64,
}

/// The document.
pub(super) fn document(looked: &Looked) -> String {
    let now = Timestamp::now();
    let clusters = looked.scanned.iter().map(|scanned| Cluster {
        context: name(looked, &scanned.cluster),
        server: &scanned.cluster.server,
        kinds: scanned.kinds,
        learned_at: scanned.learned_at,
    });
    let document = Document {
        schema: SCHEMA,
        query: looked.query.as_deref(),
        clusters: clusters.collect(),
        found: looked.found.iter().map(|found| hit(looked, found, now)).collect(),
        more: looked.more,
    };
    // Maps have names and numbers are finite: nothing here fails to be JSON.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn hit<'a>(looked: &'a Looked, found: &'a Found, now: Timestamp) -> Hit<'a> {
    Hit {
        context: name(looked, &found.cluster),
        server: &found.cluster.server,
        kind: &found.learned.kind,
        fit: found.fit,
        description: &found.learned.description,
        model: &found.learned.model,
        learned_at: found.learned.learned_at,
        age_s: now.duration_since(found.learned.learned_at).as_secs(),
    }
}
