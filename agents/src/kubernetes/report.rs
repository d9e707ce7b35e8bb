//! What is told of one cluster: the row of a table, the object in `--json`, what the cache keeps.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::health::{NodeCount, PodCount, Problem, Subject, times};
use super::trouble::{Kind, Trouble};

/// A certificate is worth a word when it has fewer days left.
const DAYS: i64 = 30;

/// How a cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its API answers, and its nodes and pods are as they should be.
    Healthy,
    /// Its API answers, and something is wrong.
    Degraded,
    /// Its API cannot be used.
    Down,
    /// It does not take our credentials, or there are none to offer.
    Unauthorised,
    /// It could not be asked, or not enough may be read to tell.
    Unknown,
}

impl Status {
    /// All, the best first.
    pub const ALL: [Self; 5] = [Self::Healthy, Self::Degraded, Self::Down, Self::Unauthorised, Self::Unknown];

    /// As a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::Unauthorised => "unauthorised",
            Self::Unknown => "unknown",
        }
    }

    /// Of a cluster that could not be read at all.
    fn of(trouble: &Trouble) -> Self {
        match trouble.kind {
            Kind::Unauthorised | Kind::Credentials => Self::Unauthorised,
            Kind::Kubeconfig | Kind::Internal | Kind::Busy | Kind::Forbidden => Self::Unknown,
            _ => Self::Down,
        }
    }
}

/// A part of a cluster that is read by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The server's version.
    Version,
    /// The nodes.
    Nodes,
    /// The namespaces.
    Namespaces,
    /// The pods.
    Pods,
}

/// A part that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// The part.
    pub part: Part,
    /// Why.
    pub why: Trouble,
}

/// When the certificates end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificates {
    /// The server's.
    pub server: Option<Timestamp>,
    /// The user's own.
    pub client: Option<Timestamp>,
}

/// How long one thing took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Took {
    /// What it was.
    pub name: String,
    /// Milliseconds.
    pub ms: f64,
}

/// What is told of one cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The context's name.
    pub context: String,
    /// The API's address.
    pub server: Option<String>,
    /// How it is.
    pub status: Status,
    /// The server's version.
    pub version: Option<String>,
    /// How long the first answer took, the connection included.
    pub latency_ms: Option<u64>,
    /// How many nodes; none where they could not be read.
    pub nodes: Option<NodeCount>,
    /// How many namespaces; none where they could not be read.
    pub namespaces: Option<u32>,
    /// How many pods; none where they could not be read.
    pub pods: Option<PodCount>,
    /// What is wrong in the cluster.
    pub problems: Vec<Problem>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// When its certificates end.
    pub certificates: Certificates,
    /// Why nothing could be read.
    pub error: Option<Trouble>,
    /// When this was so.
    pub read_at: Timestamp,
    /// What the reading took, part by part.
    pub took: Vec<Took>,
}

impl Report {
    /// Of a cluster of which nothing is known yet.
    pub fn new(context: &str, server: Option<String>, now: Timestamp) -> Self {
        Self {
            context: context.to_owned(),
            server,
            status: Status::Unknown,
            version: None,
            latency_ms: None,
            nodes: None,
            namespaces: None,
            pods: None,
            problems: Vec::new(),
            unread: Vec::new(),
            certificates: Certificates::default(),
            error: None,
            read_at: now,
            took: Vec::new(),
        }
    }

    /// Nothing could be read.
    #[must_use]
    pub fn failed(self, error: Trouble) -> Self {
        Self { status: Status::of(&error), error: Some(error), ..self }
    }

    /// The verdict on what was read. Where all parts failed there is one reason to tell; what may not be read
    /// leaves open how the cluster is.
    #[must_use]
    pub fn judged(mut self) -> Self {
        let may_not = |unread: &Unread| matches!(unread.why.kind, Kind::Forbidden | Kind::Unauthorised);
        let all_failed = self.version.is_none() && self.nodes.is_none() && self.pods.is_none();
        if all_failed && !self.unread.is_empty() {
            let told = self.unread.iter().position(|unread| !may_not(unread)).unwrap_or(0);
            let why = self.unread.swap_remove(told).why;
            self.unread.clear();
            return self.failed(why);
        }
        if let Some(refused) = self.unread.iter().find(|unread| unread.why.kind == Kind::Unauthorised)
            && self.pods.is_none()
        {
            let why = refused.why.clone();
            return self.failed(why);
        }
        let has_failed = self.unread.iter().any(|unread| !may_not(unread));
        self.status = if !self.problems.is_empty() || has_failed {
            Status::Degraded
        } else if self.nodes.is_none() || self.pods.is_none() {
            Status::Unknown
        } else {
            Status::Healthy
        };
        self
    }

    /// Seconds since it was so.
    pub fn age_s(&self, now: Timestamp) -> i64 {
        now.duration_since(self.read_at).as_secs().max(0)
    }

    /// What is wrong, in words; empty where nothing is.
    pub fn what(&self, now: Timestamp) -> String {
        let mut words: Vec<String> = self.error.iter().map(|error| error.message.clone()).collect();
        words.extend(self.problems.iter().map(describe));
        words.extend(self.unread.iter().map(|unread| format!("{}: {}", unread.part.word(), unread.why)));
        words.extend(
            self.nodes
                .filter(|nodes| nodes.cordoned > 0)
                .map(|nodes| format!("{} cordoned", times(nodes.cordoned, "node"))),
        );
        let certificates = [("server", self.certificates.server), ("client", self.certificates.client)];
        words.extend(certificates.into_iter().filter_map(|(whose, end)| ending(whose, end?, now)));
        words.join("; ")
    }
}

impl Part {
    fn word(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Nodes => "nodes",
            Self::Namespaces => "namespaces",
            Self::Pods => "pods",
        }
    }
}

/// "2 pods CrashLoopBackOff (exit status 1, 17 restarts): shop/cart-1, shop/cart-2".
fn describe(problem: &Problem) -> String {
    let noun = match problem.subject {
        Subject::Node => "node",
        Subject::Pod => "pod",
    };
    let mut text = format!("{} {}", times(problem.count, noun), problem.reason);
    if let Some(message) = &problem.message {
        text.push_str(&format!(" ({})", message.trim_end_matches('.')));
    }
    text.push_str(&format!(": {}", problem.names.join(", ")));
    let more = usize::try_from(problem.count).unwrap_or(usize::MAX).saturating_sub(problem.names.len());
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

fn ending(whose: &str, end: Timestamp, now: Timestamp) -> Option<String> {
    let left = end.duration_since(now);
    match left.as_hours().div_euclid(24) {
        _ if left.is_negative() => Some(format!("{whose} certificate expired")),
        days if days >= DAYS => None,
        1 => Some(format!("{whose} certificate ends in 1 day")),
        days => Some(format!("{whose} certificate ends in {days} days")),
    }
}

#[cfg(test)]
mod tests;
