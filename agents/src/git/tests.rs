use std::fs;
use std::path::Path;

use git2::{Repository, Signature};

use super::*;
use crate::testing::context;

/// A repository with two commits, one staged, one changed and one new file.
fn repository(at: &Path) -> Repository {
    let mut options = git2::RepositoryInitOptions::new();
    let repository = Repository::init_opts(at, options.initial_head("trunk")).unwrap();
    commit(&repository, "a", "1\n", "First");
    commit(&repository, "b", "1\n", "Second\n\nWith a body.");
    fs::write(at.join("a"), "1\n2\n").unwrap();
    fs::write(at.join("c"), "new\n").unwrap();
    fs::write(at.join("d`\u{1b}[2J"), "new\n").unwrap();
    let mut index = repository.index().unwrap();
    index.add_path(Path::new("c")).unwrap();
    index.write().unwrap();
    repository
}

fn commit(repository: &Repository, file: &str, content: &str, message: &str) {
    fs::write(repository.workdir().unwrap().join(file), content).unwrap();
    let mut index = repository.index().unwrap();
    index.add_path(Path::new(file)).unwrap();
    index.write().unwrap();
    let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
    let who = Signature::now("Ada | L", "ada@example.com").unwrap();
    let parent = repository.head().ok().map(|head| head.peel_to_commit().unwrap());
    let parents: Vec<_> = parent.iter().collect();
    repository.commit(Some("HEAD"), &who, &who, message, &tree, &parents).unwrap();
}

async fn ask(text: &str, directory: &Path) -> String {
    let (context, screen) = context(text, directory);
    assert_eq!(Git.bid(&context.question).await, Bid::Certain, "{text}");
    Git.run(&context).await.unwrap();
    screen.shown()
}

#[tokio::test]
async fn what_changed() {
    let directory = tempfile::tempdir().unwrap();
    repository(directory.path());
    let shown = ask("what changed?", directory.path()).await;
    assert!(
        shown.starts_with("On branch `trunk`. 3 files not committed (+2 −0 lines in followed files):"),
        "{shown}"
    );
    assert!(
        shown.contains("| a |  | modified |\n| c | new |  |\n| d`\u{fffd}[2J |  | untracked |\n"),
        "{shown}"
    );
    assert!(!shown.contains('\u{1b}'));
}

#[tokio::test]
async fn branch_and_branches() {
    let directory = tempfile::tempdir().unwrap();
    let repository = repository(directory.path());
    assert_eq!(ask("which branch am I on?", directory.path()).await, "On branch `trunk`.\n");
    let head = repository.head().unwrap().peel_to_commit().unwrap();
    repository.branch("fix", &head, false).unwrap();
    let shown = ask("list the branches", directory.path()).await;
    assert!(shown.contains("| * | trunk | just now | Second |"), "{shown}");
    assert!(shown.contains("|  | fix | just now | Second |"), "{shown}");
    repository.set_head_detached(head.id()).unwrap();
    let hash = head.id().to_string();
    let expected = format!("On no branch: HEAD is detached at `{}`.\n", &hash[..7]);
    assert_eq!(ask("current branch", directory.path()).await, expected);
}

#[tokio::test]
async fn the_upstream_is_compared() {
    let directory = tempfile::tempdir().unwrap();
    let repository = repository(directory.path());
    let first = repository.head().unwrap().peel_to_commit().unwrap().parent(0).unwrap();
    repository.reference("refs/remotes/origin/trunk", first.id(), false, "").unwrap();
    repository.remote("origin", "https://example.com/x.git").unwrap();
    repository
        .find_branch("trunk", git2::BranchType::Local)
        .unwrap()
        .set_upstream(Some("origin/trunk"))
        .unwrap();
    let shown = ask("am I ahead?", directory.path()).await;
    assert_eq!(shown, "On branch `trunk`, 1 commit ahead of `origin/trunk`.\n");
}

#[tokio::test]
async fn log_and_last_commit() {
    let directory = tempfile::tempdir().unwrap();
    repository(directory.path());
    let shown = ask("show the last commits", directory.path()).await;
    assert!(shown.contains("| just now | Ada | L | Second |"), "{shown}");
    assert!(shown.contains("First"), "{shown}");
    assert!(!ask("last 1 commits", directory.path()).await.contains("First"));
    let shown = ask("what was the last commit?", directory.path()).await;
    assert!(
        shown.contains("`Second` by `Ada | L`, just now; 1 file:\n| file | change |\n| b | new |"),
        "{shown}"
    );
}

#[tokio::test]
async fn the_diff() {
    let directory = tempfile::tempdir().unwrap();
    repository(directory.path());
    let shown = ask("show me the diff", directory.path()).await;
    assert!(shown.starts_with("```diff\ndiff --git a/a b/a\n"), "{shown}");
    assert!(shown.contains("\n 1\n+2\n"), "{shown}");
}

#[tokio::test]
async fn the_environment_names_the_repository() {
    let (here, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    repository(elsewhere.path());
    let (mut context, screen) = context("what changed?", here.path());
    assert_eq!(Git.bid(&context.question).await, Bid::None);
    let environment = &mut context.question.environment;
    environment.insert("GIT_DIR".into(), elsewhere.path().join(".git").to_str().unwrap().into());
    environment.insert("GIT_WORK_TREE".into(), elsewhere.path().to_str().unwrap().into());
    assert_eq!(Git.bid(&context.question).await, Bid::Certain);
    Git.run(&context).await.unwrap();
    assert!(screen.shown().contains("On branch `trunk`. 3 files"), "{}", screen.shown());
}

#[tokio::test]
async fn no_repository_and_no_commit_are_answers() {
    let directory = tempfile::tempdir().unwrap();
    assert!(ask("git status", directory.path()).await.contains("is not in a git repository"));
    Repository::init_opts(directory.path(), git2::RepositoryInitOptions::new().initial_head("trunk"))
        .unwrap();
    let shown = ask("git status", directory.path()).await;
    assert_eq!(
        shown,
        "On branch `trunk`, which has no commit yet. Nothing to commit: the working tree is clean.\n"
    );
    assert_eq!(ask("git log", directory.path()).await, "No commit yet.\n");
}
