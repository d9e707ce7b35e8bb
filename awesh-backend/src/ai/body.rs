//! The body of an answer, in any portions, to a turn; no I/O.

use agents::Turn;

use super::fault::Fault;
use super::{sse, stream};

/// Bytes of an answer that comes as one document.
const DOCUMENT: usize = 8 * 1024 * 1024;

/// A body as far as it came.
#[derive(Debug, Default)]
pub(super) struct Body {
    form: Form,
    turn: stream::Builder,
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
        match &mut self.form {
            Form::Events(decoder) => {
                let events = decoder.push(bytes).map_err(|error| Fault::Nonsense(error.to_string()))?;
                events.iter().map(|event| self.turn.event(event)).collect()
            }
            Form::Document(body) if body.len() + bytes.len() > DOCUMENT => {
                Err(Fault::Nonsense("a document without end".to_owned()))
            }
            Form::Document(body) => {
                body.extend_from_slice(bytes);
                Ok(String::new())
            }
            Form::Unknown => Ok(String::new()),
        }
    }

    /// The body is at its end: the text that it still held.
    pub(super) fn end(&mut self) -> Result<String, Fault> {
        self.ended = true;
        match &mut self.form {
            Form::Unknown => Err(Fault::Cut("its body is empty".to_owned())),
            Form::Document(body) => self.turn.document(body),
            Form::Events(decoder) => match decoder.finish().map(|event| self.turn.event(&event)) {
                Some(Err(Fault::Nonsense(_))) if self.has_begun() || self.is_complete() => Ok(String::new()),
                Some(read) => read,
                None => Ok(String::new()),
            },
        }
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

    /// The turn, if it is complete; what is not stays as it is.
    pub(super) fn whole(&mut self) -> Result<Turn, Fault> {
        if !self.is_complete() {
            return Err(Fault::Cut("it ended without its end mark".to_owned()));
        }
        std::mem::take(&mut self.turn).finish()
    }
}

#[cfg(test)]
#[path = "recordings.rs"]
mod recordings;
