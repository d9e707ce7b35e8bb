//! A conversation as the body of a chat-completions request; no I/O.

use agents::{ToolCall, ToolSpec};
use serde_json::{Value, json};

use super::provider::Endpoint;
use crate::conversation::{Conversation, Exchange, Step};

/// The body that asks for the model's next turn of `current`.
pub(crate) fn body(
    endpoint: &Endpoint,
    instructions: &str,
    tools: &[ToolSpec],
    earlier: &Conversation,
    current: &Exchange,
) -> Value {
    let mut messages = vec![json!({"role": "system", "content": instructions})];
    for exchange in earlier.exchanges().chain([current]) {
        push_exchange(&mut messages, exchange);
    }
    let mut body = json!({"model": endpoint.model, "messages": messages, "stream": true});
    if endpoint.provider.asks_for_usage {
        body["stream_options"] = json!({"include_usage": true});
    }
    if !tools.is_empty() {
        body["tools"] = tools.iter().map(describe).collect();
    }
    body
}

fn push_exchange(messages: &mut Vec<Value>, exchange: &Exchange) {
    messages.push(json!({"role": "user", "content": exchange.question}));
    for step in &exchange.steps {
        push_step(messages, step);
    }
    if let Some(answer) = &exchange.answer {
        messages.push(json!({"role": "assistant", "content": answer}));
    }
}

fn push_step(messages: &mut Vec<Value>, step: &Step) {
    let calls: Vec<Value> = step.calls.iter().map(call).collect();
    let text = if step.text.is_empty() { Value::Null } else { Value::String(step.text.clone()) };
    messages.push(json!({"role": "assistant", "content": text, "tool_calls": calls}));
    for result in &step.results {
        messages.push(json!({"role": "tool", "tool_call_id": result.id, "content": result.content}));
    }
}

fn call(call: &ToolCall) -> Value {
    // Some servers parse what a model wrote earlier and refuse the request if it is no object.
    let is_object =
        serde_json::from_str::<Value>(&call.arguments).is_ok_and(|arguments| arguments.is_object());
    let arguments = if is_object { call.arguments.as_str() } else { "{}" };
    json!({"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}})
}

fn describe(tool: &ToolSpec) -> Value {
    let function = json!({"name": tool.name, "description": tool.description, "parameters": tool.parameters});
    json!({"type": "function", "function": function})
}

#[cfg(test)]
mod tests {
    use agents::ToolResult;
    use awesh_protocol::Settings;

    use super::*;

    fn endpoint(provider: &str) -> Endpoint {
        let key = Some(awesh_protocol::Secret::new("k"));
        Endpoint::of(&Settings { provider: Some(provider.into()), api_key: key, ..Settings::default() })
            .unwrap()
    }

    fn step(exchange: &mut Exchange, id: &str, arguments: &str) {
        let call = ToolCall { id: id.into(), name: "t".into(), arguments: arguments.into() };
        exchange.hear(String::new(), vec![call]).unwrap();
        exchange.resolve(vec![ToolResult { id: id.into(), content: "r".into() }]).unwrap();
    }

    #[test]
    fn messages_in_the_order_they_were_said() {
        let mut earlier = Conversation::default();
        let mut first = Exchange::default();
        first.ask("q1".into()).unwrap();
        first.hear("a1".into(), vec![]).unwrap();
        earlier.remember(first);
        let mut current = Exchange::default();
        current.ask("q2".into()).unwrap();
        step(&mut current, "x", "{\"a\":1}");
        step(&mut current, "y", "{\"a");
        let body = body(&endpoint("openai"), "be brief", &[], &earlier, &current);
        let call = |id: &str, arguments: &str| {
            json!({"role": "assistant", "content": null, "tool_calls": [
                {"id": id, "type": "function", "function": {"name": "t", "arguments": arguments}}]})
        };
        let expected = json!([
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "q1"},
            {"role": "assistant", "content": "a1"},
            {"role": "user", "content": "q2"},
            call("x", "{\"a\":1}"),
            {"role": "tool", "tool_call_id": "x", "content": "r"},
            call("y", "{}"),
            {"role": "tool", "tool_call_id": "y", "content": "r"},
        ]);
        assert_eq!(body["messages"], expected);
        assert!(body.get("tools").is_none());
        assert_eq!(body["stream_options"]["include_usage"], true);
    }

    #[test]
    fn what_a_provider_refuses_is_not_sent() {
        let body = body(&endpoint("mistral"), "", &[], &Conversation::default(), &Exchange::default());
        assert!(body.get("stream_options").is_none());
    }
}
