//! What an action could do, as far as it can be told without doing it, and whether it may; pure.
//!
//! A command line is taken apart by its syntax tree (`shell`, `word`), what its commands are given to run included
//! (`wrapper`), and each command looked up in tables (`commands`, `tables`). Only what is known to look and nothing
//! else counts as looking; what is not known is unknown, never harmless. The [`policy`] then decides: deny before
//! ask before allow, by [`rules`].

mod commands;
mod curl;
pub(crate) mod names;
pub(crate) mod path;
pub(crate) mod policy;
pub(crate) mod rules;
mod sed;
mod shell;
mod tables;
mod targets;
mod word;
mod wrapper;

use awesh_protocol::{Part, Risk, Target};

use self::names::Names;
use self::shell::{Level, Simple};

/// Where a line would run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the user's session: its directory and variables are state.
    Session,
    /// In a bash of its own, of which nothing stays.
    Apart,
}

/// What a line was found to be.
#[derive(Debug)]
pub(crate) struct Reading {
    /// What it could do in all.
    pub(crate) risk: Risk,
    /// Why it may do what cannot be seen, if it may.
    pub(crate) opaque: Option<&'static str>,
    /// Whether it could be taken apart at all.
    pub(crate) is_whole: bool,
    /// Each command, in the order it stands there.
    pub(crate) commands: Vec<Command>,
    /// What output goes to, beside what is shown.
    pub(crate) outputs: Vec<Part>,
    /// Where it acts, beside this machine.
    pub(crate) targets: Vec<Target>,
}

/// A simple command of a line.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) simple: Simple,
    /// What it could do by itself.
    pub(crate) risk: Risk,
}

impl Reading {
    /// What it could do, in a word for the audit log.
    pub(crate) fn class(&self) -> String {
        format!("{:?}", self.risk).to_lowercase()
    }

    /// Whether agreeing to it can be made a rule: all of it is plain words, acts here and can be undone.
    pub(crate) fn may_be_remembered(&self) -> bool {
        let is_plain = |command: &Command| {
            !command.simple.shadowed && command.simple.level == Level::Line && command.risk <= Risk::Writes
        };
        let has_rule = |command: &Command| rules::Rule::of(&command.simple).is_some();
        self.opaque.is_none()
            && self.outputs.is_empty()
            && self.commands.iter().all(|command| is_plain(command) && has_rule(command))
    }

    /// What decided, for the user: each command and each file that is written.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let opaque = self.opaque.map(|why| Part { text: why.to_owned(), risk: Risk::Unknown });
        let commands = self.commands.iter().map(Command::part);
        commands.chain(self.outputs.iter().cloned()).chain(opaque).collect()
    }
}

impl Command {
    fn part(&self) -> Part {
        let assigned = self.simple.assigned.iter().map(|name| format!("{name}=…"));
        let words = self.simple.words.iter().map(word::Word::shown);
        let mut text = assigned.chain(words).collect::<Vec<_>>().join(" ");
        if self.simple.shadowed {
            text.push_str(" (an alias or a function of yours)");
        }
        Part { text, risk: self.risk }
    }
}

/// Reads a line.
pub(crate) fn read(line: &str, names: &Names, place: Place) -> Reading {
    // A bash of its own has none of the session's aliases and functions.
    let none = Names::default();
    let names = if place == Place::Apart { &none } else { names };
    let Some(parts) = shell::take_apart(line, names) else { return Reading::unknown() };
    let command = |simple: Simple| Command { risk: commands::risk(&simple, place), simple };
    let output = |target: &word::Word| Part {
        text: format!("> {}", target.shown()),
        risk: commands::redirection(target),
    };
    let outputs: Vec<Part> =
        parts.targets.iter().map(output).filter(|output| output.risk != Risk::Reads).collect();
    let targets = targets::of(&parts.commands);
    let commands: Vec<Command> = parts.commands.into_iter().map(command).collect();
    let own = if parts.opaque.is_some() { Risk::Unknown } else { Risk::Reads };
    let risks = commands.iter().map(|command| command.risk).chain(outputs.iter().map(|output| output.risk));
    Reading {
        risk: risks.fold(own, Risk::max),
        opaque: parts.opaque,
        is_whole: true,
        commands,
        outputs,
        targets,
    }
}

impl Reading {
    /// Of a line that cannot be taken apart.
    fn unknown() -> Self {
        Self {
            risk: Risk::Unknown,
            opaque: Some("it cannot be taken apart"),
            is_whole: false,
            commands: Vec::new(),
            outputs: Vec::new(),
            targets: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use self::tests::{cases, known_names};
