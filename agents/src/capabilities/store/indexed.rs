//! What of a kind is searched: its words by where they stand, and its text as a whole.

use super::super::Learned;

/// The words of a kind, by their weight in a ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Indexed {
    /// What it can do, and what it hides.
    pub(super) capabilities: String,
    /// Its names, as they are and taken apart.
    pub(super) names: String,
    /// Whose it is.
    pub(super) providers: String,
    /// When one takes it.
    pub(super) use_case: String,
    /// What it is.
    pub(super) description: String,
}

impl Indexed {
    /// The words of what was learned.
    pub(super) fn of(learned: &Learned) -> Self {
        let (kind, said) = (&learned.kind, &learned.description);
        Self {
            capabilities: [said.capabilities.join("; "), said.abstractions.join("; ")].join("; "),
            names: [&kind.kind, &apart(&kind.kind), &kind.plural, &kind.group].map(String::as_str).join(" "),
            providers: said.providers.join("; "),
            use_case: said.use_case.clone(),
            description: said.description.clone(),
        }
    }

    /// All of it, the weightiest first.
    pub(super) fn fields(&self) -> [&str; 5] {
        [&self.capabilities, &self.names, &self.providers, &self.use_case, &self.description]
    }
}

/// The text that stands for a kind where its meaning is taken.
pub(super) fn text(learned: &Learned) -> String {
    let indexed = Indexed::of(learned);
    let Indexed { capabilities, names, providers, use_case, description } = indexed;
    format!("{names}\nCan do: {capabilities}\nOf: {providers}\n{description}\n{use_case}")
}

/// The words of a name like `ClusterIssuer`, `HTTPRoute`.
fn apart(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut words = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let follows_small = at > 0 && !letters[at - 1].is_uppercase();
        let begins_word = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if at > 0 && letter.is_uppercase() && (follows_small || begins_word) {
            words.push(' ');
        }
        words.push(*letter);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        for (name, words) in [
            ("ClusterIssuer", "Cluster Issuer"),
            ("HTTPRoute", "HTTP Route"),
            ("Pod", "Pod"),
            ("CSIDriver", "CSI Driver"),
            ("KafkaMirrorMaker2", "Kafka Mirror Maker2"),
            ("", ""),
        ] {
            assert_eq!(apart(name), words);
        }
    }
}
