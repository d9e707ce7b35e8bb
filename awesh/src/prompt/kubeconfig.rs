//! The part of a kubeconfig file that the prompt is about, and how several files are one.
//!
//! Nearly all of a large kubeconfig is certificates, and a YAML parser takes its time over them. So only the two
//! top-level entries that matter are cut out, by their lines, and parsed. Where a file is not laid out plainly
//! enough for that (flow style, quoted keys, anchors), it is parsed as a whole.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::kube::Kube;

/// The two entries of one file, or of several merged.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Kubeconfig {
    current_context: String,
    /// Namespaces by context.
    contexts: BTreeMap<String, String>,
}

impl Kubeconfig {
    /// Adds a file that comes later in the list: the first to set a value has set it.
    pub(super) fn merge(&mut self, later: Self) {
        if self.current_context.is_empty() {
            self.current_context = later.current_context;
        }
        for (name, namespace) in later.contexts {
            self.contexts.entry(name).or_insert(namespace);
        }
    }

    /// What kubectl would use.
    pub(super) fn current(mut self) -> Kube {
        if self.current_context.is_empty() {
            return Kube::None;
        }
        let namespace = self.contexts.remove(&self.current_context);
        let namespace = namespace.filter(|namespace| !namespace.is_empty() && namespace != "default");
        Kube::Context { name: self.current_context, namespace }
    }
}

/// Parses one file; none where it is no kubeconfig.
pub(super) fn parse(bytes: &[u8]) -> Option<Kubeconfig> {
    let text = str::from_utf8(bytes).ok()?;
    let document = match relevant(text) {
        Some(part) => from_yaml(&part).or_else(|| from_yaml(text))?,
        None => from_yaml(text)?,
    };
    let contexts = document.contexts.unwrap_or_default();
    Some(Kubeconfig {
        current_context: document.current_context.unwrap_or_default(),
        contexts: contexts
            .into_iter()
            // Of two contexts with one name in a file, the last holds.
            .map(|entry| {
                (entry.name, entry.context.and_then(|context| context.namespace).unwrap_or_default())
            })
            .collect(),
    })
}

fn from_yaml(text: &str) -> Option<Document> {
    if text.lines().all(|line| line.trim().is_empty() || line.starts_with('#') || line == "---") {
        return Some(Document::default());
    }
    serde_yaml::from_str(text).ok()
}

/// The lines of the two entries; none where lines do not tell.
fn relevant(text: &str) -> Option<String> {
    let mut part = String::new();
    let mut keep = false;
    for line in text.split_inclusive('\n') {
        match line.as_bytes().first() {
            // A line that is indented, an item of a list, a comment: it belongs to the entry it stands in.
            Some(b' ' | b'-' | b'#' | b'\n' | b'\r') if !line.starts_with("---") => {}
            Some(byte) if byte.is_ascii_alphabetic() => {
                let key = line.split_once(':')?.0;
                keep = matches!(key, "current-context" | "contexts");
            }
            Some(_) if line.trim_end() == "---" && part.is_empty() => continue,
            _ => return None,
        }
        if keep {
            part.push_str(line);
        }
    }
    Some(part)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Document {
    current_context: Option<String>,
    contexts: Option<Vec<NamedContext>>,
}

#[derive(Deserialize)]
struct NamedContext {
    name: String,
    context: Option<Context>,
}

#[derive(Deserialize)]
struct Context {
    namespace: Option<String>,
}
