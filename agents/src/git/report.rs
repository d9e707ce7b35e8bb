//! Wording what was read of a repository.

use std::path::Path;

use git2::{Error, ErrorCode};

use super::read::{At, Change, Head, Local, Logged, Patch, State};
use crate::words::{age, code, printable};

/// A part of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Section {
    /// Markdown.
    Text(String),
    /// A table.
    Table {
        /// Headings.
        columns: &'static [&'static str],
        /// Rows, each as long as `columns`.
        rows: Vec<Vec<String>>,
    },
}

/// How many files a table shows.
const FILES: usize = 100;

/// What is not committed.
pub(super) fn status(state: State) -> Vec<Section> {
    let place = sentence(&state.head);
    if state.changes.is_empty() {
        return vec![Section::Text(format!("{place} Nothing to commit: the working tree is clean.\n"))];
    }
    let (added, removed) = state.lines;
    let files = count(state.changes.len(), "file");
    let lines = format!("+{added} −{removed} lines in followed files");
    let mut sections = vec![Section::Text(format!("{place} {files} not committed ({lines}):\n"))];
    sections.extend(files_table(&state.changes, &["file", "staged", "not staged"], |change| {
        vec![change.staged.unwrap_or_default().to_owned(), change.unstaged.unwrap_or_default().to_owned()]
    }));
    sections
}

/// Where HEAD points.
pub(super) fn branch(head: &Head) -> Vec<Section> {
    vec![Section::Text(format!("{}\n", sentence(head)))]
}

fn sentence(head: &Head) -> String {
    let at = match &head.at {
        At::Branch(name) => format!("On branch {}", code(name)),
        At::Unborn(name) => format!("On branch {}, which has no commit yet", code(name)),
        At::Commit(hash) => format!("On no branch: HEAD is detached at {}", code(hash)),
    };
    let upstream = head.upstream.as_ref().map(|upstream| {
        let name = code(&upstream.name);
        match (upstream.ahead, upstream.behind) {
            (0, 0) => format!(", level with {name}"),
            (ahead, 0) => format!(", {} ahead of {name}", count(ahead, "commit")),
            (0, behind) => format!(", {} behind {name}", count(behind, "commit")),
            (ahead, behind) => format!(", {} ahead of and {behind} behind {name}", count(ahead, "commit")),
        }
    });
    let unfinished = head.unfinished.map(|operation| format!(", in the middle of {operation}"));
    format!("{at}{}{}.", upstream.unwrap_or_default(), unfinished.unwrap_or_default())
}

/// The local branches.
pub(super) fn branches(branches: Vec<Local>) -> Vec<Section> {
    if branches.is_empty() {
        return vec![Section::Text("No branch has a commit yet.\n".to_owned())];
    }
    let rows = branches.into_iter().map(|branch| {
        let mark = if branch.current { "*" } else { "" };
        vec![mark.to_owned(), printable(&branch.name), age(branch.last.age), printable(&branch.last.subject)]
    });
    vec![Section::Table { columns: &["", "branch", "last commit", "subject"], rows: rows.collect() }]
}

/// The last commits.
pub(super) fn log(commits: Vec<Logged>) -> Vec<Section> {
    if commits.is_empty() {
        return vec![Section::Text("No commit yet.\n".to_owned())];
    }
    let rows = commits.into_iter().map(|commit| {
        vec![commit.hash, age(commit.age), printable(&commit.author), printable(&commit.subject)]
    });
    vec![Section::Table { columns: &["commit", "when", "author", "subject"], rows: rows.collect() }]
}

/// The last commit.
pub(super) fn commit(commit: Option<(Logged, Vec<Change>)>) -> Vec<Section> {
    let Some((commit, changes)) = commit else { return vec![Section::Text("No commit yet.\n".to_owned())] };
    let (hash, subject) = (code(&commit.hash), code(&commit.subject));
    let author = code(&commit.author);
    let text =
        format!("{hash} {subject} by {author}, {}; {}:\n", age(commit.age), count(changes.len(), "file"));
    let table = files_table(&changes, &["file", "change"], |change| {
        vec![change.staged.unwrap_or_default().to_owned()]
    });
    std::iter::once(Section::Text(text)).chain(table).collect()
}

/// The changes, line by line.
pub(super) fn diff(patch: Patch) -> Vec<Section> {
    if patch.lines.is_empty() {
        return vec![Section::Text("No differences from the last commit in followed files.\n".to_owned())];
    }
    let body: Vec<String> = patch
        .lines
        .iter()
        .map(|line| line.split('\t').map(printable).collect::<Vec<_>>().join("\t"))
        .collect();
    let body = body.join("\n");
    // A line of the diff may itself be a fence.
    let longest = body.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    let mut text = format!("{fence}diff\n{body}\n{fence}\n");
    if patch.left_out > 0 {
        text.push_str(&format!("\n{} more not shown.\n", count(patch.left_out, "line")));
    }
    vec![Section::Text(text)]
}

/// Why nothing could be read.
pub(super) fn unreadable(error: &Error, directory: &Path) -> Vec<Section> {
    let place = code(&directory.to_string_lossy());
    let text = match error.code() {
        ErrorCode::NotFound => format!("{place} is not in a git repository.\n"),
        ErrorCode::Owner => {
            format!(
                "The repository of {place} belongs to another user, and git's `safe.directory` does not name it.\n"
            )
        }
        _ => format!("The repository of {place} could not be read: {}.\n", printable(error.message())),
    };
    vec![Section::Text(text)]
}

fn files_table(
    changes: &[Change],
    columns: &'static [&'static str],
    cells: impl Fn(&Change) -> Vec<String>,
) -> Vec<Section> {
    let rows = changes.iter().take(FILES).map(|change| {
        let mut row = vec![printable(&change.path)];
        row.extend(cells(change));
        row
    });
    let mut sections = vec![Section::Table { columns, rows: rows.collect() }];
    if let Some(left_out) = changes.len().checked_sub(FILES).filter(|count| *count > 0) {
        sections.push(Section::Text(format!("{} more not shown.\n", count(left_out, "file"))));
    }
    sections
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
