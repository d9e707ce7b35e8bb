//! What was last read of each cluster, on disk: shown at once with its age while the cluster is asked again.
//!
//! An entry's name is a digest of everything that decides who is asked and as whom, so no cluster ever answers for
//! another, nor one user for another. The digest does not give a secret away: it is one way, and its directory is
//! the user's alone.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use ring::digest::{Context, SHA256};

use super::contexts::{Entry, Environment};
use super::report::{Report, Status};
use crate::digest::hexadecimal;

/// What is older is not worth a look.
const OLDEST_S: i64 = 600;

/// What was not written anew for so long is removed.
const FORGOTTEN: Duration = Duration::from_secs(86_400);

/// How long a failure is believed, and how long it must have taken to be worth that.
const FAILURE_S: i64 = 15;
const COSTLY: Duration = Duration::from_secs(1);

/// A larger file is no report.
const SIZE_LIMIT: u64 = 1 << 20;

/// Variables that credential plugins go by: with others of these, another user is asked.
const IDENTITY: [&str; 6] = ["AWS_", "AZURE_", "AAD_", "CLOUDSDK_", "GOOGLE_", "OCI_"];

/// The directory.
#[derive(Debug, Clone)]
pub struct Cache {
    directory: PathBuf,
}

impl Cache {
    /// The cache of the session's user; none without a home.
    pub fn of(environment: &Environment) -> Option<Self> {
        let set = |name: &str| environment.get(name).filter(|value| value.starts_with('/'));
        let base = set("XDG_CACHE_HOME").map(PathBuf::from);
        let base = base.or_else(|| set("HOME").map(|home| Path::new(home).join(".cache")))?;
        Some(Self { directory: base.join("awesh/clusters") })
    }

    /// What was last read of a context's cluster. It may block.
    pub fn get(&self, key: &str, context: &str, now: Timestamp) -> Option<Report> {
        let path = self.directory.join(key);
        let meta = fs::metadata(&path).ok()?;
        if !meta.is_file() || meta.len() > SIZE_LIMIT {
            return None;
        }
        let report: Report = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        let age = now.duration_since(report.read_at).as_secs();
        let is_of_use = (0..=OLDEST_S).contains(&age);
        // Two contexts may be the same cluster and user.
        is_of_use.then(|| Report { context: context.to_owned(), ..report })
    }

    /// Removes what no one will ask for again: whose token has changed, who was taken out of the kubeconfig. It may
    /// block.
    pub fn sweep(&self) {
        let is_old = |entry: &fs::DirEntry| {
            let modified = entry.metadata().and_then(|meta| meta.modified()).ok();
            modified.and_then(|time| time.elapsed().ok()).is_some_and(|age| age > FORGOTTEN)
        };
        let entries = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        for old in entries.filter(is_old) {
            let _ = fs::remove_file(old.path());
        }
    }

    /// Keeps what was read. It may block.
    pub fn put(&self, key: &str, report: &Report) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.directory)?;
        let mut file = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(0o600))
            .tempfile_in(&self.directory)?;
        file.write_all(&serde_json::to_vec(report)?)?;
        file.persist(self.directory.join(key)).map_err(|error| error.error)?;
        Ok(())
    }
}

/// Whether a report is a failure that was dear and is recent enough to be believed.
pub(super) fn is_standing_failure(report: &Report, now: Timestamp) -> bool {
    let (first, rest) = report.took.split_first().map_or((0.0, &[][..]), |(first, rest)| (first.ms, rest));
    // The parts are read at once, when there is a connection.
    let took = first + rest.iter().map(|took| took.ms).fold(0.0, f64::max);
    report.status == Status::Down && took >= COSTLY.as_secs_f64() * 1e3 && report.age_s(now) <= FAILURE_S
}

/// The name of a context's entry.
pub fn key(entry: &Entry, environment: &Environment) -> String {
    let mut digest = Context::new(&SHA256);
    let mut add = |bytes: &[u8]| {
        digest.update(&(bytes.len() as u64).to_le_bytes());
        digest.update(bytes);
    };
    add(&serde_json::to_vec(&entry.cluster).unwrap_or_default());
    add(&serde_json::to_vec(&entry.user).unwrap_or_default());
    add(entry.cluster_name.as_bytes());
    add(entry.user_name.as_deref().unwrap_or_default().as_bytes());
    if entry.user.as_ref().is_some_and(|user| user.exec.is_some()) {
        let identity =
            environment.iter().filter(|(name, _)| IDENTITY.iter().any(|prefix| name.starts_with(prefix)));
        identity.for_each(|(name, value)| add(format!("{name}={value}").as_bytes()));
    }
    hexadecimal(digest.finish().as_ref())
}

#[cfg(test)]
mod tests;
