//! The user as agents see one: what they say becomes events of their question, and what they want done is decided
//! by the [`Guard`] before the user is asked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use agents::{Looking, Resolution, User};
use async_trait::async_trait;
use awesh_protocol::{
    Action, Decision, Event, Outcome, Proposal, ProposalId, QuestionId, Risk, Term, Verdict,
};
use tokio::sync::mpsc;

use crate::audit::Entry;
use crate::executor;
use crate::guard::Guard;
use crate::permission::path::keeps_secrets;
use crate::permission::policy::Ruling;
use crate::permission::{Place, Reading};
use crate::proposals::{Proposals, Word};

/// The screen of one question, or of one step of its answer.
#[derive(Clone)]
pub(crate) struct Screen {
    id: QuestionId,
    step: u64,
    events: mpsc::Sender<Event>,
    proposals: Arc<Proposals>,
    guard: Arc<Guard>,
    first_text: Arc<Mutex<Option<Instant>>>,
    /// Whether the user has agreed to all looks of this answer.
    may_look: Arc<AtomicBool>,
    /// What the last command left the session in.
    session: Arc<Mutex<Option<Session>>>,
}

/// Where a session is, and its variables.
type Session = (PathBuf, BTreeMap<String, String>);

impl Screen {
    pub(crate) fn new(
        id: QuestionId,
        events: mpsc::Sender<Event>,
        proposals: Arc<Proposals>,
        guard: Arc<Guard>,
    ) -> Self {
        let (first_text, may_look, session) = (Arc::default(), Arc::default(), Arc::default());
        Self { id, step: 0, events, proposals, guard, first_text, may_look, session }
    }

    /// When the first text was shown.
    pub(crate) fn first_text(&self) -> Option<Instant> {
        *self.first_text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, event: Event) {
        // Without a client its tasks are stopped; until then their words go nowhere.
        let _ = self.events.send(event).await;
    }

    /// Puts something to the user and waits for the word on it.
    async fn put(&self, event: impl FnOnce(ProposalId) -> Event) -> Decision {
        let (proposal, mut words) = Proposals::open(&self.proposals);
        self.send(event(proposal.id)).await;
        while let Some(word) = words.recv().await {
            if let Word::Decided(decision) = word {
                return decision;
            }
        }
        Decision::Decline
    }

    /// Waits until a proposed command has run, or does not.
    async fn resolved(&self, proposed: Proposal, reading: &Reading) -> Resolution {
        let (proposal, mut words) = Proposals::open(&self.proposals);
        let command = proposed.command.clone();
        let approver = if matches!(proposed.verdict, Verdict::Allowed { .. }) { "rule" } else { "user" };
        self.send(Event::Propose { id: self.id, proposal: Proposal { id: proposal.id, ..proposed } }).await;
        let mut agreed = false;
        while let Some(word) = words.recv().await {
            match word {
                Word::Decided(Decision::Run { command: ran, term }) if !agreed => {
                    agreed = true;
                    // An edited command is the user's own, and no rule follows from it.
                    if ran == command {
                        self.remember(reading, term).await;
                    }
                    self.log(Entry { decision: told("run", term), ..decision(&ran, approver) });
                }
                Word::Ended(outcome) if agreed => return self.ran(outcome),
                Word::Decided(_) if !agreed => break,
                // Out of turn: a report of what was not agreed, a second decision.
                Word::Decided(_) | Word::Ended(_) => {}
            }
        }
        self.log(Entry { decision: "declined".to_owned(), ..decision(&command, "user") });
        Resolution::Declined
    }

    fn ran(&self, outcome: Outcome) -> Resolution {
        self.guard.know(&outcome.names);
        self.guard.know_environment(&outcome.environment);
        self.guard.know_output(&outcome.command, &outcome.output);
        if !outcome.environment.is_empty() {
            let session = (PathBuf::from(&outcome.directory), outcome.environment.clone());
            *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
        }
        if !outcome.output.trim().is_empty() {
            self.guard.taint();
        }
        self.log(Entry { status: Some(outcome.status), ..Entry::new("ran", &outcome.command) });
        Resolution::Ran(outcome)
    }

    async fn remember(&self, reading: &Reading, term: Term) {
        if let Err(error) = self.guard.remember(reading, term) {
            self.progress(&format!("the rule cannot be kept: {error}")).await;
        }
    }

    fn log(&self, entry: Entry) {
        self.guard.log(entry);
    }

    /// Why a command cannot run as a look; nothing if it can.
    fn refuses_look(&self, reading: &Reading) -> Option<String> {
        let words = || reading.commands.iter().flat_map(|command| &command.simple.words);
        let why = match reading.risk {
            _ if !executor::is_confined() => "this kernel cannot keep it from writing (Landlock is missing)",
            Risk::Reaches if !self.guard.network() => "it asks other machines, which a look may not here",
            Risk::Reads | Risk::Reaches if words().any(|word| names_secrets(&word.shown())) => {
                "it reads where secrets are kept"
            }
            Risk::Reads | Risk::Reaches => return None,
            _ => "it is not known to do nothing but look",
        };
        Some(format!("{why}{}", reading.opaque.map(|opaque| format!(": {opaque}")).unwrap_or_default()))
    }

    /// Whether the user agrees to a look that is asked.
    async fn agrees_to_look(&self, command: &str, explanation: &str, why: String) -> bool {
        if self.may_look.load(Ordering::Relaxed) {
            return true;
        }
        let action = Action::Look { command: command.to_owned(), explanation: explanation.to_owned(), why };
        let answer = self.put(|proposal| Event::Confirm { id: self.id, proposal, action }).await;
        self.may_look.fetch_or(answer == Decision::Agree { term: Term::Answer }, Ordering::Relaxed);
        matches!(answer, Decision::Agree { .. })
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
        self.send(Event::ToolFinished { id: self.id, tool, summary, ok, step: self.step }).await;
    }

    async fn propose(&self, command: &str, explanation: &str) -> Resolution {
        let reading = self.guard.read(command, Place::Session);
        let ruling = self.guard.decide(&reading);
        let (decision, why) = ruling.told();
        let class = reading.class();
        self.log(Entry { class, decision, rule: why.to_owned(), ..Entry::new("proposal", command) });
        let verdict = match ruling {
            Ruling::Denied(why) => return Resolution::Denied(why),
            Ruling::Asked(why) => Verdict::Asked { why, may_remember: reading.may_be_remembered() },
            Ruling::Allowed(by) => Verdict::Allowed { by },
        };
        let proposed = Proposal {
            id: 0,
            command: command.to_owned(),
            explanation: explanation.to_owned(),
            risk: reading.risk,
            parts: reading.parts(),
            verdict,
            targets: reading.targets.clone(),
        };
        self.resolved(proposed, &reading).await
    }

    async fn look(&self, command: &str, explanation: &str) -> Looking {
        let reading = self.guard.read(command, Place::Apart);
        if let Some(why) = self.refuses_look(&reading) {
            return Looking::Refused(why);
        }
        let entry = Entry { class: reading.class(), ..Entry::new("look", command) };
        let entry = match self.guard.decide_look(&reading) {
            Ruling::Denied(why) => return Looking::Refused(why),
            Ruling::Allowed(by) => Entry { rule: by, approver: "rule".to_owned(), ..entry },
            Ruling::Asked(why) => {
                let entry = Entry { rule: why.clone(), approver: "user".to_owned(), ..entry };
                if !self.agrees_to_look(command, explanation, why).await {
                    self.log(Entry { decision: "declined".to_owned(), ..entry });
                    return Looking::Declined;
                }
                entry
            }
        };
        self.log(Entry { decision: "run".to_owned(), ..entry });
        self.guard.taint();
        Looking::Runs { network: self.guard.network() }
    }

    async fn agrees_to_edit(&self, path: &str, explanation: &str, diff: &str) -> bool {
        let entry = Entry { approver: "user".to_owned(), ..Entry::new("edit", path) };
        if self.guard.is_read_only() {
            let rule = "permission.mode is read-only".to_owned();
            self.log(Entry { decision: "denied".to_owned(), rule, ..entry });
            return false;
        }
        let action = Action::Edit {
            path: path.to_owned(),
            explanation: explanation.to_owned(),
            diff: diff.to_owned(),
        };
        let answer = self.put(|proposal| Event::Confirm { id: self.id, proposal, action }).await;
        let agreed = matches!(answer, Decision::Agree { .. });
        self.log(Entry { decision: if agreed { "done" } else { "declined" }.to_owned(), ..entry });
        agreed
    }

    async fn ask(&self, question: &str, choices: &[String]) -> Option<String> {
        let (text, choices) = (question.to_owned(), choices.to_vec());
        let answer = self.put(|proposal| Event::Enquire { id: self.id, proposal, text, choices }).await;
        match answer {
            Decision::Say { text } => Some(text),
            _ => None,
        }
    }

    fn reads_untrusted(&self) {
        self.guard.taint();
    }

    fn session(&self) -> Option<Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn within(self: Arc<Self>, step: u64) -> Arc<dyn User> {
        Arc::new(Self { step, ..(*self).clone() })
    }
}

fn decision(command: &str, approver: &str) -> Entry {
    Entry { approver: approver.to_owned(), ..Entry::new("decision", command) }
}

fn told(what: &str, term: Term) -> String {
    match term {
        Term::Once | Term::Answer => what.to_owned(),
        Term::Session => format!("{what}, from now on in this session"),
        Term::Always => format!("{what}, from now on"),
    }
}

/// Whether a word of a command, or the value of an option, is the path of a file that keeps secrets.
fn names_secrets(word: &str) -> bool {
    let value = word.rsplit_once('=').map_or(word, |(_, value)| value);
    [word, value].into_iter().any(|text| keeps_secrets(Path::new(text.trim_end_matches('…'))))
}
