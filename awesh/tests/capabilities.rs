//! `awesh capabilities` as scripts and people run it, on what was kept before.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Its exit status, stdout and stderr.
fn run(home: &Path, words: &[&str]) -> (i32, String, String) {
    let ended = Command::new(env!("CARGO_BIN_EXE_awesh"))
        .arg("capabilities")
        .args(words)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (ended.status.code().unwrap(), text(ended.stdout), text(ended.stderr))
}

#[test]
fn where_nothing_was_scanned_the_next_step_is_said() {
    let home = tempfile::tempdir().unwrap();
    for words in [&["durable queue"][..], &[], &["--all", "--json"]] {
        let (status, stdout, stderr) = run(home.path(), words);
        assert_eq!((status, stdout.as_str()), (3, ""), "{words:?}");
        assert!(
            stderr.contains("no cluster was scanned yet") && stderr.contains("awesh scan CONTEXT"),
            "{stderr}"
        );
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let home = tempfile::tempdir().unwrap();
    for words in [&[" "][..], &["--limit", "0", "x"], &["--all", "x"]] {
        assert_eq!(run(home.path(), words).0, 2, "{words:?}");
    }
}

#[test]
fn a_damaged_file_is_kept_and_said() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path().join(".local/state/awesh");
    fs::create_dir_all(&state).unwrap();
    fs::write(
        state.join("capabilities.sqlite"),
        "no database, but long enough to be read as one\n".repeat(99),
    )
    .unwrap();
    let (status, _, stderr) = run(home.path(), &["queue"]);
    assert_eq!(status, 3);
    assert!(stderr.contains("was damaged") && stderr.contains("it is kept as"), "{stderr}");
    let kept = fs::read_dir(&state)
        .unwrap()
        .filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().contains(".damaged-"));
    assert_eq!(kept.count(), 1);
}

#[test]
fn a_server_that_is_not_there_is_said() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join(".config/awesh");
    fs::create_dir_all(&config).unwrap();
    for (store, url) in
        [("qdrant", "http://127.0.0.1:1"), ("postgresql", "postgresql://ada:hunter2@127.0.0.1:1/awesh")]
    {
        let text = format!("[capabilities]\nstore = \"{store}\"\nurl = \"{url}\"\n");
        fs::write(config.join("config.toml"), text).unwrap();
        let (status, _, stderr) = run(home.path(), &["queue"]);
        assert_eq!(status, 3, "{stderr}");
        assert!(stderr.contains("127.0.0.1:1 cannot be reached") && !stderr.contains("hunter2"), "{stderr}");
    }
}
