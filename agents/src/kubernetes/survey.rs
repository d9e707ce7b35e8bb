//! All clusters at once: rows as they come, in their order at the end, and what is known of them from before.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;

use super::Session;
use super::cache::{self, Cache};
use super::client::Cluster;
use super::contexts::Entry;
use super::read::{self, Clock};
use super::report::{Report, Status, Took};
use super::trouble::{Kind, Trouble};
use crate::fan_out::{Failure, FanOut, Finished, Limits, Progress, Step};

/// How much longer than its deadline a cluster may take for what is not asking: reading and writing the cache.
const GRACE: Duration = Duration::from_secs(2);

/// Clusters that are asked together, once or again and again: each keeps its client and its connections.
pub struct Survey {
    sites: Vec<Arc<Site>>,
    limits: Limits,
    is_fresh: bool,
}

/// One cluster of a survey.
struct Site {
    entry: Entry,
    session: Arc<Session>,
    cluster: Mutex<Option<Cluster>>,
    cache: Option<(Cache, String)>,
}

impl Survey {
    /// Of these contexts. `is_fresh`: whatever is known from before, every cluster is asked.
    pub fn new(entries: Vec<Entry>, session: &Arc<Session>, limits: Limits, is_fresh: bool) -> Self {
        let site = |entry: Entry| {
            let keyed = |cache| (cache, cache::key(&entry, &session.environment));
            let cache = Cache::of(&session.environment).map(keyed);
            Arc::new(Site { entry, session: session.clone(), cluster: Mutex::default(), cache })
        };
        Self { sites: entries.into_iter().map(site).collect(), limits, is_fresh }
    }

    /// The names of the contexts.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sites.iter().map(|site| site.entry.name.as_str())
    }

    /// What is known from before, in the order of the contexts.
    pub async fn known(&self) -> Vec<Option<Report>> {
        let sites = self.sites.clone();
        let look = move || {
            if let Some((cache, _)) = sites.first().and_then(|site| site.cache.as_ref()) {
                cache.sweep();
            }
            sites.iter().map(|site| site.known(Timestamp::now())).collect()
        };
        tokio::task::spawn_blocking(look).await.unwrap_or_default()
    }

    /// Asks them all. A dear failure of a moment ago stands, unless all is to be fresh.
    pub fn round(&self) -> Round {
        let (is_fresh, deadline) = (self.is_fresh, self.limits.deadline);
        let task = |site: &Arc<Site>| {
            let (name, site) = (site.entry.name.clone(), site.clone());
            (name, async move { Ok(site.report(is_fresh, deadline).await) })
        };
        // Each part keeps to the deadline by itself, so that the others are kept.
        let limits = Limits { deadline: deadline + GRACE, ..self.limits };
        Round {
            began: tokio::time::Instant::now(),
            since: Timestamp::now(),
            reports: self.sites.iter().map(|_| None).collect(),
            fan_out: FanOut::start(self.sites.iter().map(task), limits),
        }
    }
}

/// One asking of all clusters.
pub struct Round {
    began: tokio::time::Instant,
    since: Timestamp,
    reports: Vec<Option<Report>>,
    fan_out: FanOut<Report, Infallible>,
}

/// What happened next.
#[derive(Debug)]
pub enum Next {
    /// The report at this place is there.
    Row(usize),
    /// None came for a while.
    Waiting(Progress),
}

impl Round {
    /// Waits for what happens next; nothing when all reports are there.
    pub async fn step(&mut self) -> Option<Next> {
        match self.fan_out.step().await? {
            Step::Waiting(progress) => Some(Next::Waiting(progress)),
            Step::Finished(finished) => {
                let index = finished.index;
                self.reports[index] = Some(report(finished));
                Some(Next::Row(index))
            }
        }
    }

    /// The reports so far, in the order of the contexts.
    pub fn reports(&self) -> &[Option<Report>] {
        &self.reports
    }

    /// All reports, when they are there.
    pub fn finish(self) -> Vec<Report> {
        self.reports.into_iter().flatten().collect()
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.fan_out.progress()
    }

    /// When it began: what was read before is from before.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// How long it takes so far.
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
}

/// The report of a task, also of one that did not get so far.
fn report(finished: Finished<Report, Infallible>) -> Report {
    let trouble = match finished.result {
        Ok(report) => return report,
        Err(Failure::TimedOut(deadline)) => read::late(deadline),
        Err(Failure::Panicked) => {
            Trouble::new(Kind::Internal, "the reading failed; this is a defect of awesh")
        }
        Err(Failure::Failed(never)) => match never {},
    };
    let took = vec![Took { name: "connect".to_owned(), ms: finished.took.as_secs_f64() * 1e3 }];
    Report { took, ..Report::new(&finished.name, None, Timestamp::now()) }.failed(trouble)
}

impl Site {
    fn known(&self, now: Timestamp) -> Option<Report> {
        let (cache, key) = self.cache.as_ref()?;
        cache.get(key, &self.entry.name, now)
    }

    async fn report(self: Arc<Self>, is_fresh: bool, deadline: Duration) -> Report {
        if !is_fresh {
            let site = self.clone();
            let known = move || site.known(Timestamp::now());
            let known = tokio::task::spawn_blocking(known).await.ok().flatten();
            if let Some(known) = known.filter(|known| cache::is_standing_failure(known, Timestamp::now())) {
                return known;
            }
        }
        let report = self.read(deadline).await;
        let kept = report.clone();
        let keep = tokio::task::spawn_blocking(move || {
            let (cache, key) = self.cache.as_ref()?;
            // A cache that cannot be written is none.
            cache.put(key, &kept).inspect_err(|error| tracing::debug!(%error, "cache not written")).ok()
        });
        let _ = keep.await;
        report
    }

    /// Reads the cluster with the client that there is, or a new one.
    async fn read(&self, deadline: Duration) -> Report {
        let mut cluster = self.cluster.lock().await;
        let server = self.entry.cluster.as_ref().and_then(|cluster| cluster.server.clone());
        let mut report = Report::new(&self.entry.name, server, Timestamp::now());
        let clock = Clock::start(deadline);
        if cluster.as_ref().is_none_or(|cluster| cluster.is_stale(report.read_at)) {
            let (connected, took) = clock.time("connect", Cluster::connect(&self.entry, &self.session)).await;
            report.took.push(took);
            match connected {
                Ok(connected) => *cluster = Some(connected),
                Err(trouble) => return Report { read_at: Timestamp::now(), ..report }.failed(trouble),
            }
        }
        let Some(connected) = cluster.as_ref() else { return report };
        let report = read::ask(connected, report, clock).await;
        if report.status == Status::Unauthorised {
            // The next time with new credentials.
            *cluster = None;
        }
        report
    }
}

#[cfg(test)]
mod tests;
