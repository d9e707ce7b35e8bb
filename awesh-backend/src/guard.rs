//! Who decides what may run for one shell: the policy of the settings with what the user agreed to since, whether
//! the model has read what others may have written, and the audit log of it all.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use awesh_protocol::{Mode, Permission, SessionNames, Term};

use crate::audit::{Audit, Entry};
use crate::files;
use crate::permission::names::Names;
use crate::permission::policy::{Policy, Ruling};
use crate::permission::rules::Rule;
use crate::permission::{self, Place, Reading};
use crate::talk::Memory;

/// Decides for one shell.
pub(crate) struct Guard {
    state: Mutex<State>,
    /// The rules of "always", a line each; read anew each time, as all sessions share them.
    always: PathBuf,
    audit: Audit,
    memory: Memory,
}

#[derive(Debug, Default)]
struct State {
    set: Policy,
    network: bool,
    /// What holds to the end of the session.
    agreed: Vec<Rule>,
    names: Names,
    tainted: bool,
}

impl Guard {
    /// With what is kept in this directory.
    pub(crate) fn new(state: &Path, memory: Memory) -> Self {
        Self { state: Mutex::default(), always: state.join("rules"), audit: Audit::new(state), memory }
    }

    /// What the user set holds from now on.
    pub(crate) fn set(&self, permission: &Permission) {
        let mut state = self.state();
        state.set = Policy::of(permission);
        state.network = permission.network;
    }

    /// What the session calls by names of its own.
    pub(crate) fn know(&self, names: &SessionNames) {
        self.state().names = Names::new(names);
    }

    /// What is secret in the session's variables.
    pub(crate) fn know_environment(&self, environment: &BTreeMap<String, String>) {
        let variables = environment.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.memory.gate().know_environment(variables);
    }

    /// What is secret in what a command printed.
    pub(crate) fn know_output(&self, command: &str, output: &str) {
        self.memory.gate().know_output(command, output);
    }

    /// The model reads what others may have written.
    pub(crate) fn taint(&self) {
        self.state().tainted = true;
    }

    /// The conversation begins anew: the model knows nothing of what it read.
    pub(crate) fn renew(&self) {
        self.state().tainted = false;
    }

    /// Whether nothing may be changed.
    pub(crate) fn is_read_only(&self) -> bool {
        self.state().set.mode == Mode::ReadOnly
    }

    /// Whether a look may reach the network.
    pub(crate) fn network(&self) -> bool {
        self.state().network
    }

    /// What a line could do.
    pub(crate) fn read(&self, line: &str, place: Place) -> Reading {
        permission::read(line, &self.state().names, place)
    }

    /// Whether a line that only looks and is kept to that may run.
    pub(crate) fn decide_look(&self, reading: &Reading) -> Ruling {
        let state = self.state();
        state.set.decide_look(reading, state.tainted)
    }

    /// Whether it may run in the user's session.
    pub(crate) fn decide(&self, reading: &Reading) -> Ruling {
        let always = self.always().unwrap_or_else(|error| {
            tracing::warn!(%error, "the rules of always cannot be read");
            Vec::new()
        });
        let state = self.state();
        let mut policy = state.set.clone();
        policy.allow.extend(state.agreed.iter().cloned().chain(always));
        policy.decide(reading, state.tainted)
    }

    /// The commands of this line are allowed for that long, but for those with a secret in them.
    pub(crate) fn remember(&self, reading: &Reading, term: Term) -> io::Result<()> {
        let is_public = |rule: &Rule| self.memory.gate().redact(&rule.text) == rule.text;
        let rules = reading.commands.iter().filter_map(|command| Rule::of(&command.simple)).filter(is_public);
        match term {
            Term::Once | Term::Answer => {}
            Term::Session => self.state().agreed.extend(rules),
            Term::Always => {
                let mut known = self.always()?;
                let new: Vec<Rule> = rules.filter(|rule| !known.contains(rule)).collect();
                known.extend(new);
                self.write(&known)?;
            }
        }
        Ok(())
    }

    /// Forgets a rule of "always"; whether there was one of that number.
    pub(crate) fn forget(&self, number: usize) -> io::Result<bool> {
        let mut rules = self.always()?;
        let Some(at) = number.checked_sub(1).filter(|at| *at < rules.len()) else { return Ok(false) };
        rules.remove(at);
        self.write(&rules).map(|()| true)
    }

    /// All rules, as a person reads them.
    pub(crate) fn rules(&self) -> io::Result<String> {
        let always = self.always()?;
        let state = self.state();
        let lists = [("deny", &state.set.deny), ("ask", &state.set.ask), ("allow", &state.set.allow)];
        let set = lists.into_iter().flat_map(|(kind, rules)| rules.iter().map(move |rule| (kind, rule)));
        let set = set.map(|(kind, rule)| format!("settings  {kind:5}  {}\n", rule.text));
        let agreed = state.agreed.iter().map(|rule| format!("session   allow  {}\n", rule.text));
        let always =
            always.iter().zip(1..).map(|(rule, number)| format!("always {number:2} allow  {}\n", rule.text));
        let mode = match state.set.mode {
            Mode::Ask => "ask",
            Mode::ReadOnly => "read-only",
            Mode::Auto => "auto",
        };
        let mode = format!("mode: {mode}{}\n", if state.tainted { TAINTED } else { "" });
        Ok([mode].into_iter().chain(set).chain(agreed).chain(always).collect())
    }

    /// Adds a line to the audit log, secrets replaced.
    pub(crate) fn log(&self, entry: Entry) {
        let what = self.memory.gate().redact(&entry.what);
        self.audit.add(Entry { what, ..entry });
    }

    /// The last lines of the audit log.
    pub(crate) fn logged(&self, count: usize) -> io::Result<String> {
        self.audit.last(count)
    }

    fn always(&self) -> io::Result<Vec<Rule>> {
        Ok(files::read(&self.always)?.lines().filter_map(Rule::parse).collect())
    }

    fn write(&self, rules: &[Rule]) -> io::Result<()> {
        let text: String = rules.iter().map(|rule| format!("{}\n", rule.text)).collect();
        files::replace(&self.always, text.as_bytes())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const TAINTED: &str =
    "; in this conversation everything is asked: the model has read text that others may have written";
