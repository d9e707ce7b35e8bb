//! `awesh route [--json] [--explain] [--commands FILE]`: the router for scripts, a line in, an answer out.

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::Path;

use serde::Serialize;
use thiserror::Error;

use super::{Explanation, StaticFacts, route};

/// Why a batch was not done to its end.
#[derive(Debug, Error)]
pub enum BatchError {
    /// The list of commands cannot be read.
    #[error("cannot read {path}: {source}")]
    Commands {
        /// Where it was looked for.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// An input line is no JSON string.
    #[error("line {line}: not a JSON string: {source}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl BatchError {
    /// The exit status: 2 for what the caller got wrong, 1 for what the system did.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Commands { .. } | Self::Line { .. } => 2,
            Self::Io(_) => 1,
        }
    }
}

/// What a batch reads and prints: JSON strings and objects or plain lines, and how much of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// JSON, a value a line; so lines of several lines of text can be asked about, too.
    pub json: bool,
    /// The facts and the score.
    pub explain: bool,
}

/// One answer.
#[derive(Serialize)]
struct Answer {
    route: String,
    #[serde(flatten)]
    grounds: Option<Grounds>,
}

#[derive(Serialize)]
struct Grounds {
    reason: String,
    facts: Vec<String>,
    /// The points for plain language, and what they have to be above.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bar: Option<i32>,
}

impl From<&Explanation> for Grounds {
    fn from(explanation: &Explanation) -> Self {
        let (score, bar) = explanation.score().unzip();
        Self { reason: explanation.reason.to_string(), facts: explanation.facts().collect(), score, bar }
    }
}

/// Reads lines and writes where each goes. The names in the file `commands` are taken as present; without it,
/// PATH is looked at.
pub fn route_command(
    commands: Option<&Path>,
    format: Format,
    input: impl BufRead,
    mut output: impl Write,
) -> Result<(), BatchError> {
    let facts = match commands {
        Some(path) => StaticFacts::listed(
            &fs::read_to_string(path)
                .map_err(|source| BatchError::Commands { path: path.display().to_string(), source })?,
        ),
        None => StaticFacts::on_path(),
    };
    for (index, line) in input.split(b'\n').enumerate() {
        let line = line?;
        let line = if format.json {
            serde_json::from_slice(&line).map_err(|source| BatchError::Line { line: index + 1, source })?
        } else {
            String::from_utf8_lossy(&line).into_owned()
        };
        answer(&line, format, &facts, &mut output)?;
    }
    output.flush()?;
    Ok(())
}

fn answer(line: &str, format: Format, facts: &StaticFacts, output: &mut impl Write) -> io::Result<()> {
    match format {
        Format { json: true, explain } => {
            let grounds = explain.then(|| Grounds::from(&super::explain(line, facts).1));
            let route = route(line, facts).route.to_string();
            serde_json::to_writer(&mut *output, &Answer { route, grounds })?;
            output.write_all(b"\n")
        }
        Format { explain: true, .. } => writeln!(output, "{line}\n{}", super::explain(line, facts).1),
        Format { .. } => writeln!(output, "{}", route(line, facts).route),
    }
}
