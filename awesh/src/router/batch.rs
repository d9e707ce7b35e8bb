//! `awesh route --json [--commands FILE]`: the router for scripts, a line in, a line out.

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::Path;

use serde::Serialize;
use thiserror::Error;

use super::{Route, StaticFacts, route};

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

/// One answer.
#[derive(Serialize)]
struct Answer {
    route: &'static str,
}

/// Reads one JSON string a line and writes where each goes. The names in the file `commands` are taken as
/// present; without it, PATH is looked at.
pub fn route_command(
    commands: Option<&Path>,
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
        let line: String =
            serde_json::from_slice(&line?).map_err(|source| BatchError::Line { line: index + 1, source })?;
        let route = match route(&line, &facts).route {
            Route::Bash => "bash",
            Route::Ask => "ask",
            Route::Control => "control",
        };
        serde_json::to_writer(&mut output, &Answer { route }).map_err(io::Error::from)?;
        output.write_all(b"\n")?;
    }
    output.flush()?;
    Ok(())
}
