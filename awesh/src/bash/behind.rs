//! bash behind a prompt that is there already: while the user's start-up files run, the user types, and what they
//! print appears above. A file that wants more of the terminal than that gets it: one that reads it, changes its
//! modes, moves the cursor, or prints a line bit by bit.

use std::fmt::Debug;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use nix::sys::termios::{LocalFlags, tcgetattr};
use nix::unistd::ttyname;

use super::printed::Printed;
use super::{BashSession, Phase, Turn};
use crate::sys::process::{Wait, descendants, waits_for};
use crate::terminal::{Keyboard, Terminal};

/// Between two looks whether a file wants the terminal.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A program that waits for something while a line waits for it so long may be waiting for that line.
const PATIENCE: Duration = Duration::from_secs(1);

/// The keys that mean something to a terminal at once: Ctrl-C, Ctrl-Z, Ctrl-\.
const SIGNALS: [u8; 3] = [0x03, 0x1a, 0x1c];

/// What has the user's terminal meanwhile.
pub trait Foreground: Debug + Send {
    /// Shows whole lines that were printed.
    fn print(&mut self, lines: &str);

    /// Shows a line that was begun, in place of what was shown of it before.
    fn set_unfinished(&mut self, line: &str);

    /// Whether the user is in the middle of something that would be lost without it.
    fn is_occupied(&self) -> bool;

    /// Takes the keys that have come, as far as they are its own.
    fn take_keys(&mut self, keyboard: &mut Keyboard) -> io::Result<()>;
}

/// What is known of start-up files that run behind something else.
#[derive(Debug)]
pub(super) struct Behind {
    foreground: Box<dyn Foreground>,
    printed: Printed,
    /// The terminal that the files may read.
    name: Option<PathBuf>,
    modes: LocalFlags,
    looked: Instant,
    /// Whether somebody was seen to read it at the last look.
    read: bool,
    /// Since when there are keys that the foreground leaves where they are.
    kept_since: Option<Instant>,
    /// Set once the terminal is wanted.
    wanted: bool,
    /// What bash wants, once it does: for it the user is left undisturbed until he asks for more himself.
    due: Option<Turn>,
}

impl BashSession {
    /// [`BashSession::wait`] for the first prompt, behind something else. None says that the terminal is wanted;
    /// to wait gives it.
    pub fn wait_behind(
        &mut self,
        terminal: &mut Terminal,
        foreground: Box<dyn Foreground>,
    ) -> io::Result<Option<Turn>> {
        self.behind = Some(Behind {
            foreground,
            printed: Printed::new(terminal.size().ws_col.into()),
            name: ttyname(&*self.slave).ok(),
            modes: tcgetattr(&*self.slave)?.local_flags,
            looked: Instant::now(),
            read: false,
            kept_since: None,
            wanted: false,
            due: None,
        });
        let turn = self.relay(terminal);
        if let Some(mut behind) = self.behind.take() {
            behind.foreground.set_unfinished("");
            // What could not be shown above a line is written as it came.
            self.unshown = behind.printed.take_all();
        }
        turn
    }

    /// What bash wants that has come to its prompt, or has ended, where the foreground can do without the terminal.
    pub(super) fn due(&mut self, turn: Option<Turn>) -> Option<Turn> {
        let Some(behind) = &mut self.behind else { return turn };
        behind.due = turn.or(behind.due.take());
        let waits =
            matches!(behind.due, Some(Turn::Prompt(_))) && behind.foreground.is_occupied() && !behind.wanted;
        if waits { None } else { behind.due.take() }
    }

    /// Looks now and then whether a start-up file wants the terminal.
    pub(super) fn is_wanted(&mut self) -> bool {
        let Some(behind) = &mut self.behind else { return false };
        if behind.looked.elapsed() >= LOOK_AGAIN && behind.due.is_none() {
            behind.looked = Instant::now();
            behind.show_unfinished();
            // From the first mark on the modes are ours.
            let modes = tcgetattr(&*self.slave).map_or(behind.modes, |modes| modes.local_flags);
            let changed = (modes ^ behind.modes).intersects(LocalFlags::ICANON | LocalFlags::ECHO);
            behind.wanted |= changed && self.phase == Phase::Starting && !self.marked;
            // bash itself reads where it is due to be given a line; it takes that at once.
            let is_due = self.marked || !self.lines.is_empty() || !self.outgoing.is_empty();
            let reads = !is_due && behind.is_read([self.child].into_iter().chain(descendants(self.child)));
            behind.wanted |= reads && std::mem::replace(&mut behind.read, reads);
        }
        behind.wanted
    }
}

impl Behind {
    /// Something was printed.
    pub(super) fn print(&mut self, bytes: &[u8]) {
        self.read = false;
        let lines = self.printed.push(bytes);
        if !lines.is_empty() {
            self.foreground.set_unfinished("");
            self.foreground.print(&lines);
        }
        self.wanted |= self.printed.takes_screen();
    }

    /// Keys have come.
    pub(super) fn on_keys(&mut self, keys: &[u8], keyboard: &mut Keyboard) -> io::Result<()> {
        keyboard.keep(keys);
        if keys.iter().any(|key| SIGNALS.contains(key)) {
            self.wanted = true;
            return Ok(());
        }
        self.foreground.take_keys(keyboard)?;
        if keyboard.has_ahead() {
            self.kept_since.get_or_insert_with(Instant::now);
        }
        Ok(())
    }

    fn show_unfinished(&mut self) {
        match self.printed.row() {
            Ok(row) => self.foreground.set_unfinished(row),
            Err(()) => self.wanted = true,
        }
    }

    /// Whether one of these processes waits for somebody to type.
    fn is_read(&self, mut processes: impl Iterator<Item = nix::unistd::Pid>) -> bool {
        let overdue = self.kept_since.is_some_and(|since| since.elapsed() >= PATIENCE);
        processes.any(|process| match waits_for(process) {
            Some(Wait::Read(file)) => Some(&file) == self.name.as_ref() || file.ends_with("dev/tty"),
            Some(Wait::Any) => overdue,
            None => false,
        })
    }
}
