//! One test for each defect, named after what went wrong.

use std::os::unix::fs::PermissionsExt;

use crate::harness::Home;

#[test]
fn the_sessions_directory_was_open_to_others() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    let directory = std::fs::read_dir(home.path().join("run")).unwrap().next().unwrap().unwrap();
    assert_eq!(directory.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    for file in std::fs::read_dir(directory.path()).unwrap() {
        assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o077, 0);
    }
}

#[test]
fn a_failed_history_expansion_left_no_prompt() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.run("!nosuchevent");
    terminal.run("echo on");
    terminal.wait_for("\non");
}

#[test]
fn a_trap_at_the_prompt_printed_into_the_void() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.run("trap 'echo trapped' INT");
    terminal.send("abc\x03");
    terminal.wait_for("\ntrapped");
    terminal.wait_prompt();
    terminal.run("trap - INT; echo on");
}

#[test]
fn the_first_prompt_command_was_not_shown() {
    let home = Home::new();
    home.write(".bashrc", "PS1='> '; PROMPT_COMMAND='echo from prompt command'");
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    assert_eq!(terminal.text().matches("from prompt command").count(), 1, "{}", terminal.text());
}
