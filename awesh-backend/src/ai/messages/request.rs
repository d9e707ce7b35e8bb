//! A conversation as the body of a messages request; no I/O.

use agents::{ToolCall, ToolSpec};
use serde_json::{Value, json};

use crate::ai::transcript;
use crate::conversation::{Conversation, Exchange, Step};

/// The most that a turn may have, in tokens; the API wants to be told, and all its models can.
const MOST: u32 = 8192;

/// The body that asks `model` for its next turn of `current`.
pub(in crate::ai) fn body(
    model: &str,
    instructions: &str,
    tools: &[ToolSpec],
    earlier: &Conversation,
    current: &Exchange,
) -> Value {
    let mut messages = Vec::new();
    transcript::append(&mut messages, earlier, current, true, push_step);
    let mut body = json!({
        "model": model, "max_tokens": MOST, "system": instructions, "messages": messages, "stream": true,
    });
    if !tools.is_empty() {
        body["tools"] = tools.iter().map(describe).collect();
    }
    body
}

fn push_step(messages: &mut Vec<Value>, step: &Step, with_thinking: bool) {
    let thinking = step.thinking.iter().filter(|_| with_thinking).cloned();
    // An empty text is refused.
    let text = Some(&step.text).filter(|text| !text.trim().is_empty());
    let text = text.map(|text| json!({"type": "text", "text": text}));
    let calls = step.calls.iter().map(call);
    let content: Vec<Value> = thinking.chain(text).chain(calls).collect();
    messages.push(json!({"role": "assistant", "content": content}));
    let results = step.results.iter().map(
        |result| json!({"type": "tool_result", "tool_use_id": id(&result.id), "content": result.content}),
    );
    let reply = step.reply.iter().map(|reply| json!({"type": "text", "text": reply}));
    messages.push(json!({"role": "user", "content": results.chain(reply).collect::<Vec<_>>()}));
}

fn call(call: &ToolCall) -> Value {
    let arguments = serde_json::from_str(&call.arguments).ok().filter(Value::is_object);
    json!({
        "type": "tool_use", "id": id(&call.id), "name": call.name,
        "input": arguments.unwrap_or_else(|| json!({})),
    })
}

/// A call's id with the letters that the API takes; other servers' ids may have others.
fn id(id: &str) -> String {
    let taken = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    id.chars().map(|letter| if taken(letter) { letter } else { '_' }).collect()
}

fn describe(tool: &ToolSpec) -> Value {
    json!({"name": tool.name, "description": tool.description, "input_schema": tool.parameters})
}

#[cfg(test)]
mod tests {
    use agents::ToolResult;

    use super::*;

    /// An exchange that thought, called and, where it has an answer, ended.
    fn exchange(question: &str, answer: Option<&str>) -> Exchange {
        let mut exchange = Exchange::default();
        exchange.ask(question.into()).unwrap();
        exchange.think(vec![json!({"type": "thinking", "thinking": "hm", "signature": "s"})]);
        let call = ToolCall { id: "x/1".into(), name: "t".into(), arguments: "{\"a\":1}".into() };
        exchange.hear(String::new(), vec![call]).unwrap();
        exchange.resolve(vec![ToolResult { id: "x/1".into(), content: "r".into() }]).unwrap();
        if let Some(answer) = answer {
            exchange.hear(answer.into(), vec![]).unwrap();
        }
        exchange
    }

    #[test]
    fn messages_alternate_and_thinking_goes_back_within_its_exchange() {
        let mut earlier = Conversation::default();
        earlier.remember(exchange("q1", Some("a1")));
        let tools = [ToolSpec { name: "t", description: "Does.", parameters: json!({"type": "object"}) }];
        let body = body("m", "be brief", &tools, &earlier, &exchange("q2", None));
        let call = json!({"type": "tool_use", "id": "x_1", "name": "t", "input": {"a": 1}});
        let result = json!([{"type": "tool_result", "tool_use_id": "x_1", "content": "r"}]);
        let expected = json!([
            {"role": "user", "content": "q1"},
            {"role": "assistant", "content": [call]},
            {"role": "user", "content": result},
            {"role": "assistant", "content": "a1"},
            {"role": "user", "content": "q2"},
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}, call]},
            {"role": "user", "content": result},
        ]);
        assert_eq!(body["messages"], expected);
        assert_eq!(body["system"], "be brief");
        assert_eq!(body["tools"][0]["input_schema"]["type"], "object");
        assert!(body["max_tokens"].as_u64() > Some(0));
    }
}
