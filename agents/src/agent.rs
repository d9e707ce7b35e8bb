//! What an agent is: a name, a bid and an answer.

use std::collections::BTreeMap;
use std::path::PathBuf;

use async_trait::async_trait;
use awesh_protocol::{FailureKind, RecentCommand};
use thiserror::Error;

use crate::context::{Answer, Context};

/// One that answers questions of its field.
#[async_trait]
pub trait Agent: Send + Sync {
    /// The name the user sees.
    fn name(&self) -> &'static str;

    /// How much the question is this agent's.
    ///
    /// All agents bid at once and a bid may be dropped at any point: it is quick, changes nothing and never
    /// reaches for the network.
    async fn bid(&self, question: &Question) -> Bid;

    /// Answers the question it won. Dropping the future ends the work.
    async fn run(&self, context: &Context) -> Result<Answer, Failure>;
}

/// What is asked, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// The text as typed.
    pub text: String,
    /// The working directory of the session that asks.
    pub directory: PathBuf,
    /// The session's values of the variables that agents go by.
    pub environment: BTreeMap<String, String>,
    /// What is known of the place.
    pub place: Place,
    /// The last commands of the session, oldest first: for agents that answer on this machine.
    pub recent: Vec<RecentCommand>,
}

/// What is known of where a question is asked, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The machine's system.
    pub system: Option<String>,
    /// The state of the repository.
    pub git: Option<String>,
    /// The Kubernetes context and namespace.
    pub kubernetes: Option<String>,
}

/// An agent's claim on a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bid {
    /// Another's.
    None,
    /// It could answer; the highest score wins where nobody is certain.
    Possible(u8),
    /// Its own beyond doubt: the race ends.
    Certain,
}

/// Why a question stays unanswered, in words for the user.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct Failure {
    /// The class of the failure.
    pub kind: FailureKind,
    /// What happened and why, in a sentence.
    pub message: String,
    /// What to do next, where something can be done.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
