//! `awesh use`: a context for one shell, seen at once by what runs next, at the prompt, and by nobody else.

use std::fs;
use std::process::Command;

use crate::harness::{Home, Terminal};

const SHARED: &str = "\
apiVersion: v1
kind: Config
current-context: dev
contexts:
- {name: dev, context: {cluster: c1, user: u1}}
- {name: prod-eu, context: {cluster: c2, user: u2}}
- {name: 'arn:aws:eks:us-east-1:42:cluster/blue', context: {cluster: c3, user: u3}}
clusters:
- {name: c1, cluster: {server: 'https://127.0.0.1:1'}}
- {name: c2, cluster: {server: 'https://127.0.0.1:2'}}
users:
- {name: u1, user: {token: t1}}
- {name: u2, user: {token: t2}}
";

fn home() -> Home {
    let home = Home::new();
    home.write(".kube/config", SHARED);
    home
}

fn start(home: &Home) -> Terminal {
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal
}

/// The last state line.
fn state(terminal: &Terminal) -> String {
    let rows = terminal.rows();
    rows.iter().rev().find(|row| row.contains('@')).cloned().unwrap_or_default()
}

#[test]
fn a_shell_uses_a_context_and_the_others_keep_theirs() {
    let home = home();
    let (mut one, mut other) = (start(&home), start(&home));
    one.run("awesh use prod-eu -n payments");
    assert!(state(&one).contains("☸️prod-eu:☸️payments"), "{}", one.text());
    other.run("awesh use");
    other.wait_for("\ncontext dev, namespace default (shared by all shells)");
    assert!(state(&other).ends_with("☸️dev"), "{}", other.text());
    one.run("awesh use --reset; awesh use");
    one.wait_for("\ncontext dev, namespace default (shared by all shells)");
    assert!(state(&one).ends_with("☸️dev"), "{}", one.text());
    one.run("echo \"[${KUBECONFIG-unset}]\"");
    one.wait_for("\n[unset]");
    assert_eq!(fs::read_to_string(home.path().join(".kube/config")).unwrap(), SHARED);
}

#[test]
fn a_protected_context_stands_out_once_it_is_used() {
    let home = home();
    let mut terminal = start(&home);
    let alarm = "\x1b[1;97;41m";
    assert!(!terminal.printed().contains(alarm));
    terminal.run("awesh use prod-eu");
    assert!(terminal.printed().contains(alarm), "{:?}", terminal.printed());
}

#[test]
fn it_holds_from_the_same_line_on_and_within_functions_but_not_beyond_a_subshell() {
    let home = home();
    let mut terminal = start(&home);
    terminal.run("awesh use prod-eu && awesh use | sed s/^/now:/");
    terminal.wait_for("\nnow:context prod-eu, namespace default (this shell's own)");
    terminal.run("f() { awesh use dev -n shop; }; f; awesh use");
    terminal.wait_for("\ncontext dev, namespace shop (this shell's own)");
    terminal.run("(awesh use prod-eu; awesh use); awesh use | sed s/^/outside:/");
    terminal.wait_for("\ncontext prod-eu, namespace default (this shell's own)");
    terminal.wait_for("\noutside:context dev, namespace shop (this shell's own)");
    terminal.run("awesh use prod-eu; awesh use -");
    terminal.wait_for("\nawesh: context dev, namespace shop");
    terminal.run("set -eu; awesh use prod || echo status $?; set +eu");
    terminal.wait_for("awesh: there is no context \"prod\"");
    terminal.wait_for("Did you mean prod-eu?");
    terminal.wait_for("\nstatus 2");
    terminal.run("awesh use --help | head -1; awesh --version | grep -c awesh; awesh -c 'echo of bash'");
    terminal.wait_for("Give this shell a context of its own");
    terminal.wait_for("\n1\nof bash");
}

#[test]
fn its_files_go_with_the_shell() {
    let home = home();
    let mut terminal = start(&home);
    terminal.run("awesh use prod-eu; awesh use -; ls ${KUBECONFIG%%:*}; stat -c %a ${KUBECONFIG%%:*}");
    terminal.wait_for("\n600");
    terminal.send("exit\r");
    terminal.wait_end();
    let left: Vec<_> = fs::read_dir(home.path().join("run")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

/// As kubectl does, programs add what is new to the first file.
#[test]
fn what_was_added_outlives_the_shell() {
    let home = home();
    let mut terminal = start(&home);
    terminal.run("awesh use dev && echo 'clusters: [{name: kind}]' >${KUBECONFIG%%:*}");
    terminal.send("exit\r");
    terminal.wait_end();
    let kept =
        fs::read_dir(home.path().join(".local/state/awesh")).unwrap().map(|entry| entry.unwrap().path());
    let kept: Vec<_> = kept.filter(|path| path.to_string_lossy().contains("kubeconfig-")).collect();
    assert_eq!(fs::read_to_string(&kept[0]).unwrap(), "clusters: [{name: kind}]\n");
    let said = terminal.text().replace('\n', "");
    assert!(said.contains(&format!("is kept in {}", kept[0].display())), "{said}");
}

#[test]
fn another_shell_is_told_how() {
    let home = home();
    let mut terminal = home.bash(false);
    terminal.wait_prompt();
    let awesh = env!("CARGO_BIN_EXE_awesh");
    terminal.run(&format!("awesh={awesh}; $awesh use prod-eu; echo status $?"));
    terminal.wait_for("eval \"$(awesh use CONTEXT --shell)\"");
    terminal.wait_for("\nstatus 2");
    terminal.run("eval \"$($awesh use prod-eu --shell)\"; $awesh use");
    terminal.wait_for("\ncontext prod-eu, namespace default (this shell's own)");
    terminal.run("eval \"$($awesh use --reset --shell)\"; $awesh use");
    terminal.wait_for("\ncontext dev, namespace default (shared by all shells)");
}

#[test]
fn contexts_are_completed() {
    let home = home();
    let mut terminal = start(&home);
    for (typed, completed) in [
        ("awesh us", "awesh use "),
        ("awesh use pr", "awesh use prod-eu "),
        ("awesh use arn:aws:e", "awesh use arn:aws:eks:us-east-1:42:cluster/blue "),
    ] {
        assert!(terminal.becomes_ready(format!("{typed}\t"), Some(completed)), "{}", terminal.text());
        terminal.send("\x15");
        terminal.wait_prompt();
    }
}

/// kubectl's own changes stay in the shell too.
#[test]
fn kubectl_follows() {
    if Command::new("kubectl").arg("version").arg("--client").output().is_err() {
        #[allow(clippy::print_stderr, reason = "a test that is left out says so")]
        {
            eprintln!("kubectl is not installed: this test is left out");
        }
        return;
    }
    let home = home();
    let mut terminal = start(&home);
    terminal.run("awesh use prod-eu -n shop && kubectl config view --minify -o jsonpath='[{..namespace}]'");
    terminal.wait_for("[shop]");
    terminal.run("kubectl config set-context --current --namespace=payments");
    assert!(state(&terminal).contains("☸️prod-eu:☸️payments"), "{}", terminal.text());
    terminal.run("kubectl config use-context dev");
    assert!(state(&terminal).ends_with("☸️dev"), "{}", terminal.text());
    terminal.run("kubectl config set-context --current --namespace=team-a");
    assert!(state(&terminal).ends_with("☸️dev:☸️team-a"), "{}", terminal.text());
    assert_eq!(fs::read_to_string(home.path().join(".kube/config")).unwrap(), SHARED);
}
