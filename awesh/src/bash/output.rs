//! What comes from bash's terminal: read, freed of marks, its end kept.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::read;

use super::markers::{Mark, MarkParser, Piece};
use super::tail::Tail;
use crate::sys::poll::wait;
use crate::sys::pty::queued;

/// With so many bytes at hand no more are gathered: the kernel hands out one byte less than 4 KB, and to fetch that
/// byte too is another system call.
const ENOUGH: usize = 2 * 1024;

/// How long what bash has written may take through the kernel; it takes microseconds.
const DELIVERY: Duration = Duration::from_millis(100);

/// The reading side of bash's terminal. Can be lent to another thread.
#[derive(Debug)]
pub struct Output {
    master: Arc<OwnedFd>,
    slave: Arc<OwnedFd>,
    pub(super) marks: MarkParser,
    pub(super) tail: Tail,
    /// How many bytes the last command has printed.
    pub(super) printed: u64,
    /// Whether so much came at the last look that there is more to come.
    pub(super) flows: bool,
}

impl Output {
    pub(super) fn new(master: Arc<OwnedFd>, slave: Arc<OwnedFd>, nonce: &str) -> Self {
        Self { master, slave, marks: MarkParser::new(nonce), tail: Tail::default(), printed: 0, flows: false }
    }

    /// Readable where keys came after the last command had ended that were on their way to it.
    pub fn unread_keys_fd(&self) -> BorrowedFd<'_> {
        self.slave.as_fd()
    }

    /// The keys that no command has read. To poll the terminal has the kernel bring in what is still on its way.
    pub fn take_unread_keys(&self) -> io::Result<Vec<u8>> {
        let mut keys = Vec::new();
        let mut fds = [PollFd::new(self.slave.as_fd(), PollFlags::POLLIN)];
        while poll(&mut fds, PollTimeout::ZERO)? > 0 {
            let mut more = vec![0; queued(&self.slave)?.max(1)];
            let count = read(&self.slave, &mut more)?;
            if count == 0 {
                break;
            }
            keys.extend_from_slice(&more[..count]);
        }
        Ok(keys)
    }

    /// Readable when something was printed.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.master.as_fd()
    }

    /// Whether the last line that was printed is ended, as far as can be told without a screen.
    pub fn ends_line(&self) -> bool {
        self.tail.ends_line()
    }

    /// Reads what was printed, up to the size of the buffer; 0 where nothing was.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < ENOUGH.min(buffer.len()) {
            match read(&self.master, &mut buffer[filled..]) {
                Ok(0) | Err(Errno::EAGAIN | Errno::EINTR | Errno::EIO) => break,
                Ok(count) => filled += count,
                Err(error) => return Err(error.into()),
            }
        }
        self.flows = filled >= ENOUGH;
        Ok(filled)
    }

    /// What jobs in the background have printed while bash waits at its prompt; never waits.
    pub fn take_background(&mut self) -> io::Result<Vec<u8>> {
        let (printed, _) = self.take()?;
        self.tail.push(&printed);
        Ok(printed)
    }

    /// What is printed up to the mark of a prompt that is known to have come.
    pub(super) fn take_to_prompt(&mut self) -> io::Result<Vec<u8>> {
        let deadline = Instant::now() + DELIVERY;
        let mut printed = Vec::new();
        while Instant::now() < deadline {
            wait(&mut [PollFd::new(self.fd(), PollFlags::POLLIN)], Some(deadline))?;
            let (more, marked) = self.take()?;
            printed.extend(more);
            if marked {
                break;
            }
        }
        Ok(printed)
    }

    /// What was printed, and whether a prompt's mark was among it.
    fn take(&mut self) -> io::Result<(Vec<u8>, bool)> {
        let mut buffer = [0; 8192];
        let count = self.read(&mut buffer)?;
        let (mut input, mut printed, mut marked) = (&buffer[..count], Vec::new(), false);
        while let Some(piece) = self.marks.next(&mut input) {
            match piece {
                Piece::Output(bytes) => printed.extend_from_slice(bytes),
                Piece::Mark(mark) => marked |= mark == Mark::Prompt,
            }
        }
        Ok((printed, marked))
    }
}
