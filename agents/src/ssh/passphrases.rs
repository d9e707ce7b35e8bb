//! What a person typed to unlock a key, kept for the other hosts of the same command: by an ssh-agent of our own, where
//! the user has none. It runs no longer than this process: its life is that of a `cat` that reads a pipe of ours.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::private::Private;

/// How long the agent may take to listen.
const PATIENCE: Duration = Duration::from_secs(2);

/// Between two looks whether it does.
const TICK: Duration = Duration::from_millis(5);

/// The agent.
#[derive(Debug)]
pub(super) struct Passphrases {
    directory: Private,
    _agent: Child,
}

impl Passphrases {
    /// Starts one, unless the user has an agent; without one every host asks by itself.
    pub(super) async fn start() -> Option<Self> {
        if std::env::var_os("SSH_AUTH_SOCK").is_some() {
            return None;
        }
        let directory = Private::new().ok()?;
        let socket = directory.path().join("socket");
        let mut agent = Command::new("ssh-agent");
        agent.arg("-a").arg(&socket).arg("cat");
        // Ctrl-C is for us, and a `cat` that it ended would be the end of the agent.
        agent.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let agent = agent.spawn().ok()?;
        let began = Instant::now();
        while !socket.exists() {
            if began.elapsed() > PATIENCE {
                return None;
            }
            sleep(TICK).await;
        }
        Some(Self { directory, _agent: agent })
    }

    /// The options by which ssh uses it.
    pub(super) fn options(&self) -> [String; 2] {
        let socket: &Path = &self.directory.path().join("socket");
        [format!("IdentityAgent={}", socket.display()), "AddKeysToAgent=yes".to_owned()]
    }
}
