//! Whatever a program prints, and wherever it is cut: no byte is lost, none is added, and marks are found in the
//! same places.
#![no_main]

// By its file: the shell that it is part of takes minutes to build for fuzzing.
#[path = "../../src/bash/markers.rs"]
mod markers;

use libfuzzer_sys::fuzz_target;
use markers::{MarkParser, Piece};

const NONCE: &str = "n0";

/// The longest mark, and with it the most that may be held back.
const LONGEST: usize = "\x1b]7717;n0;P\x07".len();

/// What comes out: the output, and each mark with its place in it.
fn parse<'a>(portions: impl Iterator<Item = &'a [u8]>) -> (Vec<u8>, Vec<(usize, String)>) {
    let mut parser = MarkParser::new(NONCE);
    let (mut output, mut marks) = (Vec::new(), Vec::new());
    for mut portion in portions {
        while let Some(piece) = parser.next(&mut portion) {
            match piece {
                Piece::Output(bytes) => output.extend_from_slice(bytes),
                Piece::Mark(mark) => marks.push((output.len(), format!("{mark:?}"))),
            }
        }
    }
    let held = parser.flush();
    assert!(held.len() < LONGEST);
    output.extend_from_slice(held);
    (output, marks)
}

fuzz_target!(|input: (usize, &[u8])| {
    let (size, bytes) = input;
    let whole = parse(std::iter::once(bytes));
    assert_eq!(parse(bytes.chunks(size.clamp(1, 64))), whole);
    assert_eq!(whole.0.len() + whole.1.len() * LONGEST, bytes.len());
});
