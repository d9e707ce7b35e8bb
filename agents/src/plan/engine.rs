//! What runs the steps of a plan: [`batch`] on this machine, and on hosts by one kept connection each.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::watch;

use super::attempt::Runner;
use crate::batch::{self, Batch, Failure, Place, Report, Trouble, Wish};
use crate::ssh::{Connections, Host, Target};

/// The name of this machine among hosts.
pub const LOCAL: &str = "local";

/// The engine of a run; dropped, it closes its connections.
pub struct Engine {
    /// Another configuration of ssh than the user's.
    config: Option<PathBuf>,
    /// Made when the first host is needed.
    hosts: Mutex<Option<Hosts>>,
}

struct Hosts {
    connections: Arc<Connections>,
    known: HashMap<String, Host>,
}

impl Engine {
    /// An engine that takes hosts from this configuration of ssh instead of the user's.
    pub fn new(config: Option<PathBuf>) -> Self {
        Self { config, hosts: Mutex::default() }
    }

    /// The place of a name, the same each time.
    fn place(&self, name: Option<&str>) -> Result<Place, Failure> {
        let Some(name) = name.filter(|name| *name != LOCAL) else { return Ok(Place::Local) };
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.is_none() {
            let connections = Connections::kept(self.config.clone()).map_err(|error| {
                failure(
                    Trouble::Missing,
                    format!("there is no place for the sockets of connections: {error}"),
                )
            })?;
            *hosts = Some(Hosts { connections, known: HashMap::new() });
        }
        let wrong = || failure(Trouble::NoSuchHost, format!("{name:?} is no host"));
        let hosts = hosts.as_mut().ok_or_else(wrong)?;
        if let Some(host) = hosts.known.get(name) {
            return Ok(Place::Host(host.clone()));
        }
        let host = hosts.connections.host(Target::parse(name).ok_or_else(wrong)?);
        hosts.known.insert(name.to_owned(), host.clone());
        Ok(Place::Host(host))
    }
}

fn failure(kind: Trouble, message: String) -> Failure {
    Failure { kind, message, hint: None }
}

#[async_trait]
impl Runner for Engine {
    async fn run(&self, host: Option<&str>, batch: &Batch, wish: watch::Receiver<Wish>) -> Report {
        match self.place(host) {
            Ok(place) => batch::run_until(&place, batch, wish, drop).await,
            Err(failure) => Report::not_run(batch, Some(failure)),
        }
    }
}
