//! What an answer puts to the user: commands, which run in his own session if he says so or a rule of his does,
//! looks, edits and questions.

use std::io;
use std::time::Instant;

use awesh_protocol::{Action, Decision, Outcome, Proposal, ProposalId, QuestionId, Term, Verdict};

use super::protected::Protected;
use super::question::wait;
use super::{Flow, Shell};
use crate::backend::BackendClient;
use crate::bash::Turn;
use crate::line_editor::{Input, Purpose};
use crate::messages;
use crate::render::Renderer;
use crate::render::confirm::{Answer, Keys, answer};
use crate::sys::tty::Mode;
use crate::terminal::TerminalWriter;

impl Shell {
    /// Puts a proposal to the user, where no rule allows it, and does what he says.
    pub(super) fn decide(
        &mut self,
        id: QuestionId,
        proposal: &Proposal,
        backend: &mut BackendClient,
        renderer: &mut Renderer,
    ) -> io::Result<Flow> {
        let (command, term) = match self.read_decision(proposal, renderer)? {
            Answer::Run => (Some(proposal.command.clone()), Term::Once),
            Answer::Session => (Some(proposal.command.clone()), Term::Session),
            Answer::Always => (Some(proposal.command.clone()), Term::Always),
            Answer::Edit => (self.edit(&proposal.command)?, Term::Once),
            Answer::Decline | Answer::All | Answer::Ignored => (None, Term::Once),
            Answer::Interrupt => {
                backend.cancel(id);
                return Ok(Flow::Continue);
            }
        };
        let command = match (command, self.protected(proposal)) {
            (Some(command), Some(place)) => self.is_typed(&place)?.then_some(command),
            (command, _) => command,
        };
        let Some(command) = command else {
            backend.decide(id, proposal.id, Decision::Decline);
            return Ok(Flow::Continue);
        };
        backend.decide(id, proposal.id, Decision::Run { command: command.clone(), term });
        if let Flow::End(status) = self.run_proposed(&command)? {
            return Ok(Flow::End(status));
        }
        backend.report(id, proposal.id, self.outcome(command));
        self.terminal.set_mode(Mode::Editing)?;
        Ok(Flow::Continue)
    }

    /// Puts a look or an edit to the user.
    pub(super) fn confirm(
        &mut self,
        id: QuestionId,
        proposal: ProposalId,
        action: &Action,
        backend: &mut BackendClient,
        renderer: &mut Renderer,
    ) -> io::Result<()> {
        let decision = match self.read_answer(Keys::of_action(action), renderer)? {
            Answer::Run if matches!(action, Action::Edit { .. }) && !self.may_change_host()? => {
                Decision::Decline
            }
            Answer::Run => Decision::Agree { term: Term::Once },
            Answer::All => Decision::Agree { term: Term::Answer },
            Answer::Interrupt => {
                backend.cancel(id);
                return Ok(());
            }
            _ => Decision::Decline,
        };
        backend.decide(id, proposal, decision);
        Ok(())
    }

    /// Reads the answer to a question, or the number of one of the choices.
    pub(super) fn enquire(
        &mut self,
        id: QuestionId,
        proposal: ProposalId,
        choices: &[String],
        backend: &mut BackendClient,
    ) -> io::Result<()> {
        self.terminal.keyboard.take_ahead();
        let decision = match self.read_line(("> ", "> "), "", Purpose::Bash)? {
            Input::Line { text, .. } if !text.trim().is_empty() => {
                let number = text.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                let choice = number.and_then(|number| choices.get(number));
                Decision::Say { text: choice.cloned().unwrap_or_else(|| text.trim().to_owned()) }
            }
            Input::Interrupt => {
                backend.cancel(id);
                return self.terminal.set_mode(Mode::Editing);
            }
            _ => Decision::Decline,
        };
        backend.decide(id, proposal, decision);
        self.terminal.set_mode(Mode::Editing)
    }

    /// What is decided: by a rule, or by a key.
    fn read_decision(&mut self, proposal: &Proposal, renderer: &mut Renderer) -> io::Result<Answer> {
        match proposal.verdict {
            Verdict::Allowed { .. } => {
                renderer.decided();
                Ok(Answer::Run)
            }
            Verdict::Asked { .. } => self.read_answer(Keys::of(proposal), renderer),
        }
    }

    /// Waits for a key that means something. What was typed before the question stood there says nothing to it.
    fn read_answer(&mut self, keys: Keys, renderer: &mut Renderer) -> io::Result<Answer> {
        self.terminal.keyboard.take_ahead();
        let mut buffer = [0; 1024];
        loop {
            let given = if wait(&self.terminal, None, false, None)? {
                match self.terminal.keyboard.read_raw(&mut buffer)? {
                    0 => Answer::Interrupt,
                    count => answer(&buffer[..count], keys),
                }
            } else if self.terminal.is_gone() {
                Answer::Interrupt
            } else {
                Answer::Ignored
            };
            if given != Answer::Ignored {
                renderer.answered(given, Instant::now(), &mut TerminalWriter)?;
                return Ok(given);
            }
        }
    }

    /// Lets the user change a command; none where he gives it up.
    fn edit(&mut self, command: &str) -> io::Result<Option<String>> {
        match self.read_line(("> ", "> "), command, Purpose::Bash)? {
            Input::Line { text, .. } if !text.trim().is_empty() => Ok(Some(text)),
            _ => Ok(None),
        }
    }

    /// Whether this machine may be changed: it is not protected, or the user types its name.
    fn may_change_host(&mut self) -> io::Result<bool> {
        self.protected_host().map_or(Ok(true), |place| self.is_typed(&place))
    }

    /// Whether the user types the name of the place that a command would change.
    fn is_typed(&mut self, place: &Protected) -> io::Result<bool> {
        self.terminal.set_mode(Mode::Editing)?;
        messages::warning(place);
        match self.read_line(("> ", "> "), "", Purpose::Bash)? {
            Input::Line { text, .. } if text.trim() == place.word() => Ok(true),
            _ => {
                messages::warning(format_args!("that is not {}: it does not run", place.word()));
                Ok(false)
            }
        }
    }

    /// Runs a command in the session, as if it had been typed, to the next prompt.
    fn run_proposed(&mut self, command: &str) -> io::Result<Flow> {
        self.editor.remember(command, &self.history_control());
        self.session.submit(command, &mut self.terminal.keyboard)?;
        loop {
            match self.session.wait(&mut self.terminal)? {
                Turn::Prompt(report) => {
                    self.on_report(report, Some(command));
                    return Ok(Flow::Continue);
                }
                Turn::Started => {}
                // Nobody is there to go on with it.
                Turn::Continuation => self.session.interrupt()?,
                Turn::Ended(status) => return Ok(Flow::End(status)),
                Turn::HungUp => return self.hang_up().map(Flow::End),
            }
        }
    }

    fn outcome(&self, command: String) -> Outcome {
        let link = self.session.link();
        let mut link = link.lock();
        Outcome {
            command,
            status: self.report.status,
            duration_ms: u64::try_from(self.session.duration().as_millis()).unwrap_or(u64::MAX),
            output: self.session.last_output(),
            directory: self.report.directory.to_string_lossy().into_owned(),
            environment: link.environment().unwrap_or_default(),
            names: link.names(),
        }
    }
}
