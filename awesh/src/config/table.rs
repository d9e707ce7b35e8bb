//! The table of settings. What is not in it is not a setting.

use std::sync::LazyLock;

use awesh_protocol::{Attachment, Keeper, Mode, Tools};

use super::value::Field;
use super::vendors;
use super::{AsciiForm, PromptStyle};

/// One setting.
pub(super) struct Setting {
    /// Its name in `config.toml`: table and key.
    pub(super) key: &'static str,
    /// Its names in the environment and in `~/.aweshrc`; the first that is set holds.
    pub(super) environment: &'static [&'static str],
    /// The default in words; the value itself is `Config::default`'s.
    pub(super) default: &'static str,
    /// What it is for.
    pub(super) doc: &'static str,
    /// Where its value goes.
    pub(super) field: Field,
}

/// Every setting, in the order of the reference.
pub(super) static SETTINGS: [Setting; 34] = [
    Setting {
        key: "ai.provider",
        environment: &["AI_PROVIDER"],
        default: "the vendor whose key is set; else none",
        doc: "Who answers what the local agents do not: openai, anthropic, openrouter, ollama, …, or none; awea lists them.",
        field: Field::Text(|config| &mut config.ai.provider),
    },
    Setting {
        key: "ai.model",
        environment: &["AWESH_MODEL", "MODEL"],
        default: "the provider's",
        doc: "The model that is asked.",
        field: Field::Text(|config| &mut config.ai.model),
    },
    Setting {
        key: "ai.base_url",
        environment: &["AWESH_BASE_URL"],
        default: "the provider's",
        doc: "Where the provider's API is. Set alone it means an OpenAI-compatible server.",
        field: Field::Text(|config| &mut config.ai.base_url),
    },
    Setting {
        key: "ai.api_key",
        environment: &["AWESH_API_KEY"],
        default: "the vendor's variable",
        doc: "The key for the provider.",
        field: Field::Secret(|config| &mut config.ai.api_key),
    },
    Setting {
        key: "ai.key_command",
        environment: &["AWESH_KEY_COMMAND"],
        default: "none",
        doc: "A command that prints the key, where none is set: pass show openai, vault kv get -field=key ai. \
              It is run without a shell.",
        field: Field::Text(|config| &mut config.ai.key_command),
    },
    Setting {
        key: "ai.keyring",
        environment: &["AWESH_KEYRING"],
        default: "false",
        doc: "Whether the key, where none is set, is looked up in the desktop's keyring, where there is one for each \
              provider: secret-tool store --label 'awesh openai' service awesh provider openai.",
        field: Field::Switch(|config| &mut config.ai.keyring),
    },
    Setting {
        key: "ai.ca_file",
        environment: &["AWESH_CA_FILE", "SSL_CERT_FILE"],
        default: "the system's",
        doc: "The certificates (PEM) that the provider's is checked by.",
        field: Field::Text(|config| &mut config.ai.ca_file),
    },
    Setting {
        key: "ai.tools",
        environment: &["AWESH_TOOLS"],
        default: "auto",
        doc: "How the model is given tools: by the API, in words for models that cannot call them, or by the API \
              unless the server refuses that.",
        field: Field::Choice {
            names: &["auto", "native", "text"],
            set: |config, index| config.ai.tools = [Tools::Auto, Tools::Native, Tools::Text][index],
        },
    },
    Setting {
        key: "ai.pseudonyms",
        environment: &["AWESH_PSEUDONYMS"],
        default: "false",
        doc: "Whether the AI knows hosts, pods, namespaces and clusters by other names only.",
        field: Field::Switch(|config| &mut config.ai.pseudonyms),
    },
    Setting {
        key: "ai.attach",
        environment: &["AWESH_ATTACH"],
        default: "output",
        doc: "What goes with a question: nothing, the last commands, or these with the end of their output.",
        field: Field::Choice {
            names: &["nothing", "commands", "output"],
            set: |config, index| {
                config.ai.attach = [Attachment::Nothing, Attachment::Commands, Attachment::Output][index];
            },
        },
    },
    Setting {
        key: "verbose",
        environment: &["VERBOSE"],
        default: "0",
        doc: "How much awesh says of itself: 0 nothing, 1 life-cycle notes, 2 timings.",
        field: Field::Level(|config| &mut config.verbose),
    },
    Setting {
        key: "prompt.style",
        environment: &["AWESH_PROMPT"],
        default: "awesh",
        doc: "Whose prompt is shown: awesh's, or bash's own PS1.",
        field: Field::Choice {
            names: &["awesh", "bash"],
            set: |config, index| config.prompt.style = [PromptStyle::Awesh, PromptStyle::Bash][index],
        },
    },
    Setting {
        key: "prompt.ascii",
        environment: &["AWESH_ASCII"],
        default: "auto",
        doc: "Whether the prompt does without emoji; auto: where the terminal cannot show them.",
        field: Field::Choice {
            names: &["auto", "always", "never"],
            set: |config, index| {
                config.prompt.ascii = [AsciiForm::Auto, AsciiForm::Always, AsciiForm::Never][index];
            },
        },
    },
    Setting {
        key: "prompt.instant",
        environment: &["AWESH_INSTANT"],
        default: "true",
        doc: "Whether the first prompt is there at once, while bash still reads its start-up files.",
        field: Field::Switch(|config| &mut config.prompt.instant),
    },
    Setting {
        key: "prompt.protected",
        environment: &["AWESH_PROTECTED"],
        default: "[\"*prod*\"]",
        doc: "Patterns of the Kubernetes contexts that stand out in the prompt, and where proposed changes need \
              the name typed.",
        field: Field::List(|config| &mut config.prompt.protected),
    },
    Setting {
        key: "permission.mode",
        environment: &["AWESH_PERMISSION"],
        default: "ask",
        doc: "What happens to proposed commands that no rule decides: ask; auto, and those that only look run \
              without being asked; read-only, and those that could do more are not proposed.",
        field: Field::Choice {
            names: &["ask", "auto", "read-only"],
            set: |config, index| config.permission.mode = [Mode::Ask, Mode::Auto, Mode::ReadOnly][index],
        },
    },
    Setting {
        key: "permission.allow",
        environment: &["AWESH_ALLOW"],
        default: "[]",
        doc: "Rules for commands that run without being asked, such as \"kubectl get *\": the words of one \
              command; * stands for any text, as the last word for any words.",
        field: Field::Rules(|config| &mut config.permission.allow),
    },
    Setting {
        key: "permission.ask",
        environment: &["AWESH_ASK"],
        default: "[]",
        doc: "Rules for commands that are asked whatever else allows them.",
        field: Field::Rules(|config| &mut config.permission.ask),
    },
    Setting {
        key: "permission.deny",
        environment: &["AWESH_DENY"],
        default: "[]",
        doc: "Rules for commands that are not even proposed, such as \"rm -rf /*\"; options in any place and form.",
        field: Field::Rules(|config| &mut config.permission.deny),
    },
    Setting {
        key: "permission.network",
        environment: &["AWESH_LOOK_NETWORK"],
        default: "false",
        doc: "Whether a look of the AI may ask other machines (kubectl get, dig, curl) without a proposal.",
        field: Field::Switch(|config| &mut config.permission.network),
    },
    Setting {
        key: "permission.protected_hosts",
        environment: &["AWESH_PROTECTED_HOSTS"],
        default: "[]",
        doc: "Patterns of the hosts on which proposed changes need the name typed.",
        field: Field::List(|config| &mut config.protected_hosts),
    },
    Setting {
        key: "colour",
        environment: &["NO_COLOR"],
        default: "true",
        doc: "Whether awesh uses colours. NO_COLOR set to anything turns them off.",
        field: Field::Switch(|config| &mut config.colour),
    },
    Setting {
        key: "editor.colours",
        environment: &["AWESH_COLOURS"],
        default: "true",
        doc: "Whether a command has colours while it is typed.",
        field: Field::Switch(|config| &mut config.editor.colours),
    },
    Setting {
        key: "editor.suggestions",
        environment: &["AWESH_SUGGESTIONS"],
        default: "true",
        doc: "Whether the newest line that begins like the one being typed is suggested behind it; Right takes it.",
        field: Field::Switch(|config| &mut config.editor.suggestions),
    },
    Setting {
        key: "history.size",
        environment: &["AWESH_HISTORY_SIZE"],
        default: "100000",
        doc: "How many lines the history file keeps.",
        field: Field::Count(|config| &mut config.history.size),
    },
    Setting {
        key: "scan.providers",
        environment: &["AWESH_SCAN_PROVIDERS"],
        default: "the one of ai.*",
        doc: "The providers that share `awesh scan`, each a name and what differs from its usual settings: \
              \"openai\", \"openai model=gpt-4.1-mini key=OTHER_KEY_VARIABLE\", \"vllm base_url=http://gpu:8000/v1\".",
        field: Field::Rules(|config| &mut config.scan.providers),
    },
    Setting {
        key: "capabilities.store",
        environment: &["AWESH_STORE"],
        default: "sqlite",
        doc: "What keeps what was learned of clusters: a file of this user's own, or a server that a team shares.",
        field: Field::Choice {
            names: &["sqlite", "qdrant", "postgresql"],
            set: |config, index| {
                config.capabilities.store = [Keeper::Sqlite, Keeper::Qdrant, Keeper::Postgresql][index];
            },
        },
    },
    Setting {
        key: "capabilities.url",
        environment: &["AWESH_STORE_URL"],
        default: "the server's usual port on this machine",
        doc: "Where that server is: \"https://qdrant.example:6333\", \"postgresql://ada@db.example/awesh\".",
        field: Field::Secret(|config| &mut config.capabilities.url),
    },
    Setting {
        key: "capabilities.collection",
        environment: &["AWESH_STORE_COLLECTION"],
        default: "awesh",
        doc: "The collection (Qdrant) or the schema (PostgreSQL) there; made where it is missing.",
        field: Field::Text(|config| &mut config.capabilities.collection),
    },
    Setting {
        key: "capabilities.api_key",
        environment: &["AWESH_STORE_API_KEY"],
        default: "none",
        doc: "The server's API key (Qdrant) or the user's password (PostgreSQL).",
        field: Field::Secret(|config| &mut config.capabilities.api_key),
    },
    Setting {
        key: "capabilities.key_command",
        environment: &["AWESH_STORE_KEY_COMMAND"],
        default: "none",
        doc: "A command that prints that key or password, where none is set. It is run without a shell.",
        field: Field::Text(|config| &mut config.capabilities.key_command),
    },
    Setting {
        key: "capabilities.ca_file",
        environment: &["AWESH_STORE_CA_FILE"],
        default: "the system's",
        doc: "The certificates (PEM) that the server's is checked by.",
        field: Field::Text(|config| &mut config.capabilities.ca_file),
    },
    Setting {
        key: "capabilities.embeddings",
        environment: &["AWESH_EMBEDDINGS"],
        default: "the provider's, where it is known to have one",
        doc: "The model of the AI provider's embeddings API by which what was learned is found by meaning too; or none.",
        field: Field::Text(|config| &mut config.capabilities.embeddings),
    },
    Setting {
        key: "backend.enabled",
        environment: &["AWESH_BACKEND"],
        default: "true",
        doc: "Whether questions are answered; without, awesh is bash with its prompt.",
        field: Field::Switch(|config| &mut config.backend.enabled),
    },
];

/// What a name in the environment or in `~/.aweshrc` stands for.
#[derive(Clone, Copy)]
pub(super) enum Name {
    /// One of awesh's settings.
    Setting(&'static Setting),
    /// A vendor's own variable.
    Vendor(&'static str),
}

/// The setting of this key.
pub(super) fn by_key(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// What a name in the environment stands for.
pub(super) fn by_name(name: &str) -> Option<Name> {
    let setting = SETTINGS.iter().find(|setting| setting.environment.contains(&name));
    let vendor = || vendors::variables().find(|variable| *variable == name);
    setting.map(Name::Setting).or_else(|| vendor().map(Name::Vendor))
}

/// All names in the environment that mean something here.
pub(super) fn environment_names() -> &'static [&'static str] {
    static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
        let settings = SETTINGS.iter().flat_map(|setting| setting.environment.iter().copied());
        settings.chain(vendors::variables()).collect()
    });
    &NAMES
}
