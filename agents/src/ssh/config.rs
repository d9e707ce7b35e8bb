//! The names of hosts in ssh's configuration. What the configuration says of a host is left to ssh.

use std::fs;
use std::path::{Path, PathBuf};

use wildmatch::WildMatch;

/// Files within files beyond which nobody meant it; as in ssh.
const DEPTH: usize = 16;

/// The names that `Host` lines of a file give, those of included files in their places; patterns are no names.
#[must_use]
pub fn names(file: &Path) -> Vec<String> {
    let mut names = Vec::new();
    collect(file, &mut names, 0);
    names
}

fn collect(file: &Path, names: &mut Vec<String>, depth: usize) {
    // A configuration that is not there or cannot be read names no host.
    let Ok(text) = fs::read_to_string(file) else { return };
    for line in text.lines() {
        let line = line.trim();
        let end = line.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(line.len());
        let (keyword, rest) = line.split_at(end);
        let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '=');
        let words = rest.split_whitespace().map(|word| word.trim_matches('"'));
        if keyword.eq_ignore_ascii_case("host") {
            for name in words.filter(|word| !word.is_empty() && !word.contains(['*', '?', '!', '#'])) {
                if !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
        } else if keyword.eq_ignore_ascii_case("include") && depth < DEPTH {
            for included in words.flat_map(|word| files(word, file)) {
                collect(&included, names, depth + 1);
            }
        }
    }
}

/// The files that a word of an `Include` line means.
fn files(word: &str, from: &Path) -> Vec<PathBuf> {
    let home = || std::env::var_os("HOME").map(PathBuf::from);
    let path = match word.strip_prefix("~/") {
        Some(rest) => home().unwrap_or_default().join(rest),
        // Relative ones are in the directory of the user's configuration.
        None => from.parent().unwrap_or(Path::new("/")).join(word),
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !name.contains(['*', '?']) {
        return vec![path];
    }
    let pattern = WildMatch::new(&name);
    let entries = path.parent().and_then(|parent| fs::read_dir(parent).ok());
    let entries = entries.into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .filter(|entry| pattern.matches(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_all_files() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
        fs::create_dir(directory.path().join("conf.d")).unwrap();
        write(
            "config",
            "Host a b *.example !c\n  HostName x\nInclude conf.d/*.conf gone\nhost=d \"e\" \nHost a\nMatch all\n",
        );
        write("conf.d/2.conf", "Host z\nInclude ../config\n");
        write("conf.d/1.conf", "Host y\n");
        write("conf.d/other", "Host no\n");
        let names = names(&directory.path().join("config"));
        assert_eq!(names, ["a", "b", "y", "z", "d", "e"]);
        assert_eq!(super::names(Path::new("/nowhere")), [""; 0]);
    }
}
