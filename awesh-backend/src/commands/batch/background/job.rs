//! A batch in the background, as its files tell of it.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::Duration;

use agents::batch::{Fate, Outcome, Report};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use super::super::round::{HostReport, Work, name};
use super::super::{Failure, show, wrong};
use crate::files;

/// How a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Running,
    Succeeded,
    Failed,
    /// Its process is gone, and has not said what came of it.
    Lost,
}

impl State {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Lost => "lost",
        }
    }
}

/// The process that does the work.
#[derive(Debug, Serialize, Deserialize)]
struct Worker {
    pid: i32,
    /// When it started, in the kernel's ticks.
    started: u64,
}

/// What became of a command, as soon as it is known.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) host: usize,
    pub(super) number: usize,
    pub(super) fate: Option<Fate>,
}

/// A batch.
pub(super) struct Job {
    pub(super) name: String,
    path: PathBuf,
}

impl Job {
    pub(super) fn new(path: PathBuf) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self { name, path }
    }

    /// Where its files are.
    pub(super) fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// What it is to do.
    pub(super) fn work(&self) -> Result<Work, Failure> {
        let text = files::read(&self.path.join("job.json")).unwrap_or_default();
        serde_json::from_str(&text)
            .map_err(|error| wrong(format!("what {} was to do cannot be read: {error}", self.name), None))
    }

    pub(super) fn keep_work(&self, work: &Work) -> io::Result<()> {
        files::replace(&self.path.join("job.json"), &serde_json::to_vec(work)?)
    }

    /// Says which process does the work.
    pub(super) fn belongs_to(&self, pid: u32) -> io::Result<()> {
        let pid = i32::try_from(pid).map_err(io::Error::other)?;
        // One that has already ended has left its report.
        let worker = Worker { pid, started: started(pid).unwrap_or(0) };
        files::replace(&self.path.join("worker"), &serde_json::to_vec(&worker)?)
    }

    /// The process, if it still runs.
    pub(super) fn process(&self) -> Option<Pid> {
        let text = files::read(&self.path.join("worker")).ok()?;
        let worker: Worker = serde_json::from_str(&text).ok()?;
        (started(worker.pid)? == worker.started).then(|| Pid::from_raw(worker.pid))
    }

    pub(super) fn state(&self) -> State {
        // Asked in this order: a report is there before the process is gone.
        let is_running = self.process().is_some();
        match self.report() {
            Some(reports) if reports.iter().all(|host| host.report.is_success()) => State::Succeeded,
            Some(_) => State::Failed,
            None if is_running
                || self.age().is_some_and(|age| age < STARTING) && !self.path.join("worker").exists() =>
            {
                State::Running
            }
            None => State::Lost,
        }
    }

    /// What came of it, when it has ended.
    pub(super) fn report(&self) -> Option<Vec<HostReport>> {
        serde_json::from_slice(&fs::read(self.path.join("report.json")).ok()?).ok()
    }

    pub(super) fn keep_report(&self, reports: &[HostReport]) -> io::Result<()> {
        files::replace(&self.path.join("report.json"), &serde_json::to_vec(reports)?)
    }

    /// Keeps what became of a command.
    pub(super) fn keep(&self, known: &Known) -> io::Result<()> {
        let mut line = serde_json::to_vec(known)?;
        line.push(b'\n');
        private(&self.path.join("fates"))?.write_all(&line)
    }

    /// What is known of one whose process is gone: what ended, what had begun, and nothing of what it wrote but the
    /// log.
    pub(super) fn known(&self) -> Vec<HostReport> {
        let Ok(work) = self.work() else { return Vec::new() };
        let text = files::read(&self.path.join("fates")).unwrap_or_default();
        let known = text.lines().filter_map(|line| serde_json::from_str::<Known>(line).ok());
        // What is said last holds.
        let known: HashMap<_, _> = known.map(|known| ((known.host, known.number), known.fate)).collect();
        // Where nothing is said it cannot be told whether the host was already asked.
        let fate = |host, number| known.get(&(host, number)).copied().flatten().unwrap_or(Fate::Unknown);
        let outcome = |host: usize, (number, command)| Outcome::of_nothing(command, fate(host, number));
        let host = |(at, host)| HostReport {
            name: name(host, &work.hosts),
            report: Report {
                outcomes: work.batch.commands.iter().enumerate().map(|one| outcome(at, one)).collect(),
                failure: None,
                took: Duration::ZERO,
            },
        };
        work.hosts.iter().enumerate().map(host).collect()
    }

    /// In a sentence.
    pub(super) fn told(&self) -> String {
        match (self.state(), self.report()) {
            (State::Running, _) => {
                let hosts = self.work().map_or(0, |work| work.hosts.len());
                format!("runs on {}", show::count(hosts))
            }
            (_, Some(reports)) => show::summary(&reports),
            (_, None) => format!("its process was killed; {}", show::summary(&self.known())),
        }
    }

    pub(super) fn began(&self) -> String {
        let began = fs::metadata(self.path.join("job.json")).and_then(|data| data.modified()).ok();
        let began = began.and_then(|time| jiff::Timestamp::try_from(time).ok());
        began
            .map(|time| time.to_zoned(jiff::tz::TimeZone::system()).strftime("%F %T").to_string())
            .unwrap_or_default()
    }

    pub(super) fn age(&self) -> Option<Duration> {
        fs::metadata(&self.path).and_then(|data| data.modified()).ok()?.elapsed().ok()
    }

    pub(super) fn log_to_write(&self) -> io::Result<File> {
        private(&self.path.join("log"))
    }

    pub(super) fn log_to_read(&self) -> io::Result<File> {
        File::open(self.path.join("log"))
    }

    /// Removes all that is kept of it.
    pub(super) fn remove(&self) {
        // One that cannot be removed is listed again.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// How long a batch may be without a worker because it is just being started.
const STARTING: Duration = Duration::from_secs(5);

fn private(path: &std::path::Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

/// When a process started, if it runs: the 22nd field of its `stat`, after the name in parentheses.
fn started(pid: i32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    // A process that nobody has waited for yet has ended.
    if fields.first() == Some(&"Z") {
        return None;
    }
    fields.get(19)?.parse().ok()
}

#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    state: &'static str,
    began: String,
    what: String,
}

/// The batches as JSON.
pub(super) fn json(jobs: &[Job]) -> String {
    let listed = |job| {
        let job: &Job = job;
        Listed { name: &job.name, state: job.state().word(), began: job.began(), what: job.told() }
    };
    let listed: Vec<Listed> = jobs.iter().map(listed).collect();
    serde_json::to_string_pretty(&listed).unwrap_or_default() + "\n"
}
