//! Messages to frames and back: a question with its context, and a piece of an answer, of which there are many.

use std::hint::black_box;

use awesh_protocol::frame::{Decoder, encode};
use awesh_protocol::{Ask, Context, Event, RecentCommand, Request};
use criterion::Criterion;

pub fn benches(criterion: &mut Criterion) {
    let ask = Request::Ask(Box::new(ask()));
    let text = Event::Text { id: 1, text: "a few words ".to_owned() };
    let ask_frame = encode(&ask).expect("a question fits a frame");
    let text_frame = encode(&text).expect("a few words fit a frame");
    let mut group = criterion.benchmark_group("frame");
    group.bench_function("encode a question with output", |bencher| bencher.iter(|| encode(black_box(&ask))));
    group.bench_function("decode a question with output", |bencher| {
        bencher.iter(|| decode::<Request>(black_box(&ask_frame)));
    });
    group.bench_function("encode a piece of text", |bencher| bencher.iter(|| encode(black_box(&text))));
    group.bench_function("decode a piece of text", |bencher| {
        bencher.iter(|| decode::<Event>(black_box(&text_frame)));
    });
    group.finish();
}

fn decode<T: serde::de::DeserializeOwned>(frame: &[u8]) -> Option<T> {
    let mut decoder = Decoder::new();
    decoder.push(frame);
    decoder.take().ok().flatten()
}

/// A question after three commands with much output.
fn ask() -> Ask {
    let recent = RecentCommand {
        command: "kubectl get pods -A".to_owned(),
        status: 1,
        duration_ms: 230,
        output: "a line of output, with \"quotes\" and \\ in it\n".repeat(16 * 1024 / 45),
    };
    let context = Context {
        directory: "/home/user/src/app".to_owned(),
        environment: [("KUBECONFIG".to_owned(), "/home/user/.kube/config".to_owned())].into(),
        recent: vec![recent; 3],
        columns: 120,
        ..Context::default()
    };
    Ask { id: 1, question: "why do these fail?".to_owned(), context }
}
