//! The line editor: completion by the live session, history, keys.

use crate::harness::{Home, Terminal};

fn start(home: &Home) -> Terminal {
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal
}

/// Types, waits for what the line becomes, and gives the line up.
fn completes(terminal: &mut Terminal, keys: &str, line: &str) {
    terminal.send(keys);
    terminal.wait(line, |screen| screen.line() == format!("> {line}"));
    terminal.send("\x03");
    terminal.wait_prompt();
}

#[test]
fn completion_knows_what_the_session_knows() {
    let home = Home::new();
    home.write("work/some file.txt", "");
    home.write("work/directory/inner", "");
    let mut terminal = start(&home);
    terminal.run("alias mynicealias='ls'; mynicefunction() { :; }; MYNICEVARIABLE=1");
    terminal.run("_words() { COMPREPLY=($(compgen -W 'alpha beta' -- \"$2\")); }; complete -F _words tool");
    terminal.run("complete -W 'red green' paint; complete -o nospace -C 'echo fromcommand #' external");
    for (keys, line) in [
        ("mynicea\t", "mynicealias "),
        ("mynicef\t", "mynicefunction "),
        ("echo $MYNICE\t", "echo $MYNICEVARIABLE "),
        ("cat some\t", "cat some\\ file.txt "),
        ("cat \"some\t", "cat \"some file.txt\" "),
        ("cd dir\t", "cd directory/"),
        ("cat directory/in\t", "cat directory/inner "),
        ("tool al\t", "tool alpha "),
        ("echo x | tool be\t", "echo x | tool beta "),
        ("paint gr\t", "paint green "),
        ("external \t", "external fromcommand"),
        ("ls nosuchthing\t", "ls nosuchthing"),
    ] {
        completes(&mut terminal, keys, line);
    }
    terminal.run("echo $?");
}

#[test]
fn completion_leaves_no_trace_in_the_session() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("sleep 0 & wait; false; x=$!");
    terminal.run("(exit 9)");
    terminal.send("ec\t");
    terminal.wait("echo", |screen| screen.line() == "> echo ");
    terminal.send("\"$? $([[ $x == $! ]] && echo same) $(jobs) $(history 1 | wc -l)\"\r");
    terminal.wait_for("\n9 same  1");
}

#[test]
fn a_completion_that_hangs_ends_with_control_c() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("_slow() { sh -c ': >started; exec sleep 1000'; }; complete -F _slow slow");
    terminal.send("slow x\t");
    let started = home.path().join("work/started");
    terminal.wait_file(&started);
    terminal.send("\x03");
    terminal.wait_prompt();
    terminal.run("echo usable");
    terminal.wait_for("\nusable");
}

#[test]
fn history_is_one_file_that_sessions_share() {
    let home = Home::new();
    home.write(".bashrc", "PS1='> '; HISTCONTROL=ignoreboth");
    home.write(".bash_history", "echo from bash\n");
    let mut terminal = start(&home);
    terminal.send("\x1b[A");
    terminal.wait("bash's history", |screen| screen.line() == "> echo from bash");
    terminal.send("\x03");
    terminal.wait_prompt();
    for line in ["echo one", " echo hidden", "echo two", "echo two"] {
        terminal.run(line);
    }
    let mut second = start(&home);
    for line in ["echo two", "echo one"] {
        second.send("\x1b[A");
        second.wait(line, |screen| screen.line() == format!("> {line}"));
    }
    second.send("\x03");
    second.wait_prompt();
    second.send("\x12one");
    second.wait("the search", |screen| screen.line().contains("echo one"));
    second.send("\r");
    second.wait_for("\none");
    let file = std::fs::read_to_string(home.path().join(".local/state/awesh/history")).unwrap();
    assert_eq!(file, "echo one\necho two\necho one\n");
}

#[test]
fn quotations_are_edited_as_a_whole() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("echo 'one\rtwo'\r");
    terminal.wait_for("\none\ntwo\n");
    terminal.wait_prompt();
    terminal.send("\x1b[A");
    terminal.wait("both lines", |screen| screen.text().ends_with("> echo 'one\ntwo'"));
}

#[test]
fn set_o_vi_and_back_are_the_editors() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("(exit 7)");
    terminal.run("echo kept $?; set -o vi; (exit 8)");
    terminal.run("echo $? $_");
    terminal.wait_for("\n8");
    // Escape, to the beginning, insert.
    terminal.send("cho x\x1b0");
    terminal.send("ie\r");
    terminal.wait_for("\nx");
    terminal.wait_prompt();
    terminal.run("set -o emacs");
    terminal.send("cho y\x01e\r");
    terminal.wait_for("\ny");
    terminal.wait_prompt();
    terminal.run("history | grep -c [_]_awesh");
    terminal.wait_for("\n0");
}

#[test]
fn the_route_shows_while_typing() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("what changed in this repo");
    terminal.wait("a question", |screen| screen.line() == "? what changed in this repo");
    terminal.send("\x15");
    terminal.wait_prompt();
    terminal.send("echo what changed");
    terminal.wait("a command", |screen| screen.line() == "> echo what changed");
}
