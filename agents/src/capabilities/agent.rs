//! The agent for what clusters can do: answers from what was learned, and asks no cluster.

use async_trait::async_trait;
use awesh_protocol::FailureKind;
use jiff::Timestamp;

use super::phrases::{Asked, Whose, understand};
use super::store::{Catalogue, Fit, Found, Scanned};
use super::{Cluster, rows, scope};
use crate::agent::{Agent, Bid, Failure, Question};
use crate::context::{Answer, Context};
use crate::kubernetes::Session;
use crate::kubernetes::contexts::Contexts;
use crate::words::code;

/// Bytes beyond which a question says more than a phrase could.
const LONGEST: usize = 400;

/// Kinds told of each cluster.
const EACH: usize = 5;

/// Kinds looked at, so that a cluster that fits best does not hide the others.
const LOOKED_AT: usize = 500;

/// The agent.
#[derive(Debug)]
pub struct Capabilities;

#[async_trait]
impl Agent for Capabilities {
    fn name(&self) -> &'static str {
        "capabilities"
    }

    async fn bid(&self, question: &Question) -> Bid {
        if question.text.len() > LONGEST {
            return Bid::None;
        }
        let contexts = Session::of(question).contexts().await;
        match understand(&question.text, &contexts.names()) {
            Some(_) if !contexts.entries.is_empty() => Bid::Certain,
            _ => Bid::None,
        }
    }

    async fn run(&self, context: &Context) -> Result<Answer, Failure> {
        let contexts = Session::of(&context.question).contexts().await;
        let asked = understand(&context.question.text, &contexts.names()).ok_or_else(|| {
            Failure::new(FailureKind::Settings, "The contexts of the kubeconfig have changed meanwhile.")
        })?;
        let catalogue = context.library.open().await?;
        let scanned = catalogue.clusters().await?;
        let clusters = meant(&asked.whose, &contexts, &scanned)?;
        let found = catalogue.search(&asked.what, Some(clusters.clone()), LOOKED_AT).await?;
        let found = best_of_each(found);
        let known = Known { asked: &asked, contexts: &contexts, clusters: &clusters, scanned: &scanned };
        context.user.text(&known.opening(&found)).await;
        if !found.is_empty() {
            context.user.table(&rows::HEADINGS, table(&found, &contexts)).await;
        }
        tell_remarks(&catalogue, context).await;
        Ok(Answer::default())
    }
}

/// The clusters that are meant, as far as anything is known of them.
fn meant(whose: &Whose, contexts: &Contexts, scanned: &[Scanned]) -> Result<Vec<Cluster>, Failure> {
    let wanted: Vec<String> = match whose {
        Whose::All if scanned.is_empty() => {
            let nothing = "No cluster was scanned yet, so it is not known what they can do.";
            return Err(Failure::new(FailureKind::Settings, nothing).hint("awesh scan CONTEXT learns it."));
        }
        Whose::All => Vec::new(),
        Whose::Named(names) => names.clone(),
        Whose::Current => vec![contexts.current.clone().ok_or_else(|| {
            Failure::new(FailureKind::Settings, "No context of the kubeconfig is the current one.")
                .hint("Ask for all: «which of our clusters can …»")
        })?],
    };
    let is_named = |scanned: &&Scanned, name: &String| scope::has_name(&scanned.cluster, contexts, name);
    let unknown: Vec<&String> =
        wanted.iter().filter(|name| !scanned.iter().any(|scanned| is_named(&scanned, name))).collect();
    if let Some(first) = unknown.first() {
        let list = unknown.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
        let message = format!("It is not known yet what {list} can do.");
        return Err(
            Failure::new(FailureKind::Settings, message).hint(format!("awesh scan {first} learns it."))
        );
    }
    let chosen = |cluster: &&Scanned| wanted.is_empty() || wanted.iter().any(|name| is_named(cluster, name));
    Ok(scanned.iter().filter(chosen).map(|scanned| scanned.cluster.clone()).collect())
}

/// The best of each cluster: those that say all that was asked, else those that are near.
fn best_of_each(found: Vec<Found>) -> Vec<Found> {
    let best = found.iter().map(|found| found.fit).min();
    let mut kept: Vec<Found> = Vec::new();
    for one in found.into_iter().filter(|found| Some(found.fit) == best) {
        if kept.iter().filter(|kept| kept.cluster == one.cluster).count() < EACH {
            kept.push(one);
        }
    }
    kept
}

fn table(found: &[Found], contexts: &Contexts) -> Vec<Vec<String>> {
    let now = Timestamp::now();
    let row = |found: &Found| {
        let cells = rows::cells(found, scope::name(&found.cluster, contexts), now);
        cells.into_iter().chain([rows::what(found)]).collect()
    };
    found.iter().map(row).collect()
}

/// What is asked, and of what is known.
struct Known<'a> {
    asked: &'a Asked,
    contexts: &'a Contexts,
    clusters: &'a [Cluster],
    scanned: &'a [Scanned],
}

impl Known<'_> {
    /// The answer in a sentence, and how old it is.
    fn opening(&self, found: &[Found]) -> String {
        let what = code(&self.asked.what);
        let places = self.list(self.clusters.iter());
        let Some(first) = found.first() else {
            return format!("Nothing that is known of {places} says {what}{}.\n", self.learned());
        };
        let fitting = self.list(found.iter().map(|found| &found.cluster));
        match (first.fit, self.asked.is_yes_or_no) {
            (Fit::EveryTerm, true) => {
                let kind = code(&first.learned.kind.to_string());
                format!("**Yes**: {fitting}, by {kind}{}.\n", self.learned())
            }
            (Fit::EveryTerm, false) => format!("For {what}, {fitting}{}:\n", self.learned()),
            _ => format!(
                "Nothing that is known of {places} says all of {what}{}. What is near:\n",
                self.learned()
            ),
        }
    }

    /// Names of clusters, each once.
    fn list<'c>(&self, clusters: impl Iterator<Item = &'c Cluster>) -> String {
        /// More are counted.
        const MOST: usize = 6;
        let mut names: Vec<&str> = Vec::new();
        for cluster in clusters {
            let name = scope::name(cluster, self.contexts);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        match names.len() {
            count if count > MOST => format!("{count} clusters"),
            _ => names.iter().map(|name| code(name)).collect::<Vec<_>>().join(", "),
        }
    }

    fn learned(&self) -> String {
        let oldest = self
            .scanned
            .iter()
            .filter(|scanned| self.clusters.contains(&scanned.cluster))
            .map(|scanned| scanned.learned_at)
            .min();
        oldest
            .map_or_else(String::new, |oldest| format!(" (learned {})", rows::age(oldest, Timestamp::now())))
    }
}

async fn tell_remarks(catalogue: &Catalogue, context: &Context) {
    for remark in catalogue.remarks() {
        context.user.text(&format!("\n({})\n", code(&remark))).await;
    }
}

#[cfg(test)]
mod tests;
