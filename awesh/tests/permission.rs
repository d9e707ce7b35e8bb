//! What the AI may do: looks, rules, protected names, edits that can be undone, questions to the user, the log.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Home, Terminal};
use crate::model_server::{Handle, Reply, start};
use crate::questions::proposes;

/// A shell whose questions go to the server, with these settings besides.
fn shell(server: &Handle, settings: &str) -> (Home, Terminal) {
    let mut home = Home::asking(server);
    // Nothing that is read beside makes a model that has read what others wrote.
    home.set("AWESH_ATTACH", "nothing");
    home.write(".config/awesh/config.toml", settings);
    home.shell()
}

fn calls(tool: &str, arguments: Value) -> Reply {
    Reply::calls(&[("call_1", tool, arguments)])
}

fn looks(command: &str) -> Reply {
    calls("look", json!({"command": command, "explanation": "It shows."}))
}

fn asks_key(screen: &Terminal) -> bool {
    screen.line().starts_with("Run it?")
}

#[test]
fn a_look_runs_apart_and_from_then_on_looks_are_asked() {
    if !can_confine() {
        return;
    }
    let server = start([
        looks("cd / && pwd; echo $GREETING"),
        looks("touch made"),
        looks("echo second"),
        looks("echo third"),
        Reply::text(&["All seen."]),
    ]);
    let (home, mut terminal) = shell(&server, "");
    terminal.run("export GREETING=hello");
    terminal.send("please have a look around\r");
    terminal.wait_for("▸ 1 look cd / && pwd; echo $GREETING (status 0, 2 lines)");
    terminal.wait_for("✗ 2 look touch made");
    terminal.wait("the question", |screen| screen.line().starts_with("Look?"));
    terminal.wait_for("the model has read text that others may have written");
    terminal.send("a");
    terminal.wait_for("All seen.");
    terminal.wait_prompt();
    assert!(server.requests()[1].last("tool").contains("<output>\n/\nhello\n</output>"));
    assert!(server.requests()[2].last("tool").contains("not known to do nothing but look"));
    assert!(!home.path().join("work/made").exists());
    terminal.run("awes step 1");
    terminal.wait_for("\nhello");
    terminal.run("awes step");
    terminal.wait_for("4  look");
    terminal.run("echo $PWD");
    terminal.wait_for(home.path().join("work").to_str().unwrap());
}

#[test]
fn a_look_is_where_the_session_is_by_then() {
    if !can_confine() {
        return;
    }
    let server = start([
        proposes("cd /usr; export MOVED=there"),
        looks("pwd; echo $MOVED"),
        Reply::text(&["So it is."]),
    ]);
    let (_home, mut terminal) = shell(&server, "");
    terminal.send("please go there and look\r");
    terminal.wait("the question", asks_key);
    terminal.send("y");
    terminal.wait_for("So it is.");
    terminal.wait_prompt();
    assert!(server.requests()[2].last("tool").contains("<output>\n/usr\nthere\n</output>"));
}

#[test]
fn rules_decide_and_are_not_passed_by() {
    let server = start([
        proposes("echo allowed by a rule"),
        proposes("echo y > file; git init -q made"),
        proposes("ls; sh -c 'rm -rf /'"),
        Reply::text(&["Done."]),
    ]);
    let settings = "[permission]\nallow = [\"echo *\"]\ndeny = [\"rm -rf /*\"]\n";
    let (home, mut terminal) = shell(&server, settings);
    terminal.send("please do these three things\r");
    terminal.wait_for("\nallowed by a rule");
    terminal.wait("the question", asks_key);
    terminal.wait_for("changes files or state");
    terminal.send("n");
    terminal.wait_for("Done.");
    terminal.wait_prompt();
    assert!(terminal.text().contains("allowed (rule: allow echo *)"), "{}", terminal.text());
    assert!(!home.path().join("work/made").exists());
    let told = server.requests()[3].last("tool");
    assert!(told.contains("denied (rule: deny rm -rf /*)"), "{told}");
    terminal.run("awes rules");
    terminal.wait_for("settings  deny   rm -rf /*");
}

#[test]
fn aliases_of_the_session_are_seen_through() {
    let server =
        start([proposes("show x"), proposes("fetch x"), proposes("look x"), Reply::text(&["Done."])]);
    let settings = "[permission]\nmode = \"auto\"\nallow = [\"look *\"]\n";
    let (_home, mut terminal) = shell(&server, settings);
    terminal.run("alias show='echo shown:'; alias fetch='rm -f'; look() { touch made; }");
    terminal.send("please show it and fetch it\r");
    terminal.wait_for("\nshown: x");
    // What it printed was read.
    terminal.wait("the question", asks_key);
    terminal.wait_for("cannot be undone");
    terminal.send("n");
    terminal.wait_for("an alias or a function of yours");
    terminal.wait("the question", asks_key);
    terminal.send("n");
    terminal.wait_for("Done.");
    terminal.wait_prompt();
}

#[test]
fn always_is_remembered_listed_and_forgotten() {
    let server = start([
        proposes("mkdir one"),
        Reply::text(&["First."]),
        proposes("mkdir one"),
        Reply::text(&["Second."]),
        proposes("mkdir one"),
        Reply::text(&["Third."]),
    ]);
    let (home, mut terminal) = shell(&server, "");
    terminal.send("make a directory for me please\r");
    terminal.wait("the question", asks_key);
    terminal.send("a");
    terminal.wait_for("First.");
    terminal.wait_prompt();
    assert_eq!(fs::read_to_string(home.path().join(".local/state/awesh/rules")).unwrap(), "mkdir one\n");
    terminal.run("rmdir one");
    // Another session goes by it, too.
    drop(terminal);
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.send("make a directory for me please\r");
    terminal.wait_for("allowed (rule: allow mkdir one)");
    terminal.wait_for("Second.");
    terminal.wait_prompt();
    assert!(home.path().join("work/one").is_dir());
    terminal.run("awes rules");
    terminal.wait_for("always  1 allow  mkdir one");
    terminal.run("awes rules forget 1");
    terminal.wait_for("forgotten");
    terminal.run("rmdir one");
    terminal.send("make a directory for me please\r");
    terminal.wait("the question", asks_key);
    terminal.send("n");
    terminal.wait_for("Third.");
    terminal.wait_prompt();
}

#[test]
fn a_change_of_what_is_protected_needs_the_name_typed() {
    let run = || proposes("kubectl delete pod x");
    let server = start([run(), run(), run(), Reply::text(&["Done."])]);
    let settings = "[permission]\nallow = [\"kubectl delete pod *\"]\n";
    let (home, mut terminal) = shell(&server, settings);
    home.write("bin/kubectl", "#!/bin/sh\necho ran kubectl $*\n");
    home.write(
        ".kube/config",
        "apiVersion: v1\nkind: Config\ncurrent-context: prod-eu\ncontexts:\n- name: prod-eu\n  context: {cluster: c}\n",
    );
    terminal.run("chmod +x ~/bin/kubectl; PATH=~/bin:$PATH");
    terminal.send("remove the pod please\r");
    terminal.wait_for("type prod-eu to run it");
    terminal.wait("the editor", |screen| screen.line() == "> ");
    terminal.send("staging\r");
    terminal.wait_for("that is not prod-eu: it does not run");
    terminal.wait("the next", |screen| {
        screen.line() == "> " && screen.text().matches("type prod-eu").count() == 2
    });
    terminal.send("prod-eu\r");
    terminal.wait_for("ran kubectl delete pod x");
    // It is asked now that output was read, and after that the name is typed all the same.
    terminal.wait("the question", asks_key);
    terminal.send("y");
    terminal.wait("the next", |screen| {
        screen.line() == "> " && screen.text().matches("type prod-eu").count() == 3
    });
    terminal.send("\x03");
    terminal.wait_for("Done.");
    terminal.wait_prompt();
    assert_eq!(terminal.text().matches("ran kubectl").count(), 1, "{}", terminal.text());
}

#[test]
fn an_edit_is_shown_made_and_undone() {
    let edit = json!({"path": "app.conf", "old_text": "port = 80\n", "new_text": "port = 8080\n", "explanation": "As asked."});
    let server =
        start([calls("edit_file", edit.clone()), calls("edit_file", edit), Reply::text(&["Changed."])]);
    let (home, mut terminal) = shell(&server, "");
    home.write("work/app.conf", "name = x\nport = 80\n");
    let file = home.path().join("work/app.conf");
    terminal.send("please change the port\r");
    terminal.wait("the question", |screen| screen.line().starts_with("Edit the file?"));
    assert!(terminal.text().contains("-port = 80\n+port = 8080"), "{}", terminal.text());
    terminal.send("n");
    terminal.wait("the question again", |screen| screen.text().matches("Edit the file?").count() == 2);
    assert_eq!(fs::read_to_string(&file).unwrap(), "name = x\nport = 80\n");
    terminal.send("y");
    terminal.wait_for("Changed.");
    terminal.wait_prompt();
    assert_eq!(fs::read_to_string(&file).unwrap(), "name = x\nport = 8080\n");
    terminal.run("echo more >> app.conf; awes undo");
    terminal.run("awes undo");
    terminal.wait_for("awes undo 1 anyway overwrites that");
    terminal.run("awes undo 1 anyway");
    terminal.wait_for("is as it was before edit 1");
    assert_eq!(fs::read_to_string(&file).unwrap(), "name = x\nport = 80\n");
    terminal.run("awes undo list");
    terminal.wait_for("2  ");
}

#[test]
fn the_user_is_asked_and_answers() {
    let question = json!({"question": "Which colour?", "choices": ["red", "blue"]});
    let server = start([
        calls("ask_user", question.clone()),
        calls("ask_user", question.clone()),
        Reply::text(&["So be it."]),
        calls("ask_user", question),
    ]);
    let (_home, mut terminal) = shell(&server, "");
    terminal.send("paint it for me please\r");
    terminal.wait("the choices", |screen| screen.text().contains("2. blue") && screen.line() == "> ");
    terminal.send("2\r");
    terminal
        .wait("the second", |screen| screen.text().matches("2. blue").count() == 2 && screen.line() == "> ");
    terminal.send("it's green\r");
    terminal.wait_for("So be it.");
    terminal.wait_prompt();
    assert_eq!(server.requests()[1].last("tool"), "The user answers: blue");
    assert_eq!(server.requests()[2].last("tool"), "The user answers: it's green");
    terminal.send("paint it for me again\r");
    terminal
        .wait("the third", |screen| screen.text().matches("2. blue").count() == 3 && screen.line() == "> ");
    terminal.send("\x03");
    terminal.wait_for("cancelled");
    terminal.wait_prompt();
}

#[test]
fn everything_is_in_the_log_but_secrets() {
    let server =
        start([proposes("echo ghp_0123456789abcdefghijABCDEFGHIJ456789; false"), Reply::text(&["Done."])]);
    let (home, mut terminal) = shell(&server, "");
    terminal.send("please say the word\r");
    terminal.wait("the question", asks_key);
    terminal.send("y");
    terminal.wait_for("Done.");
    terminal.wait_prompt();
    terminal.run("awes log 9");
    for words in ["request   openai", "proposal  echo ⟨secret-", "run, by user", "[status 1]"] {
        terminal.wait_for(words);
    }
    let log = fs::read_to_string(home.path().join(".local/state/awesh/audit.jsonl")).unwrap();
    assert!(!log.contains("ghp_0123456789") && log.lines().count() == 5, "{log}");
}

#[test]
fn in_mode_read_only_a_change_is_not_even_proposed() {
    let edit = json!({"path": "x", "content": "y", "explanation": "z"});
    let server = start([proposes("touch made"), calls("edit_file", edit), Reply::text(&["Then not."])]);
    let (home, mut terminal) = shell(&server, "[permission]\nmode = \"read-only\"\n");
    terminal.run("please make a file for me");
    terminal.wait_for("Then not.");
    assert!(server.requests()[1].last("tool").contains("read-only"));
    assert!(fs::read_dir(home.path().join("work")).unwrap().next().is_none());
}

/// Whether the kernel here has what looks need.
fn can_confine() -> bool {
    let release = nix::sys::utsname::uname().unwrap();
    let release = release.release().to_str().unwrap().to_owned();
    let mut numbers = release.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    version >= (6, 7)
}
