//! The backend as a child process: started detached from the terminal, reaped when it ends, never left behind
//! by a start that failed.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use super::BackendError;
use crate::sys::process::lead_session;

/// How the backend is started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The executable.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// The socket it will listen on, in the shell's private runtime directory.
    pub socket: PathBuf,
    /// The file its stderr is appended to.
    pub log: PathBuf,
    /// Variables of the shell's environment that it must not see.
    pub removed_environment: Vec<OsString>,
}

impl Launch {
    /// This executable as the backend for a shell with this socket.
    ///
    /// The link in `/proc` leads to the very file that runs, also after an upgrade has replaced it on disk: so
    /// a restart cannot bring up another version. Its log and all that lasts is kept in `state`.
    pub fn this_executable(socket: PathBuf, state: PathBuf) -> Self {
        Self {
            program: "/proc/self/exe".into(),
            log: state.join("backend.log"),
            arguments: vec![
                "backend".into(),
                "--socket".into(),
                socket.clone().into(),
                "--state".into(),
                state.into(),
            ],
            socket,
            removed_environment: Vec::new(),
        }
    }
}

/// A running backend. Dropped, it is killed and waited for: right in the thread that starts it. The shell,
/// which must not wait, kills and watches it ([`Process::ended`]) or lets it go ([`Process::release`]).
#[derive(Debug)]
pub(super) struct Process {
    /// Taken only on release.
    child: Option<Child>,
}

impl Process {
    /// Starts the backend. Every descriptor of the shell is close-on-exec, so it gets the three named here.
    pub(super) fn start(launch: &Launch) -> Result<Self, BackendError> {
        // Without a log it answers as well: a home that cannot be written to costs the user no answers.
        let log = open_log(&launch.log).map_or_else(|_| Stdio::null(), Stdio::from);
        let mut command = Command::new(&launch.program);
        command.arg0("awesh").args(&launch.arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        // Its own session: the terminal's Ctrl-C is for the command in the foreground, not for it. The
        // root directory: it must not keep the user's from being unmounted.
        lead_session(&mut command);
        command.current_dir("/");
        for name in &launch.removed_environment {
            command.env_remove(name);
        }
        let child = command
            .spawn()
            .map_err(|source| BackendError::Start { program: launch.program.clone(), source })?;
        Ok(Self { child: Some(child) })
    }

    /// Its process id.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// How it ended, if it did; reaps it.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.as_mut().and_then(|child| child.try_wait().ok().flatten())
    }

    /// Asks the kernel to end it; [`Process::ended`] tells when it has.
    pub(super) fn kill(&mut self) {
        if let Some(child) = &mut self.child {
            // An error means that it has ended already.
            let _ = child.kill();
        }
    }

    /// Lets it end by itself, as it does when its client has closed the connection.
    pub(super) fn release(mut self) {
        self.child = None;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if let Some(child) = &mut self.child {
            let _ = child.wait();
        }
    }
}

fn open_log(path: &Path) -> io::Result<File> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}
