//! Every message survives the trip in portions of any size; bad bytes are refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::fmt::Debug;

use awesh_protocol::frame::{Decoder, FrameError, encode};
use awesh_protocol::{
    Action, Ask, Attachment, Capabilities, Context, Decision, Event, FailureKind, Keeper, MAX_FRAME, Mode,
    Outcome, Part, Permission, Problem, Proposal, Recall, RecentCommand, Request, Risk, Secret, SessionNames,
    Settings, Status, Target, Term, Timing, Tools, Usage, VERSION, Verdict,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

fn requests() -> Vec<Request> {
    let recent = RecentCommand {
        command: "make 'all'\n".into(),
        status: 2,
        duration_ms: 1_234,
        output: "🌿 error: \"x\"\u{0}\t".into(),
    };
    let names = SessionNames {
        aliases: BTreeMap::from([("ll".into(), "ls -l".into())]),
        functions: vec!["f".into()],
        unknown: false,
    };
    let permission = Permission {
        mode: Mode::Auto,
        allow: vec!["git status".into()],
        ask: vec!["git push *".into()],
        deny: vec!["rm -rf /*".into()],
        network: true,
    };
    let context = Context {
        directory: "/home/ünï".into(),
        environment: BTreeMap::from([("HOME".into(), "/home/ünï".into())]),
        recent: vec![recent],
        attach: Attachment::Commands,
        git: Some("at main".into()),
        kubernetes: None,
        columns: 80,
        names: names.clone(),
    };
    let settings = Settings {
        provider: Some("ollama".into()),
        model: None,
        base_url: Some("http://localhost:11434/v1".into()),
        api_key: Some(Secret::new("key")),
        key_command: Some("pass show key".into()),
        keyring: true,
        ca_file: Some("/etc/ca.pem".into()),
        tools: Tools::Text,
        pseudonyms: true,
        verbosity: 2,
        permission,
        capabilities: Capabilities {
            store: Keeper::Postgresql,
            url: Some(Secret::new("postgresql://u:p@h/d")),
            collection: Some("team".into()),
            api_key: Some(Secret::new("password")),
            key_command: Some("pass show database".into()),
            ca_file: Some("/etc/ca.pem".into()),
            embeddings: Some("none".into()),
        },
    };
    let outcome = Outcome {
        command: "ls".into(),
        status: -1,
        duration_ms: u64::MAX,
        output: String::new(),
        directory: "/".into(),
        environment: BTreeMap::from([("HOME".into(), "/root".into())]),
        names,
    };
    vec![
        Request::Hello { version: VERSION },
        Request::Set(Box::new(settings)),
        Request::Set(Box::default()),
        Request::Ask(Box::new(Ask { id: 1, question: "what changed?".into(), context })),
        Request::Cancel { id: u64::MAX },
        Request::Decide {
            id: 1,
            proposal: 2,
            decision: Decision::Run { command: "ls -l".into(), term: Term::Always },
        },
        Request::Decide { id: 1, proposal: 2, decision: Decision::Agree { term: Term::Answer } },
        Request::Decide { id: 1, proposal: 2, decision: Decision::Say { text: "blue".into() } },
        Request::Decide { id: 1, proposal: 2, decision: Decision::Decline },
        Request::Report { id: 1, proposal: 2, outcome },
        Request::Renew,
        Request::Status,
        Request::Recall(Recall::Steps),
        Request::Recall(Recall::Step { number: 3 }),
        Request::Recall(Recall::Log { count: 20 }),
        Request::Recall(Recall::Rules),
        Request::Recall(Recall::ForgetRule { number: 1 }),
        Request::Recall(Recall::Edits),
        Request::Recall(Recall::Undo { number: None, anyway: true }),
        Request::Models { environment: BTreeMap::from([("no_proxy".into(), "*".into())]) },
        Request::Sent,
    ]
}

fn events() -> Vec<Event> {
    let timing = Timing { name: "agents".into(), ms: 0.25 };
    let problem = Problem { message: "no model".into(), hint: None };
    let status = Status {
        provider: Some("openai".into()),
        model: None,
        base_url: None,
        has_key: true,
        problem: Some(problem.clone()),
        agents: vec!["git".into(), "files".into()],
        uptime_s: 3,
        questions: 0,
    };
    let proposal = Proposal {
        id: 1,
        command: "rm -r x".into(),
        explanation: "Removes x.".into(),
        risk: Risk::Destroys,
        parts: vec![Part { text: "rm -r x".into(), risk: Risk::Destroys }],
        verdict: Verdict::Asked { why: "no rule allows it".into(), may_remember: false },
        targets: vec![Target::Context("prod".into()), Target::CurrentContext, Target::UnknownHost],
    };
    let allowed = Verdict::Allowed { by: "rule: allow rm -r x".into() };
    let allowed = Proposal { verdict: allowed, targets: Vec::new(), ..proposal.clone() };
    let (command, path) = ("ls".to_owned(), "/etc/hosts".to_owned());
    let look = Action::Look { command, explanation: "Looks.".into(), why: "asked".into() };
    let edit = Action::Edit { path, explanation: "Adds.".into(), diff: "+x\n".into() };
    vec![
        Event::Hello { version: VERSION, pid: 42 },
        Event::Ready { startup: vec![timing.clone()], total_ms: 3.5 },
        Event::Status(status),
        Event::Models { models: vec!["a".into()], problem: Some(problem) },
        Event::Sent { request: Some("POST /\n".into()) },
        Event::Claimed { id: 1, agent: "git".into(), race_ms: 0.5 },
        Event::Text { id: 1, text: "# Tête\n".into() },
        Event::Progress { id: 1, text: "reading".into() },
        Event::Table { id: 1, columns: vec!["a".into()], rows: vec![vec!["1".into()], vec![]] },
        Event::Propose { id: 1, proposal },
        Event::Propose { id: 1, proposal: allowed },
        Event::Confirm { id: 1, proposal: 2, action: look },
        Event::Confirm { id: 1, proposal: 3, action: edit },
        Event::Enquire { id: 1, proposal: 4, text: "Which?".into(), choices: vec!["a".into()] },
        Event::Recalled { text: "1  look\n".into(), ok: true },
        Event::ToolStarted { id: 1, tool: "read_file".into(), summary: "reads x".into() },
        Event::ToolFinished { id: 1, tool: "read_file".into(), summary: "3 lines".into(), ok: true, step: 1 },
        Event::Done { id: 1, usage: None, cost: Some(0.25), timings: vec![] },
        Event::Done {
            id: 1,
            cost: None,
            usage: Some(Usage { input_tokens: 1, output_tokens: 2 }),
            timings: vec![timing],
        },
        Event::Failed {
            id: None,
            kind: FailureKind::Protocol,
            message: "no".into(),
            hint: Some("do".into()),
        },
        Event::Failed { id: Some(1), kind: FailureKind::NoProvider, message: "no".into(), hint: None },
    ]
}

fn survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(messages: &[T]) {
    let stream: Vec<u8> = messages.iter().flat_map(|message| encode(message).unwrap()).collect();
    for portion in [1, 2, 3, 7, 64, stream.len()] {
        let mut decoder = Decoder::new();
        let mut taken = Vec::new();
        for bytes in stream.chunks(portion) {
            decoder.push(bytes);
            while let Some(message) = decoder.take::<T>().unwrap() {
                taken.push(message);
            }
        }
        assert_eq!(taken, messages, "portions of {portion}");
        assert!(decoder.is_at_boundary());
    }
}

#[test]
fn every_request_survives() {
    survives(&requests());
}

#[test]
fn every_event_survives() {
    survives(&events());
}

#[test]
fn a_frame_is_its_length_and_its_json() {
    assert_eq!(encode(&Request::Status).unwrap(), b"\0\0\0\x11{\"type\":\"status\"}");
}

#[test]
fn an_incomplete_frame_is_no_message_and_no_boundary() {
    let frame = encode(&Request::Cancel { id: 7 }).unwrap();
    for length in 1..frame.len() {
        let mut decoder = Decoder::new();
        decoder.push(&frame[..length]);
        assert!(decoder.take::<Request>().unwrap().is_none());
        assert!(!decoder.is_at_boundary());
    }
}

#[test]
fn bad_bytes_are_refused() {
    let bodies: [&[u8]; 7] =
        [b"{", b"null", b"{}", b"{\"type\":\"nothing\"}", b"{\"type\":\"cancel\"}", b"\xff\xfe", b"[1,2]"];
    for body in bodies {
        let mut decoder = Decoder::new();
        decoder.push(&u32::try_from(body.len()).unwrap().to_be_bytes());
        decoder.push(body);
        assert!(matches!(decoder.take::<Request>(), Err(FrameError::Malformed(_))), "{body:?}");
    }
}

#[test]
fn a_length_of_zero_is_refused() {
    let mut decoder = Decoder::new();
    decoder.push(&[0; 4]);
    assert!(matches!(decoder.take::<Request>(), Err(FrameError::Empty)));
}

#[test]
fn an_oversize_frame_is_refused_before_its_body_comes() {
    let mut decoder = Decoder::new();
    decoder.push(&u32::MAX.to_be_bytes());
    assert!(matches!(decoder.take::<Request>(), Err(FrameError::TooLarge(_))));
}

#[test]
fn the_largest_frame_passes_and_one_byte_more_does_not() {
    let around = encode(&Event::Text { id: 1, text: String::new() }).unwrap().len() - 4;
    let largest = Event::Text { id: 1, text: "x".repeat(MAX_FRAME - around) };
    let mut decoder = Decoder::new();
    decoder.push(&encode(&largest).unwrap());
    assert_eq!(decoder.take::<Event>().unwrap(), Some(largest));
    let above = Event::Text { id: 1, text: "x".repeat(MAX_FRAME - around + 1) };
    assert!(matches!(encode(&above), Err(FrameError::TooLarge(_))));
}

#[test]
fn a_secret_is_masked_when_shown() {
    let settings = Settings { api_key: Some(Secret::new("sk-12345")), ..Settings::default() };
    assert!(!format!("{settings:?}").contains("12345"));
}
