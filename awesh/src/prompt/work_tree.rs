//! Whether the work tree has changes, and how far the branch is from its upstream. This takes as long as the
//! repository is large, so the prompt waits for it a moment at most, and is drawn again when it is known.

use std::thread;
use std::time::{Duration, Instant};

use git2::{Repository, StatusOptions};

use super::fetch::Work;
use super::git::{self, Question};

/// How long a prompt waits.
pub(super) const BUDGET: Duration = Duration::from_micros(1200);

/// A repository that takes longer is left alone for this many times as long: who presses Enter again and again
/// shall not cost the machine a core.
const REST: u32 = 4;

/// What the work tree is like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct WorkTree {
    /// Whether tracked files differ from the last commit.
    pub(super) changed: bool,
    /// Commits that the upstream has not.
    pub(super) ahead: usize,
    /// Commits that only the upstream has.
    pub(super) behind: usize,
}

/// The worker's work.
pub(super) fn work() -> Work<Question, Option<WorkTree>> {
    let mut rests_until = Instant::now();
    Box::new(move |question| {
        thread::sleep(rests_until.saturating_duration_since(Instant::now()));
        let started = Instant::now();
        let work_tree = read(&question);
        let took = started.elapsed();
        if took > BUDGET {
            rests_until = Instant::now() + took * REST;
        }
        (work_tree, false)
    })
}

fn read(question: &Question) -> Option<WorkTree> {
    let repository = git::open(question).ok()?;
    let changed = is_changed(&repository)?;
    let (ahead, behind) = distance(&repository).unwrap_or_default();
    Some(WorkTree { changed, ahead, behind })
}

fn is_changed(repository: &Repository) -> Option<bool> {
    let mut options = StatusOptions::new();
    options.include_untracked(false).include_ignored(false).exclude_submodules(true);
    let statuses = repository.statuses(Some(&mut options)).ok()?;
    Some(!statuses.is_empty())
}

/// How many commits the branch and its upstream have that the other has not.
fn distance(repository: &Repository) -> Option<(usize, usize)> {
    let head = repository.head().ok()?;
    let upstream = repository.branch_upstream_name(head.name().ok()?).ok()?;
    let upstream = repository.refname_to_id(upstream.as_str().ok()?).ok()?;
    repository.graph_ahead_behind(head.target()?, upstream).ok()
}
