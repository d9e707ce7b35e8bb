//! Batches in the background: each a process in a session of its own and a private directory by its name.
//!
//! The directory says what is to be done (`job.json`), by which process (`worker`, with the time it started, as a
//! number alone may belong to another by now), what it prints (`log`), what is known of each command as soon as it is
//! (`fates`), and what came of it all (`report.json`). A worker that is gone without a report was killed: that is
//! what is said of it then, with what is known.

mod directory;
mod job;
mod worker;

use std::io::{Read, Seek, SeekFrom};
use std::process::{Command, Stdio};
use std::time::Duration;

use agents::batch::Batch;
use clap::Subcommand;
use nix::sys::signal::{Signal, kill};
use tokio::time::sleep;

use self::directory::Directory;
use self::job::{Job, State};
use super::options::Form;
use super::round::{HostReport, Work};
use super::{Failure, SetUp, directory as base, json, show, status, wrong};
use crate::commands::NOTHING_READ;
use crate::commands::output::Output;
use crate::commands::table::{Cell, Colour, Paper, Row, draw};

/// Between two looks at a batch that is waited for.
const TICK: Duration = Duration::from_millis(100);

/// Bytes of a log that are read at once.
const PORTION: u64 = 1 << 20;

/// What is done with batches in the background.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Wait for batches in the background; the exit status is 0 only if all succeeded.
    Wait {
        /// What they are called; all that run if left out.
        names: Vec<String>,
    },
    /// Show what came of a batch in the background.
    Result {
        /// What it is called.
        name: String,
        /// Only the output of this command, as it is.
        label: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        /// Show what the hosts say alike once.
        #[arg(long, conflicts_with = "json")]
        differences: bool,
    },
    /// List the batches in the background.
    Status {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show what a batch in the background printed so far.
    Logs {
        /// What it is called.
        name: String,
        /// Go on until it ends.
        #[arg(long, short)]
        follow: bool,
    },
    /// End batches in the background, and their commands on the hosts.
    Cancel {
        /// What they are called.
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Remove what is kept of batches that have ended.
    Clean {
        /// What they are called; all that have ended if left out.
        names: Vec<String>,
    },
    /// Do the work of a batch in the background.
    #[command(hide = true)]
    Worker {
        /// What it is called.
        name: String,
    },
}

/// Does it.
pub(super) async fn run(action: Action, set_up: &SetUp) -> Result<u8, Failure> {
    let directory = Directory::new(base(set_up));
    let output = Output::new();
    match action {
        Action::Wait { names } => tokio::select! {
            ended = wait(&directory, &names, output) => ended,
            number = crate::commands::interrupted() => Ok(number),
        },
        Action::Result { name, label, json, differences } => {
            let form = match (json, differences) {
                (true, _) => Form::Json,
                (_, true) => Form::Differences,
                _ => Form::Grouped,
            };
            result(&directory.job(&name)?, label.as_deref(), form, output)
        }
        Action::Status { json } => {
            let jobs = directory.jobs();
            let text = if json { job::json(&jobs) } else { table(&jobs, output) };
            let _ = output.write(&text);
            Ok(0)
        }
        Action::Logs { name, follow } => {
            let job = directory.job(&name)?;
            tokio::select! {
                ended = logs(&job, follow, output) => ended,
                number = crate::commands::interrupted() => Ok(number),
            }
        }
        Action::Cancel { names } => cancel(&directory, &names, output).await,
        Action::Clean { names } => clean(&directory, &names),
        Action::Worker { name } => worker::run(&directory.job(&name)?, set_up).await,
    }
}

/// Starts a batch in the background.
pub(super) fn start(work: &Work, name: Option<&str>, set_up: &SetUp) -> Result<u8, Failure> {
    let directory = Directory::new(base(set_up));
    directory.remove_old();
    let work = Work { batch: Batch { keep: worker::KEEP, ..work.batch.clone() }, ..work.clone() };
    let job = directory.create(name, &work)?;
    let started = || -> std::io::Result<()> {
        let log = job.log_to_write()?;
        let mut worker = Command::new(std::env::current_exe()?);
        worker.args(["batch", "worker", &job.name]).stdin(Stdio::null());
        worker.stdout(log.try_clone()?).stderr(log);
        let child = worker.spawn()?;
        job.belongs_to(child.id())
    };
    if let Err(error) = started() {
        job.remove();
        let message = format!("the batch cannot be started in the background: {error}");
        return Err(Failure { message, hint: None, status: NOTHING_READ });
    }
    Output::new().remark(&format!("{} runs in the background; awesh batch wait {0}", job.name));
    Ok(0)
}

async fn wait(directory: &Directory, names: &[String], output: Output) -> Result<u8, Failure> {
    let jobs = directory.named_or(names, |job| job.state() == State::Running)?;
    let mut worst = 0;
    for job in jobs {
        while job.state() == State::Running {
            sleep(TICK).await;
        }
        let state = job.state();
        output.remark(&format!("{}: {}", job.name, job.told()));
        worst = worst.max(u8::from(state != State::Succeeded));
    }
    Ok(worst)
}

fn result(job: &Job, label: Option<&str>, form: Form, output: Output) -> Result<u8, Failure> {
    let reports = match job.report() {
        Some(reports) => reports,
        None if job.state() == State::Running => {
            let hint = format!("awesh batch wait {}", job.name);
            return Err(Failure { hint: Some(hint), ..wrong(format!("{} still runs", job.name), None) });
        }
        // What is known of one whose worker is gone.
        None => job.known(),
    };
    let work = job.work()?;
    if job.state() == State::Lost {
        output.remark(&format!("{}: {}", job.name, job.told()));
    }
    let _ = match label {
        Some(label) => labelled(&reports, label, output)?,
        None if form == Form::Json => output.write(&json::document(&work, &reports, true)),
        None => show::end(form, &work, &reports, output),
    };
    Ok(status(&reports))
}

fn labelled(
    reports: &[HostReport],
    label: &str,
    output: Output,
) -> Result<Result<(), crate::commands::output::Closed>, Failure> {
    let outcomes = reports.iter().flat_map(|host| &host.report.outcomes);
    let mut outcomes = outcomes.filter(|outcome| outcome.label == label).peekable();
    if outcomes.peek().is_none() {
        return Err(wrong(format!("no command of it is called {label}"), None));
    }
    Ok(outcomes.try_for_each(|outcome| {
        output.write_bytes(&outcome.stdout, false)?;
        output.write_bytes(&outcome.stderr, true)
    }))
}

fn table(jobs: &[Job], output: Output) -> String {
    if jobs.is_empty() {
        return "no batches in the background\n".to_owned();
    }
    let row = |job: &Job| {
        let state = job.state();
        let colour = match state {
            State::Running => Colour::Yellow,
            State::Succeeded => Colour::Green,
            State::Failed | State::Lost => Colour::Red,
        };
        let cells = vec![
            Cell::plain(&*job.name),
            Cell { text: state.word().to_owned(), colour },
            Cell::plain(job.began()),
        ];
        Row { cells, words: job.told() }
    };
    let rows: Vec<Row> = jobs.iter().map(row).collect();
    let width = output.is_terminal.then(|| output.size().0);
    let headings = ["NAME", "STATE", "BEGAN", "WHAT"];
    draw(&headings, &rows, &[2], Paper { width, colour: output.colour }).join("\n") + "\n"
}

async fn logs(job: &Job, follow: bool, output: Output) -> Result<u8, Failure> {
    let mut at = 0;
    loop {
        // Asked before reading: what is written until the end is read, too.
        let is_running = job.state() == State::Running;
        let mut bytes = Vec::new();
        let read = job.log_to_read().and_then(|mut log| {
            log.seek(SeekFrom::Start(at))?;
            log.take(PORTION).read_to_end(&mut bytes)
        });
        at += bytes.len() as u64;
        let is_all = read.is_err() || bytes.is_empty();
        if output.write_bytes(&bytes, false).is_err() || is_all && (!follow || !is_running) {
            return Ok(0);
        }
        if is_all {
            sleep(TICK).await;
        }
    }
}

async fn cancel(directory: &Directory, names: &[String], output: Output) -> Result<u8, Failure> {
    for job in directory.named_or(names, |_| false)? {
        match job.process() {
            Some(process) if job.state() == State::Running => {
                let _ = kill(process, Signal::SIGTERM);
                while job.state() == State::Running {
                    sleep(TICK).await;
                }
            }
            _ => {}
        }
        output.remark(&format!("{}: {}", job.name, job.told()));
    }
    Ok(0)
}

fn clean(directory: &Directory, names: &[String]) -> Result<u8, Failure> {
    for job in directory.named_or(names, |job| job.state() != State::Running)? {
        if job.state() == State::Running {
            let hint = format!("awesh batch cancel {}", job.name);
            return Err(Failure { hint: Some(hint), ..wrong(format!("{} still runs", job.name), None) });
        }
        job.remove();
    }
    Ok(0)
}
