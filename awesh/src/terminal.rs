//! The user's terminal as the rest of awesh sees it: keys in, bytes out, the signals that come with it.
//!
//! Keys have one reader at a time and one order: what was typed ahead, and by whom it was taken, is kept in
//! [`Keyboard`], so no key is lost between the line editor, a running command and an answer on the screen.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, BorrowedFd};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags};
use nix::pty::Winsize;
use nix::unistd::{read, write};

use crate::sys::poll::wait;
use crate::sys::pty::window_size;
use crate::sys::signals::Signals;
use crate::sys::tty::{Mode, Tty};

/// The terminal awesh runs on.
#[derive(Debug)]
pub struct Terminal {
    /// Where keys come from.
    pub keyboard: Keyboard,
    /// What the terminal and the children signal.
    pub signals: Signals,
}

impl Terminal {
    /// Takes the terminal on standard input and output.
    pub fn take() -> io::Result<Self> {
        Ok(Self { keyboard: Keyboard::new(Tty::take()?), signals: Signals::install()? })
    }

    /// Whether it was closed.
    pub fn is_gone(&self) -> bool {
        self.signals.hung_up() || self.keyboard.ended.get()
    }

    /// Sets how the terminal treats what passes through it.
    pub fn set_mode(&self, mode: Mode) -> io::Result<()> {
        self.keyboard.tty.set(mode)
    }

    /// The modes the terminal had when it was taken.
    pub fn original_modes(&self) -> &nix::sys::termios::Termios {
        self.keyboard.tty.original()
    }

    /// The size of the window.
    pub fn size(&self) -> Winsize {
        size()
    }
}

/// The size of the user's window; 80 × 24 where the terminal does not know.
pub fn size() -> Winsize {
    match window_size(io::stdout()) {
        Ok(size) if size.ws_col > 0 => size,
        _ => Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 },
    }
}

/// Keys, in the order they were typed.
#[derive(Debug)]
pub struct Keyboard {
    tty: Tty,
    ahead: VecDeque<u8>,
    /// Set when there is nobody to type any more.
    ended: Cell<bool>,
}

impl Keyboard {
    fn new(tty: Tty) -> Self {
        Self { tty, ahead: VecDeque::new(), ended: Cell::new(false) }
    }

    /// Readable when a key was typed that is not in [`Keyboard::take_ahead`].
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.tty.as_fd()
    }

    /// Whether keys were typed that nobody has taken yet.
    pub fn has_ahead(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// Takes all keys that were typed before they were wanted.
    pub fn take_ahead(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.ahead).into()
    }

    /// The keys that were typed before they were wanted; they stay where they are.
    pub fn ahead(&mut self) -> &[u8] {
        self.ahead.make_contiguous()
    }

    /// Takes the first of them.
    pub fn consume(&mut self, count: usize) {
        self.ahead.drain(..count);
    }

    /// Keeps keys that were typed after the ones kept already.
    pub fn keep(&mut self, keys: &[u8]) {
        self.ahead.extend(keys);
    }

    /// Puts back keys that were typed before the ones kept already.
    pub fn put_back(&mut self, keys: &[u8]) {
        for &key in keys.iter().rev() {
            self.ahead.push_front(key);
        }
    }

    /// Reads keys into `buffer`; 0 where the terminal is gone, or, if it edits lines itself, at an end of file.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match read(&self.tty, buffer) {
                Err(Errno::EINTR) => {}
                Err(Errno::EIO) => {
                    self.ended.set(true);
                    return Ok(0);
                }
                Err(Errno::EAGAIN) => drop(wait(&mut [PollFd::new(self.fd(), PollFlags::POLLIN)], None)?),
                result => return Ok(result?),
            }
        }
    }

    /// The same for a terminal that does not edit lines: there an end means that it is gone.
    pub fn read_raw(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.read(buffer)?;
        self.ended.set(self.ended.get() || count == 0);
        Ok(count)
    }
}

/// [`write_out`] for what takes a writer.
#[derive(Debug)]
pub struct TerminalWriter;

impl Write for TerminalWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write_out(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes to the user's terminal, whatever state somebody left the descriptor in.
pub fn write_out(mut bytes: &[u8]) -> io::Result<()> {
    let stdout = io::stdout();
    while !bytes.is_empty() {
        match write(&stdout, bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => drop(wait(&mut [PollFd::new(stdout.as_fd(), PollFlags::POLLOUT)], None)?),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
