//! Plain language at the prompt: answered, streamed, proposed, interrupted, failed.

use serde_json::json;

use crate::harness::Home;
use crate::model_server::{Reply, start};

/// A model that proposes a command.
pub fn proposes(command: &str) -> Reply {
    Reply::calls(&[("call_1", "run_command", json!({"command": command, "explanation": "It looks."}))])
}

#[test]
fn the_git_agent_answers_without_a_key() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.run(
        "git init -q -b trunk . && git -c user.name=T -c user.email=t@t commit -q --allow-empty -m start",
    );
    terminal.run("echo x >new-file");
    terminal.run("what changed in this repo?");
    terminal.wait_for("new-file");
    terminal.run("how do I configure a proxy?");
    terminal.wait_for("No AI provider is set up");
    terminal.wait_for("awea ollama");
    terminal.run("echo still bash");
}

#[test]
fn an_answer_appears_as_it_streams() {
    let server =
        start([Reply::stream().piece("The **first** part, ").hold().piece("then the rest.").finish("stop")]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    terminal.send("tell me something nice\r");
    terminal.wait_for("The first part,");
    assert!(!terminal.text().contains("rest"), "{}", terminal.text());
    server.release();
    terminal.wait_for("then the rest.");
    terminal.wait_prompt();
}

#[test]
fn a_proposed_command_runs_in_the_session_when_approved() {
    let server = start([proposes("cd /usr; APPROVED=yes; pwd"), Reply::text(&["You are in /usr now."])]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    terminal.send("please go to the usr directory for me\r");
    terminal.wait_for("Run it?");
    terminal.wait_for("It looks.");
    terminal.send("y");
    terminal.wait_for("You are in /usr now.");
    terminal.wait_prompt();
    terminal.run("echo $APPROVED in $PWD; history 2");
    terminal.wait_for("\nyes in /usr");
    terminal.wait_for("1  cd /usr; APPROVED=yes; pwd");
    let told = server.requests()[1].last("tool");
    assert!(told.contains("exit status: 0") && told.contains("/usr"), "{told}");
}

#[test]
fn a_proposed_command_can_be_edited_or_declined() {
    let server = start([proposes("echo danger"), proposes("echo other"), Reply::text(&["Fine."])]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    terminal.send("could you do the thing for me\r");
    terminal.wait_for("Run it?");
    terminal.send("e");
    terminal.wait("the editor", |screen| screen.line() == "> echo danger");
    terminal.send("\x15echo safe\r");
    terminal.wait_for("\nsafe");
    terminal.wait_for("echo other");
    terminal.wait("the question", |screen| screen.line().starts_with("Run it?"));
    terminal.send("n");
    terminal.wait_for("Fine.");
    terminal.wait_prompt();
    assert!(server.requests()[1].last("tool").contains("echo safe"));
    assert!(server.requests()[2].last("tool").contains("declined"));
    assert!(
        !terminal.text().contains("\ndanger") && !terminal.text().contains("\nother"),
        "{}",
        terminal.text()
    );
}

#[test]
fn control_c_ends_a_stalled_answer_at_once() {
    let server = start([Reply::stream().piece("It begins ").stall()]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    terminal.send("what is the meaning of this\r");
    terminal.wait_for("It begins");
    terminal.send("echo kept\x03");
    terminal.wait_prompt();
    server.wait_for_abandoned(1);
    terminal.run("echo on");
    terminal.wait_for("\non");
}

#[test]
fn control_c_at_a_proposal_ends_the_question() {
    let server = start([proposes("echo never")]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    terminal.send("do something for me please\r");
    terminal.wait_for("Run it?");
    terminal.send("\x03");
    terminal.wait_prompt();
    assert!(!terminal.text().contains("\nnever"), "{}", terminal.text());
}

#[test]
fn a_line_of_bash_never_reaches_the_model() {
    let server = start([]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    for line in
        ["find . -name x", "who | wc -l", "test -e /etc/passwd", "nonexistent-command here", "make me"]
    {
        terminal.run(line);
    }
    assert!(server.requests().is_empty());
}

#[test]
fn marks_and_alt_enter_turn_the_route() {
    let server = start([Reply::text(&["Answer one."]), Reply::text(&["Answer two."])]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    terminal.run("?ls");
    terminal.wait_for("Answer one.");
    terminal.send("echo turned\x1b\r");
    terminal.wait_for("Answer two.");
    terminal.wait_prompt();
    assert_eq!(server.requests()[1].last("user").lines().last().unwrap(), "echo turned");
    terminal.run("$ echo forced");
    terminal.wait_for("\nforced");
    terminal.send("what is this\x1b\r");
    terminal.wait_for("command not found");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn the_last_command_goes_with_the_question_and_its_secrets_do_not() {
    let server = start([Reply::text(&["Because."])]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    terminal.run("echo the token is ghp_0123456789abcdefghijABCDEFGHIJ456789; ls /nonexistent-place");
    terminal.run("how can that be fixed?");
    terminal.wait_for("Because.");
    let sent = server.requests()[0].body.to_string();
    assert!(sent.contains("nonexistent-place") && !sent.contains("ghp_0123456789"), "{sent}");
}

#[test]
fn a_secret_exported_a_moment_ago_stays_here() {
    let server = start([Reply::text(&["It is ⟨secret-1⟩."])]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    terminal.run("export DEPLOY_TOKEN=plain-looking-words; echo using plain-looking-words");
    terminal.run("what did that say?");
    terminal.wait_for("It is plain-looking-words.");
    let sent = server.requests()[0].body.to_string();
    assert!(sent.contains("echo using") && !sent.contains("plain-looking"), "{sent}");
}

#[test]
fn a_killed_backend_costs_one_answer() {
    let server = start([Reply::stream().piece("Begun ").stall(), Reply::text(&["Second answer."])]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    terminal.send("what is going on here\r");
    terminal.wait_for("Begun");
    terminal.kill_backend();
    terminal.wait_prompt();
    terminal.run("echo bash goes on");
    terminal.wait_for("\nbash goes on");
    terminal.run("what is going on now");
    terminal.wait_for("Second answer.");
}

#[test]
fn failures_are_told_in_words() {
    let server = start([
        Reply::refusal(401, "Incorrect API key provided"),
        Reply::refusal(404, "model not found"),
        Reply::stream().piece("Cut ").cut(),
    ]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    for (question, words) in
        [("is the key right?", "key"), ("is the model there?", "model"), ("is the line stable?", "awesh:")]
    {
        terminal.run(question);
        terminal.wait_for(words);
    }
    assert!(!terminal.text().contains("test-key-0123456789"));
}

#[test]
fn hostile_answers_do_nothing_to_the_terminal() {
    let server = start([Reply::text(&["A\x1b]0;owned\x07B\x1b[2J\x1b[HC\x1b]52;c;eA==\x07D\u{202e}E"])]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    terminal.run("say something strange");
    let printed = terminal.printed();
    for sequence in ["\x1b]0;owned", "\x1b]52;", "\x1b[2J", "\u{202e}"] {
        assert!(!printed.contains(sequence), "{sequence:?}");
    }
}

#[test]
fn a_line_that_is_asked_is_never_also_run() {
    let server = start([Reply::text(&["First."]), Reply::text(&["Second."])]);
    let (home, mut terminal) = Home::asking(&server).shell();
    terminal.send("what does this do: touch asked; touch asked-too?\r");
    terminal.wait_for("First.");
    terminal.wait_prompt();
    terminal.send("\x1b[200~why does this fail?\ntouch pasted\n\x1b[201~");
    terminal.wait("the paste", |screen| screen.text().contains("touch pasted"));
    assert_eq!(server.requests().len(), 1);
    terminal.send("\r");
    terminal.wait_for("Second.");
    terminal.wait_prompt();
    assert!(server.requests()[1].last("user").contains("touch pasted"));
    terminal.run("ls -A; history; echo end of list");
    terminal.wait_for("\nend of list");
    for name in ["asked", "asked-too", "pasted"] {
        assert!(!home.path().join("work").join(name).exists(), "{name}");
    }
}
