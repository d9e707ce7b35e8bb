//! `awesh compare` as scripts and people run it, against API servers on loopback.

use std::process::Command;

use kubernetes_server::{Cluster, Clusters, Fault, Reach};

use crate::harness::Home;

const AWESH: &str = env!("CARGO_BIN_EXE_awesh");

/// Its exit status, stdout and stderr.
fn run(clusters: &Clusters, words: &[&str]) -> (i32, String, String) {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(AWESH);
    command.arg("compare").args(words).env_clear().env("HOME", home.path());
    let ended = command.env("KUBECONFIG", clusters.kubeconfig()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (ended.status.code().unwrap(), text(ended.stdout), text(ended.stderr))
}

fn clusters() -> Clusters {
    let one = Cluster::healthy("one");
    Clusters::start([
        one.clone(),
        one.named("same"),
        one.named("newer").version("v1.34.0"),
        one.named("limited").forbid("pods"),
        one.named("gone").reach(Reach::Refuses),
    ])
}

#[test]
fn the_exit_status_says_whether_clusters_are_the_same() {
    let clusters = clusters();
    let (status, stdout, stderr) = run(&clusters, &["one", "same"]);
    assert!(stdout.starts_with("None of 17 things differs. Read in "), "{stdout}");
    assert_eq!((status, stderr.as_str()), (0, ""));
    let (status, stdout, _) = run(&clusters, &["newer", "one"]);
    assert!(
        stdout.starts_with("         newer    one\nversion  v1.34.0  v1.33.2\n\n1 of 17 things differs."),
        "{stdout}"
    );
    assert_eq!(status, 1);
    let (status, stdout, _) = run(&clusters, &["--all", "one", "same"]);
    assert_eq!((status, stdout.lines().count()), (0, 1 + 17 + 2), "{stdout}");
    assert!(stdout.contains("\ndeployment shop/api"), "{stdout}");
}

#[test]
fn a_cluster_that_cannot_be_read_says_so_in_its_column() {
    let (status, stdout, _) = run(&clusters(), &["one", "limited", "gone"]);
    let expected = "      one  limited   gone\nread  all  not pods  nothing\n\n\
                    limited: pods could not be read: not allowed (403): pods is forbidden: User \"ada\" cannot list \
                    resource \"pods\" in API group \"\" at the cluster scope\n\
                    gone could not be read: the connection was refused: nothing listens there\n\
                    None of 17 things differs, as far as they could be read. Read in ";
    assert!(stdout.starts_with(expected), "{stdout}");
    assert_eq!(status, 3);
}

#[test]
fn json_for_programs() {
    let (status, stdout, _) = run(&clusters(), &["--json", "one", "newer", "gone"]);
    let document: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((status, &document["differences"], &document["complete"]), (3, &1.into(), &false.into()));
    assert_eq!(document["columns"][2]["unread"][0]["why"]["kind"], "refused");
    let version = &document["rows"][0];
    assert_eq!((&version["kind"], &version["differs"]), (&"version".into(), &true.into()));
    let states: Vec<_> = version["values"].as_array().unwrap().iter().map(|it| it["state"].clone()).collect();
    assert_eq!(states, ["is", "is", "unread"]);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let clusters = clusters();
    for (words, message) in [
        (&["one"][..], "awesh: one alone can be compared with nothing\n"),
        (&["one", "one"], "awesh: one alone can be compared with nothing\n"),
        (&["one", "smae"], "awesh: there is no context \"smae\"\nawesh: hint: Did you mean same?\n"),
        (&[], "error: the following required arguments were not provided"),
    ] {
        let (status, stdout, stderr) = run(&clusters, words);
        assert!(stderr.starts_with(message), "{stderr}");
        assert_eq!((status, stdout.as_str()), (2, ""));
    }
    assert_eq!(run(&clusters, &["one", "same*"]).0, 0);
}

/// Where a table does not fit each thing stands above what it is in each cluster.
#[test]
fn a_narrow_terminal_shows_all_there_is() {
    let clusters = clusters();
    let mut home = Home::new();
    home.set("KUBECONFIG", clusters.kubeconfig().to_str().unwrap());
    let mut terminal = home.bash(false);
    terminal.wait_prompt();
    terminal.resize(40, 20);
    terminal.run(&format!("{AWESH} compare one newer"));
    terminal.wait_for("1 of 17 things");
    let rows = terminal.rows();
    assert!(rows.iter().any(|row| row.trim_end() == "  one    v1.33.2"), "{rows:#?}");
    assert!(rows.iter().any(|row| row.trim_end() == "  newer  v1.34.0"), "{rows:#?}");
}

#[test]
fn control_c_leaves_nothing_open() {
    let silent = Cluster::new("one").fault("/", Fault::Silence);
    let clusters = Clusters::start([silent.clone(), silent.named("other")]);
    let mut home = Home::new();
    home.set("KUBECONFIG", clusters.kubeconfig().to_str().unwrap());
    let mut terminal = home.bash(false);
    terminal.wait_prompt();
    terminal.send(format!("{AWESH} compare one other\r"));
    clusters.block_until(|counts| counts.active == 16);
    terminal.wait_for("0 of 2 clusters, slowest one");
    terminal.send("\x03");
    clusters.block_until(|counts| counts.open == 0);
    terminal.send("echo status $?\r");
    terminal.wait_for("\nstatus 130");
}
