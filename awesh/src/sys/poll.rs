//! Waiting for descriptors.

use std::io;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollTimeout, poll};

/// Less than the millisecond that poll(2) counts in.
const ROUNDED_UP: Duration = Duration::from_nanos(999_999);

/// Waits until one of the descriptors is ready, or the deadline has passed, if there is one; whether one is ready. A
/// signal does not end it: those that matter make a descriptor readable.
pub fn wait(fds: &mut [PollFd<'_>], deadline: Option<Instant>) -> io::Result<bool> {
    loop {
        let timeout = deadline.map_or(PollTimeout::NONE, |deadline| {
            // A wait that ended just before its time would be followed by a busy one.
            let left = deadline.saturating_duration_since(Instant::now()).saturating_add(ROUNDED_UP);
            PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX)
        });
        match poll(fds, timeout) {
            Ok(ready) => return Ok(ready > 0),
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
