//! The user's bash: a real one, on a pseudo-terminal of its own, told what to run and asked how it went.
//!
//! `spawn.rs` starts it with `hook.sh` in place of its start-up files; the hook speaks through `handshake.rs`
//! and marks in the output that `markers.rs` finds. `relay.rs` moves bytes while bash has the terminal,
//! `show.rs` decides what of them is seen and `turns.rs` what follows from marks and messages;
//! `link.rs` asks while it waits at its prompt, `listing.rs` reads the history it tells; `behind.rs` lets it start
//! behind a prompt. Nothing here knows what a line means: that is the router's.

mod begin;
mod behind;
mod bound;
mod ending;
mod handshake;
mod kept;
mod leftovers;
mod link;
mod listing;
pub mod markers;
mod modes;
mod notices;
mod output;
mod printed;
mod relay;
mod show;
mod spawn;
pub mod tail;
mod turns;

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::pty::Winsize;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

pub use behind::Foreground;
pub use bound::Edited;
pub use handshake::{EditingMode, Report};
pub use kept::keep_kubeconfigs;
pub use leftovers::remove_leftovers;
pub use link::{Candidates, Link, NoAnswer, SharedLink, Unfinished};
pub use output::Output;
pub use spawn::{Startup, find_bash, quote};

use crate::sys::process::times_slept;
use crate::sys::pty::{Pty, set_window_size, signal_foreground, window_size};
use crate::terminal::{Keyboard, Terminal, write_out};
use behind::Behind;
use handshake::{Go, Handshake};
use modes::Modes;
use notices::Notices;

/// What the shell types first; see the function in `hook.sh`.
const START: &str = "{ __awesh_start ''; } >/dev/null 2>&1";

/// What the shell types where bash has begun to read through readline, or without the hook; see the function in
/// `hook.sh`.
const RESET: &str = " __awesh_reset \"$_\"";

/// What the shell types when the user's terminal is gone; see the function in `hook.sh`.
const HANG_UP: &str = " __awesh_hang_up";

/// How long bash may take to begin a read again; it takes microseconds.
const READ_ANEW: Duration = Duration::from_millis(50);

/// A running bash.
#[derive(Debug)]
pub struct BashSession {
    child: Pid,
    master: Arc<OwnedFd>,
    slave: Arc<OwnedFd>,
    modes: Modes,
    /// The size of the window that bash knows.
    told_size: Winsize,
    output: Output,
    link: SharedLink,
    phase: Phase,
    stead: Stead,
    /// Lines bash has not been given yet, and bytes of the present one that its terminal did not take yet.
    lines: VecDeque<String>,
    outgoing: VecDeque<u8>,
    /// Whether the present line may name an event of the history that does not exist; see `relay.rs`.
    expansion: Expansion,
    /// What bash said of jobs before it read the present line.
    notices: Notices,
    /// The editor has ended a line after Ctrl-C, which bash is about to do too.
    line_is_ended: bool,
    /// What may be `set -v`'s echo of the hook's call.
    echo: Vec<u8>,
    /// Whether bash is far enough for keys: one that interrupts would end it before.
    takes_keys: bool,
    /// Whether Ctrl-C was pressed in a start-up file.
    interrupted: bool,
    /// Set while the start-up files run behind a prompt; then what they printed last, if nobody could show it.
    behind: Option<Behind>,
    unshown: Vec<u8>,
    /// What of a prompt has come: the mark in the output, and the report.
    marked: bool,
    reported: Option<Report>,
    /// What a command said that was run for the line being edited.
    answer: Option<Vec<String>>,
    mode: EditingMode,
    started: Option<Instant>,
    /// When the line was entered, and when the last output of its command came.
    entered: Option<Instant>,
    ended: Option<Instant>,
    /// Set when a command has just been started.
    begun: bool,
    duration: Duration,
    directory: tempfile::TempDir,
}

/// Tells from anywhere whether bash has ended.
#[derive(Debug, Clone, Copy)]
pub struct Watch(Pid);

impl Watch {
    /// Whether it has.
    pub fn has_ended(self) -> bool {
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        !matches!(waitid(Id::Pid(self.0), flags), Ok(WaitStatus::StillAlive))
    }
}

/// What bash is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// It reads the user's start-up files, which have the terminal.
    Starting,
    /// It waits in the hook and serves requests.
    Prompt,
    /// It was given a line and has not said yet what it makes of it.
    Reading,
    /// It was given a line of ours, of which nothing is shown.
    Quiet,
    /// A command has the terminal.
    Running,
}

/// A copy of bash that serves requests in its place, before it reads the next line of a command.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stead {
    #[default]
    None,
    Serves,
    /// It has been told to end; bash has its line already, and will say that it reads it.
    Released,
}

/// How far bash is with the history expansion of a line. One that fails leaves no mark: bash says so and reads
/// on, without a prompt of its own and without running the hook. It does the same after an error in `[[`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expansion {
    /// There is nothing to expand, or it is done.
    None,
    /// The line has the signs of either.
    Possible,
    /// And bash has printed something instead of running a command.
    Printed,
    /// So it was given an empty line, after which the hook runs.
    Nudged,
}

/// What bash wants next.
#[derive(Debug)]
pub enum Turn {
    /// A line.
    Prompt(Report),
    /// Nothing for now: it has all of the command, and runs it.
    Started,
    /// More of the line it has.
    Continuation,
    /// Nothing: it has ended, with this exit status.
    Ended(i32),
    /// Nothing: the user's terminal is gone.
    HungUp,
}

/// What a session is started with.
#[derive(Debug)]
pub struct Launch<'a> {
    /// The bash to run.
    pub bash: &'a Path,
    /// Login or not, and which files it reads.
    pub startup: &'a Startup,
    /// The variables each report is to bring.
    pub watched: &'a [&'a str],
}

impl BashSession {
    /// Starts bash. [`BashSession::wait`] then lets it come to its first prompt.
    pub fn start(launch: &Launch<'_>, terminal: &Terminal) -> io::Result<Self> {
        let directory = spawn::runtime_directory()?;
        let handshake = Handshake::create(directory.path())?;
        let nonce = spawn::nonce()?;
        let hook = spawn::write_hook(directory.path(), &nonce, launch)?;
        // As like the user's own as can be.
        let pty = Pty::open(Some(terminal.original_modes()), Some(&terminal.size()))?;
        let child = spawn::spawn(launch.bash, &hook, launch.startup, &pty)?;
        let (master, slave) = (Arc::new(pty.master), Arc::new(pty.slave));
        Ok(Self {
            // A process id always fits: Linux has at most 2^22 of them.
            child: Pid::from_raw(child.id().cast_signed()),
            output: Output::new(Arc::clone(&master), Arc::clone(&slave), &nonce),
            modes: Modes::new(terminal.original_modes()),
            told_size: terminal.size(),
            link: SharedLink::new(Link::new(handshake, Arc::clone(&master))),
            slave,
            master,
            phase: Phase::Starting,
            stead: Stead::None,
            lines: VecDeque::new(),
            outgoing: VecDeque::new(),
            expansion: Expansion::None,
            notices: Notices::default(),
            line_is_ended: false,
            echo: Vec::new(),
            takes_keys: false,
            interrupted: false,
            behind: None,
            unshown: Vec::new(),
            marked: false,
            reported: None,
            answer: None,
            mode: EditingMode::default(),
            started: None,
            entered: None,
            ended: None,
            begun: false,
            duration: Duration::ZERO,
            directory,
        })
    }

    /// The private directory of this session.
    pub fn directory(&self) -> PathBuf {
        self.directory.path().to_owned()
    }

    /// Whether the session can be asked although it is about to read the next line of a command.
    pub fn has_copy(&self) -> bool {
        self.stead == Stead::Serves
    }

    /// The way to ask the session while it waits at its prompt.
    pub fn link(&self) -> SharedLink {
        self.link.clone()
    }

    /// bash's process id.
    pub fn process_id(&self) -> i32 {
        self.child.as_raw()
    }

    /// What bash's terminal shows; lent out while bash waits at its prompt.
    pub fn output(&mut self) -> &mut Output {
        &mut self.output
    }

    /// Whether bash has ended, seen without taking note of it: [`BashSession::wait`] does that.
    pub fn watch(&self) -> Watch {
        Watch(self.child)
    }

    /// How the user wants lines to be edited.
    pub fn editing_mode(&self) -> EditingMode {
        self.mode
    }

    /// What was printed behind something else and could not be shown there; to be written as it is.
    pub fn take_unshown(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.unshown)
    }

    /// How long the last command ran.
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// How many bytes the last command printed.
    pub fn printed(&self) -> u64 {
        self.output.printed
    }

    /// How long ago the last output before the prompt came; once.
    pub fn take_since_end(&mut self) -> Option<Duration> {
        self.ended.take().map(|ended| ended.elapsed())
    }

    /// The end of what the last command printed, as a reader sees it.
    pub fn last_output(&self) -> String {
        self.output.tail.text()
    }

    /// Gives bash a line, or several; what bash asks for next, [`BashSession::wait`] tells.
    pub fn submit(&mut self, text: &str, keyboard: &mut Keyboard) -> io::Result<()> {
        self.entered = Some(Instant::now());
        // Or bash would read them as the beginning of the line.
        keyboard.put_back(&self.output.take_unread_keys()?);
        self.lines.extend(text.split('\n').map(|line| format!("{line}\n")));
        if self.phase == Phase::Prompt { self.leave_prompt(Phase::Reading) } else { self.send_next() }
    }

    /// Tells bash that there are no more lines, as Ctrl-D does.
    pub fn submit_end_of_file(&mut self) -> io::Result<()> {
        let key = self.modes.for_end_of_file(&self.slave)?;
        self.outgoing.push_back(key);
        match self.phase {
            Phase::Prompt => self.leave_prompt(Phase::Reading),
            _ if self.stead == Stead::Serves => self.send_next(),
            _ => self.read_anew(),
        }
    }

    /// Has bash begin its read again: one begun in raw mode would swallow the end of file. The signal is one that
    /// bash expects at any time and, with no child ended, makes nothing of.
    fn read_anew(&self) -> io::Result<()> {
        let before = times_slept(self.child);
        kill(self.child, Signal::SIGCHLD)?;
        let deadline = Instant::now() + READ_ANEW;
        while times_slept(self.child) == before && Instant::now() < deadline {
            std::thread::yield_now();
        }
        Ok(())
    }

    /// Ends what bash has of an unfinished line, as Ctrl-C does.
    pub fn interrupt(&mut self) -> io::Result<()> {
        self.lines.clear();
        self.stead = Stead::None;
        self.line_is_ended = true;
        signal_foreground(self.master.as_fd(), Signal::SIGINT)
    }

    /// Ctrl-C at the prompt: bash starts over, with status 130, or runs the user's trap and stays where it is.
    pub fn interrupt_prompt(&mut self) -> io::Result<Option<Report>> {
        let renewed = self.link.lock().interrupt();
        if renewed.is_some() {
            let printed = self.output.take_to_prompt()?;
            write_out(without_line_end(&printed))?;
        }
        Ok(renewed)
    }

    /// Tells bash's terminal the size of the user's.
    pub fn resize(&self, size: &Winsize) {
        // A terminal that does not take a size keeps the one it has.
        let _ = set_window_size(&*self.master, size);
    }

    fn leave_prompt(&mut self, phase: Phase) -> io::Result<()> {
        self.phase = phase;
        self.marked = false;
        self.reported = None;
        let guarded = self.lines.iter().any(|line| may_unhook(line));
        let resized = window_size(&*self.slave).ok().filter(|size| *size != self.told_size);
        self.told_size = resized.unwrap_or(self.told_size);
        self.stead = Stead::None;
        let queued = self.lines.len().saturating_sub(1);
        self.link.lock().handshake.go(&Go { queued, guarded, resized })?;
        self.send_line()
    }

    /// Gives bash the next line of a command; a copy that serves requests before it reads that ends.
    fn send_next(&mut self) -> io::Result<()> {
        if self.stead == Stead::Serves {
            self.stead = Stead::Released;
            self.link.lock().handshake.go(&Go::default())?;
        }
        self.send_line()
    }

    fn send_line(&mut self) -> io::Result<()> {
        if let Some(line) = self.lines.pop_front() {
            let fails_silently = line.contains('!') || line.starts_with('^') || line.contains("[[");
            self.expansion = if fails_silently { Expansion::Possible } else { Expansion::None };
            self.outgoing.extend(line.as_bytes());
        }
        Ok(())
    }
}

impl Drop for BashSession {
    fn drop(&mut self) {
        leftovers::remove(self.directory.path());
    }
}

/// Whether a line may take our command out of PROMPT_COMMAND. An assignment to the name alone does not.
fn may_unhook(line: &str) -> bool {
    line.contains("PROMPT_COMMAND=(") || line.contains("PROMPT_COMMAND") && line.contains("unset")
}

/// What bash prints after Ctrl-C, without the end of the line that the editor has ended already.
fn without_line_end(printed: &[u8]) -> &[u8] {
    printed.strip_prefix(b"\r\n").or(printed.strip_prefix(b"\n")).unwrap_or(printed)
}
