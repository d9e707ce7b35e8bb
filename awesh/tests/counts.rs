//! What must not grow, counted rather than timed.

use std::fs;
use std::process::Command;

use crate::harness::{Home, Terminal};

/// The page faults of all processes that one has started and that have ended: more as soon as there is one more.
fn faults_of_children(pid: i32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    // proc(5): `cminflt` is field 11, and what follows the name begins with field 3.
    fields.split(' ').nth(8).unwrap().parse().unwrap()
}

/// Of awesh and of its bash.
fn faults(terminal: &Terminal, bash: i32) -> [u64; 2] {
    [terminal.pid(), bash].map(faults_of_children)
}

#[test]
fn a_prompt_starts_no_process() {
    let home = Home::new();
    home.write(".kube/config", "current-context: one\ncontexts:\n- name: one\n  context: {}\n");
    let work = home.path().join("work");
    assert!(Command::new("git").args(["init", "-q"]).arg(&work).status().unwrap().success());
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.run("echo $$ >pid");
    let bash = fs::read_to_string(work.join("pid")).unwrap().trim().parse().unwrap();
    terminal.wait_for("☸️one");
    terminal.wait_for("🌿");
    let before = faults(&terminal, bash);
    for line in ["", "true", "cd ..", "cd work", "x=1", "git_branch=main; : >file", "", "true"] {
        terminal.run(line);
    }
    assert_eq!(faults(&terminal, bash), before);
    terminal.run("/bin/true");
    assert!(faults(&terminal, bash)[1] > before[1], "processes are not counted");
}
