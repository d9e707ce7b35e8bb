//! What model servers really sent, replayed whole, byte by byte, and cut at every position.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::refusal::Refusal;
use super::super::worded::Form;
use super::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings")
}

/// Every recording by its name, with its status.
fn recordings() -> Vec<(String, u16)> {
    let names = fs::read_dir(folder()).unwrap().filter_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        name.strip_suffix(".txt").map(str::to_owned)
    });
    let mut all: Vec<_> =
        names.map(|name| (status(&name), name)).map(|(status, name)| (name, status)).collect();
    all.sort();
    all
}

fn read(name: &str) -> Vec<u8> {
    fs::read(folder().join(format!("{name}.txt"))).unwrap()
}

fn status(name: &str) -> u16 {
    let recording = read(name);
    let head = String::from_utf8_lossy(&recording[..recording.len().min(64)]).into_owned();
    head.split(' ').nth(1).unwrap().parse().unwrap()
}

/// The body of a recorded response: behind the head, without the framing of its chunks.
fn body(name: &str) -> Vec<u8> {
    let recording = read(name);
    let end = recording.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let (head, raw) = (String::from_utf8_lossy(&recording[..end]).to_lowercase(), &recording[end + 4..]);
    if head.contains("\ntransfer-encoding: chunked") { unchunk(raw) } else { raw.to_vec() }
}

fn unchunk(mut raw: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = raw.windows(2).position(|bytes| bytes == b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&raw[..end]).unwrap().trim(), 16).unwrap();
        let chunk = &raw[end + 2..];
        body.extend_from_slice(&chunk[..length.min(chunk.len())]);
        match chunk.get(length + 2..) {
            Some(rest) if length > 0 => raw = rest,
            _ => break,
        }
    }
    body
}

fn api(name: &str) -> Api {
    if name.contains("-messages-") { Api::Messages } else { Api::Chat }
}

fn replay(api: Api, bytes: &[u8], portion: usize) -> (String, Result<Whole, Fault>) {
    let mut body = Body::new(api, Reader::new(Form::Native, vec!["run_command", "read_file"]));
    let mut shown = String::new();
    let mut step = |text: Result<String, Fault>| text.map(|text| shown.push_str(&text));
    for part in bytes.chunks(portion) {
        if let Err(fault) = step(body.take(part)) {
            return (shown, Err(fault));
        }
    }
    let ended = if body.is_done() { Ok(()) } else { step(body.end()) };
    let whole = ended.and_then(|()| body.whole()).map(|(rest, whole)| {
        shown.push_str(&rest);
        whole
    });
    (shown, whole)
}

/// Where to cut: everywhere, but for what is too long for that, where its end is everywhere.
fn cuts(length: usize) -> impl Iterator<Item = usize> {
    const LONG: usize = 12 * 1024;
    (0..length).filter(move |at| length < LONG || at % 61 == 0 || length - at < 2048)
}

/// What is told: the beginning of the text, and of the arguments of all calls.
const ANSWERS: [(&str, &str, &str); 36] = [
    ("aimock-chat-length", "truncated by max tok", ""),
    ("aimock-chat-plain", "Hello from", ""),
    ("aimock-chat-reasoning", "The answer is 4.", ""),
    ("aimock-chat-slow-drip", "", ""),
    ("aimock-chat-slow-first", "", ""),
    ("aimock-chat-two-tools", "I will look.", r#"{"command":"ls -la \"/tmp/my dir\""}{"path":"/etc/hosts"}"#),
    ("aimock-chat-utf8", "", ""),
    ("aimock-messages-plain", "", ""),
    ("aimock-messages-slow-first", "", ""),
    ("aimock-messages-thinking", "", ""),
    ("aimock-messages-two-tools", "", r#"{"command":"ls -la \"/tmp/my dir\""}{"path":"/etc/hosts"}"#),
    ("aimock-openrouter-keepalive", "after the keep-alive comment", ""),
    ("litellm-chat-mocktool-nonstream", "", ""),
    ("litellm-chat-plain", "", ""),
    ("litellm-chat-rpm-a", "", ""),
    ("litellm-chat-slow", "", ""),
    ("litellm-chat-tool-via-anthropic", "", r#"{"command":"ls -la \"/tmp/my dir\""}"#),
    ("litellm-chat-tool-via-llama", "", r#"{"command": "ls -la /tmp"}"#),
    ("litellm-chat-tool-via-openai", "", r#"{"command":"ls -la \"/tmp/my dir\""}"#),
    // The gateway made a whole answer of one that was cut before it: nobody behind it can tell.
    ("litellm-chat-up-truncated", "", ""),
    ("litellm-chat-via-llama", "", ""),
    ("litellm-messages-err-filter", "", ""),
    ("litellm-messages-err-midstream", "Exception: mock_streaming_error", ""),
    ("litellm-messages-mock-streamrequest-jsonreply", "Hello from LiteLLM: naïve café — 日本語 🙂 done.", ""),
    ("litellm-messages-timeout", "never", ""),
    ("litellm-messages-tool-via-anthropic", "", r#"{"command":"ls -la \"/tmp/my dir\""}"#),
    ("litellm-messages-tool-via-llama", "", r#"{"command": "ls -la /tmp"}"#),
    ("litellm-messages-tool-via-openai", "", r#"{"command":"ls -la \"/tmp/my dir\""}"#),
    ("llama-chat-jsonschema", "", ""),
    ("llama-chat-nonstream", "", ""),
    ("llama-chat-tool", "", r#"{"command": "ls -la /tmp"}"#),
    ("llama-messages-plain", "", ""),
    ("llama-messages-tool", "", r#"{"command": "ls -la /tmp"}"#),
    ("llmposter-messages-toolcall", "", ""),
    ("llmposter-chat-toolcall", "", ""),
    ("sse-starlette-crlf-ping-multiline", "naïve 日本🙂 multi-line", ""),
];

#[test]
fn answers() {
    for (name, text, arguments) in ANSWERS {
        let bytes = body(name);
        let (shown, whole) = replay(api(name), &bytes, bytes.len());
        let whole = whole.unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
        let turn = &whole.turn;
        assert_eq!(shown, turn.text, "{name}");
        assert!(turn.text.starts_with(text), "{name}: {:?}", turn.text);
        assert!(!turn.text.is_empty() || !turn.calls.is_empty(), "{name}");
        let found: String = turn.calls.iter().map(|call| call.arguments.as_str()).collect();
        assert!(found.starts_with(arguments), "{name}: {found:?}");
        assert!(!turn.text.contains(char::REPLACEMENT_CHARACTER), "{name}: {:?}", turn.text);
        for portion in [1, 2, 3, 7] {
            assert_eq!(
                replay(api(name), &bytes, portion),
                (shown.clone(), Ok(whole.clone())),
                "{name} in portions of {portion}"
            );
        }
    }
}

/// The terminal event may be followed by usage: a cut behind it is whole, one before it never is.
#[test]
fn a_cut_answer_is_never_whole() {
    for (name, ..) in ANSWERS {
        let bytes = body(name);
        let (_, whole) = replay(api(name), &bytes, bytes.len());
        let whole = whole.unwrap().turn;
        let stream = String::from_utf8_lossy(&bytes);
        let ends =
            ["\"finish_reason\":\"", "\"finish_reason\": \"", "\"stop_reason\":\"", "\"stop_reason\": \""];
        let finish = ends.iter().filter_map(|end| stream.rfind(end)).max();
        for cut in cuts(bytes.len()) {
            if let (_, Ok(Whole { turn, .. })) = replay(api(name), &bytes[..cut], cut.max(1)) {
                assert!(cut > finish.unwrap(), "{name} cut at {cut}");
                assert_eq!((&turn.text, &turn.calls), (&whole.text, &whole.calls), "{name} cut at {cut}");
            }
        }
    }
}

/// What began and broke off, and what never was an answer.
const FAULTS: [(&str, &str); 16] = [
    ("aimock-chat-cut", "Cut"),
    ("aimock-chat-cut-tool", "Cut"),
    ("aimock-chat-malformed-200", "Nonsense"),
    ("aimock-messages-cut", "Cut"),
    ("litellm-chat-up-cut", "Refused 500"),
    ("litellm-chat-up-drop", "Refused 500"),
    ("litellm-messages-up-cut", "Refused 500"),
    ("litellm-messages-up-drop", "Refused 500"),
    ("litellm-messages-up-truncated", "Refused 500"),
    ("llama-chat-killed-midstream", "Cut"),
    ("llmposter-chat-corrupt", "Nonsense"),
    ("llmposter-chat-cut", "Cut"),
    ("llmposter-chat-drop", "Cut"),
    ("llmposter-messages-corrupt", "Nonsense"),
    ("llmposter-messages-cut", "Cut"),
    ("llmposter-messages-drop", "Cut"),
];

#[test]
fn what_is_no_answer() {
    let kind = |fault: &Fault| match fault {
        Fault::Cut(_) => "Cut".to_owned(),
        Fault::Nonsense(_) => "Nonsense".to_owned(),
        Fault::CutCall => "CutCall".to_owned(),
        Fault::Refused(refusal) => format!("Refused {}", refusal.status.unwrap_or_default()),
        other => format!("{other:?}"),
    };
    for (name, expected) in FAULTS {
        let bytes = body(name);
        let (_, whole) = replay(api(name), &bytes, bytes.len());
        assert_eq!(kind(whole.as_ref().expect_err(name)), expected, "{name}");
        for portion in [1, 5] {
            assert_eq!(replay(api(name), &bytes, portion).1, whole, "{name}");
        }
        for cut in cuts(bytes.len()) {
            assert!(replay(api(name), &bytes[..cut], cut.max(1)).1.is_err(), "{name} cut at {cut}");
        }
    }
}

/// Answers of models of random weights, or with each event twice: no text to be sure of, and no harm done wherever
/// they are cut.
const NOISE: [&str; 12] = [
    "llama-chat-busy-ping",
    "llama-chat-garbage-utf8",
    "llama-chat-grammar",
    "llama-chat-maxtok",
    "llama-chat-plain",
    "llama-chat-stop",
    "llama-chat-tool-required-random",
    "llama-chat-wrong-model-name-accepted",
    "llmposter-chat-dup",
    "llmposter-chat-gpt-4o",
    "llmposter-messages-dup",
    "llmposter-messages-gpt-4o",
];

#[test]
fn garbage_is_survived() {
    for name in NOISE {
        let bytes = body(name);
        let (shown, whole) = replay(api(name), &bytes, 1);
        assert_eq!(whole.map(|whole| whole.turn.text), Ok(shown), "{name}");
        for cut in cuts(bytes.len()) {
            let (shown, whole) = replay(api(name), &bytes[..cut], 64);
            assert!(
                whole.is_err() || whole.is_ok_and(|whole| whole.turn.text == shown),
                "{name} cut at {cut}"
            );
        }
    }
    let noise: Vec<u8> = (0..=255).cycle().take(5000).collect();
    for portion in [1, 13, 5000] {
        assert!(replay(Api::Chat, &noise, portion).1.is_err());
        assert!(replay(Api::Messages, &noise, portion).1.is_err());
    }
}

/// The longest: a model of random weights that went on until its context was full.
const FULL: &str = "llama-chat-context-full-midstream";

#[test]
fn an_answer_that_fills_the_context_is_known_to_be_cut() {
    let bytes = body(FULL);
    let (shown, whole) = replay(api(FULL), &bytes, 1);
    let turn = whole.unwrap().turn;
    assert!(turn.cut_by_length && turn.text == shown);
    // Behind the terminal event a cut is none.
    for cut in (0..bytes.len() - 1024).step_by(bytes.len() / 100) {
        assert!(replay(api(FULL), &bytes[..cut], 64).1.is_err(), "cut at {cut}");
    }
}

/// Every refusal has something to tell, in whatever it is wrapped; and every recording is one of these.
#[test]
fn refusals_are_read() {
    for (name, status) in recordings() {
        let known = ANSWERS.iter().any(|row| row.0 == name)
            || FAULTS.iter().any(|row| row.0 == name)
            || NOISE.contains(&name.as_str())
            || name == FULL;
        assert_eq!(known, status == 200, "{name} ({status})");
        if status != 200 {
            let said = Refusal::read(Some(status), &String::from_utf8_lossy(&body(&name)));
            assert!(!said.message.is_empty() && !said.message.starts_with("{"), "{name}: {:?}", said.message);
        }
    }
    let said = |name: &str| Refusal::read(Some(400), &String::from_utf8_lossy(&body(name)));
    for (name, message) in [
        ("aimock-chat-429", "Rate limit reached"),
        ("litellm-chat-err-ctx", "litellm.ContextWindowExceededError: "),
        ("llama-chat-400-context", "request (6097 tokens) exceeds the available context size"),
        ("llama-chat-503-loading", "Loading model"),
        ("litellm-chat-nosuch", "/chat/completions: Invalid model name"),
    ] {
        assert!(said(name).message.starts_with(message), "{name}: {:?}", said(name));
    }
    for name in ["litellm-chat-err-ctx", "litellm-messages-err-ctx", "llama-chat-400-context"] {
        assert!(said(name).is_too_long(), "{name}: {:?}", said(name));
    }
}
