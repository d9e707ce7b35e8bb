//! What names of commands mean in the user's session, where that is not what they say: its aliases and functions.

use std::collections::{BTreeMap, BTreeSet};

use awesh_protocol::SessionNames;

use super::shell;

/// The aliases and functions of a session.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// An alias's words; none where it is more than words.
    aliases: BTreeMap<String, Option<Vec<String>>>,
    functions: BTreeSet<String>,
    /// Whether any name may be one of them.
    unknown: bool,
}

impl Names {
    /// What the session said.
    pub(crate) fn new(session: &SessionNames) -> Self {
        let aliases = session.aliases.keys().map(|name| (name.clone(), resolve(name, &session.aliases)));
        let functions = session.functions.iter().cloned().collect();
        Self { aliases: aliases.collect(), functions, unknown: session.unknown }
    }

    /// Whether there is an alias of that name, and its words if they are known.
    pub(super) fn alias(&self, name: &str) -> Option<Option<&[String]>> {
        self.aliases.get(name).map(Option::as_deref)
    }

    /// Whether a function of that name hides the command.
    pub(super) fn is_function(&self, name: &str) -> bool {
        self.unknown || self.functions.contains(name)
    }
}

/// The words that stand for an alias in the end.
fn resolve(name: &str, aliases: &BTreeMap<String, String>) -> Option<Vec<String>> {
    let mut seen = vec![name.to_owned()];
    let mut words = words(aliases.get(name)?)?;
    // bash replaces the first word again, but no alias by itself.
    while let Some(text) = aliases.get(&words[0]).filter(|_| !seen.contains(&words[0])) {
        seen.push(words[0].clone());
        let behind = words.split_off(1);
        words = self::words(text)?;
        words.extend(behind);
    }
    Some(words)
}

/// The words of an alias that is one plain command. One that ends with a blank has bash replace what follows, too.
fn words(text: &str) -> Option<Vec<String>> {
    if text.ends_with([' ', '\t']) || text.contains(['|', '&', ';', '(', ')', '<', '>', '\n', '$', '`']) {
        return None;
    }
    let parts = shell::take_apart(text, &Names::default())?;
    let simple = parts.commands.first().filter(|simple| simple.assigned.is_empty())?;
    let words: Option<Vec<String>> =
        simple.words.iter().map(|word| word.literal().map(str::to_owned)).collect();
    words.filter(|words| parts.opaque.is_none() && !words.is_empty())
}
