//! The settings: every one declared once (`table.rs`) with its key, default, doc and environment names.
//!
//! A setting is looked for in layers, and the last that has it wins: the default, `config.toml`, `~/.aweshrc`,
//! the environment, the flags. `~/.aweshrc` comes after `config.toml` because it speaks the environment's
//! names: it is an environment for awesh alone, there to override.
//!
//! The files are read once ([`Sources::read`]); [`Config::load`] then only combines, so that it can be done
//! again at each prompt with what the session exports by then. Nothing here fails: what is wrong becomes a
//! [`Problem`], and everything else holds. Saying the problems is left to the caller.

mod aweshrc;
mod problem;
mod reference;
mod resolve;
mod sources;
mod table;
#[cfg(test)]
mod tests;
mod toml_file;
mod value;
mod vendors;

use awesh_protocol::{Attachment, Capabilities, Permission, Secret, Settings, Tools};

pub use problem::{Origin, Problem};
pub use reference::reference;
pub use sources::{Files, Sources};

/// What the settings come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Who answers what the local agents do not.
    pub ai: Ai,
    /// How much is said: 0 silent, 1 life-cycle notes, 2 timings.
    pub verbose: u8,
    /// How the prompt looks.
    pub prompt: Prompt,
    /// What may run without being asked, and what may not run at all.
    pub permission: Permission,
    /// Patterns (`*` and `?`) of the hosts on which changes need the name typed.
    pub protected_hosts: Vec<String>,
    /// Whether awesh uses colours.
    pub colour: bool,
    /// How a line looks while it is typed.
    pub editor: Editor,
    /// How the shell goes about its history.
    pub history: History,
    /// How the capabilities of clusters are learned.
    pub scan: Scan,
    /// Where they are kept.
    pub capabilities: Capabilities,
    /// Whether questions are answered at all; without, awesh is bash with a prompt.
    pub backend: Backend,
}

/// `ai.*`
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ai {
    /// The provider's name; none, and only local agents answer.
    pub provider: Option<String>,
    /// The model, where not the provider's default.
    pub model: Option<String>,
    /// The API's base URL, where not the provider's own.
    pub base_url: Option<String>,
    /// The API key.
    pub api_key: Option<Secret>,
    /// The command that prints the API key.
    pub key_command: Option<String>,
    /// Whether the API key is looked up in the system's keyring.
    pub keyring: bool,
    /// The file of the certificates to trust in place of the system's.
    pub ca_file: Option<String>,
    /// How models are given tools.
    pub tools: Tools,
    /// Whether hosts, pods, namespaces and clusters go under other names.
    pub pseudonyms: bool,
    /// What goes with a question.
    pub attach: Attachment,
}

/// `prompt.*`
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    /// Whose prompt is shown.
    pub style: PromptStyle,
    /// When the prompt does without emoji.
    pub ascii: AsciiForm,
    /// Whether it is shown before bash has read the start-up files.
    pub instant: bool,
    /// Patterns (`*` and `?`) of the contexts that stand out.
    pub protected: Vec<String>,
}

/// Whose prompt is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptStyle {
    /// awesh's own.
    Awesh,
    /// The user's PS1, as bash would print it.
    Bash,
}

/// When the prompt does without emoji.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsciiForm {
    /// Where the terminal or the locale cannot show them.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// `editor.*`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Editor {
    /// Whether a command has colours.
    pub colours: bool,
    /// Whether it is shown how a line could go on.
    pub suggestions: bool,
}

/// `history.*`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// How many lines the history file keeps.
    pub size: usize,
}

/// `scan.*`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// The providers that share a scan; none, and the one of `ai.*` does it.
    pub providers: Vec<String>,
}

/// `backend.*`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backend {
    /// Whether the backend is started.
    pub enabled: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ai: Ai::default(),
            verbose: 0,
            prompt: Prompt {
                style: PromptStyle::Awesh,
                ascii: AsciiForm::Auto,
                instant: true,
                protected: vec!["*prod*".to_owned()],
            },
            permission: Permission::default(),
            protected_hosts: Vec::new(),
            colour: true,
            editor: Editor { colours: true, suggestions: true },
            history: History { size: 100_000 },
            scan: Scan::default(),
            capabilities: Capabilities::default(),
            backend: Backend { enabled: true },
        }
    }
}

impl Config {
    /// Combines the layers. `lookup` gives the value of an environment variable; names it is asked for are in
    /// [`Config::watched`].
    pub fn load(sources: &Sources, lookup: impl Fn(&str) -> Option<String>) -> (Self, Vec<Problem>) {
        resolve::resolve(sources, &lookup)
    }

    /// The names of all environment variables that settings are read from.
    pub fn watched() -> &'static [&'static str] {
        table::environment_names()
    }

    /// What the backend needs to know.
    pub fn to_protocol(&self) -> Settings {
        Settings {
            provider: self.ai.provider.clone(),
            model: self.ai.model.clone(),
            base_url: self.ai.base_url.clone(),
            api_key: self.ai.api_key.clone(),
            key_command: self.ai.key_command.clone(),
            keyring: self.ai.keyring,
            ca_file: self.ai.ca_file.clone(),
            tools: self.ai.tools,
            pseudonyms: self.ai.pseudonyms,
            verbosity: self.verbose,
            permission: self.permission.clone(),
            capabilities: self.capabilities.clone(),
        }
    }
}
