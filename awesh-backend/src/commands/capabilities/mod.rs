//! `awesh capabilities`: what clusters can do, found in what was learned of them. No cluster is asked.

mod json;
mod rows;

use agents::capabilities::store::{Catalogue, Found, Library, Scanned};
use agents::capabilities::{Cluster, scope};
use agents::kubernetes::contexts::Contexts;
use clap::Args;

use super::choose::{Files, WRONG};
use super::output::Output;
use super::{Failure, NOTHING_READ, SetUp, environment};
use crate::library::Shelf;

/// How the exit status and the JSON are to be read.
const HELP: &str = "\
Without a query, the clusters of which something is known are listed. `awesh scan CONTEXT` learns what one can do.

Exit status: 0 something was found, 1 nothing was, 2 wrong arguments, 3 nothing was scanned yet or what is kept
cannot be read, 130 Ctrl-C.

JSON:
  schema    1; fields may be added, none changes its meaning
  query     what was searched, or null
  clusters  of which something is known, of each: context, server, kinds, learned_at
  found     best first, of each:
    context, server
    group, version, kind, plural, namespaced
    fit           every_term, some_terms, meaning
    capabilities, providers, abstractions, complexity (low, medium, high), description, use_case, confidence
    model, learned_at, age_s
  more      whether --limit left some out";

/// Options.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub struct Options {
    /// What is to be done, in your words: "durable queue", "issue certificates".
    #[arg(value_name = "QUERY", conflicts_with = "all")]
    query: Vec<String>,
    /// List everything that is known.
    #[arg(long)]
    all: bool,
    /// Only in clusters of this name; * is any text, ? any character. May be given more than once.
    #[arg(long, short, value_name = "PATTERN")]
    context: Vec<String>,
    /// The most that is shown; with --all everything is, if this is not given.
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    limit: Option<u16>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    files: Files,
}

/// How many are shown where nobody says.
const SHOWN: usize = 20;

/// What was asked, and what came of it.
struct Looked {
    query: Option<String>,
    contexts: Contexts,
    scanned: Vec<Scanned>,
    found: Vec<Found>,
    more: bool,
}

/// Shows what clusters can do.
pub(super) async fn run(options: Options, set_up: SetUp) -> Result<u8, Failure> {
    let output = Output::new();
    let query = options.query.join(" ");
    if !options.query.is_empty() && query.trim().is_empty() {
        let hint = Some("say what is to be done, or --all".to_owned());
        return Err(Failure { message: "the query is empty".to_owned(), hint, status: WRONG });
    }
    let (contexts, _) = options.files.contexts().await;
    let catalogue = Shelf::of_command(&set_up.settings, &set_up.state, environment()).open().await?;
    let looked = look(&options, query, contexts, &catalogue).await;
    catalogue.remarks().iter().for_each(|remark| output.remark(remark));
    let looked = looked?;
    let text = match (options.json, looked.query.is_none() && !options.all) {
        (true, _) => json::document(&looked),
        (false, true) => rows::clusters(&looked, output),
        (false, false) => rows::found(&looked, output),
    };
    let is_overview = looked.query.is_none() && !options.all;
    let is_found = is_overview || !looked.found.is_empty();
    // A reader that has seen enough is no error.
    Ok(output.write(&text).map_or(0, |()| u8::from(!is_found)))
}

async fn look(
    options: &Options,
    query: String,
    contexts: Contexts,
    catalogue: &Catalogue,
) -> Result<Looked, Failure> {
    let scanned = catalogue.clusters().await?;
    if scanned.is_empty() {
        let message = "no cluster was scanned yet, so it is not known what they can do".to_owned();
        let hint = Some("`awesh scan CONTEXT` learns it; `awesh clusters` lists the contexts".to_owned());
        return Err(Failure { message, hint, status: NOTHING_READ });
    }
    let chosen = scope::select(&scanned, &contexts, &options.context)
        .map_err(|idle| not_scanned(&idle, &scanned, &contexts))?;
    let query = Some(query).filter(|query| !query.trim().is_empty());
    let limit = match options.limit {
        Some(limit) => usize::from(limit),
        None if options.all => usize::MAX - 1,
        None => SHOWN,
    };
    let mut found = match &query {
        None if !options.all => Vec::new(),
        query => {
            catalogue.search(query.as_deref().unwrap_or_default(), Some(chosen.clone()), limit + 1).await?
        }
    };
    let more = found.len() > limit;
    found.truncate(limit);
    let scanned = scanned.into_iter().filter(|scanned| chosen.contains(&scanned.cluster)).collect();
    Ok(Looked { query, contexts, scanned, found, more })
}

/// Why nothing is known of what was named.
fn not_scanned(idle: &[String], scanned: &[Scanned], contexts: &Contexts) -> Failure {
    let known: Vec<&str> = scanned.iter().map(|scanned| scope::name(&scanned.cluster, contexts)).collect();
    let scan = idle.iter().find(|idle| contexts.entries.iter().any(|entry| entry.name == **idle));
    let hint = match scan {
        Some(context) => format!("`awesh scan {context}` learns it"),
        None => format!("scanned were: {}; quote patterns with * for the shell", known.join(", ")),
    };
    let message = format!("nothing is known of a cluster called {}", idle.join(", "));
    Failure { message, hint: Some(hint), status: WRONG }
}

/// What the user calls a cluster.
fn name<'a>(looked: &'a Looked, cluster: &'a Cluster) -> &'a str {
    scope::name(cluster, &looked.contexts)
}
