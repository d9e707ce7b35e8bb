//! What was found as the cells of a row: the same words on a terminal, in an answer and for a model.

use jiff::Timestamp;

use super::store::Found;
use crate::words::{self, printable};

/// Over the cells of a row, and over what the kind can do.
pub const HEADINGS: [&str; 7] =
    ["cluster", "kind", "provider", "complexity", "confidence", "learned", "can do"];

/// The cells of what was found in a cluster of this name: all but what the kind can do.
pub fn cells(found: &Found, cluster: &str, now: Timestamp) -> [String; 6] {
    let (learned, said) = (&found.learned, &found.learned.description);
    [
        printable(cluster),
        printable(&learned.kind.to_string()),
        printable(&said.providers.join(", ")),
        said.complexity.word().to_owned(),
        format!("{:.0} %", said.confidence.clamp(0.0, 1.0) * 100.0),
        age(learned.learned_at, now),
    ]
}

/// What the kind can do, in words.
pub fn what(found: &Found) -> String {
    printable(&found.learned.description.capabilities.join(", "))
}

/// How long ago something was learned, in words.
pub fn age(learned_at: Timestamp, now: Timestamp) -> String {
    words::age(now.duration_since(learned_at).as_secs())
}
