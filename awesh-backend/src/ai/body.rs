//! The body of an answer, in any portions, to a turn; no I/O.

use awesh_protocol::Api;

use super::fault::Fault;
use super::sse;
use super::turn::{Builder, Whole, builder, take_document, take_event};
use super::worded::Reader;

/// Bytes of an answer that comes as one document.
const DOCUMENT: usize = 8 * 1024 * 1024;

/// A body as far as it came.
#[derive(Debug)]
pub(super) struct Body {
    api: Api,
    form: Form,
    turn: Box<dyn Builder>,
    words: Reader,
    ended: bool,
}

/// What kind of body it is, told by its first byte: what servers say of it in the head is not to be relied on.
#[derive(Debug, Default)]
enum Form {
    #[default]
    Unknown,
    Events(sse::Decoder),
    Document(Vec<u8>),
}

impl Body {
    /// The body of an answer in this API, in whose text `words` looks for calls.
    pub(super) fn new(api: Api, words: Reader) -> Self {
        Self { api, form: Form::default(), turn: builder(api), words, ended: false }
    }

    /// Takes bytes as they came and returns the text they add.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<String, Fault> {
        if let Form::Unknown = self.form {
            let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
            self.form = match first {
                None => return Ok(String::new()),
                Some(b'{' | b'[' | b'<') => Form::Document(Vec::new()),
                Some(_) => Form::Events(sse::Decoder::default()),
            };
        }
        let text = match &mut self.form {
            Form::Events(decoder) => {
                let events = decoder.push(bytes).map_err(|error| Fault::Nonsense(error.to_string()))?;
                events
                    .iter()
                    .map(|event| take_event(self.turn.as_mut(), event))
                    .collect::<Result<String, _>>()?
            }
            Form::Document(body) if body.len() + bytes.len() > DOCUMENT => {
                return Err(Fault::Nonsense("a document without end".to_owned()));
            }
            Form::Document(body) => {
                body.extend_from_slice(bytes);
                String::new()
            }
            Form::Unknown => String::new(),
        };
        Ok(self.words.push(&text))
    }

    /// The body is at its end: the text that it still held.
    pub(super) fn end(&mut self) -> Result<String, Fault> {
        self.ended = true;
        let text = match &mut self.form {
            Form::Unknown => return Err(Fault::Cut("its body is empty".to_owned())),
            Form::Document(body) => take_document(self.turn.as_mut(), body)?,
            Form::Events(decoder) => {
                let last = decoder.finish().map(|event| take_event(self.turn.as_mut(), &event));
                match last {
                    Some(Err(Fault::Nonsense(_))) if self.has_begun() || self.is_complete() => String::new(),
                    Some(read) => read?,
                    None => String::new(),
                }
            }
        };
        Ok(self.words.push(&text))
    }

    /// Whether nothing more is worth waiting for.
    pub(super) fn is_done(&self) -> bool {
        self.ended || self.turn.is_done()
    }

    /// Whether the terminal event was seen.
    pub(super) fn is_complete(&self) -> bool {
        self.turn.is_complete()
    }

    /// Whether anything of an answer came.
    pub(super) fn has_begun(&self) -> bool {
        self.turn.has_begun()
    }

    /// The turn and the rest of its text, if it is complete.
    pub(super) fn whole(&mut self) -> Result<(String, Whole), Fault> {
        if !self.is_complete() {
            return Err(Fault::Cut("it ended without its end mark".to_owned()));
        }
        let turn = std::mem::replace(&mut self.turn, builder(self.api));
        self.words.finish(turn.finish()?)
    }
}

#[cfg(test)]
#[path = "recordings.rs"]
mod recordings;
