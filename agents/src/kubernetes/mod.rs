//! Kubernetes: every cluster of the kubeconfig, read at once.
//!
//! [`contexts`] says which clusters there are, [`client`] asks one of them, [`trouble`] says what went wrong.
//! Behind the client, `credentials` fetches what a user proves itself with, `connect` makes the connections, and
//! `items` cuts lists into their objects.

pub mod cache;
mod certificate;
pub mod client;
pub mod compare;
mod connect;
pub mod contexts;
mod credentials;
pub mod health;
mod items;
pub mod objects;
pub mod quantity;
mod read;
pub mod report;
pub mod survey;
pub mod tree;
pub mod trouble;

use std::path::PathBuf;

use crate::agent::Question;
use contexts::{Environment, Sources};

/// Where a cluster is asked from: what a kubectl started there would find.
#[derive(Debug, Clone, Default)]
pub struct Session {
    /// The environment.
    pub environment: Environment,
    /// The working directory.
    pub directory: PathBuf,
}

impl Session {
    /// The session that asks a question.
    pub fn of(question: &Question) -> Self {
        Self { environment: question.environment.clone(), directory: question.directory.clone() }
    }

    /// The kubeconfig files of this session.
    pub fn sources(&self) -> Sources {
        Sources::of_session(&self.environment, &self.directory)
    }
}
