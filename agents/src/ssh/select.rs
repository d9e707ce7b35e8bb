//! Hosts as they are named: by themselves, by patterns and groups, in files.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use wildmatch::WildMatch;

use super::inventory::expand;
use super::{Inventory, Target, config};
use crate::agent::Question;

/// What is known of hosts.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Names of ssh's configuration.
    names: Vec<String>,
    inventory: Inventory,
}

/// A host that was named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Where it is.
    pub target: Target,
    /// The groups of the inventory that it belongs to.
    pub groups: Vec<String>,
}

impl Known {
    /// Reads ssh's configuration and, where there is one, an inventory.
    ///
    /// # Errors
    ///
    /// If the inventory cannot be read.
    pub fn read(config: Option<&Path>, inventory: Option<&Path>) -> Result<Self, String> {
        let config = config
            .map(Path::to_owned)
            .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".ssh/config")));
        let names = config.map(|config| config::names(&config)).unwrap_or_default();
        let inventory = inventory.map(Inventory::read).transpose()?.unwrap_or_default();
        Ok(Self { names, inventory })
    }

    /// What is known where a question is asked; another configuration of ssh than the user's may be given.
    ///
    /// # Errors
    ///
    /// If the inventory cannot be read.
    pub async fn of(question: &Question, config: Option<PathBuf>) -> Result<Self, String> {
        let variable = |name: &str| question.environment.get(name).filter(|value| !value.is_empty());
        let config = config.or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".ssh/config")));
        let inventory = variable("ANSIBLE_INVENTORY").map(|file| question.directory.join(file));
        let inventory = inventory.filter(|file| file.is_file());
        let read = move || Self::read(config.as_deref(), inventory.as_deref());
        tokio::task::spawn_blocking(read).await.unwrap_or_else(|_| Ok(Self::default()))
    }

    /// The names of all hosts that are known.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        let own = self.names.iter().map(String::as_str);
        self.inventory.hosts().chain(own.filter(|name| !self.inventory.hosts().any(|host| host == *name)))
    }

    /// The names of all groups.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.inventory.groups()
    }

    /// The hosts that words mean, each once, in their order: names, `user@name:port`, patterns with `*` and `?`, groups
    /// of the inventory, ranges, `@FILE` with a word on each line; `!` before a word takes its hosts away.
    ///
    /// # Errors
    ///
    /// What a word does not mean, in a sentence.
    pub fn select<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Result<Vec<Chosen>, String> {
        let mut chosen: Vec<Chosen> = Vec::new();
        for word in
            words.into_iter().flat_map(|word| word.split(',')).map(str::trim).filter(|word| !word.is_empty())
        {
            let (is_out, word) = word.strip_prefix('!').map_or((false, word), |word| (true, word));
            for target in self.meant(word)? {
                if is_out {
                    chosen.retain(|chosen| chosen.target != target);
                } else if !chosen.iter().any(|chosen| chosen.target == target) {
                    let groups = self.inventory.groups_of(&target.name);
                    chosen.push(Chosen { groups: groups.into_iter().map(str::to_owned).collect(), target });
                }
            }
        }
        Ok(chosen)
    }

    fn meant(&self, word: &str) -> Result<Vec<Target>, String> {
        if let Some(file) = word.strip_prefix('@') {
            return self.listed(file);
        }
        if let Some(members) = self.inventory.members(word).filter(|members| !members.is_empty()) {
            return Ok(members.into_iter().filter_map(|host| self.inventory.target(host)).collect());
        }
        if word.contains(['*', '?']) {
            let pattern = WildMatch::new(word);
            let names: Vec<&str> = self.hosts().filter(|name| pattern.matches(name)).collect();
            if names.is_empty() {
                return Err(format!("no known host matches {word}"));
            }
            return Ok(names
                .into_iter()
                .map(|name| self.target(name))
                .collect::<Option<_>>()
                .unwrap_or_default());
        }
        let named = |name: &String| self.target(name).ok_or_else(|| format!("{name:?} is no name of a host"));
        expand(word)?.iter().map(named).collect()
    }

    fn target(&self, name: &str) -> Option<Target> {
        self.inventory.target(name).or_else(|| Target::parse(name))
    }

    fn listed(&self, file: &str) -> Result<Vec<Target>, String> {
        let text = fs::read_to_string(file).map_err(|error| format!("{file} cannot be read: {error}"))?;
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        let mut targets = Vec::new();
        for word in lines.flat_map(|line| line.split([',', ' ', '\t'])).filter(|word| !word.is_empty()) {
            if word.starts_with('@') {
                return Err(format!("{file} names another file, {word}"));
            }
            targets.extend(self.meant(word)?);
        }
        Ok(targets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_hosts() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::write(path("config"), "Host web1 web2 mail\nHost *\n").unwrap();
        fs::write(path("inventory"), "[db]\ndb[1:2] ansible_port=22\nweb2 ansible_user=u\n").unwrap();
        fs::write(path("list"), "web1 # first\n\ndb\n").unwrap();
        let known = Known::read(Some(&path("config")), Some(&path("inventory"))).unwrap();
        let list = format!("@{}", path("list").display());
        for (words, expected) in [
            ("web1,web2", &["web1", "web2"][..]),
            ("web*", &["web2", "web1"]),
            ("db", &["db1", "db2", "web2"]),
            ("db,!db2", &["db1", "web2"]),
            ("all,all", &["db1", "db2", "web2"]),
            (&list, &["web1", "db1", "db2", "web2"]),
            ("n[1:2],other", &["n1", "n2", "other"]),
        ] {
            let chosen = known.select([words]).unwrap();
            let names: Vec<_> = chosen.iter().map(|chosen| chosen.target.name.as_str()).collect();
            assert_eq!(names, expected, "{words}");
        }
        let db = &known.select(["web2"]).unwrap()[0];
        assert_eq!((db.target.user.as_deref(), db.groups.as_slice()), (Some("u"), &["db".to_owned()][..]));
        for wrong in ["x*", "@/nowhere", "-v", "a b"] {
            assert!(known.select([wrong]).is_err(), "{wrong}");
        }
    }
}
