//! What differs between providers, as data, and the endpoint that the settings name.

use agents::Failure;
use awesh_protocol::{FailureKind, Secret, Settings};
use reqwest::Url;

/// A provider of an OpenAI-compatible API.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Provider {
    /// The name in the settings.
    pub(crate) name: &'static str,
    /// Where its API is.
    base_url: &'static str,
    /// The model asked where the settings name none.
    model: Option<&'static str>,
    /// The variable its key is usually in; none, and it needs no key.
    key: Option<&'static str>,
    /// Whether it must be asked to send usage with a stream (and understands being asked).
    pub(crate) asks_for_usage: bool,
}

/// The providers known by name.
const PROVIDERS: [Provider; 10] = [
    hosted("openai", "https://api.openai.com/v1", "gpt-4.1", "OPENAI_API_KEY"),
    // Its own compatible form; the key goes where every provider's goes.
    hosted("anthropic", "https://api.anthropic.com/v1", "claude-sonnet-4-5", "ANTHROPIC_API_KEY"),
    hosted("openrouter", "https://openrouter.ai/api/v1", "openrouter/auto", "OPENROUTER_API_KEY"),
    local("ollama", "http://localhost:11434/v1", Some("qwen3")),
    // Serves the one model it was started with, whatever it is called.
    local("llamacpp", "http://localhost:8080/v1", Some("default")),
    local("lmstudio", "http://localhost:1234/v1", None),
    local("vllm", "http://localhost:8000/v1", None),
    // Sends usage by itself and refuses fields that it does not know.
    Provider {
        asks_for_usage: false,
        ..hosted("mistral", "https://api.mistral.ai/v1", "mistral-medium-latest", "MISTRAL_API_KEY")
    },
    hosted("groq", "https://api.groq.com/openai/v1", "llama-3.3-70b-versatile", "GROQ_API_KEY"),
    hosted("deepseek", "https://api.deepseek.com/v1", "deepseek-chat", "DEEPSEEK_API_KEY"),
];

const fn hosted(
    name: &'static str,
    base_url: &'static str,
    model: &'static str,
    key: &'static str,
) -> Provider {
    Provider { name, base_url, model: Some(model), key: Some(key), asks_for_usage: true }
}

const fn local(name: &'static str, base_url: &'static str, model: Option<&'static str>) -> Provider {
    Provider { name, base_url, model, key: None, asks_for_usage: true }
}

/// Where questions go.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    /// The provider.
    pub(crate) provider: &'static Provider,
    /// The address of its chat completions.
    pub(crate) url: Url,
    /// Its host and port, as the user is told.
    pub(crate) host: String,
    /// The model asked.
    pub(crate) model: String,
    /// The key sent.
    pub(crate) key: Option<Secret>,
}

impl Endpoint {
    /// The endpoint that the settings name, or what is wrong with them.
    pub(crate) fn of(settings: &Settings) -> Result<Self, Failure> {
        let given = |value: &Option<String>| {
            value.clone().map(|value| value.trim().to_owned()).filter(|v| !v.is_empty())
        };
        let base_url = given(&settings.base_url);
        let provider = match (given(&settings.provider), &base_url) {
            (Some(name), _) => find(&name)?,
            // An address alone is enough: any compatible server.
            (None, Some(_)) => &PROVIDERS[0],
            (None, None) => return Err(no_provider()),
        };
        let url = parse_url(base_url.as_deref().unwrap_or(provider.base_url))?;
        let model =
            given(&settings.model).or_else(|| provider.model.map(str::to_owned)).ok_or_else(|| {
                let message =
                    format!("{} serves the models it was given, and none is chosen.", provider.name);
                Failure::new(FailureKind::Settings, message).hint("Choose one: awem MODEL")
            })?;
        let key = settings.api_key.clone().filter(|key| !key.expose().trim().is_empty());
        if let (None, Some(variable), None) = (&key, provider.key, &base_url) {
            let message = format!("{} needs a key, and none is set.", provider.name);
            return Err(Failure::new(FailureKind::NoProvider, message).hint(format!("export {variable}=…")));
        }
        Ok(Self { provider, host: host(&url), url, model, key })
    }

    /// Its base URL, as the user would set it, without a password.
    pub(crate) fn base_url(&self) -> String {
        let mut url = self.url.clone();
        // Both fail only for addresses that cannot have them.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        let path = url.path().trim_end_matches("/chat/completions").to_owned();
        url.set_path(&path);
        url.to_string()
    }

    /// Whether it is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        matches!(self.url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
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
        match self.provider.key {
            Some(variable) => format!("Set one that is valid: export {variable}=…"),
            None => "Set the key it wants: [ai] api_key in config.toml".to_owned(),
        }
    }
}

fn find(name: &str) -> Result<&'static Provider, Failure> {
    let wanted = name.to_lowercase().replace(['.', '-', '_', ' '], "");
    PROVIDERS.iter().find(|provider| provider.name == wanted).ok_or_else(|| {
        let names: Vec<&str> = PROVIDERS.iter().map(|provider| provider.name).collect();
        Failure::new(FailureKind::Settings, format!("There is no AI provider “{name}”."))
            .hint(format!("Known are: {}. Any other compatible server: set base_url.", names.join(", ")))
    })
}

fn no_provider() -> Failure {
    Failure::new(
        FailureKind::NoProvider,
        "No AI provider is set up: export OPENAI_API_KEY=…  (or: awea ollama)",
    )
    .hint("To keep it, in ~/.config/awesh/config.toml: [ai] provider = \"ollama\"")
}

fn parse_url(base_url: &str) -> Result<Url, Failure> {
    let wrong = || {
        // The address itself may hold a password: it is not repeated.
        Failure::new(FailureKind::Settings, "The AI provider's base URL is no http:// or https:// address.")
            .hint("It looks like this: base_url = \"http://localhost:11434/v1\"")
    };
    let mut url = Url::parse(base_url).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong());
    }
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/chat/completions").unwrap_or(path);
    let path = format!("{path}/chat/completions");
    url.set_path(&path);
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
            (Some("openai"), Some("http://h:1/v1/"), None, "http://h:1/v1/chat/completions", "h:1"),
            (None, Some("https://u:p@h/x?v=1"), None, "https://u:p@h/x/chat/completions?v=1", "h"),
            (None, Some("http://h/chat/completions"), None, "http://h/chat/completions", "h"),
        ];
        for (provider, base_url, key, url, host) in cases {
            let endpoint = Endpoint::of(&settings(provider, base_url, key)).unwrap();
            assert_eq!((endpoint.url.as_str(), endpoint.host.as_str()), (url, host));
        }
    }

    #[test]
    fn settings_that_name_no_endpoint() {
        let cases = [
            (settings(None, None, None), FailureKind::NoProvider),
            (settings(Some(" "), None, Some("k")), FailureKind::NoProvider),
            (settings(Some("openai"), None, None), FailureKind::NoProvider),
            (settings(Some("opnai"), None, Some("k")), FailureKind::Settings),
            (settings(Some("vllm"), None, None), FailureKind::Settings),
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
    fn every_preset_is_an_address() {
        for provider in &PROVIDERS {
            assert!(parse_url(provider.base_url).is_ok(), "{}", provider.name);
        }
    }
}
