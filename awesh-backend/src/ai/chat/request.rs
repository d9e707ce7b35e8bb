//! A conversation as the body of a chat-completions request; no I/O.

use agents::{ToolCall, ToolSpec};
use serde_json::{Value, json};

use awesh_protocol::Provider;

use crate::ai::transcript;
use crate::conversation::{Conversation, Exchange, Step};

/// The body that asks a provider's `model` for its next turn of `current`.
pub(in crate::ai) fn body(
    provider: &Provider,
    model: &str,
    instructions: &str,
    tools: &[ToolSpec],
    earlier: &Conversation,
    current: &Exchange,
) -> Value {
    let mut messages = vec![json!({"role": "system", "content": instructions})];
    transcript::append(&mut messages, earlier, current, provider.wants_thinking, push_step);
    let mut body = json!({"model": model, "messages": messages, "stream": true});
    if provider.asks_for_usage {
        body["stream_options"] = json!({"include_usage": true});
    }
    if provider.tells_cost {
        body["usage"] = json!({"include": true});
    }
    if !tools.is_empty() {
        body["tools"] = tools.iter().map(describe).collect();
    }
    body
}

fn push_step(messages: &mut Vec<Value>, step: &Step, with_thinking: bool) {
    let text = if step.text.is_empty() { Value::Null } else { Value::String(step.text.clone()) };
    let mut said = json!({"role": "assistant", "content": text});
    if !step.calls.is_empty() {
        said["tool_calls"] = step.calls.iter().map(call).collect();
    }
    if let (true, Some(thought)) = (with_thinking, step.thinking.first()) {
        said["reasoning_content"] = thought.clone();
    }
    messages.push(said);
    for result in &step.results {
        messages.push(json!({"role": "tool", "tool_call_id": result.id, "content": result.content}));
    }
    if let Some(reply) = &step.reply {
        messages.push(json!({"role": "user", "content": reply}));
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

    use super::*;

    fn provider(name: &str) -> &'static Provider {
        Provider::find(name).unwrap()
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
        let body = body(provider("openai"), "m", "be brief", &[], &earlier, &current);
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
        let body = body(provider("mistral"), "m", "", &[], &Conversation::default(), &Exchange::default());
        assert!(body.get("stream_options").is_none());
    }

    #[test]
    fn thinking_goes_back_where_it_is_wanted_and_an_objection_everywhere() {
        let mut current = Exchange::default();
        current.ask("q".into()).unwrap();
        current.think(vec![json!("hm")]);
        step(&mut current, "x", "{}");
        current.object("nonsense".into(), "say it again".into()).unwrap();
        let sent = |name: &str| {
            body(provider(name), "m", "", &[], &Conversation::default(), &current)["messages"].clone()
        };
        assert_eq!(sent("deepseek")[2]["reasoning_content"], "hm");
        assert!(sent("openai")[2].get("reasoning_content").is_none());
        let objection = json!([
            {"role": "assistant", "content": "nonsense"},
            {"role": "user", "content": "say it again"}
        ]);
        assert_eq!(sent("openai").as_array().unwrap()[4..], objection.as_array().unwrap()[..]);
    }
}
