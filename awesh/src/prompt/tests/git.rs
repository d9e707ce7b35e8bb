use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use git2::{Oid, Repository, RepositoryInitOptions, Signature};
use tempfile::TempDir;

use crate::prompt::cache::Record;
use crate::prompt::fetch::Work;
use crate::prompt::git::{self, Git, Head, Question, work_by};
use crate::prompt::work_tree;

use super::later;

/// A repository with one commit on `main`.
struct Fixture {
    directory: TempDir,
    repository: Repository,
}

impl Fixture {
    fn new() -> Self {
        let fixture = Self::unborn();
        fixture.commit("one", &[]);
        fixture
    }

    fn unborn() -> Self {
        let directory = TempDir::new().unwrap();
        let mut options = RepositoryInitOptions::new();
        let repository = Repository::init_opts(directory.path(), options.initial_head("main")).unwrap();
        Self { directory, repository }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().canonicalize().unwrap()
    }

    /// Commits a file of that name and content onto HEAD.
    fn commit(&self, name: &str, parents: &[Oid]) -> Oid {
        fs::write(self.path().join("file"), name).unwrap();
        let mut index = self.repository.index().unwrap();
        index.add_path(Path::new("file")).unwrap();
        index.write().unwrap();
        let tree = self.repository.find_tree(index.write_tree().unwrap()).unwrap();
        let parents: Vec<_> = parents.iter().map(|id| self.repository.find_commit(*id).unwrap()).collect();
        let parents: Vec<_> = parents.iter().collect();
        let who = Signature::now("a", "a@example.com").unwrap();
        self.repository.commit(Some("HEAD"), &who, &who, name, &tree, &parents).unwrap()
    }

    fn head(&self) -> Oid {
        self.repository.head().unwrap().target().unwrap()
    }

    /// Another branch with a commit that conflicts with one on `main`; main is checked out.
    fn conflict(&self) -> Oid {
        let base = self.head();
        self.repository.set_head_detached(base).unwrap();
        let theirs = self.commit("theirs", &[base]);
        self.repository.branch("other", &self.repository.find_commit(theirs).unwrap(), false).unwrap();
        self.repository.set_head("refs/heads/main").unwrap();
        self.commit("ours", &[base]);
        theirs
    }
}

fn question(directory: &Path) -> Question {
    Question {
        directory: directory.to_owned(),
        git_dir: None,
        work_tree: None,
        ceilings: None,
        across_filesystems: false,
    }
}

fn read(directory: &Path) -> Git {
    work_by(later)(question(directory)).0
}

fn branch(name: &str) -> Git {
    Git::Head(Head { name: name.to_owned(), unborn: false, bare: false, operation: None })
}

fn operation(directory: &Path) -> (String, String) {
    match read(directory) {
        Git::Head(Head { name, operation: Some(operation), .. }) => (name, operation),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_branch_is_shown_from_anywhere_below() {
    let fixture = Fixture::new();
    let below = fixture.path().join("a/b");
    fs::create_dir_all(&below).unwrap();
    assert_eq!(read(&fixture.path()), branch("main"));
    assert_eq!(read(&below), branch("main"));
    assert_eq!(read(&fixture.path().join(".git")), branch("main"));
}

#[test]
fn a_directory_without_a_repository_has_none() {
    let directory = TempDir::new().unwrap();
    assert_eq!(read(directory.path()), Git::None);
    assert_eq!(read(&directory.path().join("gone")), Git::None);
}

#[test]
fn what_is_not_a_branch_with_commits_is_said() {
    let fixture = Fixture::unborn();
    let unborn = Head { name: "main".to_owned(), unborn: true, bare: false, operation: None };
    assert_eq!(read(&fixture.path()), Git::Head(unborn));
    let commit = fixture.commit("one", &[]);
    fixture.repository.set_head_detached(commit).unwrap();
    assert_eq!(read(&fixture.path()), branch(&commit.to_string()[..7]));
}

#[test]
fn operations_are_said() {
    let merge = Fixture::new();
    let theirs = merge.conflict();
    let annotated = merge.repository.find_annotated_commit(theirs).unwrap();
    merge.repository.merge(&[&annotated], None, None).unwrap();
    assert_eq!(operation(&merge.path()), ("main".to_owned(), "MERGING".to_owned()));

    let pick = Fixture::new();
    let theirs = pick.conflict();
    pick.repository.cherrypick(&pick.repository.find_commit(theirs).unwrap(), None).unwrap();
    assert_eq!(operation(&pick.path()).1, "CHERRY-PICKING");

    let revert = Fixture::new();
    revert.conflict();
    let last = revert.repository.find_commit(revert.head()).unwrap();
    revert.repository.revert(&last, None).unwrap();
    assert_eq!(operation(&revert.path()).1, "REVERTING");

    let bisect = Fixture::new();
    fs::write(bisect.path().join(".git/BISECT_LOG"), "git bisect start\n").unwrap();
    assert_eq!(operation(&bisect.path()).1, "BISECTING");
}

#[test]
fn a_rebase_is_said_with_its_branch() {
    let fixture = Fixture::new();
    let theirs = fixture.conflict();
    let repository = &fixture.repository;
    let onto = repository.find_annotated_commit(theirs).unwrap();
    let main = repository.reference_to_annotated_commit(&repository.head().unwrap()).unwrap();
    let mut rebase = repository.rebase(Some(&main), Some(&onto), None, None).unwrap();
    rebase.next().unwrap().unwrap();
    let (name, operation) = operation(&fixture.path());
    assert_eq!(name, "main");
    assert!(operation.starts_with("REBASE"), "{operation}");
    rebase.abort().unwrap();
    assert_eq!(read(&fixture.path()), branch("main"));
}

#[test]
fn linked_work_trees_and_bare_repositories_have_their_own_heads() {
    let fixture = Fixture::new();
    let place = TempDir::new().unwrap();
    let linked = place.path().join("linked");
    fixture.repository.worktree("linked", &linked, None).unwrap();
    assert_eq!(read(&linked), branch("linked"));
    let bare = place.path().join("bare.git");
    Repository::init_opts(&bare, RepositoryInitOptions::new().bare(true).initial_head("trunk")).unwrap();
    let head = Head { name: "trunk".to_owned(), unborn: true, bare: true, operation: None };
    assert_eq!(read(&bare), Git::Head(head));
}

#[test]
fn the_sessions_own_variables_count() {
    let (here, there) = (Fixture::new(), Fixture::unborn());
    there.commit("one", &[]);
    there.repository.set_head("refs/heads/elsewhere").unwrap();
    let mut work = work_by(later);
    let asked = Question { git_dir: Some(there.path().join(".git")), ..question(&here.path()) };
    assert!(matches!(work(asked).0, Git::Head(head) if head.name == "elsewhere"));
    let asked = Question { git_dir: Some("nowhere".into()), ..question(&here.path()) };
    assert_eq!(work(asked).0, Git::None);
    let below = here.path().join("below");
    fs::create_dir(&below).unwrap();
    let asked = Question { ceilings: Some(here.path().into()), ..question(&below) };
    assert_eq!(work(asked).0, Git::None);
}

#[test]
fn broken_repositories_are_never_shown_as_something() {
    let fixture = Fixture::new();
    let git = fixture.path().join(".git");
    fs::write(git.join("HEAD"), "nonsense").unwrap();
    assert_eq!(read(&fixture.path()), Git::Unknown);
    fs::remove_file(git.join("HEAD")).unwrap();
    assert_eq!(read(&fixture.path()), Git::None);
    fs::remove_dir_all(&git).unwrap();
    for gitlink in ["", "gitdir: /nonexistent", "\0\0\0"] {
        fs::write(&git, gitlink).unwrap();
        assert!(matches!(read(&fixture.path()), Git::None | Git::Unknown), "{gitlink:?}");
    }
}

#[test]
fn anothers_repository_is_refused() {
    let fixture = Fixture::new();
    let anothers = nix::unistd::Uid::from_raw(54321);
    let trusted = git2::Config::open_default().and_then(|config| config.get_string("safe.directory"));
    for path in [fixture.path(), fixture.path().join(".git")] {
        if trusted.is_ok() || nix::unistd::chown(&path, Some(anothers), None).is_err() {
            // Only root can give a file away, and only an untrusting git refuses it.
            return;
        }
    }
    assert_eq!(read(&fixture.path()), Git::Unknown);
}

#[test]
fn what_may_not_be_read_is_not_guessed() {
    let (fixture, place) = (Fixture::new(), TempDir::new().unwrap());
    let linked = place.path().join("linked");
    fixture.repository.worktree("linked", &linked, None).unwrap();
    let shut = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    // root may read anything.
    let may = nix::unistd::geteuid().is_root();
    let head = fixture.path().join(".git/HEAD");
    shut(&head, 0);
    assert_eq!(read(&fixture.path()), if may { branch("main") } else { Git::Unknown });
    shut(&head, 0o600);
    assert_eq!(read(&fixture.path()), branch("main"));
    let git = fixture.path().join(".git");
    shut(&git, 0);
    for (directory, name) in [(fixture.path(), "main"), (linked, "linked")] {
        let shown = read(&directory);
        assert!(if may { shown == branch(name) } else { !matches!(shown, Git::Head(_)) }, "{shown:?}");
    }
    shut(&git, 0o700);
}

/// Asks twice; the second answer must be the kept one.
fn assert_kept(work: &mut Work<Question, Git>, directory: &Path, expected: &Git) {
    assert_eq!(work(question(directory)), (expected.clone(), false));
    assert_eq!(work(question(directory)), (expected.clone(), true));
}

#[test]
fn a_change_from_anywhere_shows_at_once() {
    let fixture = Fixture::new();
    let repository = &fixture.repository;
    let below = fixture.path().join("below");
    fs::create_dir(&below).unwrap();
    let mut work = work_by(later);
    assert_kept(&mut work, &below, &branch("main"));

    let commit = repository.find_commit(fixture.head()).unwrap();
    repository.branch("other", &commit, false).unwrap();
    repository.set_head("refs/heads/other").unwrap();
    assert_kept(&mut work, &below, &branch("other"));

    fs::write(fixture.path().join(".git/BISECT_LOG"), "").unwrap();
    assert!(matches!(work(question(&below)), (Git::Head(Head { operation: Some(_), .. }), false)));
    fs::remove_file(fixture.path().join(".git/BISECT_LOG")).unwrap();
    assert_eq!(work(question(&below)), (branch("other"), false));

    let inner = Repository::init_opts(&below, RepositoryInitOptions::new().initial_head("inner")).unwrap();
    let unborn = Head { name: "inner".to_owned(), unborn: true, bare: false, operation: None };
    assert_kept(&mut work, &below, &Git::Head(unborn));
    fs::remove_dir_all(inner.path()).unwrap();
    assert_kept(&mut work, &below, &branch("other"));

    fs::remove_dir_all(fixture.path().join(".git")).unwrap();
    assert_kept(&mut work, &below, &Git::None);
    Repository::init(fixture.path()).unwrap();
    assert!(!work(question(&below)).1);
}

#[test]
fn a_directory_that_is_another_now_is_looked_at_anew() {
    let (one, two) = (Fixture::new(), Fixture::unborn());
    let place = TempDir::new().unwrap();
    let link = place.path().join("link");
    std::os::unix::fs::symlink(one.path(), &link).unwrap();
    let mut work = work_by(later);
    assert_kept(&mut work, &link, &branch("main"));
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(two.path(), &link).unwrap();
    assert!(matches!(work(question(&link)), (Git::Head(Head { unborn: true, .. }), false)));
}

#[test]
fn a_work_tree_tells_of_changes_and_distance() {
    let fixture = Fixture::new();
    let mut work = work_tree::work();
    let base = fixture.head();
    let clean = work(question(&fixture.path())).0.unwrap_or_default();
    assert_eq!((clean.changed, clean.ahead, clean.behind), (false, 0, 0));

    fixture.repository.reference("refs/remotes/origin/main", base, false, "").unwrap();
    let mut config = fixture.repository.config().unwrap();
    config.set_str("remote.origin.url", "nowhere").unwrap();
    config.set_str("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*").unwrap();
    config.set_str("branch.main.remote", "origin").unwrap();
    config.set_str("branch.main.merge", "refs/heads/main").unwrap();
    fixture.commit("two", &[base]);
    fs::write(fixture.path().join("file"), "changed").unwrap();
    let mut work = work_tree::work();
    let tree = work(question(&fixture.path())).0.unwrap();
    assert_eq!((tree.changed, tree.ahead, tree.behind), (true, 1, 0));
}

/// Runs git itself, for what libgit2 cannot make; without any settings but these.
fn run_git(directory: &Path, arguments: &[&str]) {
    let settings =
        ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always"];
    let status = std::process::Command::new("git")
        .args(settings)
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status();
    assert!(status.unwrap().success(), "git {arguments:?}");
}

#[test]
fn a_submodule_and_a_sparse_checkout_have_their_branches() {
    let (fixture, inner) = (Fixture::new(), Fixture::new());
    let outer = fixture.path();
    run_git(&outer, &["submodule", "add", inner.path().to_str().unwrap(), "inner"]);
    run_git(&outer.join("inner"), &["switch", "--create", "topic"]);
    assert_eq!(read(&outer.join("inner")), branch("topic"));
    assert_eq!(read(&outer), branch("main"));
    run_git(&outer, &["sparse-checkout", "set", "nothing"]);
    assert_eq!(read(&outer), branch("main"));
    run_git(&outer, &["commit", "--all", "--message", "inner"]);
    let state = work_tree::work()(question(&outer)).0.unwrap();
    assert!(!state.changed);
}

#[test]
fn a_repository_with_longer_hashes_is_as_any() {
    let directory = TempDir::new().unwrap();
    let directory = directory.path().canonicalize().unwrap();
    run_git(&directory, &["init", "--initial-branch=main", "--object-format=sha256"]);
    fs::write(directory.join("file"), "one").unwrap();
    run_git(&directory, &["add", "file"]);
    run_git(&directory, &["commit", "--message", "one"]);
    assert_eq!(read(&directory), branch("main"));
    let changed = || work_tree::work()(question(&directory)).0.map(|tree| tree.changed);
    assert_eq!(changed(), Some(false));
    fs::write(directory.join("file"), "another").unwrap();
    assert_eq!(changed(), Some(true));
    run_git(&directory, &["checkout", "--detach"]);
    assert!(matches!(read(&directory), Git::Head(head) if head.name.len() == 7));
}

#[test]
fn what_cannot_be_read_is_not_guessed() {
    let directory = TempDir::new().unwrap();
    let directory = directory.path().canonicalize().unwrap();
    // git before 2.45 knows no such repositories.
    let made = std::process::Command::new("git")
        .args(["init", "--quiet", "--ref-format=reftable", directory.to_str().unwrap()])
        .stderr(std::process::Stdio::null())
        .status();
    if made.unwrap().success() {
        assert_eq!(read(&directory), Git::Unknown);
    }
}

#[test]
fn a_hit_looks_at_no_more_files_than_it_needs() {
    let fixture = Fixture::new();
    let below = fixture.path().join("a/b");
    fs::create_dir_all(&below).unwrap();
    let looks = |directory: &Path| {
        let mut record = Record::new(later);
        assert_eq!(git::read(&question(directory), &mut record), branch("main"));
        record.looks()
    };
    let at_top = looks(&fixture.path());
    // Each directory on the way up costs what could make it a repository.
    assert_eq!((at_top, looks(&below) - at_top), (LOOKS, 2 * LOOKS_ABOVE));
}

/// At the top of a repository: the search, HEAD, its branch, the configuration, and the signs of operations.
const LOOKS: usize = 21;
const LOOKS_ABOVE: usize = 2;
