//! One test for each defect, named after what went wrong.

use std::os::unix::fs::{FileTypeExt, PermissionsExt};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::harness::{Home, Terminal};

#[test]
fn the_sessions_directory_was_open_to_others() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    let directory = std::fs::read_dir(home.path().join("run")).unwrap().next().unwrap().unwrap();
    assert_eq!(directory.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let metadata = file.unwrap().metadata().unwrap();
        // The backend's socket is given its mode a moment after its name.
        assert!(metadata.file_type().is_socket() || metadata.permissions().mode() & 0o077 == 0);
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
fn a_list_of_candidates_lost_its_last_row() {
    let home = Home::new();
    home.write("work/one-file", "");
    home.write("work/one-folder/x", "");
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.send("ls one-f\t\t");
    terminal.wait_for("one-file     one-folder/");
    terminal.wait("the line", |screen| screen.line() == "> ls one-f");
}

#[test]
fn an_apostrophe_in_a_here_document_was_taken_for_a_quotation() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    for line in ["cat <<EOF", "it's", "say \"hi", "EOF"] {
        terminal.run(line);
    }
    terminal.wait_for("\nit's\nsay \"hi");
}

#[test]
fn an_unpasted_script_of_many_lines_arrives_whole() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    let lines: String = (0..300).map(|number| format!("line {number} of the text\r")).collect();
    terminal.send(format!("cat >file <<'EOF'\r{lines}EOF\rcat >second\r{lines}\x04wc -l file second\r"));
    terminal.wait_for("300 second");
    terminal.wait_for("300 file");
    terminal.wait_prompt();
}

#[test]
fn what_a_job_printed_stood_between_the_two_lines_of_the_prompt() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.run("mkfifo fifo; (read -r x <fifo; echo job says $x) &");
    terminal.send("typed");
    terminal.wait("the keys", |screen| screen.line() == "> typed");
    std::fs::write(home.path().join("work/fifo"), "hello\n").unwrap();
    terminal.wait_for("job says hello");
    terminal.wait("the line", |screen| screen.line() == "> typed");
    let rows = terminal.rows();
    let job = rows.iter().position(|row| row == "job says hello").unwrap();
    assert!(job + 3 == rows.len() && !rows[job - 1].contains("tester@"), "{}", terminal.text());
    terminal.send("\x0c");
    terminal.wait("a clear screen", |screen| screen.rows().len() == 2 && screen.line() == "> typed");
}

#[test]
fn lines_kept_out_of_bashs_history_were_written_to_ours() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    for line in ["echo kept", "set +o history", "echo secret1", "set -o history", "HISTIGNORE='echo sec*'"] {
        terminal.run(line);
    }
    terminal.run("echo secret2");
    terminal.run("unset HISTFILE");
    terminal.run("echo session");
    terminal.send("\x1b[A");
    terminal.wait("the session's own memory", |screen| screen.line() == "> echo session");
    let file = std::fs::read_to_string(home.path().join(".local/state/awesh/history")).unwrap();
    assert!(file.contains("kept") && !file.contains("secret1") && !file.contains("secret2"), "{file}");
    assert!(!file.contains("session"), "{file}");
}

#[test]
fn a_loop_over_several_lines_came_back_line_by_line() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    for line in ["for i in 1 2", "do echo $i", "done"] {
        terminal.run(line);
    }
    terminal.send("\x1b[A");
    terminal.wait("the loop", |screen| screen.text().ends_with("> for i in 1 2\ndo echo $i\ndone"));
}

#[test]
fn an_empty_line_cost_the_user_his_ps1() {
    let home = Home::new();
    home.write(".bashrc", "PS1='[$?] mine> '");
    home.write(".config/awesh/config.toml", "[prompt]\nstyle = \"bash\"\n");
    let mut terminal = home.awesh();
    terminal.wait("the prompt", |screen| screen.line() == "[0] mine> ");
    for (keys, line) in [("\r", "[0] mine> "), ("(exit 3)\r", "[3] mine> "), ("abc\x03", "[130] mine> ")] {
        let before = terminal.rows().len();
        terminal.send(keys);
        terminal.wait(line, |screen| screen.rows().len() > before && screen.line() == line);
    }
    terminal.send("echo )\r\recho \"<$PS1>\"\r");
    terminal.wait_for("<[$?] mine> >");
}

#[test]
fn start_up_files_ended_by_control_c_left_no_prompt() {
    let home = Home::new();
    home.write(".bashrc", "PS1='> '; alias early='echo early'; echo loops; while :; do :; done; echo never");
    let mut terminal = home.awesh();
    terminal.wait_for("loops");
    terminal.send("\x03");
    terminal.wait_for("^C");
    terminal.wait_prompt();
    terminal.run("early; history | grep -c em[a]cs");
    terminal.wait_for("\nearly\n0");
    assert!(!terminal.text().contains("never"), "{}", terminal.text());
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
    terminal.run("true");
    assert_eq!(terminal.text().matches("from prompt command").count(), 2, "{}", terminal.text());
}

#[test]
fn a_prompt_command_that_was_unset_took_the_prompt_with_it() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    for line in
        ["unset PROMPT_COMMAND", "PROMPT_COMMAND=(true); sleep 0.2", "PROMPT_COMMAND=('true'); (exit 3)"]
    {
        terminal.run(line);
        assert!(terminal.shows_state(), "{line}\n{}", terminal.text());
    }
    terminal.run("echo \"status $? <$PS1>\"");
    terminal.wait_for("\nstatus 3 <> >");
    terminal.send("PROMPT_COMMAND=(); sleep 0.2\recho typed ahead\r");
    terminal.wait_for("\ntyped ahead");
    terminal.wait_prompt();
    assert!(terminal.shows_state(), "{}", terminal.text());
}

#[test]
fn a_line_taken_out_of_the_history_stayed_in_our_file() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    for line in
        ["echo kept", "echo secret", "for i in 1; do echo $i; done", "history -d -3", " history -d -1"]
    {
        terminal.run(line);
    }
    let file = std::fs::read_to_string(home.path().join(".local/state/awesh/history")).unwrap();
    assert_eq!(file, "echo kept\nfor i in 1; do echo $i; done\nhistory -d -3\n");
}

/// The session's bash.
fn bash_of(terminal: &mut Terminal) -> Pid {
    terminal.run("echo \"bash is $$\"");
    let screen = terminal.text();
    let pid = screen.rsplit("\nbash is ").next().and_then(|rest| rest.lines().next()).unwrap();
    Pid::from_raw(pid.parse().unwrap())
}

/// Stops the session's bash and types text, which is drawn without bash's word on it; then bash goes on.
fn type_before_a_stopped_bash(terminal: &mut Terminal, text: &str) {
    let bash = bash_of(terminal);
    kill(bash, Signal::SIGSTOP).unwrap();
    terminal.send(text);
    terminal.wait("the line", |screen| screen.line().ends_with(text));
    kill(bash, Signal::SIGCONT).unwrap();
}

#[test]
fn a_bash_that_was_slow_to_say_what_a_word_is_was_interrupted() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.run("PROMPT_COMMAND='n=$((n+1))'");
    type_before_a_stopped_bash(&mut terminal, "echo \"$? after $n\"");
    terminal.send("\r");
    terminal.wait_for("\n0 after 2");
}

#[test]
fn a_command_that_a_slow_bash_was_not_asked_for_was_taken_for_a_question() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.run("deploy() { echo \"deployed: $*\"; }");
    type_before_a_stopped_bash(&mut terminal, "deploy what we have to all of the servers, please");
    terminal.send("\r");
    terminal.wait_for("\ndeployed: what we have to all");
}

#[test]
fn on_the_lines_that_continue_a_command_only_files_were_completed() {
    let home = Home::new();
    home.write(
        ".bashrc",
        "PS1='> '; a_function_of_mine() { echo \"mine: $*\"; }; complete -W 'fine grand' tool",
    );
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    for (keys, line) in [
        ("for i in 1 2; do\r", "> "),
        ("a_function_o\t", "> a_function_of_mine "),
        ("$HOM\t\r", "> "),
        (": tool gr\t", "> : tool gr"),
        ("\x15tool gr\t", "> tool grand "),
        ("\x15cat <<X\r", "> "),
        ("in $HOM\t", "> in $HOME"),
        ("\rX\r", "> "),
    ] {
        terminal.send(keys);
        terminal.wait(keys, |screen| screen.line().trim_end() == line.trim_end());
    }
    let path = home.path().display().to_string();
    terminal.send("done\r");
    terminal.wait_for(&format!("mine: {path}\nin {path} \nmine: {path}\nin {path} \n"));
    terminal.wait_prompt();
    terminal.send("if true; then\r");
    terminal.wait("the next line", |screen| screen.line() == "> " && !screen.shows_state());
    terminal.send("sleep 100 & \t\x03");
    terminal.wait_prompt();
    terminal.run("echo \"status $?\"");
    terminal.wait_for("\nstatus 130");
}

#[test]
fn a_control_c_right_behind_an_answer_cost_the_user_his_last_argument() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    // bash runs where nobody else wants its processor: the key is there before it is back from its answer.
    let bash = bash_of(&mut terminal);
    terminal.run("cpu=$(taskset -cp $$); cpu=${cpu##*: }; cpu=${cpu%%[,-]*}");
    terminal.run("timeout 60 taskset -c $cpu sh -c 'while :; do :; done' &");
    terminal.run(&format!(
        "for p in {} {bash}; do taskset -acp $cpu $p; done; renice -n 19 -p {bash}",
        terminal.pid()
    ));
    for word in ["first", "second"] {
        terminal.run(&format!("true {word}"));
        assert!(terminal.becomes_ready("abc", Some("> abc")));
        assert!(terminal.becomes_ready("\x03", None));
        terminal.run("echo \"it was $_\"");
        terminal.wait_for(&format!("\nit was {word}"));
    }
    terminal.run("kill $!");
}
