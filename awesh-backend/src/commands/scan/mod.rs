//! `awesh scan`: what a cluster can do, learned from a model kind by kind, many at a time.
//!
//! It shows how it goes and ends with a report; whatever ends it earlier, the next scan of the same cluster goes on
//! from there, and what is known as it is costs nothing.

mod accounts;
mod json;
mod scanning;
mod show;
mod words;

use std::sync::Arc;
use std::time::Duration;

use agents::capabilities::discover::identity;
use agents::capabilities::store::Library;
use agents::pool::AT_ONCE;
use clap::Args;

use super::choose::{Files, current, seconds};
use super::output::{Closed, Output};
use super::{Failure, SetUp, environment};
use crate::library::Shelf;
use scanning::Scanning;
use show::Show;

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
  progress  total, done, failed, running, elapsed_s, a_minute, left_s (null while not known), servers (of each: name,
            running, at_once, requests, refused, latency_s, rests_s, over: why it is not asked any more)
  report    learned, unchanged, failed, not_asked, over, gone, requests, input_tokens, output_tokens, cost (dollars or
            null), took_s, in_sequence_s";

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
    /// Ask this provider where neither --provider nor the setting scan.providers names any.
    #[arg(long, value_name = "PROVIDER", hide_short_help = true)]
    default_provider: Option<String>,
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
    let default = Vec::from_iter(options.default_provider.clone());
    let providers = [&options.provider, &set_up.scan_providers, &default];
    let providers = providers.into_iter().find(|providers| !providers.is_empty()).unwrap_or(&default);
    let accounts = accounts::accounts(providers, &set_up, environment())?;
    let cluster = identity(&entry);
    let show = Show::new(&entry.name, output, options.json);
    let directory = set_up.state.join("scans");
    let catalogue = Arc::new(Shelf::of_command(&set_up.settings, &set_up.state, environment()).open().await?);
    let scan = Scanning { options, entry, session, cluster, accounts, catalogue, directory, show };
    match scan.run().await {
        Ok(status) => Ok(status),
        // A reader that has seen enough is no error.
        Err(Broken::Closed) => Ok(0),
        Err(Broken::Failed(failure)) => Err(failure),
    }
}
