//! Whether a line is denied, asked or allowed: deny before ask before allow.
//!
//! Every command of a line is looked at by itself, those in substitutions and those that others are given to run
//! included; what cannot be seen is never allowed.

use awesh_protocol::{Mode, Permission, Risk};

use super::rules::Rule;
use super::{Command, Reading};

/// What may run without being asked, and what may not run at all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policy {
    /// What holds where no rule does.
    pub(crate) mode: Mode,
    pub(crate) allow: Vec<Rule>,
    pub(crate) ask: Vec<Rule>,
    pub(crate) deny: Vec<Rule>,
}

/// What the policy says of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ruling {
    /// It does not run, and is not proposed.
    Denied(String),
    /// It runs if the user says so.
    Asked(String),
    /// It runs.
    Allowed(String),
}

impl Ruling {
    /// In words: what was ruled, and why.
    pub(crate) fn told(&self) -> (String, &str) {
        let (what, why) = match self {
            Self::Denied(why) => ("denied", why),
            Self::Asked(why) => ("asked", why),
            Self::Allowed(by) => ("allowed", by),
        };
        (what.to_owned(), why)
    }
}

impl Policy {
    /// What the user set.
    pub(crate) fn of(permission: &Permission) -> Self {
        let rules = |texts: &[String]| texts.iter().filter_map(|text| Rule::parse(text)).collect();
        Self {
            mode: permission.mode,
            allow: rules(&permission.allow),
            ask: rules(&permission.ask),
            deny: rules(&permission.deny),
        }
    }

    /// Decides on a line in the user's session. `tainted`: the model has read text that others may have written.
    pub(crate) fn decide(&self, reading: &Reading, tainted: bool) -> Ruling {
        if let Some(ruling) = self.forbids(reading, tainted) {
            return ruling;
        }
        if let Some(why) = reading.opaque {
            return Ruling::Asked(why.to_owned());
        }
        if !reading.outputs.is_empty() {
            return Ruling::Asked("it writes to a file".to_owned());
        }
        self.allows(reading)
    }

    /// Decides on a line that only looks and is kept to that.
    pub(crate) fn decide_look(&self, reading: &Reading, tainted: bool) -> Ruling {
        self.forbids(reading, tainted)
            .unwrap_or_else(|| Ruling::Allowed("it cannot do more than look".to_owned()))
    }

    /// Whether it must not run, or not without being asked.
    fn forbids(&self, reading: &Reading, tainted: bool) -> Option<Ruling> {
        if let Some(why) = self.denies(reading) {
            return Some(Ruling::Denied(why));
        }
        if tainted {
            return Some(Ruling::Asked("the model has read text that others may have written".to_owned()));
        }
        first(&self.ask, reading).map(|rule| Ruling::Asked(format!("rule: ask {}", rule.text)))
    }

    fn denies(&self, reading: &Reading) -> Option<String> {
        if let Some(rule) = first(&self.deny, reading) {
            return Some(format!("rule: deny {}", rule.text));
        }
        if !reading.is_whole && !self.deny.is_empty() {
            // Nothing passes a rule by being too long or too deep to be looked at.
            return Some(
                "it cannot be taken apart, and so not be held against the rules that deny".to_owned(),
            );
        }
        let is_more = self.mode == Mode::ReadOnly && !reading.risk.is_look();
        is_more.then(|| "permission.mode is read-only, and this could do more than look".to_owned())
    }

    fn allows(&self, reading: &Reading) -> Ruling {
        let mut by: Vec<String> = Vec::new();
        for command in &reading.commands {
            match self.allowed_by(command) {
                Some(rule) if by.contains(&rule) => {}
                Some(rule) => by.push(rule),
                // What only looks needs no rule of its own beside what has one.
                None if command.risk == Risk::Reads => {}
                None => return Ruling::Asked("no rule allows it".to_owned()),
            }
        }
        if by.is_empty() {
            Ruling::Asked("no rule allows it".to_owned())
        } else {
            Ruling::Allowed(by.join("; "))
        }
    }

    fn allowed_by(&self, command: &Command) -> Option<String> {
        if self.mode == Mode::Auto && command.risk == Risk::Reads {
            return Some("mode: auto".to_owned());
        }
        let rule = self.allow.iter().find(|rule| rule.allows(command))?;
        Some(format!("rule: allow {}", rule.text))
    }
}

/// The first rule that may mean one of the line's commands.
fn first<'r>(rules: &'r [Rule], reading: &Reading) -> Option<&'r Rule> {
    let commands = || reading.commands.iter().map(|command| &command.simple);
    rules.iter().find(|rule| commands().any(|command| rule.may_mean(command)))
}
