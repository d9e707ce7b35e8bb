//! What model servers really sent, replayed whole, byte by byte, and cut at every position.

use std::path::Path;

use super::*;

/// The body of a recorded response: behind the head, without the framing of its chunks.
fn body(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings").join(format!("{name}.txt"));
    let recording = std::fs::read(path).unwrap();
    let end = recording.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let (head, raw) = (String::from_utf8_lossy(&recording[..end]).to_lowercase(), &recording[end + 4..]);
    if head.contains("transfer-encoding: chunked") { unchunk(raw) } else { raw.to_vec() }
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

fn replay(bytes: &[u8], portion: usize) -> (String, Result<Turn, Fault>) {
    let mut body = Body::default();
    let mut shown = String::new();
    let mut step = |text: Result<String, Fault>| text.map(|text| shown.push_str(&text));
    for part in bytes.chunks(portion) {
        if let Err(fault) = step(body.take(part)) {
            return (shown, Err(fault));
        }
    }
    let ended = if body.is_done() { Ok(()) } else { step(body.end()) };
    let turn = ended.and_then(|()| body.whole());
    (shown, turn)
}

const ANSWERS: [(&str, &str, &str); 13] = [
    ("aimock-chat-plain", "Hello from", ""),
    ("aimock-chat-two-tools", "I will look.", r#"{"command":"ls -la \"/tmp/my dir\""}{"path":"/etc/hosts"}"#),
    ("aimock-chat-utf8", "", ""),
    ("aimock-chat-length", "truncated by max tok", ""),
    ("aimock-chat-reasoning", "The answer is 4.", ""),
    ("aimock-openrouter-keepalive", "after the keep-alive comment", ""),
    ("litellm-chat-mocktool-nonstream", "", ""),
    ("litellm-chat-tool-via-anthropic", "", r#"{"command":"ls -la \"/tmp/my dir\""}"#),
    ("litellm-chat-plain", "", ""),
    ("llama-chat-tool", "", r#"{"command": "ls -la /tmp"}"#),
    ("llama-chat-nonstream", "", ""),
    ("llmposter-chat-toolcall", "", ""),
    ("sse-starlette-crlf-ping-multiline", "naïve 日本🙂 multi-line", ""),
];

#[test]
fn answers() {
    for (name, text, arguments) in ANSWERS {
        let bytes = body(name);
        let (shown, turn) = replay(&bytes, bytes.len());
        let turn = turn.unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
        assert_eq!(shown, turn.text, "{name}");
        assert!(turn.text.starts_with(text), "{name}: {:?}", turn.text);
        assert!(!turn.text.is_empty() || !turn.calls.is_empty(), "{name}");
        let found: String = turn.calls.iter().map(|call| call.arguments.as_str()).collect();
        assert!(found.starts_with(arguments), "{name}: {found:?}");
        assert!(!turn.text.contains(char::REPLACEMENT_CHARACTER), "{name}: {:?}", turn.text);
        for portion in [1, 2, 3, 7] {
            assert_eq!(
                replay(&bytes, portion),
                (shown.clone(), Ok(turn.clone())),
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
        let (_, whole) = replay(&bytes, bytes.len());
        let whole = whole.unwrap();
        let stream = String::from_utf8_lossy(&bytes);
        let finish = stream.rfind("\"finish_reason\":\"").or_else(|| stream.rfind("\"finish_reason\": \""));
        for cut in 0..bytes.len() {
            let (_, turn) = replay(&bytes[..cut], cut.max(1));
            if let Ok(turn) = turn {
                assert!(cut > finish.unwrap(), "{name} cut at {cut}");
                assert_eq!(
                    (turn.text, turn.calls),
                    (whole.text.clone(), whole.calls.clone()),
                    "{name} cut at {cut}"
                );
            }
        }
    }
}

#[test]
fn what_is_no_answer() {
    let fault = |name: &str| {
        let bytes = body(name);
        let (_, turn) = replay(&bytes, bytes.len());
        for portion in [1, 5] {
            assert_eq!(replay(&bytes, portion).1, turn, "{name}");
        }
        for cut in 0..bytes.len() {
            assert!(replay(&bytes[..cut], cut.max(1)).1.is_err(), "{name} cut at {cut}");
        }
        turn.expect_err(name)
    };
    for name in ["aimock-chat-cut", "aimock-chat-cut-tool", "llmposter-chat-cut", "llmposter-chat-drop"] {
        assert!(matches!(fault(name), Fault::Cut(_)), "{name}");
    }
    for name in ["aimock-chat-malformed-200", "llmposter-chat-corrupt"] {
        assert!(matches!(fault(name), Fault::Nonsense(_)), "{name}");
    }
    match fault("litellm-chat-up-cut") {
        Fault::Refused(refusal) => assert_eq!(refusal.status, Some(500)),
        other => panic!("{other:?}"),
    }
}

/// Bytes that are no text do no harm.
#[test]
fn garbage_is_survived() {
    let bytes = body("llama-chat-garbage-utf8");
    for cut in 0..=bytes.len() {
        let (shown, turn) = replay(&bytes[..cut], 1);
        assert!(turn.is_ok_and(|turn| turn.text == shown) || cut < bytes.len(), "cut at {cut}");
    }
    let noise: Vec<u8> = (0..=255).cycle().take(5000).collect();
    for portion in [1, 13, 5000] {
        assert!(replay(&noise, portion).1.is_err());
    }
}

#[test]
fn refusals_are_read() {
    use super::super::refusal::Refusal;
    let said = |name: &str| Refusal::read(Some(400), &String::from_utf8_lossy(&body(name)));
    let cases = [
        ("aimock-chat-429", "Rate limit reached"),
        ("llmposter-chat-err-529", ""),
        ("litellm-chat-err-ctx", "litellm.ContextWindowExceededError: "),
        ("llama-chat-400-context", "request (6097 tokens) exceeds the available context size"),
        ("llama-chat-503-loading", "Loading model"),
        ("litellm-chat-nosuch", "/chat/completions: Invalid model name"),
        ("aimock-chat-401-no-key", ""),
    ];
    for (name, message) in cases {
        assert!(said(name).message.starts_with(message), "{name}: {:?}", said(name));
        assert!(!said(name).message.is_empty(), "{name}");
    }
}
