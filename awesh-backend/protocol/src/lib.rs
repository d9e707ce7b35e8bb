//! The wire between the shell (the *frontend*) and its backend, written as a specification.
//!
//! # Connection
//!
//! One Unix stream socket, in the shell's private runtime directory (mode 0700), one client. Each side
//! checks that its peer runs under the same user id before it reads a byte; there is no other
//! authentication. Either side may close at any time: the backend ends with its client.
//!
//! # Frames
//!
//! A frame is a big-endian `u32`, the length of its body in bytes, and the body: one JSON object. A length
//! of zero or above [`MAX_FRAME`] ends the connection. See [`frame`].
//!
//! # Order
//!
//! 1. The client sends [`Request::Hello`], the backend answers [`Event::Hello`]. On different
//!    [`VERSION`]s the backend says [`Event::Failed`] and closes.
//! 2. The client sends [`Request::Set`]; the backend sends [`Event::Ready`] when its components are up.
//!    `Set` may come again at any time and holds from the next question on.
//! 3. Each [`Request::Ask`] carries an id chosen by the client, never used twice on a connection. Its events
//!    carry that id: at most one [`Event::Claimed`], then any of text, progress, tables, tools and proposals,
//!    and at last exactly one [`Event::Done`] or [`Event::Failed`]. Nothing follows it.
//! 4. Each [`Event::Propose`], [`Event::Confirm`] and [`Event::Enquire`] waits for one [`Request::Decide`]. If it
//!    says that a proposed command runs, the shell runs it in the user's session and sends one
//!    [`Request::Report`]. A proposal whose verdict is [`Verdict::Allowed`] is not put to the user, unless it
//!    acts on what the shell protects.
//! 5. [`Request::Status`], [`Request::Models`], [`Request::Sent`] and [`Request::Recall`] belong to no question;
//!    each has its one answer, and answers may come between the events of a question.
//! 6. [`Request::Cancel`] ends a question at any point; its last event is then `Failed` with
//!    [`FailureKind::Cancelled`].
//!
//! No I/O happens in this crate.

pub mod frame;
mod message;
mod provider;

pub use message::{
    Action, Ask, Attachment, Capabilities, Context, Decision, Event, FailureKind, Keeper, Mode, Outcome,
    Part, Permission, Problem, Proposal, ProposalId, QuestionId, Recall, RecentCommand, Request, Risk,
    Secret, SessionNames, Settings, Status, Target, Term, Timing, Tools, Usage, Verdict,
};
pub use provider::{Api, PROVIDERS, Provider};

/// Version of this protocol. Both halves are one executable, so it differs only where a shell outlived an
/// upgrade of the file it was started from.
pub const VERSION: u32 = 3;

/// The largest body of a frame, in bytes.
pub const MAX_FRAME: usize = 8 * 1024 * 1024;
