//! The prompt against real repositories and kubeconfig files, and its text.

mod counts;
mod git;
mod kube;
mod text;

use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::kube::{Kube, Question};
use super::*;

/// An hour ahead: whatever a test has just written counts as left alone for long.
fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(3600)
}

/// A session in a directory, for which nothing is set.
fn session(directory: &Path) -> Session<'_> {
    Session {
        directory,
        variable: &|_| None,
        status: 0,
        jobs: 0,
        user: "user",
        host: "host",
        is_root: false,
        backend: BackendState::Ready,
    }
}

#[test]
fn a_prompt_shows_what_was_read() {
    let home = TempDir::new().unwrap();
    let home = home.path().canonicalize().unwrap();
    let directory = home.join("src/app");
    git2::Repository::init(&directory).unwrap();
    std::fs::create_dir(home.join(".kube")).unwrap();
    let config = "current-context: dev\ncontexts:\n- name: dev\n  context: {namespace: payments}\n";
    std::fs::write(home.join(".kube/config"), config).unwrap();
    let variable = |name: &str| (name == "HOME").then(|| home.to_str().unwrap().to_owned());
    let session = Session { variable: &variable, ..session(&directory) };
    let style = Style { columns: 120, colour: false, ascii: false, protected: Vec::new() };
    let mut source = PromptSource::new();
    // On a loaded machine an answer may miss its deadline; it is then left out, and comes next time.
    let shown = (0..1000)
        .map(|_| source.prompt(&session, &style).raw)
        .find(|shown| shown.contains("☸") && shown.contains("🌿"));
    let shown = shown.unwrap();
    assert!(shown.starts_with("🧠:user@host:~/src/app:☸\u{fe0f}dev:☸\u{fe0f}payments:🌿"), "{shown}");
    assert!(shown.ends_with("|UNBORN\n> "), "{shown}");
}

#[test]
fn a_question_waits_longer_than_a_prompt() {
    let slow = || -> fetch::Work<Question, Kube> {
        let mut names = ["old", "new"].into_iter();
        Box::new(move |_| {
            std::thread::sleep(10 * DEADLINE);
            let name = names.next().unwrap_or("asked too often").to_owned();
            (Kube::Context { name, namespace: None }, false)
        })
    };
    let directory = TempDir::new().unwrap();
    let session = session(directory.path());
    let mut source = PromptSource::new();
    source.kube = Worker::new("slow", slow, &source.bell);
    source.data(&session);
    // The prompt's own question is open still.
    assert_eq!(source.patient_data(&session).context(), Ok(Some("new")));
}
