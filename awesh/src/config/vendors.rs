//! The AI vendors' own variables, of the table of providers. A key that is set without a provider chooses its
//! vendor.

use awesh_protocol::{PROVIDERS, Provider};

/// All variables of all vendors.
pub(super) fn variables() -> impl Iterator<Item = &'static str> {
    PROVIDERS.iter().flat_map(|provider| provider.key_variable.into_iter().chain(provider.url_variable))
}

/// The vendor that the variables choose: by its key, or, where it needs none, by its address. `is_set` tells
/// which are there.
pub(super) fn chosen(is_set: impl Fn(&str) -> bool) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|provider| provider.key_variable.or(provider.url_variable).is_some_and(&is_set))
}

/// The vendor's address as a base URL. `OLLAMA_HOST` is read as Ollama does: scheme and port may be missing,
/// and an address to listen on everywhere is one to reach here.
pub(super) fn base_url(provider: &Provider, address: &str) -> String {
    if provider.name != "ollama" {
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
