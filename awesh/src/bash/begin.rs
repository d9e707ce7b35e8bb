//! The moment before a command runs, in a bash that reads a file for `$(<FILE)` itself (5.2 and later): where it
//! expands PS0 it opens a FIFO, which waits until somebody opens it for writing, and reads to its end. To say the
//! same by commands costs a fork at each line.
//!
//! A thread has the FIFO open as soon as bash does and says so where bash would have; the command runs once the
//! file is closed. bash closes it some time after that: so two FIFOs take turns under the one name, or bash would be
//! taken to begin once more.

use std::fs::{File, OpenOptions, remove_file, rename};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

/// The FIFO's name.
pub(super) const NAME: &str = "begin";

/// The name of the one whose turn is next.
const NEXT: &str = "begin-next";

/// After so long a descriptor may be free again.
const RETRY: Duration = Duration::from_millis(5);

/// The shell's side of it.
#[derive(Debug)]
pub(super) struct Begin(Receiver<File>);

impl Begin {
    /// Makes the FIFOs in `directory`. What says that bash begins is written to `up`.
    pub(super) fn create(directory: &Path, up: File, said: &'static [u8]) -> io::Result<Self> {
        for name in [NAME, NEXT] {
            mkfifo(&directory.join(name), Mode::S_IRUSR | Mode::S_IWUSR)?;
        }
        let (opening, opened) = channel();
        let turns = Turns { present: directory.join(NAME), next: directory.join(NEXT) };
        let follow = move || follow(&turns, up, said, &opening);
        thread::Builder::new().name("awesh-begin".to_owned()).spawn(follow)?;
        Ok(Self(opened))
    }

    /// Lets the command run that bash has begun in this way; false where there is none.
    pub(super) fn release(&self) -> bool {
        // To drop it closes it.
        self.0.try_recv().is_ok()
    }
}

/// Ends with the session.
fn follow(turns: &Turns, mut up: File, said: &[u8], opening: &Sender<File>) {
    loop {
        match OpenOptions::new().write(true).open(&turns.present) {
            Ok(file) => {
                if turns.change().is_err() {
                    // A bash that finds no FIFO runs its commands at once; for one without a writer it would wait.
                    let _ = remove_file(&turns.present);
                }
                if opening.send(file).is_err() || up.write_all(said).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            // Without a descriptor for it bash waits until there is one.
            Err(_) => thread::sleep(RETRY),
        }
    }
}

#[derive(Debug)]
struct Turns {
    present: PathBuf,
    next: PathBuf,
}

impl Turns {
    /// Gives the name to the other FIFO, while bash waits at this one: it looks at the name again for its next
    /// command only.
    fn change(&self) -> io::Result<()> {
        let aside = self.next.with_extension("aside");
        rename(&self.present, &aside)?;
        rename(&self.next, &self.present)?;
        rename(&aside, &self.next)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    #[test]
    fn a_bash_that_is_slow_to_close_the_file_does_not_have_the_one_that_is_opened_next() {
        let directory = tempfile::tempdir().unwrap();
        let (mut said, up) = io::pipe().unwrap();
        let begin = Begin::create(directory.path(), OwnedFd::from(up).into(), b"C").unwrap();
        assert!(!begin.release());
        // What bash does where it expands PS0.
        let mut file = File::open(directory.path().join(NAME)).unwrap();
        let mut byte = [0];
        said.read_exact(&mut byte).unwrap();
        let next = directory.path().join(NAME).metadata().unwrap();
        assert_ne!(next.ino(), file.metadata().unwrap().ino());
        assert!(begin.release());
        assert_eq!(file.read(&mut byte).unwrap(), 0);
        assert!(!begin.release());
    }
}
