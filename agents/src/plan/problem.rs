//! What is wrong with a plan: where, what, and what may have been meant.

use std::fmt;
use std::path::Path;

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file and, where it is known, line and column.
    place: String,
    /// The step it is about, whose line is found in the text.
    step: Option<String>,
    what: String,
}

impl Problem {
    /// Of a plan as a whole.
    pub(super) fn new(what: String) -> Self {
        Self { place: String::new(), step: None, what }
    }

    /// Of a step.
    pub(super) fn of_step(step: &str, what: &str) -> Self {
        Self { place: String::new(), step: Some(step.to_owned()), what: format!("step {step}: {what}") }
    }

    /// Found where a plan is read.
    pub(super) fn of_yaml(error: &serde_yaml::Error, file: &Path) -> Self {
        let text = error.to_string();
        // It stands in front instead.
        let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
        let file = file.display();
        let place = error.location().map(|at| format!("{file}:{}:{}", at.line(), at.column()));
        let meant = meant_field(what).map_or(String::new(), |field| format!("; did you mean {field}?"));
        Self { place: place.unwrap_or_else(|| file.to_string()), step: None, what: format!("{what}{meant}") }
    }

    /// The same with its place in a file.
    pub(super) fn of(self, file: &Path, text: &str) -> Self {
        let line = self.step.as_deref().and_then(|step| line_of(text, step));
        let line = line.map_or(String::new(), |line| format!(":{line}"));
        Self { place: format!("{}{line}", file.display()), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl std::error::Error for Problem {}

/// A name that may have been meant, in words; nothing where none is near.
pub(super) fn meant<'n>(typed: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    near(typed, names).map_or(String::new(), |name| format!("; did you mean {name}?"))
}

/// The name that is nearest to what was typed, if it is near.
pub(super) fn near<'n>(typed: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let distance = |name: &str| strsim::osa_distance(&typed.to_lowercase(), &name.to_lowercase());
    let nearest = names.into_iter().map(|name| (distance(name), name)).min_by_key(|(distance, _)| *distance);
    nearest.filter(|(distance, _)| *distance <= (typed.chars().count() / 3).max(1)).map(|(_, name)| name)
}

/// Of "unknown field `comand`, expected one of `run`, `command`" the field that was meant.
fn meant_field(what: &str) -> Option<&str> {
    let (_, rest) = what.split_once("unknown field `")?;
    let (typed, allowed) = rest.split_once('`')?;
    near(typed, allowed.split('`').skip(1).step_by(2))
}

/// The line on which a step begins, where steps stand one below the other.
fn line_of(text: &str, step: &str) -> Option<usize> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let is_content = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let mut lines = text.lines().zip(1..).skip_while(|(line, _)| !line.starts_with("steps:")).skip(1);
    let mut lines = lines.by_ref().filter(|(line, _)| is_content(line)).peekable();
    let depth = indent(lines.peek()?.0);
    let is_key = |line: &str| {
        let key = line.trim_start().split(':').next().unwrap_or_default();
        indent(line) == depth && key.trim_matches(['"', '\'', ' ']) == step
    };
    lines
        .take_while(|(line, _)| indent(line) >= depth)
        .find(|(line, _)| is_key(line))
        .map(|(_, number)| number)
}
