//! What a chat-completions server sends, joined to a turn; no I/O.
//!
//! The differences between servers end here: where the end is marked, where usage stands, how tool calls are cut
//! into pieces, and whether a stream came at all or one JSON document. A turn is complete only if its terminal
//! event was seen: a `finish_reason` or `[DONE]`.

use std::collections::BTreeMap;

use agents::Turn;
use awesh_protocol::Usage;
use serde_json::Value;

use super::super::fault::Fault;
use super::super::refusal::Refusal;
use super::super::surrogates::Joined;
use super::super::turn::{self, PartialCall, Whole, bounded, whole_calls};

/// A turn as far as it came.
#[derive(Debug, Default)]
pub(in crate::ai) struct Builder {
    text: Joined,
    /// What it thought, where the server tells.
    reasoning: Joined,
    calls: BTreeMap<u64, PartialCall>,
    finish: Option<String>,
    done: bool,
    usage: Option<Usage>,
    cost: Option<f64>,
}

impl turn::Builder for Builder {
    fn event(&mut self, event: &Value) -> Result<String, Fault> {
        if let Some(usage) = read_usage(event) {
            self.usage = Some(usage);
            // Dollars, from those that sell many models.
            self.cost = event["usage"]["cost"].as_f64().filter(|cost| *cost >= 0.0);
        }
        let Some(choice) = event["choices"].as_array().and_then(|choices| choices.first()) else {
            return Ok(String::new());
        };
        // A stream has `delta`, a document `message`.
        let delta = choice.get("delta").or_else(|| choice.get("message")).unwrap_or(&Value::Null);
        let text = self.text.push(&read_text(&delta["content"]));
        self.reasoning.push(delta["reasoning_content"].as_str().unwrap_or_default());
        for (position, call) in delta["tool_calls"].as_array().into_iter().flatten().enumerate() {
            let index = call["index"].as_u64().unwrap_or(position as u64);
            let function = &call["function"];
            let known = self.calls.entry(index).or_default();
            known.names(&call["id"], &function["name"]);
            known.arguments(&function["arguments"]);
        }
        if let Some(reason) = choice["finish_reason"].as_str().filter(|reason| !reason.is_empty()) {
            self.finish = Some(reason.to_owned());
        }
        if self.finish.as_deref() == Some("error") {
            return Err(Fault::Refused(Refusal::default()));
        }
        bounded(self.bytes())?;
        Ok(text)
    }

    fn document(&mut self, document: &Value) -> Result<String, Fault> {
        let text = self.event(document)?;
        // A document is whole by itself; one without any choice is no answer, though.
        match document["choices"].as_array() {
            Some(choices) if !choices.is_empty() => self.done = true,
            _ => return Err(Fault::Nonsense("a document without choices".to_owned())),
        }
        Ok(text)
    }

    fn end_mark(&mut self) {
        self.done = true;
    }

    fn is_complete(&self) -> bool {
        self.done || self.finish.is_some()
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn has_begun(&self) -> bool {
        !self.text.is_empty() || !self.calls.is_empty()
    }

    fn finish(self: Box<Self>) -> Result<Whole, Fault> {
        let cut_by_length = self.finish.as_deref() == Some("length");
        let calls = whole_calls(self.calls, cut_by_length)?;
        if self.text.is_empty() && calls.is_empty() && self.finish.as_deref() == Some("content_filter") {
            return Err(Fault::Nonsense("its content filter left nothing of it".to_owned()));
        }
        let reasoning = self.reasoning.into_text();
        let thinking = if reasoning.is_empty() { Vec::new() } else { vec![Value::String(reasoning)] };
        let turn = Turn { text: self.text.into_text(), calls, cut_by_length, usage: self.usage };
        Ok(Whole { turn, thinking, cost: self.cost, ..Whole::default() })
    }
}

impl Builder {
    fn bytes(&self) -> usize {
        let calls: usize = self.calls.values().map(PartialCall::bytes).sum();
        self.text.text().len() + self.reasoning.text().len() + calls
    }
}

/// Content is a text, or a list of parts of which some are texts.
fn read_text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

fn read_usage(event: &Value) -> Option<Usage> {
    let usage = event.get("usage")?;
    let input_tokens = usage["prompt_tokens"].as_u64()?;
    let output_tokens = usage["completion_tokens"].as_u64().unwrap_or_default();
    // Some servers fill in the fields and count nothing.
    (input_tokens + output_tokens > 0).then_some(Usage { input_tokens, output_tokens })
}

#[cfg(test)]
mod tests {
    use agents::ToolCall;

    use super::super::super::turn::{Builder as _, take_document, take_event};
    use super::*;

    fn build(events: &[&str]) -> Result<Turn, Fault> {
        let mut builder = Box::<Builder>::default();
        for event in events {
            take_event(builder.as_mut(), event)?;
        }
        builder.finish().map(|whole| whole.turn)
    }

    #[test]
    fn text_in_pieces_with_usage_and_end_in_chunks_of_their_own() {
        let turn = build(&[
            r#"{"choices":[{"delta":{"role":"assistant","content":null}}]}"#,
            r#"{"choices":[{"delta":{"content":"Hel"},"finish_reason":null}]}"#,
            r#"{"choices":[{"delta":{"content":"lo","reasoning_content":"hm"},"finish_reason":""}]}"#,
            r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
            r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#,
            "[DONE]",
        ]);
        let usage = Some(Usage { input_tokens: 3, output_tokens: 4 });
        assert_eq!(turn, Ok(Turn { text: "Hello".into(), usage, ..Turn::default() }));
    }

    #[test]
    fn interleaved_calls_are_joined_by_index() {
        let turn = build(&[
            r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"read_file","arguments":"{\"p"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"run_command"}},{"index":1,"id":"b","function":{"name":"read_file","arguments":"\":1"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":"}"}},{"index":0,"function":{"arguments":"{}"}}]}}]}"#,
            r#"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#,
        ]);
        let call = |id: &str, name: &str, arguments: &str| ToolCall {
            id: id.into(),
            name: name.into(),
            arguments: arguments.into(),
        };
        assert_eq!(
            turn.unwrap().calls,
            [call("a", "run_command", "{}"), call("b", "read_file", "{\"p\":1}")]
        );
    }

    #[test]
    fn what_is_not_complete_is_cut() {
        let mut builder = Builder::default();
        assert!(!builder.is_complete());
        take_event(&mut builder, r#"{"choices":[{"delta":{"content":"Hel"}}]}"#).unwrap();
        assert!(!builder.is_complete() && builder.has_begun());
        let call = r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"x","arguments":"{\"a"}}]},"finish_reason":"length"}]}"#;
        assert_eq!(build(&[call]), Err(Fault::CutCall));
    }

    #[test]
    fn errors_within_the_stream() {
        let refusal = |event: &str| match build(&[event]) {
            Err(Fault::Refused(refusal)) => (refusal.status, refusal.message),
            other => panic!("{other:?}"),
        };
        assert_eq!(refusal(r#"{"error":{"message":"no more","code":"500"}}"#), (Some(500), "no more".into()));
        assert_eq!(refusal(r#"{"error":"over\nloaded"}"#), (None, "over loaded".into()));
        assert_eq!(refusal(r#"{"error":{"code":429,"type":"x"},"choices":[]}"#), (Some(429), String::new()));
        assert!(matches!(build(&["overloaded"]), Err(Fault::Nonsense(_))));
    }

    #[test]
    fn a_document_is_a_turn_too() {
        let mut builder = Box::<Builder>::default();
        let body = br#"{"choices":[{"message":{"content":[{"type":"text","text":"Hello"}],"tool_calls":[{"id":"a","function":{"name":"x","arguments":{"b":1}}}]},"finish_reason":"stop"}]}"#;
        assert_eq!(take_document(builder.as_mut(), body).unwrap(), "Hello");
        assert_eq!(builder.finish().unwrap().turn.calls[0].arguments, "{\"b\":1}");
        for body in [&b"{malformed"[..], b"", b"<html>", b"{}", b"[]", b"{\"choices\":[]}", b"\xff"] {
            assert!(
                matches!(take_document(&mut Builder::default(), body), Err(Fault::Nonsense(_))),
                "{body:?}"
            );
        }
    }
}
