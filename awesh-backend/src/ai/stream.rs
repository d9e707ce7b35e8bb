//! What a chat-completions server sends, joined to a turn; no I/O.
//!
//! The differences between servers end here: where the end is marked, where usage stands, how tool calls are cut
//! into pieces, and whether a stream came at all or one JSON document. A turn is complete only if its terminal
//! event was seen: a `finish_reason` or `[DONE]`.

use std::collections::BTreeMap;

use agents::{ToolCall, Turn};
use awesh_protocol::Usage;
use serde_json::Value;

use super::fault::Fault;
use super::refusal::Refusal;
use super::surrogates::{Joined, mend};

/// Bytes that a turn may have before it counts as broken.
const LARGEST: usize = 4 * 1024 * 1024;

/// A turn as far as it came.
#[derive(Debug, Default)]
pub(super) struct Builder {
    text: Joined,
    calls: BTreeMap<u64, PartialCall>,
    finish: Option<String>,
    done: bool,
    usage: Option<Usage>,
}

#[derive(Debug, Default)]
struct PartialCall {
    id: String,
    name: String,
    arguments: Joined,
}

impl Builder {
    /// Takes an event's data and returns the text that it adds.
    pub(super) fn event(&mut self, data: &str) -> Result<String, Fault> {
        let data = data.trim();
        if data.is_empty() {
            return Ok(String::new());
        }
        if data == "[DONE]" {
            self.done = true;
            return Ok(String::new());
        }
        // Only a text that is no JSON can have halves of characters.
        let event = serde_json::from_str(data).or_else(|_| serde_json::from_str(&mend(data)));
        let shown = || Refusal::read(None, data).message;
        let event: Value =
            event.map_err(|_| Fault::Nonsense(format!("an event that is no JSON ({})", shown())))?;
        self.value(&event)
    }

    /// Takes a whole answer that came as one JSON document, and returns its text.
    pub(super) fn document(&mut self, body: &[u8]) -> Result<String, Fault> {
        let value: Value = serde_json::from_slice(body).map_err(|_| Fault::Nonsense(describe(body)))?;
        let text = self.value(&value)?;
        // A document is whole by itself; one without any choice is no answer, though.
        match value["choices"].as_array() {
            Some(choices) if !choices.is_empty() => self.done = true,
            _ => return Err(Fault::Nonsense("a document without choices".to_owned())),
        }
        Ok(text)
    }

    /// Whether the terminal event was seen.
    pub(super) fn is_complete(&self) -> bool {
        self.done || self.finish.is_some()
    }

    /// Whether the marker behind the terminal event was seen: nothing more is worth waiting for.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// Whether anything of an answer came.
    pub(super) fn has_begun(&self) -> bool {
        !self.text.is_empty() || !self.calls.is_empty()
    }

    /// The turn as it is; whether it is complete, [`Builder::is_complete`] says.
    pub(super) fn finish(self) -> Result<Turn, Fault> {
        let cut_by_length = self.finish.as_deref() == Some("length");
        let calls: Vec<ToolCall> = self.calls.into_iter().map(|(index, call)| call.whole(index)).collect();
        let unparsed = |call: &ToolCall| serde_json::from_str::<Value>(&call.arguments).is_err();
        if cut_by_length && calls.iter().any(unparsed) {
            return Err(Fault::CutCall);
        }
        if self.text.is_empty() && calls.is_empty() && self.finish.as_deref() == Some("content_filter") {
            return Err(Fault::Nonsense("its content filter left nothing of it".to_owned()));
        }
        Ok(Turn { text: self.text.into_text(), calls, cut_by_length, usage: self.usage })
    }

    fn value(&mut self, event: &Value) -> Result<String, Fault> {
        if event.get("error").is_some_and(|error| !error.is_null()) {
            return Err(Fault::Refused(Refusal::from_value(None, event)));
        }
        if let Some(usage) = read_usage(event) {
            self.usage = Some(usage);
        }
        let Some(choice) = event["choices"].as_array().and_then(|choices| choices.first()) else {
            return Ok(String::new());
        };
        // A stream has `delta`, a document `message`.
        let delta = choice.get("delta").or_else(|| choice.get("message")).unwrap_or(&Value::Null);
        let text = self.text.push(&read_text(&delta["content"]));
        for (position, call) in delta["tool_calls"].as_array().into_iter().flatten().enumerate() {
            self.call(position, call);
        }
        if let Some(reason) = choice["finish_reason"].as_str().filter(|reason| !reason.is_empty()) {
            self.finish = Some(reason.to_owned());
        }
        if self.finish.as_deref() == Some("error") {
            return Err(Fault::Refused(Refusal::default()));
        }
        if self.bytes() > LARGEST {
            return Err(Fault::Nonsense("an answer without end".to_owned()));
        }
        Ok(text)
    }

    fn call(&mut self, position: usize, delta: &Value) {
        let index = delta["index"].as_u64().unwrap_or(position as u64);
        let call = self.calls.entry(index).or_default();
        // The first delta names a call; some servers repeat the names in each.
        if call.id.is_empty() {
            call.id = delta["id"].as_str().unwrap_or_default().to_owned();
        }
        let function = &delta["function"];
        if call.name.is_empty() {
            call.name = function["name"].as_str().unwrap_or_default().to_owned();
        }
        match &function["arguments"] {
            Value::String(piece) => {
                call.arguments.push(piece);
            }
            // Whole arguments as an object.
            Value::Object(whole) => {
                call.arguments.push(&Value::Object(whole.clone()).to_string());
            }
            _ => {}
        }
    }

    fn bytes(&self) -> usize {
        self.text.text().len() + self.calls.values().map(|call| call.arguments.text().len()).sum::<usize>()
    }
}

impl PartialCall {
    fn whole(self, index: u64) -> ToolCall {
        let id = if self.id.is_empty() { format!("call_{index}") } else { self.id };
        let arguments = self.arguments.into_text();
        let arguments = if arguments.trim().is_empty() { "{}".to_owned() } else { arguments };
        ToolCall { id, name: self.name, arguments }
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
    Some(Usage { input_tokens, output_tokens: usage["completion_tokens"].as_u64().unwrap_or_default() })
}

fn describe(body: &[u8]) -> String {
    if body.is_empty() {
        return "an empty body".to_owned();
    }
    let start = String::from_utf8_lossy(body);
    let what = if start.trim_start().starts_with('<') { "a web page" } else { "broken JSON" };
    let mut words = Refusal::read(None, &start[..start.floor_char_boundary(200)]).message;
    words.truncate(words.floor_char_boundary(80));
    format!("{what} (“{words}”)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(events: &[&str]) -> Result<Turn, Fault> {
        let mut builder = Builder::default();
        for event in events {
            builder.event(event)?;
        }
        builder.finish()
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
        builder.event(r#"{"choices":[{"delta":{"content":"Hel"}}]}"#).unwrap();
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
        let mut builder = Builder::default();
        let body = br#"{"choices":[{"message":{"content":[{"type":"text","text":"Hello"}],"tool_calls":[{"id":"a","function":{"name":"x","arguments":{"b":1}}}]},"finish_reason":"stop"}]}"#;
        assert_eq!(builder.document(body).unwrap(), "Hello");
        assert_eq!(builder.finish().unwrap().calls[0].arguments, "{\"b\":1}");
        for body in [&b"{malformed"[..], b"", b"<html>", b"{}", b"[]", b"{\"choices\":[]}", b"\xff"] {
            assert!(matches!(Builder::default().document(body), Err(Fault::Nonsense(_))), "{body:?}");
        }
    }
}
