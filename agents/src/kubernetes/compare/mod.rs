//! Clusters side by side: what each is and runs, and where they differ.
//!
//! `inventory` reads one cluster, all its lists at once; [`read`] does so for all clusters at once. [`Comparison`]
//! lays what came side by side. It is pure, and what could not be read is neither the same nor different.

mod inventory;
mod workloads;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::Session;
use super::contexts::Entry;
use super::trouble::{Kind, Trouble};
use crate::fan_out::{Failure, FanOut, Finished, Limits};
pub use inventory::Inventory;
pub use workloads::{Workload, Workloads};

/// The reading of several clusters, under way.
pub type Reading = FanOut<Inventory, Trouble>;

/// Starts to read clusters, all at once.
pub fn read(entries: &[Entry], session: &Arc<Session>, limits: Limits) -> Reading {
    let task = |entry: &Entry| {
        let (name, entry, session) = (entry.name.clone(), entry.clone(), session.clone());
        (name, async move { Inventory::read(&entry, &session, limits.deadline).await })
    };
    FanOut::start(entries.iter().map(task), limits)
}

/// One cluster of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// The context's name.
    pub context: String,
    /// How long it took to read, in milliseconds.
    pub took_ms: u64,
    /// What could not be read, and why.
    pub unread: Vec<Unread>,
}

/// The part that is all of a cluster.
pub const CLUSTER: &str = "cluster";

/// What could not be read of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// The part; [`CLUSTER`] where it is all of it.
    pub part: &'static str,
    /// Why.
    pub why: Trouble,
}

/// One thing, in all clusters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What kind of thing: `version`, `nodes`, `namespace`, `deployment`, …
    pub kind: &'static str,
    /// Which one, where there are several.
    pub name: String,
    /// Whether clusters that could be read differ in it.
    pub differs: bool,
    /// What it is in each cluster.
    pub values: Vec<Value>,
}

/// What a thing is in one cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", content = "value", rename_all = "snake_case")]
pub enum Value {
    /// This.
    Is(String),
    /// It is not there.
    Absent,
    /// It could not be read.
    Unread,
}

/// Clusters side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The clusters.
    pub columns: Vec<Column>,
    /// What was compared.
    pub rows: Vec<Row>,
}

impl Comparison {
    /// Of what came of a reading, in its order.
    pub fn of(finished: Vec<Finished<Inventory, Trouble>>) -> Self {
        let read: Vec<(Column, Inventory)> = finished.into_iter().map(column).collect();
        let (columns, inventories): (Vec<_>, Vec<_>) = read.into_iter().unzip();
        Self { rows: rows(&inventories), columns }
    }

    /// How many things differ.
    pub fn differences(&self) -> usize {
        self.rows.iter().filter(|row| row.differs).count()
    }

    /// Whether everything could be read.
    pub fn is_complete(&self) -> bool {
        self.columns.iter().all(|column| column.unread.is_empty())
    }
}

fn column(finished: Finished<Inventory, Trouble>) -> (Column, Inventory) {
    let why = match finished.result {
        Ok(_) => None,
        Err(Failure::Failed(ref why)) => Some(why.clone()),
        Err(Failure::TimedOut(deadline)) => Some(super::read::late(deadline)),
        Err(Failure::Panicked) => {
            Some(Trouble::new(Kind::Internal, "the reading failed; this is a defect of awesh"))
        }
    };
    let inventory = finished.result.unwrap_or_default();
    let unread = match why {
        Some(why) => vec![Unread { part: CLUSTER, why }],
        None => inventory.unread(),
    };
    let took_ms = u64::try_from(finished.took.as_millis()).unwrap_or(u64::MAX);
    (Column { context: finished.name, took_ms, unread }, inventory)
}

fn rows(all: &[Inventory]) -> Vec<Row> {
    let mut rows = vec![
        figure(all, "version", "", |it| it.version.clone()),
        figure(all, "nodes", "", |it| Some(it.nodes.as_ref()?.summary())),
        figure(all, "nodes", "CPU", |it| Some(it.nodes.as_ref()?.processors())),
        figure(all, "nodes", "memory", |it| Some(it.nodes.as_ref()?.memory())),
        figure(all, "pods", "", |it| Some(it.pods.as_ref()?.count.to_string())),
        figure(all, "pods", "CPU requested", |it| Some(it.pods.as_ref()?.processors())),
        figure(all, "pods", "CPU requested of all", Inventory::processors_share),
        figure(all, "pods", "memory requested", |it| Some(it.pods.as_ref()?.memory())),
        figure(all, "pods", "memory requested of all", Inventory::memory_share),
    ];
    let namespaces: BTreeSet<&String> =
        all.iter().filter_map(|it| it.namespaces.as_ref()).flatten().collect();
    rows.extend(namespaces.into_iter().map(|name| {
        let is_there =
            |it: &Inventory| Some(it.namespaces.as_ref()?.contains(name).then(|| "there".to_owned()));
        row("namespace", name, all.iter().map(is_there))
    }));
    for kind in workloads::KINDS {
        let lists = || all.iter().map(|it| it.workloads.get(kind.name));
        let names: BTreeSet<&String> = lists().flatten().flat_map(|list| list.keys()).collect();
        rows.extend(names.into_iter().map(|name| {
            let summary = |list: &Workloads| list.get(name).map(Workload::summary);
            row(kind.name, name, lists().map(|list| list.map(summary)))
        }));
    }
    rows
}

/// A row of what every cluster has.
fn figure(
    all: &[Inventory],
    kind: &'static str,
    name: &str,
    value: impl Fn(&Inventory) -> Option<String>,
) -> Row {
    row(kind, name, all.iter().map(|it| value(it).map(Some)))
}

/// A row; a value is unread, or absent, or something.
fn row(kind: &'static str, name: &str, values: impl Iterator<Item = Option<Option<String>>>) -> Row {
    let values: Vec<Value> = values
        .map(|value| match value {
            None => Value::Unread,
            Some(None) => Value::Absent,
            Some(Some(value)) => Value::Is(value),
        })
        .collect();
    let mut known = values.iter().filter(|value| **value != Value::Unread);
    let first = known.next();
    let differs = known.any(|value| Some(value) != first);
    Row { kind, name: name.to_owned(), differs, values }
}

#[cfg(test)]
mod tests;
