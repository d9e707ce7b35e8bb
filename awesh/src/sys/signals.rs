//! Signals become flags and one readable descriptor, so that a loop over `poll` sees them as events.
//!
//! Every signal here has a handler and none is ignored: a handler is reset when a child is executed, so bash
//! starts with the dispositions that awesh was given.

use std::io::{self, Read};
use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::{flag, low_level};

/// Signals that have come and were not yet taken.
#[derive(Debug)]
pub struct Signals {
    /// Never closed: the handlers outlive this, and would have their SIGPIPE end a process that is about to be bash.
    wake: ManuallyDrop<UnixStream>,
    child: Arc<AtomicBool>,
    hangup: Arc<AtomicBool>,
    resize: Arc<AtomicBool>,
    interrupt: Arc<AtomicBool>,
}

impl Signals {
    /// Installs the handlers. An interactive bash does not end by SIGINT, SIGQUIT, SIGTERM or SIGTSTP, so
    /// awesh does not either.
    pub fn install() -> io::Result<Self> {
        let (wake, write) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        let signals = Self {
            wake: ManuallyDrop::new(wake),
            child: Arc::default(),
            hangup: Arc::default(),
            resize: Arc::default(),
            interrupt: Arc::default(),
        };
        for (signal, seen) in [
            (SIGCHLD, &signals.child),
            (SIGHUP, &signals.hangup),
            (SIGWINCH, &signals.resize),
            (SIGINT, &signals.interrupt),
        ] {
            // The flag first: who is woken finds it set.
            flag::register(signal, Arc::clone(seen))?;
            low_level::pipe::register(signal, write.try_clone()?)?;
        }
        for signal in [SIGQUIT, SIGTERM, SIGTSTP] {
            flag::register(signal, Arc::default())?;
        }
        Ok(signals)
    }

    /// Readable once a signal has come.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }

    /// Makes [`Signals::fd`] quiet again; called before the flags are looked at.
    pub fn clear(&self) {
        let mut buffer = [0; 64];
        while matches!((&*self.wake).read(&mut buffer), Ok(n) if n > 0) {}
    }

    /// Whether a child changed its state since the last call.
    pub fn take_child(&self) -> bool {
        self.child.swap(false, Ordering::SeqCst)
    }

    /// Whether the window changed its size since the last call.
    pub fn take_resize(&self) -> bool {
        self.resize.swap(false, Ordering::SeqCst)
    }

    /// Whether SIGINT has come since the last call.
    pub fn take_interrupt(&self) -> bool {
        self.interrupt.swap(false, Ordering::SeqCst)
    }

    /// Whether the terminal is gone.
    pub fn hung_up(&self) -> bool {
        self.hangup.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::process::Command;

    use nix::sys::signal::{SigHandler, Signal, raise, signal};

    use super::*;

    /// What becomes of signals in a process that is about to execute another program, where SIGPIPE ends it.
    #[test]
    #[ignore = "changes what signals do to its process: run by the test below, in one of its own"]
    fn signals_behind_the_end() {
        drop(Signals::install().unwrap());
        // SAFETY: it is the default action that is set.
        unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) }.unwrap();
        for each in [Signal::SIGCHLD, Signal::SIGWINCH] {
            raise(each).unwrap();
        }
    }

    #[test]
    fn a_child_that_ended_behind_the_end_took_the_plain_bash_with_it() {
        let own = "sys::signals::tests::signals_behind_the_end";
        let output =
            Command::new(env::current_exe().unwrap()).args(["--ignored", "--exact", own]).output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && told.contains("1 passed"), "{output:?}");
    }
}
