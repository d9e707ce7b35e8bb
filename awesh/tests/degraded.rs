//! Whatever is broken around it, the user has a shell.

use crate::harness::{Home, Terminal};

fn works(terminal: &mut Terminal) {
    terminal.wait_prompt();
    terminal.run("echo $((40+2)) works");
    terminal.wait_for("\n42 works");
}

#[test]
fn an_unusable_runtime_directory_is_passed_over() {
    let mut home = Home::new();
    home.set("XDG_RUNTIME_DIR", "/dev/null/run");
    works(&mut home.awesh());
}

#[test]
fn without_a_hook_it_is_plain_bash() {
    let home = Home::new();
    home.write(".bashrc", "PS1='> '; rm -f $XDG_RUNTIME_DIR/awesh-*/up $XDG_RUNTIME_DIR/awesh-*/down");
    let mut terminal = home.awesh();
    terminal.wait("bash's own prompt", |screen| screen.text().contains('>'));
    terminal.send("echo $((40+2)) works\n");
    terminal.wait_for("\n42 works");
    terminal.send("exit 5\n");
    assert_eq!(terminal.wait_end().code(), Some(5));
}

#[test]
fn exec_of_another_program_leaves_it_the_terminal() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.send("PS1='inner> ' exec sh -i\r");
    terminal.wait("sh", |screen| screen.line().starts_with("inner>"));
    terminal.send("echo $((40+2)) works\r");
    terminal.wait_for("\n42 works");
    terminal.send("exit 6\r");
    assert_eq!(terminal.wait_end().code(), Some(6));
}

#[test]
fn a_lost_prompt_command_comes_back() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.run("PROMPT_COMMAND=('echo theirs')");
    terminal.wait_for("\ntheirs\n");
    assert!(terminal.shows_state(), "{}", terminal.text());
    // Where no line of the user's tells of it, it comes back with the next.
    terminal.run("echo 'unset PROMPT_COMMAND' >file; true");
    terminal.run(". ./file");
    assert!(!terminal.shows_state(), "{}", terminal.text());
    terminal.send("echo raw\r");
    terminal.wait_for("\nraw");
    works(&mut terminal);
}

#[test]
fn a_dumb_terminal_gets_lines_and_answers() {
    let mut home = Home::new();
    home.set("TERM", "dumb");
    let mut terminal = home.awesh();
    works(&mut terminal);
    terminal.run("what is in this directory?");
    terminal.run("echo on");
    terminal.wait_for("\non");
    assert!(!terminal.printed().contains('\u{1b}'), "{:?}", terminal.printed());
}

#[test]
fn a_history_that_cannot_be_written_is_said_once() {
    let home = Home::new();
    home.write(".local/state/awesh/history/occupied", "");
    let mut terminal = home.awesh();
    works(&mut terminal);
    terminal.run("echo again");
    assert_eq!(terminal.text().matches("history file cannot be written").count(), 1, "{}", terminal.text());
}

#[test]
fn broken_settings_are_said_and_cost_nothing() {
    let mut home = Home::new();
    home.write(".config/awesh/config.toml", "verbose = \"loud\"\n[ai\nnosuch = 1\n");
    home.write(".aweshrc", "\u{0}=\nMODEL='unclosed\n");
    home.set("AI_PROVIDER", "nosuchprovider");
    let mut terminal = home.awesh();
    works(&mut terminal);
    assert!(terminal.text().contains("config.toml:"), "{}", terminal.text());
    terminal.run("how are you today my friend");
    terminal.wait_for("nosuchprovider");
    works(&mut terminal);
}

#[test]
fn an_unreachable_server_is_told() {
    let mut home = Home::new();
    home.set("AI_PROVIDER", "ollama");
    home.set("OLLAMA_HOST", "http://127.0.0.1:9");
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.run("how are you today my friend");
    terminal.wait_for("127.0.0.1:9 cannot be reached");
    works(&mut terminal);
}

#[test]
fn broken_repositories_and_kubeconfigs_are_shown_as_unknown() {
    let home = Home::new();
    home.write(".kube/config", "{{{ not: yaml [");
    home.write("work/.git/HEAD", "garbage");
    let mut terminal = home.awesh();
    works(&mut terminal);
    home.write(".kube/config", "current-context: dev\ncontexts:\n- name: dev\n  context: {namespace: web}\n");
    terminal.run("true");
    terminal.wait_for("☸️dev:☸️web");
}

#[test]
fn bytes_that_are_no_text_lose_no_line() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.send(b"echo a\xff\xfeb \xc3\r");
    terminal.wait_prompt();
    terminal.send(b"\x1b[200~echo c\x01\x02\xffd\x1b[201~\r");
    terminal.wait("a prompt", |screen| screen.text().matches("echo").count() == 2 && screen.at_prompt());
    works(&mut terminal);
}

#[test]
fn the_kubernetes_context_is_followed_from_any_terminal() {
    let home = Home::new();
    let config =
        |name: &str| format!("current-context: {name}\ncontexts:\n- name: {name}\n  context: {{}}\n");
    home.write(".kube/config", &config("one"));
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.wait_for("☸️one");
    home.write(".kube/config", &config("two"));
    terminal.run("true");
    terminal.wait_for("☸️two");
    home.write("other", &config("three"));
    terminal.run("export KUBECONFIG=~/other");
    terminal.wait_for("☸️three");
}

/// As on a mount whose server is gone: who reads the repository waits for ever.
#[test]
fn a_repository_that_hangs_keeps_nobody_waiting() {
    let home = Home::new();
    home.write(".bashrc", "PS1='> '; cd ~/repository\n");
    for (name, text) in
        [("objects/info/packs", ""), ("refs/heads/main", ""), ("HEAD", "ref: refs/heads/main\n")]
    {
        home.write(&format!("repository/.git/{name}"), text);
    }
    nix::unistd::mkfifo(&home.path().join("repository/.git/config"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let mut terminal = home.awesh();
    works(&mut terminal);
    terminal.wait_for("🌿?");
    works(&mut terminal);
    terminal.send("exit 5\r");
    assert_eq!(terminal.wait_end().code(), Some(5));
}
