//! The user as agents see one: what they say becomes events of their question.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use agents::{Resolution, User};
use async_trait::async_trait;
use awesh_protocol::{Decision, Event, Outcome, Proposal, ProposalId, QuestionId};
use tokio::sync::mpsc;

use crate::permission;

/// The user's word on a proposal, as it comes in.
#[derive(Debug)]
pub(crate) enum Word {
    /// What was decided.
    Decided(Decision),
    /// How it ended.
    Ended(Outcome),
}

/// The screen of one question.
pub(crate) struct Screen {
    id: QuestionId,
    events: mpsc::Sender<Event>,
    proposals: Arc<Proposals>,
    first_text: Mutex<Option<Instant>>,
}

impl Screen {
    pub(crate) fn new(id: QuestionId, events: mpsc::Sender<Event>, proposals: Arc<Proposals>) -> Self {
        Self { id, events, proposals, first_text: Mutex::default() }
    }

    /// When the first text was shown.
    pub(crate) fn first_text(&self) -> Option<Instant> {
        *self.first_text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, event: Event) {
        // Without a client its tasks are stopped; until then their words go nowhere.
        let _ = self.events.send(event).await;
    }
}

#[async_trait]
impl User for Screen {
    async fn text(&self, piece: &str) {
        self.first_text.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Instant::now);
        self.send(Event::Text { id: self.id, text: piece.to_owned() }).await;
    }

    async fn progress(&self, line: &str) {
        self.send(Event::Progress { id: self.id, text: line.to_owned() }).await;
    }

    async fn table(&self, columns: &[&str], rows: Vec<Vec<String>>) {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        self.send(Event::Table { id: self.id, columns, rows }).await;
    }

    async fn tool_started(&self, tool: &str, summary: &str) {
        let (tool, summary) = (tool.to_owned(), summary.to_owned());
        self.send(Event::ToolStarted { id: self.id, tool, summary }).await;
    }

    async fn tool_finished(&self, tool: &str, summary: &str, ok: bool) {
        let (tool, summary) = (tool.to_owned(), summary.to_owned());
        self.send(Event::ToolFinished { id: self.id, tool, summary, ok }).await;
    }

    async fn propose(&self, command: &str, explanation: &str) -> Resolution {
        let (proposal, mut words) = Proposals::open(&self.proposals);
        let proposed = Proposal {
            id: proposal.id,
            command: command.to_owned(),
            explanation: explanation.to_owned(),
            risk: permission::risk(command),
        };
        self.send(Event::Propose { id: self.id, proposal: proposed }).await;
        let mut agreed = false;
        while let Some(word) = words.recv().await {
            match word {
                Word::Decided(Decision::Decline) if !agreed => return Resolution::Declined,
                Word::Decided(Decision::Run { .. }) => agreed = true,
                Word::Ended(outcome) if agreed => return Resolution::Ran(outcome),
                // Out of turn: a report of what was not agreed, a second decision.
                Word::Decided(_) | Word::Ended(_) => {}
            }
        }
        Resolution::Declined
    }
}

/// The proposals of one question that are still open.
#[derive(Debug, Default)]
pub(crate) struct Proposals {
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    last: ProposalId,
    waiting: HashMap<ProposalId, mpsc::UnboundedSender<Word>>,
}

impl Proposals {
    /// Hands the user's word to the proposal it is about; one that is not open is ignored.
    pub(crate) fn tell(&self, proposal: ProposalId, word: Word) {
        if let Some(waiting) = self.lock().waiting.get(&proposal) {
            // It may have been resolved this moment.
            let _ = waiting.send(word);
        }
    }

    fn open(proposals: &Arc<Self>) -> (OpenProposal, mpsc::UnboundedReceiver<Word>) {
        let (sender, words) = mpsc::unbounded_channel();
        let mut open = proposals.lock();
        open.last += 1;
        let id = open.last;
        open.waiting.insert(id, sender);
        drop(open);
        (OpenProposal { id, proposals: proposals.clone() }, words)
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A proposal while it waits; closed when dropped.
struct OpenProposal {
    id: ProposalId,
    proposals: Arc<Proposals>,
}

impl Drop for OpenProposal {
    fn drop(&mut self) {
        self.proposals.lock().waiting.remove(&self.id);
    }
}
