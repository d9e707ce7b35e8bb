//! `awesh clusters` as scripts and people run it, against API servers on loopback.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use kubernetes_server::{Cluster, Clusters, Credential, Fault, Reach};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The command, with a home of its own.
fn command(clusters: &Clusters, home: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_awesh"));
    command
        .arg("clusters")
        .args(words)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("KUBECONFIG", clusters.kubeconfig())
        .stdin(Stdio::null());
    command
}

/// Its exit status, stdout and stderr.
fn run(clusters: &Clusters, words: &[&str]) -> (i32, String, String) {
    let home = tempfile::tempdir().unwrap();
    let ended = command(clusters, home.path(), words).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (ended.status.code().unwrap(), text(ended.stdout), text(ended.stderr))
}

#[test]
fn a_table_for_people_and_a_status_for_scripts() {
    let clusters = Clusters::start([Cluster::healthy("a"), Cluster::new("b").reach(Reach::Refuses)]);
    let (status, stdout, stderr) = run(&clusters, &[]);
    let lines: Vec<_> = stdout.lines().collect();
    assert!(lines[0].starts_with("CONTEXT  STATUS   VERSION"), "{stdout}");
    assert!(lines[1].starts_with("a        healthy  v1.33.2  3/3"), "{stdout}");
    assert!(lines[2].ends_with("the connection was refused: nothing listens there"), "{stdout}");
    assert!(lines[4].starts_with("2 clusters: 1 healthy, 1 down. Read in "), "{stdout}");
    assert!(!stdout.contains('\u{1b}'));
    assert_eq!((status, stderr.as_str()), (1, ""));
    assert_eq!(run(&clusters, &["-c", "a"]).0, 0);
    assert_eq!(run(&clusters, &["-c", "b"]).0, 3);
    let (status, _, stderr) = run(&clusters, &["-c", "x"]);
    assert_eq!(status, 2);
    assert!(stderr.starts_with("awesh: no context is called x\nawesh: hint: "), "{stderr}");
    let (status, stdout, stderr) = run(&clusters, &["--kubeconfig", "/gone"]);
    assert_eq!((status, stdout.as_str()), (3, ""));
    assert!(
        stderr.contains("No context in the kubeconfig /gone.\n  /gone: there is no such file\n"),
        "{stderr}"
    );
}

#[test]
fn json_for_programs() {
    let clusters = Clusters::start([Cluster::healthy("a").forbid("nodes")]);
    let (status, stdout, _) = run(&clusters, &["--json"]);
    let document: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((status, &document["schema"]), (1, &1.into()));
    let cluster = &document["clusters"][0];
    assert!(cluster["nodes"].is_null());
    assert_eq!((&cluster["unread"][0]["part"], &cluster["pods"]["ready"]), (&"nodes".into(), &7.into()));
}

#[test]
fn timings_are_told_when_asked_for() {
    let clusters = Clusters::start([Cluster::healthy("a")]);
    let home = tempfile::tempdir().unwrap();
    let ended = command(&clusters, home.path(), &[]).env("VERBOSE", "2").output().unwrap();
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert!(
        stderr.contains("DEBUG: cluster a: connect ") && stderr.contains("one after the other"),
        "{stderr}"
    );
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let clusters = Clusters::start([Cluster::healthy("a")]);
    let home = tempfile::tempdir().unwrap();
    let mut child = command(&clusters, home.path(), &["--watch", "0.1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    drop(stdout);
    clusters
        .put("a", serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new"}}));
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(0), ""));
}

#[test]
fn changes_are_told_line_by_line_where_nobody_looks() {
    let clusters = Clusters::start([Cluster::healthy("a"), Cluster::healthy("b")]);
    let home = tempfile::tempdir().unwrap();
    let mut child =
        command(&clusters, home.path(), &["--watch", "0.1"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(stdout.by_ref().take(3).last().unwrap().starts_with("b "));
    clusters.put("b", serde_json::json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "cart", "namespace": "shop"},
        "status": {"phase": "Pending", "containerStatuses": [{"state": {"waiting": {"reason": "ImagePullBackOff"}}}]}}));
    let change = stdout.next().unwrap();
    assert!(change.contains(" b  healthy → degraded  1 pod ImagePullBackOff: shop/cart"), "{change}");
    end(child, Signal::SIGINT, 130);
}

#[test]
fn ctrl_c_leaves_nothing_running() {
    let directory = tempfile::tempdir().unwrap();
    let alive = directory.path().join("alive");
    nix::unistd::mkfifo(&alive, nix::sys::stat::Mode::S_IRWXU).unwrap();
    // The plugin and its child hold the pipe: its end is seen when neither lives.
    let script = format!("exec 9>'{}'; sleep 600 & echo up >&9; wait", alive.display());
    let plugin = Credential::Exec(vec!["sh".into(), "-c".into(), script]);
    let held = Cluster::healthy("a").fault("/", Fault::Hold);
    let clusters = Clusters::start([held.named("a"), held.named("b"), Cluster::new("c").credential(plugin)]);
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let child = command(&clusters, directory.path(), &[]).stdout(Stdio::null()).spawn().unwrap();
        let mut pipe = BufReader::new(std::fs::File::open(&alive).unwrap());
        let mut line = String::new();
        pipe.read_line(&mut line).unwrap();
        clusters.block_until(|counts| counts.active == 8);
        end(child, signal, 128 + signal as i32);
        assert_eq!(pipe.read_to_end(&mut Vec::new()).unwrap(), 0);
        clusters.block_until(|counts| counts.open == 0);
    }
}

/// Sends a signal and expects the exit status.
fn end(mut child: Child, signal: Signal, status: i32) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(status));
}
