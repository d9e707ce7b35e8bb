//! What git has checked out: the branch or commit, and an operation that waits to be gone on with. Read with
//! libgit2, never by a subprocess. Which changes the work tree has is another question (`work_tree.rs`).

use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use git2::{ErrorCode, ReferenceType, Repository, RepositoryOpenFlags, RepositoryState};

use super::cache::{Cache, Clock, Record};
use super::fetch::Work;

/// Where to look: the directory, and the variables that git goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) directory: PathBuf,
    pub(super) git_dir: Option<PathBuf>,
    pub(super) work_tree: Option<PathBuf>,
    pub(super) ceilings: Option<OsString>,
    pub(super) across_filesystems: bool,
}

/// What there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Git {
    /// No repository.
    None,
    /// A repository that git would refuse, or that cannot be read.
    Unknown,
    /// A repository.
    Head(Head),
}

/// What a repository has checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// The branch's name, or a commit's short hash.
    pub(super) name: String,
    /// Whether the branch has no commit yet.
    pub(super) unborn: bool,
    /// Whether there is no work tree.
    pub(super) bare: bool,
    /// The operation in progress, as git's own prompt writes it.
    pub(super) operation: Option<String>,
}

/// The worker's work.
pub(super) fn work() -> Work<Question, Git> {
    work_by(SystemTime::now)
}

/// The worker's work, by another clock.
pub(super) fn work_by(clock: Clock) -> Work<Question, Git> {
    let mut cache = Cache::new();
    Box::new(move |question| {
        if let Some(git) = cache.get(&question) {
            return (git, true);
        }
        let mut record = Record::new(clock);
        let git = read(&question, &mut record);
        cache.put(question, git.clone(), record);
        (git, false)
    })
}

pub(super) fn read(question: &Question, record: &mut Record) -> Git {
    let place = note_search(question, record);
    let opened = open(question);
    let as_noted = match (&opened, &place) {
        (Ok(repository), Some(place)) => {
            repository.path().starts_with(place) || repository.workdir() == Some(place)
        }
        (Ok(_), None) => question.git_dir.is_some(),
        (Err(error), place) => error.code() == ErrorCode::NotFound && place.is_none(),
    };
    if !as_noted {
        // A `.git` that is none, say, or a refusal, which hangs on configuration files.
        record.doubt();
    }
    match opened {
        Ok(repository) => read_head(&repository, record).map_or(Git::Unknown, Git::Head),
        Err(error) if error.code() == ErrorCode::NotFound => Git::None,
        Err(_) => Git::Unknown,
    }
}

/// Opens the repository that git would use.
pub(super) fn open(question: &Question) -> Result<Repository, git2::Error> {
    let mut flags = RepositoryOpenFlags::empty();
    let ceilings = question.ceilings.clone().unwrap_or_default();
    let start = match &question.git_dir {
        Some(git_dir) => {
            flags.insert(RepositoryOpenFlags::NO_SEARCH);
            &question.directory.join(git_dir)
        }
        None => {
            flags.set(RepositoryOpenFlags::CROSS_FS, question.across_filesystems);
            &question.directory
        }
    };
    let repository = Repository::open_ext(start, flags, std::env::split_paths(&ceilings))?;
    if let Some(work_tree) = &question.work_tree {
        repository.set_workdir(&question.directory.join(work_tree), false)?;
    }
    Ok(repository)
}

/// Puts on record what the search for the repository hangs on: in each directory upwards, what would make it
/// the one. Gives the directory where that seems to be so.
fn note_search(question: &Question, record: &mut Record) -> Option<PathBuf> {
    // The path may lead over links; the search goes up the real one.
    record.identity(question.directory.clone());
    if let Some(git_dir) = &question.git_dir {
        record.identity(question.directory.join(git_dir));
        return None;
    }
    let directory = question.directory.canonicalize().ok()?;
    for directory in directory.ancestors() {
        let dot_git = directory.join(".git");
        let found = if dot_git.is_file() { record.content(dot_git) } else { record.identity(dot_git) };
        // A directory can be a repository itself; these three make it one.
        let bare = record.identity(directory.join("HEAD"))
            && record.identity(directory.join("objects"))
            && record.identity(directory.join("refs"));
        if found || bare {
            record.identity(directory.to_owned());
            return Some(directory.to_owned());
        }
    }
    None
}

fn read_head(repository: &Repository, record: &mut Record) -> Option<Head> {
    let (own, common) = (repository.path(), repository.commondir());
    record.content(own.join("HEAD"));
    record.content(common.join("config"));
    for file in OPERATION_FILES {
        record.content(own.join(file));
    }
    let operation = operation(repository);
    let (name, unborn) = match rebased_branch(own) {
        Some(branch) => (branch, false),
        None => checked_out(repository, record)?,
    };
    Some(Head { name, unborn, bare: repository.is_bare(), operation })
}

/// The branch or commit that HEAD names, and whether the branch is yet to be born.
fn checked_out(repository: &Repository, record: &mut Record) -> Option<(String, bool)> {
    let head = repository.find_reference("HEAD").ok()?;
    if head.kind() == Some(ReferenceType::Direct) {
        let commit = head.target()?;
        let short = repository.find_object(commit, None).and_then(|object| object.short_id());
        let short = short.ok().map(|id| String::from_utf8_lossy(&id).into_owned());
        return Some((short.unwrap_or_else(|| commit.to_string().chars().take(7).collect()), false));
    }
    let target = String::from_utf8_lossy(head.symbolic_target_bytes()?).into_owned();
    record.content(repository.commondir().join(&target));
    record.content(repository.commondir().join("packed-refs"));
    let unborn = match repository.refname_to_id(&target) {
        Ok(_) => false,
        Err(error) if error.code() == ErrorCode::NotFound => true,
        Err(_) => return None,
    };
    Some((target.strip_prefix("refs/heads/").unwrap_or(&target).to_owned(), unborn))
}

/// The files that tell of an operation in progress, within a repository's own directory.
const OPERATION_FILES: [&str; 13] = [
    "rebase-merge",
    "rebase-merge/interactive",
    "rebase-merge/head-name",
    "rebase-merge/msgnum",
    "rebase-apply",
    "rebase-apply/rebasing",
    "rebase-apply/applying",
    "rebase-apply/next",
    "MERGE_HEAD",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "sequencer/todo",
    "BISECT_LOG",
];

fn operation(repository: &Repository) -> Option<String> {
    let own = repository.path();
    let steps = |directory: &str, at: &str, of: &str| {
        let number = |file: &str| first_line(&own.join(directory).join(file))?.parse::<u32>().ok();
        number(at).zip(number(of)).map_or(String::new(), |(at, of)| format!(" {at}/{of}"))
    };
    let name = match repository.state() {
        RepositoryState::Clean => return None,
        RepositoryState::Merge => "MERGING",
        RepositoryState::Revert | RepositoryState::RevertSequence => "REVERTING",
        RepositoryState::CherryPick | RepositoryState::CherryPickSequence => "CHERRY-PICKING",
        RepositoryState::Bisect => "BISECTING",
        RepositoryState::RebaseInteractive | RepositoryState::RebaseMerge => {
            return Some(format!("REBASE{}", steps("rebase-merge", "msgnum", "end")));
        }
        RepositoryState::Rebase => return Some(format!("REBASE{}", steps("rebase-apply", "next", "last"))),
        RepositoryState::ApplyMailbox | RepositoryState::ApplyMailboxOrRebase => {
            return Some(format!("AM{}", steps("rebase-apply", "next", "last")));
        }
    };
    Some(name.to_owned())
}

/// The branch that is being rebased: HEAD is detached meanwhile.
fn rebased_branch(own: &Path) -> Option<String> {
    let head = first_line(&own.join("rebase-merge/head-name"))
        .or_else(|| first_line(&own.join("rebase-apply/head-name")))?;
    head.strip_prefix("refs/heads/").map(str::to_owned)
}

/// The first line of a small file.
fn first_line(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(4096).read_to_end(&mut bytes).ok()?;
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    Some(String::from_utf8_lossy(line).trim().to_owned())
}
