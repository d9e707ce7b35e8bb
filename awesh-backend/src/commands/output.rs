//! What commands write: stdout and, for what is only in passing, stderr. A reader that is gone ends the command
//! quietly, as it does every filter.

use std::io::{self, IsTerminal, Write};

use terminal_size::terminal_size_of;

/// The columns where nobody says.
const COLUMNS: usize = 80;

/// The reader of stdout is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Closed;

/// Stdout, and what it can show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    /// Whether it is a terminal that can be drawn on.
    pub(super) is_terminal: bool,
    /// Whether colours may be used.
    pub(super) colour: bool,
}

impl Output {
    /// Looks at stdout and the environment.
    pub(super) fn new() -> Self {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let is_terminal = io::stdout().is_terminal() && !is_dumb;
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { is_terminal, colour: is_terminal && !no_colour }
    }

    /// The terminal's columns and lines as they are now.
    pub(super) fn size(self) -> (usize, usize) {
        let size = terminal_size_of(io::stdout());
        let size = size.map(|(width, height)| (usize::from(width.0), usize::from(height.0)));
        size.filter(|(width, height)| *width > 0 && *height > 0).unwrap_or((COLUMNS, 24))
    }

    /// Writes text to stdout.
    pub(super) fn write(self, text: &str) -> Result<(), Closed> {
        self.write_bytes(text.as_bytes(), false)
    }

    /// Writes bytes as they are to stdout or, what was written as an error, to stderr.
    pub(super) fn write_bytes(self, bytes: &[u8], is_error: bool) -> Result<(), Closed> {
        let written = if is_error {
            io::stderr().lock().write_all(bytes)
        } else {
            let mut stdout = io::stdout().lock();
            stdout.write_all(bytes).and_then(|()| stdout.flush())
        };
        written.map_err(|_| Closed)
    }

    /// Writes a line to stderr; a closed one is no error.
    pub(super) fn remark(self, line: &str) {
        let _ = io::stderr().lock().write_all(format!("awesh: {line}\n").as_bytes());
    }

    /// Writes a line of timings to stderr.
    pub(super) fn timing(self, line: &str) {
        let _ = io::stderr().lock().write_all(format!("{line}\n").as_bytes());
    }

    /// Lets what comes after begin on a line of its own, on a terminal.
    pub(super) fn end_line(self) {
        if self.is_terminal {
            let _ = self.write("\n");
        }
    }
}
