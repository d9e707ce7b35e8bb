//! What the store keeps and finds, as statements.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, Statement, Transaction, TransactionBehavior, params};

use super::super::super::{Cluster, Kind, Learned};
use super::super::fusion::fuse;
use super::super::indexed::Indexed;
use super::super::{Entry, Fit, Found, Query, Scanned, Vector, candidates};

/// Keeps entries and forgets what is gone, all or nothing.
pub(super) fn replace(
    connection: &mut Connection,
    cluster: &Cluster,
    learned: &[Entry],
    gone: &[Kind],
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let id = cluster.id();
    transaction.execute(
        "INSERT INTO clusters (id, context, server) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET context = excluded.context, server = excluded.server",
        params![id, cluster.context, cluster.server],
    )?;
    for entry in learned {
        forget(&transaction, &id, &entry.learned.kind)?;
        keep(&transaction, &id, entry)?;
    }
    for kind in gone {
        forget(&transaction, &id, kind)?;
    }
    transaction.execute("DELETE FROM clusters WHERE id NOT IN (SELECT cluster FROM kinds)", [])?;
    transaction.commit()
}

fn keep(transaction: &Transaction<'_>, cluster: &str, entry: &Entry) -> rusqlite::Result<()> {
    let learned = &entry.learned;
    transaction.execute(
        "INSERT INTO kinds (cluster, name, learned_at, learned) VALUES (?1, ?2, ?3, ?4)",
        params![cluster, learned.kind.to_string(), learned.learned_at.to_string(), json(learned)?],
    )?;
    let row = transaction.last_insert_rowid();
    let indexed = Indexed::of(learned);
    let [capabilities, names, providers, use_case, description] = indexed.fields();
    transaction.execute(
        "INSERT INTO words (rowid, capabilities, names, providers, use_case, description)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![row, capabilities, names, providers, use_case, description],
    )?;
    if let Some(meaning) = &entry.meaning {
        transaction.execute(
            "INSERT INTO vectors (row, model, cosines) VALUES (?1, ?2, ?3)",
            params![row, meaning.model, meaning.to_bytes()],
        )?;
    }
    Ok(())
}

fn forget(transaction: &Transaction<'_>, cluster: &str, kind: &Kind) -> rusqlite::Result<()> {
    let row: Option<i64> = transaction
        .query_row(
            "DELETE FROM kinds WHERE cluster = ?1 AND name = ?2 RETURNING row",
            params![cluster, kind.to_string()],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(row) = row {
        transaction.execute("DELETE FROM words WHERE rowid = ?1", [row])?;
    }
    Ok(())
}

/// What fits a query.
pub(super) fn search(connection: &mut Connection, query: &Query) -> rusqlite::Result<Vec<Found>> {
    // One state of the file, whatever is written meanwhile.
    let reading = connection.transaction()?;
    let clusters = query.clusters.as_ref().map(|clusters| {
        let ids: Vec<String> = clusters.iter().map(Cluster::id).collect();
        serde_json::Value::from(ids).to_string()
    });
    if query.terms.is_empty() && query.meaning.is_none() {
        return everything(&reading, clusters.as_deref(), query.limit);
    }
    let most = candidates(query.limit);
    let by_words = by_words(&reading, query, clusters.as_deref(), most)?;
    let mut rankings = vec![by_words.iter().map(|(row, _)| *row).collect()];
    if let Some(meaning) = &query.meaning {
        rankings.push(by_meaning(&reading, meaning, clusters.as_deref(), most)?);
    }
    let mut statement = reading.prepare(
        "SELECT context, server, learned FROM kinds JOIN clusters ON clusters.id = kinds.cluster WHERE row = ?1",
    )?;
    let every: HashSet<i64> = by_words.iter().filter(|(_, every)| *every).map(|(row, _)| *row).collect();
    let some: HashSet<i64> = by_words.iter().map(|(row, _)| *row).collect();
    let fit = |row: &i64| match row {
        row if every.contains(row) => Fit::EveryTerm,
        row if some.contains(row) => Fit::SomeTerms,
        _ => Fit::Meaning,
    };
    let ranked = fuse(&rankings);
    ranked
        .iter()
        .take(query.limit)
        .map(|row| statement.query_row([row], |found| read(found, fit(row))))
        .collect()
}

fn everything(connection: &Connection, clusters: Option<&str>, limit: usize) -> rusqlite::Result<Vec<Found>> {
    let mut statement = connection.prepare(
        "SELECT context, server, learned FROM kinds JOIN clusters ON clusters.id = kinds.cluster
         WHERE ?1 IS NULL OR cluster IN (SELECT value FROM json_each(?1))
         ORDER BY context, cluster, name LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found = statement.query_map(params![clusters, limit], |row| read(row, Fit::EveryTerm))?;
    found.collect()
}

/// The rows that say something of what was asked, and whether they say all of it: those first.
fn by_words(
    connection: &Connection,
    query: &Query,
    clusters: Option<&str>,
    most: usize,
) -> rusqlite::Result<Vec<(i64, bool)>> {
    if query.terms.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare(
        "SELECT words.rowid FROM words JOIN kinds ON kinds.row = words.rowid
         WHERE words MATCH ?1 AND (?2 IS NULL OR cluster IN (SELECT value FROM json_each(?2)))
         ORDER BY bm25(words, 6.0, 4.0, 4.0, 2.0, 1.0), words.rowid LIMIT ?3",
    )?;
    let mut rows = |joint: &str| ranked(&mut statement, &expression(query, joint), clusters, most);
    let every = rows(" AND ")?;
    let known: HashSet<i64> = every.iter().copied().collect();
    let some = if every.len() < most { rows(" OR ")? } else { Vec::new() };
    let some = some.into_iter().filter(|row| !known.contains(row)).map(|row| (row, false));
    Ok(every.iter().map(|row| (*row, true)).chain(some).collect())
}

fn ranked(
    statement: &mut Statement<'_>,
    expression: &str,
    clusters: Option<&str>,
    most: usize,
) -> rusqlite::Result<Vec<i64>> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    statement.query_map(params![expression, clusters, most], |row| row.get(0))?.collect()
}

/// The terms in the language of FTS5: nothing but letters and digits in quotes, so that none means anything in it.
fn expression(query: &Query, joint: &str) -> String {
    let group = |words: &Vec<String>| {
        let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        format!("({})", words.join(" OR "))
    };
    query.terms.groups().iter().map(group).collect::<Vec<_>>().join(joint)
}

/// The rows whose meaning is nearest, by a look at each: of thousands that takes milliseconds.
fn by_meaning(
    connection: &Connection,
    meaning: &Vector,
    clusters: Option<&str>,
    most: usize,
) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare(
        "SELECT vectors.row, cosines FROM vectors JOIN kinds ON kinds.row = vectors.row
         WHERE model = ?1 AND (?2 IS NULL OR cluster IN (SELECT value FROM json_each(?2)))",
    )?;
    let mut rows = statement.query(params![meaning.model, clusters])?;
    let mut near: Vec<(f32, i64)> = Vec::new();
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(1)?.as_blob().unwrap_or_default();
        if let Some(nearness) = meaning.nearness(bytes) {
            near.push((nearness, row.get(0)?));
        }
    }
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    Ok(near.into_iter().take(most).map(|(_, row)| row).collect())
}

/// Under which key each kind of a cluster is known.
pub(super) fn keys(connection: &mut Connection, cluster: &Cluster) -> rusqlite::Result<Vec<(Kind, String)>> {
    let mut statement = connection.prepare("SELECT learned FROM kinds WHERE cluster = ?1 ORDER BY name")?;
    let keys = statement.query_map([cluster.id()], |row| {
        let learned = learned(row, 0)?;
        Ok((learned.kind, learned.key))
    })?;
    keys.collect()
}

/// The clusters of which something is known.
pub(super) fn clusters(connection: &mut Connection) -> rusqlite::Result<Vec<Scanned>> {
    let mut statement = connection.prepare(
        "SELECT context, server, count(*), max(learned_at) FROM kinds JOIN clusters ON clusters.id = kinds.cluster
         GROUP BY clusters.id ORDER BY context, clusters.id",
    )?;
    let scanned = statement.query_map([], |row| {
        let learned_at: String = row.get(3)?;
        Ok(Scanned {
            cluster: cluster(row)?,
            kinds: usize::try_from(row.get::<_, i64>(2)?).unwrap_or_default(),
            learned_at: learned_at.parse().map_err(|error| unreadable(3, error))?,
        })
    })?;
    scanned.collect()
}

fn cluster(row: &Row<'_>) -> rusqlite::Result<Cluster> {
    Ok(Cluster { context: row.get(0)?, server: row.get(1)? })
}

fn read(row: &Row<'_>, fit: Fit) -> rusqlite::Result<Found> {
    Ok(Found { cluster: cluster(row)?, learned: learned(row, 2)?, fit })
}

fn learned(row: &Row<'_>, column: usize) -> rusqlite::Result<Learned> {
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|error| unreadable(column, error))
}

fn json(learned: &Learned) -> rusqlite::Result<String> {
    serde_json::to_string(learned).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}
