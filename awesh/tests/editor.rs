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
    // Ctrl-C would break off the start-up file that may be running yet.
    terminal.send("\x1b[B");
    terminal.wait("the new line", |screen| screen.line().trim_end() == ">");
    for line in ["echo one", " echo hidden", "echo two", "echo two"] {
        terminal.run(line);
    }
    let mut second = start(&home);
    for line in ["echo two", "echo one"] {
        second.send("\x1b[A");
        second.wait(line, |screen| screen.line() == format!("> {line}"));
    }
    second.send("\x03");
    second.wait_for("^C");
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

#[test]
fn a_near_miss_is_offered_and_taken_with_one_key() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("mysterioustool() { echo \"ran with $1\"; }");
    terminal.run("mysteriuostool 'a b'");
    let text = terminal.text();
    assert!(text.contains("command not found\ndid you mean: mysterioustool 'a b'"), "{text}");
    assert!(!text.contains("if that was a question"), "{text}");
    terminal.send("\x1b[C");
    terminal.wait("the command on the line", |screen| screen.line() == "> mysterioustool 'a b'");
    assert!(!terminal.text().contains("\nran with"), "{}", terminal.text());
    terminal.send("\r");
    terminal.wait_for("\nran with a b");
    terminal.wait_prompt();
    // It goes for the next line only.
    terminal.send("\x1b[Cecho on\r");
    terminal.wait_for("\non");
}

#[test]
fn nothing_is_offered_where_no_command_is_near() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("qqzzfrobnicatexx --all");
    terminal.run("echo $? kept");
    terminal.wait_for("\n127 kept");
    assert!(!terminal.text().contains("did you mean"), "{}", terminal.text());
}

#[test]
fn looking_for_a_near_miss_leaves_no_trace() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("set -u; mysterioustool() { :; }");
    terminal.run("mysteriuostool x");
    terminal.run("echo \"$? $_ $(jobs)$(history | grep -c [c]ompgen)\"");
    terminal.wait_for("\n127 x 0");
}

#[test]
fn awes_why_tells_the_facts_of_the_last_line() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("awes why");
    terminal.wait_for("nothing was entered yet");
    terminal.run("alias mine=true");
    terminal.run("mine");
    terminal.run("awes why");
    terminal.wait_for("mine\nbash: the session can run its first word");
    terminal.wait_for("  mine: an alias");
    terminal.run("awes why");
    terminal.wait("the same again", |screen| screen.text().matches("  mine: an alias").count() == 2);
}

#[test]
fn what_is_turned_round_is_remembered_listed_and_forgotten() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("alias make=true");
    terminal.send("make ready");
    terminal.wait("a command", |screen| screen.line() == "> make ready");
    terminal.send("\x1b\r");
    terminal.wait_for("No AI provider is set up");
    terminal.wait_prompt();
    let mut second = start(&home);
    second.run("alias make=true");
    second.send("make ready");
    second.wait("a question", |screen| screen.line() == "? make ready");
    second.send("\x15");
    second.wait_prompt();
    second.send("make ready now");
    second.wait("another form", |screen| screen.line() == "> make ready now");
    second.send("\x15");
    second.wait_prompt();
    second.run("awes turns");
    second.wait_for("  1  ask   make ready");
    second.run("awes forget 2");
    second.wait_for("no turn of that number");
    second.run("awes forget 1");
    second.run("awes turns");
    second.wait_for("nothing was turned round yet");
    second.send("make ready");
    second.wait("a command again", |screen| screen.line() == "> make ready");
}

#[test]
fn a_flag_is_never_remembered_as_a_question() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("ls -la\x1b\r");
    terminal.wait_for("No AI provider is set up");
    terminal.wait_prompt();
    terminal.send("ls -la");
    terminal.wait("a command", |screen| screen.line() == "> ls -la");
}
