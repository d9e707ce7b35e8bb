//! Starts the backend and connects to it, in a short-lived thread: the one wait that has no descriptor to poll
//! is for a socket that another process is about to create. The handshake is left to the client.

use std::fs;
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use nix::unistd::geteuid;

use super::process::Process;
use super::{BackendError, Launch};

/// How long a backend may take to listen. It takes milliseconds; a machine that just booted is slower.
const SOCKET_DEADLINE: Duration = Duration::from_secs(5);

/// The pauses between two looks for the socket, in milliseconds, doubled from the first to the longest.
const FIRST_PAUSE: u8 = 1;
const LONGEST_PAUSE: u8 = 16;

/// A start under way.
#[derive(Debug)]
pub(super) struct Connecting {
    outcome: Receiver<Result<Connected, BackendError>>,
    /// Its end of file says that the outcome is there.
    finished: PipeReader,
}

/// A backend that runs and listens.
#[derive(Debug)]
pub(super) struct Connected {
    pub(super) process: Process,
    pub(super) stream: UnixStream,
    /// From the beginning of the start to the connection.
    pub(super) took: Duration,
}

impl Connecting {
    /// Begins to start the backend; returns at once.
    pub(super) fn begin(launch: Launch) -> Result<Self, BackendError> {
        let (finished, running) = io::pipe().map_err(BackendError::Resources)?;
        let (sender, outcome) = sync_channel(1);
        let work = move || {
            // Nobody receives once the shell has given up; the backend is then ended by being dropped.
            let _ = sender.send(connect(&launch, &running));
            drop(running);
        };
        thread::Builder::new().name("backend start".into()).spawn(work).map_err(BackendError::Resources)?;
        Ok(Self { outcome, finished })
    }

    /// What came of it, once.
    pub(super) fn outcome(&self) -> Option<Result<Connected, BackendError>> {
        match self.outcome.try_recv() {
            Ok(outcome) => Some(outcome),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                Some(Err(BackendError::Resources(io::Error::other("its thread ended without a word"))))
            }
        }
    }
}

impl AsFd for Connecting {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.finished.as_fd()
    }
}

fn connect(launch: &Launch, shell: &PipeWriter) -> Result<Connected, BackendError> {
    let began = Instant::now();
    remove_stale(&launch.socket)?;
    let mut process = Process::start(launch)?;
    let stream = await_socket(&launch.socket, &mut process, shell, began + SOCKET_DEADLINE)?;
    check_peer(&stream)?;
    Ok(Connected { process, stream, took: began.elapsed() })
}

/// Removes the socket of a backend that died, or the new one could not bind to its name.
fn remove_stale(socket: &Path) -> Result<(), BackendError> {
    match fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(BackendError::Connection(error)),
        _ => Ok(()),
    }
}

fn await_socket(
    socket: &Path,
    process: &mut Process,
    shell: &PipeWriter,
    deadline: Instant,
) -> Result<UnixStream, BackendError> {
    let mut pause = FIRST_PAUSE;
    loop {
        match UnixStream::connect(socket) {
            Ok(stream) => return Ok(stream),
            Err(error) if is_not_yet(&error) => {}
            Err(error) => return Err(BackendError::Connection(error)),
        }
        if let Some(status) = process.ended() {
            return Err(BackendError::Ended(status));
        }
        if Instant::now() >= deadline || gave_up(shell, pause) {
            return Err(BackendError::NoSocket(SOCKET_DEADLINE));
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Pauses; cut short when the shell has given up, which shows as the closed other end of its pipe.
fn gave_up(shell: &PipeWriter, pause: u8) -> bool {
    let mut ends = [PollFd::new(shell.as_fd(), PollFlags::empty())];
    poll(&mut ends, pause).is_ok_and(|ready| ready > 0)
}

/// Between `bind` and `listen` the socket is there and refuses.
fn is_not_yet(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused | io::ErrorKind::Interrupted
    )
}

/// The directory is private; this holds even where it was not made so.
fn check_peer(stream: &UnixStream) -> Result<(), BackendError> {
    let peer = getsockopt(stream, PeerCredentials).map_err(|errno| BackendError::Connection(errno.into()))?;
    if peer.uid() == geteuid().as_raw() { Ok(()) } else { Err(BackendError::ForeignPeer(peer.uid())) }
}
