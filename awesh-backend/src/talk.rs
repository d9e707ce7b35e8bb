//! A model as agents are lent it: the AI client behind the gate, with the memory of the shell.
//!
//! This is the one way to a model. Everything an agent says is redacted here before it is stored or sent, and
//! everything the model says is restored before the agent or the user sees it; so the conversation itself never
//! holds a secret, and agents and tools never hold a placeholder.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use agents::{Failure, Model, Said, Talk, ToolCall, ToolResult, ToolSpec, Turn, User};
use async_trait::async_trait;
use awesh_protocol::FailureKind;

use crate::ai::fault::Fault;
use crate::ai::{Client, Piece, request};
use crate::audit::Entry;
use crate::conversation::{Conversation, Exchange, OutOfTurn};
use crate::gate::{Gate, Restorer, caps};
use crate::guard::Guard;

/// What one shell's talks have in common.
#[derive(Clone, Default)]
pub(crate) struct Memory {
    gate: Arc<Mutex<Gate>>,
    conversation: Arc<Mutex<Conversation>>,
}

impl Memory {
    /// The gate.
    pub(crate) fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins anew, secrets stay known. A talk that goes on remembers what it says where it began.
    pub(crate) fn forget(&mut self) {
        self.conversation = Arc::default();
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
}

impl Model for GatedModel {
    fn open(&self, instructions: &str, tools: &[ToolSpec]) -> Box<dyn Talk> {
        Box::new(GatedTalk {
            client: self.client.clone(),
            memory: self.memory.clone(),
            guard: self.guard.clone(),
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
        self.say(said).map_err(defect)?;
        let turn = loop {
            match self.ask(user).await {
                Ok(turn) => break turn,
                // Less of what was said before may leave room for this.
                Err(fault) if fault.is_too_long() && self.forget() => {}
                Err(fault) => return Err(fault.failure(&self.client.endpoint)),
            }
        };
        if turn.text.is_empty() && turn.calls.is_empty() && self.exchange.steps.is_empty() {
            let message = format!("{} answered nothing.", self.client.endpoint.model);
            return Err(
                Failure::new(FailureKind::Provider, message).hint("Ask again, or take another model (awem).")
            );
        }
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
    fn log(&self, body: &serde_json::Value) {
        let endpoint = &self.client.endpoint;
        self.guard.log(Entry::request(endpoint.provider.name, &endpoint.model, body.to_string().as_bytes()));
    }

    /// Forgets the older half of what was said before; whether there was any.
    fn forget(&mut self) -> bool {
        self.memory.conversation().forget_older_half();
        self.earlier.forget_older_half()
    }

    /// Asks the model and shows what it says.
    async fn ask(&mut self, user: &dyn User) -> Result<Turn, Fault> {
        let body = request::body(
            &self.client.endpoint,
            &self.instructions,
            &self.tools,
            &self.earlier,
            &self.exchange,
        );
        self.log(&body);
        let mut answering = self.client.ask(body);
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
                Piece::Whole(turn) => {
                    show(user, &restorer.finish()).await;
                    return Ok(turn);
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
