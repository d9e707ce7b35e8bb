//! Providers that speak otherwise: Anthropic's API, models without tools, keys from a command, lists of models.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use awesh_protocol::{Context, Event, FailureKind, Problem, Request, Secret, Settings, Tools};
use serde_json::json;

use crate::model_server::{Handle, Reply, start};
use crate::shell::{Shell, settings, text};

/// Settings for a server that speaks Anthropic's API.
fn messages(server: &Handle) -> Settings {
    Settings { provider: Some("anthropic".into()), ..settings(server) }
}

/// A recorded answer.
fn recording(name: &str) -> Reply {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings").join(format!("{name}.txt"));
    Reply::recording(&fs::read(path).unwrap())
}

#[test]
fn anthropics_own_api() {
    let thinking = [
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm."}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "c2ln"}}),
        json!({"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "toolu_1", "name": "run_command", "input": {}}}),
        json!({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "{\"command\":\"uptime\",\"explanation\":\"Looks.\"}"}}),
        json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 5}}),
        json!({"type": "message_stop"}),
    ];
    let calls = thinking.iter().fold(Reply::stream(), Reply::event);
    let server = start([calls, recording("llama-messages-plain"), Reply::refusal(529, "Overloaded")]);
    let mut shell = Shell::with(messages(&server));
    let id = shell.ask("is it busy?");
    let proposal = shell.proposal();
    assert_eq!(proposal.command, "uptime");
    shell.run(id, &proposal, "up 3 days");
    let events = shell.answer(id);
    assert!(!text(&events).is_empty() && matches!(events.last(), Some(Event::Done { usage: Some(_), .. })));
    let requests = server.requests();
    assert_eq!(requests[0].line, "POST /v1/messages HTTP/1.1");
    assert_eq!(requests[0].header("x-api-key"), Some("test-key-0123456789"));
    assert_eq!(requests[0].header("anthropic-version"), Some("2023-06-01"));
    assert_eq!(requests[0].header("authorization"), None);
    let back = requests[1].body["messages"][1]["content"].clone();
    assert_eq!(back[0], json!({"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}));
    assert_eq!(back[1]["name"], "run_command");
    let result = requests[1].body["messages"][2]["content"][0].clone();
    assert_eq!((&result["type"], &result["tool_use_id"]), (&json!("tool_result"), &json!("toolu_1")));
    assert!(result["content"].as_str().unwrap().contains("up 3 days"));
}

#[test]
fn an_overloaded_server_is_tried_again_whatever_it_speaks() {
    for reply in ["aimock-messages-529", "litellm-messages-up-drop"] {
        let server = start([recording(reply), recording("llama-messages-plain")]);
        let mut shell = Shell::with(messages(&server));
        assert!(!shell.told("how are you?").is_empty(), "{reply}");
        assert_eq!(server.requests().len(), 2);
    }
}

const CALL: &str = "I look.\n```tool\n{'tool': 'run_command', 'arguments': {'command': 'uptime', 'explanation': 'Looks.',}}\n```";

#[test]
fn a_model_without_tools_is_told_of_them_in_words() {
    let refusal = Reply::refusal(400, "registry.ollama.ai/library/tiny:latest does not support tools");
    let server = start([refusal, Reply::text(&[CALL]), Reply::text(&["Not busy."]), Reply::text(&["Yes."])]);
    let mut shell = Shell::with_model(&server);
    let id = shell.ask("is it busy?");
    let proposal = shell.proposal();
    assert_eq!(proposal.command, "uptime");
    shell.run(id, &proposal, "load average: 0.01");
    let told = text(&shell.answer(id));
    assert_eq!(told, "Not busy.");
    shell.told("sure?");
    let requests = server.requests();
    assert!(requests[0].body.get("tools").is_some());
    for request in &requests[1..] {
        assert!(request.body.get("tools").is_none());
        assert!(request.last("system").contains("```tool"));
    }
    assert!(requests[2].last("user").contains("load average"), "{}", requests[2].last("user"));
    assert!(requests[3].last("assistant").contains("Not busy."));
}

#[test]
fn an_unreadable_call_is_objected_to_once() {
    let broken = "```tool\n{\"tool\": \"run_command\", \"arguments\": {\"command\": \"upti\n```";
    let server = start([
        Reply::text(&[broken]),
        Reply::text(&["```tool\n{\"tool\": \"fly\"}\n```"]),
        Reply::text(&[broken]),
        Reply::text(&["Never mind."]),
    ]);
    let mut shell = Shell::with(Settings { tools: Tools::Text, ..settings(&server) });
    let (kind, message, hint) = shell.failure("is it busy?");
    assert_eq!(kind, FailureKind::Provider);
    assert!(message.contains("there is no tool fly") && hint.contains("awem"), "{message} {hint}");
    assert!(server.requests()[1].last("user").contains("could not be read: a text that is not closed"));
    assert_eq!(shell.told("is it busy now?"), "Never mind.");
}

#[test]
fn broken_arguments_are_mended_where_it_is_clear_what_they_mean() {
    let call = json!({"index": 0, "id": "a", "function": {"name": "run_command", "arguments": "{\"command\": \"grep '\\.rs$' x\", \"explanation\": \"Looks.\",}"}});
    let event = json!({"choices": [{"delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]});
    let server = start([Reply::stream().event(&event).bytes(b"data: [DONE]\n\n"), Reply::text(&["Done."])]);
    let mut shell = Shell::with_model(&server);
    let id = shell.ask("look for it");
    let proposal = shell.proposal();
    assert_eq!(proposal.command, "grep '\\.rs$' x");
    shell.run(id, &proposal, "");
    shell.answer(id);
}

#[test]
fn a_key_comes_from_a_command_and_is_never_shown() {
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    fs::write(&key, "fetched-key-1\n").unwrap();
    let refusal = Reply::refusal(401, "Incorrect key fetched-key-1");
    let server = start([Reply::text(&["Hello."]), refusal, Reply::text(&["Again."])]);
    let command = format!("cat '{}'", key.display());
    let mut shell = Shell::with(Settings { api_key: None, key_command: Some(command), ..settings(&server) });
    let context = || Context {
        directory: "/".into(),
        environment: [("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into(),
        ..Context::default()
    };
    let id = shell.ask_in("is fetched-key-1 the key?", context());
    assert_eq!(text(&shell.answer(id)), "Hello.");
    fs::write(&key, "fetched-key-2\n").unwrap();
    let id = shell.ask_in("and now?", context());
    let (kind, message, hint) = crate::shell::failure(&shell.answer(id));
    assert_eq!(kind, FailureKind::Unauthorised);
    assert!(!message.contains("fetched-key") && hint.contains("key_command"), "{message} {hint}");
    let id = shell.ask_in("and now?", context());
    assert_eq!(text(&shell.answer(id)), "Again.");
    let requests = server.requests();
    let keys: Vec<_> = requests.iter().map(|request| request.header("authorization").unwrap()).collect();
    assert_eq!(keys, ["Bearer fetched-key-1", "Bearer fetched-key-1", "Bearer fetched-key-2"]);
    assert!(!requests[0].body.to_string().contains("fetched-key"));
}

fn models(shell: &mut Shell) -> (Vec<String>, Option<Problem>) {
    shell.send(&Request::Models { environment: BTreeMap::new() });
    match shell.event() {
        Event::Models { models, problem } => (models, problem),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_is_asked_for_its_models() {
    let list = r#"{"object":"list","data":[{"id":"small"},{"id":"large"}]}"#;
    let tags = r#"{"models":[{"name":"qwen3:8b"}]}"#;
    let server = start([
        Reply::document(200, list),
        Reply::refusal(404, "not found"),
        Reply::document(200, tags),
        Reply::refusal(401, "no"),
    ]);
    let mut shell = Shell::with(settings(&server));
    assert_eq!(models(&mut shell), (vec!["large".into(), "small".into()], None));
    let ollama = Settings { provider: Some("ollama".into()), model: None, ..settings(&server) };
    shell.send(&Request::Set(Box::new(ollama)));
    assert_eq!(models(&mut shell).0, ["qwen3:8b"]);
    assert!(models(&mut shell).1.unwrap().message.contains("refused the key"));
    let lines: Vec<_> = server.requests().iter().map(|request| request.line.clone()).collect();
    assert_eq!(lines[1..3], ["GET /v1/models HTTP/1.1", "GET /api/tags HTTP/1.1"]);
}

#[test]
fn what_was_sent_is_shown_as_it_was_sent() {
    let server = start([Reply::text(&["Hello."])]);
    let mut shell = Shell::with_model(&server);
    let sent = |shell: &mut Shell| {
        shell.send(&Request::Sent);
        match shell.event() {
            Event::Sent { request } => request,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(sent(&mut shell), None);
    shell.told("is password=hunter22 weak?");
    let shown = sent(&mut shell).unwrap();
    let (head, body) = shown.split_once("\n\n").unwrap();
    assert!(head.starts_with(&format!("POST {}/chat/completions\n", server.base_url())), "{head}");
    assert!(head.contains("authorization: Bearer …"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body, server.requests()[0].body);
    assert!(!shown.contains("hunter22") && !shown.contains("test-key-0123456789"));
}

#[test]
fn names_go_under_others_and_come_back_in_commands() {
    let call =
        json!({"command": "kubectl -n ⟨namespace-1⟩ get pods", "explanation": "Looks in ⟨namespace-1⟩."});
    let server =
        start([Reply::calls(&[("a", "run_command", call)]), Reply::text(&["Done in ⟨namespace-1⟩."])]);
    let mut shell = Shell::with(Settings { pseudonyms: true, ..settings(&server) });
    let context = Context {
        directory: "/".into(),
        kubernetes: Some("context acme-prod-eu, namespace payments".into()),
        ..Context::default()
    };
    let id = shell.ask_in("which pods are there in payments?", context);
    let proposal = shell.proposal();
    assert_eq!(proposal.command, "kubectl -n payments get pods");
    shell.run(id, &proposal, "No resources found in payments namespace.");
    assert_eq!(text(&shell.answer(id)), "Done in payments.");
    for request in server.requests() {
        let sent = request.body.to_string();
        assert!(!sent.contains("payments") && !sent.contains("acme-prod-eu"), "{sent}");
    }
}

#[test]
fn a_secret_of_the_users_files_stays() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".kube")).unwrap();
    fs::write(home.path().join(".kube/config"), "users:\n- user:\n    token: quite-plain-words\n").unwrap();
    let server = start([Reply::text(&["It is ⟨secret-1⟩."])]);
    let mut shell = Shell::with_model(&server);
    let home = home.path().to_str().unwrap().to_owned();
    let context = Context {
        directory: "/".into(),
        environment: [("HOME".to_owned(), home)].into(),
        ..Context::default()
    };
    let id = shell.ask_in("is quite-plain-words a token?", context);
    assert_eq!(text(&shell.answer(id)), "It is quite-plain-words.");
    assert!(!server.requests()[0].body.to_string().contains("quite-plain-words"));
}

#[test]
fn what_is_wrong_with_the_settings_is_known_before_a_question() {
    let mut shell = Shell::with(Settings { provider: Some("opnai".into()), ..Settings::default() });
    let problem = |shell: &mut Shell| {
        shell.send(&Request::Status);
        match shell.event() {
            Event::Status(status) => status.problem.map(|problem| problem.message),
            other => panic!("{other:?}"),
        }
    };
    assert!(problem(&mut shell).unwrap().contains("opnai"));
    let vllm = Settings { provider: Some("vllm".into()), ..Settings::default() };
    shell.send(&Request::Set(Box::new(vllm)));
    assert!(problem(&mut shell).unwrap().contains("none is chosen"));
    let ollama = Settings { provider: Some("ollama".into()), ..Settings::default() };
    shell.send(&Request::Set(Box::new(ollama)));
    assert_eq!(problem(&mut shell), None);
    let keyless = Settings {
        provider: Some("anthropic".into()),
        api_key: Some(Secret::new(" ")),
        ..Settings::default()
    };
    shell.send(&Request::Set(Box::new(keyless)));
    assert!(problem(&mut shell).unwrap().contains("needs a key"));
}

#[test]
fn what_it_cost_is_said_where_the_server_says_it() {
    let usage = json!({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 5, "completion_tokens": 3, "cost": 0.0015}});
    let server = start([Reply::stream().piece("Hello.").event(&usage).bytes(b"data: [DONE]\n\n")]);
    let mut shell = Shell::with(Settings { provider: Some("openrouter".into()), ..settings(&server) });
    let id = shell.ask("hello?");
    assert!(matches!(shell.answer(id).pop(), Some(Event::Done { cost: Some(cost), .. }) if cost == 0.0015));
    assert_eq!(server.requests()[0].body["usage"], json!({"include": true}));
}
