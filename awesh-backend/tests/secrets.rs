//! What must not leave the machine does not, and comes back where it is meant to.

use awesh_protocol::{Context, RecentCommand, SessionNames};
use serde_json::json;

use crate::model_server::{Reply, start};
use crate::shell::{Shell, text};

const TOKEN: &str = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";

fn context() -> Context {
    let recent = RecentCommand {
        command: format!("curl -H 'Authorization: Bearer {TOKEN}' https://api.example.com"),
        status: 22,
        duration_ms: 1,
        output: "login failed for s3cr3t value of mine\npassword=hunter22\n".into(),
    };
    Context {
        names: SessionNames::default(),
        directory: "/".into(),
        environment: [("DB_PASSWORD".to_owned(), "s3cr3t value of mine".to_owned())].into(),
        recent: vec![recent],
        columns: 80,
        ..Context::default()
    }
}

fn assert_nothing_leaked(sent: &str) {
    for secret in [TOKEN, "s3cr3t value", "hunter22", "test-key-0123456789"] {
        assert!(!sent.contains(secret), "{secret} was sent: {sent}");
    }
}

#[test]
fn secrets_stay_and_come_back_in_what_is_shown() {
    let pieces = ["The token ⟨sec", "ret-", "2⟩ was", " refused; so was ⟨secret-1⟩; what is ⟨secret-9⟩?"];
    let server = start([Reply::text(&pieces)]);
    let mut shell = Shell::with_model(&server);
    let id = shell.ask_in("is test-key-0123456789 why the login failed?", context());
    let told = text(&shell.answer(id));
    let sent = server.requests()[0].body.to_string();
    assert_nothing_leaked(&sent);
    let order = |secret: &str| sent.find(secret).unwrap();
    assert!(order("⟨secret-1⟩") > 0 && order("⟨secret-2⟩") > 0);
    assert!(told.contains(TOKEN) || told.contains("s3cr3t value of mine"), "{told}");
    assert!(
        !told.contains("⟨secret-1⟩") && !told.contains("⟨secret-2⟩") && told.contains("⟨secret-9⟩"),
        "{told}"
    );
}

#[test]
fn secrets_come_back_in_proposed_commands_and_are_gone_from_their_outcome() {
    // The only secret there is gets the first number.
    let server = start([
        Reply::calls(&[(
            "a",
            "run_command",
            json!({"command": "login -p '⟨secret-1⟩'", "explanation": "Logs in."}),
        )]),
        Reply::text(&["Done."]),
    ]);
    let mut shell = Shell::with_model(&server);
    let id = shell
        .ask_in("log in with password=hunter22", Context { directory: "/".into(), ..Context::default() });
    let proposal = shell.proposal();
    assert_eq!(proposal.command, "login -p 'hunter22'");
    shell.run(id, &proposal, &format!("hello hunter22x\nsecret=hunter22\ntoken: {TOKEN}\n"));
    shell.answer(id);
    let sent = server.requests()[1].body.to_string();
    assert!(!sent.contains(TOKEN) && !sent.contains("=hunter22"), "{sent}");
    assert!(sent.contains("login -p '⟨secret-1⟩'"), "{sent}");
}

#[test]
fn a_refusal_never_repeats_the_key() {
    let server = start([Reply::refusal(401, "Incorrect API key provided: test-key-0123456789.")]);
    let (kind, message, hint) = Shell::with_model(&server).failure("hello there");
    assert_eq!(kind, awesh_protocol::FailureKind::Unauthorised);
    assert!(!message.contains("test-key-0123456789") && message.contains("Incorrect API key"), "{message}");
    assert!(hint.contains("OPENAI_API_KEY"), "{hint}");
}
