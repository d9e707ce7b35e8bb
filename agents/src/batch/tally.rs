//! What is known of the commands of a batch while it runs; no I/O.

use std::time::Duration;

use tokio::time::Instant;

use super::frames::Piece;
use super::{Batch, Event, Fate, Outcome, Stream};

/// Why a command was told to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// Its time is over.
    Deadline,
    /// Somebody wished so.
    Wish,
}

/// A command that began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) began: Instant,
    /// Why and when it was told to end, if it was.
    pub(super) told: Option<(Why, Instant)>,
    status: Option<u8>,
    took: Option<Duration>,
    /// How many of its two streams have ended.
    streams: u8,
}

/// What is known. The streams of a host come one by one: each is at a command of its own.
pub(super) struct Tally<E> {
    outcomes: Vec<Outcome>,
    keep: usize,
    runs: Vec<Run>,
    /// Whether the driver runs.
    pub(super) has_begun: bool,
    /// Whether it has ended in order: nothing else will begin.
    pub(super) is_over: bool,
    /// Commands that ended.
    pub(super) ended: usize,
    at: [usize; 2],
    events: E,
}

impl<E: FnMut(Event)> Tally<E> {
    /// Nothing has run.
    pub(super) fn new(batch: &Batch, events: E) -> Self {
        let outcome = |command| Outcome::of_nothing(command, Fate::NotRun);
        Self {
            outcomes: batch.commands.iter().map(outcome).collect(),
            keep: batch.keep,
            runs: Vec::new(),
            has_begun: false,
            is_over: false,
            ended: 0,
            at: [0; 2],
            events,
        }
    }

    /// The command that runs, and how.
    pub(super) fn running(&mut self) -> Option<(usize, &mut Run)> {
        let number = self.runs.len().checked_sub(1).filter(|last| *last >= self.ended)?;
        self.runs.get_mut(number).map(|run| (number, run))
    }

    /// Takes in what a stream said.
    pub(super) fn take(&mut self, stream: Stream, piece: Piece) {
        match piece {
            Piece::Begun => self.has_begun = true,
            Piece::Over => self.is_over = true,
            Piece::Started(number) => self.started(stream, number),
            Piece::Data(bytes) => self.data(stream, bytes),
            Piece::Ended { number, status, took } => self.stream_ended(number, status, took),
        }
    }

    fn started(&mut self, stream: Stream, number: usize) {
        self.at[stream as usize] = number;
        if number == self.runs.len() && number < self.outcomes.len() {
            self.runs.push(Run { began: Instant::now(), told: None, status: None, took: None, streams: 0 });
            (self.events)(Event::Started(number));
        }
    }

    fn data(&mut self, stream: Stream, bytes: Vec<u8>) {
        let number = self.at[stream as usize];
        let Some(outcome) = self.outcomes.get_mut(number) else { return };
        let kept = match stream {
            Stream::Stdout => &mut outcome.stdout,
            Stream::Stderr => &mut outcome.stderr,
        };
        let room = self.keep.saturating_sub(kept.len()).min(bytes.len());
        kept.extend_from_slice(&bytes[..room]);
        outcome.left_out += u64::try_from(bytes.len() - room).unwrap_or(u64::MAX);
        (self.events)(Event::Output(number, stream, bytes));
    }

    fn stream_ended(&mut self, number: usize, status: Option<u8>, took: Option<Duration>) {
        let Some(run) = self.runs.get_mut(number) else { return };
        run.streams += 1;
        run.status = run.status.or(status);
        run.took = run.took.or(took);
        if run.streams < 2 {
            return;
        }
        let took = run.took.unwrap_or_else(|| run.began.elapsed());
        let fate = match (run.told, run.status) {
            (Some((Why::Deadline, _)), _) => Fate::TimedOut { took },
            (Some((Why::Wish, _)), _) => Fate::Cancelled { took },
            (None, Some(status)) => Fate::Ended { status, took },
            (None, None) => Fate::Unknown,
        };
        self.ended = number + 1;
        self.settle(number, fate);
    }

    fn settle(&mut self, number: usize, fate: Fate) {
        if let Some(outcome) = self.outcomes.get_mut(number) {
            outcome.fate = fate;
            (self.events)(Event::Ended(number, fate));
        }
    }

    /// What became of all, now that nothing else will come. So many of them, from the first on, had leave to begin.
    pub(super) fn finish(mut self, granted: usize) -> Vec<Outcome> {
        for number in self.ended..self.outcomes.len() {
            let may_have_run = number < granted && !self.is_over;
            self.settle(number, if may_have_run { Fate::Unknown } else { Fate::NotRun });
        }
        self.outcomes
    }
}
