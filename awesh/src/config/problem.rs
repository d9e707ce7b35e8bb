//! What is wrong with a setting, where it stands, and what to do about it. A problem never holds the value of
//! a key: it is going to be shown.

use std::fmt;
use std::path::PathBuf;

/// Where a setting stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In a file.
    File(PathBuf),
    /// In an environment variable of this name.
    Environment(&'static str),
    /// In a flag, or set by one of awesh's own commands.
    Flag,
}

/// Something is wrong with a setting. The setting is passed over; the others hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands.
    pub origin: Origin,
    /// The line in the file, counted from 1, where there is one.
    pub line: Option<usize>,
    /// What is wrong, in a sentence without a full stop.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::File(path) => write!(f, "{}", path.display())?,
            Origin::Environment(name) => f.write_str(name)?,
            Origin::Flag => f.write_str("flag")?,
        }
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// `did you mean …?`, where one of the known names is near enough to be meant.
pub(super) fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    // Names are compared as a whole: a file can hold a word of any length.
    if name.len() > 64 {
        return None;
    }
    let near = known.map(|known| (strsim::osa_distance(name, known), known)).min()?;
    (near.0 <= 1 + name.len() / 4).then(|| format!("did you mean {}?", near.1))
}
