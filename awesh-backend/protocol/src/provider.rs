//! The AI providers known by name: what differs between them, as data. Both sides go by it: the shell for the
//! names and the variables that users already have, the backend for everything else.

/// The form in which a provider is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// OpenAI's chat completions, which most servers understand.
    Chat,
    /// Anthropic's messages.
    Messages,
}

/// One provider.
#[derive(Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name in the settings.
    pub name: &'static str,
    /// How it is spoken to.
    pub api: Api,
    /// Where it is.
    pub base_url: &'static str,
    /// The model asked where the settings name none.
    pub model: Option<&'static str>,
    /// The variable its key is usually in; none, and it needs no key.
    pub key_variable: Option<&'static str>,
    /// The variable its address is usually in.
    pub url_variable: Option<&'static str>,
    /// Where it lists its models, from its base URL; the first that is there holds.
    pub models: &'static [&'static str],
    /// Whether it must be asked to send usage with a stream (and understands being asked).
    pub asks_for_usage: bool,
    /// Whether it says what an answer cost, if asked to.
    pub tells_cost: bool,
    /// Whether its models can be given tools at all.
    pub takes_tools: bool,
    /// Whether what a model thought must come back to it with the results of its calls.
    pub wants_thinking: bool,
    /// The model of its embeddings API, where it has both.
    pub embeddings: Option<&'static str>,
}

/// All of them. Where several keys are set, the first here whose is set is chosen.
pub static PROVIDERS: [Provider; 11] = [
    Provider {
        url_variable: Some("OPENAI_BASE_URL"),
        embeddings: Some("text-embedding-3-small"),
        ..hosted("openai", "https://api.openai.com/v1", "gpt-4.1", "OPENAI_API_KEY")
    },
    Provider {
        api: Api::Messages,
        url_variable: Some("ANTHROPIC_BASE_URL"),
        models: &["v1/models"],
        wants_thinking: true,
        ..hosted("anthropic", "https://api.anthropic.com", "claude-sonnet-4-5", "ANTHROPIC_API_KEY")
    },
    Provider {
        tells_cost: true,
        embeddings: Some("openai/text-embedding-3-small"),
        ..hosted("openrouter", "https://openrouter.ai/api/v1", "openrouter/auto", "OPENROUTER_API_KEY")
    },
    Provider {
        url_variable: Some("OLLAMA_HOST"),
        // Its own list is older than its compatible form.
        models: &["models", "../api/tags"],
        ..local("ollama", "http://localhost:11434/v1", Some("qwen3"))
    },
    // Serves the one model it was started with, whatever it is called.
    local("llamacpp", "http://localhost:8080/v1", Some("default")),
    local("lmstudio", "http://localhost:1234/v1", None),
    local("vllm", "http://localhost:8000/v1", None),
    // Sends usage by itself and refuses fields that it does not know.
    Provider {
        asks_for_usage: false,
        embeddings: Some("mistral-embed"),
        ..hosted("mistral", "https://api.mistral.ai/v1", "mistral-medium-latest", "MISTRAL_API_KEY")
    },
    hosted("groq", "https://api.groq.com/openai/v1", "llama-3.3-70b-versatile", "GROQ_API_KEY"),
    Provider {
        wants_thinking: true,
        ..hosted("deepseek", "https://api.deepseek.com/v1", "deepseek-chat", "DEEPSEEK_API_KEY")
    },
    // Answers from a search, without tools; it lists no models.
    Provider {
        models: &[],
        asks_for_usage: false,
        takes_tools: false,
        ..hosted("perplexity", "https://api.perplexity.ai", "sonar-pro", "PERPLEXITY_API_KEY")
    },
];

const fn hosted(
    name: &'static str,
    base_url: &'static str,
    model: &'static str,
    key_variable: &'static str,
) -> Provider {
    Provider { model: Some(model), key_variable: Some(key_variable), ..local(name, base_url, None) }
}

const fn local(name: &'static str, base_url: &'static str, model: Option<&'static str>) -> Provider {
    Provider {
        name,
        api: Api::Chat,
        base_url,
        model,
        key_variable: None,
        url_variable: None,
        models: &["models"],
        asks_for_usage: true,
        tells_cost: false,
        takes_tools: true,
        wants_thinking: false,
        embeddings: None,
    }
}

impl Provider {
    /// The provider of this name, as loosely as people write it: `llama.cpp`, `LM Studio`.
    pub fn find(name: &str) -> Option<&'static Self> {
        let wanted = name.to_lowercase().replace(['.', '-', '_', ' '], "");
        PROVIDERS.iter().find(|provider| provider.name == wanted)
    }

    /// All names, for a sentence.
    pub fn names() -> String {
        PROVIDERS.iter().map(|provider| provider.name).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_people_write_them() {
        for (written, name) in
            [("OpenAI", "openai"), ("llama.cpp", "llamacpp"), ("LM Studio", "lmstudio"), ("vllm", "vllm")]
        {
            assert_eq!(Provider::find(written).map(|provider| provider.name), Some(name));
        }
        for unknown in ["", "opnai", "none"] {
            assert_eq!(Provider::find(unknown), None);
        }
    }

    #[test]
    fn each_row_is_found_by_its_own_name() {
        for provider in &PROVIDERS {
            assert_eq!(Provider::find(provider.name), Some(provider));
        }
    }
}
