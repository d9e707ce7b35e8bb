//! A PostgreSQL server: words by its own full-text search, meaning by pgvector where the server has it.
//!
//! Each operation has a connection of its own, which ends with it: a catalogue lives for a question or a scan, and a
//! server that was restarted between two operations is no failure.

mod connect;
mod rows;
mod schema;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use awesh_protocol::FailureKind;
use tokio::time::timeout;

use super::super::{Cluster, Kind};
use super::server::innermost;
use super::{Entry, Found, Query, Scanned, Server, Store};
use crate::agent::Failure;
use connect::Address;
use rows::Rows;

/// How long one operation may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The store on a server.
pub struct Postgresql {
    address: Address,
    schema: String,
    /// That there is no pgvector, until it is told.
    remark: Mutex<Option<String>>,
}

impl Postgresql {
    /// On this server; nothing is connected to yet.
    ///
    /// # Errors
    ///
    /// If what is set is no address, or the certificates cannot be read.
    pub fn at(server: Server) -> Result<Self, Failure> {
        let schema = server.collection.clone();
        Ok(Self { address: Address::of(&server)?, schema, remark: Mutex::default() })
    }

    /// A connection with the tables made. `meaning`: vectors are wanted.
    async fn rows(&self, meaning: bool) -> Result<Rows, Failure> {
        let client = self.address.connect().await?;
        let prepared = schema::prepare(&client, &self.schema).await;
        let has_vectors = prepared.map_err(|error| self.failure(&error))?;
        if meaning && !has_vectors {
            let remark = "found by words alone, not by meaning: the PostgreSQL server has no pgvector \
                          (install it there, then: CREATE EXTENSION vector)";
            *self.remark.lock().unwrap_or_else(PoisonError::into_inner) = Some(remark.to_owned());
        }
        Ok(Rows { client, has_vectors })
    }

    /// Does something within its time.
    async fn within<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        timeout(PATIENCE, work).await.unwrap_or_else(|_| {
            let message = format!("{} did not answer within {} s.", self.address.host, PATIENCE.as_secs());
            Err(Failure::new(FailureKind::Network, message).hint("Try again; look at the server's load."))
        })
    }

    fn failure(&self, error: &rows::Trouble) -> Failure {
        match error {
            rows::Trouble::Server(error) => failure(error, &self.address.host),
            rows::Trouble::Foreign(error) => Failure::new(
                FailureKind::Provider,
                format!("{} holds something that awesh did not write: {error}.", self.address.host),
            )
            .hint("Name another schema: capabilities.collection"),
        }
    }
}

/// What went wrong, in words; the address with its password is not among them.
fn failure(error: &tokio_postgres::Error, host: &str) -> Failure {
    let Some(said) = error.as_db_error() else {
        let message = format!("The PostgreSQL server {host} cannot be reached: {}.", innermost(error));
        return Failure::new(FailureKind::Network, message)
            .hint("Its address is the setting capabilities.url.");
    };
    let code = said.code().code();
    let (kind, hint) = match code {
        "28000" | "28P01" => (
            FailureKind::Unauthorised,
            "Set capabilities.api_key or capabilities.key_command to the password.",
        ),
        "3D000" => (FailureKind::Settings, "Make the database, or name another in capabilities.url."),
        "42501" => {
            (FailureKind::Unauthorised, "Let an administrator make the schema, or grant it to this user.")
        }
        _ => (FailureKind::Provider, "Its log says more."),
    };
    let message = format!("The PostgreSQL server {host} refused: {} ({code}).", said.message());
    Failure::new(kind, message).hint(hint)
}

#[async_trait]
impl Store for Postgresql {
    async fn replace(&self, cluster: &Cluster, learned: &[Entry], gone: &[Kind]) -> Result<(), Failure> {
        let has_meaning = learned.iter().any(|entry| entry.meaning.is_some());
        self.within(async {
            let mut rows = self.rows(has_meaning).await?;
            rows.replace(cluster, learned, gone).await.map_err(|error| self.failure(&error))
        })
        .await
    }

    async fn search(&self, query: &Query) -> Result<Vec<Found>, Failure> {
        self.within(async {
            let rows = self.rows(query.meaning.is_some()).await?;
            rows.search(query).await.map_err(|error| self.failure(&error))
        })
        .await
    }

    async fn keys(&self, cluster: &Cluster) -> Result<Vec<(Kind, String)>, Failure> {
        self.within(async {
            let rows = self.rows(false).await?;
            rows.keys(cluster).await.map_err(|error| self.failure(&error))
        })
        .await
    }

    async fn clusters(&self) -> Result<Vec<Scanned>, Failure> {
        self.within(async { self.rows(false).await?.clusters().await.map_err(|error| self.failure(&error)) })
            .await
    }

    fn remark(&self) -> Option<String> {
        self.remark.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests;
