//! The user's terminal: the modes it had, the modes awesh needs, and the way back.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Mutex;

use nix::sys::termios::{InputFlags, LocalFlags, OutputFlags, SetArg, SpecialCharacterIndices, Termios};
use nix::sys::termios::{cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::{dup2_stdin, isatty};

/// What [`restore`] puts back: a copy of standard input and the modes it had. Global because a panic, which
/// knows no owner, must find it.
static ORIGINAL: Mutex<Option<(OwnedFd, Termios)>> = Mutex::new(None);

/// The terminal awesh was started on. Standard input is free for other use once this exists.
#[derive(Debug)]
pub struct Tty {
    input: OwnedFd,
    original: Termios,
}

/// How the user's terminal treats what passes through it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// As it was found.
    Original,
    /// Keys come byte by byte, lines written end in `\n`: for the line editor and answers.
    Editing,
    /// Nothing is touched in either direction: for a program behind a terminal of its own.
    Relay,
}

impl Tty {
    /// Takes the terminal on standard input and remembers its modes for [`restore`].
    pub fn take() -> io::Result<Self> {
        let stdin = io::stdin();
        let original = tcgetattr(&stdin)?;
        let input = stdin.as_fd().try_clone_to_owned()?;
        *lock() = Some((input.try_clone()?, original.clone()));
        Ok(Self { input, original })
    }

    /// The modes the terminal had.
    pub fn original(&self) -> &Termios {
        &self.original
    }

    /// Sets how the terminal treats what passes through it.
    pub fn set(&self, mode: Mode) -> io::Result<()> {
        let mut modes = self.original.clone();
        match mode {
            Mode::Original => {}
            Mode::Editing => without_input_processing(&mut modes),
            Mode::Relay => cfmakeraw(&mut modes),
        }
        Ok(tcsetattr(&self.input, SetArg::TCSANOW, &modes)?)
    }
}

impl AsFd for Tty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.input.as_fd()
    }
}

/// Whether both standard input and output are terminals.
pub fn is_interactive() -> bool {
    isatty(io::stdin()).unwrap_or(false) && isatty(io::stdout()).unwrap_or(false)
}

/// Gives the terminal back as it was found: modes, and standard input. Safe to call at any time, twice, and
/// from a panic.
pub fn restore() {
    if let Some((input, original)) = lock().as_ref() {
        let _ = tcsetattr(input, SetArg::TCSANOW, original);
        let _ = dup2_stdin(input);
    }
}

/// Takes input processing out of `modes` and leaves output as it is: keys come one by one, unechoed, and no
/// line is longer than a terminal's 4,096 bytes.
pub fn without_input_processing(modes: &mut Termios) {
    modes.input_flags.remove(
        InputFlags::BRKINT
            | InputFlags::ICRNL
            | InputFlags::INLCR
            | InputFlags::IGNCR
            | InputFlags::INPCK
            | InputFlags::ISTRIP
            | InputFlags::IXON
            | InputFlags::PARMRK,
    );
    modes.local_flags.remove(
        LocalFlags::ECHO | LocalFlags::ECHONL | LocalFlags::ICANON | LocalFlags::IEXTEN | LocalFlags::ISIG,
    );
    modes.output_flags.insert(OutputFlags::OPOST);
    modes.control_chars[SpecialCharacterIndices::VMIN as usize] = 1;
    modes.control_chars[SpecialCharacterIndices::VTIME as usize] = 0;
}

fn lock() -> std::sync::MutexGuard<'static, Option<(OwnedFd, Termios)>> {
    ORIGINAL.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
