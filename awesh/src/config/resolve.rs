//! Combines the layers.
//!
//! The one setting on which others hang is the provider: a model, an address and above all a key are one
//! provider's. So the provider is settled first, and a layer's model, address and key are passed over where
//! they were set beside another: `AI_PROVIDER=ollama` for one session must not carry the file's key to it.

use awesh_protocol::{Provider, Secret};

use super::problem::{Origin, Problem};
use super::sources::{Entry, Sources};
use super::table::{Name, SETTINGS};
use super::value::Raw;
use super::{Ai, Config, vendors};

/// The settings that belong to a provider.
pub(super) const PROVIDERS_OWN: [&str; 4] = ["ai.model", "ai.base_url", "ai.api_key", "ai.key_command"];

/// The word for "no provider", whatever keys are set.
const NO_PROVIDER: &str = "none";

pub(super) fn resolve(sources: &Sources, lookup: &dyn Fn(&str) -> Option<String>) -> (Config, Vec<Problem>) {
    let mut problems = sources.problems.clone();
    let environment = environment(lookup);
    let layers = [&sources.config, &sources.aweshrc, &environment, &sources.flags];
    let meant = layers_providers(layers);
    let provider = meant[meant.len() - 1].clone().or_else(|| compatible_server(layers));

    let mut config = Config::default();
    for (layer, meant) in layers.into_iter().zip(&meant) {
        let others = meant.is_some() && *meant != provider;
        vendor_variables(&mut config, layer, provider.as_deref());
        for entry in layer {
            apply(&mut config, entry, others, &mut problems);
        }
    }
    config.ai.provider = provider.filter(|provider| provider != NO_PROVIDER);
    if config.ai.provider.is_none() {
        config.ai = Ai { attach: config.ai.attach, ..Ai::default() };
    }
    (config, problems)
}

/// The environment as a layer.
fn environment(lookup: &dyn Fn(&str) -> Option<String>) -> Vec<Entry> {
    let get = |variable: &'static str, name: Name| {
        Entry::of_variable(name, lookup(variable)?, Origin::Environment(variable), None)
    };
    let settings = SETTINGS.iter().filter_map(|setting| {
        setting.environment.iter().find_map(|variable| get(variable, Name::Setting(setting)))
    });
    settings.chain(vendors::variables().filter_map(|name| get(name, Name::Vendor(name)))).collect()
}

/// For each layer the provider that is meant there: named in it, else named below, else chosen by the
/// vendors' keys seen so far.
fn layers_providers(layers: [&Vec<Entry>; 4]) -> [Option<String>; 4] {
    let mut named: Option<String> = None;
    let mut seen: Vec<&str> = Vec::new();
    layers.map(|layer| {
        for entry in layer {
            match (entry.name, &entry.raw) {
                (Name::Setting(setting), Raw::Text(name)) if setting.key == "ai.provider" => {
                    named = Some(name.clone()).filter(|name| !name.is_empty()).or(named.take());
                }
                (Name::Vendor(variable), _) => seen.push(variable),
                _ => {}
            }
        }
        let chosen = || vendors::chosen(|variable| seen.contains(&variable));
        named.clone().or_else(|| chosen().map(|vendor| vendor.name.to_owned()))
    })
}

/// An address without a provider is an OpenAI-compatible server's.
fn compatible_server(layers: [&Vec<Entry>; 4]) -> Option<String> {
    let has_address = layers.into_iter().flatten().any(|entry| match entry.name {
        Name::Setting(setting) => setting.key == "ai.base_url",
        Name::Vendor(variable) => variable == "OPENAI_BASE_URL",
    });
    has_address.then(|| "openai".to_owned())
}

/// Takes over what the layer has of the provider's own variables.
fn vendor_variables(config: &mut Config, layer: &[Entry], provider: Option<&str>) {
    let Some(vendor) = provider.and_then(Provider::find) else { return };
    for entry in layer {
        let (Name::Vendor(variable), Raw::Text(value)) = (entry.name, &entry.raw) else { continue };
        if Some(variable) == vendor.key_variable {
            config.ai.api_key = Some(Secret::new(value.as_str()));
        } else if Some(variable) == vendor.url_variable {
            config.ai.base_url = Some(vendors::base_url(vendor, value));
        }
    }
}

fn apply(config: &mut Config, entry: &Entry, others: bool, problems: &mut Vec<Problem>) {
    let Name::Setting(setting) = entry.name else { return };
    if others && PROVIDERS_OWN.contains(&setting.key) {
        return;
    }
    let name = match entry.origin {
        Origin::Environment(_) => "value".to_owned(),
        _ => setting.key.to_owned(),
    };
    if let Err(what) = setting.field.set(config, &entry.raw) {
        problems.push(Problem {
            origin: entry.origin.clone(),
            line: entry.line,
            what: format!("{name} {what}"),
            hint: None,
        });
    }
}
