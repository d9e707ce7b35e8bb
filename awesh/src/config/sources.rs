//! The layers that do not change while the shell runs: the two files, read once, and the flags.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::problem::{Origin, Problem};
use super::resolve::PROVIDERS_OWN;
use super::table::{self, Name};
use super::value::Raw;
use super::{Config, aweshrc, toml_file};

/// A settings file is a page, not a device and not a disk image.
const SIZE_LIMIT: u64 = 1 << 20;

/// Where the settings files are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// `config.toml`
    pub config: Option<PathBuf>,
    /// `~/.aweshrc`
    pub aweshrc: Option<PathBuf>,
}

impl Files {
    /// The usual places, by HOME and XDG_CONFIG_HOME (which counts only where absolute, as XDG has it).
    pub fn locate(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let home = lookup("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
        let xdg = lookup("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let config = xdg.or_else(|| home.as_ref().map(|home| home.join(".config")));
        Self {
            config: config.map(|directory| directory.join("awesh/config.toml")),
            aweshrc: home.map(|home| home.join(".aweshrc")),
        }
    }
}

/// One value that a layer gives.
pub(super) struct Entry {
    pub(super) name: Name,
    pub(super) raw: Raw,
    pub(super) origin: Origin,
    pub(super) line: Option<usize>,
}

impl Entry {
    /// What a variable gives. An empty one is as good as not set.
    pub(super) fn of_variable(
        name: Name,
        value: String,
        origin: Origin,
        line: Option<usize>,
    ) -> Option<Self> {
        let raw = match name {
            _ if value.is_empty() => return None,
            // NO_COLOR means off, whatever its value.
            Name::Setting(setting) if setting.environment.contains(&"NO_COLOR") => Raw::Switch(false),
            Name::Setting(_) | Name::Vendor(_) => Raw::Text(value),
        };
        Some(Self { name, raw, origin, line })
    }
}

/// The files as read, and the flags.
#[derive(Default)]
pub struct Sources {
    pub(super) config: Vec<Entry>,
    pub(super) aweshrc: Vec<Entry>,
    pub(super) flags: Vec<Entry>,
    pub(super) problems: Vec<Problem>,
}

impl Sources {
    /// Reads the files that are there.
    pub fn read(files: &Files) -> Self {
        let mut problems = Vec::new();
        let mut layer = |path: &Option<PathBuf>, parse: Parser| match path {
            Some(path) => match read(path, &mut problems) {
                Some(text) => parse(&text, path, &mut problems),
                None => Vec::new(),
            },
            None => Vec::new(),
        };
        let config = layer(&files.config, toml_file::parse);
        let aweshrc = layer(&files.aweshrc, aweshrc::parse);
        Self { config, aweshrc, flags: Vec::new(), problems }
    }

    /// Sets a setting above all layers, as a flag or one of awesh's own commands does; `value` is written as
    /// in the environment. The last value for a key holds.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), Problem> {
        let origin = Origin::Flag;
        let Some(setting) = table::by_key(key) else {
            return Err(Problem { origin, line: None, what: format!("no such setting: {key}"), hint: None });
        };
        let raw = Raw::Text(value.to_owned());
        if let Err(what) = setting.field.set(&mut Config::default(), &raw) {
            return Err(Problem { origin, line: None, what: format!("{key} {what}"), hint: None });
        }
        if key == "ai.provider" {
            // What was set for the one before is not the new one's.
            self.flags.retain(
                |entry| !matches!(entry.name, Name::Setting(own) if PROVIDERS_OWN.contains(&own.key)),
            );
        }
        self.flags.push(Entry { name: Name::Setting(setting), raw, origin, line: None });
        Ok(())
    }
}

type Parser = fn(&str, &Path, &mut Vec<Problem>) -> Vec<Entry>;

/// The file's text without the lines that are not UTF-8; none where there is no file.
fn read(path: &Path, problems: &mut Vec<Problem>) -> Option<String> {
    let bytes = match read_bytes(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            problems.push(in_file(path, None, format!("cannot be read: {error}")));
            return None;
        }
    };
    let mut text = String::with_capacity(bytes.len());
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        match str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => {
                text.push('\n');
                problems.push(in_file(
                    path,
                    Some(index + 1),
                    "not UTF-8; the line is passed over".to_owned(),
                ));
            }
        }
    }
    Some(text)
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    // Looked at before it is opened: opening a FIFO waits for its writer.
    let meta = fs::metadata(path)?;
    if !meta.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    if meta.len() > SIZE_LIMIT {
        return Err(io::Error::other("larger than 1 MiB"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(SIZE_LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A problem with a file.
pub(super) fn in_file(path: &Path, line: Option<usize>, what: String) -> Problem {
    Problem { origin: Origin::File(path.to_owned()), line, what, hint: None }
}
