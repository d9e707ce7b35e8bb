//! What comes from bash's terminal: read, freed of marks, its end kept.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use nix::errno::Errno;
use nix::unistd::read;

use super::markers::{MarkParser, Piece};
use super::tail::Tail;

/// The reading side of bash's terminal. Can be lent to another thread.
#[derive(Debug)]
pub struct Output {
    master: Arc<OwnedFd>,
    pub(super) marks: MarkParser,
    pub(super) tail: Tail,
}

impl Output {
    pub(super) fn new(master: Arc<OwnedFd>, nonce: &str) -> Self {
        Self { master, marks: MarkParser::new(nonce), tail: Tail::default() }
    }

    /// Readable when something was printed.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.master.as_fd()
    }

    /// Reads what was printed; 0 where nothing was.
    pub(super) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match read(&self.master, buffer) {
            Ok(count) => Ok(count),
            Err(Errno::EAGAIN | Errno::EINTR | Errno::EIO) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// What jobs in the background have printed while bash waits at its prompt; never waits.
    pub fn take_background(&mut self) -> io::Result<Vec<u8>> {
        let mut buffer = [0; 8192];
        let count = self.read(&mut buffer)?;
        let (mut input, mut printed) = (&buffer[..count], Vec::new());
        while let Some(piece) = self.marks.next(&mut input) {
            if let Piece::Output(bytes) = piece {
                printed.extend_from_slice(bytes);
            }
        }
        self.tail.push(&printed);
        Ok(printed)
    }
}
