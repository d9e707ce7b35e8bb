//! What the router asks about the world. The live session answers for itself elsewhere; here is what a script
//! can go by: bash's own words, and names from a list or from PATH.

use std::collections::HashSet;
use std::env;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::Route;

/// What a word is as a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandKind {
    /// An alias.
    Alias,
    /// One of bash's reserved words.
    Keyword,
    /// A shell function.
    Function,
    /// A command built into bash.
    Builtin,
    /// An executable file.
    File,
}

/// What the router needs to know. Asked for as few words as will do: an answer may be a round trip.
pub trait Facts {
    /// What bash would take the word for, as the first of a command.
    fn resolve(&self, word: &str) -> Option<CommandKind>;
    /// Whether something is at that path, seen from the session's directory.
    fn path_exists(&self, word: &str) -> bool;
    /// Where the user sent lines of that form against the guess.
    fn turned(&self, _form: &str) -> Option<Route> {
        None
    }
}

/// Bash's own words and a fixed set of names, or what is on this process's PATH.
pub struct StaticFacts {
    names: Names,
}

enum Names {
    Listed(HashSet<String>),
    OnPath(Vec<PathBuf>),
}

impl StaticFacts {
    /// Takes the blank-separated names in `list` as present, and nothing else.
    pub fn listed(list: &str) -> Self {
        Self { names: Names::Listed(list.split_whitespace().map(str::to_owned).collect()) }
    }

    /// Looks on PATH, at the time of asking.
    pub fn on_path() -> Self {
        let path = env::var_os("PATH").unwrap_or_default();
        Self { names: Names::OnPath(env::split_paths(&path).collect()) }
    }
}

impl Facts for StaticFacts {
    fn resolve(&self, word: &str) -> Option<CommandKind> {
        if KEYWORDS.contains(&word) {
            return Some(CommandKind::Keyword);
        }
        if BUILTINS.contains(&word) {
            return Some(CommandKind::Builtin);
        }
        let is_file = match &self.names {
            _ if word.is_empty() => false,
            _ if word.contains('/') => is_executable(Path::new(word)),
            Names::Listed(names) => names.contains(word),
            Names::OnPath(directories) => {
                directories.iter().any(|directory| is_executable(&directory.join(word)))
            }
        };
        is_file.then_some(CommandKind::File)
    }

    fn path_exists(&self, word: &str) -> bool {
        Path::new(word).symlink_metadata().is_ok()
    }
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

const KEYWORDS: [&str; 22] = [
    "!", "[[", "]]", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if",
    "in", "select", "then", "time", "until", "while", "{", "}",
];

const BUILTINS: [&str; 61] = [
    ".",
    ":",
    "[",
    "alias",
    "bg",
    "bind",
    "break",
    "builtin",
    "caller",
    "cd",
    "command",
    "compgen",
    "complete",
    "compopt",
    "continue",
    "declare",
    "dirs",
    "disown",
    "echo",
    "enable",
    "eval",
    "exec",
    "exit",
    "export",
    "false",
    "fc",
    "fg",
    "getopts",
    "hash",
    "help",
    "history",
    "jobs",
    "kill",
    "let",
    "local",
    "logout",
    "mapfile",
    "popd",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readonly",
    "return",
    "set",
    "shift",
    "shopt",
    "source",
    "suspend",
    "test",
    "times",
    "trap",
    "true",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unset",
    "wait",
];
