//! The INI form: `[group]`, `[group:children]`, `[group:vars]`, and a host with its variables on each line.

use super::{ALL, Inventory, Variables};

enum Section {
    Hosts(Option<String>),
    Children(String),
    Variables(String),
}

/// Reads the text of an inventory.
pub(super) fn read(text: &str) -> Result<Inventory, String> {
    let mut inventory = Inventory::default();
    let mut section = Section::Hosts(None);
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let said = |why: String| format!("line {}: {why}", number + 1);
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = begun(name, &mut inventory).map_err(said)?;
        } else {
            entry(line, &section, &mut inventory).map_err(said)?;
        }
    }
    Ok(inventory)
}

fn begun(name: &str, inventory: &mut Inventory) -> Result<Section, String> {
    let (group, kind) = name.split_once(':').map_or((name, ""), |(group, kind)| (group.trim(), kind.trim()));
    inventory.group_mut(group);
    match kind {
        "" => Ok(Section::Hosts((group != ALL).then(|| group.to_owned()))),
        "children" => Ok(Section::Children(group.to_owned())),
        "vars" => Ok(Section::Variables(group.to_owned())),
        other => Err(format!("a section :{other} is not known")),
    }
}

fn entry(line: &str, section: &Section, inventory: &mut Inventory) -> Result<(), String> {
    match section {
        Section::Hosts(group) => {
            let words = shlex::split(line).ok_or("a quote has no end")?;
            let Some((host, rest)) = words.split_first() else { return Ok(()) };
            let variables: Variables = rest.iter().map_while(|word| pair(word)).collect();
            inventory.add(host, &variables, group.as_deref())
        }
        Section::Children(group) => {
            let child = line.split_whitespace().next().unwrap_or(line).to_owned();
            inventory.group_mut(&child);
            inventory.group_mut(group).children.push(child);
            Ok(())
        }
        Section::Variables(group) => {
            let (name, value) = pair(line).ok_or("a variable is written name=value")?;
            inventory.group_mut(group).variables.insert(name, value);
            Ok(())
        }
    }
}

fn pair(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once('=')?;
    Some((name.trim().to_owned(), value.trim().trim_matches(['"', '\'']).to_owned()))
}
