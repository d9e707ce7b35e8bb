//! Looks: a command line in a bash apart from the user's session, with its environment and directory, that cannot
//! change anything.
//!
//! The kernel holds it to that (Landlock, from Linux 6.7 on): it writes nowhere but in a temporary directory of its
//! own, reaches no network unless it may ([`network`]), reads nothing where secrets are kept, and gains no rights.
//! Newer kernels also keep it from signalling other processes and from sockets. What they cannot hold back (on older
//! ones, a socket such as docker's) is why only lines that were found to do nothing but look are run here at all.

mod network;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, PipeReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use caps::errors::CapsError;
use caps::{CapSet, Capability};
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetError, Scope, path_beneath_rules,
};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use crate::gate::credentials::places;
use crate::permission::path::keeps_secrets;

/// How long a look may take, and how much it may print.
const DEADLINE: Duration = Duration::from_secs(30);
const OUTPUT: usize = 256 * 1024;

/// How long what it printed may take to arrive after its end.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A look.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    pub(crate) command: String,
    pub(crate) directory: PathBuf,
    pub(crate) environment: BTreeMap<String, String>,
    /// Whether it may reach the network.
    pub(crate) network: bool,
}

/// What came of a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) output: String,
    pub(crate) end: End,
}

/// How a look ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// By itself, with this status.
    Status(i32),
    /// It took too long.
    Late,
    /// It printed too much.
    TooLong,
}

/// Whether this kernel can hold a look to looking.
pub(crate) fn is_confined() -> bool {
    static CONFINED: LazyLock<bool> = LazyLock::new(|| ruleset(false).is_ok());
    *CONFINED
}

/// Runs a look. Dropping the future ends it, with all it started.
pub(crate) async fn run(look: Look) -> io::Result<Seen> {
    run_within(look, DEADLINE).await
}

async fn run_within(look: Look, deadline: Duration) -> io::Result<Seen> {
    let scratch = tempfile::tempdir()?;
    let seen = run_in(look, deadline, scratch.path()).await;
    // What is left there is nobody's.
    let _ = scratch.close();
    seen
}

/// Runs a look that may write in `scratch`.
async fn run_in(look: Look, deadline: Duration, scratch: &Path) -> io::Result<Seen> {
    let scratch = scratch.to_owned();
    let started =
        tokio::task::spawn_blocking(move || start(&look, &scratch)).await.map_err(io::Error::other)?;
    let Started { mut child, group, reader } = started?;
    let output: Output = Arc::default();
    let (fill, full) = oneshot::channel();
    let kept = output.clone();
    let reading = tokio::task::spawn_blocking(move || read(reader, &kept, fill));
    let waiting = tokio::task::spawn_blocking(move || child.wait());
    let end = tokio::select! {
        // What is not read any more ends for that.
        biased;
        Ok(()) = full => End::TooLong,
        status = waiting => End::Status(code(status.map_err(io::Error::other)??)),
        () = sleep(deadline) => End::Late,
    };
    // What it started may still hold the pipe.
    drop(group);
    let _ = timeout(LAST_WORDS, reading).await;
    let output = output.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Seen { output: String::from_utf8_lossy(&output).into_owned(), end })
}

/// What a look has printed so far.
type Output = Arc<Mutex<Vec<u8>>>;

/// The status as a shell gives it.
fn code(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(-1)
}

/// A look that runs.
struct Started {
    child: Child,
    group: Group,
    reader: PipeReader,
}

/// The processes of a look: ended when dropped.
struct Group(Pid);

impl Drop for Group {
    fn drop(&mut self) {
        // There may be none left.
        let _ = killpg(self.0, Signal::SIGKILL);
    }
}

fn start(look: &Look, scratch: &Path) -> io::Result<Started> {
    let (reader, writer) = io::pipe()?;
    let mut command = command(look, scratch);
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).process_group(0);
    let home = look.environment.get("HOME").map(PathBuf::from);
    let ruleset = rules(scratch, home.as_deref(), look.network).map_err(io::Error::other)?;
    let may_reach_network = look.network;
    // Only this thread is confined, and what it starts.
    let confined = thread::spawn(move || {
        ruleset.restrict_self().map_err(io::Error::other)?;
        if !may_reach_network {
            network::give_up().map_err(io::Error::other)?;
        }
        drop_capabilities().map_err(io::Error::other)?;
        command.spawn()
    });
    let child = confined.join().map_err(|_| io::Error::other("the thread that starts it failed"))??;
    let pid = i32::try_from(child.id()).map_err(io::Error::other)?;
    Ok(Started { child, group: Group(Pid::from_raw(pid)), reader })
}

/// What root may beyond others is given up, but for reading: it would reach past the confinement.
fn drop_capabilities() -> Result<(), CapsError> {
    let permitted = caps::read(None, CapSet::Permitted)?;
    let kept = [Capability::CAP_DAC_READ_SEARCH, Capability::CAP_SYSLOG].into();
    let kept = permitted.intersection(&kept).copied().collect();
    caps::set(None, CapSet::Effective, &kept)?;
    caps::set(None, CapSet::Permitted, &kept)
}

fn command(look: &Look, scratch: &Path) -> Command {
    let mut command = Command::new("bash");
    // -p: no functions from the environment, and no BASH_ENV.
    command
        .args(["--noprofile", "--norc", "-p", "-c", &look.command])
        .current_dir(&look.directory)
        .env_clear();
    command.envs(look.environment.iter().filter(|(name, _)| !name.starts_with("LD_")));
    // Nothing waits for a key, and git does not refresh what it reads.
    let own = [("PAGER", "cat"), ("GIT_PAGER", "cat"), ("GIT_OPTIONAL_LOCKS", "0"), ("TERM", "dumb")];
    command.envs(own).env("TMPDIR", scratch);
    command
}

/// All that is held back, and nothing allowed yet.
fn ruleset(network: bool) -> Result<RulesetCreated, RulesetError> {
    let needed = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V3))?;
    let net = if network { AccessNet::BindTcp.into() } else { AccessNet::from_all(ABI::V4) };
    let more = needed.handle_access(net)?.set_compatibility(CompatLevel::BestEffort);
    more.handle_access(AccessFs::from_all(ABI::V9))?.scope(Scope::from_all(ABI::V6))?.create()
}

fn rules(scratch: &Path, home: Option<&Path>, network: bool) -> Result<RulesetCreated, RulesetError> {
    let read = AccessFs::from_read(ABI::V3);
    let (readable, listed) = readable(home);
    ruleset(network)?
        .add_rules(path_beneath_rules(readable, read))?
        .add_rules(path_beneath_rules(listed, AccessFs::ReadDir))?
        .add_rules(path_beneath_rules(["/dev/null", "/dev/zero", "/dev/full"], AccessFs::from_all(ABI::V3)))?
        .add_rules(path_beneath_rules(["/dev/random", "/dev/urandom"], AccessFs::ReadFile))?
        .add_rules(path_beneath_rules([scratch], AccessFs::from_all(ABI::V3)))
}

/// What may be read: everything but where secrets are kept, at the top, in /etc, in the user's home, and beside
/// files of credentials. What may be read is named, so these directories are given entry by entry, and may
/// themselves only be listed.
fn readable(home: Option<&Path>) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let home = home.and_then(|home| home.canonicalize().ok());
    let above = home.iter().flat_map(|home| home.ancestors()).map(Path::to_owned);
    let mut listed: Vec<PathBuf> = above.chain(["/".into(), "/etc".into()]).collect();
    listed.extend(home.iter().flat_map(|home| directories_of_secrets(home)));
    listed.sort();
    listed.dedup();
    let entries = |directory: &PathBuf| fs::read_dir(directory).into_iter().flatten().flatten();
    let is_readable = |path: &PathBuf| {
        // A link leads where other rules hold.
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        !listed.contains(&real) && !keeps_secrets(path) && !keeps_secrets(&real)
    };
    let readable = listed.iter().flat_map(entries).map(|entry| entry.path()).filter(is_readable).collect();
    (readable, listed)
}

/// The directories between the home directory and files of credentials, our own settings among them.
fn directories_of_secrets(home: &Path) -> impl Iterator<Item = PathBuf> {
    let below = places::directories().chain([PathBuf::from(".config/awesh")]);
    let with_parents = below.flat_map(|path| path.ancestors().map(Path::to_owned).collect::<Vec<_>>());
    let real = with_parents.filter_map(|path| home.join(path).canonicalize().ok());
    real.filter(|path| !keeps_secrets(path))
}

/// Reads until nobody writes any more, or there is too much.
fn read(mut reader: PipeReader, output: &Output, full: oneshot::Sender<()>) {
    let mut portion = [0; 16 * 1024];
    while let Ok(count @ 1..) = reader.read(&mut portion) {
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        output.extend_from_slice(&portion[..count]);
        if output.len() > OUTPUT {
            // Its end may have been seen already.
            let _ = full.send(());
            return;
        }
    }
}

#[cfg(test)]
mod tests;
