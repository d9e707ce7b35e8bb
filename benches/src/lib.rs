//! What the benchmarks share: the executable, and the places they measure in, made once in a temporary directory.
//!
//! `benches/pieces` measures the parts of awesh one by one, `benches/latency` whole shells as a person sees them,
//! `benches/clusters` the reading of many clusters, `benches/hosts` commands on many hosts, `benches/plans` deployments
//! by a plan, `benches/scan` the learning of what a cluster can do.

mod arguments;
mod client;
mod comparison;
mod executable;
mod kubeconfig;
mod repository;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

pub use arguments::{arguments, number};
pub use client::{Client, Run};
pub use comparison::Table;
pub use executable::awesh;

/// A home directory, an empty one, a large repository, a large kubeconfig and huge ones; gone when dropped.
#[derive(Debug)]
pub struct Places {
    root: TempDir,
}

impl Places {
    /// Makes them; takes some seconds.
    ///
    /// # Errors
    ///
    /// If the directory for temporary files has no room.
    pub fn make() -> io::Result<Self> {
        let places = Self { root: tempfile::Builder::new().prefix("bench-").tempdir()? };
        for directory in [places.home(), places.empty(), places.repository()] {
            fs::create_dir(directory)?;
        }
        fs::write(places.kubeconfig(), kubeconfig::text(&kubeconfig::USUAL, 0))?;
        for (number, path) in places.huge_kubeconfigs().iter().enumerate() {
            fs::write(path, kubeconfig::text(&kubeconfig::HUGE, number * 100))?;
        }
        repository::make(&places.repository()).map_err(io::Error::other)?;
        Ok(places)
    }

    /// A home directory without anything in it.
    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// An empty directory outside of any repository.
    pub fn empty(&self) -> PathBuf {
        self.root.path().join("empty")
    }

    /// A repository of 20,000 files, 50 of them modified.
    pub fn repository(&self) -> PathBuf {
        self.root.path().join("repository")
    }

    /// A kubeconfig of 50 contexts, about 100 KB.
    pub fn kubeconfig(&self) -> PathBuf {
        self.root.path().join("kubeconfig")
    }

    /// Five kubeconfigs that are merged into one, 2 MB in all.
    pub fn huge_kubeconfigs(&self) -> [PathBuf; 5] {
        [0, 1, 2, 3, 4].map(|number| self.root.path().join(format!("kubeconfig-{number}")))
    }

    /// Room for more.
    pub fn root(&self) -> &Path {
        self.root.path()
    }
}
