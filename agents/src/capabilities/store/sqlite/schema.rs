//! The tables of the file, and their version.

use rusqlite::{Connection, TransactionBehavior};
use thiserror::Error;

/// The version of the tables, in the file's `user_version`.
const VERSION: i64 = 1;

/// `words` has the words of a kind and no copy of its text; it is found by the same row as the kind.
const TABLES: &str = "
    CREATE TABLE clusters (
        id TEXT PRIMARY KEY,
        context TEXT NOT NULL,
        server TEXT NOT NULL
    ) STRICT;
    CREATE TABLE kinds (
        row INTEGER PRIMARY KEY,
        cluster TEXT NOT NULL REFERENCES clusters (id),
        name TEXT NOT NULL,
        learned_at TEXT NOT NULL,
        learned TEXT NOT NULL,
        UNIQUE (cluster, name)
    ) STRICT;
    CREATE TABLE vectors (
        row INTEGER PRIMARY KEY REFERENCES kinds (row) ON DELETE CASCADE,
        model TEXT NOT NULL,
        cosines BLOB NOT NULL
    ) STRICT;
    CREATE VIRTUAL TABLE words USING fts5 (
        capabilities, names, providers, use_case, description,
        content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
    );
";

/// Why the file cannot be used.
#[derive(Debug, Error)]
pub(super) enum Trouble {
    /// SQLite says so.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// Its tables are not known here.
    #[error("its version is {0}, of a newer awesh; this one knows {VERSION}")]
    Newer(i64),
}

/// Makes the tables where there are none.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), Trouble> {
    if version(connection)? == VERSION {
        return Ok(());
    }
    // Another process may be making them.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match version(&transaction)? {
        0 => {
            transaction.execute_batch(TABLES)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            Ok(transaction.commit()?)
        }
        VERSION => Ok(()),
        newer => Err(Trouble::Newer(newer)),
    }
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}
