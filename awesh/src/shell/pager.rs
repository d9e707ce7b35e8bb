//! Text that may be longer than the screen: through the session's own pager, where there is a screen.

use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::thread;

use super::Shell;
use crate::messages;
use crate::sys::tty::Mode;

/// How `less` shows what it is given, where the user says nothing else: colours as such, no pager for what fits
/// on the screen. As git has it.
const LESS: &str = "FRX";

impl Shell {
    /// Shows text, in the pager that the session's PAGER names, else in `less`.
    pub(super) fn page(&mut self, text: &str) -> io::Result<()> {
        let fits = text.lines().count() < usize::from(self.terminal.size().ws_row);
        if fits || self.capabilities().dumb || !self.run_pager(text)? {
            messages::page(text, true);
        }
        Ok(())
    }

    /// Whether there was a pager to show it.
    fn run_pager(&mut self, text: &str) -> io::Result<bool> {
        let mut environment = self.environment();
        let pager = environment.get("PAGER").filter(|pager| !pager.trim().is_empty());
        let pager = pager.cloned().unwrap_or_else(|| "less".to_owned());
        environment.entry("LESS".to_owned()).or_insert_with(|| LESS.to_owned());
        self.terminal.set_mode(Mode::Original)?;
        // The user's own words, which a shell reads wherever PAGER is meant.
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(pager).env_clear().envs(environment).current_dir(&self.report.directory);
        let started = command.stdin(Stdio::piped()).spawn();
        let shown = started.and_then(|mut child| {
            let (pipe, text) = (child.stdin.take(), text.to_owned());
            let writing = thread::spawn(move || {
                // A pager that is left before the end reads no further.
                let _ = pipe.map(|mut pipe| pipe.write_all(text.as_bytes()));
            });
            let status = child.wait();
            // It ends with the pager, at the latest: nobody else reads the pipe.
            let _ = writing.join();
            status
        });
        self.terminal.set_mode(Mode::Editing)?;
        // Ctrl-C was for the pager.
        self.terminal.signals.take_interrupt();
        /// What a shell says of a program that is not there.
        const NOT_FOUND: i32 = 127;
        Ok(shown.is_ok_and(|status| status.code() != Some(NOT_FOUND)))
    }
}
