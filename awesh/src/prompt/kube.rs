//! The Kubernetes context and namespace that kubectl would use: all files of the session's KUBECONFIG, merged
//! as kubectl does. Nothing is asked of a cluster.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::cache::{Cache, Clock, Record, is_absence};
use super::fetch::Work;
use super::kubeconfig::{self, Kubeconfig};

/// A larger file is none that kubectl was given on purpose.
const SIZE_LIMIT: u64 = 32 << 20;

/// The files, in kubectl's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) files: Vec<PathBuf>,
}

impl Question {
    /// The files that the session's kubectl would read. A relative path is so to the session's directory.
    pub(super) fn new(directory: &Path, lookup: &dyn Fn(&str) -> Option<String>) -> Self {
        let files = match lookup("KUBECONFIG").filter(|list| !list.is_empty()) {
            Some(list) => std::env::split_paths(&list)
                .filter(|path| !path.as_os_str().is_empty())
                .map(|path| directory.join(path))
                .collect(),
            None => lookup("HOME").map(|home| Path::new(&home).join(".kube/config")).into_iter().collect(),
        };
        Self { files }
    }
}

/// What kubectl would use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kube {
    /// No context is set.
    None,
    /// A file that kubectl would stumble over.
    Unknown,
    /// A context.
    Context {
        /// Its name.
        name: String,
        /// Its namespace, where it is not the default one.
        namespace: Option<String>,
    },
}

/// The worker's work.
pub(super) fn work() -> Work<Question, Kube> {
    work_by(SystemTime::now)
}

/// The worker's work, by another clock.
pub(super) fn work_by(clock: Clock) -> Work<Question, Kube> {
    let mut cache = Cache::new();
    Box::new(move |question| {
        if let Some(kube) = cache.get(&question) {
            return (kube, true);
        }
        let mut record = Record::new(clock);
        match read(&question, &mut record) {
            Ok(kube) => {
                cache.put(question, kube.clone(), record);
                (kube, false)
            }
            Err(_) => (Kube::Unknown, false),
        }
    })
}

/// Reads and merges the files. What cannot be read is an error; what can, but makes no sense, is not: it stays
/// so until the file changes.
pub(super) fn read(question: &Question, record: &mut Record) -> io::Result<Kube> {
    let mut merged = Kubeconfig::default();
    for path in &question.files {
        record.content(path.clone());
        let Some(bytes) = read_file(path)? else { continue };
        match kubeconfig::parse(&bytes) {
            Some(config) => merged.merge(config),
            None => return Ok(Kube::Unknown),
        }
    }
    Ok(merged.current())
}

/// The file's bytes; none where there is no file.
fn read_file(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let meta = match fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) if is_absence(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    if path == Path::new("/dev/null") {
        return Ok(None);
    }
    // Opening a FIFO would wait for its writer, and take from kubectl what was meant for it.
    if !meta.is_file() || meta.len() > SIZE_LIMIT {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0) + 1);
    File::open(path)?.take(SIZE_LIMIT).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}
