//! Reading a repository with libgit2: values in, no words for the user.
//!
//! Everything here may block and belongs on a thread that may.

use std::time::{SystemTime, UNIX_EPOCH};

use git2::{
    BranchType, Commit, Delta, DiffFormat, DiffOptions, Error, ErrorCode, Repository, RepositoryState, Sort,
    Status, StatusOptions,
};

use crate::agent::Question;

/// Where HEAD points and how it stands to its upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// What it points at.
    pub(super) at: At,
    /// The branch it follows, where it follows one.
    pub(super) upstream: Option<Upstream>,
    /// An operation that was begun and not finished: "a rebase", …
    pub(super) unfinished: Option<&'static str>,
}

/// What HEAD points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum At {
    /// A branch with a commit.
    Branch(String),
    /// A branch without one yet.
    Unborn(String),
    /// A commit, by its short hash.
    Commit(String),
}

/// A branch that another follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Upstream {
    /// Its name, with the remote's.
    pub(super) name: String,
    /// Commits it does not have yet.
    pub(super) ahead: usize,
    /// Commits it has more.
    pub(super) behind: usize,
}

/// What is not committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    /// Where HEAD points.
    pub(super) head: Head,
    /// Files that differ.
    pub(super) changes: Vec<Change>,
    /// Lines added and removed in files that git follows, against HEAD.
    pub(super) lines: (usize, usize),
}

/// A file that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Its path within the repository.
    pub(super) path: String,
    /// How the index differs from HEAD.
    pub(super) staged: Option<&'static str>,
    /// How the file differs from the index.
    pub(super) unstaged: Option<&'static str>,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Logged {
    /// Its short hash.
    pub(super) hash: String,
    /// Seconds since it was made.
    pub(super) age: i64,
    /// Who wrote it.
    pub(super) author: String,
    /// The first line of its message.
    pub(super) subject: String,
}

/// A local branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Local {
    /// Its name.
    pub(super) name: String,
    /// Whether HEAD points at it.
    pub(super) current: bool,
    /// Its last commit.
    pub(super) last: Logged,
}

/// Lines of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Patch {
    /// The lines, with their signs, without line ends.
    pub(super) lines: Vec<String>,
    /// How many more there were.
    pub(super) left_out: usize,
}

/// Opens the repository as git itself would from there: `GIT_DIR` before discovery.
pub(super) fn open(question: &Question) -> Result<Repository, Error> {
    let variable = |name: &str| question.environment.get(name).filter(|value| !value.is_empty());
    let Some(git_dir) = variable("GIT_DIR") else { return Repository::discover(&question.directory) };
    let repository = Repository::open(question.directory.join(git_dir))?;
    if let Some(work_tree) = variable("GIT_WORK_TREE") {
        repository.set_workdir(&question.directory.join(work_tree), false)?;
    }
    Ok(repository)
}

/// Whether there is a repository to read, without reading it.
pub(super) fn is_in_repository(question: &Question) -> bool {
    question.environment.get("GIT_DIR").is_some_and(|value| !value.is_empty())
        || question.directory.ancestors().any(|directory| directory.join(".git").exists())
}

/// Where HEAD points and how it stands to its upstream.
pub(super) fn head(repository: &Repository) -> Result<Head, Error> {
    let unfinished = unfinished(repository.state());
    let reference = match repository.head() {
        Ok(reference) => reference,
        Err(error) if error.code() == ErrorCode::UnbornBranch => {
            let reference = repository.find_reference("HEAD")?;
            let target = reference.symbolic_target_bytes().map(lossy).unwrap_or_default();
            let name = target.strip_prefix("refs/heads/").unwrap_or(&target).to_owned();
            return Ok(Head { at: At::Unborn(name), upstream: None, unfinished });
        }
        Err(error) => return Err(error),
    };
    if !reference.is_branch() {
        let hash = short_hash(&reference.peel_to_commit()?);
        return Ok(Head { at: At::Commit(hash), upstream: None, unfinished });
    }
    let name = lossy(reference.shorthand_bytes());
    let branch = git2::Branch::wrap(reference);
    Ok(Head { at: At::Branch(name), upstream: upstream(repository, &branch), unfinished })
}

/// A branch without a readable upstream follows none, as far as can be told.
fn upstream(repository: &Repository, branch: &git2::Branch<'_>) -> Option<Upstream> {
    let upstream = branch.upstream().ok()?;
    let (local, remote) = (branch.get().target()?, upstream.get().target()?);
    let (ahead, behind) = repository.graph_ahead_behind(local, remote).ok()?;
    Some(Upstream { name: lossy(upstream.name_bytes().ok()?), ahead, behind })
}

fn unfinished(state: RepositoryState) -> Option<&'static str> {
    match state {
        RepositoryState::Clean => None,
        RepositoryState::Merge => Some("a merge"),
        RepositoryState::Revert | RepositoryState::RevertSequence => Some("a revert"),
        RepositoryState::CherryPick | RepositoryState::CherryPickSequence => Some("a cherry-pick"),
        RepositoryState::Bisect => Some("a bisect"),
        RepositoryState::Rebase | RepositoryState::RebaseInteractive | RepositoryState::RebaseMerge => {
            Some("a rebase")
        }
        RepositoryState::ApplyMailbox | RepositoryState::ApplyMailboxOrRebase => {
            Some("an application of patches")
        }
    }
}

/// What is not committed.
pub(super) fn status(repository: &Repository) -> Result<State, Error> {
    let head = head(repository)?;
    let mut options = StatusOptions::new();
    options.include_untracked(true).renames_head_to_index(true).exclude_submodules(true);
    let statuses = repository.statuses(Some(&mut options))?;
    let changes = statuses.iter().map(|entry| Change {
        path: lossy(entry.path_bytes()),
        staged: staged(entry.status()),
        unstaged: unstaged(entry.status()),
    });
    let changes = changes.collect();
    let stats = against_head(repository, &mut DiffOptions::new())?.stats()?;
    Ok(State { head, changes, lines: (stats.insertions(), stats.deletions()) })
}

fn staged(status: Status) -> Option<&'static str> {
    named(
        status,
        &[
            (Status::INDEX_NEW, "new"),
            (Status::INDEX_RENAMED, "renamed"),
            (Status::INDEX_DELETED, "deleted"),
            (Status::INDEX_MODIFIED, "modified"),
            (Status::INDEX_TYPECHANGE, "type changed"),
        ],
    )
}

fn unstaged(status: Status) -> Option<&'static str> {
    named(
        status,
        &[
            (Status::CONFLICTED, "in conflict"),
            (Status::WT_NEW, "untracked"),
            (Status::WT_RENAMED, "renamed"),
            (Status::WT_DELETED, "deleted"),
            (Status::WT_MODIFIED, "modified"),
            (Status::WT_TYPECHANGE, "type changed"),
            (Status::WT_UNREADABLE, "unreadable"),
        ],
    )
}

fn named(status: Status, names: &[(Status, &'static str)]) -> Option<&'static str> {
    names.iter().find(|(bit, _)| status.contains(*bit)).map(|(_, name)| *name)
}

fn against_head<'r>(repository: &'r Repository, options: &mut DiffOptions) -> Result<git2::Diff<'r>, Error> {
    let tree = match repository.head() {
        Ok(head) => Some(head.peel_to_tree()?),
        Err(error) if error.code() == ErrorCode::UnbornBranch => None,
        Err(error) => return Err(error),
    };
    repository.diff_tree_to_workdir_with_index(tree.as_ref(), Some(options))
}

/// The changes against HEAD, line by line, capped.
pub(super) fn diff(repository: &Repository) -> Result<Patch, Error> {
    const LINES: usize = 500;
    let diff = against_head(repository, &mut DiffOptions::new())?;
    let mut patch = Patch { lines: Vec::new(), left_out: 0 };
    diff.print(DiffFormat::Patch, |_, _, line| {
        let sign =
            if matches!(line.origin(), '+' | '-' | ' ') { line.origin().to_string() } else { String::new() };
        for content in lossy(line.content()).lines() {
            if patch.lines.len() < LINES {
                patch.lines.push(format!("{sign}{content}"));
            } else {
                patch.left_out += 1;
            }
        }
        true
    })?;
    Ok(patch)
}

/// The last commits before HEAD, newest first.
pub(super) fn log(
    repository: &Repository,
    count: usize,
    stop: &dyn Fn() -> bool,
) -> Result<Vec<Logged>, Error> {
    if matches!(head(repository)?.at, At::Unborn(_)) {
        return Ok(Vec::new());
    }
    let mut walk = repository.revwalk()?;
    walk.set_sorting(Sort::TIME)?;
    walk.push_head()?;
    let now = now();
    let ids = walk.take(count).take_while(|_| !stop());
    ids.map(|id| Ok(logged(&repository.find_commit(id?)?, now))).collect()
}

/// The last commit and the files it changed.
pub(super) fn last_commit(repository: &Repository) -> Result<Option<(Logged, Vec<Change>)>, Error> {
    let commit = match repository.head() {
        Ok(head) => head.peel_to_commit()?,
        Err(error) if error.code() == ErrorCode::UnbornBranch => return Ok(None),
        Err(error) => return Err(error),
    };
    let before = commit.parents().next().map(|parent| parent.tree()).transpose()?;
    let diff = repository.diff_tree_to_tree(before.as_ref(), Some(&commit.tree()?), None)?;
    let changes = diff.deltas().map(|delta| Change {
        path: delta.new_file().path_bytes().map(lossy).unwrap_or_default(),
        staged: Some(match delta.status() {
            Delta::Added => "new",
            Delta::Deleted => "deleted",
            Delta::Typechange => "type changed",
            _ => "modified",
        }),
        unstaged: None,
    });
    Ok(Some((logged(&commit, now()), changes.collect())))
}

/// The local branches, the one with the newest commit first.
pub(super) fn branches(repository: &Repository) -> Result<Vec<Local>, Error> {
    let now = now();
    let mut branches = Vec::new();
    for branch in repository.branches(Some(BranchType::Local))? {
        let (branch, _) = branch?;
        let last = logged(&branch.get().peel_to_commit()?, now);
        branches.push(Local { name: lossy(branch.name_bytes()?), current: branch.is_head(), last });
    }
    branches.sort_by_key(|branch| branch.last.age);
    Ok(branches)
}

fn logged(commit: &Commit<'_>, now: i64) -> Logged {
    Logged {
        hash: short_hash(commit),
        age: now.saturating_sub(commit.time().seconds()),
        author: lossy(commit.author().name_bytes()),
        subject: commit.summary_bytes().map(lossy).unwrap_or_default(),
    }
}

/// The hash as git shortens it; the object's own short form needs the whole database.
fn short_hash(commit: &Commit<'_>) -> String {
    const LENGTH: usize = 7;
    commit.id().to_string().chars().take(LENGTH).collect()
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
