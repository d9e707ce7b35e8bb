//! The user's own keys and variables, and what is shown of a line beyond its text.

use crate::harness::{Home, Terminal};

fn start(home: &Home) -> Terminal {
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    // A session whose bindings are known has answered a line before.
    terminal.run("true");
    terminal
}

fn becomes(terminal: &mut Terminal, keys: &str, line: &str) {
    terminal.send(keys);
    terminal.wait(line, |screen| screen.line() == format!("> {line}"));
}

#[test]
fn an_inputrc_and_bind_have_their_effect() {
    let mut home = Home::new();
    home.write(
        "inputrc",
        "set completion-ignore-case on\nset show-all-if-ambiguous on\n\"\\e[A\": history-search-backward\n\"\\C-xs\": \"\\C-asudo \\C-e\"\n",
    );
    home.set("INPUTRC", &home.path().join("inputrc").display().to_string());
    home.write("work/Some File", "");
    home.write("work/Sorted", "");
    let mut terminal = start(&home);
    terminal.run("echo alpha; true");
    terminal.run("ls -d /");
    becomes(&mut terminal, "ec\x1b[A", "echo alpha; true");
    becomes(&mut terminal, "\x05\x15ls x\x18s", "sudo ls x");
    becomes(&mut terminal, "\x15cat some\t", "cat Some\\ File ");
    becomes(&mut terminal, "\x15cat so\t", "cat So");
    terminal.wait_for("Some File  Sorted");
    terminal.send("\x15");
    terminal.wait_prompt();
    terminal.run("bind '\"\\C-o\": \"echo by a key\"'");
    // bash is asked while the next line is edited.
    terminal.run("true");
    becomes(&mut terminal, "\x0f", "echo by a key");
}

#[test]
fn an_inputrc_can_choose_vi_mode() {
    let mut home = Home::new();
    home.write("inputrc", "set editing-mode vi\n");
    home.set("INPUTRC", &home.path().join("inputrc").display().to_string());
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.run("bind -v | grep editing-mode");
    terminal.send("cho vi\x1bIe\r");
    terminal.wait_for("\nvi");
}

#[test]
fn a_bound_command_edits_the_line_and_leaves_no_trace() {
    let home = Home::new();
    home.write(
        ".bashrc",
        "PS1='> '\npick() { local a; read -r -p 'which? ' a; READLINE_LINE=\"$READLINE_LINE [$a:$READLINE_POINT]\"; READLINE_POINT=1; cd /; false; }\n\
         bind -x '\"\\C-t\": pick'\n",
    );
    let mut terminal = start(&home);
    terminal.run("(exit 7)");
    terminal.send("echo $? $_\x02\x02\x14");
    terminal.wait_for("which? ");
    terminal.send("é\r");
    terminal.wait("the changed line", |screen| screen.line().contains("echo $? $_ [é:8]"));
    terminal.send("\x05 $PWD $(history | grep -c [p]ick)\r");
    terminal.wait_for("\n7 true [é:8] / 0\n");
}

#[test]
fn a_line_can_be_edited_elsewhere_and_is_then_run() {
    let home = Home::new();
    home.write("work/edit", "#!/bin/sh\nsed -i 's/one/two/' \"$1\"\n");
    let mut terminal = start(&home);
    terminal.run("chmod +x edit; export VISUAL=$PWD/edit");
    terminal.send("echo one $((40+2))\x18\x05");
    terminal.wait_for("\ntwo 42");
    terminal.wait_prompt();
    becomes(&mut terminal, "\x10", "echo two $((40+2))");
    terminal.send("\x15");
    terminal.wait_prompt();
    terminal.run("export VISUAL=false");
    terminal.send("echo never\x18\x05");
    terminal.wait("the next prompt", |screen| screen.at_prompt());
    terminal.run("echo on");
    assert!(!terminal.text().contains("\nnever"), "{}", terminal.text());
}

#[test]
fn what_is_suggested_is_taken_by_right_and_never_by_enter() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("echo alpha beta");
    terminal.run("ech() { :; }");
    terminal.send("ech");
    terminal.wait("the suggestion", |screen| screen.line() == "> ech() { :; }");
    terminal.send("o a");
    terminal.wait("another", |screen| screen.line() == "> echo alpha beta");
    becomes(&mut terminal, "\x1bf", "echo alpha beta");
    terminal.send("X\x7f\r");
    terminal.wait_for("\nalpha\n");
    terminal.wait_prompt();
    terminal.send("echo alpha \x1b[C!\r");
    terminal.wait_for("\nalpha beta!");
}

#[test]
fn a_suggestion_is_gone_when_the_line_is() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("echo suggested");
    terminal.send("ech");
    terminal.wait("the suggestion", |screen| screen.line() == "> echo suggested");
    terminal.send("\x03");
    terminal.wait_prompt();
    assert!(terminal.text().contains("> ech^C\n"), "{}", terminal.text());
}

#[test]
fn colours_and_suggestions_can_be_turned_off() {
    let mut home = Home::new();
    home.set("AWESH_COLOURS", "false");
    home.set("AWESH_SUGGESTIONS", "false");
    let mut terminal = start(&home);
    terminal.run("echo 'something'");
    let before = terminal.printed().len();
    becomes(&mut terminal, "echo 'some'", "echo 'some'");
    let printed = terminal.printed()[before..].to_owned();
    for colour in ["\x1b[33m'", "\x1b[32mecho", "\x1b[90m"] {
        assert!(!printed.contains(colour), "{printed:?}");
    }
    home.set("AWESH_COLOURS", "true");
    let mut coloured = start(&home);
    coloured.send("echo 'some'");
    coloured.wait("a string's colour", |screen| screen.printed().contains("\x1b[33m'some'"));
    coloured.wait("a command's colour", |screen| screen.printed().contains("\x1b[32mecho"));
}

#[test]
fn a_long_list_of_completions_asks_first_and_comes_by_the_page() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.resize(10, 60);
    terminal.run("complete -W \"$(seq -f 'word%03g' 1 120)\" tool");
    terminal.send("tool word\t\t");
    terminal.wait("the question", |screen| screen.line().contains("Display all 120 possibilities? (y or n)"));
    terminal.send("y");
    terminal.wait("the first page", |screen| screen.line().contains("--More--"));
    terminal.send("q");
    terminal.wait("the line", |screen| screen.line() == "> tool word");
    terminal.send("\x15echo on\r");
    terminal.wait_for("\non");
}

#[test]
fn a_cleared_history_is_cleared_for_the_editor_too() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.run("echo one");
    terminal.run("history -c");
    terminal.send("\x1b[Ax");
    terminal.wait("the key alone", |screen| screen.line() == "> x");
    terminal.send("\x15");
    terminal.wait_prompt();
    terminal.run("echo two");
    becomes(&mut terminal, "\x1b[A\x1b[A", "echo two");
}

#[test]
fn an_inputrc_says_how_lists_show_what_files_are() {
    let mut home = Home::new();
    home.write(
        "inputrc",
        "set visible-stats on\nset colored-stats on\nset completion-ignore-case on\n\
         set completion-map-case on\nset expand-tilde on\nset show-all-if-ambiguous on\n\
         set enable-bracketed-paste off\n",
    );
    home.set("INPUTRC", &home.path().join("inputrc").display().to_string());
    home.write("work/tool", "");
    let tool = home.path().join("work/tool");
    std::fs::set_permissions(tool, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    home.write("work/to-do", "");
    home.write("work/to_go/x", "");
    std::os::unix::fs::symlink("to_go", home.path().join("work/toward")).unwrap();
    home.write(".bashrc", "PS1='> '; LS_COLORS='di=35'");
    let mut terminal = start(&home);
    terminal.run("true");
    becomes(&mut terminal, "ls t\t", "ls to");
    terminal.wait_for("to-do    to_go/   tool*    toward@");
    assert!(terminal.printed().contains("\x1b[35mto_go\x1b[m/"), "{}", terminal.printed());
    becomes(&mut terminal, "\x15ls to-d\t", "ls to-do ");
    becomes(&mut terminal, "\x15ls to-g\t", "ls to_go/");
    let path = home.path().join("work/tool").display().to_string();
    becomes(&mut terminal, "\x15ls ~/work/too\t", &format!("ls {path} "));
    let printed = terminal.printed();
    let last = |sequence: &str| printed.rfind(sequence).unwrap();
    assert!(last("\x1b[?2004h") < last("\x1b[?2004l"), "{printed:?}");
}
