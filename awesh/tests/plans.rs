//! `awesh run`: plans as people and scripts run them, with real processes.

mod deployment;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};

use crate::harness::{Home, Terminal};

const AWESH: &str = env!("CARGO_BIN_EXE_awesh");

/// Its exit status, stdout and stderr, where nobody is there to be asked.
fn run(home: &Home, words: &[&str]) -> (i32, String, String) {
    let ended = command(home, words).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (ended.status.code().unwrap(), text(ended.stdout), text(ended.stderr))
}

fn command(home: &Home, words: &[&str]) -> Command {
    let mut command = Command::new(AWESH);
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", home.path().join("bin").display());
    command.arg("run").args(words).env_clear().env("PATH", path).env("HOME", home.path());
    command.env("XDG_RUNTIME_DIR", home.path().join("run"));
    command.current_dir(home.path().join("work")).stdin(Stdio::null());
    command
}

fn start(home: &Home, words: &[&str]) -> Terminal {
    home.start(Path::new(AWESH), &[&["run"], words].concat())
}

/// A plan in which `b` and `slow` wait until something is written to `pipe`.
fn waiting(home: &Home) {
    mkfifo(&home.path().join("work/pipe"), Mode::from_bits_truncate(0o600)).unwrap();
    home.write(
        "work/plan.yaml",
        "steps:\n  \
           a: {run: 'echo a >>ran'}\n  \
           b: {run: 'echo b >>ran; touch begun; cat pipe', needs: a}\n  \
           c: {run: 'echo c >>ran', needs: b}\n",
    );
}

fn ran(home: &Home) -> String {
    fs::read_to_string(home.path().join("work/ran")).unwrap_or_default().replace('\n', " ")
}

/// Whether a process runs with this directory as its own.
fn is_anybody_in(directory: &Path) -> bool {
    let processes = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    processes.filter_map(|process| fs::read_link(process.join("cwd")).ok()).any(|own| own == directory)
}

/// Waits until no process has this directory as its own.
fn wait_for_nobody_in(directory: &Path) {
    let began = Instant::now();
    while is_anybody_in(directory) {
        assert!(began.elapsed() < Duration::from_secs(30), "something still runs in {}", directory.display());
        thread::yield_now();
    }
}

/// Lets the step that waits go on, once it does.
fn let_go_on(home: &Home) {
    fs::write(home.path().join("work/pipe"), "go\n").unwrap();
}

#[test]
fn what_only_looks_runs_unasked_and_tells_how_it_went() {
    let home = Home::new();
    home.write("work/plan.yaml", "steps:\n  a: {run: echo one}\n  b: {run: 'echo ${steps.a.stdout} two'}\n");
    let (status, stdout, stderr) = run(&home, &["plan.yaml", "--output"]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert!(stdout.contains("\na │ one\n") && stdout.contains("\nb │ one two\n"), "{stdout}");
    assert!(stdout.contains("\n2 steps: 2 done. Took "), "{stdout}");
    assert!(stdout.contains("\nCritical path: a "), "{stdout}");
    assert!(!stdout.contains('\u{1b}'));
    let left = fs::read_dir(home.path().join(".local/state/awesh/plans")).unwrap().count();
    assert_eq!(left, 0);
}

#[test]
fn a_failure_is_told_with_its_words_and_gone_on_from() {
    let home = Home::new();
    home.write(
        "work/plan.yaml",
        "steps:\n  a: {run: 'echo a >>ran'}\n  b: {run: 'echo b >>ran; ls gone', needs: a}\n  c: {run: 'echo c >>ran', needs: b}\n",
    );
    let (status, stdout, stderr) = run(&home, &["plan.yaml", "--yes"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("b │ ls: cannot access 'gone': No such file or directory\n"), "{stdout}");
    assert!(stdout.contains("\n3 steps: 1 done, 1 failed, 1 not run."), "{stdout}");
    assert!(stderr.ends_with("awesh run --resume plan.yaml goes on with what is not done\n"), "{stderr}");
    let (status, _, stderr) = run(&home, &["plan.yaml", "--yes"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("did not end well; 1 of its steps are done\n"), "{stderr}");
    home.write("work/gone", "");
    let (status, stdout, _) = run(&home, &["--resume", "--yes", "--json"]);
    let lines: Vec<serde_json::Value> =
        stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((status, ran(&home).as_str()), (0, "a b b c "));
    assert_eq!(lines[0]["event"], "begun");
    assert_eq!(lines.last().unwrap()["counts"]["done"], 3);
    assert_eq!(run(&home, &["--resume"]).0, 2);
}

#[test]
fn another_plan_is_not_gone_on_with() {
    let home = Home::new();
    home.write("work/plan.yaml", "steps: {a: {run: 'mkdir x'}, b: {run: 'false', needs: a}}\n");
    assert_eq!(run(&home, &["plan.yaml", "--yes"]).0, 1);
    home.write("work/plan.yaml", "steps: {a: {run: 'mkdir y'}, b: {run: 'true', needs: a}}\n");
    let (status, _, stderr) = run(&home, &["plan.yaml", "--resume", "--yes"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("the plan is not what it was") && stderr.contains("--from-start"), "{stderr}");
    assert_eq!(run(&home, &["plan.yaml", "--from-start", "--yes"]).0, 0);
    assert!(home.path().join("work/y").is_dir());
}

#[test]
fn nothing_that_changes_something_runs_without_being_agreed_to() {
    let home = Home::new();
    home.write(
        "work/plan.yaml",
        "environments: {staging: {}, production: {protected: true}}\nsteps:\n  \
           look: {run: ls}\n  make: {run: 'mkdir ${plan.environment}'}\n",
    );
    let (status, stdout, stderr) = run(&home, &["plan.yaml", "-e", "staging"]);
    assert_eq!((status, stdout.as_str()), (4, ""));
    assert_eq!(
        stderr,
        "awesh: plan.yaml may change something on this machine, in staging\nawesh:   writes    make\n\
         awesh: nobody is there to agree to it\nawesh: hint: if it is meant: --yes\n"
    );
    let (status, _, stderr) = run(&home, &["plan.yaml", "-e", "prod*", "--yes"]);
    assert_eq!(status, 4);
    assert!(stderr.contains("production is protected, and nobody is there"), "{stderr}");
    assert_eq!(run(&home, &["plan.yaml"]).0, 2);
    assert_eq!(fs::read_dir(home.path().join("work")).unwrap().count(), 1);
    assert_eq!(run(&home, &["plan.yaml", "-e", "*", "--yes", "--protected", "production"]).0, 0);
    assert!(home.path().join("work/production").is_dir() && home.path().join("work/staging").is_dir());
    let log = fs::read_to_string(home.path().join(".local/state/awesh/audit.jsonl")).unwrap();
    let ran = log
        .lines()
        .filter(|line| line.contains("\"event\":\"ran\"") && line.contains("\"class\":\"writes\""));
    assert_eq!(ran.count(), 2, "{log}");
    assert!(log.contains("\"decision\":\"declined\""), "{log}");
}

#[test]
fn on_a_terminal_it_is_asked_and_what_is_protected_is_typed() {
    let home = Home::new();
    home.write(
        "work/plan.yaml",
        "environments: {live: {protected: true}}\nsteps: {make: {run: 'mkdir made'}}\n",
    );
    let mut terminal = start(&home, &["plan.yaml"]);
    terminal.wait_for("live is protected; type its name to go on:");
    terminal.send("y\r");
    assert_eq!(terminal.wait_end().code(), Some(4));
    let mut terminal = start(&home, &["plan.yaml"]);
    terminal.wait_for("type its name to go on:");
    terminal.send("live\r");
    assert_eq!(terminal.wait_end().code(), Some(0));
    terminal.wait_for("1 step: 1 done. Took ");
    home.write("work/plan.yaml", "steps: {make: {run: 'mkdir again'}}\n");
    for (answer, status) in [("\r", 4), ("n\r", 4), ("y\r", 0)] {
        let mut terminal = start(&home, &["plan.yaml"]);
        terminal.wait_for("Run it? [y]es [N]o");
        terminal.send(answer);
        assert_eq!(terminal.wait_end().code(), Some(status), "{answer:?}");
    }
}

#[test]
fn a_table_shows_how_far_it_is_and_ctrl_c_leaves_nothing_running() {
    let home = Home::new();
    waiting(&home);
    let mut terminal = start(&home, &["plan.yaml", "--yes"]);
    terminal.wait_for("1 of 3 steps, 1 running");
    let has = |screen: &Terminal, words: [&str; 2]| {
        screen.rows().iter().any(|row| row.split_whitespace().take(2).eq(words))
    };
    terminal.wait("the table", |screen| {
        has(screen, ["a", "done"]) && has(screen, ["b", "running"]) && has(screen, ["c", "waiting"])
    });
    terminal.wait_file(&home.path().join("work/begun"));
    terminal.send("\x03");
    assert_eq!(terminal.wait_end().code(), Some(130));
    terminal.wait_for("awesh run --resume plan.yaml goes on with what is not done");
    assert!(has(&terminal, ["b", "interrupted"]), "{}", terminal.text());
    assert_eq!(
        terminal.rows().iter().filter(|row| row.starts_with("STEP")).count(),
        1,
        "{}",
        terminal.text()
    );
    wait_for_nobody_in(&home.path().join("work"));
    assert_eq!(ran(&home), "a b ");
}

#[test]
fn what_was_under_way_when_it_was_killed_is_asked_about() {
    let home = Home::new();
    waiting(&home);
    let mut terminal = start(&home, &["plan.yaml", "--yes"]);
    terminal.wait_file(&home.path().join("work/begun"));
    kill(Pid::from_raw(terminal.pid()), Signal::SIGKILL).unwrap();
    terminal.wait_end();
    wait_for_nobody_in(&home.path().join("work"));

    let (status, _, stderr) = run(&home, &["plan.yaml", "--resume", "--yes"]);
    assert_eq!((status, ran(&home).as_str()), (4, "a b "));
    assert!(stderr.starts_with("awesh: b was under way when the last run ended"), "{stderr}");
    assert!(stderr.contains("--unknown=rerun or --unknown=done"), "{stderr}");

    fs::remove_file(home.path().join("work/begun")).unwrap();
    let mut terminal = start(&home, &["plan.yaml", "--resume", "--yes"]);
    terminal.wait_for("[r]un it again, take it as [d]one, [N]either?");
    terminal.send("r\r");
    terminal.wait_file(&home.path().join("work/begun"));
    let_go_on(&home);
    assert_eq!(terminal.wait_end().code(), Some(0));
    assert_eq!(ran(&home), "a b b c ");
    terminal.wait_for("in the run before");
}

#[test]
fn a_second_run_of_a_plan_waits_for_nobody() {
    let home = Home::new();
    waiting(&home);
    let mut terminal = start(&home, &["plan.yaml", "--yes"]);
    terminal.wait_file(&home.path().join("work/begun"));
    let (status, _, stderr) = run(&home, &["plan.yaml", "--yes"]);
    assert_eq!(status, 2);
    assert!(stderr.starts_with("awesh: another run of this plan is under way\n"), "{stderr}");
    let_go_on(&home);
    assert_eq!(terminal.wait_end().code(), Some(0));
}

#[test]
fn a_value_of_a_step_cannot_become_code() {
    let home = Home::new();
    home.write("work/evil", "'; touch pwned; \"$(touch pwned)`touch pwned`\n$(touch pwned)");
    home.write(
        "work/plan.yaml",
        "steps:\n  evil: {run: cat evil}\n  \
           use: {run: 'printf \"%s|%s\" ${steps.evil.stdout} \"${steps.evil.stdout}\" >used'}\n",
    );
    assert_eq!(run(&home, &["plan.yaml", "--yes"]).0, 0);
    let work = home.path().join("work");
    let evil = fs::read_to_string(work.join("evil")).unwrap();
    assert_eq!(fs::read_to_string(work.join("used")).unwrap(), format!("{evil}|{evil}"));
    assert!(!work.join("pwned").exists());
}

#[test]
fn a_plan_that_makes_no_sense_is_told_where() {
    let home = Home::new();
    for (plan, why) in [
        (
            "steps:\n  a: {run: ls, needs: b}\n  b: {run: ls, needs: a}\n",
            "plan.yaml:2: step a: the steps wait for each other: a → b → a",
        ),
        ("steps:\n  a:\n    rnu: ls\n", "plan.yaml:3:5: steps.a: unknown field `rnu`"),
    ] {
        home.write("work/plan.yaml", plan);
        let (status, stdout, stderr) = run(&home, &["plan.yaml"]);
        assert_eq!((status, stdout.as_str()), (2, ""));
        assert!(stderr.starts_with(&format!("awesh: {why}")), "{stderr}");
    }
    let (status, _, stderr) = run(&home, &["gone.yaml"]);
    assert_eq!(
        (status, stderr.as_str()),
        (2, "awesh: gone.yaml cannot be read: No such file or directory (os error 2)\n")
    );
}

/// Puts a program that is a script where commands are looked for.
fn stand_in(directory: &Path, name: &str, script: &str) {
    fs::create_dir_all(directory).unwrap();
    let path = directory.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}
