//! Who writes the journal of a cluster: one process, found out by a lock that ends with it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::record;
use super::{Journal, Record, make_directory};
use crate::capabilities::Cluster;
use crate::digest::sha256;

/// The journal of a cluster, or who has it.
#[derive(Debug)]
pub enum Claim {
    /// It is ours.
    Ours(Box<Journal>),
    /// Another process writes it.
    Taken(Holder),
}

/// Another process that scans the same cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its number.
    pub pid: Option<u32>,
    /// How many kinds it asks, where it has got so far.
    pub kinds: Option<usize>,
    /// How many of them it has done.
    pub done: usize,
}

/// The lock, held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // By closing alone it would last as long as a process that was being started meanwhile has a copy.
        let _ = self.file.unlock();
    }
}

/// Takes the journal of a cluster that is kept in this directory. It may block for as long as a disk takes.
pub fn claim(directory: &Path, cluster: &Cluster) -> io::Result<Claim> {
    make_directory(directory)?;
    let path = directory.join(format!("{}.journal", file_name(cluster)));
    let place = path.with_extension("lock");
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(place)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(std::process::id().to_string().as_bytes())?;
            Ok(Claim::Ours(Box::new(Journal::open(path, cluster, Lock { file })?)))
        }
        Err(TryLockError::WouldBlock) => Ok(Claim::Taken(holder(&mut file, &path)?)),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// The one that has the lock, and how far it is by its journal.
fn holder(lock: &mut File, path: &PathBuf) -> io::Result<Holder> {
    let mut pid = String::new();
    lock.read_to_string(&mut pid)?;
    let mut holder = Holder { pid: pid.trim().parse().ok(), kinds: None, done: 0 };
    for record in record::read(&std::fs::read(path).unwrap_or_default()).records {
        match record {
            Record::Began { kinds } => (holder.kinds, holder.done) = (Some(kinds), 0),
            Record::Learned(_) | Record::Failed(_) => holder.done += 1,
            Record::Cluster(_) | Record::Gone(_) => {}
        }
    }
    Ok(holder)
}

/// The name of a cluster's file: of its server, of which only awesh knows that it is the same.
fn file_name(cluster: &Cluster) -> String {
    /// Digits that tell all clusters of one user apart.
    const DIGITS: usize = 24;
    sha256(cluster.id())[..DIGITS].to_owned()
}
