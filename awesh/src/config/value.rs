//! A setting's value as it was written, and its way into the [`Config`].

use awesh_protocol::Secret;

use super::Config;

/// A value as a layer has it. The environment and `~/.aweshrc` know texts only.
#[derive(Clone, PartialEq)]
pub(super) enum Raw {
    Text(String),
    Switch(bool),
    Number(i64),
    List(Vec<String>),
    /// A kind of TOML value that no setting has.
    Other,
}

/// Where a setting's value goes, and so what it may be.
pub(super) enum Field {
    Text(fn(&mut Config) -> &mut Option<String>),
    Secret(fn(&mut Config) -> &mut Option<Secret>),
    Switch(fn(&mut Config) -> &mut bool),
    Level(fn(&mut Config) -> &mut u8),
    Count(fn(&mut Config) -> &mut usize),
    List(fn(&mut Config) -> &mut Vec<String>),
    /// A list whose items have blanks in them.
    Rules(fn(&mut Config) -> &mut Vec<String>),
    Choice {
        names: &'static [&'static str],
        /// Takes an index into `names`.
        set: fn(&mut Config, usize),
    },
}

impl Field {
    /// Puts the value in its place; or says what it must be.
    pub(super) fn set(&self, config: &mut Config, raw: &Raw) -> Result<(), String> {
        let expected = || format!("must be {}", self.kind());
        match self {
            Self::Text(field) => *field(config) = Some(text(raw).ok_or_else(expected)?.to_owned()),
            Self::Secret(field) => *field(config) = Some(Secret::new(text(raw).ok_or_else(expected)?)),
            Self::Switch(field) => *field(config) = switch(raw).ok_or_else(expected)?,
            Self::Level(field) => *field(config) = level(raw).ok_or_else(expected)?,
            Self::Count(field) => *field(config) = count(raw).ok_or_else(expected)?,
            Self::List(field) => *field(config) = list(raw).ok_or_else(expected)?,
            Self::Rules(field) => *field(config) = rules(raw).ok_or_else(expected)?,
            Self::Choice { names, set } => {
                let word = text(raw).ok_or_else(expected)?;
                set(config, names.iter().position(|name| *name == word).ok_or_else(expected)?);
            }
        }
        Ok(())
    }

    /// What a value of this setting is, in words.
    pub(super) fn kind(&self) -> String {
        match self {
            Self::Text(_) | Self::Secret(_) => "a text".to_owned(),
            Self::Switch(_) => "true or false".to_owned(),
            Self::Level(_) => "0, 1 or 2".to_owned(),
            Self::Count(_) => "a number".to_owned(),
            Self::List(_) => "a list of texts".to_owned(),
            Self::Rules(_) => "a list of texts (in the environment with ; between them)".to_owned(),
            Self::Choice { names, .. } => names.join(" or "),
        }
    }
}

fn text(raw: &Raw) -> Option<&str> {
    match raw {
        Raw::Text(text) if !text.is_empty() && !text.contains(char::is_control) => Some(text),
        _ => None,
    }
}

fn switch(raw: &Raw) -> Option<bool> {
    match raw {
        Raw::Switch(on) => Some(*on),
        Raw::Text(text) => match text.as_str() {
            "1" | "true" | "yes" | "on" => Some(true),
            "0" | "false" | "no" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn level(raw: &Raw) -> Option<u8> {
    match raw {
        Raw::Number(level) => u8::try_from(*level).ok(),
        Raw::Text(text) => text.parse().ok().or_else(|| switch(raw).map(u8::from)),
        _ => switch(raw).map(u8::from),
    }
    .filter(|level| *level <= 2)
}

fn count(raw: &Raw) -> Option<usize> {
    match raw {
        Raw::Number(count) => usize::try_from(*count).ok(),
        Raw::Text(text) => text.parse().ok(),
        _ => None,
    }
}

/// A list is a TOML array, or words with commas or blanks between them.
fn list(raw: &Raw) -> Option<Vec<String>> {
    match raw {
        Raw::List(items) => Some(items.clone()),
        Raw::Text(text) => Some(
            text.split(|c: char| c == ',' || c.is_whitespace())
                .filter(|item| !item.is_empty())
                .map(str::to_owned)
                .collect(),
        ),
        _ => None,
    }
}

/// As [`list`], but the words of one item have blanks between them.
fn rules(raw: &Raw) -> Option<Vec<String>> {
    match raw {
        Raw::List(items) => Some(items.clone()),
        Raw::Text(text) => {
            let items = text.split(';').map(str::trim).filter(|item| !item.is_empty());
            Some(items.map(str::to_owned).collect())
        }
        _ => None,
    }
}
