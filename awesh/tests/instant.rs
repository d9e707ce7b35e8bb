//! The prompt that is there before bash has read the start-up files, which wait here for a FIFO to be written to.

use crate::harness::{Home, Terminal};

/// A home whose start-up file runs this; `await NAME` waits for the FIFO of that name.
fn home(script: &str) -> Home {
    let home = Home::new();
    let wait = "await() { read -r reply <~/$1; }";
    home.write(".bashrc", &format!("PS1='> '; {wait}\n{script}\n"));
    for name in ["first", "second"] {
        nix::unistd::mkfifo(&home.path().join(name), nix::sys::stat::Mode::S_IRWXU).unwrap();
    }
    home
}

fn go_on(home: &Home, name: &str) {
    std::fs::write(home.path().join(name), "on\n").unwrap();
}

fn start(home: &Home) -> Terminal {
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal
}

#[test]
fn what_is_typed_meanwhile_is_kept_shown_and_run() {
    let home = home("await first; alias greet='echo hello from the file'");
    let mut terminal = start(&home);
    terminal.send("greex\x7ft\recho two\rech");
    terminal.wait("the lines", |screen| screen.line().starts_with("> greet ⏎ echo two ⏎ ech"));
    go_on(&home, "first");
    terminal.wait_for("> greet\nhello from the file\n");
    terminal.wait_for("> echo two\ntwo\n");
    terminal.wait("the rest", |screen| screen.line().starts_with("> ech"));
    terminal.send("o three\r");
    terminal.wait_for("\nthree");
}

#[test]
fn what_the_files_print_appears_above_the_prompt() {
    let home = home("echo one; await first; printf 'two, '; await second; printf 'three\\nfour'");
    let mut terminal = start(&home);
    terminal.wait("the first line", |screen| screen.rows().len() == 3 && screen.rows()[0] == "one");
    terminal.send("typed");
    terminal.wait("the keys", |screen| screen.line() == "> typed");
    go_on(&home, "first");
    terminal.wait("half a line", |screen| screen.rows().get(1).is_some_and(|row| row.trim_end() == "two,"));
    assert_eq!((terminal.line().as_str(), terminal.rows().len()), ("> typed", 4));
    go_on(&home, "second");
    terminal.wait_for("one\ntwo, three\nfour⏎");
    terminal.wait("the line", |screen| screen.line() == "> typed" && screen.rows().len() == 5);
}

#[test]
fn a_file_that_reads_the_terminal_gets_it_and_the_keys() {
    let home =
        home("await first; echo 'Name:'; read -r name; read -rsp 'Password: ' word; echo; await second");
    let mut terminal = start(&home);
    terminal.send("Ada");
    terminal.wait("the keys", |screen| screen.line() == "> Ada");
    go_on(&home, "first");
    terminal.wait("the question", |screen| screen.text() == "Name:\nAda");
    terminal.send(" L\r");
    terminal.wait("the next", |screen| screen.text().trim_end().ends_with("Name:\nAda L\nPassword:"));
    terminal.send("secret\r");
    go_on(&home, "second");
    terminal.wait_prompt();
    terminal.run("echo \"<$name> <$word>\"");
    terminal.wait_for("\n<Ada L> <secret>");
    assert_eq!(terminal.text().matches("secret").count(), 1, "{}", terminal.text());
}

#[test]
fn a_file_that_takes_the_screen_gets_it() {
    let home = home("await first; printf '\\e[?1049hfull screen'; await second; printf '\\e[?1049l'");
    let mut terminal = start(&home);
    go_on(&home, "first");
    terminal.wait("the screen", |screen| {
        screen.screen().alternate_screen() && screen.text().trim_end().ends_with("full screen")
    });
    terminal.send("echo typed\r");
    go_on(&home, "second");
    terminal.wait_for("> echo typed\ntyped\n");
    terminal.wait_prompt();
}

#[test]
fn another_program_in_place_of_bash_gets_the_terminal() {
    let home = home("await first; exec sh -c 'read -r line; echo \"got $line\"; exit 7'");
    let mut terminal = start(&home);
    terminal.send("a line\r");
    terminal.wait("the line", |screen| screen.line().starts_with("> a line ⏎"));
    go_on(&home, "first");
    terminal.wait_for("\ngot a line");
    assert_eq!(terminal.wait_end().code(), Some(7));
    assert!(!terminal.text().contains('@'), "{}", terminal.text());
}

#[test]
fn control_c_breaks_the_file() {
    let home = home("alias early='echo early'; echo reads; await first; echo never");
    let mut terminal = start(&home);
    terminal.wait_for("reads");
    terminal.send("typed");
    terminal.wait("the keys", |screen| screen.line() == "> typed");
    terminal.send("\x03");
    terminal.wait_for("^C");
    terminal.wait_prompt();
    terminal.run("early");
    terminal.wait_for("> early\nearly");
    assert!(!terminal.text().contains("typed") && !terminal.text().contains("never"), "{}", terminal.text());
}

#[test]
fn who_looks_through_the_history_is_left_in_it() {
    let home = home("await first; echo read");
    home.write(".bash_history", "echo old\necho new\n");
    let mut terminal = start(&home);
    terminal.send("\x1b[A");
    terminal.wait("the last line", |screen| screen.line() == "> echo new");
    go_on(&home, "first");
    terminal.wait_for("read\n");
    terminal.send("\x1b[A");
    terminal.wait("the one before", |screen| screen.line() == "> echo old");
    terminal.send("\r");
    terminal.wait_for("> echo old\nold");
}

#[test]
fn a_setting_turns_it_off() {
    let mut home = home("echo begins; await first");
    home.set("AWESH_INSTANT", "0");
    let mut terminal = home.awesh();
    terminal.wait_for("begins");
    assert_eq!(terminal.text().trim_end(), "begins");
    go_on(&home, "first");
    terminal.wait_prompt();
}

#[test]
fn the_prompt_tells_of_the_backend_when_it_is_there_and_leaves_the_line_alone() {
    let home = home("await first");
    home.write(".bash_history", "echo old\n");
    let mut terminal = start(&home);
    terminal.send("\x1b[A\x1b[D\x1b[D");
    terminal.wait("the line", |screen| screen.screen().cursor_position().1 == 8);
    go_on(&home, "first");
    terminal.send("X\x7f");
    terminal.send("\x05\r");
    terminal.wait_for("> echo old\nold");
    terminal.send("a line\x1b[D");
    terminal.wait_for("🧠");
    terminal.wait("the cursor", |screen| {
        screen.rows().last().is_some_and(|row| row == "? a line" || row == "> a line")
            && screen.screen().cursor_position().1 == 7
    });
}

#[test]
fn the_status_shows_what_took_how_long() {
    let home = home("");
    let mut terminal = start(&home);
    terminal.run("true");
    terminal.run("awes");
    for figure in [
        "start → first prompt: ",
        "prompt data fetch (cache ",
        "Enter → command: ",
        "key → echo: ",
        " MB of memory (PSS), ",
    ] {
        assert!(terminal.text().contains(figure), "{}", terminal.text());
    }
}

#[test]
fn what_is_measured_is_said_to_who_wants_to_know() {
    let home = home("");
    let mut terminal = start(&home);
    terminal.run("awev 2");
    // So much is said that the last prompt goes off the screen.
    terminal.send("printf '%01200000d\\n' 1\r");
    terminal.wait_for("MB/s, for 1.2 MB");
    terminal.wait_prompt();
    terminal.send("true\r");
    terminal.wait_for("DEBUG: key → echo (the longest) took ");
}
