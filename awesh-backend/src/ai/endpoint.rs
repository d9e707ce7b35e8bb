//! The endpoint that the settings name: where questions go, to which model, with which key.

use std::path::PathBuf;

use agents::Failure;
use awesh_protocol::{Api, FailureKind, PROVIDERS, Provider, Secret, Settings, Tools};
use reqwest::Url;

use super::key;

/// Where questions go.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    /// The provider.
    pub(crate) provider: &'static Provider,
    /// The address of its API, which ends with a slash.
    base: Url,
    /// Its host and port, as the user is told.
    pub(crate) host: String,
    /// The model asked, where there is one to ask.
    pub(crate) model: Option<String>,
    /// The key sent.
    pub(crate) key: Key,
    /// The certificates to trust in place of the system's.
    pub(crate) ca_file: Option<PathBuf>,
    /// How its models are given tools.
    pub(crate) tools: Tools,
}

/// A key, or where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    /// There is none.
    None,
    /// It was set.
    Given(Secret),
    /// This command prints it.
    Command(String),
    /// The system's keyring has it, under the provider's name.
    Keyring,
}

impl Endpoint {
    /// The endpoint that the settings name, or what is wrong with them.
    pub(crate) fn of(settings: &Settings) -> Result<Self, Failure> {
        let given = |value: &Option<String>| {
            value.clone().map(|value| value.trim().to_owned()).filter(|v| !v.is_empty())
        };
        let base_url = given(&settings.base_url);
        let provider = match (given(&settings.provider), &base_url) {
            (Some(name), _) => Provider::find(&name).ok_or_else(|| unknown(&name))?,
            // An address alone is enough: any compatible server.
            (None, Some(_)) => &PROVIDERS[0],
            (None, None) => return Err(no_provider()),
        };
        let base = parse_url(base_url.as_deref().unwrap_or(provider.base_url), provider.api)?;
        let key = match (settings.api_key.clone(), given(&settings.key_command)) {
            (Some(key), _) if !key.expose().trim().is_empty() => Key::Given(key),
            (_, Some(command)) => Key::Command(command),
            _ if settings.keyring && provider.key_variable.is_some() => Key::Keyring,
            _ => Key::None,
        };
        if let (Key::None, Some(variable), None) = (&key, provider.key_variable, &base_url) {
            let message = format!("{} needs a key, and none is set.", provider.name);
            let hint = format!(
                "export {variable}=…  (or in config.toml: [ai] key_command = \"pass show …\", or keyring = true)"
            );
            return Err(Failure::new(FailureKind::NoProvider, message).hint(hint));
        }
        Ok(Self {
            provider,
            host: host(&base),
            base,
            model: given(&settings.model).or_else(|| provider.model.map(str::to_owned)),
            key,
            ca_file: given(&settings.ca_file).map(PathBuf::from),
            tools: if provider.takes_tools { settings.tools } else { Tools::Text },
        })
    }

    /// Whether there is a model to ask.
    pub(crate) fn has_model(&self) -> Result<(), Failure> {
        let message =
            || format!("{} serves the models it was given, and none is chosen.", self.provider.name);
        match &self.model {
            Some(_) => Ok(()),
            None => Err(Failure::new(FailureKind::Settings, message())
                .hint("awem lists what it serves; choose one: awem MODEL")),
        }
    }

    /// The model's name, for a sentence.
    pub(crate) fn model(&self) -> &str {
        self.model.as_deref().unwrap_or("its model")
    }

    /// The address that questions are sent to.
    pub(crate) fn url(&self) -> Url {
        self.at(match self.provider.api {
            Api::Chat => "chat/completions",
            Api::Messages => "v1/messages",
        })
    }

    /// An address from the base; the paths are our own, and so are parts of addresses.
    pub(crate) fn at(&self, path: &str) -> Url {
        let mut url = self.base.join(path).unwrap_or_else(|_| self.base.clone());
        url.set_query(self.base.query());
        url
    }

    /// Its base URL, as the user would set it, without a password.
    pub(crate) fn base_url(&self) -> String {
        without_password(&self.base).as_str().trim_end_matches('/').to_owned()
    }

    /// Whether it is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        matches!(self.base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
    }

    /// Whether it is the provider itself, at its own address.
    pub(crate) fn is_providers_own(&self) -> bool {
        self.base_url() == self.provider.base_url
    }

    /// Whether what is sent is encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// What to do when it cannot be reached.
    pub(crate) fn unreachable_hint(&self) -> String {
        match self.provider.name {
            "ollama" if self.is_loopback() => "Start it with: ollama serve".to_owned(),
            name if self.is_loopback() => {
                format!("Is {name} running there? Its address is the setting base_url.")
            }
            _ => "Look at the network, the proxy and the base URL.".to_owned(),
        }
    }

    /// What to do when the key is refused.
    pub(crate) fn key_hint(&self) -> String {
        match (&self.key, self.provider.key_variable) {
            (Key::Command(_), _) => "What ai.key_command prints is not valid there, or no longer.".to_owned(),
            (Key::Keyring, _) => {
                format!(
                    "What the keyring has is not valid there, or no longer. {}",
                    key::how_to_store(self.provider.name)
                )
            }
            (_, Some(variable)) => format!("Set one that is valid: export {variable}=…"),
            (_, None) => "Set the key it wants: [ai] api_key in config.toml".to_owned(),
        }
    }
}

/// An address without the user and password it may have.
pub(crate) fn without_password(url: &Url) -> Url {
    let mut url = url.clone();
    // Both fail only for addresses that cannot have them.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url
}

fn unknown(name: &str) -> Failure {
    Failure::new(FailureKind::Settings, format!("There is no AI provider “{name}”."))
        .hint(format!("Known are: {}. Any other compatible server: set base_url.", Provider::names()))
}

fn no_provider() -> Failure {
    Failure::new(
        FailureKind::NoProvider,
        "No AI provider is set up: export OPENAI_API_KEY=…  (or: awea ollama)",
    )
    .hint("To keep it, in ~/.config/awesh/config.toml: [ai] provider = \"ollama\"")
}

fn parse_url(base_url: &str, api: Api) -> Result<Url, Failure> {
    let wrong = || {
        // The address itself may hold a password: it is not repeated.
        Failure::new(FailureKind::Settings, "The AI provider's base URL is no http:// or https:// address.")
            .hint("It looks like this: base_url = \"http://localhost:11434/v1\"")
    };
    let mut url = Url::parse(base_url).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong());
    }
    // What people add to it, being in the habit.
    let ends: &[&str] = match api {
        Api::Chat => &["/chat/completions"],
        Api::Messages => &["/messages", "/v1"],
    };
    let mut path = url.path().trim_end_matches('/').to_owned();
    for end in ends {
        path.truncate(path.strip_suffix(end).unwrap_or(&path).len());
    }
    url.set_path(&format!("{path}/"));
    Ok(url)
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(provider: Option<&str>, base_url: Option<&str>, key: Option<&str>) -> Settings {
        Settings {
            provider: provider.map(str::to_owned),
            base_url: base_url.map(str::to_owned),
            api_key: key.map(Secret::new),
            ..Settings::default()
        }
    }

    #[test]
    fn endpoints() {
        let cases = [
            (Some("openai"), None, Some("k"), "https://api.openai.com/v1/chat/completions", "api.openai.com"),
            (Some("ollama"), None, None, "http://localhost:11434/v1/chat/completions", "localhost:11434"),
            (Some("Llama.cpp"), None, None, "http://localhost:8080/v1/chat/completions", "localhost:8080"),
            (
                Some("anthropic"),
                None,
                Some("k"),
                "https://api.anthropic.com/v1/messages",
                "api.anthropic.com",
            ),
            (Some("anthropic"), Some("http://h:4000/v1"), None, "http://h:4000/v1/messages", "h:4000"),
            (Some("openai"), Some("http://h:1/v1/"), None, "http://h:1/v1/chat/completions", "h:1"),
            (None, Some("https://u:p@h/x?v=1"), None, "https://u:p@h/x/chat/completions?v=1", "h"),
            (None, Some("http://h/chat/completions"), None, "http://h/chat/completions", "h"),
        ];
        for (provider, base_url, key, url, host) in cases {
            let endpoint = Endpoint::of(&settings(provider, base_url, key)).unwrap();
            assert_eq!((endpoint.url().as_str(), endpoint.host.as_str()), (url, host));
        }
    }

    #[test]
    fn settings_that_name_no_endpoint() {
        let cases = [
            (settings(None, None, None), FailureKind::NoProvider),
            (settings(Some(" "), None, Some("k")), FailureKind::NoProvider),
            (settings(Some("openai"), None, None), FailureKind::NoProvider),
            (settings(Some("opnai"), None, Some("k")), FailureKind::Settings),
            (settings(None, Some("localhost:11434"), None), FailureKind::Settings),
            (settings(None, Some("ftp://h/"), None), FailureKind::Settings),
            (settings(None, Some("http://"), None), FailureKind::Settings),
        ];
        for (settings, kind) in cases {
            let failure = Endpoint::of(&settings).unwrap_err();
            assert_eq!(failure.kind, kind, "{settings:?}");
            assert!(failure.hint.is_some());
        }
    }

    #[test]
    fn a_server_without_a_default_needs_a_model() {
        let endpoint = Endpoint::of(&settings(Some("vllm"), None, None)).unwrap();
        assert_eq!(endpoint.has_model().unwrap_err().kind, FailureKind::Settings);
        assert_eq!(Endpoint::of(&settings(Some("ollama"), None, None)).unwrap().has_model(), Ok(()));
    }

    #[test]
    fn every_preset_is_an_address_and_so_are_its_lists() {
        for provider in &PROVIDERS {
            let endpoint = Endpoint::of(&settings(Some(provider.name), None, Some("k"))).unwrap();
            assert!(endpoint.base_url().starts_with("http"), "{}", provider.name);
        }
        let ollama = Endpoint::of(&settings(Some("ollama"), None, None)).unwrap();
        let lists = ollama.provider.models.iter().map(|path| ollama.at(path).to_string());
        assert_eq!(
            lists.collect::<Vec<_>>(),
            ["http://localhost:11434/v1/models", "http://localhost:11434/api/tags"]
        );
    }

    #[test]
    fn a_key_is_given_before_it_is_fetched() {
        let command = Some("pass show key".to_owned());
        let both = Settings { key_command: command.clone(), ..settings(Some("openai"), None, Some("k")) };
        assert_eq!(Endpoint::of(&both).unwrap().key, Key::Given(Secret::new("k")));
        let fetched = Settings { key_command: command, ..settings(Some("openai"), None, None) };
        assert_eq!(Endpoint::of(&fetched).unwrap().key, Key::Command("pass show key".into()));
        let kept = |name| Settings { keyring: true, ..settings(Some(name), None, None) };
        assert_eq!(Endpoint::of(&kept("openai")).unwrap().key, Key::Keyring);
        assert_eq!(Endpoint::of(&kept("ollama")).unwrap().key, Key::None);
        assert!(matches!(Endpoint::of(&Settings { keyring: true, ..both }).unwrap().key, Key::Given(_)));
    }
}
