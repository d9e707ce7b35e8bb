//! A model as agents are lent it: the AI client behind the gate, with the memory of the shell.
//!
//! This is the one way in which agents talk to a model. Everything an agent says is redacted here before it is stored
//! or sent, and everything the model says is restored before the agent or the user sees it; so the conversation
//! itself never holds a secret, and agents and tools never hold a placeholder.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use agents::{Failure, Model, Said, Talk, ToolCall, ToolResult, ToolSpec, Turn, User};
use async_trait::async_trait;
use awesh_protocol::FailureKind;

use crate::ai::cost::{self, Bill};
use crate::ai::endpoint::without_password;
use crate::ai::fault::Fault;
use crate::ai::{Asked, Client, Piece, Whole};
use crate::audit::Entry;
use crate::conversation::{Conversation, Exchange, OutOfTurn};
use crate::gate::{Gate, Restorer, caps, credentials};
use crate::guard::Guard;

/// What one shell's talks have in common.
#[derive(Clone, Default)]
pub(crate) struct Memory {
    gate: Arc<Mutex<Gate>>,
    conversation: Arc<Mutex<Conversation>>,
    /// The last request to a model, as it left.
    sent: Arc<Mutex<Option<String>>>,
}

impl Memory {
    /// The gate.
    pub(crate) fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns what is secret in the user's files.
    pub(crate) async fn know_files(&self, environment: &BTreeMap<String, String>) {
        let found = credentials::read(environment.clone()).await;
        let mut gate = self.gate();
        found.secrets.iter().for_each(|value| gate.know(value));
        found.names.iter().for_each(|(kind, name)| gate.know_name(*kind, name));
    }

    /// Begins anew, secrets stay known. A talk that goes on remembers what it says where it began.
    pub(crate) fn forget(&mut self) {
        self.conversation = Arc::default();
    }

    /// The last request to a model, as it left but for the key.
    pub(crate) fn sent(&self) -> Option<String> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_sent(&self, request: String) {
        *self.sent.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
    }

    fn conversation(&self) -> MutexGuard<'_, Conversation> {
        self.conversation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The model that the settings name.
pub(crate) struct GatedModel {
    pub(crate) client: Arc<Client>,
    pub(crate) memory: Memory,
    pub(crate) guard: Arc<Guard>,
    /// The session's variables, by which the server is reached.
    pub(crate) environment: Arc<BTreeMap<String, String>>,
    /// What the question costs.
    pub(crate) bill: Arc<Bill>,
}

impl Model for GatedModel {
    fn identity(&self) -> (String, String) {
        let endpoint = &self.client.endpoint;
        (endpoint.provider.name.to_owned(), endpoint.model().to_owned())
    }

    fn open(&self, instructions: &str, tools: &[ToolSpec]) -> Box<dyn Talk> {
        Box::new(GatedTalk {
            client: self.client.clone(),
            memory: self.memory.clone(),
            guard: self.guard.clone(),
            environment: self.environment.clone(),
            bill: self.bill.clone(),
            instructions: instructions.to_owned(),
            tools: tools.to_vec(),
            earlier: self.memory.conversation().clone(),
            exchange: Exchange::default(),
        })
    }
}

/// A talk; on its end, however it ends, it is remembered.
struct GatedTalk {
    client: Arc<Client>,
    memory: Memory,
    guard: Arc<Guard>,
    environment: Arc<BTreeMap<String, String>>,
    bill: Arc<Bill>,
    instructions: String,
    tools: Vec<ToolSpec>,
    /// What was said before: as it was when this began, so that questions side by side do not mix.
    earlier: Conversation,
    exchange: Exchange,
}

impl Drop for GatedTalk {
    fn drop(&mut self) {
        self.memory.conversation().remember(std::mem::take(&mut self.exchange));
    }
}

#[async_trait]
impl Talk for GatedTalk {
    async fn turn(&mut self, said: Said, user: &dyn User) -> Result<Turn, Failure> {
        self.know_secrets(&said).await.map_err(|fault| fault.failure(&self.client.endpoint))?;
        self.say(said).map_err(defect)?;
        let Whole { turn, thinking, .. } = self.understood(user).await?;
        if turn.text.is_empty() && turn.calls.is_empty() && self.exchange.steps.is_empty() {
            let message = format!("{} answered nothing.", self.client.endpoint.model());
            return Err(
                Failure::new(FailureKind::Provider, message).hint("Ask again, or take another model (awem).")
            );
        }
        self.exchange.think(thinking);
        self.exchange.hear(turn.text.clone(), turn.calls.clone()).map_err(defect)?;
        Ok(self.restored(turn))
    }
}

impl GatedTalk {
    /// Takes down what is said to the model, redacted and in bounds.
    fn say(&mut self, said: Said) -> Result<(), OutOfTurn> {
        let mut gate = self.memory.gate();
        match said {
            Said::Question(question) => self.exchange.ask(gate.redact(&question)),
            Said::Results(results) => {
                let redacted = results.into_iter().map(|result| ToolResult {
                    content: gate.redact(&caps::tail(&result.content, caps::RESULT)),
                    ..result
                });
                self.exchange.resolve(redacted.collect())
            }
        }
    }

    /// Notes in the audit log what is sent to whom.
    fn log(&self, asked: &Asked) {
        let endpoint = &self.client.endpoint;
        let body = asked.body.to_string();
        self.guard.log(Entry::request(endpoint.provider.name, endpoint.model(), body.as_bytes()));
    }

    /// Learns what is to be kept from what is sent: the key, which a command may print only now, and, before a
    /// question, what lies in the user's files.
    async fn know_secrets(&self, said: &Said) -> Result<(), Fault> {
        if matches!(said, Said::Question(_)) {
            self.memory.know_files(&self.environment).await;
        }
        if let Some(key) = self.client.key(&self.environment).await? {
            self.memory.gate().know(key.expose());
        }
        Ok(())
    }

    /// Asks until the server takes the question and the answer can be understood.
    async fn understood(&mut self, user: &dyn User) -> Result<Whole, Failure> {
        let mut objected = false;
        loop {
            let fault = match self.ask(user).await {
                Ok(Whole { unreadable: Some(why), .. }) if objected => Fault::UnreadableCall(why),
                Ok(Whole { unreadable: Some(why), turn, .. }) => {
                    objected = true;
                    self.exchange.object(turn.text, objection(&why)).map_err(defect)?;
                    continue;
                }
                Ok(whole) => return Ok(whole),
                // Less of what was said before may leave room for this.
                Err(fault) if fault.is_too_long() && self.forget() => continue,
                Err(fault) if fault.refuses_tools() && self.client.put_tools_in_words() => {
                    let model = self.client.endpoint.model();
                    user.progress(&format!("{model} takes no tools; it is told of them in words")).await;
                    continue;
                }
                Err(fault) => fault,
            };
            return Err(fault.failure(&self.client.endpoint));
        }
    }

    /// Forgets the older half of what was said before; whether there was any.
    fn forget(&mut self) -> bool {
        self.memory.conversation().forget_older_half();
        self.earlier.forget_older_half()
    }

    /// Asks the model and shows what it says.
    async fn ask(&mut self, user: &dyn User) -> Result<Whole, Fault> {
        let asked = self.client.put(&self.instructions, &self.tools, &self.earlier, &self.exchange);
        self.memory.note_sent(describe(&self.client, &asked));
        self.log(&asked);
        user.progress(&format!("asking {}", self.client.endpoint.model())).await;
        let mut answering = self.client.ask(&asked, &self.environment);
        let mut restorer = Restorer::default();
        loop {
            match answering.next().await? {
                Piece::Text(text) => {
                    let shown = restorer.push(&text, &self.memory.gate());
                    show(user, &shown).await;
                }
                Piece::Waiting(fault, wait) => {
                    let (host, why) = (&self.client.endpoint.host, fault.in_short());
                    user.progress(&format!("{host} {why}; trying again in {:.1} s", wait.as_secs_f64()))
                        .await;
                    tokio::time::sleep(wait).await;
                }
                Piece::Whole(whole) => {
                    show(user, &restorer.finish()).await;
                    self.bill.add(cost::of(&self.client.endpoint, whole.turn.usage, whole.cost));
                    return Ok(whole);
                }
            }
        }
    }

    /// The turn with its secrets in it.
    fn restored(&self, turn: Turn) -> Turn {
        let gate = self.memory.gate();
        let calls = turn
            .calls
            .into_iter()
            .map(|call| ToolCall { arguments: restore_json(&gate, &call.arguments), ..call });
        Turn { text: gate.restore(&turn.text), calls: calls.collect(), ..turn }
    }
}

/// A request as it leaves, but for the key.
fn describe(client: &Client, asked: &Asked) -> String {
    let url = without_password(&client.endpoint.url());
    // What is sent is the same without the blanks.
    let body = serde_json::to_string_pretty(&asked.body).unwrap_or_default();
    format!("POST {url}\n{}\n\n{body}\n", client.headers().join("\n"))
}

/// What a model is told of a call that cannot be read.
fn objection(why: &str) -> String {
    format!(
        "Your tool call could not be read: {why}. Write it again as one ```tool block with valid JSON, \
         or answer without a call."
    )
}

async fn show(user: &dyn User, text: &str) {
    if !text.is_empty() {
        user.text(text).await;
    }
}

/// Restores within the strings of a JSON document, where a secret may need escapes.
fn restore_json(gate: &Gate, json: &str) -> String {
    match serde_json::from_str(json) {
        Ok(mut value) => {
            restore_value(gate, &mut value);
            value.to_string()
        }
        Err(_) => json.to_owned(),
    }
}

fn restore_value(gate: &Gate, value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => *text = gate.restore(text),
        serde_json::Value::Array(values) => values.iter_mut().for_each(|value| restore_value(gate, value)),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|value| restore_value(gate, value)),
        _ => {}
    }
}

fn defect(error: OutOfTurn) -> Failure {
    Failure::new(FailureKind::Internal, format!("awesh lost the thread of the talk: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_come_back_into_arguments_with_escapes() {
        let mut gate = Gate::default();
        gate.know("say \"friend\"");
        assert_eq!(gate.redact("say \"friend\""), "⟨secret-1⟩");
        let restored = restore_json(&gate, r#"{"command":"echo ⟨secret-1⟩","n":[1,"⟨secret-1⟩"]}"#);
        assert_eq!(restored, r#"{"command":"echo say \"friend\"","n":[1,"say \"friend\""]}"#);
        assert_eq!(restore_json(&gate, "{⟨secret-1⟩"), "{⟨secret-1⟩");
    }
}
