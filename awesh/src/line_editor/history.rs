//! The lines that are remembered: in one file that all sessions append to as it happens, and what is kept out
//! of it. The editor's own memory of them is rustyline's.
//!
//! A line of the file is one entry, newlines written `\n` and backslashes `\\`. An entry is appended by one
//! write, so sessions never mix; the file is only ever replaced by renaming a whole new one over it. A lock beside it
//! keeps a line from going into the old one meanwhile.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::change::is_same;
use crate::glob::matches;
use crate::messages;

/// The history file.
#[derive(Debug, Clone)]
pub struct History {
    path: PathBuf,
    size: usize,
}

/// Where lines are remembered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keeping {
    /// In the file, for all sessions.
    #[default]
    File,
    /// In this session: HISTFILE is not set.
    Session,
    /// Nowhere: `set +o history`.
    Nowhere,
}

/// What the session's own switches say of its history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryControl {
    /// Where lines are remembered.
    pub keeping: Keeping,
    /// `ignorespace`: lines that begin with a blank are not remembered.
    pub ignore_space: bool,
    /// `ignoredups`: nor is a line that repeats the one before.
    pub ignore_duplicates: bool,
    /// `erasedups`: a line that is remembered again is forgotten in its old place.
    pub erase_duplicates: bool,
    /// HISTIGNORE: patterns of lines that are not remembered; `&` is the line before.
    pub ignored: Vec<String>,
    /// HISTSIZE: how many lines bash remembers, if it does not remember all.
    pub size: Option<usize>,
}

impl HistoryControl {
    /// The session's variables that it goes by.
    pub const VARIABLES: [&str; 5] = ["HISTCONTROL", "HISTIGNORE", "HISTFILE", "HISTSIZE", "SHELLOPTS"];

    /// Reads the session's variables.
    pub fn of<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Self {
        let words = |name| variable(name).unwrap_or_default().split(':').filter(|word| !word.is_empty());
        let has = |word| words("HISTCONTROL").any(|part| part == word);
        let keeping = if !words("SHELLOPTS").any(|option| option == "history") {
            Keeping::Nowhere
        } else if variable("HISTFILE").is_none_or(str::is_empty) {
            Keeping::Session
        } else {
            Keeping::File
        };
        Self {
            keeping,
            ignore_space: has("ignorespace") || has("ignoreboth"),
            ignore_duplicates: has("ignoredups") || has("ignoreboth"),
            erase_duplicates: has("erasedups"),
            ignored: words("HISTIGNORE").map(str::to_owned).collect(),
            size: variable("HISTSIZE").and_then(|size| size.trim().parse().ok()),
        }
    }

    /// Whether `line`, entered after `previous`, is remembered.
    pub fn keeps(&self, line: &str, previous: Option<&str>) -> bool {
        let blank = line.trim().is_empty();
        let hidden = self.ignore_space && line.starts_with([' ', '\t']);
        let repeated = self.ignore_duplicates && previous == Some(line);
        let ignored = |pattern: &String| {
            if pattern == "&" { previous == Some(line) } else { matches(pattern, line) }
        };
        self.keeping != Keeping::Nowhere
            && !blank
            && !hidden
            && !repeated
            && !self.ignored.iter().any(ignored)
    }
}

impl History {
    /// The history in `path`, of at most `size` entries.
    pub fn new(path: PathBuf, size: usize) -> Self {
        Self { path, size }
    }

    /// The remembered lines, oldest first. Where there are none yet, those of the user's bash.
    pub fn load(&self, bash_history: Option<&Path>) -> io::Result<Vec<String>> {
        let mut entries = match self.read() {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => bash_history
                .and_then(|path| fs::read(path).ok())
                .map_or_else(Vec::new, |bytes| from_bash(&bytes)),
            Err(error) => return Err(error),
        };
        let excess = entries.len().saturating_sub(self.size);
        // Rarely: the file may grow by half before it is written anew.
        if excess > self.size / 2 && excess > 0 {
            let _alone = self.lock();
            self.replace(&entries[excess..])?;
        }
        entries.drain(..excess);
        Ok(entries)
    }

    /// Adds a line, where lines go to the file.
    pub fn keep(&self, line: &str, control: &HistoryControl) {
        if control.keeping == Keeping::File
            && let Err(error) = self.append(line)
        {
            messages::warning_once(format_args!("the history file cannot be written: {error}"));
        }
    }

    /// Takes lines out of the file: of each, the newest that is the same.
    pub fn forget_all(&self, lines: &[String]) {
        if !lines.is_empty()
            && let Err(error) = self.forget(lines)
        {
            let path = self.path.display();
            messages::warning(format_args!("{path} still has what was taken out of the history: {error}"));
        }
    }

    fn forget(&self, lines: &[String]) -> io::Result<()> {
        let _alone = self.lock();
        let mut entries = match self.read() {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        let count = entries.len();
        for line in lines {
            if let Some(at) = entries.iter().rposition(|entry| is_same(entry, line)) {
                entries.remove(at);
            }
        }
        if entries.len() < count { self.replace(&entries) } else { Ok(()) }
    }

    fn read(&self) -> io::Result<Vec<String>> {
        Ok(String::from_utf8_lossy(&fs::read(&self.path)?).lines().map(unescape).collect())
    }

    /// Keeps other sessions from writing meanwhile; where the file system can do no such thing, nobody.
    fn lock(&self) -> Option<File> {
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(self.path.with_extension("lock"))
            .ok()?;
        lock.lock().is_ok().then_some(lock)
    }

    /// Adds one line.
    fn append(&self, line: &str) -> io::Result<()> {
        if let Some(parent) = self.path.parent() {
            fs::create_dir_all(parent)?;
        }
        let _alone = self.lock();
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?;
        file.write_all(format!("{}\n", escape(line)).as_bytes())
    }

    fn replace(&self, entries: &[String]) -> io::Result<()> {
        let directory = self.path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        for entry in entries {
            writeln!(file, "{}", escape(entry))?;
        }
        file.as_file().sync_all()?;
        file.persist(&self.path).map(drop::<File>).map_err(|error| error.error)
    }
}

fn escape(line: &str) -> String {
    line.replace('\\', "\\\\").replace('\n', "\\n")
}

fn unescape(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (character, if character == '\\' { characters.next() } else { None }) {
            ('\\', Some('n')) => text.push('\n'),
            ('\\', Some(other)) => text.push(other),
            (other, _) => text.push(other),
        }
    }
    text
}

/// A history file of bash's: a line an entry, the times that HISTTIMEFORMAT has it write left out.
fn from_bash(bytes: &[u8]) -> Vec<String> {
    let is_time = |line: &str| line.strip_prefix('#').is_some_and(|rest| rest.parse::<u64>().is_ok());
    String::from_utf8_lossy(bytes).lines().filter(|line| !is_time(line)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(size: usize) -> (tempfile::TempDir, History) {
        let directory = tempfile::tempdir().unwrap();
        let history = History::new(directory.path().join("state/history"), size);
        (directory, history)
    }

    #[test]
    fn what_is_appended_is_loaded() {
        let (_directory, history) = history(100);
        let lines = ["ls", "echo 'a\nb'", "printf '\\n' \\", "日本"];
        for line in lines {
            history.append(line).unwrap();
        }
        assert_eq!(history.load(None).unwrap(), lines);
    }

    #[test]
    fn the_file_is_cut_to_its_size_and_loses_only_the_oldest() {
        let (_directory, history) = history(4);
        for number in 0..20 {
            history.append(&format!("echo {number}")).unwrap();
        }
        let expected = ["echo 16", "echo 17", "echo 18", "echo 19"];
        assert_eq!(history.load(None).unwrap(), expected);
        assert_eq!(fs::read_to_string(&history.path).unwrap().lines().count(), 4);
    }

    #[test]
    fn the_first_session_knows_what_bash_remembers() {
        let (directory, history) = history(100);
        let bash = directory.path().join("bash_history");
        fs::write(&bash, "#1700000000\nls\n# note\n#x\n").unwrap();
        assert_eq!(history.load(Some(&bash)).unwrap(), ["ls", "# note", "#x"]);
    }

    #[test]
    fn a_file_that_is_no_text_is_read_as_far_as_it_goes() {
        let (_directory, history) = history(100);
        history.append("ls").unwrap();
        OpenOptions::new().append(true).open(&history.path).unwrap().write_all(b"\xff\\").unwrap();
        assert_eq!(history.load(None).unwrap(), ["ls", "\u{fffd}\\"]);
    }

    #[test]
    fn histcontrol_keeps_out_what_it_says() {
        let of = |control: &'static str| {
            HistoryControl::of(|name| match name {
                "HISTCONTROL" => Some(control),
                "SHELLOPTS" => Some("emacs:history"),
                _ => None,
            })
        };
        let both = of("ignoreboth");
        assert!(!both.keeps(" ls", None) && !both.keeps("ls", Some("ls")) && both.keeps("ls", Some("pwd")));
        let space = of("erasedups:ignorespace");
        assert!(space.erase_duplicates && space.keeps("ls", Some("ls")) && !space.keeps("\tls", None));
        assert!(of("").keeps(" ls", Some(" ls")));
        assert!(!of("").keeps("  ", None));
    }

    #[test]
    fn the_sessions_own_switches_hold() {
        let of = |ignored: &'static str, file: Option<&'static str>, options: &'static str| {
            HistoryControl::of(move |name| match name {
                "HISTIGNORE" => Some(ignored),
                "HISTFILE" => file,
                "SHELLOPTS" => Some(options),
                _ => None,
            })
        };
        let usual = of("ls:echo *:&", Some("x"), "braceexpand:history");
        assert_eq!(usual.keeping, Keeping::File);
        assert!(!usual.keeps("ls", None) && !usual.keeps("echo x", None) && !usual.keeps("pwd", Some("pwd")));
        assert!(usual.keeps("ls -l", Some("pwd")));
        assert_eq!(of("", None, "history").keeping, Keeping::Session);
        assert!(!of("", Some("x"), "braceexpand").keeps("pwd", None));
    }
}
