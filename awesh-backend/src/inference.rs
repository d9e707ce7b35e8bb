//! A model that answers once, behind the gate: what is asked is redacted before it is sent, what is answered is
//! restored, and each request is in the audit log. It shares nothing with the talks of a shell.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use agents::capabilities::inference::{Asked, Inference, Inferred};
use agents::pool::{Kind, Refusal};
use async_trait::async_trait;
use tokio::sync::OnceCell;

use crate::ai::endpoint::Endpoint;
use crate::ai::fault::Fault;
use crate::ai::{Client, Piece, Whole, cost, structured};
use crate::audit::Entry;
use crate::config::{Patience, Retries};
use crate::conversation::{Exchange, OutOfTurn};
use crate::gate::Gate;
use crate::guard::Guard;
use crate::talk::Memory;

/// What all accounts of a scan have in common.
pub(crate) struct Shared {
    memory: Memory,
    guard: Guard,
    /// Set when the secrets of the user's files are known.
    known: OnceCell<()>,
    environment: BTreeMap<String, String>,
}

impl Shared {
    /// With the variables by which servers are reached, and the directory of the audit log.
    pub(crate) fn new(state: &Path, environment: BTreeMap<String, String>, pseudonyms: bool) -> Self {
        let memory = Memory::default();
        memory.gate().hide_names(pseudonyms);
        let guard = Guard::new(state, memory.clone());
        guard.know_environment(&environment);
        Self { memory, guard, known: OnceCell::new(), environment }
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.memory.gate()
    }
}

/// One account.
pub(crate) struct Account {
    name: String,
    client: Client,
    shared: Arc<Shared>,
}

impl Account {
    /// At an endpoint. Attempts are repeated by who asks, who knows of the others.
    pub(crate) fn new(name: String, endpoint: Endpoint, patience: Patience, shared: Arc<Shared>) -> Self {
        let retries = Retries { most: 0, first: Duration::ZERO, longest: Duration::ZERO };
        let client = Client::new(endpoint, Patience { retries, ..patience });
        Self { name, client, shared }
    }

    async fn ask(&self, exchange: &Exchange, asked: &Asked<'_>) -> Result<Whole, Fault> {
        let endpoint = &self.client.endpoint;
        loop {
            let asked = self.client.put_once(asked.instructions, exchange, asked.schema);
            let body = asked.body.to_string();
            self.shared.guard.log(Entry::request(endpoint.provider.name, endpoint.model(), body.as_bytes()));
            let takes_schema = self.client.takes_schema();
            let fault = match self.whole(&asked).await {
                Ok(whole) => return Ok(whole),
                Err(fault) => fault,
            };
            // Others may have found out meanwhile.
            if !(takes_schema && fault.refuses_schema()) {
                return Err(fault);
            }
            self.client.put_schema_aside();
        }
    }

    async fn whole(&self, asked: &crate::ai::Asked) -> Result<Whole, Fault> {
        let mut answering = self.client.ask(asked, &self.shared.environment);
        loop {
            match answering.next().await? {
                Piece::Whole(whole) => return Ok(whole),
                Piece::Text(_) => {}
                Piece::Waiting(fault, _) => return Err(fault),
            }
        }
    }

    /// The question as it is sent.
    fn exchange(&self, asked: &Asked<'_>) -> Result<Exchange, OutOfTurn> {
        let (mut gate, mut exchange) = (self.shared.gate(), Exchange::default());
        exchange.ask(gate.redact(asked.question))?;
        if let Some((answer, told)) = asked.objection {
            exchange.object(gate.redact(answer), gate.redact(told))?;
        }
        Ok(exchange)
    }
}

#[async_trait]
impl Inference for Account {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn model(&self) -> String {
        format!("{} {}", self.client.endpoint.provider.name, self.client.endpoint.model())
    }

    async fn infer(&self, asked: &Asked<'_>) -> Result<Inferred, Refusal> {
        let endpoint = &self.client.endpoint;
        let refused = |fault: &Fault| refusal(fault, endpoint);
        self.shared.known.get_or_init(|| self.shared.memory.know_files(&self.shared.environment)).await;
        if let Some(key) = self.client.key(&self.shared.environment).await.map_err(|fault| refused(&fault))? {
            self.shared.gate().know(key.expose());
        }
        let broken =
            |why: OutOfTurn| Refusal { kind: Kind::TooMuch, why: why.to_string(), retry_after: None };
        let exchange = self.exchange(asked).map_err(broken)?;
        let whole = match self.ask(&exchange, asked).await {
            Err(Fault::CutCall) => return Ok(Inferred { is_cut: true, ..Inferred::default() }),
            asked => asked.map_err(|fault| refused(&fault))?,
        };
        let said = structured::answer(&whole);
        Ok(Inferred {
            text: self.shared.gate().restore(&said),
            said,
            is_cut: whole.turn.cut_by_length,
            usage: whole.turn.usage,
            cost: cost::of(endpoint, whole.turn.usage, whole.cost),
        })
    }
}

/// What a fault says of the server.
fn refusal(fault: &Fault, endpoint: &Endpoint) -> Refusal {
    let retry_after = match fault {
        Fault::Refused(refusal) => refusal.retry_after,
        _ => None,
    };
    Refusal { kind: kind(fault, endpoint), why: fault.failure(endpoint).message, retry_after }
}

fn kind(fault: &Fault, endpoint: &Endpoint) -> Kind {
    let refusal = match fault {
        Fault::Refused(refusal) => refusal,
        // What does not run on this machine will not run in a second either.
        Fault::Unreachable(_) if endpoint.is_loopback() => return Kind::Over,
        Fault::Client(_) | Fault::Key(_) => return Kind::Over,
        _ => return Kind::Broken,
    };
    let is_over = ["insufficient_quota", "model_not_found", "no such model", "invalid model", "model name"];
    match refusal.status.unwrap_or_default() {
        _ if refusal.is_too_long() => Kind::TooMuch,
        401..=404 => Kind::Over,
        400 | 422 | 429 if refusal.mentions(&is_over) => Kind::Over,
        429 => Kind::Limited,
        503 | 529 => Kind::Overloaded,
        0 | 408 | 409 | 500..=599 => Kind::Broken,
        _ => Kind::TooMuch,
    }
}

#[cfg(test)]
mod tests {
    use awesh_protocol::{Secret, Settings};

    use super::*;
    use crate::ai::refusal::Refusal as Said;

    #[test]
    fn what_a_fault_says_of_a_server() {
        let api_key = Some(Secret::new("k"));
        let settings = Settings { provider: Some("openai".into()), api_key, ..Settings::default() };
        let far = Endpoint::of(&settings).unwrap();
        let said = |status: u16, message: &str| {
            Fault::Refused(Said { status: Some(status), message: message.into(), ..Said::default() })
        };
        for (fault, expected) in [
            (said(429, ""), Kind::Limited),
            (said(429, "insufficient_quota"), Kind::Over),
            (said(503, ""), Kind::Overloaded),
            (said(529, ""), Kind::Overloaded),
            (said(500, ""), Kind::Broken),
            (said(401, ""), Kind::Over),
            (said(404, "no model"), Kind::Over),
            (said(400, "maximum context length"), Kind::TooMuch),
            (said(400, "content policy"), Kind::TooMuch),
            (Fault::Stalled(Duration::ZERO), Kind::Broken),
            (Fault::Cut("x".into()), Kind::Broken),
            (Fault::Unreachable("x".into()), Kind::Broken),
            (Fault::Key("x".into()), Kind::Over),
        ] {
            assert_eq!(kind(&fault, &far), expected, "{fault:?}");
        }
        let near = Settings { base_url: Some("http://127.0.0.1:1/v1".into()), ..settings };
        assert_eq!(kind(&Fault::Unreachable("x".into()), &Endpoint::of(&near).unwrap()), Kind::Over);
    }
}
