//! The same lines typed into bash and into awesh: the screens must be equal, but for the prompt's state line.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, thread};

use serde::Deserialize;

use crate::harness::{Home, Terminal};

/// One case of a file in `cases/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// What stands in ~/.bashrc after the prompt is set.
    #[serde(default)]
    rc: String,
    /// Files in the home directory.
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// Lines typed, each after the prompt that the one before led to.
    lines: Vec<String>,
}

impl Case {
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

    /// Types the lines; the screen at the end, without the signs of prompts, or where it came to a halt.
    fn play(&self, mut terminal: Terminal) -> String {
        let mut done = terminal.reaches_prompt();
        for line in &self.lines {
            done = done && terminal.runs(line);
        }
        let rows = terminal.bash_rows();
        let rows: Vec<String> =
            rows.iter().map(|row| without_process_id(row.strip_prefix("> ").unwrap_or(row))).collect();
        format!("{}{}", rows.join("\n"), if done { "" } else { "\n(no prompt came)" })
    }

    /// What differs, if anything does.
    fn compare(&self) -> Option<String> {
        let (home, same_home) = (self.home(), self.home());
        let mask = |screen: String, home: &Home| screen.replace(&home.path().display().to_string(), "~~");
        let bash = mask(self.play(home.bash()), &home);
        let awesh = mask(self.play(same_home.awesh()), &same_home);
        (bash != awesh).then(|| format!("── {}\n── bash:\n{bash}\n── awesh:\n{awesh}\n", self.name))
    }
}

/// `[1] 4711`, which bash prints of a job, without the number that no two runs share.
fn without_process_id(row: &str) -> String {
    match row.split_once("] ") {
        Some((job, pid)) if job.starts_with('[') && pid.parse::<u32>().is_ok() => format!("{job}]"),
        _ => row.to_owned(),
    }
}

fn cases() -> Vec<Case> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| -> Vec<Case> {
        serde_yaml::from_str(&fs::read_to_string(path).unwrap())
            .unwrap_or_else(|error| panic!("{path:?}: {error}"))
    };
    files.iter().flat_map(read).collect()
}

#[test]
fn awesh_shows_what_bash_shows() {
    let cases = cases();
    let only = std::env::var("CASE").ok();
    let chosen: Vec<&Case> =
        cases.iter().filter(|case| only.as_ref().is_none_or(|name| case.name.contains(name))).collect();
    assert!(!chosen.is_empty());
    // A case mostly waits; a few at once keep the cores busy.
    let differences: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|worker| {
                let mine: Vec<&Case> = chosen.iter().skip(worker).step_by(4).copied().collect();
                scope.spawn(move || mine.into_iter().filter_map(Case::compare).collect::<Vec<_>>())
            })
            .collect();
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
