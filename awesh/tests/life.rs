//! The life of a session: what signals, a closed terminal and a poor machine make of it, and what it leaves behind.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::harness::{Home, Terminal};

const AWESH: &str = env!("CARGO_BIN_EXE_awesh");

fn start(home: &Home) -> Terminal {
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal
}

fn signal(terminal: &Terminal, signal: Signal) {
    kill(Pid::from_raw(terminal.pid()), signal).unwrap();
}

/// Runs a line and takes the last word that it printed.
fn told(terminal: &mut Terminal, line: &str) -> String {
    terminal.run(line);
    let rows = terminal.bash_rows();
    rows[rows.len() - 2].split_whitespace().next_back().unwrap_or_default().to_owned()
}

/// Whether there is such a process, ended ones that nobody has waited for not among them.
fn is_alive(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

fn wait_until(what: &str, is: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is() {
        assert!(Instant::now() < deadline, "waited for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The runtime directories of sessions.
fn directories(home: &Home) -> usize {
    fs::read_dir(home.path().join("run")).unwrap().count()
}

#[test]
fn signals_that_an_interactive_bash_outlives_end_nothing() {
    let home = Home::new();
    let mut terminal = start(&home);
    let harmless = [
        Signal::SIGTERM,
        Signal::SIGQUIT,
        Signal::SIGTSTP,
        Signal::SIGCONT,
        Signal::SIGCHLD,
        Signal::SIGWINCH,
    ];
    for harmless in harmless {
        signal(&terminal, harmless);
    }
    terminal.run("echo $((40+2)) at the prompt");
    terminal.wait_for("\n42 at the prompt");
    terminal.send("read -p $((40+2))'? ' line; echo \"<$line>\"\r");
    terminal.wait_for("\n42?");
    for harmless in harmless {
        signal(&terminal, harmless);
    }
    terminal.send("while it runs\r");
    terminal.wait_for("\n<while it runs>");
}

#[test]
fn a_hang_up_signal_ends_the_session_and_its_jobs_at_any_time() {
    for line in ["", "sleep 1000\r", "read line\r", "vi\r"] {
        let home = Home::new();
        let mut terminal = start(&home);
        let job = told(&mut terminal, "sleep 1000 & echo $!");
        terminal.send(line);
        signal(&terminal, Signal::SIGHUP);
        terminal.wait_end();
        wait_until("the end of the job", || !is_alive(&job));
        assert_eq!(directories(&home), 0, "{line}");
    }
}

#[test]
fn jobs_outlive_a_closed_terminal_where_they_do_in_bash() {
    let lines = [
        "sleep 1000 & echo $!",
        "sleep 1000 & disown; echo $!",
        "sleep 1000 & disown -h; echo $!",
        "nohup sleep 1000 >/dev/null 2>&1 & echo $!",
        "setsid sh -c 'echo $$ >own; exec sleep 1000' & disown; until [[ -s own ]]; do :; done; cat own",
    ];
    let home = Home::new();
    let outlived = |mut terminal: Terminal| {
        terminal.wait_prompt();
        let jobs = lines.map(|line| told(&mut terminal, line));
        fs::remove_file(home.path().join("work/own")).unwrap();
        terminal.hang_up();
        terminal.wait_end();
        wait_until("the end of the first", || !is_alive(&jobs[0]));
        jobs.map(|job| {
            let alive = is_alive(&job);
            let _ = kill(Pid::from_raw(job.parse().unwrap()), Signal::SIGKILL);
            alive
        })
    };
    let bash = outlived(home.bash(false));
    assert_eq!(outlived(home.awesh()), bash);
    assert!(bash.contains(&true) && bash.contains(&false), "{bash:?}");
}

#[test]
fn jobs_of_a_login_shell_that_exits_end_where_huponexit_says_so() {
    for (login, options, outlives) in
        [(true, "shopt -s huponexit", false), (true, ":", true), (false, "shopt -s huponexit", true)]
    {
        let home = Home::new();
        home.write(".bash_profile", "PS1='> '\n");
        let mut terminal = home.awesh_as(login);
        terminal.wait_prompt();
        terminal.run(options);
        let job = told(&mut terminal, "sleep 1000 & echo $!");
        terminal.send("exit\r");
        terminal.wait_end();
        if outlives {
            assert!(is_alive(&job), "{login} {options}");
            kill(Pid::from_raw(job.parse().unwrap()), Signal::SIGKILL).unwrap();
        } else {
            wait_until("the end of the job", || !is_alive(&job));
        }
    }
}

#[test]
fn a_killed_awesh_takes_bash_with_it_and_its_directory_goes_with_the_next_start() {
    let home = Home::new();
    let mut terminal = start(&home);
    let bash = told(&mut terminal, "echo $$");
    signal(&terminal, Signal::SIGKILL);
    terminal.wait_end();
    wait_until("the end of bash", || !is_alive(&bash));
    assert_eq!(directories(&home), 1);
    let mut next = start(&home);
    next.run("true");
    wait_until("the old directory's end", || directories(&home) == 1);
    next.send("exit\r");
    next.wait_end();
    assert_eq!(directories(&home), 0);
}

#[test]
fn a_bash_that_goes_on_after_a_hang_up_stayed_for_ever_where_awesh_was_killed() {
    let home = Home::new();
    for (trap, is_busy) in [("''", false), ("''", true), ("'echo hup'", false), ("'echo hup'", true)] {
        let mut terminal = start(&home);
        let bash = told(&mut terminal, "echo $$");
        terminal.run("rm -f go ended; mkfifo go; exec 9<>go; trap 'echo yes >ended' EXIT");
        terminal.run(&format!("trap {trap} HUP"));
        if is_busy {
            terminal.send("echo runs; read line <&9\r");
            terminal.wait_for("\nruns");
        }
        signal(&terminal, Signal::SIGKILL);
        terminal.wait_end();
        if is_busy {
            fs::write(home.path().join("work/go"), "on\n").unwrap();
        }
        wait_until("the end of bash", || !is_alive(&bash));
        assert_eq!(fs::read_to_string(home.path().join("work/ended")).unwrap(), "yes\n");
    }
}

#[test]
fn two_hundred_sessions_at_once() {
    let home = Home::new();
    let mut terminals: Vec<Terminal> = (0..200).map(|_| home.awesh()).collect();
    for (number, terminal) in terminals.iter_mut().enumerate() {
        terminal.wait_prompt();
        terminal.send(format!("echo $(({number}+1000)); exit 3\r"));
    }
    for (number, terminal) in terminals.iter_mut().enumerate() {
        assert_eq!(terminal.wait_end().code(), Some(3), "{}", terminal.text());
        assert!(terminal.text().contains(&format!("\n{}", number + 1000)), "{}", terminal.text());
    }
    assert_eq!(directories(&home), 0);
}

#[test]
fn few_descriptors_are_enough_for_a_shell() {
    for limit in [5, 8, 11, 14, 17, 20, 23, 26, 29, 32, 40] {
        let home = Home::new();
        let limited = format!("ulimit -n {limit}; exec {AWESH}");
        let mut terminal = home.start(Path::new("/bin/bash"), &["-c", &limited]);
        terminal.wait_prompt();
        terminal.run("echo $((40+2)) works");
        terminal.wait_for("\n42 works");
        terminal.send("exit 3\r");
        assert_eq!(terminal.wait_end().code(), Some(3), "{limit}: {}", terminal.text());
    }
}

#[test]
fn without_a_runtime_directory_or_a_home_it_works() {
    let mut home = Home::new();
    for (name, value) in [("XDG_RUNTIME_DIR", ""), ("HOME", "/dev/null/home"), ("HOME", "/proc")] {
        home.set(name, value);
        let mut terminal = home.start(Path::new(AWESH), &["--norc"]);
        terminal.wait_prompt();
        terminal.run("echo $((40+2)) works");
        terminal.wait_for("\n42 works");
    }
}

#[test]
fn without_bash_it_says_so_and_is_sh() {
    let output = Command::new("unshare").args(["-rm", "true"]).status();
    if !output.is_ok_and(|status| status.success()) {
        // Taking bash away from one process needs a mount of its own, which not every machine allows.
        return;
    }
    let home = Home::new();
    let empty = home.path().join("no-bash");
    fs::write(&empty, "").unwrap();
    let script = "for bash in /bin/bash /usr/bin/bash /usr/local/bin/bash; do \
                  [ ! -e $bash ] || mount --bind /dev/null $bash 2>/dev/null; done; exec \"$0\"";
    let mut terminal = home.start(Path::new("/usr/bin/unshare"), &["-rm", "/bin/sh", "-c", script, AWESH]);
    terminal.wait_for("there is no bash on this machine");
    terminal.wait_for("hint: install bash");
    terminal.send("echo $((40+2)) $0\r");
    terminal.wait_for("42 sh");
    terminal.send("exit 3\r");
    assert_eq!(terminal.wait_end().code(), Some(3));
}

#[test]
fn without_a_pseudo_terminal_it_says_so_and_is_bash() {
    // Machines have thousands: of those of a mount of its own there is one, and it is taken.
    let script = "mount -t devpts -o newinstance,ptmxmode=0666,max=1 devpts /dev/pts && \
                  mount --bind /dev/pts/ptmx /dev/ptmx && exec 9<>/dev/ptmx";
    let allowed = Command::new("unshare").args(["-rm", "/bin/sh", "-c", script]).output();
    if !allowed.is_ok_and(|output| output.status.success()) {
        return;
    }
    let home = Home::new();
    let script = format!("{script} && exec {AWESH}");
    let mut terminal = home.start(Path::new("/usr/bin/unshare"), &["-rm", "/bin/sh", "-c", &script]);
    terminal.wait_for("there is no pseudo-terminal to be had: ");
    terminal.wait_for("hint: this is plain bash now");
    terminal.send("echo $((40+2)) $0\r");
    terminal.wait_for("\n42 bash");
    terminal.send("exit 3\r");
    assert_eq!(terminal.wait_end().code(), Some(3), "{}", terminal.text());
}

#[test]
fn tmux_in_place_of_bash_gets_the_terminal() {
    for from_file in [true, false] {
        let home = Home::new();
        let line = format!("exec tmux -S ~/tmux new-session {AWESH}");
        let file = if from_file { format!("[[ $TMUX ]] || {line}\n") } else { String::new() };
        home.write(".bashrc", &format!("PS1='> '\n{file}"));
        let mut terminal = home.awesh();
        if !from_file {
            terminal.wait_prompt();
            terminal.send(format!("{line}\r"));
        }
        terminal.wait_for("[0] 0:awesh");
        terminal.send("echo $((40+2)) ${TMUX:+in tmux}\r");
        terminal.wait_for("\n42 in tmux");
        terminal.send("exit\r");
        assert_eq!(terminal.wait_end().code(), Some(0), "{}", terminal.text());
        assert_eq!(directories(&home), 0);
    }
}

#[test]
fn an_old_bash_is_said_and_is_the_shell_without_awesh() {
    for login in [false, true] {
        let mut home = Home::new();
        home.write(".bash_profile", "PS1='> '; greeting=hello\n");
        home.write(".bashrc", "PS1='> '; greeting=hello\n");
        home.claim_version("4.3");
        let mut terminal = home.awesh_as(login);
        terminal.wait_for("and awesh needs 4.4 or later");
        terminal.wait_for("hint: this is plain bash now; put a newer one first in PATH");
        terminal.send("echo \"$greeting ${PROMPT_COMMAND-unset}\"; [[ -o emacs ]] && echo readline\r");
        terminal.wait_for("\nhello unset\nreadline");
        terminal.send("exit 3\r");
        assert_eq!(terminal.wait_end().code(), Some(3), "{}", terminal.text());
        assert_eq!(directories(&home), 0);
    }
}

#[test]
fn before_5_1_prompt_command_is_a_string_and_the_users_own_part_of_it_runs() {
    let mut home = Home::new();
    home.claim_version("5.0");
    home.write(".bashrc", "PS1='> '; PROMPT_COMMAND='count=$((count+1))'\n");
    let mut terminal = start(&home);
    terminal.run("echo \"elements ${#PROMPT_COMMAND[@]}\"");
    terminal.wait_for("\nelements 1");
    terminal.run("before=$count");
    terminal.run("(exit 7)");
    terminal.run("echo \"status $? prompts $((count-before))\"");
    terminal.wait_for("\nstatus 7 prompts 2");
    for (line, said) in [
        ("PROMPT_COMMAND='other=$((other+1))'; (exit 7)", ""),
        ("echo \"status $? ${other:+ran} ${#PROMPT_COMMAND[@]}\"; unset PROMPT_COMMAND", "\nstatus 7 ran 1"),
        ("set -u; PROMPT_COMMAND=; echo \"${PROMPT_COMMAND:-empty}\"; set +u", "\nempty"),
    ] {
        terminal.run(line);
        assert!(terminal.shows_state(), "{line}\n{}", terminal.text());
        terminal.wait_for(said);
    }
    terminal.send("exit 3\r");
    assert_eq!(terminal.wait_end().code(), Some(3));
}
