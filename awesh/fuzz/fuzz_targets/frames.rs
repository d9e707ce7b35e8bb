//! Whatever comes over the socket, and wherever it is cut: the same messages or the same refusal, and no message
//! that does not survive being sent again.
#![no_main]

use awesh_protocol::frame::{Decoder, encode};
use awesh_protocol::{Event, Request};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The messages, and why there are no more of them.
fn decode<'a, T: DeserializeOwned>(portions: impl Iterator<Item = &'a [u8]>) -> (Vec<T>, Option<String>) {
    let mut decoder = Decoder::new();
    let mut messages = Vec::new();
    for portion in portions {
        decoder.push(portion);
        loop {
            match decoder.take() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(error) => return (messages, Some(error.to_string())),
            }
        }
    }
    (messages, None)
}

fn check<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(size: usize, bytes: &[u8]) {
    let whole = decode::<T>(std::iter::once(bytes));
    assert_eq!(decode::<T>(bytes.chunks(size)), whole);
    for message in whole.0 {
        let frame = encode(&message).expect("it came in a frame");
        let (again, refusal) = decode::<T>(std::iter::once(&frame[..]));
        assert_eq!((again, refusal), (vec![message], None));
    }
}

fuzz_target!(|input: (usize, &[u8])| {
    let (size, bytes) = (input.0.clamp(1, 64), input.1);
    check::<Request>(size, bytes);
    check::<Event>(size, bytes);
});
