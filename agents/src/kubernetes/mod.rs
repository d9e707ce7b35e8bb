//! Kubernetes: every cluster of the kubeconfig, read at once.
//!
//! [`contexts`] says which clusters there are, and a [`survey`] asks them all: of each it makes a [`report`], by the
//! verdicts of [`health`] on what a [`client`] was told, or the [`trouble`] there was. Behind the client,
//! `credentials` fetches what a user proves itself with, `connect` makes the connections, and `items` cuts lists
//! into their objects. The [`cache`] keeps what was read last. [`compare`] lays clusters side by side, [`tree`] shows
//! one of them branch by branch.
//!
//! The agent understands by `phrases` and speaks by `answer`.

mod agent;
mod answer;
pub mod cache;
mod certificate;
pub mod change;
pub mod client;
pub mod compare;
mod connect;
pub mod contexts;
mod credentials;
pub mod health;
mod items;
pub mod look;
pub mod objects;
mod phrases;
mod process;
pub mod quantity;
mod read;
pub mod report;
pub(crate) mod resources;
pub mod rows;
pub mod survey;
#[cfg(test)]
pub(crate) mod testing;
pub mod tree;
pub mod trouble;

use std::path::PathBuf;

use crate::agent::Question;
pub use agent::Kubernetes;
use contexts::{Contexts, Environment, Sources};
pub(crate) use phrases::{NAME, without_names};

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

    /// The contexts in these files.
    pub async fn contexts(&self) -> Contexts {
        Contexts::load(self.sources()).await
    }
}
