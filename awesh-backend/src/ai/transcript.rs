//! A conversation as the messages that every API takes: questions and answers are the same in all of them, the
//! steps in between are written by each API's own rule.

use serde_json::{Value, json};

use crate::conversation::{Conversation, Exchange, Step};

/// Appends the exchanges, the current one last. Thinking belongs to the exchange that goes on: `step` is told
/// whether to write it, and never for one before.
pub(super) fn append(
    messages: &mut Vec<Value>,
    earlier: &Conversation,
    current: &Exchange,
    with_thinking: bool,
    step: impl Fn(&mut Vec<Value>, &Step, bool),
) {
    let earlier = earlier.exchanges().map(|exchange| (exchange, false));
    for (exchange, with_thinking) in earlier.chain([(current, with_thinking)]) {
        messages.push(json!({"role": "user", "content": exchange.question}));
        exchange.steps.iter().for_each(|one| step(messages, one, with_thinking));
        if let Some(answer) = &exchange.answer {
            messages.push(json!({"role": "assistant", "content": answer}));
        }
    }
}
