//! Which questions are about the state of a repository: a table of phrases.

use crate::words::Words;

/// What is asked of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// What changed and is not committed.
    Status,
    /// The current branch.
    Branch,
    /// All local branches.
    Branches,
    /// This many of the last commits.
    Log(usize),
    /// The last commit with its files.
    Commit,
    /// The changes themselves, line by line.
    Diff,
}

/// How far the words alone make a question this agent's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// They name git's own things.
    NamesGit,
    /// They could mean anything outside a repository.
    InRepository,
}

/// How many commits are shown where no number is given, and at most.
const COMMITS: usize = 10;
const COMMITS_MOST: usize = 200;

const PLACES: &str = "\
    in this repo|in this repository|in this git repo|in this git repository|in the repo|\
    in the repository|in my repo|in my repository|of this repo|of this repository|of the repo|\
    of the repository|of my repo|in this project|of this project|in the current repo|in git|\
    in the current repository|on this branch|on the current branch|in my working tree|\
    in the working tree";

use Asked::{Branch, Branches, Commit, Diff, Log, Status};
use Claim::{InRepository, NamesGit};

const PHRASES: [(&str, (Asked, Claim)); 47] = [
    // What is not committed.
    ("[what] [is] [the] git status", (Status, NamesGit)),
    ("[what] [is] [the] status of [this|the|my] repo|repository|branch", (Status, NamesGit)),
    ("[what] [is] [the] repo|repository status", (Status, NamesGit)),
    (
        "[are] [there] [any] [my|the] uncommitted|unstaged|staged changes|files|work|edits|modifications",
        (Status, NamesGit),
    ),
    ("is there any|some uncommitted|unstaged|staged work", (Status, NamesGit)),
    ("do i have [any|some] uncommitted|unstaged|staged changes|files|work", (Status, NamesGit)),
    ("what is uncommitted|unstaged|staged|untracked|unmerged", (Status, NamesGit)),
    ("what have i not committed [yet]", (Status, NamesGit)),
    ("what is not committed [yet]", (Status, NamesGit)),
    ("what did i stage", (Status, NamesGit)),
    ("[which|what] files are staged|unstaged|uncommitted|untracked|modified|changed", (Status, InRepository)),
    ("[which|what] [are] [the] untracked|modified|changed files", (Status, InRepository)),
    ("which|what files changed|differ", (Status, InRepository)),
    ("which|what files have [been] changed", (Status, InRepository)),
    ("which|what files did|have i change|changed|modify|modified|edit|edited", (Status, InRepository)),
    ("is [the|this|my] repo|repository clean|dirty", (Status, NamesGit)),
    ("is [the|this|my] working tree|directory clean|dirty", (Status, NamesGit)),
    ("what changed|changes|differs", (Status, InRepository)),
    ("what has changed [since] [the] [last] [commit]", (Status, InRepository)),
    ("what changed since [the|my] last commit", (Status, NamesGit)),
    ("what is new|different|changed|modified", (Status, InRepository)),
    ("what did|have i change|changed|modify|modified|edit|edited", (Status, InRepository)),
    ("what did|have i change|changed since [the|my] last commit", (Status, NamesGit)),
    ("what are my|the changes|modifications|edits", (Status, InRepository)),
    ("my|the changes", (Status, InRepository)),
    ("did|have i change|changed anything", (Status, InRepository)),
    // The branch.
    ("which|what [git] branch am i on", (Branch, NamesGit)),
    ("on which|what [git] branch am i", (Branch, NamesGit)),
    ("which|what [git] branch [is] [this|it|current]", (Branch, NamesGit)),
    ("[what] [is] [my|the] current [git] branch [name]", (Branch, NamesGit)),
    ("[what] [is] [the] name of [this|the|my] [current] branch", (Branch, NamesGit)),
    ("am i ahead|behind", (Branch, InRepository)),
    ("am i ahead|behind [of] [the] upstream|origin|remote", (Branch, NamesGit)),
    ("[what|which] [are] [the|my|all] [the] [local] [git] branches [are] [there]", (Branches, NamesGit)),
    ("[which|what] branches [do] [i|we] [have] [exist]", (Branches, NamesGit)),
    // What was committed.
    ("[what] [is|are] [the|my] last|latest|recent|newest [#] [git] commits", (Log(COMMITS), NamesGit)),
    ("[the|my] [#] last|latest|recent|newest [#] [git] commits", (Log(COMMITS), NamesGit)),
    ("[the] [git|commit] history|log of [this|the|my] repo|repository|branch", (Log(COMMITS), NamesGit)),
    ("[what] [is] [the|my] git|commit history|log", (Log(COMMITS), NamesGit)),
    ("[the|my] [recent] commits", (Log(COMMITS), NamesGit)),
    ("what was|were committed recently|lately", (Log(COMMITS), NamesGit)),
    ("[what] [is|was] [the|my] last|latest|newest|most [recent] [git] commit", (Commit, NamesGit)),
    ("what did|does the last|latest commit change|do", (Commit, NamesGit)),
    ("who made|wrote the last|latest commit", (Commit, NamesGit)),
    ("when was the last|latest commit", (Commit, NamesGit)),
    // The lines.
    ("[what] [is] [the|a|my] [current] git diff", (Diff, NamesGit)),
    ("[the|a|my] [current] diff", (Diff, InRepository)),
];

/// What is a question about a repository only if it names one: "… of this repo".
const PLACED: [(&str, (Asked, Claim)); 2] =
    [("[what] [is] [the] status", (Status, NamesGit)), ("[the] history|log", (Log(COMMITS), NamesGit))];

/// What a question asks of a repository, if it asks that and nothing else.
pub(super) fn understand(text: &str) -> Option<(Asked, Claim)> {
    let words = Words::of(text, PLACES);
    let named = names_git(text);
    let placed = || named.then(|| words.look_up(&PLACED)).flatten();
    let (&(asked, claim), found) = words.look_up(&PHRASES).or_else(placed)?;
    let asked = match (asked, found.number) {
        (Log(_), Some(number)) => Log(number.clamp(1, COMMITS_MOST)),
        (asked, _) => asked,
    };
    Some((asked, if named { NamesGit } else { claim }))
}

fn names_git(text: &str) -> bool {
    let text = text.to_lowercase();
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.any(|word| matches!(word, "git" | "repo" | "repository"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claimed() {
        let cases = [
            ("what changed in this repo?", Status),
            ("What changed?", Status),
            ("what's changed", Status),
            ("what has changed since the last commit", Status),
            ("what did I change", Status),
            ("what have I changed since my last commit?", Status),
            ("any uncommitted changes?", Status),
            ("are there any uncommitted changes", Status),
            ("do I have uncommitted work here?", Status),
            ("show me the uncommitted changes", Status),
            ("git status please", Status),
            ("what is the status of this repo", Status),
            ("is the working tree clean?", Status),
            ("is this repo dirty", Status),
            ("which files are modified?", Status),
            ("show me the untracked files", Status),
            ("what have I not committed yet?", Status),
            ("which branch am I on", Branch),
            ("what branch is this?", Branch),
            ("tell me the current branch", Branch),
            ("am I ahead of origin?", Branch),
            ("list all branches", Branches),
            ("which branches do I have", Branches),
            ("what branches are there?", Branches),
            ("show the last commits", Log(COMMITS)),
            ("show me the last 5 commits", Log(5)),
            ("the three latest commits please", Log(3)),
            ("what are the recent commits in this project", Log(COMMITS)),
            ("git log", Log(COMMITS)),
            ("show the commit history of this branch", Log(COMMITS)),
            ("last 100000 commits", Log(COMMITS_MOST)),
            ("what was the last commit?", Commit),
            ("who made the last commit", Commit),
            ("what did the last commit change?", Commit),
            ("show me the diff", Diff),
            ("can you show the git diff?", Diff),
        ];
        let wrong =
            cases.iter().filter(|(text, asked)| understand(text).map(|(asked, _)| asked) != Some(*asked));
        assert_eq!(wrong.collect::<Vec<_>>(), [&("", Status); 0]);
    }

    #[test]
    fn not_claimed() {
        let cases = [
            "how do I write a git hook",
            "fix the git conflict",
            "what is git",
            "what is a branch",
            "explain the last commit",
            "commit my changes",
            "what changed in kubernetes 1.30",
            "what changed in /etc yesterday",
            "create a branch called fix",
            "switch to the main branch",
            "delete all merged branches",
            "how do I undo the last commit",
            "revert the last commit",
            "why is the working tree dirty",
            "write a commit message for my changes",
            "push my changes",
            "what does git status do",
            "what branch of mathematics is this",
            "which branch should I use",
            "show me the last commits of the linux kernel",
            "what changed between v1 and v2",
            "who changed this file",
            "which commit broke the build",
            "rebase my branch on main",
            "summarise the changes since last week",
            "is there a better way to see the diff",
            "what is new in rust",
            "list my pods",
            "show me the diff between a.txt and b.txt",
            "what did I change in my life",
            "history",
            "status",
            "",
            "please",
        ];
        let wrong = cases.iter().filter(|text| understand(text).is_some());
        assert_eq!(wrong.collect::<Vec<_>>(), [&""; 0]);
    }

    #[test]
    fn words_that_do_not_name_git_need_a_repository() {
        let claim = |text| understand(text).map(|(_, claim)| claim);
        assert_eq!(claim("what changed"), Some(InRepository));
        assert_eq!(claim("what changed in this repo"), Some(NamesGit));
        assert_eq!(claim("the diff"), Some(InRepository));
    }
}
