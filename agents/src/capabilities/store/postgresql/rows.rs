//! What the store keeps and finds, as statements.

use std::collections::HashMap;

use thiserror::Error;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row};

use super::super::super::{Cluster, Kind, Learned};
use super::super::fusion::fuse;
use super::super::indexed::Indexed;
use super::super::{Entry, Fit, Found, Query, Scanned, Terms, Vector, candidates};

/// What can go wrong.
#[derive(Debug, Error)]
pub(super) enum Trouble {
    /// The server, or the way to it.
    #[error(transparent)]
    Server(#[from] tokio_postgres::Error),
    /// What it holds.
    #[error(transparent)]
    Foreign(#[from] serde_json::Error),
}

/// The tables on one connection.
pub(super) struct Rows {
    pub(super) client: Client,
    /// Whether there are meanings.
    pub(super) has_vectors: bool,
}

/// The cluster and name of a kind.
type Id = (String, String);

/// Words by their weight: `ts_rank` knows four.
const KEEP: &str = "
    INSERT INTO kinds (cluster, name, context, server, learned_at, learned, words)
    SELECT $1, name, $2, $3, learned_at::timestamptz, learned,
        setweight(to_tsvector('english', capabilities), 'A') || setweight(to_tsvector('english', names), 'B')
        || setweight(to_tsvector('english', use_case), 'C') || setweight(to_tsvector('english', description), 'D')
    FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
        AS said (name, learned_at, learned, capabilities, names, use_case, description)";

impl Rows {
    /// Keeps entries and forgets what is gone, all or nothing.
    pub(super) async fn replace(
        &mut self,
        cluster: &Cluster,
        learned: &[Entry],
        gone: &[Kind],
    ) -> Result<(), Trouble> {
        let id = cluster.id();
        let kinds = gone.iter().chain(learned.iter().map(|entry| &entry.learned.kind));
        let names: Vec<String> = kinds.map(Kind::to_string).collect();
        let transaction = self.client.transaction().await?;
        // Two that write the same cluster do so one after the other.
        transaction.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", &[&id]).await?;
        transaction
            .execute("DELETE FROM kinds WHERE cluster = $1 AND name = ANY ($2)", &[&id, &names])
            .await?;
        let columns = columns(learned)?;
        let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![&id, &cluster.context, &cluster.server];
        parameters.extend(columns.iter().map(|column| column as &(dyn ToSql + Sync)));
        transaction.execute(KEEP, &parameters).await?;
        if self.has_vectors {
            let [names, models, meanings] = meanings(learned);
            let keep = "INSERT INTO meanings (cluster, name, model, meaning)
                        SELECT $1, name, model, meaning::vector
                        FROM unnest($2::text[], $3::text[], $4::text[]) AS said (name, model, meaning)";
            transaction.execute(keep, &[&id, &names, &models, &meanings]).await?;
        }
        let rename = "UPDATE kinds SET context = $2 WHERE cluster = $1 AND context <> $2";
        transaction.execute(rename, &[&id, &cluster.context]).await?;
        Ok(transaction.commit().await?)
    }

    /// What fits a query.
    pub(super) async fn search(&self, query: &Query) -> Result<Vec<Found>, Trouble> {
        let clusters: Option<Vec<String>> =
            query.clusters.as_ref().map(|clusters| clusters.iter().map(Cluster::id).collect());
        if query.terms.is_empty() && query.meaning.is_none() {
            return self.everything(clusters, query.limit).await;
        }
        let most = i64::try_from(candidates(query.limit)).unwrap_or(i64::MAX);
        let mut found = self.by_words(&query.terms, &clusters, most).await?;
        let by_meaning = match &query.meaning {
            Some(meaning) if self.has_vectors => self.by_meaning(meaning, &clusters, most).await?,
            _ => Vec::new(),
        };
        let words: Vec<Id> = found.iter().map(|(id, _)| id.clone()).collect();
        let meanings: Vec<Id> = by_meaning.iter().map(|(id, _)| id.clone()).collect();
        let ranked = fuse(&[words.iter().collect::<Vec<_>>(), meanings.iter().collect()]);
        found.extend(by_meaning);
        // What words have found is not put aside for what its meaning says of it.
        let mut by_id: HashMap<Id, Found> = HashMap::new();
        for (id, found) in found {
            by_id.entry(id).or_insert(found);
        }
        Ok(ranked.into_iter().take(query.limit).filter_map(|id| by_id.remove(id)).collect())
    }

    async fn everything(&self, clusters: Option<Vec<String>>, limit: usize) -> Result<Vec<Found>, Trouble> {
        let statement = "SELECT cluster, name, context, server, learned FROM kinds
                         WHERE $1::text[] IS NULL OR cluster = ANY ($1)
                         ORDER BY context COLLATE \"C\", cluster COLLATE \"C\", name COLLATE \"C\" LIMIT $2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.client.query(statement, &[&clusters, &limit]).await?;
        rows.iter().map(|row| Ok(read(row, Fit::EveryTerm)?.1)).collect()
    }

    async fn by_words(
        &self,
        terms: &Terms,
        clusters: &Option<Vec<String>>,
        most: i64,
    ) -> Result<Vec<(Id, Found)>, Trouble> {
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        let statement = "
            SELECT cluster, name, context, server, learned, words @@ whole.query AS says_all
            FROM kinds, to_tsquery('english', $1) AS whole (query), to_tsquery('english', $2) AS part (query)
            WHERE words @@ part.query AND ($3::text[] IS NULL OR cluster = ANY ($3))
            ORDER BY says_all DESC, ts_rank('{0.15, 0.3, 0.7, 1.0}', words, part.query) DESC,
                cluster COLLATE \"C\", name COLLATE \"C\" LIMIT $4";
        let (every, some) = (expression(terms, " & "), expression(terms, " | "));
        let rows = self.client.query(statement, &[&every, &some, clusters, &most]).await?;
        let fit = |row: &Row| -> Result<Fit, Trouble> {
            Ok(if row.try_get("says_all")? { Fit::EveryTerm } else { Fit::SomeTerms })
        };
        rows.iter().map(|row| read(row, fit(row)?)).collect()
    }

    async fn by_meaning(
        &self,
        meaning: &Vector,
        clusters: &Option<Vec<String>>,
        most: i64,
    ) -> Result<Vec<(Id, Found)>, Trouble> {
        let statement = "
            SELECT cluster, name, context, server, learned FROM meanings JOIN kinds USING (cluster, name)
            WHERE model = $2 AND ($3::text[] IS NULL OR cluster = ANY ($3))
            ORDER BY meaning <=> $1::text::vector, cluster COLLATE \"C\", name COLLATE \"C\" LIMIT $4";
        let rows =
            self.client.query(statement, &[&literal(meaning), &model(meaning), clusters, &most]).await?;
        rows.iter().map(|row| read(row, Fit::Meaning)).collect()
    }

    /// Under which key each kind of a cluster is known.
    pub(super) async fn keys(&self, cluster: &Cluster) -> Result<Vec<(Kind, String)>, Trouble> {
        let statement = "SELECT learned FROM kinds WHERE cluster = $1 ORDER BY name COLLATE \"C\"";
        let rows = self.client.query(statement, &[&cluster.id()]).await?;
        let key = |row: &Row| {
            let learned: Learned = serde_json::from_str(row.try_get(0)?)?;
            Ok((learned.kind, learned.key))
        };
        rows.iter().map(key).collect()
    }

    /// The clusters of which something is known.
    pub(super) async fn clusters(&self) -> Result<Vec<Scanned>, Trouble> {
        let statement = "
            SELECT min(context), min(server), count(*), extract(epoch FROM max(learned_at))::bigint
            FROM kinds GROUP BY cluster ORDER BY min(context) COLLATE \"C\", cluster COLLATE \"C\"";
        let rows = self.client.query(statement, &[]).await?;
        let scanned = |row: &Row| {
            let (kinds, seconds): (i64, i64) = (row.try_get(2)?, row.try_get(3)?);
            Ok(Scanned {
                cluster: Cluster { context: row.try_get(0)?, server: row.try_get(1)? },
                kinds: usize::try_from(kinds).unwrap_or_default(),
                learned_at: jiff::Timestamp::from_second(seconds).unwrap_or_default(),
            })
        };
        rows.iter().map(scanned).collect()
    }
}

/// Entries as the columns of what is kept of them.
fn columns(learned: &[Entry]) -> Result<[Vec<String>; 7], Trouble> {
    let mut columns: [Vec<String>; 7] = Default::default();
    for Entry { learned, .. } in learned {
        let Indexed { capabilities, names, providers, use_case, description } = Indexed::of(learned);
        let row = [
            learned.kind.to_string(),
            learned.learned_at.to_string(),
            serde_json::to_string(learned)?,
            capabilities,
            format!("{names}; {providers}"),
            use_case,
            description,
        ];
        // The one character that a text of the server cannot have.
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value.replace('\0', " ")));
    }
    Ok(columns)
}

/// The names, models and meanings of the entries that have one.
fn meanings(learned: &[Entry]) -> [Vec<String>; 3] {
    let mut columns: [Vec<String>; 3] = Default::default();
    for entry in learned {
        if let Some(meaning) = &entry.meaning {
            let row = [entry.learned.kind.to_string(), model(meaning), literal(meaning)];
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        }
    }
    columns
}

/// A model with the size of its vectors: only those of one size can be compared.
fn model(meaning: &Vector) -> String {
    format!("{} {}", meaning.model, meaning.values.len())
}

/// A vector as pgvector reads it.
fn literal(meaning: &Vector) -> String {
    let values: Vec<String> = meaning.values.iter().map(f32::to_string).collect();
    format!("[{}]", values.join(","))
}

/// Terms in the language of `to_tsquery`: nothing but letters and digits in quotes, so that none means anything in it.
fn expression(terms: &Terms, joint: &str) -> String {
    let group = |words: &Vec<String>| {
        let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        format!("({})", words.join(" | "))
    };
    terms.groups().iter().map(group).collect::<Vec<_>>().join(joint)
}

fn read(row: &Row, fit: Fit) -> Result<(Id, Found), Trouble> {
    let cluster = Cluster { context: row.try_get("context")?, server: row.try_get("server")? };
    let learned = serde_json::from_str(row.try_get("learned")?)?;
    let id = (row.try_get("cluster")?, row.try_get("name")?);
    Ok((id, Found { cluster, learned, fit }))
}
