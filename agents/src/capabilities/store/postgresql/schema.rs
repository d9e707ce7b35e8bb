//! The tables, made where they are missing: by whoever comes first, and may.

use tokio_postgres::Client;

use super::rows::Trouble;

/// Held while tables are made, as `IF NOT EXISTS` alone does not keep two apart.
const LOCK: i64 = 0x6177_6573_6800;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS kinds (
        cluster text NOT NULL,
        name text NOT NULL,
        context text NOT NULL,
        server text NOT NULL,
        learned_at timestamptz NOT NULL,
        learned text NOT NULL,
        words tsvector NOT NULL,
        PRIMARY KEY (cluster, name)
    );
    CREATE INDEX IF NOT EXISTS kinds_words ON kinds USING gin (words);
";

/// Vectors of any size: a model is a part of the key, and thousands are compared in milliseconds without an index.
const MEANINGS: &str = "
    CREATE TABLE IF NOT EXISTS meanings (
        cluster text NOT NULL,
        name text NOT NULL,
        model text NOT NULL,
        meaning vector NOT NULL,
        PRIMARY KEY (cluster, name),
        FOREIGN KEY (cluster, name) REFERENCES kinds (cluster, name) ON DELETE CASCADE
    );
";

/// Makes what is missing, and has the connection go by it; whether there are vectors.
pub(super) async fn prepare(client: &Client, schema: &str) -> Result<bool, Trouble> {
    let own = quoted(schema);
    client.batch_execute(&format!("SET search_path TO {own}, public")).await?;
    if !has(client, schema, "kinds").await? {
        let make = format!("CREATE SCHEMA IF NOT EXISTS {own}; {TABLES}");
        make_all(client, &make).await?;
    }
    // Who may not make it does without.
    let has_vectors = is_available(client).await?
        && (place(client).await?.is_some()
            || make_all(client, "CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public").await.is_ok());
    let Some(place) = place(client).await?.filter(|_| has_vectors) else { return Ok(false) };
    client.batch_execute(&format!("SET search_path TO {own}, public, {}", quoted(&place))).await?;
    Ok(has(client, schema, "meanings").await? || make_all(client, MEANINGS).await.is_ok())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Runs statements in a transaction of theirs, one connection after the other.
async fn make_all(client: &Client, statements: &str) -> Result<(), Trouble> {
    let made = client
        .batch_execute(&format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK}); {statements}; COMMIT"))
        .await;
    if made.is_err() {
        client.batch_execute("ROLLBACK").await?;
    }
    Ok(made?)
}

async fn has(client: &Client, schema: &str, table: &str) -> Result<bool, Trouble> {
    let statement =
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = $2)";
    Ok(client.query_one(statement, &[&schema, &table]).await?.try_get(0)?)
}

/// Whether pgvector is installed on the server.
async fn is_available(client: &Client) -> Result<bool, Trouble> {
    let statement = "SELECT EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'vector')";
    Ok(client.query_one(statement, &[]).await?.try_get(0)?)
}

/// The schema that pgvector is in, where it is in this database.
async fn place(client: &Client) -> Result<Option<String>, Trouble> {
    let statement = "SELECT nspname::text FROM pg_catalog.pg_extension
                     JOIN pg_catalog.pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'vector'";
    Ok(client.query_opt(statement, &[]).await?.map(|row| row.try_get(0)).transpose()?)
}
