//! What a person does with a shell: jobs, full-screen programs, keys ahead of their time, the end.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::harness::{Home, Terminal};

fn start(home: &Home) -> Terminal {
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal
}

#[test]
fn exit_status_is_bashs() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("exit 3\r");
    assert_eq!(terminal.wait_end().code(), Some(3));
}

#[test]
fn control_d_ends_the_shell_as_bash_does() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("(exit 5)");
    terminal.send("\x04");
    assert_eq!(terminal.wait_end().code(), Some(5));
    assert!(terminal.text().ends_with("exit"), "{}", terminal.text());
}

#[test]
fn control_d_obeys_ignoreeof_and_stopped_jobs() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("IGNOREEOF=1");
    terminal.send("\x04");
    terminal.wait_for("Use \"exit\" to leave the shell.");
    terminal.wait_prompt();
    terminal.run("unset IGNOREEOF; sleep 1000 & kill -STOP $!; while [[ ! $(jobs -s) ]]; do :; done");
    terminal.send("\x04");
    terminal.wait_for("There are stopped jobs.");
    terminal.wait_prompt();
    terminal.run("kill -KILL %1; wait 2>/dev/null; echo still here");
}

#[test]
fn tmout_ends_the_shell_that_nobody_types_into() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("TMOUT=1");
    assert_eq!(terminal.wait_end().code(), Some(0));
    terminal.wait_for("timed out waiting for input: auto-logout");
}

#[test]
fn a_login_shell_reads_its_files_once_each() {
    let home = Home::new();
    home.write(".bash_profile", "echo profile >>~/log; . ~/.bashrc");
    home.write(".bashrc", "PS1='> '; echo rc >>~/log");
    home.write(".bash_logout", "echo logout >>~/log");
    let mut command = Command::new(env!("CARGO_BIN_EXE_awesh"));
    command.arg0("-awesh");
    let mut terminal = home.start_command(command);
    terminal.wait_prompt();
    terminal.run("shopt -q login_shell && echo login $0");
    terminal.wait_for("\nlogin -bash");
    terminal.send("logout\r");
    assert_eq!(terminal.wait_end().code(), Some(0));
    let log = std::fs::read_to_string(home.path().join("log")).unwrap();
    assert_eq!(log, "profile\nrc\nlogout\n");
}

#[test]
fn control_c_ends_a_command_and_control_z_stops_it() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("sh -c 'echo sleeps; exec sleep 1000'\r");
    terminal.wait_for("\nsleeps");
    terminal.send("\x03");
    terminal.wait_prompt();
    terminal.run("echo status $?");
    terminal.wait_for("\nstatus 130");
    terminal.send("echo reads; cat\r");
    terminal.wait_for("\nreads");
    terminal.send("one\r");
    terminal.wait_for("one\none");
    terminal.send("\x1a");
    terminal.wait_for("Stopped");
    terminal.wait_prompt();
    terminal.run("jobs | wc -l");
    terminal.send("fg\r");
    terminal.wait("cat", |screen| screen.text().ends_with("fg\ncat"));
    terminal.send("two\r");
    terminal.wait_for("two\ntwo");
    terminal.send("\x04");
    terminal.wait_prompt();
}

#[test]
fn full_screen_programs_get_the_screen_and_give_it_back() {
    let home = Home::new();
    home.write("work/file", "first line\nsecond line\n");
    let mut terminal = start(&home);
    terminal.run("echo before");
    terminal.send("less file\r");
    terminal
        .wait("less", |screen| screen.screen().alternate_screen() && screen.text().contains("second line"));
    terminal.send("q");
    terminal.wait("the prompt", |screen| !screen.screen().alternate_screen() && screen.at_prompt());
    terminal.wait_for("\nbefore");
    terminal.send("vim -u NONE -N file\r");
    terminal.wait("vim", |screen| screen.text().contains("second line") && screen.text().contains("~"));
    terminal.send("ggOadded\x1b:wq\r");
    terminal.wait_prompt();
    terminal.run("cat file");
    terminal.wait_for("added\nfirst line");
}

#[test]
fn a_suspended_editor_comes_back_as_it_was() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("vi -u NONE -N file\r");
    terminal.wait("the editor", |screen| screen.rows().get(1).is_some_and(|row| row.trim_end() == "~"));
    terminal.send("ihalf a word");
    terminal.wait("the text", |screen| screen.text().starts_with("half a word"));
    terminal.send("\x1b\x1a");
    terminal.wait_for("Stopped");
    terminal.wait_prompt();
    terminal.run("echo $((40+2)) meanwhile");
    terminal.send("fg\r");
    terminal.wait("the editor again", |screen| screen.text().starts_with("half a word"));
    terminal.send("a done\x1b:wq\r");
    terminal.wait_prompt();
    terminal.wait_for("42 meanwhile");
    assert_eq!(std::fs::read_to_string(home.path().join("work/file")).unwrap(), "half a word done\n");
}

#[test]
fn a_program_sees_the_windows_size_and_its_changes() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("stty size");
    terminal.wait_for("\n300 100");
    terminal.resize(40, 90);
    terminal.run("stty size");
    terminal.wait_for("\n40 90");
    terminal.send(
        "bash -c 'trap \"echo resized; stty size; exit\" WINCH; echo runs; while :; do sleep 0.1; done'\r",
    );
    terminal.wait_for("\nruns");
    terminal.resize(50, 80);
    terminal.wait_for("resized\n50 80");
    terminal.wait_prompt();
}

#[test]
fn modes_a_command_sets_last_as_in_bash() {
    let home = Home::new();
    let modes = |mut terminal: Terminal| {
        terminal.wait_prompt();
        terminal.run("stty -a >before; stty -ixon intr ^K; stty -a >after; cat before after | md5sum");
        terminal.run("stty -a | md5sum; stty sane; stty -a | md5sum");
        terminal.bash_rows()
    };
    assert_eq!(modes(home.bash(false)), modes(home.awesh()));
}

#[test]
fn keys_typed_while_a_command_runs_are_the_next_lines() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("mkfifo fifo; echo runs; read -r x <fifo; echo $x\r");
    terminal.wait_for("\nruns");
    terminal.send("echo ahead\recho more");
    std::fs::write(home.path().join("work/fifo"), "go\n").unwrap();
    terminal.wait_for("\nahead");
    terminal.wait("the rest", |screen| screen.text().ends_with("> echo more"));
    terminal.send(" text\r");
    terminal.wait_for("\nmore text");
}

#[test]
fn lines_sent_at_once_are_input_of_the_commands_they_follow() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("cat\rfor cat\r\x04echo for bash\r");
    terminal.wait_for("\nfor bash");
    terminal.wait_prompt();
    assert!(terminal.text().contains("\nfor cat"), "{}", terminal.text());
}

#[test]
fn a_long_pasted_line_arrives_whole() {
    let home = Home::new();
    let mut terminal = start(&home);
    let line = format!("echo {} | wc -c", "x".repeat(100_000));
    terminal.send(format!("\x1b[200~{line}\x1b[201~"));
    terminal.wait("the paste", |screen| screen.text().ends_with("| wc -c"));
    terminal.send("\r");
    terminal.wait_for("\n100001");
    terminal.wait_prompt();
}

#[test]
fn a_paste_of_several_lines_runs_only_when_entered() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.send("\x1b[200~echo one\ncat <<X\nbody\nX\necho two\x1b[201~");
    terminal.wait("the paste", |screen| screen.text().ends_with("echo two"));
    assert!(!terminal.text().contains("\none\n"), "{}", terminal.text());
    terminal.send("\r");
    terminal.wait_for("one\nbody\ntwo");
    terminal.wait_prompt();
}

#[test]
fn what_jobs_print_appears_above_the_line() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("mkfifo fifo; (read -r x <fifo; echo job says $x) &");
    terminal.send("echo typ");
    terminal.wait("the keys", |screen| screen.text().ends_with("> echo typ"));
    std::fs::write(home.path().join("work/fifo"), "hello\n").unwrap();
    terminal.wait_for("job says hello");
    terminal.wait("the line", |screen| screen.text().ends_with("> echo typ"));
    terminal.send("ed\r");
    terminal.wait_for("\ntyped");
}

#[test]
fn suspend_stops_awesh_and_goes_on() {
    let home = Home::new();
    let mut terminal = home.bash(false);
    terminal.wait_prompt();
    terminal.send(format!("PS1='outer: '; {}\r", env!("CARGO_BIN_EXE_awesh")));
    terminal.wait_prompt();
    terminal.send("suspend\r");
    terminal.wait_for("Stopped");
    terminal.wait("bash", |screen| screen.text().trim_end().ends_with("outer:"));
    terminal.send("fg\r");
    terminal.wait_prompt();
    terminal.run("echo back");
    terminal.wait_for("\nback");
}

#[test]
fn nothing_is_left_behind() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("true");
    terminal.send("exit\r");
    terminal.wait_end();
    assert_eq!(std::fs::read_dir(home.path().join("run")).unwrap().count(), 0);
}

#[test]
fn a_closed_terminal_hangs_bash_and_its_jobs_up() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("(trap 'echo job >~/job; exit' HUP; while :; do sleep 0.1; done) &");
    terminal.hang_up();
    terminal.wait_file(&home.path().join("job"));
    let history = std::fs::read_to_string(home.path().join(".bash_history")).unwrap();
    assert!(history.starts_with("(trap") && !history.contains("awesh_hang"), "{history}");
    terminal.wait_end();
    assert_eq!(std::fs::read_dir(home.path().join("run")).unwrap().count(), 0);
}
