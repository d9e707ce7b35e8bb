//! What there is to say of the backend's life, kept until the terminal is free for it: it happens while the
//! user edits a line.

use std::mem;
use std::time::Duration;

use crate::messages;

/// One thing to say.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Notice {
    /// The backend failed: why, and what can be done.
    Failure(String, Option<String>),
    /// A life-cycle note.
    Note(String),
    /// How long an operation took.
    Timing(String, Duration),
}

/// Notices not yet said, and the failure that was said last.
#[derive(Debug, Default)]
pub(super) struct Notices {
    unsaid: Vec<Notice>,
    last_failure: Option<String>,
}

impl Notices {
    /// Keeps a note or a timing.
    pub(super) fn add(&mut self, notice: Notice) {
        self.unsaid.push(notice);
    }

    /// Keeps a failure, unless it is the one that was said last: each attempt may fail for the same reason.
    pub(super) fn failure(&mut self, cause: String, line: String, hint: Option<String>) {
        if self.is_news(cause) {
            self.unsaid.push(Notice::Failure(line, hint));
        }
    }

    /// A failure that the user learns of as the end of a question: it needs no notice of its own.
    pub(super) fn told(&mut self, cause: String) {
        self.is_news(cause);
        self.unsaid.retain(|notice| !matches!(notice, Notice::Failure(..)));
    }

    /// The backend answers again, so that the same failure is news the next time.
    pub(super) fn recovered(&mut self) {
        self.last_failure = None;
    }

    /// Says what is unsaid.
    pub(super) fn say(&mut self) {
        for notice in self.take() {
            match notice {
                Notice::Failure(what, hint) => {
                    messages::warning(what);
                    if let Some(hint) = hint {
                        messages::hint(hint);
                    }
                }
                Notice::Note(what) => messages::note(what),
                Notice::Timing(operation, took) => messages::timing(operation, took),
            }
        }
    }

    /// Takes what is unsaid.
    pub(super) fn take(&mut self) -> Vec<Notice> {
        mem::take(&mut self.unsaid)
    }

    fn is_news(&mut self, cause: String) -> bool {
        self.last_failure.replace(cause.clone()).is_none_or(|last| last != cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_said_once_until_the_backend_recovers() {
        let mut notices = Notices::default();
        notices.failure("gone".into(), "gone".into(), None);
        notices.failure("gone".into(), "gone".into(), None);
        assert_eq!(notices.take().len(), 1);
        notices.failure("gone".into(), "gone".into(), None);
        assert_eq!(notices.take(), []);
        notices.recovered();
        notices.failure("gone".into(), "gone".into(), None);
        assert_eq!(notices.take().len(), 1);
    }

    #[test]
    fn what_a_question_told_is_not_said_again() {
        let mut notices = Notices::default();
        notices.failure("first".into(), "first".into(), None);
        notices.told("second".into());
        notices.failure("second".into(), "second".into(), None);
        assert_eq!(notices.take(), []);
    }
}
