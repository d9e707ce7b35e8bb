//! The one voice of awesh to the user, apart from answers: everything said here goes to stderr, in plain
//! words, with the same prefix. Nothing else in the crate prints (a lint holds it to that), and nothing here
//! fails: a closed stderr is no error.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

/// `VERBOSE` as it stands now; read by every note and timing, so it takes effect at once.
static VERBOSITY: AtomicU8 = AtomicU8::new(0);

/// What [`warning_once`] has said.
static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Sets how much is said: 0 errors and warnings, 1 life-cycle notes, 2 timings.
pub fn set_verbosity(level: u8) {
    VERBOSITY.store(level, Ordering::Relaxed);
}

/// How much is said now.
pub fn verbosity() -> u8 {
    VERBOSITY.load(Ordering::Relaxed)
}

/// Something failed. Says what and why; [`hint`] says what to do next.
pub fn error(what: impl Display) {
    say(format_args!("awesh: {what}"));
}

/// Something is not as it should be, and awesh goes on.
pub fn warning(what: impl Display) {
    say(format_args!("awesh: warning: {what}"));
}

/// A [`warning`] that is said at its first occurrence only.
pub fn warning_once(what: impl Display) {
    let what = what.to_string();
    let mut said = SAID.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !said.contains(&what) {
        warning(&what);
        said.push(what);
    }
}

/// A setting is wrong and passed over.
pub fn problem(what: impl Display, next: Option<&str>) {
    warning(what);
    if let Some(next) = next {
        hint(next);
    }
}

/// Something the user could do next, in passing: one dim line.
pub fn offer(what: impl Display, colour: bool) {
    if colour {
        say(format_args!("\x1b[2m{what}\x1b[m"));
    } else {
        say(format_args!("{what}"));
    }
}

/// What to do next, under an error or a warning.
pub fn hint(what: impl Display) {
    say(format_args!("awesh: hint: {what}"));
}

/// A life-cycle note, from `VERBOSE=1`.
pub fn note(what: impl Display) {
    if verbosity() >= 1 {
        say(format_args!("awesh: {what}"));
    }
}

/// How long an operation took, at `VERBOSE=2`.
pub fn timing(operation: impl Display, took: Duration) {
    measured(format_args!("{operation} took {:.3}ms", took.as_secs_f64() * 1e3));
}

/// Something that was measured, at `VERBOSE=2`.
pub fn measured(what: impl Display) {
    if verbosity() >= 2 {
        say(format_args!("🐛 DEBUG: {what}"));
    }
}

/// Text that was asked for, on stdout, or, where it was not, on stderr.
pub fn page(text: &str, asked_for: bool) {
    let _ = if asked_for {
        io::stdout().lock().write_all(text.as_bytes())
    } else {
        io::stderr().lock().write_all(text.as_bytes())
    };
}

/// Writes one line to stderr. On a terminal it begins and ends with a carriage return: a program that runs or
/// has crashed may have turned output processing off.
fn say(line: std::fmt::Arguments<'_>) {
    let mut stderr = io::stderr().lock();
    let _ = if stderr.is_terminal() {
        stderr.write_all(format!("\r{line}\r\n").as_bytes())
    } else {
        stderr.write_all(format!("{line}\n").as_bytes())
    };
}
