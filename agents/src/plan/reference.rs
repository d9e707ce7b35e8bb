//! What a line or a condition can refer to: variables, where it runs, and what came of earlier steps.

use std::fmt;

use super::fields::is_name;

/// A reference, as it is written between `${` and `}` or in a condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// `vars.NAME`.
    Variable(String),
    /// `plan.environment`; empty where the plan has none.
    Environment,
    /// `plan.host`; empty on this machine.
    Host,
    /// `steps.NAME.FIELD`, `steps.NAME.LABEL.FIELD`, and `self.FIELD` in a condition that ends polling.
    Step {
        /// The step; none is the one the condition belongs to.
        step: Option<String>,
        /// One command of it; all where there is none.
        label: Option<String>,
        /// What of it.
        field: Field,
    },
}

/// What there is of a step or a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Its standard output without the newlines at its end.
    Stdout,
    /// Its standard error, likewise.
    Stderr,
    /// Its exit status; empty where it has none.
    Status,
    /// `true` or `false`.
    Succeeded,
    /// `true` or `false`.
    Failed,
    /// `true` or `false`.
    Skipped,
}

/// The fields by name.
const FIELDS: [(&str, Field); 6] = [
    ("stdout", Field::Stdout),
    ("stderr", Field::Stderr),
    ("status", Field::Status),
    ("succeeded", Field::Succeeded),
    ("failed", Field::Failed),
    ("skipped", Field::Skipped),
];

/// What references begin with.
const ROOTS: [&str; 4] = ["vars.", "steps.", "plan.", "self."];

impl Reference {
    /// Whether a text means to be a reference: `${HOME}` is the shell's.
    pub(super) fn is_meant(text: &str) -> bool {
        ROOTS.iter().any(|root| text.starts_with(root))
    }

    /// Reads a reference.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('.').collect();
        let wrong = || {
            format!(
                "{text} refers to nothing: vars.NAME, steps.NAME.stdout, plan.environment and plan.host do"
            )
        };
        match parts.as_slice() {
            ["vars", name] if is_name(name) => Ok(Self::Variable((*name).to_owned())),
            ["plan", "environment"] => Ok(Self::Environment),
            ["plan", "host"] => Ok(Self::Host),
            ["self", rest @ ..] => Self::of_step(None, rest, text),
            ["steps", step, rest @ ..] if is_name(step) => {
                Self::of_step(Some((*step).to_owned()), rest, text)
            }
            _ => Err(wrong()),
        }
    }

    fn of_step(step: Option<String>, rest: &[&str], text: &str) -> Result<Self, String> {
        let (label, field) = match rest {
            [field] => (None, field),
            [label, field] if is_name(label) => (Some((*label).to_owned()), field),
            _ => return Err(format!("{text} names no field: {}", fields())),
        };
        let field = FIELDS.iter().find(|(name, _)| name == field).map(|(_, field)| *field);
        let field = field.ok_or_else(|| format!("{text} names no field: {}", fields()))?;
        Ok(Self::Step { step, label, field })
    }
}

fn fields() -> String {
    format!("there are {}", FIELDS.map(|(name, _)| name).join(", "))
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "vars.{name}"),
            Self::Environment => f.write_str("plan.environment"),
            Self::Host => f.write_str("plan.host"),
            Self::Step { step, label, field } => {
                match step {
                    Some(step) => write!(f, "steps.{step}.")?,
                    None => f.write_str("self.")?,
                }
                if let Some(label) = label {
                    write!(f, "{label}.")?;
                }
                let name = FIELDS.iter().find(|(_, own)| own == field).map_or("", |(name, _)| name);
                f.write_str(name)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_written() {
        for text in [
            "vars.port",
            "plan.environment",
            "plan.host",
            "steps.a-1.stdout",
            "steps.a.b.status",
            "self.failed",
        ] {
            assert_eq!(Reference::parse(text).unwrap().to_string(), text);
        }
        for (text, why) in [
            ("vars.", "refers to nothing"),
            ("vars.a.b", "refers to nothing"),
            ("steps.a", "names no field"),
            ("steps.a.out", "there are stdout, stderr, status, succeeded, failed, skipped"),
            ("steps.a.b.c.d", "names no field"),
            ("plan.name", "refers to nothing"),
        ] {
            let error = Reference::parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
