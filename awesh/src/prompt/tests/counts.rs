//! What a prompt may cost where nothing has changed, in memory asked for. What it reads is counted beside what is read
//! (`git.rs`, `kube.rs`).

use std::path::Path;

use tempfile::TempDir;

use super::{later, session};
use crate::prompt::text::{Facts, text};
use crate::prompt::{PromptSource, Session, Style, git, kube};
use crate::sys::allocations::allocations;

/// The answers, which are given away: a branch's name; a context's and a namespace's.
const GIT: u64 = 1;
const KUBE: u64 = 2;

/// In the thread that shows the prompt: what is asked, thrice by the path of the directory, and of Kubernetes by the
/// files' paths.
const ASKED: u64 = 7;

/// Of the text: its two forms, and the names in it.
const TEXT: u64 = 27;

/// A repository and a kubeconfig, which nothing changes.
fn place() -> TempDir {
    let home = TempDir::new().unwrap();
    let mut options = git2::RepositoryInitOptions::new();
    git2::Repository::init_opts(home.path(), options.initial_head("main")).unwrap();
    let config = "current-context: dev\ncontexts:\n- name: dev\n  context: {namespace: payments}\n";
    std::fs::write(home.path().join("config"), config).unwrap();
    home
}

fn git_question(directory: &Path) -> git::Question {
    super::super::git_question(&session(directory))
}

fn kube_question(directory: &Path) -> kube::Question {
    kube::Question::new(directory, &|name| (name == "KUBECONFIG").then(|| "config".to_owned()))
}

#[test]
fn a_hit_allocates_its_answer_alone() {
    let place = place();
    let (mut git, mut kube) = (git::work_by(later), kube::work_by(later));
    git(git_question(place.path()));
    kube(kube_question(place.path()));
    let (asked_git, asked_kube) = (git_question(place.path()), kube_question(place.path()));
    let (mut hits, mut answers) = ([false; 2], (None, None));
    let of_git = allocations(|| {
        let (answer, hit) = git(asked_git);
        (answers.0, hits[0]) = (Some(answer), hit);
    });
    let of_kube = allocations(|| {
        let (answer, hit) = kube(asked_kube);
        (answers.1, hits[1]) = (Some(answer), hit);
    });
    assert_eq!((hits, of_git, of_kube), ([true; 2], GIT, KUBE));
}

#[test]
fn to_ask_allocates_no_more_than_the_questions() {
    let place = place();
    let variable = |name: &str| (name == "KUBECONFIG").then(|| "config".to_owned());
    let session = Session { variable: &variable, ..session(place.path()) };
    let mut source = PromptSource::new();
    // The threads start, and the channels take what they keep.
    (0..8).for_each(|_| drop(source.data(&session)));
    // An answer that is late costs a wait more.
    let least = (0..8).map(|_| allocations(|| drop(source.data(&session)))).min().unwrap();
    assert!(least <= ASKED, "{least}");
}

#[test]
fn the_text_allocates_little() {
    let directory = Path::new("/home/user/src/app");
    let style = Style { columns: 120, colour: true, ascii: false, protected: vec!["*prod*".to_owned()] };
    let known = Facts {
        kube: Some(kube::Kube::Context { name: "dev".to_owned(), namespace: Some("payments".to_owned()) }),
        git: Some(git::Git::Head(git::Head {
            name: "main".to_owned(),
            unborn: false,
            bare: false,
            operation: None,
        })),
        work_tree: None,
    };
    let mut shown = None;
    let count = allocations(|| shown = Some(text(&session(directory), &style, &known)));
    assert!(count <= TEXT, "{count}");
}
