//! Where batches in the background are kept, by name.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::time::Duration;

use super::super::round::Work;
use super::super::{Failure, wrong};
use super::job::{Job, State};
use crate::commands::NOTHING_READ;
use crate::files;

/// How long what came of a batch is kept.
const AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The directory.
pub(super) struct Directory {
    path: PathBuf,
}

impl Directory {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// All batches, by name.
    pub(super) fn jobs(&self) -> Vec<Job> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let mut jobs: Vec<Job> = entries.map(|entry| Job::new(entry.path())).collect();
        jobs.sort_by(|one, other| one.name.cmp(&other.name));
        jobs
    }

    /// The batch of a name.
    pub(super) fn job(&self, name: &str) -> Result<Job, Failure> {
        let path = self.path.join(name);
        if !is_name(name) || !path.is_dir() {
            return Err(wrong(format!("there is no batch {name}"), Some("awesh batch status lists them")));
        }
        Ok(Job::new(path))
    }

    /// Those that are named, or where none is, those of this kind.
    pub(super) fn named_or(&self, names: &[String], is: impl Fn(&Job) -> bool) -> Result<Vec<Job>, Failure> {
        if names.is_empty() {
            return Ok(self.jobs().into_iter().filter(is).collect());
        }
        names.iter().map(|name| self.job(name)).collect()
    }

    /// Makes place for a batch and says there what it is to do.
    pub(super) fn create(&self, name: Option<&str>, work: &Work) -> Result<Job, Failure> {
        let failed = |error: std::io::Error| Failure {
            message: format!("{} cannot be written: {error}", self.path.display()),
            hint: None,
            status: NOTHING_READ,
        };
        files::make_directory(&self.path).map_err(failed)?;
        let mut number = 1;
        loop {
            let own = name.map_or_else(|| format!("batch-{number}"), str::to_owned);
            if !is_name(&own) {
                return Err(wrong("a name is made of letters, digits, - _ and .", None));
            }
            let path = self.path.join(&own);
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {
                    let job = Job::new(path);
                    return job.keep_work(work).map(|()| job).map_err(failed);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists && name.is_none() => number += 1,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    let hint = format!("awesh batch clean {own}");
                    return Err(wrong(format!("there is already a batch {own}"), Some(&hint)));
                }
                Err(error) => return Err(failed(error)),
            }
        }
    }

    /// Removes batches that ended long ago.
    pub(super) fn remove_old(&self) {
        let is_old = |job: &Job| job.age().is_some_and(|age| age > AGE) && job.state() != State::Running;
        self.jobs().iter().filter(|job| is_old(job)).for_each(Job::remove);
    }
}

fn is_name(name: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && name.len() < 100 && !name.starts_with(['.', '-']) && name.chars().all(is_letter)
}
