//! The AI vendors' own variables. A key that is set without a provider chooses its vendor.

/// One vendor and the names it gave its variables.
pub(super) struct Vendor {
    /// The provider's name in `ai.provider`.
    pub(super) provider: &'static str,
    /// The variable of its key.
    pub(super) key: Option<&'static str>,
    /// The variable of its address.
    pub(super) base_url: Option<&'static str>,
    /// The variable that, when set, means that this vendor is wanted.
    chosen_by: &'static str,
}

/// The vendors, in the order in which they are chosen where several keys are set.
static VENDORS: [Vendor; 4] = [
    Vendor {
        provider: "openai",
        key: Some("OPENAI_API_KEY"),
        base_url: Some("OPENAI_BASE_URL"),
        chosen_by: "OPENAI_API_KEY",
    },
    Vendor {
        provider: "anthropic",
        key: Some("ANTHROPIC_API_KEY"),
        base_url: Some("ANTHROPIC_BASE_URL"),
        chosen_by: "ANTHROPIC_API_KEY",
    },
    Vendor {
        provider: "openrouter",
        key: Some("OPENROUTER_API_KEY"),
        base_url: None,
        chosen_by: "OPENROUTER_API_KEY",
    },
    Vendor { provider: "ollama", key: None, base_url: Some("OLLAMA_HOST"), chosen_by: "OLLAMA_HOST" },
];

/// All variables of all vendors.
pub(super) fn variables() -> impl Iterator<Item = &'static str> {
    VENDORS.iter().flat_map(|vendor| vendor.key.into_iter().chain(vendor.base_url))
}

/// The vendor behind a provider's name.
pub(super) fn by_provider(provider: &str) -> Option<&'static Vendor> {
    VENDORS.iter().find(|vendor| vendor.provider == provider)
}

/// The vendor that the variables choose; `is_set` tells which are there.
pub(super) fn chosen(is_set: impl Fn(&str) -> bool) -> Option<&'static Vendor> {
    VENDORS.iter().find(|vendor| is_set(vendor.chosen_by))
}

/// The vendor's address as a base URL. `OLLAMA_HOST` is read as Ollama does: scheme and port may be missing,
/// and an address to listen on everywhere is one to reach here.
pub(super) fn base_url(vendor: &Vendor, address: &str) -> String {
    if vendor.provider != "ollama" {
        return address.to_owned();
    }
    let address = address.trim_end_matches('/').replace("0.0.0.0", "127.0.0.1");
    let (scheme, rest) = address.split_once("://").unwrap_or(("", &address));
    let url = match scheme {
        "" if rest.rsplit(']').next().is_some_and(|end| end.contains(':')) => format!("http://{rest}"),
        "" => format!("http://{rest}:11434"),
        _ => address,
    };
    if url.ends_with("/v1") { url } else { format!("{url}/v1") }
}
