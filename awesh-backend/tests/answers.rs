//! Questions that are answered: by agents of their own, and by a model.

use std::fs;

use awesh_protocol::{Event, RecentCommand, Request, Settings, Usage};
use serde_json::json;

use crate::model_server::{Reply, start};
use crate::shell::{Shell, settings, text};

#[test]
fn git_answers_without_a_key() {
    let directory = tempfile::tempdir().unwrap();
    git2_init(directory.path());
    let mut shell = Shell::with(Settings::default());
    let id = shell.ask_at("which branch am I on?", directory.path());
    let events = shell.answer(id);
    assert!(matches!(&events[0], Event::Claimed { agent, race_ms, .. } if agent == "git" && *race_ms < 50.0));
    assert_eq!(text(&events), "On branch `trunk`, which has no commit yet.\n");
    assert!(matches!(events.last(), Some(Event::Done { usage: None, .. })));
}

/// A repository without a commit, by hand.
fn git2_init(at: &std::path::Path) {
    fs::create_dir_all(at.join(".git/objects")).unwrap();
    fs::create_dir_all(at.join(".git/refs")).unwrap();
    fs::write(at.join(".git/HEAD"), "ref: refs/heads/trunk\n").unwrap();
}

#[test]
fn files_answers_with_a_table() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a"), "12345").unwrap();
    let mut shell = Shell::with(Settings::default());
    let id = shell.ask_at("largest files here", directory.path());
    let events = shell.answer(id);
    let rows = events.iter().find_map(|event| match event {
        Event::Table { rows, .. } => Some(rows.clone()),
        _ => None,
    });
    assert_eq!(rows, Some(vec![vec!["a".to_owned(), "5 B".to_owned(), "just now".to_owned()]]));
}

#[test]
fn a_model_streams() {
    let server = start([Reply::text(&["Hel", "lo ", "world."])]);
    let mut shell = Shell::with_model(&server);
    let id = shell.ask("say hello to the world");
    let events = shell.answer(id);
    assert!(matches!(&events[0], Event::Claimed { agent, .. } if agent == "general"));
    assert_eq!(text(&events), "Hello world.");
    let usage = Some(Usage { input_tokens: 11, output_tokens: 7 });
    match events.last() {
        Some(Event::Done { usage: told, timings, .. }) => {
            assert_eq!(*told, usage);
            let names: Vec<_> = timings.iter().map(|timing| timing.name.as_str()).collect();
            assert_eq!(names, ["race", "first text", "general"]);
        }
        other => panic!("{other:?}"),
    }
    let request = &server.requests()[0];
    assert_eq!(request.line, "POST /v1/chat/completions HTTP/1.1");
    assert_eq!(request.header("authorization"), Some("Bearer test-key-0123456789"));
    assert_eq!((&request.body["model"], &request.body["stream"]), (&json!("test-model"), &json!(true)));
    assert!(request.last("user").ends_with("say hello to the world"));
}

#[test]
fn text_comes_as_it_is_said() {
    let server = start([Reply::stream().piece("first").hold().piece(" second").finish("stop")]);
    let mut shell = Shell::with_model(&server);
    let id = shell.ask("tell me two words");
    assert!(matches!(shell.event(), Event::Claimed { .. }));
    assert!(matches!(shell.event(), Event::Progress { text, .. } if text == "asking test-model"));
    assert!(matches!(shell.event(), Event::Text { text, .. } if text == "first"));
    server.release();
    assert_eq!(text(&shell.answer(id)), " second");
}

#[test]
fn characters_cut_anywhere_are_whole() {
    for length in [1, 2, 3] {
        let server = start([Reply::text(&["naïve 日本", "🙂 ⟨x⟩"]).in_chunks_of(length)]);
        assert_eq!(Shell::with_model(&server).told("say it"), "naïve 日本🙂 ⟨x⟩");
    }
}

#[test]
fn one_document_instead_of_a_stream() {
    let document = json!({"choices": [{"message": {"content": "Hello."}, "finish_reason": "stop"}]});
    let server = start([Reply::document(200, &document.to_string())]);
    assert_eq!(Shell::with_model(&server).told("say hello"), "Hello.");
}

#[test]
fn recorded_responses() {
    let recordings = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings");
    let cases = [
        ("sse-starlette-crlf-ping-multiline", "naïve 日本🙂 multi-line"),
        ("aimock-openrouter-keepalive", "after the keep-alive comment"),
        ("aimock-chat-reasoning", "The answer is 4."),
    ];
    for (name, said) in cases {
        let recording = fs::read(format!("{recordings}/{name}.txt")).unwrap();
        let server = start([Reply::recording(&recording)]);
        assert_eq!(Shell::with_model(&server).told("say it"), said, "{name}");
    }
}

#[test]
fn what_was_said_is_remembered() {
    let server = start([Reply::text(&["Four."]), Reply::text(&["Five."])]);
    let mut shell = Shell::with_model(&server);
    shell.told("what is two and two?");
    shell.told("and one more?");
    let messages = server.requests()[1].body["messages"].clone();
    let roles: Vec<_> =
        messages.as_array().unwrap().iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert_eq!(messages[2]["content"], "Four.");
}

#[test]
fn the_circumstances_go_with_the_question() {
    let server = start([Reply::text(&["Because."])]);
    let mut shell = Shell::with_model(&server);
    let output = "make: *** No rule to make target 'x'.".to_owned();
    let recent = vec![RecentCommand { command: "make x".into(), status: 2, duration_ms: 9, output }];
    let context = awesh_protocol::Context { directory: "/src".into(), recent, ..Default::default() };
    let id = shell.ask_in("how do I fix it?", context);
    shell.answer(id);
    let told = server.requests()[0].last("user");
    for part in
        ["directory: /src", "$ make x\n(status 2, 9 ms)", "No rule to make target", "how do I fix it?"]
    {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn questions_side_by_side_do_not_mix() {
    let server = start([Reply::stream().piece("one").hold().finish("stop"), Reply::text(&["two"])]);
    let mut shell = Shell::with_model(&server);
    let first = shell.ask("first?");
    server.wait_for_requests(1);
    let second = shell.ask("second?");
    let (mut ended, mut told) = (Vec::new(), [String::new(), String::new()]);
    while ended.len() < 2 {
        match shell.event() {
            Event::Text { id, text } => told[usize::from(id == second)].push_str(&text),
            Event::Done { id, .. } => {
                ended.push(id);
                server.release();
            }
            _ => {}
        }
    }
    assert_eq!((ended, told), (vec![second, first], ["one".to_owned(), "two".to_owned()]));
}

#[test]
fn settings_change_without_a_restart() {
    let (one, two) = (start([Reply::text(&["one"])]), start([Reply::text(&["two"])]));
    let mut shell = Shell::with_model(&one);
    assert_eq!(shell.told("who are you?"), "one");
    shell.send(&Request::Set(Box::new(settings(&two))));
    assert_eq!(shell.told("who are you now?"), "two");
    // What was said to the one is not told to the other.
    assert_eq!(two.requests()[0].body["messages"].as_array().unwrap().len(), 2);
    shell.send(&Request::Status);
    match shell.event() {
        Event::Status(status) => {
            assert_eq!(status.base_url, Some(two.base_url()));
            assert_eq!(status.model.as_deref(), Some("test-model"));
            assert_eq!((status.has_key, status.questions), (true, 2));
            assert_eq!(
                status.agents,
                ["explain", "git", "files", "kubernetes", "hosts", "scan", "capabilities", "general"]
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_still_said_to_one_provider_is_not_told_to_the_next() {
    let (one, two) =
        (start([Reply::stream().piece("one").hold().finish("stop")]), start([Reply::text(&["two"])]));
    let mut shell = Shell::with_model(&one);
    let id = shell.ask("who are you?");
    one.wait_for_requests(1);
    shell.send(&Request::Set(Box::new(settings(&two))));
    one.release();
    assert_eq!(text(&shell.answer(id)), "one");
    assert_eq!(shell.told("and you?"), "two");
    assert_eq!(two.requests()[0].body["messages"].as_array().unwrap().len(), 2);
}
