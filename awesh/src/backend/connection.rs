//! Messages over the socket, without ever waiting for it: what cannot be written yet is kept, what has come is
//! taken. Knows frames and bytes; what the messages mean is left to the client.

use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use awesh_protocol::frame::{Decoder, FrameError, encode};
use awesh_protocol::{Event, MAX_FRAME, Request};
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, send};

use super::BackendError;

/// Requests kept for a backend that does not read; two of the largest, so that one is never refused.
const MAX_UNSENT: usize = 2 * MAX_FRAME + 1024;

/// Taken from the socket at a time, so that a flood of events cannot hold the loop.
const MAX_TAKEN: usize = 256 * 1024;

/// One connection to the backend.
#[derive(Debug)]
pub(super) struct Connection {
    stream: UnixStream,
    decoder: Decoder,
    unsent: Vec<u8>,
    /// Found while writing, told by the next [`Connection::receive`]: what the backend said before may explain it.
    fault: Option<BackendError>,
}

impl Connection {
    /// Speaks over a connected socket.
    pub(super) fn new(stream: UnixStream) -> Result<Self, BackendError> {
        stream.set_nonblocking(true).map_err(BackendError::Connection)?;
        Ok(Self { stream, decoder: Decoder::new(), unsent: Vec::new(), fault: None })
    }

    /// Sends a request, or keeps what the socket does not take.
    ///
    /// # Errors
    ///
    /// If the request is too large for a frame; the connection is as before.
    pub(super) fn send(&mut self, request: &Request) -> Result<(), FrameError> {
        let frame = encode(request)?;
        if self.unsent.len() + frame.len() > MAX_UNSENT {
            self.fault.get_or_insert(BackendError::Stuck);
            return Ok(());
        }
        self.unsent.extend_from_slice(&frame);
        self.flush();
        Ok(())
    }

    /// Whether something is kept until the socket takes it.
    pub(super) fn is_sending(&self) -> bool {
        !self.unsent.is_empty()
    }

    /// Sends what was kept.
    pub(super) fn flush(&mut self) {
        let mut sent = 0;
        while sent < self.unsent.len() {
            match send(self.stream.as_raw_fd(), &self.unsent[sent..], MsgFlags::MSG_NOSIGNAL) {
                Ok(count) => sent += count,
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => break,
                Err(error) => {
                    self.fault.get_or_insert(broken(error.into()));
                    sent = self.unsent.len();
                }
            }
        }
        self.unsent.drain(..sent);
    }

    /// Appends the events that have come.
    ///
    /// # Errors
    ///
    /// If the connection cannot go on; events that came before that are appended all the same.
    pub(super) fn receive(&mut self, events: &mut Vec<Event>) -> Result<(), BackendError> {
        let mut portion = [0; 16 * 1024];
        let mut taken = 0;
        while taken < MAX_TAKEN {
            match self.stream.read(&mut portion) {
                Ok(0) => return Err(self.fault.take().unwrap_or(BackendError::Closed)),
                Ok(count) => {
                    taken += count;
                    self.decode(&portion[..count], events)?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(broken(error)),
            }
        }
        self.fault.take().map_or(Ok(()), Err)
    }

    fn decode(&mut self, bytes: &[u8], events: &mut Vec<Event>) -> Result<(), BackendError> {
        self.decoder.push(bytes);
        while let Some(event) = self.decoder.take()? {
            events.push(event);
        }
        Ok(())
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

/// A peer that is gone shows as an end of file or as either of two errors, by what was under way.
fn broken(error: io::Error) -> BackendError {
    match error.kind() {
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => BackendError::Closed,
        _ => BackendError::Connection(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn pair() -> (Connection, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (Connection::new(ours).unwrap(), theirs)
    }

    fn hello() -> Vec<u8> {
        encode(&Event::Hello { version: 1, pid: 2 }).unwrap()
    }

    #[test]
    fn frames_arrive_whole_however_they_are_cut() {
        let (mut connection, mut peer) = pair();
        let (frame, mut events) = (hello(), Vec::new());
        for byte in &frame[..frame.len() - 1] {
            peer.write_all(std::slice::from_ref(byte)).unwrap();
            connection.receive(&mut events).unwrap();
            assert!(events.is_empty());
        }
        peer.write_all(&frame[frame.len() - 1..]).unwrap();
        connection.receive(&mut events).unwrap();
        assert_eq!(events.len(), 1);
    }

    #[test]
    fn what_came_before_the_end_is_kept() {
        let (mut connection, mut peer) = pair();
        peer.write_all(&hello()).unwrap();
        drop(peer);
        let mut events = Vec::new();
        connection.send(&Request::Status).unwrap();
        assert!(matches!(connection.receive(&mut events), Err(BackendError::Closed)));
        assert_eq!(events.len(), 1);
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_without_its_body() {
        let (mut connection, mut peer) = pair();
        peer.write_all(&u32::MAX.to_be_bytes()).unwrap();
        let received = connection.receive(&mut Vec::new());
        assert!(matches!(received, Err(BackendError::Frame(FrameError::TooLarge(_)))));
    }

    #[test]
    fn requests_wait_for_a_peer_that_reads_late_and_are_bounded() {
        let (mut connection, mut peer) = pair();
        let ask = Request::Ask(Box::new(awesh_protocol::Ask {
            id: 1,
            question: "x".repeat(MAX_FRAME / 2),
            context: awesh_protocol::Context::default(),
        }));
        connection.send(&ask).unwrap();
        assert!(connection.is_sending());
        let mut decoder = Decoder::new();
        let mut portion = vec![0; 1 << 16];
        let received: Request = loop {
            let count = peer.read(&mut portion).unwrap();
            decoder.push(&portion[..count]);
            connection.flush();
            if let Some(request) = decoder.take().unwrap() {
                break request;
            }
        };
        assert_eq!(received, ask);
        assert!(!connection.is_sending());

        for _ in 0..8 {
            connection.send(&ask).unwrap();
        }
        assert!(matches!(connection.receive(&mut Vec::new()), Err(BackendError::Stuck)));
    }
}
