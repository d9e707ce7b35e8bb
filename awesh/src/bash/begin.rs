//! The moment before a command runs, in a bash that reads a file for `$(<FILE)` itself (5.2 and later): where it
//! expands PS0 it opens a FIFO, which waits until somebody opens it for writing, and reads to its end. To say the
//! same by commands costs a fork at each line.
//!
//! A thread has the FIFO open as soon as bash does and says so where bash would have; the command runs once the
//! file is closed. Each command has a FIFO of its own under the same name: in one that bash has not closed yet it
//! would be taken to begin once more.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

/// So long bash may take from the end of the file to closing it, where there is no room for another; it takes
/// microseconds.
const CLOSING: Duration = Duration::from_millis(5);

/// The FIFO's name.
pub(super) const NAME: &str = "begin";

/// The shell's side of it.
#[derive(Debug)]
pub(super) struct Begin {
    opened: Receiver<File>,
    closed: Sender<()>,
}

impl Begin {
    /// Makes the FIFO in `directory`. What says that bash begins is written to `up`.
    pub(super) fn create(directory: &Path, up: File, said: &'static [u8]) -> io::Result<Self> {
        let path = directory.join(NAME);
        make(&path)?;
        let (opening, opened) = channel();
        let (closed, closing) = channel();
        let follow = move || follow(&path, up, said, &opening, &closing);
        thread::Builder::new().name("awesh-begin".to_owned()).spawn(follow)?;
        Ok(Self { opened, closed })
    }

    /// Lets the command run that bash has begun in this way; false where there is none.
    pub(super) fn release(&self) -> bool {
        let Ok(file) = self.opened.try_recv() else { return false };
        drop(file);
        // The thread ends with the session.
        let _ = self.closed.send(());
        true
    }
}

fn make(path: &Path) -> io::Result<()> {
    Ok(mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR)?)
}

fn follow(path: &PathBuf, mut up: File, said: &[u8], opening: &Sender<File>, closing: &Receiver<()>) {
    let next = path.with_extension("next");
    loop {
        // Before bash comes, which would wait for it. One that could not be put in its place is there still.
        let _ = make(&next);
        let is_another = match OpenOptions::new().write(true).open(path) {
            Ok(file) => {
                let renamed = fs::rename(&next, path).is_ok();
                if opening.send(file).is_err() || up.write_all(said).is_err() || closing.recv().is_err() {
                    return;
                }
                renamed
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            // Without a descriptor for it bash waits until there is one.
            Err(_) => false,
        };
        if !is_another {
            thread::sleep(CLOSING);
        }
    }
}
