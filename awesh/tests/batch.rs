//! `awesh batch` as people and scripts run it, on real sshd.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use ssh_server::Machine;

use crate::harness::Home;

/// Three web hosts, a database and one where nothing listens, which are all one machine.
struct Hosts {
    machine: Machine,
}

impl Hosts {
    fn new() -> Self {
        let machine = Machine::new(Path::new("/bin/bash"));
        let here = machine.directory().display();
        machine.write("known_hosts", &format!("box {}\n", machine.public("host_key")));
        machine.write(
            "ssh_config",
            &format!(
                "Host web1 web2 web3 db1\nHost refused\n  HostName 127.0.0.1\n  Port 1\n  ProxyCommand none\n\
                 Host *\n  HostKeyAlias box\n  IdentityFile {here}/key\n  ProxyCommand {}\n{}",
                machine.sshd().join(" "),
                machine.client()
            ),
        );
        machine.write("hosts.ini", "[web]\nweb[1:3]\n[prod:children]\nweb\n[db]\ndb1\n");
        Self { machine }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.machine.path(name)
    }

    /// The command; what it keeps is in the machine's directory.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_awesh"));
        command
            .arg("batch")
            .args(words)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path("home"))
            .env("AWESH_PROTECTED_HOSTS", "db*")
            .current_dir(self.machine.directory())
            .stdin(Stdio::null());
        command
    }

    /// Its exit status, stdout and stderr.
    fn run(&self, words: &[&str]) -> (i32, String, String) {
        let is_hosts = words.first().is_some_and(|word| !ACTIONS.contains(word));
        let ssh = if is_hosts { &["-F", "ssh_config", "-i", "hosts.ini"][..] } else { &[] };
        let ended = self.command(&[ssh, words].concat()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (ended.status.code().unwrap(), text(ended.stdout), text(ended.stderr))
    }

    fn json(&self, words: &[&str]) -> (i32, Value) {
        let (status, stdout, stderr) = self.run(&[&["--json", "-y"], words].concat());
        (status, serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stdout}{stderr}")))
    }
}

const ACTIONS: [&str; 7] = ["wait", "result", "status", "logs", "cancel", "clean", "worker"];

/// Waits until something is so.
fn until(what: &str, is: impl Fn() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::yield_now();
    }
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn lines_come_with_their_host_and_their_label() {
    let hosts = Hosts::new();
    let (status, stdout, stderr) =
        hosts.run(&["web,db1", "-c", "one=echo a; ls /gone", "-c", "two=printf end"]);
    let expected: Vec<String> = ["db1 ", "web1", "web2", "web3"]
        .into_iter()
        .flat_map(|host| [format!("{host} one │ a"), format!("{host} two │ end")])
        .collect();
    assert_eq!((status, sorted(&stdout)), (1, expected.iter().map(String::as_str).collect()), "{stderr}");
    assert!(stderr.contains("web2 one │ ls: cannot access '/gone'"), "{stderr}");
    assert!(stderr.contains("web2: one failed with status 2 after "), "{stderr}");
    assert!(stderr.ends_with("4 hosts: 0 succeeded, 4 failed (web1, web2, web3, db1)\n"), "{stderr}");
    assert_eq!(hosts.run(&["web1", "--raw", "--", "printf", "x"]), (0, "x".into(), String::new()));
}

#[test]
fn what_hosts_say_alike_is_said_once() {
    let hosts = Hosts::new();
    hosts.machine.write("home/odd", "1");
    // One of them sees the file first, and takes it.
    let line = "if mv ~/odd ~/taken 2>/dev/null; then echo that; else echo this; fi";
    let (status, stdout, stderr) = hosts.run(&["web", "-y", "--differences", "--", line]);
    assert_eq!(status, 0, "{stderr}");
    assert!(stdout.starts_with("2 hosts say (web"), "{stdout}");
    assert!(stdout.contains("    this\n1 host says (web") && stdout.ends_with("    that\n"), "{stdout}");
    let (_, stdout, _) = hosts.run(&["web", "--grouped", "--", "uname -s"]);
    assert!(stdout.starts_with("web1\n  uname -s: succeeded\n    Linux\nweb2\n"), "{stdout}");
}

#[test]
fn json_for_programs() {
    let hosts = Hosts::new();
    let (status, document) =
        hosts.json(&["web1,refused", "-c", "text=echo hi", "-c", r"bytes=printf '\377'; exit 4"]);
    assert_eq!((status, &document["schema"]), (1, &1.into()));
    assert_eq!(
        document["summary"],
        serde_json::json!({"hosts": 2, "succeeded": 0, "failed": 1, "unreached": 1})
    );
    let (web, refused) = (&document["hosts"][0], &document["hosts"][1]);
    assert_eq!(web["groups"], serde_json::json!(["web", "prod"]));
    assert_eq!(web["commands"][0]["stdout"], "hi\n");
    assert_eq!(
        (&web["commands"][1]["status"], &web["commands"][1]["stdout_base64"]),
        (&4.into(), &"/w==".into())
    );
    assert_eq!(
        (&refused["error"]["kind"], &refused["commands"][1]["fate"]),
        (&"unreachable".into(), &"not_run".into())
    );
    assert_eq!(hosts.run(&["refused", "--", "uname"]).0, 3);
    for wrong in [
        &["web1"][..],
        &["nothing*", "--", "x"],
        &["web1", "-c", "x"],
        &["web1", "--canary", "web2", "--", "x"],
    ] {
        assert_eq!(hosts.run(wrong).0, 2, "{wrong:?}");
    }
}

#[test]
fn what_may_change_something_is_agreed_to_first() {
    let hosts = Hosts::new();
    let (status, _, stderr) = hosts.run(&["web,db1", "--", "touch ~/made"]);
    assert_eq!(status, 4, "{stderr}");
    assert!(stderr.contains("4 hosts (groups: db, prod, web): web1, web2, web3, db1"), "{stderr}");
    assert!(stderr.contains("protected: db1\n"), "{stderr}");
    assert_eq!(hosts.run(&["web,db1", "-y", "--", "touch ~/made"]).0, 4);
    assert!(!hosts.path("home/made").exists());
    assert_eq!(hosts.run(&["web,db1", "-y", "--protected", "db1", "--", "touch ~/made"]).0, 0);
    assert!(hosts.path("home/made").exists());
    let audit = fs::read_to_string(hosts.path("home/.local/state/awesh/audit.jsonl")).unwrap();
    for part in ["\"decision\":\"declined\"", "\"what\":\"db1: touch ~/made\"", "\"status\":0"] {
        assert!(audit.contains(part), "{part}: {audit}");
    }
}

#[test]
fn a_person_is_asked_and_types_the_names_of_protected_hosts() {
    let hosts = Hosts::new();
    let home = Home::new();
    let config = hosts.path("ssh_config");
    let awesh = Path::new(env!("CARGO_BIN_EXE_awesh"));
    let made = hosts.path("home/made");
    let line = format!("touch {}", made.display());
    let words = ["batch", "-F", config.to_str().unwrap(), "web1", "--", &line];
    let mut terminal = home.start(awesh, &words);
    terminal.wait_for("Run on 1 host? [y/N] ");
    terminal.send("n\r");
    assert_eq!(terminal.wait_end().code(), Some(4));
    assert!(!made.exists());
    let mut terminal = home.start(awesh, &words);
    terminal.wait_for("Run on 1 host? [y/N] ");
    terminal.send("y\r");
    assert_eq!(terminal.wait_end().code(), Some(0));
    assert!(made.exists());
}

#[test]
fn the_passphrase_of_a_key_is_asked_for_once() {
    let hosts = Hosts::new();
    let here = hosts.machine.directory().display();
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "open sesame", "-f"])
        .arg(hosts.path("locked_key"))
        .status();
    assert!(made.unwrap().success());
    hosts.machine.write("authorized_keys", &format!("{}\n", hosts.machine.public("locked_key")));
    let config = fs::read_to_string(hosts.path("ssh_config")).unwrap();
    hosts.machine.write("ssh_config", &config.replace(&format!("{here}/key"), &format!("{here}/locked_key")));
    let home = Home::new();
    let config = hosts.path("ssh_config");
    let words = ["batch", "-F", config.to_str().unwrap(), "web1,web2,web3", "--", "echo in"];
    let mut terminal = home.start(Path::new(env!("CARGO_BIN_EXE_awesh")), &words);
    terminal.wait_for("Enter passphrase for key");
    terminal.send("open sesame\r");
    assert_eq!(terminal.wait_end().code(), Some(0), "{}", terminal.text());
    let printed = terminal.printed();
    assert_eq!(printed.matches("Enter passphrase").count(), 1, "{printed}");
    assert!(printed.contains("3 hosts: 3 succeeded"), "{printed}");
    let nobody = hosts.run(&["web1", "--", "echo in"]);
    assert!(nobody.0 == 3 && nobody.2.contains("Permission denied"), "{nobody:?}");
}

#[test]
fn rounds_stop_where_a_host_is_not_well() {
    let hosts = Hosts::new();
    let order = |document: &Value| -> Vec<String> {
        let fate = |host: &Value| host["commands"][0]["fate"].as_str().unwrap().to_owned();
        document["hosts"].as_array().unwrap().iter().map(fate).collect()
    };
    let (_, document) = hosts.json(&["web", "--canary", "web2", "--health", "false", "--", "true"]);
    assert_eq!(order(&document), ["not_run", "ended", "not_run"]);
    let (status, document) = hosts.json(&["web", "--serial", "2", "--health", "true", "--", "echo $$"]);
    assert_eq!((status, order(&document)), (0, vec!["ended".to_owned(); 3]));
    let (status, document) = hosts.json(&["web", "--serial", "1", "--", "false"]);
    assert_eq!((status, order(&document)), (1, vec!["ended".into(), "not_run".into(), "not_run".into()]));
    let (_, document) = hosts.json(&["web", "--limit", "1", "--fail-fast", "--", "exit 9"]);
    assert_eq!(order(&document), ["ended", "not_run", "not_run"]);
}

/// Starts a command that stays on the host, and waits until its process is told here.
fn staying(hosts: &Hosts) -> (Child, Pid) {
    let mut child = hosts
        .command(&["-F", "ssh_config", "web1", "-y", "--", "echo $$; sleep 1000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut told).unwrap();
    let pid = told.trim().rsplit(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("{told:?}"));
    (child, Pid::from_raw(pid))
}

fn signal(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

#[test]
fn ctrl_c_ends_the_commands_on_the_hosts_and_tells_how_it_went() {
    let hosts = Hosts::new();
    let (child, pid) = staying(&hosts);
    signal(&child, Signal::SIGINT);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(told.contains("was ended after"), "{told}");
    until("it is gone from the host", || kill(pid, None).is_err());
}

#[test]
fn nothing_stays_on_hosts_after_it_is_killed() {
    let hosts = Hosts::new();
    let (mut child, pid) = staying(&hosts);
    signal(&child, Signal::SIGKILL);
    child.wait().unwrap();
    until("it is gone from the host", || kill(pid, None).is_err());
}

#[test]
fn batches_run_on_in_the_background() {
    let hosts = Hosts::new();
    let wait = "until [ -e ~/go ]; do sleep 0.05; done";
    let start = |name: &str, lines: &[&str]| {
        let labelled = |(at, line): (usize, &&str)| ["-c".to_owned(), format!("c{at}={line}")];
        let commands: Vec<String> = lines.iter().enumerate().flat_map(labelled).collect();
        let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
        hosts.run(&[&["web1,web2", "-y", "--background", "--id", name], &commands[..]].concat())
    };
    assert_eq!(start("first", &[wait, "echo done"]).0, 0);
    assert_eq!(start("first", &["true"]).0, 2, "a name is taken once");
    assert_eq!(start("second", &["exit 5"]).0, 0);
    assert_eq!(hosts.run(&["wait", "second"]).0, 1);
    let (_, listed, _) = hosts.run(&["status"]);
    assert!(listed.contains("first   running") && listed.contains("second  failed"), "{listed}");
    assert_eq!(hosts.run(&["result", "first"]).0, 2, "it still runs");
    assert_eq!(hosts.run(&["clean", "first"]).0, 2, "it still runs");
    hosts.machine.write("home/go", "");
    assert_eq!(hosts.run(&["wait", "first", "second"]).0, 1);
    assert_eq!(hosts.run(&["wait", "first"]).0, 0);
    assert_eq!(hosts.run(&["result", "first", "c1"]), (0, "done\ndone\n".into(), String::new()));
    let (_, log, _) = hosts.run(&["logs", "-f", "first"]);
    assert_eq!(sorted(&log), ["web1 c1 │ done", "web2 c1 │ done"].map(|line| line));
    assert_eq!(hosts.run(&["clean"]).0, 0);
    assert_eq!(fs::read_dir(hosts.path("home/.local/state/awesh/batches")).unwrap().count(), 0);
}

#[test]
fn a_batch_in_the_background_is_ended_and_its_death_is_told() {
    let hosts = Hosts::new();
    let background = |name: &str| {
        let line = "echo $$ > ~/pid.part; mv ~/pid.part ~/pid; sleep 1000";
        let words = ["web1", "-y", "--background", "--id", name, "-c", "a=true", "-c"];
        assert_eq!(hosts.run(&[&words[..], &[&format!("b={line}")]].concat()).0, 0);
        until("the command runs", || hosts.path("home/pid").exists());
        let pid: i32 = fs::read_to_string(hosts.path("home/pid")).unwrap().trim().parse().unwrap();
        fs::remove_file(hosts.path("home/pid")).unwrap();
        Pid::from_raw(pid)
    };
    let pid = background("ended");
    let (_, _, stderr) = hosts.run(&["cancel", "ended"]);
    assert!(stderr.contains("ended: 1 host: 0 succeeded, 1 failed (web1)"), "{stderr}");
    assert!(kill(pid, None).is_err(), "it is gone from the host");
    let pid = background("killed");
    let worker = fs::read_to_string(hosts.path("home/.local/state/awesh/batches/killed/worker")).unwrap();
    let worker: Value = serde_json::from_str(&worker).unwrap();
    let worker = i32::try_from(worker["pid"].as_i64().unwrap()).unwrap();
    kill(Pid::from_raw(worker), Signal::SIGKILL).unwrap();
    assert_eq!(hosts.run(&["wait", "killed"]).0, 1);
    let (_, listed, _) = hosts.run(&["status"]);
    assert!(listed.contains("killed  lost") && listed.contains("its process was killed"), "{listed}");
    let (_, stdout, _) = hosts.run(&["result", "killed"]);
    assert!(stdout.contains("true: succeeded\n") && stdout.contains(": may have run"), "{stdout}");
    until("it is gone from the host", || kill(pid, None).is_err());
}
