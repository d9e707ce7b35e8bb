//! Hosts in rounds: all at once, or the canary first and the others so many after each other, with a look at their
//! health between.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use agents::batch::{self, Batch, Event, Fate, Outcome, Place, Report, Wish};
use agents::fan_out::{FanOut, Limits, Progress, Step};
use agents::ssh::{Chosen, Connections};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// What is to be done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Work {
    pub(super) hosts: Vec<Chosen>,
    pub(super) batch: Batch,
    pub(super) at_once: usize,
    pub(super) serial: Option<usize>,
    /// Which host comes first.
    pub(super) canary: Option<usize>,
    pub(super) health: Option<String>,
    pub(super) ssh_config: Option<PathBuf>,
}

/// What happens, as it happens.
#[derive(Debug)]
pub(super) enum Happened {
    /// On a host.
    On(usize, Event),
    /// A host is done.
    Done(usize, Option<batch::Failure>),
    /// Nothing for a while.
    Waiting(Progress),
    /// Others do not begin, for this reason.
    Stopped(String),
}

/// What came of a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HostReport {
    pub(super) name: String,
    pub(super) report: Report,
}

impl HostReport {
    /// Whether nothing ran there because it could not be reached.
    pub(super) fn is_unreached(&self) -> bool {
        let has_run = |outcome: &Outcome| outcome.fate != Fate::NotRun;
        self.report.failure.is_some() && !self.report.outcomes.iter().any(has_run)
    }
}

/// How the hosts of one command are called when there is more than one way to: a name, or a name and a port.
pub(super) fn name(host: &Chosen, hosts: &[Chosen]) -> String {
    let target = &host.target;
    let is_other = |other: &&Chosen| other.target.name == target.name;
    if hosts.iter().filter(is_other).count() < 2 {
        return target.name.clone();
    }
    let user = target.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
    let port = target.port.map(|port| format!(":{port}")).unwrap_or_default();
    format!("{user}{}{port}", target.name)
}

/// Runs all rounds, as far as they go well.
pub(super) async fn rounds<F>(work: &Work, wish: watch::Sender<Wish>, happened: F) -> Vec<HostReport>
where
    F: FnMut(Happened) + Clone + Send + 'static,
{
    let connections = Connections::new(work.ssh_config.clone());
    let places: Vec<Place> =
        work.hosts.iter().map(|host| Place::Host(connections.host(host.target.clone()))).collect();
    let mut reports: Vec<Option<Report>> = vec![None; places.len()];
    let mut say = happened.clone();
    let all = order(work);
    for (at, hosts) in all.iter().enumerate() {
        let round = Round { work, places: &places, hosts, batch: &work.batch, is_seen: true };
        round.run(&wish, happened.clone(), &mut reports).await;
        let is_last = at + 1 == all.len();
        if is_last || *wish.borrow() != Wish::GoOn {
            break;
        }
        if let Some(why) = trouble(work, &places, hosts, &reports, &wish, happened.clone()).await {
            say(Happened::Stopped(why));
            break;
        }
    }
    let named = work.hosts.iter().map(|host| name(host, &work.hosts));
    let report = |report: Option<Report>| report.unwrap_or_else(|| Report::not_run(&work.batch, None));
    named.zip(reports).map(|(name, found)| HostReport { name, report: report(found) }).collect()
}

/// Which hosts go together.
fn order(work: &Work) -> Vec<Vec<usize>> {
    let others: Vec<usize> = (0..work.hosts.len()).filter(|host| Some(*host) != work.canary).collect();
    let size = work.serial.unwrap_or(others.len()).max(1);
    let first = work.canary.map(|canary| vec![canary]);
    first.into_iter().chain(others.chunks(size).map(<[usize]>::to_vec)).collect()
}

/// Why no other hosts are to begin after these, if so.
async fn trouble<F>(
    work: &Work,
    places: &[Place],
    hosts: &[usize],
    reports: &[Option<Report>],
    wish: &watch::Sender<Wish>,
    happened: F,
) -> Option<String>
where
    F: FnMut(Happened) + Clone + Send + 'static,
{
    let named = |host: usize| name(&work.hosts[host], &work.hosts);
    let failed = |reports: &[Option<Report>]| {
        let is_bad = |host: &&usize| !reports[**host].as_ref().is_some_and(Report::is_success);
        hosts.iter().find(is_bad).copied()
    };
    if let Some(host) = failed(reports) {
        return Some(format!("{} failed", named(host)));
    }
    let health = Batch { deadline: work.batch.deadline, ..Batch::new([("health", work.health.as_deref()?)]) };
    let mut found = vec![None; places.len()];
    let round = Round { work, places, hosts, batch: &health, is_seen: false };
    round.run(wish, happened, &mut found).await;
    failed(&found).map(|host| format!("{} is not healthy", named(host)))
}

/// Hosts that run at once.
struct Round<'a> {
    work: &'a Work,
    places: &'a [Place],
    hosts: &'a [usize],
    batch: &'a Batch,
    /// Whether its events are told.
    is_seen: bool,
}

impl Round<'_> {
    async fn run<F>(&self, wish: &watch::Sender<Wish>, mut happened: F, reports: &mut [Option<Report>])
    where
        F: FnMut(Happened) + Clone + Send + 'static,
    {
        let limits = Limits { at_once: self.work.at_once, deadline: Duration::MAX };
        let tasks = self.hosts.iter().map(|host| self.task(*host, wish.clone(), happened.clone()));
        let mut all = FanOut::start(tasks, limits);
        while let Some(step) = all.step().await {
            match step {
                Step::Finished(finished) => {
                    let host = self.hosts[finished.index];
                    let report = finished.result.unwrap_or_else(|_| Report::not_run(self.batch, None));
                    if self.is_seen {
                        happened(Happened::Done(host, report.failure.clone()));
                    }
                    reports[host] = Some(report);
                }
                Step::Waiting(progress) => happened(Happened::Waiting(progress)),
            }
        }
    }

    fn task<F>(
        &self,
        host: usize,
        wish: watch::Sender<Wish>,
        mut happened: F,
    ) -> (String, impl Future<Output = Result<Report, ()>> + Send + use<F>)
    where
        F: FnMut(Happened) + Clone + Send + 'static,
    {
        let (place, batch, is_seen) = (self.places[host].clone(), Arc::new(self.batch.clone()), self.is_seen);
        let stop = wish.clone();
        let task = async move {
            let is_fast = batch.fail_fast;
            let report = batch::run_until(&place, &batch, wish.subscribe(), |event| {
                let has_failed =
                    matches!(event, Event::Ended(_, fate) if !fate.is_success() && fate != Fate::NotRun);
                if is_fast && has_failed {
                    halt(&stop);
                }
                if is_seen {
                    happened(Happened::On(host, event));
                }
            })
            .await;
            if is_fast && !report.is_success() {
                halt(&stop);
            }
            Ok(report)
        };
        (name(&self.work.hosts[host], &self.work.hosts), task)
    }
}

/// Lets nothing else begin.
fn halt(wish: &watch::Sender<Wish>) {
    wish.send_if_modified(|wish| std::mem::replace(wish, (*wish).max(Wish::Stop)) < Wish::Stop);
}
