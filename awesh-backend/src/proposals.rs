//! What was put to the user within a question and waits for his word.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use awesh_protocol::{Decision, Outcome, ProposalId};
use tokio::sync::mpsc;

/// The user's word on a proposal, as it comes in.
#[derive(Debug)]
pub(crate) enum Word {
    /// What was decided.
    Decided(Decision),
    /// How it ended.
    Ended(Outcome),
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

    /// Opens a proposal; its words arrive until it is dropped.
    pub(crate) fn open(proposals: &Arc<Self>) -> (OpenProposal, mpsc::UnboundedReceiver<Word>) {
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
pub(crate) struct OpenProposal {
    /// Its id.
    pub(crate) id: ProposalId,
    proposals: Arc<Proposals>,
}

impl Drop for OpenProposal {
    fn drop(&mut self) {
        self.proposals.lock().waiting.remove(&self.id);
    }
}
