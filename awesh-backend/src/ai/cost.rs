//! What an answer cost, where that is known: as the server says, else by the provider's own list of prices.
//!
//! A model that is not on the list costs an unknown sum, and so does any behind another address: nothing is
//! guessed. Discounts, for what a provider had read before, are not counted: what is said is the most it can be.

use std::sync::{Mutex, PoisonError};

use awesh_protocol::Usage;

use super::endpoint::Endpoint;

/// Dollars for a million tokens.
struct Price {
    provider: &'static str,
    model: &'static str,
    read: f64,
    written: f64,
}

/// List prices as the providers publish them. A model's dated versions cost what it does.
const PRICES: [Price; 12] = [
    price("openai", "gpt-4.1", 2.0, 8.0),
    price("openai", "gpt-4.1-mini", 0.4, 1.6),
    price("openai", "gpt-4.1-nano", 0.1, 0.4),
    price("openai", "gpt-4o", 2.5, 10.0),
    price("openai", "gpt-4o-mini", 0.15, 0.6),
    price("openai", "o3", 2.0, 8.0),
    price("openai", "o4-mini", 1.1, 4.4),
    price("anthropic", "claude-sonnet-4-5", 3.0, 15.0),
    price("anthropic", "claude-haiku-4-5", 1.0, 5.0),
    price("anthropic", "claude-opus-4-1", 15.0, 75.0),
    price("groq", "llama-3.3-70b-versatile", 0.59, 0.79),
    price("mistral", "mistral-medium-latest", 0.4, 2.0),
];

const fn price(provider: &'static str, model: &'static str, read: f64, written: f64) -> Price {
    Price { provider, model, read, written }
}

/// What a turn cost in dollars, if it is known.
pub(crate) fn of(endpoint: &Endpoint, usage: Option<Usage>, said: Option<f64>) -> Option<f64> {
    if said.is_some() {
        return said;
    }
    let usage = usage.filter(|_| endpoint.is_providers_own())?;
    let found = PRICES.iter().find(|price| {
        price.provider == endpoint.provider.name && is_version(endpoint.model(), price.model)
    })?;
    // Beyond what a float counts exactly no answer goes.
    let (read, written) = (usage.input_tokens as f64, usage.output_tokens as f64);
    Some((read * found.read + written * found.written) / 1e6)
}

/// Whether a model is this one, or a dated version of it.
fn is_version(model: &str, of: &str) -> bool {
    let Some(rest) = model.strip_prefix(of) else { return false };
    rest.is_empty()
        || rest.strip_prefix('-').is_some_and(|date| date.bytes().all(|b| b.is_ascii_digit() || b == b'-'))
}

/// What the turns of a question cost together; unknown as soon as that of one is.
#[derive(Debug, Default)]
pub(crate) struct Bill(Mutex<Option<Option<f64>>>);

impl Bill {
    /// Adds a turn.
    pub(crate) fn add(&self, cost: Option<f64>) {
        let mut sum = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *sum = Some(match (*sum, cost) {
            (None, cost) => cost,
            (Some(sum), cost) => sum.zip(cost).map(|(sum, cost)| sum + cost),
        });
    }

    /// The sum.
    pub(crate) fn total(&self) -> Option<f64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flatten()
    }
}

#[cfg(test)]
mod tests {
    use awesh_protocol::{Secret, Settings};

    use super::*;

    fn cost(provider: &str, model: &str, base_url: Option<&str>) -> Option<f64> {
        let settings = Settings {
            provider: Some(provider.into()),
            model: Some(model.into()),
            base_url: base_url.map(str::to_owned),
            api_key: Some(Secret::new("k")),
            ..Settings::default()
        };
        let usage = Usage { input_tokens: 1_000_000, output_tokens: 100_000 };
        of(&Endpoint::of(&settings).unwrap(), Some(usage), None)
    }

    #[test]
    fn only_what_is_known_is_said() {
        assert_eq!(cost("anthropic", "claude-sonnet-4-5-20250929", None), Some(4.5));
        assert_eq!(cost("openai", "gpt-4.1-mini", None), Some(0.56));
        assert_eq!(cost("openai", "gpt-4.1-mini-search", None), None);
        assert_eq!(cost("openai", "gpt-4.1", Some("http://h/v1")), None);
        assert_eq!(cost("ollama", "qwen3", None), None);
    }

    #[test]
    fn a_sum_with_an_unknown_part_is_unknown() {
        let bill = Bill::default();
        assert_eq!(bill.total(), None);
        bill.add(Some(0.5));
        bill.add(Some(0.25));
        assert_eq!(bill.total(), Some(0.75));
        bill.add(None);
        bill.add(Some(1.0));
        assert_eq!(bill.total(), None);
    }
}
