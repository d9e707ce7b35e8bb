//! The modes of bash's terminal: those that commands see, and those under which a line is handed over.

use std::io;
use std::os::fd::AsFd;

use nix::sys::termios::{LocalFlags, SetArg, SpecialCharacterIndices, Termios, tcgetattr, tcsetattr};

use crate::sys::tty::without_input_processing;

/// Control-D, where a user has disabled the end-of-file key.
const DEFAULT_EOF: u8 = 0x04;

/// A terminal without an end-of-file key has this in its place (`_POSIX_VDISABLE` on Linux).
const DISABLED: u8 = 0;

/// The modes of bash's terminal. What commands do to them (`stty`) lasts, as it does in bash.
#[derive(Debug)]
pub struct Modes {
    command: Termios,
}

impl Modes {
    /// Begins with the modes of the user's own terminal.
    pub fn new(original: &Termios) -> Self {
        Self { command: original.clone() }
    }

    /// A command has ended: remembers the modes it left.
    pub fn save(&mut self, slave: impl AsFd) -> io::Result<()> {
        self.command = tcgetattr(slave)?;
        Ok(())
    }

    /// A command begins: gives it the modes the last one left.
    pub fn for_command(&self, slave: impl AsFd) -> io::Result<()> {
        Ok(tcsetattr(slave, SetArg::TCSANOW, &self.command)?)
    }

    /// Keys typed ahead are handed to a command: they are not shown again, and none of them is a signal.
    pub fn for_keys_ahead(&self, slave: impl AsFd) -> io::Result<()> {
        let mut modes = self.command.clone();
        modes.local_flags.remove(LocalFlags::ECHO | LocalFlags::ECHONL | LocalFlags::ISIG);
        Ok(tcsetattr(slave, SetArg::TCSANOW, &modes)?)
    }

    /// A line is handed to bash: no echo, no limit of its length, no key that means more than itself.
    pub fn for_line(&self, slave: impl AsFd) -> io::Result<()> {
        let mut modes = self.command.clone();
        without_input_processing(&mut modes);
        Ok(tcsetattr(slave, SetArg::TCSANOW, &modes)?)
    }

    /// bash is told that there are no more lines. Returns the key that says so.
    pub fn for_end_of_file(&self, slave: impl AsFd) -> io::Result<u8> {
        let mut modes = self.command.clone();
        without_input_processing(&mut modes);
        modes.local_flags.insert(LocalFlags::ICANON);
        let key = match self.command.control_chars[SpecialCharacterIndices::VEOF as usize] {
            DISABLED => DEFAULT_EOF,
            key => key,
        };
        modes.control_chars[SpecialCharacterIndices::VEOF as usize] = key;
        tcsetattr(slave, SetArg::TCSANOW, &modes)?;
        Ok(key)
    }
}
