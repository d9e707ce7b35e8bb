//! What is measured, one function each; all of them at the terminal.
//!
//! When is a prompt there? Shells draw one before they read keys, and some draw it twice. So a prompt after a
//! command counts from Enter until a key that is pressed as soon as the prompt is on the screen has its echo
//! behind it: the shell can then be used. This holds one keystroke more than the prompt alone, which every
//! shell pays alike and which is measured by itself. That a prompt is new shows in its row, below the last one:
//! shells that draw the old line again when it is entered are not taken at that word.
//!
//! Keys are not sent ahead of the prompt, except where that is what is measured: a shell's terminal echoes them
//! once more or not, depending on when they come.

use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::terminal::Terminal;

/// No shell here has it bound to anything but itself, and no suggestion begins with it.
const KEY: &str = "x";
const BACKSPACE: &str = "\x7f";
const CLEAR: &str = "\x0c";

/// After so many rows the screen is cleared.
const FULL: u16 = 80;

/// From the start to the first prompt on the screen.
pub fn first_prompt(command: Command) -> io::Result<(Duration, Prompt)> {
    let (mut terminal, started) = Terminal::start(command)?;
    let seen = terminal.wait_prompt(None)?;
    Ok((seen - started, Prompt { terminal }))
}

/// From the start until a command that was typed at once has run.
pub fn typed_ahead(command: Command) -> io::Result<(Duration, Terminal)> {
    let (mut terminal, started) = Terminal::start(command)?;
    // What it prints is not what is typed, or its echo would do.
    terminal.send("echo ra''n\r")?;
    let has_run = |row: String| row.trim_end() == "ran";
    let ran =
        terminal.wait("a command typed ahead", |screen| screen.rows(0, 10).any(has_run).then_some(()))?;
    Ok((ran - started, terminal))
}

/// From the start of a shell that is given a command to its end.
pub fn command(mut command: Command) -> io::Result<Duration> {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let started = Instant::now();
    let status = command.status()?;
    let took = started.elapsed();
    if status.success() { Ok(took) } else { Err(io::Error::other("the command has failed")) }
}

/// A shell at its prompt.
pub struct Prompt {
    /// What it is on.
    pub terminal: Terminal,
}

impl Prompt {
    /// From Enter on a line until the next prompt takes a key.
    pub fn enter(&mut self, line: &str) -> io::Result<Duration> {
        self.type_line(line)?;
        let (row, _) = self.terminal.cursor();
        let pressed = self.terminal.send("\r")?;
        self.terminal.wait_prompt(Some(row))?;
        let (_, column) = self.terminal.cursor();
        self.terminal.send(KEY)?;
        let echoed = self.terminal.wait_echo(KEY, column)?;
        self.take_back()?;
        Ok(echoed - pressed)
    }

    /// From a key to its echo.
    pub fn keystroke(&mut self) -> io::Result<Duration> {
        let (_, column) = self.terminal.cursor();
        let pressed = self.terminal.send(KEY)?;
        let echoed = self.terminal.wait_echo(KEY, column)?;
        self.take_back()?;
        Ok(echoed - pressed)
    }

    /// From Enter on `exit` to the end of the process.
    pub fn exit(mut self) -> io::Result<Duration> {
        self.type_line("exit")?;
        let pressed = self.terminal.send("\r")?;
        Ok(self.terminal.wait_end()? - pressed)
    }

    /// Bytes a second while a command prints much: from Enter to the mark at its end.
    pub fn throughput(&mut self, line: &str, mark: &[u8]) -> io::Result<f64> {
        self.type_line(line)?;
        let pressed = self.terminal.send("\r")?;
        let (count, ended) = self.terminal.read_to(mark)?;
        self.terminal.wait_prompt(None)?;
        self.clear()?;
        Ok(count as f64 / (ended - pressed).as_secs_f64())
    }

    /// Enters empty lines until the screen shows something.
    pub fn enter_until(&mut self, text: &str) -> io::Result<()> {
        let shows = |prompt: &Self| prompt.terminal.screen().contents().contains(text);
        let deadline = Instant::now() + Duration::from_secs(10);
        while !shows(self) && Instant::now() < deadline {
            self.make_room()?;
            self.enter("")?;
        }
        if shows(self) { Ok(()) } else { Err(io::Error::other(format!("{text:?} did not come"))) }
    }

    /// Runs a command and reads the figures in the row that it prints after some words.
    pub fn figures_after(&mut self, line: &str, words: &str) -> io::Result<Vec<f64>> {
        self.enter(line)?;
        let contents = self.terminal.screen().contents();
        let row = contents.split(words).nth(1).and_then(|rest| rest.lines().next());
        let figures: Vec<f64> =
            row.into_iter().flat_map(str::split_whitespace).filter_map(|word| word.parse().ok()).collect();
        if figures.is_empty() {
            Err(io::Error::other(format!("{line} prints no {words:?}")))
        } else {
            Ok(figures)
        }
    }

    /// Clears the screen where the next prompts would not fit any more.
    pub fn make_room(&mut self) -> io::Result<()> {
        if self.terminal.cursor().0 < FULL { Ok(()) } else { self.clear() }
    }

    fn clear(&mut self) -> io::Result<()> {
        self.terminal.send(CLEAR)?;
        let cleared = |screen: &vt100::Screen| (screen.cursor_position().0 < FULL / 2).then_some(());
        self.terminal.wait("a cleared screen", cleared)?;
        self.terminal.wait_prompt(None)?;
        Ok(())
    }

    /// Types a line key by key, each after the last one's echo, so that nothing is left to do when Enter comes.
    fn type_line(&mut self, line: &str) -> io::Result<()> {
        let (_, mut column) = self.terminal.cursor();
        for key in line.chars() {
            let key = key.to_string();
            self.terminal.send(&key)?;
            self.terminal.wait_echo(&key, column)?;
            column += 1;
        }
        Ok(())
    }

    /// Deletes the key that was typed for its echo.
    fn take_back(&mut self) -> io::Result<()> {
        self.terminal.send(BACKSPACE)?;
        self.terminal.wait_prompt(None)?;
        Ok(())
    }
}
