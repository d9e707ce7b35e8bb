//! What is asked, as the words that matter: the part of a search that all stores share.

/// Words that say nothing of what is looked for, in the questions people ask here.
const EMPTY: &str = "\
    a all an and any are as at available be by can cluster clusters could do does for from get give good has have \
    here how i if in into is it its kind kinds let like me my need of on one or our resource resources run runs \
    running should so some something that the their them there these thing things this to under up us use used using via \
    want was we what when where which who will with would you your able support supports offer offers provide \
    provides provided handle handles allow allows make makes possible kubernetes k8s";

/// Words that people and models use for each other.
const SAME: [&[&str]; 15] = [
    &["db", "database", "databases"],
    &["pg", "postgres", "postgresql", "psql"],
    &["mongo", "mongodb"],
    &["es", "elastic", "elasticsearch"],
    &["cert", "certs", "certificate", "certificates", "tls", "ssl"],
    &["lb", "loadbalancer", "balancer", "balancing"],
    &["mq", "queue", "queues", "queueing", "queuing"],
    &["bucket", "buckets", "s3"],
    // "Back up the cluster".
    &["back", "backup", "backups"],
    &["autoscale", "autoscaling", "autoscaler", "scale", "scaling"],
    &["auth", "authentication", "login"],
    &["authz", "authorization", "rbac", "permission", "permissions"],
    &["ci", "pipeline", "pipelines"],
    &["repo", "repository", "git"],
    &["nfs", "filesystem", "rwx"],
];

/// Bytes of a query that are read; nobody types more.
const LONGEST: usize = 2_000;

/// The words looked for: of each its alternatives, the one that was written first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms(Vec<Vec<String>>);

impl Terms {
    /// The words of a text that matter; all of them, where none does.
    pub fn of(text: &str) -> Self {
        let text = &text[..text.floor_char_boundary(LONGEST)];
        let words = unique(words(text));
        let telling: Vec<String> = words.iter().filter(|word| !is_empty(word)).cloned().collect();
        let words = if telling.is_empty() { words } else { telling };
        // Of words that mean the same, one is looked for.
        let mut terms: Vec<Vec<String>> = Vec::new();
        for word in words {
            if !terms.iter().any(|term| term.contains(&word)) {
                terms.push(alternatives(word));
            }
        }
        Self(terms)
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each with its alternatives: lower-case letters and digits alone.
    pub(super) fn groups(&self) -> &[Vec<String>] {
        &self.0
    }

    /// The words as they were written, for whom they are told.
    pub fn written(&self) -> String {
        self.0.iter().filter_map(|term| term.first()).map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// Lower-case words of letters and digits.
pub(super) fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn is_empty(word: &str) -> bool {
    // What is left of "what's" and "don't".
    word.chars().count() == 1 && word.chars().all(char::is_alphabetic)
        || EMPTY.split_whitespace().any(|empty| empty == word)
}

fn alternatives(word: String) -> Vec<String> {
    let same = SAME.iter().filter(|same| same.contains(&word.as_str()));
    let others = same.flat_map(|same| same.iter()).filter(|other| **other != word);
    let others: Vec<String> = others.map(|other| (*other).to_owned()).collect();
    std::iter::once(word).chain(others).collect()
}

fn unique(words: Vec<String>) -> Vec<String> {
    let mut seen = Vec::with_capacity(words.len());
    for word in words {
        if !seen.contains(&word) {
            seen.push(word);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_is_looked_for() {
        for (text, terms) in [
            ("durable queue", "durable queue"),
            ("what can run a database here?", "database"),
            ("Which of our clusters can do durable queues?", "durable queues"),
            ("can this cluster issue TLS certificates", "issue tls"),
            // Nothing else was said, so these words are meant.
            ("clusters", "clusters"),
            ("what can we do", "what can we do"),
            ("  ?!\u{7} \"'* ", ""),
            ("", ""),
            ("object-storage (S3)", "object storage s3"),
            ("Größe Größe", "größe"),
        ] {
            assert_eq!(Terms::of(text).written(), terms, "{text}");
        }
    }

    #[test]
    fn words_for_the_same_are_looked_for_too() {
        let terms = Terms::of("managed db");
        assert_eq!(terms.groups()[1], ["db", "database", "databases"]);
        assert_eq!(terms.groups()[0], ["managed"]);
    }

    #[test]
    fn a_text_of_any_length_is_words() {
        assert_eq!(Terms::of(&"ü".repeat(10_000)).groups().len(), 1);
        assert!(Terms::of(&"a b1 ".repeat(10_000)).groups().len() == 1);
    }
}
