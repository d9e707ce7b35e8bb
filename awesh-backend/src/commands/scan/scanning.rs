//! One scan from its lock to its report.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use agents::capabilities::discover::{Discovered, discover};
use agents::capabilities::inference::Inference;
use agents::capabilities::journal::{self, Claim, Journal};
use agents::capabilities::scan::{Ended, Keeping, Next, Plan, Round};
use agents::capabilities::store::Catalogue;
use agents::capabilities::{Cluster, Kind};
use agents::kubernetes::Session;
use agents::kubernetes::client;
use agents::kubernetes::contexts::Entry;
use tokio::time::timeout;

use super::show::Show;
use super::words::{self, Outcome};
use super::{Broken, Options, json};
use crate::commands::output::{Closed, Output};
use crate::commands::{Failure, NOTHING_READ};

/// Between two looks at a scan that is waited for.
const LOOK: Duration = Duration::from_millis(500);

/// A scan under way.
pub(super) struct Scanning {
    pub(super) options: Options,
    pub(super) entry: Entry,
    pub(super) session: Arc<Session>,
    pub(super) cluster: Cluster,
    pub(super) accounts: Vec<Arc<dyn Inference>>,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) directory: PathBuf,
    pub(super) show: Show,
}

impl Scanning {
    /// Scans; the exit status.
    pub(super) async fn run(mut self) -> Result<u8, Broken> {
        let journal = self.claim().await?;
        let discovered = self.discover().await?;
        journal.remark().iter().for_each(|remark| self.show.output.remark(remark));
        let models: BTreeSet<String> = self.accounts.iter().map(|account| account.model()).collect();
        let plan = Plan::new(&discovered, &journal, &models, self.options.retry_failed);
        let context = self.entry.name.clone();
        self.show.event(|| json::plan(&context, &self.cluster.server, &plan, &discovered.remarks))?;
        self.show.canvas.clear()?;
        if !self.options.json {
            discovered.remarks.iter().for_each(|remark| self.show.output.remark(remark));
        }
        if self.options.dry_run {
            return Ok(self.say_plan(&plan)?);
        }
        let outcome = self.ask(&plan, journal).await?;
        self.show.canvas.clear()?;
        match self.options.json {
            true => self.show.event(|| json::report(&outcome))?,
            false => self.show.output.write(&outcome.text())?,
        }
        Ok(status(&outcome))
    }

    /// The journal of the cluster, as soon as no other process has it.
    async fn claim(&mut self) -> Result<Journal, Broken> {
        let mut told = None;
        loop {
            let (directory, cluster) = (self.directory.clone(), self.cluster.clone());
            let claimed = tokio::task::spawn_blocking(move || journal::claim(&directory, &cluster)).await;
            match claimed
                .map_err(io::Error::other)
                .and_then(|claimed| claimed)
                .map_err(|error| self.disk(&error))?
            {
                Claim::Ours(journal) => return Ok(*journal),
                Claim::Taken(holder) => {
                    self.show.doing(&words::waiting(&self.entry.name, &holder))?;
                    if told.as_ref() != Some(&holder) {
                        self.show.event(|| json::waiting(&holder))?;
                        told = Some(holder);
                    }
                    tokio::time::sleep(LOOK).await;
                }
            }
        }
    }

    async fn discover(&mut self) -> Result<Discovered, Failure> {
        let context = &self.entry.name;
        // Shown in passing: a reader that is gone is noticed by what counts.
        let _ = self.show.doing(&format!("{context}: reading which kinds it serves"));
        let reading = async {
            let cluster = client::Cluster::connect(&self.entry, &self.session).await?;
            discover(&cluster, self.options.built_in).await
        };
        let read = timeout(self.options.timeout, reading).await;
        let failure = |why: String| Failure {
            message: format!("the kinds of {context} could not be read: {why}"),
            hint: Some(format!("awesh clusters -c {context} tells how it is")),
            status: NOTHING_READ,
        };
        match read {
            Ok(Ok(discovered)) => Ok(discovered),
            Ok(Err(trouble)) => Err(failure(trouble.to_string())),
            Err(_) => Err(failure(format!("no answer within {}", words::time(self.options.timeout)))),
        }
    }

    fn say_plan(&self, plan: &Plan) -> Result<u8, Closed> {
        if !self.options.json {
            let ask: Vec<Kind> = plan.ask.iter().map(|definition| definition.kind.clone()).collect();
            let tokens = plan.tokens();
            let (context, unchanged) = (&self.entry.name, plan.unchanged);
            let mut text = format!(
                "{context}: {} to ask, about {tokens} tokens; {unchanged} known as they are.\n",
                words::kinds(ask.len())
            );
            ask.iter().for_each(|kind| text.push_str(&format!("{kind}\n")));
            self.show.output.write(&text)?;
        }
        Ok(0)
    }

    async fn ask(&mut self, plan: &Plan, journal: Journal) -> Result<Outcome, Broken> {
        let round = Round::new(plan, journal, &self.accounts, self.options.limit);
        let mut round = round.map_err(|error| self.disk(&error))?;
        let mut keeping = Keeping::begin(self.catalogue.clone(), &self.cluster, round.journal()).await;
        let mut kept = Kept::new(self.show.output, &self.entry.name, plan.ask.len());
        let mut failed = plan.failed.clone();
        while let Some(next) = round.step().await.map_err(|error| self.disk(&error))? {
            let progress = round.progress();
            if let Next::Ended(ended) = &next {
                match &**ended {
                    Ended::Learned(learned) => keeping.add(learned.clone()),
                    Ended::Failed(it) => failed.push(it.clone()),
                }
                kept.learned = progress.done - progress.failed;
                self.show.ended(ended)?;
            }
            // Where texts are turned to vectors, too, that waits until nobody asks for less.
            if progress.servers.iter().all(|server| server.refused == 0) {
                keeping.go_on();
            }
            self.show.progress(&progress)?;
        }
        kept.is_over = true;
        let outcome = Outcome::new(&self.entry.name, plan, &round, failed);
        self.show.doing(&format!("{}: keeping what was learned for searching", self.entry.name))?;
        self.tell_kept(keeping.finish().await);
        round.finish().map_err(|error| self.disk(&error))?;
        Ok(outcome)
    }

    /// Says why what was learned cannot be searched, and what there is to be told of the store.
    fn tell_kept(&self, failure: Option<agents::Failure>) {
        let output = self.show.output;
        self.catalogue.remarks().iter().for_each(|remark| output.remark(remark));
        if let Some(failure) = failure {
            let what = failure.message.trim_end_matches('.');
            output.remark(&format!("what was learned cannot be searched yet: {what}"));
            failure.hint.iter().for_each(|hint| output.remark(&format!("hint: {hint}")));
            output.remark("the next scan brings it in; nothing of it is asked again");
        }
    }

    /// Why nothing more can be kept.
    fn disk(&self, error: &io::Error) -> Failure {
        Failure {
            message: format!("what is learned cannot be kept in {}: {error}", self.directory.display()),
            hint: Some("what was learned before is kept; awesh scan goes on from there".to_owned()),
            status: NOTHING_READ,
        }
    }
}

fn status(outcome: &Outcome) -> u8 {
    let is_whole = outcome.failed.is_empty() && outcome.left.is_empty();
    let is_nothing = outcome.learned == 0 && outcome.unchanged == 0;
    match (is_whole, is_nothing) {
        (true, _) => 0,
        (false, true) => NOTHING_READ,
        (false, false) => 1,
    }
}

/// Says what is kept where a scan is ended before its time.
struct Kept<'a> {
    output: Output,
    context: &'a str,
    total: usize,
    learned: usize,
    is_over: bool,
}

impl<'a> Kept<'a> {
    fn new(output: Output, context: &'a str, total: usize) -> Self {
        Self { output, context, total, learned: 0, is_over: false }
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            let Self { output, context, total, learned, .. } = self;
            output.remark(&format!("{learned} of {total} are kept; awesh scan {context} goes on from there"));
        }
    }
}
