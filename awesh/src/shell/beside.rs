//! What goes on beside a line that is edited: the backend, and what the prompt says that was not known in time.

use std::os::fd::BorrowedFd;
use std::time::Instant;

use super::start::Identity;
use crate::backend::{BackendClient, State};
use crate::bash::Report;
use crate::line_editor::Beside;
use crate::prompt::{BackendState, PromptSource, PromptText, Session, Style};

/// What the shell looks after meanwhile.
pub(super) struct Aside<'a> {
    pub(super) backend: &'a mut Option<BackendClient>,
    /// None where the line has no prompt of ours.
    pub(super) prompt: Option<Shown<'a>>,
}

/// A prompt that is on the screen, and what it was made of.
pub(super) struct Shown<'a> {
    pub(super) source: &'a mut PromptSource,
    pub(super) report: &'a Report,
    pub(super) identity: &'a Identity,
    pub(super) style: Style,
    pub(super) backend: BackendState,
}

impl Beside for Aside<'_> {
    fn fds(&self) -> [Option<BorrowedFd<'_>>; 2] {
        let prompt = self.prompt.as_ref().and_then(|prompt| prompt.source.fd());
        [self.backend.as_ref().and_then(BackendClient::fd), prompt]
    }

    fn deadline(&self) -> Option<Instant> {
        self.backend.as_ref()?.deadline()
    }

    fn advance(&mut self) -> Option<PromptText> {
        if let Some(backend) = self.backend {
            // What comes for a question within which a line is edited is its loop's.
            backend.keep_going();
        }
        let state = backend_state(self.backend.as_ref());
        let shown = self.prompt.as_mut()?;
        let has_changed = std::mem::replace(&mut shown.backend, state) != state;
        if shown.source.take_late() || has_changed {
            let renew = |session: &Session<'_>| shown.source.renew(session, &shown.style);
            return Some(with_session(shown.report, shown.identity, state, renew));
        }
        None
    }
}

/// What the prompt says of the backend.
pub(super) fn backend_state(backend: Option<&BackendClient>) -> BackendState {
    match backend.map(BackendClient::state) {
        Some(State::Starting) | None => BackendState::Starting,
        Some(State::Ready) => BackendState::Ready,
        Some(State::Failed) => BackendState::Failed,
    }
}

/// Does something with what the prompt goes by.
pub(super) fn with_session<Answer>(
    report: &Report,
    identity: &Identity,
    backend: BackendState,
    act: impl FnOnce(&Session<'_>) -> Answer,
) -> Answer {
    let variable = |name: &str| report.exported(name).map(str::to_owned);
    act(&Session {
        directory: &report.directory,
        variable: &variable,
        status: report.status,
        jobs: report.jobs,
        user: &identity.user,
        host: &identity.host,
        is_root: identity.is_root,
        backend,
    })
}
