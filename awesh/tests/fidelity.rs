//! The same keys typed into bash and into awesh: the screens must be equal, but for the prompt's state line.
//! The cases are data, in `cases/`, a file for each part of bash; [`Case`] says what they can hold.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::Deserialize;

use crate::harness::{Home, Terminal, without_end_signs};

/// How many cases are played at once: they mostly wait for two shells.
const AT_ONCE: usize = 6;

/// Stands in place of what a shell shows that does not come to what the case waits for.
const HALTED: &str = "\n(it came to a halt)";

/// One case of a file in `cases/`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    name: String,
    /// What stands in ~/.bashrc after the prompt is set.
    #[serde(default)]
    rc: String,
    /// Files in the home directory; the shell starts in its directory `work`.
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// Whether it is a login shell, which reads ~/.bash_profile instead.
    #[serde(default)]
    login: bool,
    /// What the screen shows before the cursor when the keys begin, where that is not a prompt.
    starts: Option<String>,
    lines: Script,
    /// The status with which the shell ends after the last of the lines.
    ends: Option<i32>,
    /// Text that bash shows and awesh shows otherwise, each with the reason why it cannot be the same.
    #[serde(default)]
    known: Vec<Known>,
}

/// What is typed.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Script {
    /// Lines, each after the prompt that the one before led to.
    Text(String),
    Steps(Vec<Step>),
}

impl Default for Script {
    fn default() -> Self {
        Self::Steps(Vec::new())
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Step {
    /// A line typed at a prompt, and the wait for the next prompt.
    Line(String),
    /// Keys, and the text before the cursor that they lead to: a prompt where nothing is said.
    Keys { keys: String, until: Option<String> },
    /// A new size of the window, in rows and columns, and the text that it leads to, if to any.
    Resize { resize: (u16, u16), until: Option<String> },
    /// What is done to the shell from outside, while it waits for a line.
    #[serde(skip)]
    Blow(Blow),
}

/// What may happen to a shell at any time and is to change nothing.
#[derive(Debug, Clone, Copy)]
pub enum Blow {
    Signal(Signal),
    Resize(u16, u16),
    /// bash has none to be killed.
    KillBackend,
}

/// A difference that has to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    bash: String,
    awesh: String,
    /// Why.
    #[serde(rename = "because")]
    _because: String,
}

impl Case {
    /// A case of nothing but steps.
    pub fn of(name: String, steps: Vec<Step>) -> Self {
        Self { name, lines: Script::Steps(steps), ..Self::default() }
    }

    fn home(&self) -> Home {
        let mut home = Home::new();
        home.write(".bashrc", &format!("PS1='> '\n{}", self.rc));
        for (name, text) in &self.files {
            home.write(name, text);
        }
        for (name, value) in &self.environment {
            home.set(name, value);
        }
        home
    }

    fn steps(&self) -> Vec<Step> {
        match &self.lines {
            Script::Text(text) => text.lines().map(|line| Step::Line(line.to_owned())).collect(),
            Script::Steps(steps) => steps.clone(),
        }
    }

    /// Plays the case; the screen at the end, without the signs of prompts, and how it ended.
    fn play(&self, terminal: &mut Terminal, home: &Home) -> String {
        let mut steps = self.steps();
        let last = if self.ends.is_some() { steps.pop() } else { None };
        let done = terminal.becomes_ready("", self.starts.as_deref())
            && steps.iter().all(|step| step.play(terminal));
        if let Some(last) = last.filter(|_| done) {
            terminal.send(last.keys());
        }
        let end = match self.ends {
            None if done => String::new(),
            Some(_) if done => terminal
                .ends()
                .map_or("\n(it did not end)".to_owned(), |status| ended(as_bash_tells_it(status))),
            _ => HALTED.to_owned(),
        };
        let screen = without_end_signs(&terminal.bash_rows().join("\n"));
        let rows: Vec<String> =
            screen.lines().map(|row| without_process_id(row.strip_prefix("> ").unwrap_or(row))).collect();
        rows.join("\n").replace(&home.path().display().to_string(), "~~") + &end
    }

    /// What differs, if anything does.
    pub fn compare(&self) -> Option<String> {
        let (home, same_home) = (self.home(), self.home());
        let bash = self.play(&mut home.bash(self.login), &home);
        let mut terminal = same_home.awesh_as(self.login);
        let awesh = self.play(&mut terminal, &same_home);
        let differs = self.due(&bash).is_none_or(|due| due != awesh);
        differs.then(|| {
            let printed = terminal.printed().escape_debug().to_string().replace("\\n", "\n");
            let name = &self.name;
            format!("── {name}\n── bash:\n{bash}\n── awesh:\n{awesh}\n── printed by awesh:\n{printed}\n")
        })
    }

    /// What awesh is to show; None where bash itself does not what the case says.
    fn due(&self, bash: &str) -> Option<String> {
        let ends = self.ends.is_none_or(|status| bash.ends_with(&ended(status))) && !bash.ends_with(HALTED);
        self.known
            .iter()
            .try_fold(bash.to_owned(), |text, known| {
                text.contains(&known.bash).then(|| text.replacen(&known.bash, &known.awesh, 1))
            })
            .filter(|_| ends)
    }
}

fn ended(status: i32) -> String {
    format!("\n(it ended: {status})")
}

impl Step {
    fn keys(&self) -> String {
        match self {
            Step::Line(line) => format!("{line}\r"),
            Step::Keys { keys, .. } => keys.clone(),
            Step::Resize { .. } | Step::Blow(_) => String::new(),
        }
    }

    /// Whether it led to what it should.
    fn play(&self, terminal: &mut Terminal) -> bool {
        match self {
            Step::Line(line) => terminal.runs(line),
            Step::Keys { keys, until } => terminal.becomes_ready(keys, until.as_deref()),
            Step::Resize { resize: (rows, columns), until } => {
                terminal.resize(*rows, *columns);
                until.is_none() || terminal.becomes_ready("", until.as_deref())
            }
            Step::Blow(blow) => {
                blow.strike(terminal);
                true
            }
        }
    }
}

impl Blow {
    fn strike(self, terminal: &mut Terminal) {
        match self {
            Self::Signal(signal) => kill(Pid::from_raw(terminal.pid()), signal).unwrap(),
            Self::Resize(rows, columns) => terminal.resize(rows, columns),
            Self::KillBackend => terminal.kill_backend_if_any(),
        }
    }
}

/// An exit status as `$?` shows it.
fn as_bash_tells_it(status: ExitStatus) -> i32 {
    status.code().or(status.signal().map(|signal| 128 + signal)).unwrap_or_default()
}

/// `[1] 4711`, which bash prints of a job, without the number that no two runs share.
fn without_process_id(row: &str) -> String {
    let Some((job, rest)) = row.split_once(' ').filter(|(job, _)| job.starts_with('[') && job.contains(']'))
    else {
        return row.to_owned();
    };
    let state = rest.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    if state.len() == rest.trim_start().len() { row.to_owned() } else { format!("{job} PID{state}") }
}

fn cases() -> Vec<Case> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &PathBuf| -> Vec<Case> {
        let cases: Vec<Case> = serde_yaml::from_str(&fs::read_to_string(path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let group = path.file_stem().unwrap().to_string_lossy();
        cases.into_iter().map(|case| Case { name: format!("{group}: {}", case.name), ..case }).collect()
    };
    files.iter().flat_map(read).collect()
}

/// Plays all cases, several at once, and fails where one differs.
pub fn compare_all(chosen: &[Case]) {
    assert!(!chosen.is_empty());
    let next = AtomicUsize::new(0);
    let work = || {
        let mine = std::iter::from_fn(|| chosen.get(next.fetch_add(1, Ordering::Relaxed)));
        mine.filter_map(Case::compare).collect::<Vec<_>>()
    };
    let differences: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(
        differences.is_empty(),
        "{} of {} differ\n{}",
        differences.len(),
        chosen.len(),
        differences.join("\n")
    );
}

#[test]
fn awesh_shows_what_bash_shows() {
    let mut chosen = cases();
    if let Ok(only) = std::env::var("CASE") {
        chosen.retain(|case| case.name.contains(&only));
    }
    compare_all(&chosen);
}
