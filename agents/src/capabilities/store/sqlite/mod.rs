//! The default store: one SQLite file of the user's own, with full-text search.
//!
//! Every shell and every scan opens the file for as long as one operation takes. The journal is a rollback journal:
//! write-ahead logs need shared memory, which a home on a network file system does not have, and writes are few.
//! A file that is damaged is set [`aside`], never overwritten.

mod aside;
mod rows;
mod schema;

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use awesh_protocol::FailureKind;
use rusqlite::{Connection, OpenFlags};

use super::super::{Cluster, Kind};
use super::{Entry, Found, Query, Scanned, Store};
use crate::agent::Failure;
use schema::Trouble;

/// How long another process may hold the file; a scan writes for milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// The store in a file.
#[derive(Debug, Clone)]
pub struct Sqlite {
    path: PathBuf,
    /// What became of a damaged file, until it is told.
    remark: Arc<Mutex<Option<String>>>,
}

impl Sqlite {
    /// The store in awesh's state directory.
    pub fn in_state(state: &Path) -> Self {
        Self { path: state.join("capabilities.sqlite"), remark: Arc::default() }
    }

    /// Does something with the file, on a thread that may wait for it. A damaged one is set aside, and it is done again
    /// with a new one.
    async fn with<T: Send + 'static>(
        &self,
        operation: impl Fn(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let store = self.clone();
        let done = tokio::task::spawn_blocking(move || store.blocking(&operation)).await;
        done.unwrap_or_else(|error| Err(Failure::new(FailureKind::Internal, error.to_string())))
    }

    fn blocking<T>(&self, operation: &dyn Fn(&mut Connection) -> rusqlite::Result<T>) -> Result<T, Failure> {
        let attempt = || Ok(operation(&mut open(&self.path)?)?);
        let error = match attempt() {
            Err(Trouble::Sqlite(error)) if aside::is_damage(&error) => error,
            done => return done.map_err(|trouble| self.failure(&trouble)),
        };
        let kept = aside::set(&self.path).map_err(|io| {
            let message =
                format!("{} is damaged ({error}) and cannot be set aside: {io}.", self.path.display());
            Failure::new(FailureKind::Settings, message).hint("Move it away, then run `awesh scan`.")
        })?;
        if let Some(kept) = kept {
            let remark = format!(
                "{} was damaged ({error}); it is kept as {}. Run `awesh scan` to learn it anew.",
                self.path.display(),
                kept.display()
            );
            *self.remark.lock().unwrap_or_else(PoisonError::into_inner) = Some(remark);
        }
        attempt().map_err(|trouble| self.failure(&trouble))
    }

    fn failure(&self, trouble: &Trouble) -> Failure {
        use rusqlite::ErrorCode::{CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, ReadOnly};
        let code = match trouble {
            Trouble::Sqlite(error) => error.sqlite_error_code(),
            Trouble::Newer(_) => None,
        };
        let (what, hint) = match code {
            Some(DatabaseBusy | DatabaseLocked) => {
                ("is in use by another process for too long", "Try again in a moment.")
            }
            Some(DiskFull) => ("cannot be written", "Make room on its disk, then try again."),
            Some(CannotOpen | ReadOnly) => {
                ("cannot be opened for writing", "Look at the permissions of its directory.")
            }
            _ => ("cannot be used", "Move it away and run `awesh scan`; or take the awesh that wrote it."),
        };
        let message = format!("{} {what}: {trouble}.", self.path.display());
        Failure::new(FailureKind::Settings, message).hint(hint)
    }
}

/// Opens the file as its owner's alone, made if it is not there.
fn open(path: &Path) -> Result<Connection, Trouble> {
    let refused = |error: std::io::Error| {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN);
        rusqlite::Error::SqliteFailure(code, Some(error.to_string()))
    };
    if let Some(directory) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(refused)?;
    }
    // SQLite itself would make it readable by others.
    OpenOptions::new().append(true).create(true).mode(0o600).open(path).map_err(refused)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    schema::prepare(&mut connection)?;
    Ok(connection)
}

#[async_trait]
impl Store for Sqlite {
    async fn replace(&self, cluster: &Cluster, learned: &[Entry], gone: &[Kind]) -> Result<(), Failure> {
        let (cluster, learned, gone) = (cluster.clone(), learned.to_vec(), gone.to_vec());
        self.with(move |connection| rows::replace(connection, &cluster, &learned, &gone)).await
    }

    async fn search(&self, query: &Query) -> Result<Vec<Found>, Failure> {
        let query = query.clone();
        self.with(move |connection| rows::search(connection, &query)).await
    }

    async fn keys(&self, cluster: &Cluster) -> Result<Vec<(Kind, String)>, Failure> {
        let cluster = cluster.clone();
        self.with(move |connection| rows::keys(connection, &cluster)).await
    }

    async fn clusters(&self) -> Result<Vec<Scanned>, Failure> {
        self.with(rows::clusters).await
    }

    fn remark(&self) -> Option<String> {
        self.remark.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests;
