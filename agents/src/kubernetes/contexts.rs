//! The contexts of the kubeconfig: all files of the session's KUBECONFIG, merged as kubectl does.
//!
//! A file that cannot be read costs its own contexts and is named in [`Contexts::problems`]; kubectl would refuse
//! all the others too. No message quotes a file: it may be its secrets that are wrong.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use kube_client::config::{AuthInfo, Cluster, Kubeconfig, KubeconfigError};
use wildmatch::WildMatch;

/// A larger file is none that kubectl was given on purpose.
const SIZE_LIMIT: u64 = 32 << 20;

/// The environment of a session.
pub type Environment = BTreeMap<String, String>;

/// Where the contexts are read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// The files, in kubectl's order.
    files: Vec<PathBuf>,
    /// Whether somebody named them, so that one that is missing is worth a word.
    named: bool,
}

impl Sources {
    /// What the session's kubectl would read. A relative path is so to the session's directory.
    pub fn of_session(environment: &Environment, directory: &Path) -> Self {
        match environment.get("KUBECONFIG").filter(|list| !list.is_empty()) {
            Some(list) => Self::of_files(std::env::split_paths(list), directory),
            None => {
                let home = environment.get("HOME").map(|home| Path::new(home).join(".kube/config"));
                Self { files: home.into_iter().collect(), named: false }
            }
        }
    }

    /// These files.
    pub fn of_files(files: impl IntoIterator<Item = PathBuf>, directory: &Path) -> Self {
        let named = files.into_iter().filter(|path| !path.as_os_str().is_empty());
        Self { files: named.map(|path| directory.join(path)).collect(), named: true }
    }
}

/// A context with what it refers to.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// The namespace it sets.
    pub namespace: Option<String>,
    /// The name of its cluster.
    pub cluster_name: String,
    /// The cluster; none where no file defines it.
    pub cluster: Option<Cluster>,
    /// The name of its user.
    pub user_name: Option<String>,
    /// The user; none where it names none or no file defines it.
    pub user: Option<AuthInfo>,
}

/// The contexts of all files.
#[derive(Debug, Clone, Default)]
pub struct Contexts {
    /// In the order of the files, each name once.
    pub entries: Vec<Entry>,
    /// The current one.
    pub current: Option<String>,
    /// What was wrong, in sentences that name the file.
    pub problems: Vec<String>,
    /// The files that were looked for.
    pub files: Vec<PathBuf>,
    /// Whether nobody named a file, and the usual one is not there.
    pub is_missing: bool,
}

impl Contexts {
    /// The same as [`Self::read`], on a thread that may wait.
    pub async fn load(sources: Sources) -> Self {
        tokio::task::spawn_blocking(move || Self::read(&sources)).await.unwrap_or_default()
    }

    /// Reads the files. It may block.
    pub fn read(sources: &Sources) -> Self {
        let mut merged = Merged::default();
        for path in &sources.files {
            match read_file(path) {
                Ok(Some(text)) => merged.add(path, &text),
                Ok(None) if sources.named => merged.problem(path, "there is no such file"),
                Ok(None) => merged.is_missing = true,
                Err(why) => merged.problem(path, &why),
            }
        }
        merged.finish(sources)
    }

    /// The contexts whose names are of one of the patterns (`*` any text, `?` any character); of none, all. The
    /// patterns that match nothing are the error.
    pub fn select(&self, patterns: &[String]) -> Result<Vec<Entry>, Vec<String>> {
        let matchers: Vec<_> = patterns.iter().map(|pattern| WildMatch::new(pattern)).collect();
        let is_idle = |matcher: &WildMatch| !self.entries.iter().any(|entry| matcher.matches(&entry.name));
        let idle = patterns.iter().zip(&matchers).filter(|(_, matcher)| is_idle(matcher));
        let idle: Vec<String> = idle.map(|(pattern, _)| pattern.clone()).collect();
        if !idle.is_empty() {
            return Err(idle);
        }
        let chosen = |entry: &&Entry| {
            patterns.is_empty() || matchers.iter().any(|matcher| matcher.matches(&entry.name))
        };
        Ok(self.entries.iter().filter(chosen).cloned().collect())
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        self.entries.iter().map(|entry| entry.name.clone()).collect()
    }

    /// Why there are no contexts, in a sentence.
    pub fn nothing(&self) -> String {
        let files: Vec<String> = self.files.iter().map(|path| path.display().to_string()).collect();
        match files.as_slice() {
            [] => "No kubeconfig: neither KUBECONFIG nor HOME is set.".to_owned(),
            [file] if self.is_missing => format!("No kubeconfig: there is no file {file}."),
            [file] => format!("No context in the kubeconfig {file}."),
            files => format!("No context in any of the kubeconfig files {}.", files.join(", ")),
        }
    }
}

/// The files so far: the first to define a name has defined it.
#[derive(Default)]
struct Merged {
    contexts: Vec<(String, kube_client::config::Context)>,
    clusters: HashMap<String, Cluster>,
    users: HashMap<String, AuthInfo>,
    current: Option<String>,
    problems: Vec<String>,
    is_missing: bool,
}

impl Merged {
    fn problem(&mut self, path: &Path, what: &str) {
        self.problems.push(format!("{}: {what}", path.display()));
    }

    fn add(&mut self, path: &Path, text: &str) {
        let file = match Kubeconfig::from_yaml(text) {
            Ok(file) => file,
            Err(error) => return self.problem(path, &malformed(&error)),
        };
        let directory = path.parent().unwrap_or(Path::new("/"));
        self.current = self.current.take().or(file.current_context.filter(|name| !name.is_empty()));
        self.twice(path, "context", file.contexts.iter().map(|named| &named.name));
        self.twice(path, "cluster", file.clusters.iter().map(|named| &named.name));
        self.twice(path, "user", file.auth_infos.iter().map(|named| &named.name));
        for named in file.contexts {
            if !self.contexts.iter().any(|(name, _)| *name == named.name) {
                self.contexts.push((named.name, named.context.unwrap_or_default()));
            }
        }
        for named in file.clusters {
            let mut cluster = named.cluster.unwrap_or_default();
            absolute(directory, &mut cluster.certificate_authority);
            self.clusters.entry(named.name).or_insert(cluster);
        }
        for named in file.auth_infos {
            let mut user = named.auth_info.unwrap_or_default();
            user_paths(directory, &mut user);
            self.users.entry(named.name).or_insert(user);
        }
    }

    /// A name that one file defines twice: kubectl refuses the file, and here the first holds.
    fn twice<'a>(&mut self, path: &Path, what: &str, names: impl Iterator<Item = &'a String>) {
        let mut seen = HashSet::new();
        for name in names {
            if !seen.insert(name) {
                self.problem(path, &format!("the {what} {name:?} is defined twice; the first is taken"));
            }
        }
    }

    fn finish(self, sources: &Sources) -> Contexts {
        let Self { contexts, clusters, users, current, problems, is_missing } = self;
        let entry = |(name, context): (String, kube_client::config::Context)| Entry {
            name,
            namespace: context.namespace.filter(|namespace| !namespace.is_empty()),
            cluster: clusters.get(&context.cluster).cloned(),
            cluster_name: context.cluster,
            user: context.user.as_ref().and_then(|user| users.get(user)).cloned(),
            user_name: context.user,
        };
        let entries = contexts.into_iter().map(entry).collect();
        Contexts { entries, current, problems, files: sources.files.clone(), is_missing }
    }
}

/// Where a file stops making sense; what stands there may be a secret.
fn malformed(error: &KubeconfigError) -> String {
    let place = match error {
        KubeconfigError::Parse(error) => error.location(),
        _ => None,
    };
    match place {
        Some(place) => format!("it is no kubeconfig (line {}, column {})", place.line(), place.column()),
        None => "it is no kubeconfig".to_owned(),
    }
}

/// The file's text; none where there is no file.
fn read_file(path: &Path) -> Result<Option<String>, String> {
    let meta = match fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(reason(&error)),
    };
    if path == Path::new("/dev/null") {
        return Ok(Some(String::new()));
    }
    if meta.is_dir() {
        return Err("it is a directory, not a file".to_owned());
    }
    // Opening a pipe would wait for its writer, and take from kubectl what was meant for it.
    if !meta.is_file() || meta.len() > SIZE_LIMIT {
        return Err("it is no regular file of a reasonable size".to_owned());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0) + 1);
    let read = File::open(path).and_then(|file| file.take(SIZE_LIMIT).read_to_end(&mut bytes));
    read.map_err(|error| reason(&error))?;
    String::from_utf8(bytes).map(Some).map_err(|_| "it is no UTF-8 text".to_owned())
}

/// An error of the system in words, without its number.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "it may not be read by this user".to_owned(),
        _ => format!("it cannot be read: {error}"),
    }
}

fn user_paths(directory: &Path, user: &mut AuthInfo) {
    absolute(directory, &mut user.client_certificate);
    absolute(directory, &mut user.client_key);
    absolute(directory, &mut user.token_file);
    // A bare name is looked up in PATH.
    if let Some(exec) = &mut user.exec
        && exec.command.as_ref().is_some_and(|command| command.contains('/'))
    {
        absolute(directory, &mut exec.command);
    }
}

/// A path in a file is relative to the file.
fn absolute(directory: &Path, path: &mut Option<String>) {
    if let Some(path) = path.as_mut().filter(|path| !path.is_empty() && !path.starts_with('/')) {
        *path = directory.join(&*path).to_string_lossy().into_owned();
    }
}

#[cfg(test)]
mod tests;
