//! `awesh scan`: what a cluster can do, learned from a model kind by kind, many at a time.
//!
//! It shows how it goes and ends with a report; whatever ends it earlier, the next scan of the same cluster goes on from
//! there, and what is known as it is costs nothing.

mod accounts;
mod json;
mod show;
mod words;

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use agents::capabilities::discover::{Discovered, discover, identity};
use agents::capabilities::inference::Inference;
use agents::capabilities::journal::{self, Claim, Journal};
use agents::capabilities::scan::{Ended, Next, Plan, Round};
use agents::capabilities::{Cluster, Kind};
use agents::kubernetes::Session;
use agents::kubernetes::client;
use agents::kubernetes::contexts::Entry;
use agents::pool::AT_ONCE;
use clap::Args;
use tokio::time::timeout;

use super::choose::{Files, current, seconds};
use super::output::{Closed, Output};
use super::{Failure, NOTHING_READ, SetUp, environment};
use show::Show;
use words::Outcome;

/// How the exit status and the JSON are to be read.
const HELP: &str = "\
Exit status: 0 all kinds are described, 1 some are not, 2 wrong arguments, 3 nothing could be read or asked, 130 Ctrl-C.

A scan that is ended goes on where it was when it is called again. A second one of the same cluster waits for the
first. Definitions and names alone are sent, secrets in them replaced; each request is in `awes log`. Kinds whose
definition has not changed since are not asked again; with another model all are.

JSON, an event a line:
  waiting   pid, done, total: another process scans the cluster
  plan      schema: 1; context, server, ask (names), unchanged, failed_before, gone, tokens, remarks
  learned   name, kind, model, learned_at, description
  failed    name, kind, why
  progress  total, done, failed, running, elapsed_s, a_minute, left_s, servers
  report    learned, unchanged, failed, not_asked, over, gone, requests, input_tokens, output_tokens, cost (dollars or
            null), took_s, in_sequence_s";

/// Between two looks at a scan that is waited for.
const LOOK: Duration = Duration::from_millis(500);

/// Options.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub struct Options {
    /// The context of the cluster; the current one where none is given.
    #[arg(value_name = "CONTEXT")]
    context: Option<String>,
    /// Describe what every cluster has, too: pods, deployments, …
    #[arg(long)]
    built_in: bool,
    /// Requests at the same time with one provider; fewer are sent where it asks for that.
    #[arg(long, value_name = "N", default_value_t = AT_ONCE, value_parser = at_once)]
    limit: usize,
    /// Ask again what failed before.
    #[arg(long)]
    retry_failed: bool,
    /// Say what would be asked, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print events as JSON, one a line.
    #[arg(long)]
    json: bool,
    /// Ask this provider, such as "openai model=gpt-4.1-mini key=VARIABLE", instead of the one of the settings. May be
    /// given more than once: they share the work.
    #[arg(long, value_name = "PROVIDER")]
    provider: Vec<String>,
    /// How long the cluster may take to tell its kinds, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    timeout: Duration,
    #[command(flatten)]
    files: Files,
}

fn at_once(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=1000).contains(number));
    number.ok_or_else(|| "not a number from 1 to 1000".to_owned())
}

/// Why a scan came to its end before its time.
enum Broken {
    /// Nobody reads on.
    Closed,
    /// Something has to be said.
    Failed(Failure),
}

impl From<Closed> for Broken {
    fn from(_: Closed) -> Self {
        Self::Closed
    }
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Scans.
pub(super) async fn run(options: Options, set_up: SetUp) -> Result<u8, Failure> {
    let output = Output::new();
    let (contexts, session) = options.files.contexts().await;
    let entry = current(&contexts, options.context.as_deref(), "awesh scan CONTEXT")?.clone();
    contexts.problems.iter().for_each(|problem| output.remark(problem));
    let providers = if options.provider.is_empty() { &set_up.scan_providers } else { &options.provider };
    let accounts = accounts::accounts(providers, &set_up, environment())?;
    let cluster = identity(&entry);
    let show = Show::new(&entry.name, output, options.json);
    let directory = set_up.state.join("scans");
    let scan = Scanning { options, entry, session, cluster, accounts, directory, show };
    match scan.run().await {
        Ok(status) => Ok(status),
        // A reader that has seen enough is no error.
        Err(Broken::Closed) => Ok(0),
        Err(Broken::Failed(failure)) => Err(failure),
    }
}

/// A scan under way.
struct Scanning {
    options: Options,
    entry: Entry,
    session: Arc<Session>,
    cluster: Cluster,
    accounts: Vec<Arc<dyn Inference>>,
    directory: PathBuf,
    show: Show,
}

impl Scanning {
    async fn run(mut self) -> Result<u8, Broken> {
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
        let mut kept = Kept {
            output: self.show.output,
            context: &self.entry.name,
            total: plan.ask.len(),
            learned: 0,
            is_over: false,
        };
        let mut failed = plan.failed.clone();
        while let Some(next) = round.step().await.map_err(|error| disk(&self.directory, &error))? {
            if let Next::Ended(ended) = &next {
                match ended {
                    Ended::Learned(_) => kept.learned += 1,
                    Ended::Failed(it) => failed.push(it.clone()),
                }
                self.show.ended(ended)?;
            }
            self.show.progress(&round.progress())?;
        }
        kept.is_over = true;
        let (progress, bill, left) = (round.progress(), round.bill(), round.left());
        let over =
            progress.servers.iter().filter_map(|server| Some((server.name.clone(), server.over.clone()?)));
        let outcome = Outcome {
            context: self.entry.name.clone(),
            unchanged: plan.unchanged,
            learned: kept.learned,
            gone: plan.gone.clone(),
            failed,
            left,
            over: over.collect(),
            bill,
            requests: progress.servers.iter().map(|server| server.requests).sum(),
            elapsed: progress.elapsed,
            in_sequence: progress.in_sequence,
        };
        round.finish().map_err(|error| disk(&self.directory, &error))?;
        Ok(outcome)
    }

    fn disk(&self, error: &io::Error) -> Failure {
        disk(&self.directory, error)
    }
}

/// Why nothing more can be kept.
fn disk(directory: &std::path::Path, error: &io::Error) -> Failure {
    Failure {
        message: format!("what is learned cannot be kept in {}: {error}", directory.display()),
        hint: Some("what was learned before is kept; awesh scan goes on from there".to_owned()),
        status: NOTHING_READ,
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

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            let Self { output, context, total, learned, .. } = self;
            output.remark(&format!("{learned} of {total} are kept; awesh scan {context} goes on from there"));
        }
    }
}
