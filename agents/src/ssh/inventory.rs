//! Ansible's inventories, INI and YAML: hosts, groups, children, ranges, and where a host is.

mod ini;
mod yaml;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::Target;

/// The group that all hosts belong to.
const ALL: &str = "all";

/// What is said of a host or a group.
type Variables = BTreeMap<String, String>;

/// An inventory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// In the order in which they are named first.
    hosts: Vec<(String, Variables)>,
    groups: Vec<(String, Group)>,
}

/// A group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Group {
    hosts: Vec<String>,
    children: Vec<String>,
    variables: Variables,
}

impl Inventory {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in a sentence.
    pub fn read(path: &Path) -> Result<Self, String> {
        let said = |why: String| format!("the inventory {} cannot be read: {why}", path.display());
        let text = fs::read_to_string(path).map_err(|error| said(error.to_string()))?;
        let is_yaml = path.extension().is_some_and(|end| end == "yml" || end == "yaml" || end == "json");
        if is_yaml { yaml::read(&text) } else { ini::read(&text) }.map_err(said)
    }

    /// The names of its hosts.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().map(|(name, _)| name.as_str())
    }

    /// The names of its groups.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(|(name, _)| name.as_str())
    }

    /// The hosts of a group, those of its children included.
    #[must_use]
    pub fn members(&self, group: &str) -> Option<Vec<&str>> {
        if group == ALL {
            return Some(self.hosts().collect());
        }
        self.group(group)?;
        let inside = self.inside(group);
        Some(self.hosts().filter(|host| has(&inside, host)).collect())
    }

    /// The groups that a host belongs to.
    #[must_use]
    pub fn groups_of(&self, host: &str) -> Vec<&str> {
        let is_known = self.hosts().any(|name| name == host);
        let is_in = |group: &&str| is_known && (*group == ALL || has(&self.inside(group), host));
        self.groups().filter(is_in).collect()
    }

    /// Where a host is.
    #[must_use]
    pub fn target(&self, host: &str) -> Option<Target> {
        let own = &self.hosts.iter().find(|(name, _)| name == host)?.1;
        // The smallest group says most about its hosts.
        let mut groups = self.groups_of(host);
        groups.sort_by_cached_key(|group| match *group {
            ALL => usize::MAX,
            group => self.inside(group).iter().map(|group| group.hosts.len()).sum(),
        });
        let value = |names: [&str; 2]| {
            let of_groups = groups.iter().filter_map(|group| self.group(group)).map(|group| &group.variables);
            let of_all = self.group(ALL).map(|group| &group.variables);
            let all = [own].into_iter().chain(of_groups).chain(of_all);
            all.flat_map(|variables| names.map(|name| variables.get(name))).flatten().next().cloned()
        };
        Some(Target {
            name: host.to_owned(),
            address: value(["ansible_host", "ansible_ssh_host"]),
            user: value(["ansible_user", "ansible_ssh_user"]),
            port: value(["ansible_port", "ansible_ssh_port"]).and_then(|port| port.parse().ok()),
        })
    }

    fn group(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|(known, _)| known == name).map(|(_, group)| group)
    }

    /// A group and all below it; one that contains itself counts once.
    fn inside(&self, name: &str) -> Vec<&Group> {
        let (mut names, mut at) = (vec![name], 0);
        while let Some(group) = names.get(at).and_then(|name| self.group(name)) {
            let new: Vec<&str> =
                group.children.iter().map(String::as_str).filter(|child| !names.contains(child)).collect();
            names.extend(new.into_iter().filter(|child| self.group(child).is_some()));
            at += 1;
        }
        names.iter().filter_map(|name| self.group(name)).collect()
    }

    fn group_mut(&mut self, name: &str) -> &mut Group {
        let at = self.groups.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.groups.push((name.to_owned(), Group::default()));
            self.groups.len() - 1
        });
        &mut self.groups[at].1
    }

    /// Adds the hosts of a word, which may be a range, to a group.
    fn add(&mut self, word: &str, variables: &Variables, group: Option<&str>) -> Result<(), String> {
        for name in expand(word)? {
            if Target::parse(&name).is_none() {
                return Err(format!("{name:?} is no name of a host"));
            }
            match self.hosts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => known.extend(variables.clone()),
                None => self.hosts.push((name.clone(), variables.clone())),
            }
            if let Some(group) = group.map(|group| self.group_mut(group))
                && !group.hosts.contains(&name)
            {
                group.hosts.push(name);
            }
        }
        Ok(())
    }
}

/// Whether a host is in one of these groups.
fn has(groups: &[&Group], host: &str) -> bool {
    groups.iter().any(|group| group.hosts.iter().any(|name| name == host))
}

/// The names of a range: `web[01:10]`, `web[1:9:2]`, `db-[a:c]`; a word without one is itself.
///
/// # Errors
///
/// If it is no range that one could count.
pub(super) fn expand(word: &str) -> Result<Vec<String>, String> {
    if word.len() > LONGEST {
        return Err(format!("a word of {} bytes names no host", word.len()));
    }
    // An address of IPv6.
    if word.starts_with('[') { Ok(vec![word.to_owned()]) } else { expand_ranges(word) }
}

fn expand_ranges(word: &str) -> Result<Vec<String>, String> {
    let is_range =
        |(_, rest): &(&str, &str)| rest.split_once(']').is_some_and(|(range, _)| range.contains(':'));
    let Some((before, rest)) = word.split_once('[').filter(is_range) else {
        return Ok(vec![word.to_owned()]);
    };
    let (range, after) = rest.split_once(']').unwrap_or((rest, ""));
    let names = counted(range).ok_or_else(|| format!("[{range}] is no range such as [01:10] or [a:c]"))?;
    let rests = expand_ranges(after)?;
    if names.len().saturating_mul(rests.len()) > MOST {
        return Err(format!("{word} means more than {MOST} hosts"));
    }
    Ok(names.iter().flat_map(|name| rests.iter().map(move |rest| format!("{before}{name}{rest}"))).collect())
}

/// Names beyond which a range is a slip.
const MOST: usize = 10_000;

/// Letters beyond which a word is no host's name, with all its ranges.
const LONGEST: usize = 1024;

fn counted(range: &str) -> Option<Vec<String>> {
    let mut parts = range.split(':');
    let (first, last) = (parts.next()?, parts.next()?);
    let step: usize = parts.next().map_or(Some(1), |step| step.parse().ok()).filter(|step| *step > 0)?;
    if let (Ok(from), Ok(to)) = (first.parse::<u32>(), last.parse::<u32>()) {
        let width = if first.starts_with('0') { first.len() } else { 0 };
        let is_short = usize::try_from(to - from.min(to)).is_ok_and(|count| count < MOST);
        let is_sound = from <= to && is_short && parts.next().is_none();
        return is_sound.then(|| (from..=to).step_by(step).map(|n| format!("{n:0width$}")).collect());
    }
    let letter = |text: &str| text.parse::<char>().ok().filter(char::is_ascii_alphabetic);
    let (from, to) = (letter(first)?, letter(last)?);
    (from <= to && parts.next().is_none()).then(|| (from..=to).step_by(step).map(String::from).collect())
}

#[cfg(test)]
mod tests;
