//! What must not grow, counted rather than timed.

use std::fs;
use std::process::Command;
use std::time::Duration;

use awesh::sys::process::processor_time;
use nix::unistd::Pid;

use crate::harness::{Home, Terminal};

/// The page faults of all processes that one has started and that have ended (`cminflt`): more as soon as there is
/// one more.
fn faults_of_children(pid: i32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    // It is the eleventh field of proc(5); what follows the name begins with the third.
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

#[test]
fn waiting_for_a_start_up_file_takes_no_processor_time() {
    let home = Home::new();
    home.write(".bashrc", "echo begun; sleep 1; echo over");
    let mut terminal = home.awesh();
    terminal.wait_for("begun");
    let process = Pid::from_raw(terminal.pid());
    let taken = || processor_time(process).unwrap();
    let before = taken();
    terminal.wait_for("over");
    let taken = taken() - before;
    assert!(taken < Duration::from_millis(100), "{taken:?} of processor time");
}

/// How often a process has read and written, whatever it was.
fn transfers(pid: i32) -> u64 {
    let io = fs::read_to_string(format!("/proc/{pid}/io")).unwrap();
    let count = |name: &str| -> u64 {
        io.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().parse().unwrap()
    };
    count("syscr:") + count("syscw:")
}

/// How many lines are entered for a mean: what came in two pieces once is read in one the next time.
const LINES: u64 = 40;

/// Reads and writes from Enter on an empty line to the next prompt, of awesh and of its bash: 19 and 12, and room for
/// what is cut in pieces on a busy machine.
const OF_AN_EMPTY_LINE: [u64; 2] = [24, 16];

/// The same for `true`, with its keys and what is asked of each word: 52 and 74.
const OF_A_COMMAND: [u64; 2] = [64, 90];

#[test]
fn a_prompt_reads_and_writes_no_more_than_it_needs() {
    let home = Home::new();
    home.write(".kube/config", "current-context: one\ncontexts:\n- name: one\n  context: {}\n");
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.run("echo $$ >pid");
    let bash = fs::read_to_string(home.path().join("work/pid")).unwrap().trim().parse().unwrap();
    let processes = [terminal.pid(), bash];
    terminal.wait_for("🧠");
    for (line, limits) in [("", OF_AN_EMPTY_LINE), ("true", OF_A_COMMAND)] {
        terminal.run(line);
        let before = processes.map(transfers);
        (0..LINES).for_each(|_| terminal.run(line));
        let now = processes.map(transfers);
        let each = [0, 1].map(|of| (now[of] - before[of]) / LINES);
        assert!(each[0] <= limits[0] && each[1] <= limits[1], "{line:?}: {each:?}");
        assert!(
            each[0] >= limits[0] / 2 && each[1] >= limits[1] / 2,
            "reads and writes are not counted: {each:?}"
        );
    }
}
