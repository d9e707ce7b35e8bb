//! The YAML form: groups by name, each with `hosts`, `children` and `vars`.

use serde::Deserialize;
use serde_yaml::{Mapping, Value};

use super::{ALL, Inventory, Variables};

/// Groups within groups beyond which nobody meant it.
const DEPTH: usize = 64;

#[derive(Debug, Default, Deserialize)]
struct Group {
    #[serde(default)]
    hosts: Option<Mapping>,
    #[serde(default)]
    children: Option<Mapping>,
    #[serde(default)]
    vars: Option<Mapping>,
}

/// Reads the text of an inventory.
pub(super) fn read(text: &str) -> Result<Inventory, String> {
    let groups: Mapping = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    let mut inventory = Inventory::default();
    take(&groups, &mut inventory, DEPTH)?;
    Ok(inventory)
}

fn take(groups: &Mapping, inventory: &mut Inventory, depth: usize) -> Result<(), String> {
    let left = depth.checked_sub(1).ok_or("its groups are nested too deeply")?;
    for (name, value) in groups {
        let name = text(name).ok_or("a group has no name")?;
        let group: Option<Group> =
            serde_yaml::from_value(value.clone()).map_err(|error| format!("group {name}: {error}"))?;
        let group = group.unwrap_or_default();
        let children = group.children.unwrap_or_default();
        let entry = inventory.group_mut(&name);
        entry.children.extend(children.keys().filter_map(text));
        entry.variables.extend(variables(group.vars.as_ref()));
        for (host, own) in &group.hosts.unwrap_or_default() {
            let host = text(host).ok_or("a host has no name")?;
            let within = (name != ALL).then_some(name.as_str());
            inventory.add(&host, &variables(own.as_mapping()), within)?;
        }
        take(&children, inventory, left)?;
    }
    Ok(())
}

fn variables(mapping: Option<&Mapping>) -> Variables {
    let pairs = mapping.into_iter().flatten();
    pairs.filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
