//! What every byte of a command's output goes through: the search for marks, and the tail that is kept.

use std::hint::black_box;

use awesh::bash::markers::{MarkParser, Piece};
use awesh::bash::tail::Tail;
use criterion::{Criterion, Throughput};

/// As much as is read at once.
const CHUNK: usize = 64 * 1024;

/// As a session's own are.
const NONCE: &str = "0123456789abcdef0123456789abcdef";

pub fn benches(criterion: &mut Criterion) {
    let plain = "A line of a program's output, as long as lines usually are.\r\n".repeat(CHUNK / 61);
    let coloured =
        "\x1b[1;32mok\x1b[m \x1b[36mname\x1b[m \x1b]8;;link\x07text\x1b]8;;\x07\r\n".repeat(CHUNK / 49);
    let mut group = criterion.benchmark_group("output");
    for (name, bytes) in [("plain", plain.as_bytes()), ("many escapes", coloured.as_bytes())] {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(format!("marks, {name}"), |bencher| {
            let mut parser = MarkParser::new(NONCE);
            bencher.iter(|| shown(&mut parser, black_box(bytes)));
        });
        group.bench_function(format!("tail, {name}"), |bencher| {
            let mut tail = Tail::default();
            bencher.iter(|| tail.push(black_box(bytes)));
        });
    }
    group.finish();
    criterion.bench_function("tail: whether a line is ended", |bencher| {
        let mut tail = Tail::default();
        tail.push(coloured.as_bytes());
        bencher.iter(|| black_box(&tail).ends_line());
    });
}

/// How many bytes would be shown.
fn shown(parser: &mut MarkParser, mut bytes: &[u8]) -> usize {
    let mut count = 0;
    while let Some(piece) = parser.next(&mut bytes) {
        if let Piece::Output(output) = piece {
            count += black_box(output).len();
        }
    }
    count
}
