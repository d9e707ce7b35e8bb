//! What is done with a damaged file: it is kept under another name, for a new one to begin.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags};

/// Whether an error says that the file is damaged.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Sets the file aside with its journal, which belongs to no other; where it is then. None where another process has
/// done so by now.
pub(super) fn set(path: &Path) -> io::Result<Option<PathBuf>> {
    let lock = OpenOptions::new().append(true).create(true).mode(0o600).open(beside(path, ".lock"))?;
    lock.lock()?;
    if is_sound(path) {
        return Ok(None);
    }
    let kept = beside(path, &format!(".damaged-{}", Timestamp::now().strftime("%Y%m%dT%H%M%S%3fZ")));
    match fs::rename(path, &kept) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        moved => moved?,
    }
    match fs::rename(beside(path, "-journal"), beside(&kept, "-journal")) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(Some(kept)),
    }
}

/// Whether every page of the file holds together.
fn is_sound(path: &Path) -> bool {
    let check = || -> rusqlite::Result<bool> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(super::PATIENCE)?;
        connection.query_row("PRAGMA quick_check(1)", [], |row| Ok(row.get::<_, String>(0)? == "ok"))
    };
    match check() {
        Ok(sound) => sound,
        // What cannot be looked at now is not known to be damaged.
        Err(error) => !is_damage(&error),
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
