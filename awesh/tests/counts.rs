//! What must not grow, counted rather than timed.

use std::fs;
use std::process::Command;

use crate::harness::{Home, Terminal};

/// A field of a process's `stat`, by the number that proc(5) gives it.
fn stat(pid: i32, field: usize) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    // What follows the name begins with field 3.
    fields.split(' ').nth(field - 3).unwrap().parse().unwrap()
}

/// The page faults of all processes that one has started and that have ended (`cminflt`): more as soon as there is
/// one more.
fn faults_of_children(pid: i32) -> u64 {
    stat(pid, 11)
}

/// The processor time that a process has taken (`utime`, `stime`), in hundredths of a second.
fn ticks(pid: i32) -> u64 {
    stat(pid, 14) + stat(pid, 15)
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

#[test]
fn waiting_for_a_start_up_file_takes_no_processor_time() {
    let home = Home::new();
    home.write(".bashrc", "echo begun; sleep 1; echo over");
    let mut terminal = home.awesh();
    terminal.wait_for("begun");
    let before = ticks(terminal.pid());
    terminal.wait_for("over");
    let taken = ticks(terminal.pid()) - before;
    assert!(taken < 10, "{taken} hundredths of a second, of a hundred");
}
