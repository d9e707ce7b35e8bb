//! Drives a batch: gives the script, reads what comes back, minds the time and the wishes of whoever waits.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::Instant;

use super::follow::{End, Follower};
use super::tally::Tally;
use super::{Batch, Event, Failure, Place, Report, Trouble, Wish, script, wished};
use crate::digest::hexadecimal;
use crate::ssh;

/// A `sh`, here or there, that waits for a script.
pub(crate) struct Link {
    /// The process, its three streams piped.
    pub(crate) child: Child,
    /// What ssh says, where it is one.
    pub(crate) log: Option<ssh::Log>,
}

/// Runs a batch as far as it goes.
pub(super) async fn drive(
    place: &Place,
    batch: &Batch,
    mut wish: watch::Receiver<Wish>,
    events: impl FnMut(Event) + Send,
) -> Report {
    let began = Instant::now();
    let mut tally = Tally::new(batch, events);
    let deadline = batch.deadline.map(|deadline| began + deadline);
    let is_wished = *wish.borrow() == Wish::GoOn;
    let (granted, failure) = match invalid(batch) {
        Some(failure) => (0, Some(failure)),
        None if !is_wished => (0, None),
        None => match place {
            Place::Local => local(batch, &mut wish, deadline, &mut tally).await,
            Place::Host(host) => remote(host, batch, &mut wish, deadline, &mut tally).await,
        },
    };
    Report { outcomes: tally.finish(granted), failure, took: began.elapsed() }
}

/// Why a batch cannot even be tried.
fn invalid(batch: &Batch) -> Option<Failure> {
    let wrong = batch.commands.iter().find(|command| command.line.contains('\0'))?;
    let message = format!("the command {} contains a NUL character, which no shell can read", wrong.label);
    Some(Failure { kind: Trouble::Invalid, message, hint: None })
}

/// What an attempt came to: how many commands had leave to begin, and what went wrong.
type Came = (usize, Option<Failure>);

async fn local<E: FnMut(Event)>(
    batch: &Batch,
    wish: &mut watch::Receiver<Wish>,
    deadline: Option<Instant>,
    tally: &mut Tally<E>,
) -> Came {
    let mut sh = Command::new("sh");
    sh.stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    let child = match sh.spawn() {
        Ok(child) => child,
        Err(error) => {
            let message = format!("sh could not be started: {error}");
            return (0, Some(Failure { kind: Trouble::Missing, message, hint: None }));
        }
    };
    let (end, granted, _, follower) =
        attempt(Link { child, log: None }, batch, (wish, deadline), tally, || ()).await;
    let failure = match end {
        _ if tally.is_over => None,
        End::Ended => Some(lost("its shell ended before the commands did", &follower)),
        other => stalled(other, &follower),
    };
    (granted, failure)
}

async fn remote<E: FnMut(Event)>(
    host: &ssh::Host,
    batch: &Batch,
    wish: &mut watch::Receiver<Wish>,
    deadline: Option<Instant>,
    tally: &mut Tally<E>,
) -> Came {
    let mut tries = host.tries();
    loop {
        let link = tokio::select! {
            biased;
            () = wished(wish, Wish::Stop) => return (0, None),
            link = tries.link(deadline) => link,
        };
        let mut link = match link {
            Ok(link) => link,
            Err(failure) => return (0, Some(failure)),
        };
        let log = link.log.take();
        let (end, granted, status, follower) =
            attempt(link, batch, (wish, deadline), tally, || tries.has_begun()).await;
        if tally.is_over {
            return (granted, None);
        }
        let words = log.map(|log| log.words()).unwrap_or_default();
        let granted = if words.has_sent || tally.has_begun { granted } else { 0 };
        let failure = match end {
            End::Ended => host.failure(&words, status, &follower.noise(), tally.has_begun),
            other => match stalled(other, &follower) {
                None => return (granted, None),
                Some(failure) => failure,
            },
        };
        // A second attempt is made only where it is certain that nothing ran in the first.
        if granted > 0 || matches!(end, End::Late) || !tries.again(&failure, &words).await {
            return (granted, Some(failure));
        }
    }
}

/// One attempt; the streams are followed to their end.
async fn attempt<E: FnMut(Event)>(
    link: Link,
    batch: &Batch,
    (wish, deadline): (&mut watch::Receiver<Wish>, Option<Instant>),
    tally: &mut Tally<E>,
    begun: impl FnMut(),
) -> (End, usize, Option<ExitStatus>, Follower) {
    let mark = mark();
    let mut follower = Follower::new(link.child, batch, &mark, script::script(batch, &mark), deadline);
    let end = follower.follow(wish, tally, begun).await;
    let status = follower.close(end).await;
    (end, follower.granted, status, follower)
}

/// 128 random bits as text.
fn mark() -> String {
    let mut bytes = [0; 16];
    // The kernel's random numbers are there once it has booted.
    let _ = SystemRandom::new().fill(&mut bytes);
    hexadecimal(&bytes)
}

fn lost(what: &str, follower: &Follower) -> Failure {
    let noise = follower.noise();
    let message = if noise.is_empty() { what.to_owned() } else { format!("{what}: {noise}") };
    Failure { kind: Trouble::Lost, message, hint: None }
}

/// The failure of a host that was given up.
fn stalled(end: End, follower: &Follower) -> Option<Failure> {
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    let message = match end {
        End::Ended | End::Wished => return None,
        End::Late => format!("no answer within {}", seconds(follower.waited())),
        End::Deaf => "it did not say that the command ended when it was told to".to_owned(),
    };
    Some(Failure { kind: Trouble::TimedOut, message, hint: None })
}
