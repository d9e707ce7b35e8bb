//! What ssh says, apart from what the host prints.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::fd::AsRawFd;
use std::path::PathBuf;

/// What ssh logs when it has asked the host to run our `sh`, by a connection of its own or by a kept one.
const SENT: [&str; 2] = ["Sending command:", "master session id:"];

/// What ssh logs when the host knows who we are.
const KNOWN: [&str; 2] = ["Authenticated to ", "master session id:"];

/// A file without a name, so that nothing of it can stay.
#[derive(Debug)]
pub struct Log(File);

/// What ssh said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Its messages, a line each.
    pub lines: Vec<String>,
    /// Whether the host was asked to run anything.
    pub has_sent: bool,
    /// Whether the host let us in.
    pub is_known: bool,
}

impl Log {
    pub(super) fn new() -> io::Result<Self> {
        tempfile::tempfile().map(Self)
    }

    /// A name under which ssh can open it.
    pub(super) fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/fd/{}", std::process::id(), self.0.as_raw_fd()))
    }

    /// What it says by now.
    #[must_use]
    pub fn words(mut self) -> Words {
        let mut bytes = Vec::new();
        // A log that cannot be read says nothing.
        let _ = self.0.rewind().and_then(|()| self.0.read_to_end(&mut bytes));
        Words::read(&String::from_utf8_lossy(&bytes))
    }
}

impl Words {
    pub(super) fn read(log: &str) -> Self {
        let mut words = Self::default();
        for line in log.lines().map(str::trim).filter(|line| !line.is_empty()) {
            words.has_sent |= SENT.iter().any(|sign| line.contains(sign));
            words.is_known |= KNOWN.iter().any(|sign| line.contains(sign));
            if !line.starts_with("debug") {
                words.lines.push(line.to_owned());
            }
        }
        words
    }
}
