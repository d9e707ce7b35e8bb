//! What goes on beside the editor while a line is edited: keys from the user's terminal to the editor's, what
//! jobs print to above the line, the window's size to bash.
//!
//! The editor reads a pseudo-terminal of awesh's own. So keys can be held back at a line's end until it is known
//! what comes of it, an editor that waits for a key can be told that there will be none, and no byte that is
//! not text reaches it.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags};
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::sys::signal::Signal;
use nix::unistd::write;

use super::Beside;
use super::above::{Above, last_line};
use super::keys::KeyStream;
use crate::bash::{Output, Watch};
use crate::sys::poll::wait;
use crate::sys::pty::{queued, set_window_size, signal_foreground};
use crate::terminal::Terminal;
use crate::timings::{self, Figure};

/// How long keys after a line's end wait for an editor that neither entered the line nor said that it goes on:
/// it took the key for something else, an answer in a menu for example.
const UNDECIDED: Duration = Duration::from_millis(300);

/// How long printed text waits for the end of its line.
const UNFINISHED: Duration = Duration::from_millis(20);

/// Ctrl-C, which no state of the editor takes for anything else.
const INTERRUPT: u8 = 0x03;

/// How the editor and its feeder tell each other.
#[derive(Debug)]
pub struct Gate {
    wake: EventFd,
    open: AtomicBool,
    done: AtomicBool,
    gone: AtomicBool,
    /// When the last key came, until the line is drawn with it.
    pressed: Mutex<Option<Instant>>,
}

impl Gate {
    /// A gate that is shut at the next line's end.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            wake: EventFd::from_flags(EfdFlags::EFD_CLOEXEC)?,
            open: false.into(),
            done: false.into(),
            gone: false.into(),
            pressed: Mutex::default(),
        })
    }

    /// A new line is to be read.
    pub fn reset(&self) {
        self.open.store(false, Ordering::SeqCst);
        self.done.store(false, Ordering::SeqCst);
        self.gone.store(false, Ordering::SeqCst);
        *self.pressed() = None;
    }

    /// A key has come.
    fn press(&self) {
        *self.pressed() = Some(Instant::now());
    }

    /// The line is drawn with the keys that have come.
    pub fn drawn(&self) {
        if let Some(pressed) = self.pressed().take() {
            timings::note(Figure::Key, pressed.elapsed());
        }
    }

    fn pressed(&self) -> MutexGuard<'_, Option<Instant>> {
        self.pressed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the line is given up because there is nobody left to read it for.
    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::SeqCst)
    }

    /// The line goes on: the keys behind it are the editor's too.
    pub fn open(&self) {
        self.open.store(true, Ordering::SeqCst);
        self.ring();
    }

    /// The line is read: the feeder ends.
    pub fn close(&self) {
        self.done.store(true, Ordering::SeqCst);
        self.ring();
    }

    /// Hands keys over to the editor. A paste is longer than a terminal's queue: waits for the editor to make room.
    pub fn write_keys(&self, editor: &OwnedFd, mut keys: &[u8]) -> io::Result<()> {
        while !keys.is_empty() {
            match write(editor, keys) {
                Ok(count) => keys = &keys[count..],
                Err(Errno::EINTR) => {}
                // Of a line that was left meanwhile the keys wait in the terminal for the next, as far as they fit.
                Err(Errno::EAGAIN) if self.done.load(Ordering::SeqCst) => return Ok(()),
                Err(Errno::EAGAIN) => {
                    let mut fds = [
                        PollFd::new(editor.as_fd(), PollFlags::POLLOUT),
                        PollFd::new(self.wake.as_fd(), PollFlags::POLLIN),
                    ];
                    wait(&mut fds, None)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Waits until the line is read, but not for long.
    pub fn wait_done(&self) -> io::Result<bool> {
        let deadline = Instant::now() + UNDECIDED;
        wait(&mut [PollFd::new(self.wake.as_fd(), PollFlags::POLLIN)], Some(deadline))?;
        Ok(self.done.load(Ordering::SeqCst))
    }

    fn ring(&self) {
        // Fails only where the counter would overflow, which wakes as well.
        let _ = self.wake.write(1);
    }
}

/// Why a feeder ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The line is read.
    Done,
    /// bash has ended, or the terminal is gone.
    Gone,
}

/// All that a feeder needs, lent to it for one line.
pub struct Feeder<'a> {
    /// The user's terminal.
    pub terminal: &'a mut Terminal,
    /// What bash's terminal shows.
    pub output: &'a mut Output,
    /// What else is to be kept going.
    pub beside: &'a mut (dyn Beside + Send),
    /// Tells whether bash has ended.
    pub bash: Watch,
    /// The editor's terminal.
    pub editor: OwnedFd,
    /// How the editor tells of lines.
    pub gate: &'a Gate,
    /// Takes what is to be shown above the line.
    pub above: Above,
    /// Set while the session works on an answer: Ctrl-C then ends that.
    pub busy: Arc<AtomicBool>,
    /// Keys and pastes so far.
    pub keys: KeyStream,
    /// Set from a line's end on.
    pub held_since: Option<Instant>,
    /// Text that jobs have printed without ending its line.
    pub printed: Vec<u8>,
}

impl Feeder<'_> {
    /// Feeds until the line is read.
    pub fn run(mut self) -> io::Result<End> {
        loop {
            self.hand_over()?;
            let ready = self.poll()?;
            if self.gate.done.load(Ordering::SeqCst) {
                self.print(true);
                return Ok(End::Done);
            }
            if let Some(prompt) = self.beside.advance() {
                self.above.renew(last_line(&prompt.styled).0);
            }
            if self.gate.open.swap(false, Ordering::SeqCst) {
                self.held_since = None;
            }
            if ready.signal && self.on_signal() == End::Gone {
                return self.give_up();
            }
            if ready.output {
                let printed = self.output.take_background()?;
                self.printed.extend(printed);
            }
            self.print(!ready.output);
            if ready.late {
                self.terminal.keyboard.keep(&self.output.take_unread_keys()?);
            }
            if ready.key && self.read_keys()? == End::Gone {
                return self.give_up();
            }
            self.reconsider()?;
        }
    }

    fn poll(&self) -> io::Result<Ready> {
        let deadlines = [
            self.held_since.map(|since| since + UNDECIDED),
            (!self.printed.is_empty()).then(|| Instant::now() + UNFINISHED),
            self.beside.deadline(),
        ];
        let mut fds = vec![
            PollFd::new(self.terminal.keyboard.fd(), PollFlags::POLLIN),
            PollFd::new(self.output.fd(), PollFlags::POLLIN),
            PollFd::new(self.terminal.signals.fd(), PollFlags::POLLIN),
            PollFd::new(self.gate.wake.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.output.unread_keys_fd(), PollFlags::POLLIN),
        ];
        fds.extend(self.beside.fds().into_iter().flatten().map(|fd| PollFd::new(fd, PollFlags::POLLIN)));
        wait(&mut fds, deadlines.into_iter().flatten().min())?;
        let events = |fd: &PollFd<'_>| fd.revents().is_some_and(|events| !events.is_empty());
        if events(&fds[3]) {
            let _ = self.gate.wake.read();
        }
        Ok(Ready {
            key: events(&fds[0]),
            output: events(&fds[1]),
            signal: events(&fds[2]),
            late: events(&fds[4]),
        })
    }

    /// Hands keys over up to a line's end.
    fn hand_over(&mut self) -> io::Result<()> {
        while self.held_since.is_none() && self.terminal.keyboard.has_ahead() {
            let portion = self.keys.take(self.terminal.keyboard.ahead());
            self.terminal.keyboard.consume(portion.taken);
            if portion.ends_line {
                self.held_since = Some(Instant::now());
            }
            self.gate.write_keys(&self.editor, portion.text.as_bytes())?;
        }
        Ok(())
    }

    fn read_keys(&mut self) -> io::Result<End> {
        let mut buffer = [0; 4096];
        let count = self.terminal.keyboard.read_raw(&mut buffer)?;
        let keys = &buffer[..count];
        if count == 0 {
            return Ok(End::Gone);
        }
        if keys.contains(&INTERRUPT) && self.busy.load(Ordering::SeqCst) {
            // Ends what the session is busy with; the key itself then gives the line up.
            signal_foreground(self.output.fd(), Signal::SIGINT)?;
        }
        self.gate.press();
        self.terminal.keyboard.keep(keys);
        Ok(End::Done)
    }

    /// Ends the editor's wait for keys that will not come.
    fn give_up(&mut self) -> io::Result<End> {
        self.gate.gone.store(true, Ordering::SeqCst);
        self.gate.write_keys(&self.editor, &[INTERRUPT])?;
        Ok(End::Gone)
    }

    /// Lets keys go on that were held back for nothing.
    fn reconsider(&mut self) -> io::Result<()> {
        let overdue = self.held_since.is_some_and(|since| since.elapsed() >= UNDECIDED);
        if overdue && queued(std::io::stdin())? == 0 {
            self.held_since = None;
        }
        Ok(())
    }

    /// Shows what jobs have printed: its whole lines, or all of it.
    fn print(&mut self, all: bool) {
        let end = match self.printed.iter().rposition(|&byte| byte == b'\n') {
            _ if all => self.printed.len(),
            Some(last) => last + 1,
            None => 0,
        };
        if end > 0 {
            let mut text: Vec<u8> = self.printed.drain(..end).collect();
            if !text.ends_with(b"\n") {
                text.push(b'\n');
            }
            self.above.print(&String::from_utf8_lossy(&text));
        }
    }

    fn on_signal(&self) -> End {
        let signals = &self.terminal.signals;
        signals.clear();
        if signals.take_resize() {
            // A terminal that does not take a size keeps the one it has.
            let _ = set_window_size(self.output.fd(), &self.terminal.size());
        }
        let ended = signals.take_child() && self.bash.has_ended();
        if ended || self.terminal.is_gone() { End::Gone } else { End::Done }
    }
}

#[derive(Debug, Default)]
struct Ready {
    key: bool,
    output: bool,
    signal: bool,
    /// Keys that were on their way to a command when it ended.
    late: bool,
}
