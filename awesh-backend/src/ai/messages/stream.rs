//! What a messages server sends, joined to a turn; no I/O.
//!
//! A turn is made of blocks, each begun, continued by deltas and ended under an index of its own. It is complete
//! only if its terminal event was seen: a `stop_reason` or `message_stop`.

use std::collections::BTreeMap;

use agents::Turn;
use awesh_protocol::Usage;
use serde_json::{Value, json};

use super::super::fault::Fault;
use super::super::surrogates::Joined;
use super::super::turn::{self, PartialCall, Whole, bounded, whole_calls};

/// A turn as far as it came.
#[derive(Debug, Default)]
pub(in crate::ai) struct Builder {
    text: Joined,
    blocks: BTreeMap<u64, Block>,
    stop: Option<String>,
    done: bool,
    usage: Option<Usage>,
}

/// A block that is more than text.
#[derive(Debug)]
enum Block {
    Call(PartialCall),
    Thinking {
        text: Joined,
        signature: String,
    },
    /// Thinking that only the server can read, as it came.
    Redacted(Value),
}

impl turn::Builder for Builder {
    fn event(&mut self, event: &Value) -> Result<String, Fault> {
        let index = event["index"].as_u64().unwrap_or_default();
        let text = match event["type"].as_str() {
            Some("message_start") => {
                self.count(&event["message"]["usage"]);
                String::new()
            }
            Some("content_block_start") => self.begin(index, &event["content_block"]),
            Some("content_block_delta") => self.go_on(index, &event["delta"]),
            Some("message_delta") => {
                self.count(&event["usage"]);
                self.stopped(&event["delta"]["stop_reason"]);
                String::new()
            }
            Some("message_stop") => {
                self.done = true;
                String::new()
            }
            // `ping`, `content_block_stop`, and what later versions may add.
            _ => String::new(),
        };
        bounded(self.bytes())?;
        Ok(text)
    }

    fn document(&mut self, document: &Value) -> Result<String, Fault> {
        let Some(blocks) = document["content"].as_array() else {
            return Err(Fault::Nonsense("a document without content".to_owned()));
        };
        let text = (0..).zip(blocks).map(|(index, block)| self.begin(index, block)).collect();
        self.count(&document["usage"]);
        self.stopped(&document["stop_reason"]);
        self.done = true;
        bounded(self.bytes())?;
        Ok(text)
    }

    fn end_mark(&mut self) {
        self.done = true;
    }

    fn is_complete(&self) -> bool {
        self.done || self.stop.is_some()
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn has_begun(&self) -> bool {
        !self.text.is_empty() || self.blocks.values().any(|block| matches!(block, Block::Call(_)))
    }

    fn finish(self: Box<Self>) -> Result<Whole, Fault> {
        let stop = self.stop.as_deref();
        let cut_by_length = matches!(stop, Some("max_tokens" | "model_context_window_exceeded"));
        let (mut calls, mut thinking) = (Vec::new(), Vec::new());
        for (index, block) in self.blocks {
            match block {
                Block::Call(call) => calls.push((index, call)),
                Block::Redacted(block) => thinking.push(block),
                Block::Thinking { text, signature } => thinking
                    .push(json!({"type": "thinking", "thinking": text.into_text(), "signature": signature})),
            }
        }
        let calls = whole_calls(calls, cut_by_length)?;
        if self.text.is_empty() && calls.is_empty() && stop == Some("refusal") {
            return Err(Fault::Nonsense("its content filter left nothing of it".to_owned()));
        }
        let turn = Turn { text: self.text.into_text(), calls, cut_by_length, usage: self.usage };
        Ok(Whole { turn, thinking, ..Whole::default() })
    }
}

impl Builder {
    /// Begins a block with what it has already, which in a document is all of it; returns the text it adds.
    fn begin(&mut self, index: u64, block: &Value) -> String {
        let begun = match block["type"].as_str() {
            Some("text") => return self.text.push(block["text"].as_str().unwrap_or_default()),
            Some("tool_use") => {
                let mut call = PartialCall::default();
                call.names(&block["id"], &block["name"]);
                // In a stream it is empty here, or missing.
                if block["input"].as_object().is_some_and(|input| !input.is_empty()) {
                    call.arguments(&block["input"]);
                }
                Block::Call(call)
            }
            Some("thinking") => {
                let mut text = Joined::default();
                text.push(block["thinking"].as_str().unwrap_or_default());
                let signature = block["signature"].as_str().unwrap_or_default().to_owned();
                Block::Thinking { text, signature }
            }
            Some("redacted_thinking") => Block::Redacted(block.clone()),
            _ => return String::new(),
        };
        self.blocks.insert(index, begun);
        String::new()
    }

    /// Goes on with a block; returns the text it adds.
    fn go_on(&mut self, index: u64, delta: &Value) -> String {
        if delta["type"] == "text_delta" {
            return self.text.push(delta["text"].as_str().unwrap_or_default());
        }
        match self.blocks.get_mut(&index) {
            Some(Block::Call(call)) => call.arguments(&delta["partial_json"]),
            Some(Block::Thinking { text, signature }) => {
                text.push(delta["thinking"].as_str().unwrap_or_default());
                signature.push_str(delta["signature"].as_str().unwrap_or_default());
            }
            Some(Block::Redacted(_)) | None => {}
        }
        String::new()
    }

    fn stopped(&mut self, reason: &Value) {
        if let Some(reason) = reason.as_str().filter(|reason| !reason.is_empty()) {
            self.stop = Some(reason.to_owned());
        }
    }

    /// Counts are totals so far; what is read comes first, what is written last.
    fn count(&mut self, usage: &Value) {
        let read: u64 = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"]
            .iter()
            .filter_map(|name| usage[name].as_u64())
            .sum();
        let written = usage["output_tokens"].as_u64().unwrap_or_default();
        // Some servers fill in the fields and count nothing.
        if read == 0 && written == 0 {
            return;
        }
        let counted = self.usage.get_or_insert_default();
        counted.input_tokens = counted.input_tokens.max(read);
        counted.output_tokens = counted.output_tokens.max(written);
    }

    fn bytes(&self) -> usize {
        let block = |block: &Block| match block {
            Block::Call(call) => call.bytes(),
            Block::Thinking { text, signature } => text.text().len() + signature.len(),
            Block::Redacted(_) => 0,
        };
        self.text.text().len() + self.blocks.values().map(block).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::turn::{Builder as _, take_document, take_event};
    use super::*;

    fn build(events: &[&str]) -> Result<Whole, Fault> {
        let mut builder = Box::<Builder>::default();
        for event in events {
            take_event(builder.as_mut(), event)?;
        }
        assert!(builder.is_complete());
        builder.finish()
    }

    #[test]
    fn blocks_of_all_kinds_at_any_index() {
        let whole = build(&[
            r#"{"type":"message_start","message":{"usage":{"input_tokens":3,"cache_read_input_tokens":40,"output_tokens":1}}}"#,
            r#"{"index":2,"content_block":{"thinking":"","signature":"","type":"thinking"},"type":"content_block_start"}"#,
            r#"{"type":"content_block_delta","index":2,"delta":{"type":"thinking_delta","thinking":"Hm."}}"#,
            r#"{"type":"content_block_delta","index":2,"delta":{"type":"signature_delta","signature":"c2ln"}}"#,
            r#"{"type":"content_block_stop","index":2}"#,
            r#"{"type":"content_block_start","index":3,"content_block":{"type":"redacted_thinking","data":"xyz"}}"#,
            r#"{"type":"ping"}"#,
            r#"{"type":"content_block_start","index":4,"content_block":{"type":"text","text":"Hel"}}"#,
            r#"{"type":"content_block_delta","index":4,"delta":{"type":"text_delta","text":"lo"}}"#,
            r#"{"type":"content_block_start","index":7,"content_block":{"type":"tool_use","id":"a","name":"look"}}"#,
            r#"{"type":"content_block_delta","index":7,"delta":{"type":"input_json_delta","partial_json":"{\"p\""}}"#,
            r#"{"type":"content_block_delta","index":7,"delta":{"type":"input_json_delta","partial_json":":1}"}}"#,
            r#"{"type":"something_new"}"#,
            r#"{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":9}}"#,
            r#"{"type":"message_stop"}"#,
        ])
        .unwrap();
        assert_eq!(whole.turn.text, "Hello");
        assert_eq!(
            (whole.turn.calls[0].id.as_str(), whole.turn.calls[0].arguments.as_str()),
            ("a", "{\"p\":1}")
        );
        assert_eq!(whole.turn.usage, Some(Usage { input_tokens: 43, output_tokens: 9 }));
        let thinking = json!([
            {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
            {"type": "redacted_thinking", "data": "xyz"}
        ]);
        assert_eq!(Value::Array(whole.thinking), thinking);
    }

    #[test]
    fn a_call_without_arguments_and_one_that_was_cut() {
        let start = r#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"look","input":{}}}"#;
        let piece = r#"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"p"}}"#;
        let stop = |reason| format!(r#"{{"type":"message_delta","delta":{{"stop_reason":"{reason}"}}}}"#);
        assert_eq!(build(&[start, &stop("tool_use")]).unwrap().turn.calls[0].arguments, "{}");
        assert_eq!(build(&[start, piece, &stop("max_tokens")]), Err(Fault::CutCall));
    }

    #[test]
    fn errors_and_documents() {
        let overloaded = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
        let mut builder = Box::<Builder>::default();
        assert!(matches!(
            take_event(builder.as_mut(), overloaded),
            Err(Fault::Refused(refusal)) if refusal.status == Some(529)
        ));
        let body = br#"{"content":[{"type":"text","text":"Hi"},{"type":"tool_use","id":"a","name":"x","input":{"b":1}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":2}}"#;
        assert_eq!(take_document(builder.as_mut(), body).unwrap(), "Hi");
        assert_eq!(builder.finish().unwrap().turn.calls[0].arguments, "{\"b\":1}");
        for body in [&b"{}"[..], b"{\"content\":5}", b"<html>"] {
            assert!(matches!(take_document(&mut Builder::default(), body), Err(Fault::Nonsense(_))));
        }
    }
}
