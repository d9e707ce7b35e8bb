//! A talk that goes on while the user works: what happened in between is known, and what was said is remembered.

use crate::harness::{Home, Terminal};
use crate::model_server::{Handle, Reply, start};
use crate::questions::proposes;

/// The texts of all messages of a request.
fn said(server: &Handle, request: usize) -> String {
    server.requests()[request].body["messages"].to_string()
}

#[test]
fn ten_turns_with_commands_in_between() {
    let server = start([
        Reply::text(&["One: the directory is missing."]),
        proposes("mkdir -p app/staging"),
        Reply::text(&["Two: it is there now."]),
        Reply::text(&["Three: the same with another name."]),
        Reply::text(&["Four: nothing failed."]),
        proposes("ls app"),
        Reply::text(&["Five: two entries."]),
        Reply::text(&["Six: it says so itself."]),
        Reply::text(&["Seven: seven words."]),
        proposes("rm -r app"),
        Reply::text(&["Eight: as you like."]),
        Reply::text(&["Nine: still there."]),
        Reply::text(&["Ten: you are welcome."]),
    ]);
    let (home, mut terminal) = Home::asking(&server).shell();
    let ask = |terminal: &mut Terminal, question: &str, answer: &str| {
        terminal.send(format!("{question}\r"));
        terminal.wait_for(answer);
        terminal.wait_prompt();
    };
    terminal.run("cd app/staging 2>&1 | sed s/bash/oh/");
    ask(&mut terminal, "what is the matter with this?", "One:");
    terminal.send("fix it\r");
    terminal.wait("the question", |screen| screen.line().starts_with("Run it?"));
    terminal.send("y");
    terminal.wait_for("Two:");
    terminal.wait_prompt();
    terminal.run("touch app/notes; ls app/staging");
    ask(&mut terminal, "and now the same for production", "Three:");
    terminal.run("mkdir app/production");
    ask(&mut terminal, "did that work?", "Four:");
    terminal.send("what is in there now?\r");
    terminal.wait("the question", |screen| screen.line().starts_with("Run it?"));
    terminal.send("y");
    terminal.wait_for("Five:");
    terminal.wait_prompt();
    terminal.run("echo marked-seven");
    ask(&mut terminal, "what does this mean?", "Six:");
    ask(&mut terminal, "how many words was that?", "Seven:");
    terminal.send("please remove everything again\r");
    terminal.wait_for("rm -r app");
    terminal.wait("the question", |screen| screen.line().starts_with("Run it?"));
    terminal.send("n");
    terminal.wait_for("Eight:");
    terminal.wait_prompt();
    terminal.run("ls -d app");
    ask(&mut terminal, "is it still there?", "Nine:");
    ask(&mut terminal, "thank you, that was all for today", "Ten:");

    assert!(home.path().join("work/app/production").is_dir());
    let last = said(&server, 12);
    for part in ["One:", "Five:", "Nine:", "what is the matter", "fix it", "mkdir -p app/staging", "declined"]
    {
        assert!(last.contains(part), "{part} is forgotten");
    }
    assert!(said(&server, 0).contains("No such file or directory"));
    assert!(said(&server, 7).contains("marked-seven"));
    assert!(said(&server, 4).contains("$ mkdir app/production"));
}

#[test]
fn a_failure_is_explained_at_once_and_without_a_key() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.run("cat /no/such/place");
    terminal.run("why did that fail?");
    terminal.wait_for("There is no /no/such/place");
    terminal.run("ls --frobnicate");
    terminal.run("what does this mean?");
    terminal.wait_for("has no option --frobnicate");
    terminal.run("true");
    terminal.run("why did that fail?");
    terminal.wait_for("No AI provider is set up");
}

#[test]
fn asked_again_the_ai_answers_what_was_explained() {
    let server = start([Reply::text(&["A deeper reason."])]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    terminal.run("cat /no/such/place");
    terminal.run("why did that fail?");
    terminal.wait_for("Asked again, the AI answers.");
    assert!(server.requests().is_empty());
    terminal.run("why did that fail?");
    terminal.wait_for("A deeper reason.");
}

#[test]
fn output_stays_here_for_once() {
    let server = start([Reply::text(&["First."]), Reply::text(&["Second."]), Reply::text(&["Third."])]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    terminal.run("echo some private output | rev | rev");
    terminal.run("?- what was that");
    terminal.wait_for("First.");
    terminal.send("what was that again");
    terminal.wait("the line", |screen| screen.line().ends_with("what was that again"));
    terminal.send("\x1bo");
    terminal.wait("the mark", |screen| screen.line().ends_with("?- what was that again"));
    terminal.send("\r");
    terminal.wait_for("Second.");
    terminal.wait_prompt();
    terminal.run("what was that at last");
    terminal.wait_for("Third.");
    let output = "<output>\\nsome private output";
    assert!(!said(&server, 0).contains(output) && !said(&server, 1).contains(output));
    assert!(said(&server, 0).contains("$ echo some private output"));
    assert!(said(&server, 2).contains(output), "{}", said(&server, 2));
}

#[test]
fn what_was_sent_and_who_was_asked_can_be_seen() {
    let list = r#"{"data":[{"id":"small-one"},{"id":"large-one"}]}"#;
    let server = start([Reply::text(&["Hello."]), Reply::document(200, list)]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    terminal.run("awes sent");
    terminal.wait_for("nothing was sent");
    terminal.run("export TOKEN=secretive-words; echo using secretive-words");
    terminal.run("are you there my friend?");
    terminal.wait_for("Hello.");
    // All of it is longer than the screen.
    terminal.run("export PAGER='grep -e authorization -e ⟨secret-1⟩'");
    terminal.run("awes sent");
    terminal.wait_for("authorization: Bearer …");
    terminal.wait_for("using ⟨secret-1⟩");
    terminal.run("awem");
    terminal.wait_for("large-one");
    terminal.run("awea opnai");
    terminal.wait_for("there is no AI provider “opnai”");
    terminal.run("awea");
    terminal.wait_for("provider: openai");
    terminal.run("awea vllm");
    terminal.wait_for("none is chosen");
    assert!(!terminal.text().contains("test-key-0123456789"));
}

#[test]
fn a_long_answer_is_shown_again_in_the_pager() {
    let lines: String = (1..=400).map(|number| format!("- entry {number}\n")).collect();
    let server = start([Reply::text(&[&lines])]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    terminal.run("export PAGER='tail -2'");
    // More than fits on the screen: prompts cannot be counted on it.
    terminal.send("list all the entries for me\r");
    terminal.wait_for("awes answer shows them in your pager");
    terminal.wait_prompt();
    terminal.send("clear\r");
    terminal.wait("a clear screen", |screen| !screen.text().contains("entry") && screen.at_prompt());
    terminal.run("awes answer");
    terminal.wait_for("entry 400");
    assert!(!terminal.text().contains("entry 398"), "{}", terminal.text());
}

/// Help and what was kept of a talk ran through the screen, and what comes first was gone.
#[test]
fn help_that_is_longer_than_the_screen_goes_to_the_pager() {
    let (_home, mut terminal) = Home::new().shell();
    terminal.run("export PAGER='tail -2'");
    terminal.resize(24, 100);
    terminal.send("aweh\r");
    terminal.wait_for("environment: AWESH_BACKEND");
    terminal.wait_prompt();
    assert!(!terminal.printed().contains("always a question"), "{}", terminal.printed());
}
