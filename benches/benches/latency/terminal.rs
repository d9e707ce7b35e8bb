//! A shell on a pseudo-terminal, with a screen to read and a clock: what a person would see, and when.
//!
//! Nothing here sleeps. A wait ends with the bytes that make the screen as it should be, and its time is the
//! moment these bytes were read; making the screen of them comes after that, for every shell alike.

use std::io;
use std::num::NonZeroU16;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use awesh::sys::poll::wait;
use awesh::sys::process::lead_session_on_terminal;
use awesh::sys::pty::Pty;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags};
use nix::pty::Winsize;
use nix::unistd::{Pid, read, write};
use vt100::Screen;

/// Longer than anything takes on a busy machine; only a failure waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// High, so that a few prompts are drawn one below the other before the screen must be cleared.
const ROWS: u16 = 100;
const COLUMNS: u16 = 120;

/// As much as a terminal emulator reads at once.
const CHUNK: usize = 64 * 1024;

/// What the prompts of the shells here end with, before a blank.
const SIGNS: [&str; 5] = [">", "$", "#", "❯", "?"];

/// A program on a terminal.
pub struct Terminal {
    master: OwnedFd,
    child: Child,
    screen: vt100::Parser,
}

impl Terminal {
    /// Starts a program; the clock starts before it does.
    pub fn start(mut command: Command) -> io::Result<(Self, Instant)> {
        let size = Winsize { ws_row: ROWS, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
        let Pty { master, slave } = Pty::open(None, Some(&size))?;
        command.stdin(slave.try_clone()?).stdout(slave.try_clone()?).stderr(Stdio::from(slave));
        lead_session_on_terminal(&mut command);
        let started = Instant::now();
        let child = command.spawn()?;
        // With `command` the last of our own slaves goes: the end of the program hangs the terminal up.
        Ok((Self { master, child, screen: vt100::Parser::new(cells(ROWS), cells(COLUMNS), 0) }, started))
    }

    /// The program's process.
    pub fn process(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }

    /// Where the cursor is: row and column.
    pub fn cursor(&self) -> (u16, u16) {
        self.screen().cursor_position()
    }

    /// What is on the screen.
    pub fn screen(&self) -> &Screen {
        self.screen.screen()
    }

    /// Presses keys; the time is from before the first.
    pub fn send(&self, keys: &str) -> io::Result<Instant> {
        let pressed = Instant::now();
        // A few keys always fit the terminal's queue.
        let count = write(&self.master, keys.as_bytes())?;
        if count == keys.len() { Ok(pressed) } else { Err(io::ErrorKind::WriteZero.into()) }
    }

    /// Waits until the screen is as it should be.
    pub fn wait(&mut self, what: &str, is: impl Fn(&Screen) -> Option<()>) -> io::Result<Instant> {
        let deadline = Instant::now() + PATIENCE;
        let mut buffer = vec![0; CHUNK];
        let mut came = Instant::now();
        loop {
            if is(self.screen()).is_some() {
                return Ok(came);
            }
            match self.read(&mut buffer, deadline)? {
                Some(0) => return Err(self.failure(what, "the program has ended")),
                Some(count) => {
                    came = Instant::now();
                    self.screen.process(&buffer[..count]);
                }
                None => return Err(self.failure(what, "too late")),
            }
        }
    }

    /// Waits for a prompt with nothing typed at it yet, below `row` where one is given.
    pub fn wait_prompt(&mut self, row: Option<u16>) -> io::Result<Instant> {
        let prompted = |screen: &Screen| {
            let (at, column) = screen.cursor_position();
            let sign = character(screen, at, column.checked_sub(2)?);
            // A shell that draws a key again goes back over it first.
            let is_empty = character(screen, at, column).trim().is_empty();
            (is_empty && row.is_none_or(|row| at > row) && SIGNS.contains(&sign)).then_some(())
        };
        self.wait("a prompt", prompted)
    }

    /// Waits until a key typed in that column is echoed: it is there, and not as a part of some suggestion. The
    /// row is left open: a job that prints above the line moves it.
    pub fn wait_echo(&mut self, key: &str, column: u16) -> io::Result<Instant> {
        let echoed = |screen: &Screen| {
            let (row, cursor) = screen.cursor_position();
            (cursor == column + 1 && character(screen, row, column) == key).then_some(())
        };
        self.wait("an echo", echoed)
    }

    /// Reads what is printed up to `mark` and shows its last part; the number of bytes.
    pub fn read_to(&mut self, mark: &[u8]) -> io::Result<(usize, Instant)> {
        let deadline = Instant::now() + PATIENCE;
        let mut buffer = vec![0; CHUNK];
        let (mut kept, mut total) = (Vec::new(), 0);
        while let Some(count @ 1..) = self.read(&mut buffer, deadline)? {
            let came = Instant::now();
            total += count;
            // The mark may be cut in two.
            kept.drain(..kept.len().saturating_sub(mark.len()));
            kept.extend_from_slice(&buffer[..count]);
            if kept.windows(mark.len()).rev().any(|window| window == mark) {
                // So much has gone by that it is written at the bottom.
                self.screen.process(format!("\x1b[{ROWS};1H").as_bytes());
                self.screen.process(&kept);
                return Ok((total, came));
            }
        }
        Err(self.failure("a large output", "it was not complete"))
    }

    /// Looks on for a while; the number of bytes that are printed meanwhile.
    pub fn watch(&mut self, time: Duration) -> io::Result<usize> {
        let deadline = Instant::now() + time;
        let mut buffer = vec![0; CHUNK];
        let mut total = 0;
        while let Some(count @ 1..) = self.read(&mut buffer, deadline)? {
            self.screen.process(&buffer[..count]);
            total += count;
        }
        Ok(total)
    }

    /// Waits for the end of the program.
    pub fn wait_end(mut self) -> io::Result<Instant> {
        let deadline = Instant::now() + PATIENCE;
        let mut buffer = vec![0; CHUNK];
        loop {
            match self.read(&mut buffer, deadline)? {
                Some(0) => break,
                Some(count) => self.screen.process(&buffer[..count]),
                None => return Err(self.failure("the end", "too late")),
            }
        }
        self.child.wait()?;
        Ok(Instant::now())
    }

    /// Reads once: 0 where the terminal is hung up, nothing where the time is over.
    fn read(&self, buffer: &mut [u8], deadline: Instant) -> io::Result<Option<usize>> {
        loop {
            if !wait(&mut [PollFd::new(self.master.as_fd(), PollFlags::POLLIN)], Some(deadline))? {
                return Ok(None);
            }
            match read(&self.master, buffer) {
                Ok(count) => return Ok(Some(count)),
                Err(Errno::EIO) => return Ok(Some(0)),
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn failure(&self, what: &str, why: &str) -> io::Error {
        let rows: Vec<String> = self.screen().rows(0, COLUMNS).map(|row| row.trim_end().to_owned()).collect();
        let cursor = self.screen().cursor_position();
        let rows = rows.join("\n");
        io::Error::other(format!("waited for {what}: {why}; cursor {cursor:?}, screen:\n{}", rows.trim_end()))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // One that has ended takes neither.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn character(screen: &Screen, row: u16, column: u16) -> &str {
    screen.cell(row, column).map_or("", |cell| cell.contents())
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN)
}
