//! Which contexts a command is about, and where they are read from.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use agents::fan_out::Limits;
use agents::kubernetes::Session;
use agents::kubernetes::contexts::{Contexts, Entry, Sources};
use clap::Args;

use super::{Failure, NOTHING_READ, environment};

/// The exit status for what cannot be meant.
pub(super) const WRONG: u8 = 2;

/// The most names that an error offers.
const OFFERED: usize = 5;

/// How clusters are asked.
#[derive(Debug, Args)]
pub(super) struct Asking {
    /// How long a cluster may take, in seconds: connection, credential plugin and all answers together.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(super) timeout: Duration,
    /// How much is read at the same time.
    #[arg(long, value_name = "N", default_value_t = Limits::AT_ONCE, value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) limit: u16,
    #[command(flatten)]
    files: Files,
}

/// Where the contexts are read from.
#[derive(Debug, Args)]
pub(super) struct Files {
    /// Read this file instead of those in KUBECONFIG. May be given more than once.
    #[arg(long, value_name = "FILE")]
    kubeconfig: Vec<PathBuf>,
}

impl Asking {
    /// The limits.
    pub(super) fn limits(&self) -> Limits {
        Limits { at_once: usize::from(self.limit), deadline: self.timeout }
    }

    /// As [`Files::contexts`].
    pub(super) async fn contexts(&self) -> (Contexts, Arc<Session>) {
        self.files.contexts().await
    }
}

impl Files {
    /// The contexts, and the session that they are asked from.
    pub(super) async fn contexts(&self) -> (Contexts, Arc<Session>) {
        let directory = std::env::current_dir().unwrap_or_default();
        let session = Arc::new(Session { environment: environment(), directory });
        let contexts = if self.kubeconfig.is_empty() {
            session.contexts().await
        } else {
            Contexts::load(Sources::of_files(self.kubeconfig.clone(), &session.directory)).await
        };
        (contexts, session)
    }
}

/// A time in seconds, of a sensible length.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    if !(0.1..=86_400.0).contains(&seconds) {
        return Err("not between 0.1 and 86400 seconds".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// The context of a name.
pub(super) fn named<'a>(contexts: &'a Contexts, name: &str) -> Result<&'a Entry, Failure> {
    contexts.entries.iter().find(|entry| entry.name == name).ok_or_else(|| unknown(name, contexts))
}

/// The context that is meant: of this name, or the current one; `usage` says how one is named.
pub(super) fn current<'a>(
    contexts: &'a Contexts,
    name: Option<&str>,
    usage: &str,
) -> Result<&'a Entry, Failure> {
    match name.or(contexts.current.as_deref()) {
        _ if contexts.entries.is_empty() => Err(none(contexts)),
        Some(name) => named(contexts, name),
        None => {
            let hint = Some(format!("Name one: {usage}."));
            Err(Failure { message: "no context is current".to_owned(), hint, status: NOTHING_READ })
        }
    }
}

/// Why there is no context of a name, with those that may be meant.
pub(super) fn unknown(name: &str, contexts: &Contexts) -> Failure {
    if contexts.entries.is_empty() {
        return none(contexts);
    }
    let mut near: Vec<_> =
        contexts.entries.iter().filter_map(|entry| Some((miss(name, &entry.name)?, entry))).collect();
    near.sort_by_key(|(miss, _)| *miss);
    let hint = if near.is_empty() {
        let more = if contexts.entries.len() > OFFERED { ", …" } else { "" };
        format!("There are: {}{more}", list(contexts.entries.iter()))
    } else {
        format!("Did you mean {}?", list(near.into_iter().map(|(_, entry)| entry)))
    };
    Failure { message: format!("there is no context {name:?}"), hint: Some(hint), status: WRONG }
}

/// Why there is no context at all.
pub(super) fn none(contexts: &Contexts) -> Failure {
    let mut message = contexts.nothing();
    contexts.problems.iter().for_each(|problem| message.push_str(&format!("\n  {problem}")));
    let hint = Some("name a kubeconfig with KUBECONFIG or --kubeconfig".to_owned());
    Failure { message, hint, status: NOTHING_READ }
}

fn list<'a>(entries: impl Iterator<Item = &'a Entry>) -> String {
    entries.take(OFFERED).map(|entry| entry.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// How far a name is from what was typed; nothing where it cannot be meant.
fn miss(typed: &str, name: &str) -> Option<usize> {
    let (typed, name) = (typed.to_lowercase(), name.to_lowercase());
    if name.contains(&typed) {
        return Some(0);
    }
    let distance = strsim::osa_distance(&typed, &name);
    (distance <= (typed.chars().count() / 3).max(1)).then_some(distance)
}
