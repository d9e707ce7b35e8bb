//! The accounts that share a scan: the one of the settings, or those of a list, each a provider's name and what differs
//! from its usual settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use agents::capabilities::inference::Inference;
use awesh_protocol::{Provider, Secret, Settings};

use crate::ai::endpoint::Endpoint;
use crate::commands::choose::WRONG;
use crate::commands::{Failure, NOTHING_READ, SetUp};
use crate::inference::{Account, Shared};

/// The accounts of these words, or of the settings where there are none.
pub(super) fn accounts(
    words: &[String],
    set_up: &SetUp,
    environment: BTreeMap<String, String>,
) -> Result<Vec<Arc<dyn Inference>>, Failure> {
    let SetUp { settings, state, patience, .. } = set_up;
    let shared = Arc::new(Shared::new(state, environment.clone(), settings.pseudonyms));
    let all = match words {
        [] => vec![settings.clone()],
        words => words.iter().map(|words| named(words, settings, &environment)).collect::<Result<_, _>>()?,
    };
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let account = |settings: Settings| {
        let endpoint = Endpoint::of(&settings)?;
        endpoint.has_model()?;
        let name = endpoint.provider.name.to_owned();
        let number = names.entry(name.clone()).and_modify(|number| *number += 1).or_insert(1);
        let name = if *number > 1 { format!("{name} #{number}") } else { name };
        Ok(Arc::new(Account::new(name, endpoint, *patience, shared.clone())) as Arc<dyn Inference>)
    };
    let accounts: Result<Vec<_>, agents::Failure> = all.into_iter().map(account).collect();
    accounts.map_err(|failure| {
        let message = failure.message.trim_end_matches('.').to_owned();
        Failure { message, hint: failure.hint, status: NOTHING_READ }
    })
}

/// What words such as `openai model=gpt-4.1-mini key=OTHER_KEY` mean.
fn named(words: &str, own: &Settings, environment: &BTreeMap<String, String>) -> Result<Settings, Failure> {
    let wrong = |message: String| {
        let hint = "it looks like this: \"openai model=gpt-4.1-mini key=OTHER_KEY_VARIABLE\"".to_owned();
        Failure { message, hint: Some(hint), status: WRONG }
    };
    let split = shlex::split(words).unwrap_or_default();
    let Some((name, parts)) = split.split_first() else {
        return Err(wrong(format!("{words:?} names no provider for the scan")));
    };
    let provider = Provider::find(name);
    let is_own = own.provider.as_deref().and_then(Provider::find) == provider;
    let mut settings = if is_own { own.clone() } else { bare(own) };
    settings.provider = Some(name.clone());
    if !is_own && let Some(variable) = provider.and_then(|provider| provider.key_variable) {
        settings.api_key = environment.get(variable).map(Secret::new);
    }
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = Some(value.to_owned()).filter(|value| !value.is_empty());
        let Some(value) = value else { return Err(wrong(format!("{part:?} has no value in {words:?}"))) };
        match name {
            "model" => settings.model = Some(value),
            "base_url" => settings.base_url = Some(value),
            "key_command" => (settings.api_key, settings.key_command) = (None, Some(value)),
            "key" => {
                let key = environment.get(&value).filter(|key| !key.trim().is_empty());
                let key =
                    key.ok_or_else(|| wrong(format!("the variable {value} holds no key for {words:?}")))?;
                settings.api_key = Some(Secret::new(key));
            }
            name => return Err(wrong(format!("{name:?} is nothing that can be set in {words:?}"))),
        }
    }
    Ok(settings)
}

/// The settings that are no provider's own.
fn bare(own: &Settings) -> Settings {
    Settings {
        ca_file: own.ca_file.clone(),
        keyring: own.keyring,
        pseudonyms: own.pseudonyms,
        ..Settings::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Settings {
        Settings {
            provider: Some("openai".into()),
            model: Some("gpt-4.1".into()),
            api_key: Some(Secret::new("own")),
            ..Settings::default()
        }
    }

    fn set_up(settings: Settings, state: &std::path::Path) -> SetUp {
        SetUp { settings, state: state.to_owned(), ..SetUp::default() }
    }

    fn environment() -> BTreeMap<String, String> {
        let variables = [("ANTHROPIC_API_KEY", "a"), ("SECOND", "second"), ("EMPTY", "")];
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    #[test]
    fn an_account_is_a_name_and_what_differs() {
        let read = |words: &str| {
            let settings = named(words, &own(), &environment()).unwrap();
            let key = settings.api_key.map(|key| key.expose().to_owned()).unwrap_or_default();
            [settings.model.unwrap_or_default(), settings.base_url.unwrap_or_default(), key]
        };
        assert_eq!(read("openai"), ["gpt-4.1", "", "own"]);
        assert_eq!(read("openai model=gpt-4.1-mini key=SECOND"), ["gpt-4.1-mini", "", "second"]);
        // Another provider has none of this one's settings.
        assert_eq!(read("anthropic"), ["", "", "a"]);
        assert_eq!(read("vllm model=q base_url=http://gpu:8000/v1"), ["q", "http://gpu:8000/v1", ""]);
        let command = named("openai key_command='pass show x'", &own(), &environment()).unwrap();
        assert_eq!((command.api_key, command.key_command.as_deref()), (None, Some("pass show x")));
    }

    #[test]
    fn what_means_nothing_is_said() {
        for (words, message) in [
            ("", "names no provider"),
            ("openai key=EMPTY", "the variable EMPTY holds no key"),
            ("openai modl=x", "nothing that can be set"),
            ("openai model", "has no value"),
        ] {
            let failure = named(words, &own(), &environment()).unwrap_err();
            assert!(failure.message.contains(message) && failure.status == WRONG, "{words}: {failure}");
        }
        let state = tempfile::tempdir().unwrap();
        let missing =
            accounts(&[], &set_up(Settings::default(), state.path()), BTreeMap::new()).err().unwrap();
        assert!(missing.message.starts_with("No AI provider is set up") && missing.hint.is_some());
    }

    #[test]
    fn accounts_of_one_provider_are_told_apart() {
        let state = tempfile::tempdir().unwrap();
        let words = ["openai".to_owned(), "openai key=SECOND".to_owned(), "anthropic".to_owned()];
        let accounts = accounts(&words, &set_up(own(), state.path()), environment()).unwrap();
        let names: Vec<_> = accounts.iter().map(|account| account.name()).collect();
        assert_eq!(names, ["openai", "openai #2", "anthropic"]);
    }
}
