//! Attempts to reach a host: again where its sshd was only too busy, and on the terminal where it wants to know who
//! we are and there is somebody to ask.

use std::io::IsTerminal;
use std::time::Duration;

use tokio::sync::{MutexGuard, SemaphorePermit};
use tokio::time::{Instant, sleep, timeout_at};

use super::session::{Asking, start};
use super::{Host, Words, terminal};
use crate::batch::{Failure, Link, Trouble};

/// How often an sshd that drops us before it knows us is tried again.
const TRIES: u32 = 5;

/// The pause before the second attempt; each is twice as long as the one before, more or less.
const PAUSE: Duration = Duration::from_millis(150);

/// The attempts of one batch.
pub(crate) struct Tries<'a> {
    host: &'a Host,
    asking: Asking,
    made: u32,
    permit: Option<SemaphorePermit<'a>>,
    terminal: Option<MutexGuard<'static, ()>>,
}

impl Host {
    /// None made yet.
    pub(crate) fn tries(&self) -> Tries<'_> {
        Tries { host: self, asking: Asking::Refused, made: 0, permit: None, terminal: None }
    }
}

impl Tries<'_> {
    /// Starts a session when there is room for one.
    pub(crate) async fn link(&mut self, deadline: Option<Instant>) -> Result<Link, Failure> {
        let room = async {
            if self.asking == Asking::Allowed {
                self.terminal = Some(terminal::ask().await);
            }
            self.permit = self.host.connections.starting.acquire().await.ok();
        };
        match deadline {
            Some(deadline) => timeout_at(deadline, room).await.map_err(|_| late())?,
            None => room.await,
        }
        self.made += 1;
        let more = match self.asking {
            Asking::Allowed => self.host.connections.passphrases().await,
            Asking::Refused => Vec::new(),
        };
        start(self.host, self.asking, &more).map_err(|error| Failure {
            kind: Trouble::Missing,
            message: format!("ssh could not be started: {error}"),
            hint: Some("Install OpenSSH's client.".to_owned()),
        })
    }

    /// The host runs our shell: others may be reached, and ask.
    pub(crate) fn has_begun(&mut self) {
        (self.permit, self.terminal) = (None, None);
    }

    /// Whether it is worth another attempt; it waits until then.
    pub(crate) async fn again(&mut self, failure: &Failure, words: &Words) -> bool {
        self.has_begun();
        if failure.kind == Trouble::Denied && self.asking == Asking::Refused && can_ask() {
            self.asking = Asking::Allowed;
            return true;
        }
        let is_busy = failure.kind == Trouble::Lost && !words.is_known;
        if is_busy && self.made < TRIES {
            let pause = PAUSE * 2_u32.pow(self.made - 1);
            // What was refused together does not come back together.
            sleep(pause.mul_f64(1.0 + fastrand::f64())).await;
            return true;
        }
        false
    }
}

fn late() -> Failure {
    let message = "there was no room for another connection in time".to_owned();
    Failure { kind: Trouble::TimedOut, message, hint: None }
}

/// Whether there is a terminal that ssh can ask on.
fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}
