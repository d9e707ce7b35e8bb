//! Edits of the user's files: each with a copy of what was there, so that it can be taken back.
//!
//! An edit is two files in the state directory, `N.json` and `N.before`. A file is replaced whole by renaming a new
//! one over it, with its mode and owner; never one that has changed since it was looked at. Taking an edit back is
//! an edit itself.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use agents::{Stamp, sha256};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::files;

/// How many edits are kept, and for how long.
const KEPT: usize = 200;
const DAYS: i64 = 30;

/// The edits that can be taken back.
#[derive(Debug, Clone)]
pub(crate) struct Edits {
    directory: PathBuf,
}

/// An edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Edit {
    pub(crate) number: u64,
    pub(crate) path: PathBuf,
    /// When, in seconds since 1970.
    time: i64,
    /// Whether there was a file before.
    existed: bool,
    /// The SHA-256 of what the edit wrote.
    written: String,
}

/// Why an edit was not taken back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotUndone {
    /// There is none of that number, or none at all.
    #[error("there is no such edit; awes undo list shows those that can be taken back")]
    Unknown,
    /// The file is not as the edit left it.
    #[error("{path} was changed after edit {number}; awes undo {number} anyway overwrites that", path = path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// The edit.
        number: u64,
    },
    /// It could not be read or written.
    #[error(transparent)]
    Failed(#[from] io::Error),
}

impl Edits {
    /// Those kept in this directory.
    pub(crate) fn new(state: &Path) -> Self {
        Self { directory: state.join("edits") }
    }

    /// Replaces what is in a file, given by its real path; `before` is what was found there, and as what file. The
    /// old content is kept first.
    pub(crate) fn apply(
        &self,
        path: &Path,
        before: Option<(&[u8], Stamp)>,
        after: &[u8],
    ) -> io::Result<Edit> {
        let edit = self.keep(path, before.map(|(content, _)| content), after)?;
        let written = write(path, before.map(|(_, stamp)| stamp), after);
        if written.is_err() {
            // Nothing was changed, so there is nothing to take back.
            let _ = self.remove(edit.number);
        }
        written.map(|()| edit)
    }

    /// Takes an edit back, the last if none is named; `anyway`, also where the file was changed since.
    pub(crate) fn undo(&self, number: Option<u64>, anyway: bool) -> Result<Edit, NotUndone> {
        let edits = self.all()?;
        let edit = match number {
            Some(number) => edits.into_iter().find(|edit| edit.number == number),
            None => edits.into_iter().next_back(),
        };
        let edit = edit.ok_or(NotUndone::Unknown)?;
        let before = fs::read(self.file(edit.number, "before"))?;
        let now = match fs::read(&edit.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            read => Some((read?, Stamp::of(&fs::metadata(&edit.path)?))),
        };
        let is_as_left = now.as_ref().is_some_and(|(content, _)| sha256(content) == edit.written);
        if !is_as_left && !anyway {
            return Err(NotUndone::Changed { path: edit.path, number: edit.number });
        }
        let now = now.as_ref().map(|(content, stamp)| (content.as_slice(), *stamp));
        if edit.existed {
            self.apply(&edit.path, now, &before)?;
        } else if let Some((content, _)) = now {
            self.keep(&edit.path, Some(content), b"")?;
            fs::remove_file(&edit.path)?;
        }
        self.remove(edit.number)?;
        Ok(edit)
    }

    /// Those that can be taken back, oldest first.
    pub(crate) fn all(&self) -> io::Result<Vec<Edit>> {
        let entries = match fs::read_dir(&self.directory) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let paths = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension() == Some("json".as_ref()));
        let read = |path: PathBuf| serde_json::from_slice(&fs::read(path).ok()?).ok();
        let mut edits: Vec<Edit> = paths.filter_map(read).collect();
        edits.sort_by_key(|edit| edit.number);
        Ok(edits)
    }

    fn keep(&self, path: &Path, before: Option<&[u8]>, after: &[u8]) -> io::Result<Edit> {
        let edits = self.prune()?;
        let number = edits.last().map_or(1, |edit| edit.number + 1);
        let (time, existed) = (Timestamp::now().as_second(), before.is_some());
        let edit = Edit { number, path: path.to_owned(), time, existed, written: sha256(after) };
        files::replace(&self.file(number, "before"), before.unwrap_or_default())?;
        files::replace(&self.file(number, "json"), &serde_json::to_vec(&edit)?)?;
        Ok(edit)
    }

    /// Forgets what is too old, or too much.
    fn prune(&self) -> io::Result<Vec<Edit>> {
        let mut edits = self.all()?;
        let oldest = (Timestamp::now() - (DAYS * 24).hours()).as_second();
        let surplus = (edits.len() + 1).saturating_sub(KEPT);
        let old = edits.iter().take_while(|edit| edit.time < oldest).count();
        for edit in edits.drain(..surplus.max(old).min(edits.len())) {
            self.remove(edit.number)?;
        }
        Ok(edits)
    }

    fn remove(&self, number: u64) -> io::Result<()> {
        fs::remove_file(self.file(number, "json"))?;
        fs::remove_file(self.file(number, "before"))
    }

    fn file(&self, number: u64, ending: &str) -> PathBuf {
        self.directory.join(format!("{number}.{ending}"))
    }
}

impl Edit {
    /// In one line.
    pub(crate) fn line(&self) -> String {
        let time = Timestamp::from_second(self.time).unwrap_or_default().to_zoned(TimeZone::system());
        let what = if self.existed { "changed" } else { "created" };
        format!("{:3}  {}  {what} {}\n", self.number, time.strftime("%F %T"), self.path.display())
    }
}

/// Replaces a file that is still what it was, or makes one that is not there.
fn write(path: &Path, before: Option<Stamp>, after: &[u8]) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(path.parent().unwrap_or(Path::new("/")))?;
    file.write_all(after)?;
    let Some(stamp) = before else {
        file.as_file().set_permissions(Permissions::from_mode(0o644))?;
        file.as_file().sync_all()?;
        return file.persist_noclobber(path).map(drop::<File>).map_err(|error| error.error);
    };
    let old = fs::metadata(path)?;
    if Stamp::of(&old) != stamp {
        return Err(io::Error::other("it was changed meanwhile"));
    }
    if old.nlink() > 1 {
        return Err(io::Error::other("it has several names (hard links), and only one would be changed"));
    }
    let new = file.as_file().metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        fchown(file.as_file(), Some(old.uid()), Some(old.gid()))?;
    }
    file.as_file().set_permissions(old.permissions())?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop::<File>).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (tempfile::TempDir, Edits, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let edits = Edits::new(&directory.path().join("state"));
        let path = directory.path().join("file");
        (directory, edits, path)
    }

    fn apply(edits: &Edits, path: &Path, after: &str) -> io::Result<Edit> {
        let before = fs::read(path).ok().map(|content| (content, Stamp::of(&fs::metadata(path).unwrap())));
        edits.apply(
            path,
            before.as_ref().map(|(content, stamp)| (content.as_slice(), *stamp)),
            after.as_bytes(),
        )
    }

    #[test]
    fn an_edit_is_taken_back_and_that_too() {
        let (_directory, edits, path) = place();
        assert!(matches!(edits.undo(None, false), Err(NotUndone::Unknown)));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o751)).unwrap();
        apply(&edits, &path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o751);
        edits.undo(None, false).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        edits.undo(None, false).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(edits.all().unwrap().len(), 1);
    }

    #[test]
    fn a_new_file_is_removed_and_can_be_had_again() {
        let (_directory, edits, path) = place();
        let edit = apply(&edits, &path, "new").unwrap();
        assert!(edit.line().contains("created"), "{}", edit.line());
        edits.undo(Some(edit.number), false).unwrap();
        assert!(!path.exists());
        edits.undo(None, true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn what_was_changed_since_is_overwritten_only_if_said_so_and_even_then_kept() {
        let (_directory, edits, path) = place();
        fs::write(&path, "old").unwrap();
        let edit = apply(&edits, &path, "new").unwrap();
        fs::write(&path, "the user's own").unwrap();
        let refused = edits.undo(None, false).unwrap_err();
        assert!(refused.to_string().contains("awes undo 1 anyway"), "{refused}");
        edits.undo(Some(edit.number), true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        edits.undo(None, false).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "the user's own");
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let (directory, edits, path) = place();
        fs::write(&path, "old").unwrap();
        let stamp = Stamp::of(&fs::metadata(&path).unwrap());
        fs::write(&path, "changed").unwrap();
        assert!(edits.apply(&path, Some((b"old", stamp)), b"new").is_err());
        assert!(edits.apply(&path, None, b"new").is_err());
        fs::hard_link(&path, directory.path().join("other")).unwrap();
        assert!(apply(&edits, &path, "new").unwrap_err().to_string().contains("several names"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "changed");
        assert_eq!(edits.all().unwrap(), []);
    }

    #[test]
    fn old_edits_are_forgotten() {
        let (_directory, edits, path) = place();
        for number in 0..KEPT + 3 {
            apply(&edits, &path, &number.to_string()).unwrap();
        }
        let all = edits.all().unwrap();
        assert_eq!((all.len(), all[0].number), (KEPT, 4));
        let old = Edit { time: 0, ..all[0].clone() };
        fs::write(edits.file(4, "json"), serde_json::to_vec(&old).unwrap()).unwrap();
        apply(&edits, &path, "last").unwrap();
        assert_eq!(edits.all().unwrap()[0].number, 5);
        assert_eq!(fs::read_dir(&edits.directory).unwrap().count(), 2 * KEPT);
    }
}
