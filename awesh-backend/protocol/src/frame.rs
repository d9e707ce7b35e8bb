//! Length-prefixed frames: messages to bytes, and bytes in any portions to messages.
//!
//! A frame is a big-endian `u32`, the length of its body, and the body: one JSON object. Neither side reads a
//! socket here: whoever does pushes what it got and takes what has become whole. After an error the stream has
//! no known frame boundary any more, so the connection must be closed.

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::MAX_FRAME;

/// Bytes of a frame's length.
const PREFIX: usize = 4;

/// Why bytes are no frame, or a message cannot be one.
#[derive(Debug, Error)]
pub enum FrameError {
    /// A frame without a body.
    #[error("a frame of length zero")]
    Empty,
    /// A body above [`MAX_FRAME`].
    #[error("a frame of {0} bytes; at most {MAX_FRAME} are allowed")]
    TooLarge(usize),
    /// A body that is not the message expected.
    #[error("a frame that is no message: {0}")]
    Malformed(#[source] serde_json::Error),
}

/// The frame of one message.
///
/// # Errors
///
/// [`FrameError::TooLarge`] if its body is above [`MAX_FRAME`].
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, FrameError> {
    let mut frame = vec![0; PREFIX];
    serde_json::to_writer(&mut frame, message).map_err(FrameError::Malformed)?;
    let length = frame.len() - PREFIX;
    let prefix = u32::try_from(length).map_err(|_| FrameError::TooLarge(length))?;
    check(length)?;
    frame[..PREFIX].copy_from_slice(&prefix.to_be_bytes());
    Ok(frame)
}

/// Joins portions of bytes to messages.
///
/// It holds at most what was pushed and not yet taken: take messages until there is none before pushing more.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// How much of `buffer` was taken already; removed on the next push, so that many small frames in one
    /// portion cost one move.
    taken: usize,
}

impl Decoder {
    /// A decoder at a frame boundary.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds bytes as they came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Takes the next message, or nothing while it is not whole.
    ///
    /// # Errors
    ///
    /// [`FrameError::Empty`] and [`FrameError::TooLarge`] as soon as the length is known, without waiting for
    /// the body; [`FrameError::Malformed`] for a body that is no `T`.
    pub fn take<T: DeserializeOwned>(&mut self) -> Result<Option<T>, FrameError> {
        let pending = &self.buffer[self.taken..];
        let Some((prefix, rest)) = pending.split_first_chunk::<PREFIX>() else { return Ok(None) };
        let length = usize::try_from(u32::from_be_bytes(*prefix)).unwrap_or(usize::MAX);
        check(length)?;
        let Some(body) = rest.get(..length) else { return Ok(None) };
        let message = serde_json::from_slice(body).map_err(FrameError::Malformed)?;
        self.taken += PREFIX + length;
        self.release();
        Ok(Some(message))
    }

    /// Whether the stream may end here: no frame is begun.
    pub fn is_at_boundary(&self) -> bool {
        self.taken == self.buffer.len()
    }

    /// Gives back the memory of a large frame once nothing is pending.
    fn release(&mut self) {
        const KEPT: usize = 64 * 1024;
        if self.taken == self.buffer.len() {
            self.buffer.clear();
            self.buffer.shrink_to(KEPT);
            self.taken = 0;
        }
    }
}

fn check(length: usize) -> Result<(), FrameError> {
    match length {
        0 => Err(FrameError::Empty),
        length if length > MAX_FRAME => Err(FrameError::TooLarge(length)),
        _ => Ok(()),
    }
}
