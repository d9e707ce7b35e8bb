//! Follows the `sh` that runs a batch: both its streams, the time of each command, and what is wished meanwhile.

use std::process::ExitStatus;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::frames::Frames;
use super::tally::{Tally, Why};
use super::{Batch, Event, Stream, Wish, script};

/// Bytes read at once.
const BUFFER: usize = 64 * 1024;

/// How long a command that was told to end may take: its shell kills it after two seconds.
const PATIENCE: Duration = Duration::from_secs(6);

/// How long a process whose streams have ended may take to end.
const ENDING: Duration = Duration::from_secs(2);

/// Why following came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Both streams ended.
    Ended,
    /// It was wished before anything began.
    Wished,
    /// The time of the whole host was over before anything began.
    Late,
    /// The host did not react.
    Deaf,
}

/// Follows one `sh`.
pub(super) struct Follower {
    child: Child,
    stdin: Option<ChildStdin>,
    /// What is still to be written there.
    pending: Vec<u8>,
    frames: [Frames; 2],
    began: Instant,
    deadline: Option<Instant>,
    deadlines: Vec<Option<Duration>>,
    /// How many commands, from the first on, have leave to begin.
    pub(super) granted: usize,
    /// Whether no other is to begin, and why the running one is to end.
    is_stopped: bool,
    ending: Option<(Why, Instant)>,
}

/// What happened next.
enum Next {
    Read(Stream, usize),
    Wrote(Option<usize>),
    Wish(Option<Wish>),
    Alarm,
}

impl Follower {
    /// Of a process that waits for this script.
    pub(super) fn new(
        mut child: Child,
        batch: &Batch,
        mark: &str,
        script: String,
        deadline: Option<Instant>,
    ) -> Self {
        Self {
            stdin: child.stdin.take(),
            child,
            pending: script.into_bytes(),
            frames: [Frames::new(mark), Frames::new(mark)],
            began: Instant::now(),
            deadline,
            deadlines: batch.commands.iter().map(|command| command.deadline).collect(),
            granted: if batch.in_step { batch.commands.len().min(1) } else { batch.commands.len() },
            is_stopped: false,
            ending: None,
        }
    }

    /// What the host printed before the script ran.
    pub(super) fn noise(&self) -> String {
        let [out, err] = &self.frames;
        [out.noise(), err.noise()].join("\n").trim().to_owned()
    }

    /// How long it has been followed.
    pub(super) fn waited(&self) -> Duration {
        self.began.elapsed()
    }

    /// Follows it until nothing else comes, or it is given up; says when the script runs, more than once.
    pub(super) async fn follow<E: FnMut(Event)>(
        &mut self,
        wish: &mut watch::Receiver<Wish>,
        tally: &mut Tally<E>,
        mut begun: impl FnMut(),
    ) -> End {
        let (Some(mut stdout), Some(mut stderr)) = (self.child.stdout.take(), self.child.stderr.take())
        else {
            return End::Ended;
        };
        let (mut out, mut err) = (Some(&mut stdout), Some(&mut stderr));
        let mut buffers = (vec![0; BUFFER], vec![0; BUFFER]);
        let mut is_watched = true;
        let first = *wish.borrow_and_update();
        self.wish(first);
        while out.is_some() || err.is_some() {
            if let Some(end) = self.react(tally) {
                return end;
            }
            if tally.has_begun {
                begun();
            }
            let next = self.next((&mut out, &mut err), &mut buffers, (wish, is_watched), tally).await;
            match next {
                Next::Read(Stream::Stdout, 0) => out = None,
                Next::Read(Stream::Stderr, 0) => err = None,
                Next::Read(Stream::Stdout, count) => self.feed(Stream::Stdout, &buffers.0[..count], tally),
                Next::Read(Stream::Stderr, count) => self.feed(Stream::Stderr, &buffers.1[..count], tally),
                Next::Wrote(Some(count)) => drop(self.pending.drain(..count)),
                // Who does not read any more is about to end.
                Next::Wrote(None) => self.pending.clear(),
                Next::Wish(Some(wish)) => self.wish(wish),
                Next::Wish(None) => is_watched = false,
                Next::Alarm => {}
            }
        }
        for stream in [Stream::Stdout, Stream::Stderr] {
            if let Some(piece) = self.frames[stream as usize].finish() {
                tally.take(stream, piece);
            }
        }
        End::Ended
    }

    async fn next<E: FnMut(Event)>(
        &mut self,
        (out, err): (&mut Option<&mut ChildStdout>, &mut Option<&mut ChildStderr>),
        (out_buffer, err_buffer): &mut (Vec<u8>, Vec<u8>),
        (wish, is_watched): (&mut watch::Receiver<Wish>, bool),
        tally: &mut Tally<E>,
    ) -> Next {
        let alarm = self.alarm(tally);
        let write = async {
            match &mut self.stdin {
                Some(stdin) if !self.pending.is_empty() => stdin.write(&self.pending).await.ok(),
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            count = read(out, out_buffer) => Next::Read(Stream::Stdout, count),
            count = read(err, err_buffer) => Next::Read(Stream::Stderr, count),
            count = write => Next::Wrote(count),
            changed = wish.changed(), if is_watched => {
                Next::Wish(changed.ok().map(|()| *wish.borrow_and_update()))
            }
            () = until(alarm) => Next::Alarm,
        }
    }

    fn feed<E: FnMut(Event)>(&mut self, stream: Stream, bytes: &[u8], tally: &mut Tally<E>) {
        for piece in self.frames[stream as usize].feed(bytes) {
            tally.take(stream, piece);
        }
    }

    fn wish(&mut self, wish: Wish) {
        if wish >= Wish::Stop {
            self.stop();
        }
        if wish == Wish::End && self.ending.is_none() {
            self.ending = Some((Why::Wish, Instant::now()));
        }
    }

    fn stop(&mut self) {
        if !std::mem::replace(&mut self.is_stopped, true) {
            self.say(script::STOP);
        }
    }

    fn say(&mut self, words: &str) {
        self.pending.extend_from_slice(words.as_bytes());
    }

    /// Does what is due: leave for the next command, the end of one whose time is over. Why it is given up, if so.
    fn react<E: FnMut(Event)>(&mut self, tally: &mut Tally<E>) -> Option<End> {
        let now = Instant::now();
        if self.ending.is_none() && self.deadline.is_some_and(|deadline| now >= deadline) {
            self.stop();
            self.ending = Some((Why::Deadline, now));
        }
        if tally.ended == self.granted && self.granted < self.deadlines.len() && !self.is_stopped {
            self.say(&script::go(self.granted));
            self.granted += 1;
        }
        if self.is_stopped && !tally.has_begun {
            let is_late = self.ending.is_some_and(|(why, _)| why == Why::Deadline);
            return Some(if is_late { End::Late } else { End::Wished });
        }
        let ending = self.ending;
        let deadlines = &self.deadlines;
        let Some((number, run)) = tally.running() else {
            return ending.filter(|(_, since)| now >= *since + PATIENCE).map(|_| End::Deaf);
        };
        if let Some((_, since)) = run.told {
            return (now >= since + PATIENCE).then_some(End::Deaf);
        }
        let is_late = deadlines[number].is_some_and(|deadline| now >= run.began + deadline);
        let why = ending.map(|(why, _)| why).or(is_late.then_some(Why::Deadline))?;
        run.told = Some((why, now));
        self.say(&script::end(number));
        None
    }

    /// When there is something to do if nothing happens.
    fn alarm<E: FnMut(Event)>(&self, tally: &mut Tally<E>) -> Option<Instant> {
        let ending = self.ending.map(|(_, since)| since + PATIENCE);
        let own = tally.running().and_then(|(number, run)| match run.told {
            Some((_, since)) => Some(since + PATIENCE),
            None => self.deadlines[number].map(|deadline| run.began + deadline),
        });
        let deadline = self.deadline.filter(|_| self.ending.is_none());
        own.or(ending).into_iter().chain(deadline).min()
    }

    /// Ends the process if it has not ended; its exit status if it did so by itself.
    pub(super) async fn close(&mut self, end: End) -> Option<ExitStatus> {
        self.stdin = None;
        let patience = if end == End::Ended { ENDING } else { Duration::ZERO };
        if let Ok(status) = timeout(patience, self.child.wait()).await {
            return status.ok();
        }
        let _ = self.child.kill().await;
        None
    }
}

async fn read(stream: &mut Option<&mut (impl AsyncRead + Unpin)>, buffer: &mut [u8]) -> usize {
    match stream {
        // A stream that cannot be read has ended.
        Some(stream) => stream.read(buffer).await.unwrap_or(0),
        None => std::future::pending().await,
    }
}

async fn until(alarm: Option<Instant>) {
    match alarm {
        Some(alarm) => sleep_until(alarm).await,
        None => std::future::pending().await,
    }
}
