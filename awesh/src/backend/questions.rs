//! Questions that have no last event yet. Pure: keeps the promise that each gets exactly one, whatever the
//! backend does.

use std::mem;
use std::time::{Duration, Instant};

use awesh_protocol::{Ask, Context, Event, FailureKind, QuestionId};

/// How long a question waits for a backend that is not ready.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Debug)]
enum Open {
    /// Waits for the backend to be ready.
    Waiting { ask: Box<Ask>, until: Instant },
    /// The backend has it.
    Sent { id: QuestionId },
}

impl Open {
    fn id(&self) -> QuestionId {
        match self {
            Self::Waiting { ask, .. } => ask.id,
            Self::Sent { id } => *id,
        }
    }
}

/// The open questions, oldest first.
#[derive(Debug, Default)]
pub(super) struct Questions {
    last_id: QuestionId,
    open: Vec<Open>,
}

impl Questions {
    /// Opens a question that waits for the backend.
    pub(super) fn open(&mut self, question: String, context: Context, now: Instant) -> QuestionId {
        self.last_id += 1;
        let ask = Box::new(Ask { id: self.last_id, question, context });
        self.open.push(Open::Waiting { ask, until: now + PATIENCE });
        self.last_id
    }

    /// Takes those that wait, to be sent.
    pub(super) fn take_waiting(&mut self) -> Vec<Ask> {
        let open = mem::take(&mut self.open);
        let mut waiting = Vec::new();
        for question in open {
            let id = question.id();
            if let Open::Waiting { ask, .. } = question {
                waiting.push(*ask);
            }
            self.open.push(Open::Sent { id });
        }
        waiting
    }

    /// When the patience of the first that waits ends.
    pub(super) fn patience_ends(&self) -> Option<Instant> {
        self.open
            .iter()
            .filter_map(|question| match question {
                Open::Waiting { until, .. } => Some(*until),
                Open::Sent { .. } => None,
            })
            .min()
    }

    /// Closes those that wait and whose patience ends before `moment`.
    pub(super) fn close_impatient(&mut self, moment: Instant) -> Vec<QuestionId> {
        self.close_if(|question| matches!(question, Open::Waiting { until, .. } if *until <= moment))
    }

    /// Closes those that the backend had: it is gone.
    pub(super) fn close_sent(&mut self) -> Vec<QuestionId> {
        self.close_if(|question| matches!(question, Open::Sent { .. }))
    }

    /// Closes one.
    pub(super) fn close(&mut self, id: QuestionId) -> Closed {
        match self.open.iter().position(|question| question.id() == id) {
            None => Closed::Unknown,
            Some(index) => match self.open.remove(index) {
                Open::Waiting { .. } => Closed::Unsent,
                Open::Sent { .. } => Closed::Sent,
            },
        }
    }

    /// Whether the backend has the question and its last event has not come.
    pub(super) fn is_with_backend(&self, id: QuestionId) -> bool {
        self.open.iter().any(|question| matches!(question, Open::Sent { id: sent } if *sent == id))
    }

    fn close_if(&mut self, closes: impl Fn(&Open) -> bool) -> Vec<QuestionId> {
        self.open.extract_if(.., |question| closes(question)).map(|question| question.id()).collect()
    }
}

/// What closing a question found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// No such question is open.
    Unknown,
    /// It was still here.
    Unsent,
    /// The backend had it.
    Sent,
}

/// The question an event belongs to, and whether the event is its last.
pub(super) fn question_of(event: &Event) -> Option<(QuestionId, Place)> {
    match event {
        Event::Hello { .. }
        | Event::Ready { .. }
        | Event::Status(_)
        | Event::Models { .. }
        | Event::Sent { .. }
        | Event::Recalled { .. } => None,
        Event::Claimed { id, .. }
        | Event::Text { id, .. }
        | Event::Progress { id, .. }
        | Event::Table { id, .. }
        | Event::Propose { id, .. }
        | Event::Confirm { id, .. }
        | Event::Enquire { id, .. }
        | Event::ToolStarted { id, .. }
        | Event::ToolFinished { id, .. } => Some((*id, Place::Within)),
        Event::Done { id, .. } => Some((*id, Place::Last)),
        Event::Failed { id, .. } => id.map(|id| (id, Place::Last)),
    }
}

/// Whether an event is one of a question's.
pub(super) fn belongs_to(event: &Event, id: QuestionId) -> bool {
    question_of(event).is_some_and(|(of, _)| of == id)
}

/// Where in an answer an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// More follows.
    Within,
    /// Nothing follows.
    Last,
}

/// The last event of a question that the user ended.
pub(super) fn cancelled(id: QuestionId) -> Event {
    Event::Failed { id: Some(id), kind: FailureKind::Cancelled, message: "cancelled".to_owned(), hint: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_counted_up_and_never_used_twice() {
        let (mut questions, now) = (Questions::default(), Instant::now());
        let first = questions.open("a".into(), Context::default(), now);
        assert_eq!(questions.close(first), Closed::Unsent);
        assert_eq!(questions.close(first), Closed::Unknown);
        assert_ne!(questions.open("b".into(), Context::default(), now), first);
    }

    #[test]
    fn patience_is_for_what_waits_and_the_loss_of_the_backend_for_what_was_sent() {
        let (mut questions, now) = (Questions::default(), Instant::now());
        let sent = questions.open("a".into(), Context::default(), now);
        assert_eq!(questions.take_waiting().len(), 1);
        let waiting = questions.open("b".into(), Context::default(), now);
        assert!(questions.is_with_backend(sent) && !questions.is_with_backend(waiting));
        assert_eq!(questions.patience_ends(), Some(now + PATIENCE));
        assert_eq!(questions.close_sent(), [sent]);
        assert!(questions.close_impatient(now).is_empty());
        assert_eq!(questions.close_impatient(now + PATIENCE), [waiting]);
        assert_eq!(questions.patience_ends(), None);
    }
}
