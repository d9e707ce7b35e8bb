//! What a tree says: its branches in words, as many of their leaves as a reader can take in.

use std::time::Duration;

use agents::kubernetes::contexts::Entry;
use agents::kubernetes::tree::{Branch, NamespaceLeaf, NodeLeaf, PodLeaf, Tree};
use agents::kubernetes::trouble::Trouble;
use jiff::{Timestamp, Unit};

use super::draw::Twig;
use crate::commands::table::{Cell, Colour};

/// Leaves that are shown of a branch: nodes or namespaces, pods of a namespace, pods where only one is shown.
const LEAVES: usize = 20;
const PODS: usize = 10;
const PODS_OF_ONE: usize = 200;

/// How the spinner turns.
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// How the tree is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// With all leaves.
    pub(super) all: bool,
    /// Only one namespace is in it.
    pub(super) is_one_namespace: bool,
    /// While it grows.
    pub(super) growth: Option<Growth>,
    pub(super) now: Timestamp,
}

/// How far a tree has grown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Growth {
    pub(super) frame: usize,
    pub(super) elapsed: Duration,
}

/// The first line: which cluster this is.
pub(super) fn trunk(entry: &Entry, namespace: Option<&str>, tree: &Tree) -> Vec<Cell> {
    let server = entry.cluster.as_ref().and_then(|cluster| cluster.server.clone());
    let version = match &tree.version {
        Branch::Awaited => None,
        Branch::Here(version) => Some(Cell::plain(version)),
        Branch::Failed(_) => Some(Cell { text: "version ?".to_owned(), colour: Colour::Red }),
    };
    let name = Cell { text: entry.name.clone(), colour: Colour::Bold };
    let namespace = namespace.map(|name| Cell::plain(format!("namespace {name}")));
    let server = server.map(|server| Cell { text: server, colour: Colour::Dim });
    [Some(name), version, namespace, server].into_iter().flatten().collect()
}

/// The branches.
pub(super) fn branches(tree: &Tree, look: &Look) -> Vec<Twig> {
    // What all say is said once.
    if let [(_, first), rest @ ..] = &tree.troubles()[..]
        && rest.len() == 3
        && rest.iter().all(|(_, trouble)| trouble == first)
    {
        return vec![trouble(first)];
    }
    let mut branches = vec![
        branch("nodes", &tree.nodes, look, |nodes| nodes_twig(nodes, look)),
        branch("namespaces", &tree.namespaces, look, |namespaces| namespaces_twig(namespaces, look)),
        branch("pods", &tree.pods, look, |pods| pods_twig(pods, look)),
    ];
    if let Branch::Failed(why) = &tree.version {
        branches.insert(0, failed("version", why));
    }
    branches
}

fn branch<T>(name: &str, branch: &Branch<T>, look: &Look, grown: impl Fn(&T) -> Twig) -> Twig {
    match branch {
        Branch::Here(found) => grown(found),
        Branch::Failed(why) => failed(name, why),
        Branch::Awaited => {
            let growth = look.growth.unwrap_or(Growth { frame: 0, elapsed: Duration::ZERO });
            let sign = SPINNER[growth.frame % SPINNER.len()];
            let text = format!("{sign} {name} … {:.1} s", growth.elapsed.as_secs_f64());
            Twig::of(vec![Cell { text, colour: Colour::Dim }])
        }
    }
}

fn failed(name: &str, why: &Trouble) -> Twig {
    let title = Cell { text: format!("{name}: could not be read"), colour: Colour::Red };
    Twig { cells: vec![title], twigs: vec![trouble(why)] }
}

fn trouble(why: &Trouble) -> Twig {
    Twig::of(vec![Cell { text: why.to_string(), colour: Colour::Red }])
}

fn title(text: String) -> Vec<Cell> {
    vec![Cell::plain(text)]
}

/// The first leaves, and how many are left out.
fn leaves<T>(all: &[T], most: usize, look: &Look, noun: &str, leaf: impl Fn(&T) -> Twig) -> Vec<Twig> {
    let shown = if look.all { all.len() } else { most };
    let mut twigs: Vec<Twig> = all.iter().take(shown).map(leaf).collect();
    if let Some(hidden) = all.len().checked_sub(shown).filter(|hidden| *hidden > 0) {
        let text = format!("… {hidden} more {noun} (--all shows them)");
        twigs.push(Twig::of(vec![Cell { text, colour: Colour::Dim }]));
    }
    twigs
}

fn nodes_twig(nodes: &[NodeLeaf], look: &Look) -> Twig {
    let ready = nodes.iter().filter(|node| node.ready).count();
    let mut sorted: Vec<&NodeLeaf> = nodes.iter().collect();
    sorted.sort_by_key(|node| node.ready);
    let twigs = leaves(&sorted, LEAVES, look, "nodes", |node| {
        let (word, colour) = if node.ready { ("Ready", Colour::Green) } else { ("NotReady", Colour::Red) };
        let cordoned = if node.cordoned { ", cordoned" } else { "" };
        let mut cells = vec![
            Cell::plain(&node.name),
            Cell { text: format!("{word}{cordoned}"), colour },
            Cell::plain(&node.version),
            Cell::plain(node.roles.join(",")),
        ];
        cells.extend(node.reason.clone().map(Cell::plain));
        Twig::of(cells)
    });
    Twig { cells: title(format!("nodes: {}, {ready} ready", nodes.len())), twigs }
}

fn namespaces_twig(namespaces: &[NamespaceLeaf], look: &Look) -> Twig {
    if look.is_one_namespace && namespaces.is_empty() {
        let text = "namespaces: there is none of this name".to_owned();
        return Twig::of(vec![Cell { text, colour: Colour::Yellow }]);
    }
    let twigs = leaves(namespaces, LEAVES, look, "namespaces", |namespace| {
        let is_usual = namespace.phase == "Active";
        let colour = if is_usual { Colour::Dim } else { Colour::Yellow };
        Twig::of(vec![Cell::plain(&namespace.name), Cell { text: namespace.phase.clone(), colour }])
    });
    Twig { cells: title(format!("namespaces: {}", namespaces.len())), twigs }
}

fn pods_twig(pods: &[PodLeaf], look: &Look) -> Twig {
    let mut groups: Vec<&[PodLeaf]> = pods.chunk_by(|a, b| a.namespace == b.namespace).collect();
    // Where something is wrong is shown whatever is left out.
    groups.sort_by_key(|group| group.iter().all(|pod| pod.is_well));
    let most = if look.is_one_namespace { PODS_OF_ONE } else { PODS };
    let twigs = leaves(&groups, LEAVES, look, "namespaces", |group| {
        let mut sorted: Vec<&PodLeaf> = group.iter().collect();
        sorted.sort_by_key(|pod| pod.is_well);
        let twigs = leaves(&sorted, most, look, "pods", |pod| pod_twig(pod, look.now));
        Twig { cells: title(format!("{}: {}", group[0].namespace, counted(group))), twigs }
    });
    Twig { cells: title(format!("pods: {}", counted(pods))), twigs }
}

fn counted(pods: &[PodLeaf]) -> String {
    match pods.iter().filter(|pod| !pod.is_well).count() {
        0 => pods.len().to_string(),
        unwell => format!("{}, {unwell} not well", pods.len()),
    }
}

fn pod_twig(pod: &PodLeaf, now: Timestamp) -> Twig {
    let colour = if pod.is_well { Colour::Green } else { Colour::Red };
    let restarts = match pod.restarts {
        0 => String::new(),
        1 => "1 restart".to_owned(),
        many => format!("{many} restarts"),
    };
    Twig::of(vec![
        Cell::plain(&pod.name),
        Cell { text: pod.status.clone(), colour },
        Cell::plain(format!("{}/{}", pod.ready, pod.containers)),
        Cell::plain(restarts),
        Cell::plain(pod.created_at.map_or(String::new(), |created| age(created, now))),
        Cell::plain(pod.node.clone().unwrap_or_default()),
    ])
}

/// An age as kubectl writes it.
fn age(since: Timestamp, now: Timestamp) -> String {
    let seconds = (now - since).total(Unit::Second).unwrap_or(0.0).max(0.0);
    let units = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "m"), (1.0, "s")];
    let (length, unit) = units.into_iter().find(|(length, _)| seconds >= *length).unwrap_or((1.0, "s"));
    format!("{:.0}{unit}", (seconds / length).floor())
}
