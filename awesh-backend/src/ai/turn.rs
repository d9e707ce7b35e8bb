//! A turn in the making, whichever API it comes through, and what the APIs have in common.

use std::fmt::Debug;

use agents::{ToolCall, Turn};
use awesh_protocol::Api;
use serde_json::Value;

use super::fault::Fault;
use super::refusal::Refusal;
use super::surrogates::{Joined, mend};
use super::worded::repair;
use super::{chat, messages};

/// Bytes that a turn may have before it counts as broken.
const LARGEST: usize = 4 * 1024 * 1024;

/// A model's turn, with what only the server is told of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Whole {
    /// The turn.
    pub(crate) turn: Turn,
    /// What the model thought, in the server's own form; it goes back unchanged or not at all.
    pub(crate) thinking: Vec<Value>,
    /// What it cost in dollars, where the server says so.
    pub(crate) cost: Option<f64>,
    /// What is wrong with a call that was written in words and cannot be read.
    pub(crate) unreadable: Option<String>,
}

/// A turn as far as it came.
pub(super) trait Builder: Debug + Send {
    /// Takes an event and returns the text that it adds.
    fn event(&mut self, event: &Value) -> Result<String, Fault>;

    /// Takes a whole answer that came as one document, and returns its text.
    fn document(&mut self, document: &Value) -> Result<String, Fault>;

    /// The stream's own mark of its end, which is no JSON.
    fn end_mark(&mut self);

    /// Whether the terminal event was seen.
    fn is_complete(&self) -> bool;

    /// Whether the marker behind the terminal event was seen: nothing more is worth waiting for.
    fn is_done(&self) -> bool;

    /// Whether anything of an answer came.
    fn has_begun(&self) -> bool;

    /// The turn as it is; whether it is complete, [`Builder::is_complete`] says.
    fn finish(self: Box<Self>) -> Result<Whole, Fault>;
}

/// A turn of which nothing came yet.
pub(super) fn builder(api: Api) -> Box<dyn Builder> {
    match api {
        Api::Chat => Box::<chat::stream::Builder>::default(),
        Api::Messages => Box::<messages::stream::Builder>::default(),
    }
}

/// Gives an event's data to the turn, and returns the text that it adds.
pub(super) fn take_event(turn: &mut dyn Builder, data: &str) -> Result<String, Fault> {
    match data.trim() {
        "" => Ok(String::new()),
        "[DONE]" => {
            turn.end_mark();
            Ok(String::new())
        }
        data => {
            // Only a text that is no JSON can have halves of characters.
            let event = serde_json::from_str(data).or_else(|_| serde_json::from_str(&mend(data)));
            let shown = || Refusal::read(None, data).message;
            let event: Value =
                event.map_err(|_| Fault::Nonsense(format!("an event that is no JSON ({})", shown())))?;
            refused(&event)?;
            turn.event(&event)
        }
    }
}

/// Gives a whole answer to the turn, and returns its text.
pub(super) fn take_document(turn: &mut dyn Builder, body: &[u8]) -> Result<String, Fault> {
    let document: Value = serde_json::from_slice(body).map_err(|_| Fault::Nonsense(describe(body)))?;
    refused(&document)?;
    turn.document(&document)
}

/// An error in place of an answer or of its next piece.
fn refused(value: &Value) -> Result<(), Fault> {
    match value.get("error") {
        Some(error) if !error.is_null() => Err(Fault::Refused(Refusal::from_value(None, value))),
        _ => Ok(()),
    }
}

/// The calls, unless the length limit cut one of them.
pub(super) fn whole_calls(
    calls: impl IntoIterator<Item = (u64, PartialCall)>,
    cut_by_length: bool,
) -> Result<Vec<ToolCall>, Fault> {
    let mut calls: Vec<ToolCall> = calls.into_iter().map(|(index, call)| call.whole(index)).collect();
    let is_unparsed = |call: &&mut ToolCall| serde_json::from_str::<Value>(&call.arguments).is_err();
    for call in calls.iter_mut().filter(is_unparsed) {
        if cut_by_length {
            return Err(Fault::CutCall);
        }
        // What cannot be repaired is told to the model by the tool.
        if let Ok(arguments) = repair(&call.arguments) {
            call.arguments = arguments.to_string();
        }
    }
    Ok(calls)
}

/// A call as far as it came.
#[derive(Debug, Default)]
pub(super) struct PartialCall {
    id: String,
    name: String,
    arguments: Joined,
}

impl PartialCall {
    /// Takes the names: the first delta has them, some servers repeat them in each.
    pub(super) fn names(&mut self, id: &Value, name: &Value) {
        for (own, value) in [(&mut self.id, id), (&mut self.name, name)] {
            if own.is_empty() {
                value.as_str().unwrap_or_default().clone_into(own);
            }
        }
    }

    /// Takes arguments: a piece of their text, or the whole as an object.
    pub(super) fn arguments(&mut self, arguments: &Value) {
        match arguments {
            Value::String(piece) => drop(self.arguments.push(piece)),
            Value::Object(_) => drop(self.arguments.push(&arguments.to_string())),
            _ => {}
        }
    }

    /// Its size.
    pub(super) fn bytes(&self) -> usize {
        self.arguments.text().len()
    }

    fn whole(self, index: u64) -> ToolCall {
        let id = if self.id.is_empty() { format!("call_{index}") } else { self.id };
        let arguments = self.arguments.into_text();
        let arguments = if arguments.trim().is_empty() { "{}".to_owned() } else { arguments };
        ToolCall { id, name: self.name, arguments }
    }
}

/// Whether a turn of this size is still one.
pub(super) fn bounded(bytes: usize) -> Result<(), Fault> {
    if bytes > LARGEST { Err(Fault::Nonsense("an answer without end".to_owned())) } else { Ok(()) }
}

/// What a body is that is no JSON.
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
