//! Questions that cannot be answered: each failure says what happened, where, and what to do.

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use awesh_backend::{Patience, Retries};
use awesh_protocol::{Event, FailureKind, Request, Secret, Settings};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use kubernetes_server::{Cluster, Clusters};
use serde_json::json;

use crate::model_server::{Reply, start};
use crate::shell::{PATIENCE, Shell, failure, impatient, settings, text};

#[test]
fn no_provider() {
    let mut shell = Shell::with(Settings::default());
    let (kind, message, hint) = shell.failure("why is the sky blue?");
    assert_eq!(kind, FailureKind::NoProvider);
    assert!(message.contains("export OPENAI_API_KEY=") && message.contains("awea ollama"), "{message}");
    assert!(hint.contains("[ai] provider = \"ollama\""), "{hint}");
}

#[test]
fn settings_that_name_no_endpoint() {
    let key = Some(Secret::new("k"));
    let cases = [
        (Settings { provider: Some("opnai".into()), api_key: key.clone(), ..Settings::default() }, "“opnai”"),
        (Settings { base_url: Some("localhost:1".into()), api_key: key, ..Settings::default() }, "http://"),
    ];
    let mut shell = Shell::with(Settings::default());
    for (settings, part) in cases {
        shell.send(&Request::Set(Box::new(settings)));
        let (kind, message, hint) = shell.failure("hello there");
        assert_eq!(kind, FailureKind::Settings);
        assert!(message.contains(part) && !hint.is_empty(), "{message} {hint}");
    }
}

#[test]
fn refusals() {
    let cases = [
        (Reply::refusal(401, "no"), FailureKind::Unauthorised, "refused the key"),
        (Reply::refusal(403, "no"), FailureKind::Unauthorised, "refused the key"),
        (Reply::refusal(404, "no such model"), FailureKind::Provider, "knows no model test-model"),
        (
            Reply::refusal(400, "Invalid model name passed"),
            FailureKind::Provider,
            "knows no model test-model",
        ),
        (Reply::refusal(402, "credits"), FailureKind::Provider, "paid"),
        (Reply::refusal(400, "maximum context length is 5"), FailureKind::Provider, "too long"),
        (Reply::refusal(422, "bad field"), FailureKind::Provider, "bad field"),
        (Reply::document(200, "{malformed"), FailureKind::Provider, "no answer"),
        (Reply::document(200, "<html>Log in</html>"), FailureKind::Provider, "web page"),
        (Reply::document(200, "{\"error\":\"no\"}"), FailureKind::Provider, "It says: no"),
        (Reply::document(302, ""), FailureKind::Provider, "302"),
        (Reply::stream().finish("stop"), FailureKind::Provider, "answered nothing"),
    ];
    for (reply, kind, part) in cases {
        let server = start([reply.clone()]);
        let (told, message, hint) = Shell::with_model(&server).failure("hello there");
        assert_eq!(told, kind, "{reply:?}: {message}");
        let names_whom = message.contains(&server.host()) || message.contains("test-model");
        assert!(message.contains(part) && names_whom && !hint.is_empty(), "{reply:?}: {message} {hint}");
        assert_eq!(server.requests().len(), 1, "{reply:?}");
    }
}

#[test]
fn what_passes_is_tried_again() {
    let cases = [
        Reply::refusal(429, "slow down").header("Retry-After", "0"),
        Reply::refusal(500, "oops"),
        Reply::refusal(529, "overloaded"),
        Reply::document(503, "Loading model"),
        Reply::stream().cut(),
        Reply::stream().event(&json!({"error": {"message": "no more", "code": 503}})),
    ];
    for reply in cases {
        let server = start([reply.clone(), reply.clone(), Reply::text(&["At last."])]);
        let mut shell = Shell::with_model(&server);
        let id = shell.ask("hello there");
        let events = shell.answer(id);
        assert_eq!(text(&events), "At last.", "{reply:?}: {events:?}");
        assert!(
            events
                .iter()
                .any(|event| matches!(event, Event::Progress { text, .. } if text.contains("trying again")))
        );
    }
}

#[test]
fn what_does_not_pass_is_given_up() {
    let busy = || Reply::refusal(429, "slow down");
    let server = start([busy(), busy(), busy(), Reply::text(&["Never."])]);
    let (kind, message, _) = Shell::with_model(&server).failure("hello there");
    assert_eq!((kind, server.requests().len()), (FailureKind::Busy, 3));
    assert!(message.contains("fewer requests"), "{message}");
    // A wait that is too long is not waited for, but told.
    let server = start([busy().header("Retry-After", "3600")]);
    let (kind, _, hint) = Shell::with_model(&server).failure("hello there");
    assert_eq!((kind, server.requests().len()), (FailureKind::Busy, 1));
    assert!(hint.contains("3600 s"), "{hint}");
    // A gateway passes on what it was told itself.
    let server = start([busy().header("llm_provider-retry-after", "60")]);
    let (_, _, hint) = Shell::with_model(&server).failure("hello there");
    assert!(hint.contains("60 s"), "{hint}");
    let (now, later) = ("Fri, 20 Nov 2026 22:07:28 GMT", "Fri, 20 Nov 2026 22:37:28 GMT");
    let server = start([busy().header("Date", now).header("Retry-After", later)]);
    let (_, _, hint) = Shell::with_model(&server).failure("hello there");
    assert_eq!(server.requests().len(), 1);
    assert!(hint.contains("1800 s"), "{hint}");
}

#[test]
fn an_answer_that_breaks_off_is_not_complete_and_not_repeated() {
    let begun = || Reply::stream().piece("It is");
    let cases = [
        (begun().cut(), FailureKind::Network, "broke off"),
        (begun(), FailureKind::Network, "broke off"),
        (begun().event(&json!({"error": {"message": "gone", "code": "500"}})), FailureKind::Busy, "gone"),
        (begun().bytes(b"data: {\"choices\":[{\"delta\":{\"con").cut(), FailureKind::Network, "broke off"),
    ];
    for (reply, kind, part) in cases {
        let server = start([reply.clone()]);
        let mut shell = Shell::with_model(&server);
        let id = shell.ask("what is it?");
        let events = shell.answer(id);
        assert_eq!(text(&events), "It is");
        let (told, message, _) = failure(&events);
        assert!(told == kind && message.contains(part), "{reply:?}: {told:?} {message}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn a_cut_tool_call_is_none() {
    let call = json!({"index": 0, "id": "a", "function": {"name": "run_command", "arguments": "{\"command\":\"rm -rf /"}});
    let begun = Reply::stream().event(&json!({"choices": [{"delta": {"tool_calls": [call]}}]}));
    for (reply, kind) in
        [(begun.clone().finish("length"), FailureKind::Provider), (begun.cut(), FailureKind::Network)]
    {
        let server = start([reply]);
        let mut shell = Shell::with_model(&server);
        let id = shell.ask("clean up");
        let events = shell.answer(id);
        assert!(!events.iter().any(|event| matches!(event, Event::Propose { .. })));
        assert_eq!(failure(&events).0, kind);
    }
}

#[test]
fn a_stalled_stream_is_given_up() {
    for reply in [Reply::stream().piece("It is").stall(), Reply::stream().stall()] {
        let server = start([reply]);
        let mut shell = Shell::with_patience(settings(&server), impatient());
        let (kind, message, _) = shell.failure("what is it?");
        assert_eq!(kind, FailureKind::Network);
        assert!(message.contains("sent nothing for") && message.contains(&server.host()), "{message}");
        server.wait_for_abandoned(1);
    }
}

#[test]
fn a_slow_server_that_shows_life_is_waited_for() {
    let mut reply = Reply::stream();
    // Longer together than the patience between two signs of life.
    for _ in 0..8 {
        reply = reply.bytes(b": still here\n\n").pause(Duration::from_millis(60));
    }
    let server = start([reply.piece("Now.").finish("stop")]);
    assert_eq!(Shell::with_patience(settings(&server), impatient()).told("what is it?"), "Now.");
}

#[test]
fn a_host_that_cannot_be_reached() {
    // A port that was free a moment ago.
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let settings = Settings {
        provider: Some("ollama".into()),
        base_url: Some(format!("http://127.0.0.1:{port}/v1")),
        ..Settings::default()
    };
    // What is not there on this machine is told at once.
    let patience =
        Patience { retries: Retries { first: PATIENCE, longest: PATIENCE, most: 3 }, ..impatient() };
    let (kind, message, hint) = Shell::with_patience(settings, patience).failure("hello there");
    assert_eq!(kind, FailureKind::Network);
    assert!(message.contains(&format!("127.0.0.1:{port} cannot be reached")), "{message}");
    assert!(hint.contains("ollama serve"), "{hint}");
}

#[test]
fn too_much_said_before_is_forgotten() {
    let too_long = Reply::refusal(400, "exceeds the available context size");
    let server = start([Reply::text(&["One."]), too_long, Reply::text(&["Two."])]);
    let mut shell = Shell::with_model(&server);
    shell.told("first?");
    assert_eq!(shell.told("second?"), "Two.");
    let sent: Vec<_> =
        server.requests().iter().map(|request| request.body["messages"].as_array().unwrap().len()).collect();
    assert_eq!(sent, [2, 4, 2]);
}

#[test]
fn a_certificate_that_is_not_trusted_is_told_and_its_authority_can_be_named() {
    // A server with a certificate of its own, though none of models.
    let server = Clusters::start([Cluster::healthy("prod")]);
    let kubeconfig = fs::read_to_string(server.kubeconfig()).unwrap();
    let field = |name: &str| {
        let line = kubeconfig.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap();
        line.trim().to_owned()
    };
    let settings = Settings {
        provider: Some("openai".into()),
        base_url: Some(field("server:")),
        api_key: Some(Secret::new("k")),
        ..Settings::default()
    };
    let (kind, message, hint) = Shell::with(settings.clone()).failure("hello there");
    assert_eq!(kind, FailureKind::Network);
    assert!(message.contains("UnknownIssuer") && hint.contains("SSL_CERT_FILE"), "{message} {hint}");
    let authority = tempfile::NamedTempFile::new().unwrap();
    fs::write(&authority, BASE64_STANDARD.decode(field("certificate-authority-data:")).unwrap()).unwrap();
    let ca_file = Some(authority.path().to_str().unwrap().to_owned());
    let (kind, ..) = Shell::with(Settings { ca_file, ..settings }).failure("hello there");
    assert_ne!(kind, FailureKind::Network);
}
