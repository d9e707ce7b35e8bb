//! A scan in words: how far it is, and what it came to. Pure.

use std::time::Duration;

use agents::capabilities::Kind;
use agents::capabilities::inference::Bill;
use agents::capabilities::journal::{Failed, Holder};
use agents::capabilities::scan::{Plan, Round};
use agents::pool::{Progress, Standing};

/// Names that a list has before the rest is only counted.
const NAMES: usize = 10;

/// What a scan came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Outcome {
    pub(super) context: String,
    /// Kinds that were known as they are.
    pub(super) unchanged: usize,
    pub(super) learned: usize,
    pub(super) gone: Vec<Kind>,
    /// Those that failed now, or before and were not asked again.
    pub(super) failed: Vec<Failed>,
    /// Those that nobody was left to ask.
    pub(super) left: Vec<Kind>,
    /// Why not, by server.
    pub(super) over: Vec<(String, String)>,
    pub(super) bill: Bill,
    pub(super) requests: usize,
    pub(super) elapsed: Duration,
    pub(super) in_sequence: Duration,
}

/// How far a scan is, in one line.
pub(super) fn progress(context: &str, progress: &Progress) -> String {
    let described = progress.done - progress.failed;
    let mut line =
        format!("{context}: {described} of {} described, {} running", progress.total, progress.running);
    if progress.failed > 0 {
        line.push_str(&format!(", {} failed", progress.failed));
    }
    if let Some(rate) = progress.rate() {
        line.push_str(&format!(", {rate:.0} a minute"));
    }
    match progress.left() {
        Some(left) => line.push_str(&format!(", about {} left", time(left))),
        None => line.push_str(", time left not known yet"),
    }
    line
}

/// What a server is about, where that is not as it should be.
pub(super) fn standing(server: &Standing) -> Option<String> {
    let name = &server.name;
    if let Some(why) = &server.over {
        return Some(format!("{name} is not asked any more: {why}"));
    }
    let rests = server.rests.filter(|rest| !rest.is_zero())?;
    let said = server.said.as_deref().unwrap_or_default();
    Some(format!("{name} is left alone for {}, then {} at a time: {said}", time(rests), server.window))
}

/// That another process scans the same cluster.
pub(super) fn waiting(context: &str, holder: &Holder) -> String {
    let pid = holder.pid.map_or("another process".to_owned(), |pid| format!("process {pid}"));
    match holder.kinds {
        Some(kinds) => format!("{context}: {pid} scans it, {} of {kinds} done; waiting for it", holder.done),
        None => format!("{context}: {pid} scans it; waiting for it"),
    }
}

impl Outcome {
    /// What a round came to; `failed` are all that did, before it or in it.
    pub(super) fn new(context: &str, plan: &Plan, round: &Round, failed: Vec<Failed>) -> Self {
        let Progress { done, failed: now, servers, elapsed, in_sequence, .. } = round.progress();
        Self {
            context: context.to_owned(),
            unchanged: plan.unchanged,
            learned: done - now,
            gone: plan.gone.clone(),
            failed,
            left: round.left(),
            over: servers.iter().filter_map(|it| Some((it.name.clone(), it.over.clone()?))).collect(),
            bill: round.bill(),
            requests: servers.iter().map(|server| server.requests).sum(),
            elapsed,
            in_sequence,
        }
    }

    /// As a person reads it.
    pub(super) fn text(&self) -> String {
        let mut lines = vec![self.summary()];
        if !self.gone.is_empty() {
            lines.push(format!("gone: {}", names(&self.gone)));
        }
        lines.extend(self.failed.iter().map(|failed| format!("failed: {}: {}", failed.kind, failed.why)));
        if !self.failed.is_empty() {
            lines.push(format!("To ask them again: awesh scan {} --retry-failed", self.context));
        }
        if !self.left.is_empty() {
            lines.push(format!("not asked: {}", names(&self.left)));
            lines.extend(self.over.iter().map(|(name, why)| format!("{name}: {why}")));
            lines.push(format!("To go on from there: awesh scan {}", self.context));
        }
        lines.extend(self.costs());
        lines.join("\n") + "\n"
    }

    fn summary(&self) -> String {
        let Self { context, unchanged, learned, .. } = self;
        if self.requests == 0 && self.left.is_empty() {
            return format!("{context}: {} known as they are; nothing was sent.", kinds(*unchanged));
        }
        let mut line = format!("{context}: {} described", kinds(*learned));
        let parts = [
            (*unchanged, "known as they are"),
            (self.failed.len(), "failed"),
            (self.left.len(), "not asked"),
        ];
        for (count, what) in parts.into_iter().filter(|(count, _)| *count > 0) {
            line.push_str(&format!(", {count} {what}"));
        }
        line + "."
    }

    /// What it took, where anything was sent.
    fn costs(&self) -> Option<String> {
        if self.requests == 0 {
            return None;
        }
        let mut line = format!("It took {}", time(self.elapsed));
        if self.learned > 1 {
            let times = self.in_sequence.as_secs_f64() / self.elapsed.as_secs_f64().max(0.001);
            line.push_str(&format!(
                " (one after the other: {}, {times:.1} times as long)",
                time(self.in_sequence)
            ));
        }
        let usage = self.bill.usage;
        line.push_str(&format!("; {} requests", self.requests));
        if usage.input_tokens > 0 {
            line.push_str(&format!(
                ", {} tokens read and {} written",
                usage.input_tokens, usage.output_tokens
            ));
        }
        if self.bill.answers > 0 {
            line.push_str(
                &self.bill.cost.map_or(", cost unknown".to_owned(), |cost| format!(", ${cost:.4}")),
            );
        }
        Some(line + ".")
    }
}

/// "1 kind", "12 kinds".
pub(super) fn kinds(count: usize) -> String {
    format!("{count} {}", if count == 1 { "kind" } else { "kinds" })
}

/// Names in a row, the rest counted.
pub(super) fn names(kinds: &[Kind]) -> String {
    let mut names: Vec<String> = kinds.iter().take(NAMES).map(ToString::to_string).collect();
    if kinds.len() > NAMES {
        names.push(format!("… {} more", kinds.len() - NAMES));
    }
    names.join(", ")
}

/// A time as one says it: "0.4 s", "35 s", "5 min 30 s".
pub(super) fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 9.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round();
    let (minutes, rest) = ((whole / 60.0).floor(), whole % 60.0);
    if minutes < 1.0 { format!("{whole:.0} s") } else { format!("{minutes:.0} min {rest:.0} s") }
}

#[cfg(test)]
mod tests {
    use awesh_protocol::Usage;
    use jiff::Timestamp;

    use super::*;

    fn kind(name: &str) -> Kind {
        Kind {
            group: "x.org".into(),
            version: "v1".into(),
            kind: "K".into(),
            plural: name.into(),
            namespaced: true,
        }
    }

    fn server() -> Standing {
        Standing {
            name: "openai".into(),
            running: 0,
            window: 3,
            requests: 9,
            refused: 1,
            rests: None,
            latency: None,
            said: Some("it asks for fewer requests.".into()),
            over: None,
        }
    }

    #[test]
    fn progress_says_what_is_known_and_no_more() {
        let mut now = Progress {
            total: 66,
            done: 2,
            failed: 0,
            running: 10,
            elapsed: Duration::from_secs(10),
            in_sequence: Duration::ZERO,
            servers: vec![],
        };
        assert_eq!(progress("prod", &now), "prod: 2 of 66 described, 10 running, time left not known yet");
        (now.done, now.failed) = (22, 2);
        let line = "prod: 20 of 66 described, 10 running, 2 failed, 132 a minute, about 20 s left";
        assert_eq!(progress("prod", &now), line);
        assert_eq!(standing(&server()), None);
        let resting = Standing { rests: Some(Duration::from_secs(7)), ..server() };
        let words = "openai is left alone for 7.0 s, then 3 at a time: it asks for fewer requests.";
        assert_eq!(standing(&resting).unwrap(), words);
        let over = Standing { over: Some("the key is refused".into()), ..resting };
        assert_eq!(standing(&over).unwrap(), "openai is not asked any more: the key is refused");
    }

    #[test]
    fn a_report_says_what_failed_how_to_go_on_and_what_it_took() {
        let failed =
            Failed { kind: kind("as"), key: String::new(), why: "no".into(), at: Timestamp::UNIX_EPOCH };
        let usage = Usage { input_tokens: 1000, output_tokens: 200 };
        let outcome = Outcome {
            context: "prod".into(),
            unchanged: 3,
            learned: 64,
            gone: vec![kind("gs")],
            failed: vec![failed],
            left: vec![kind("ls")],
            over: vec![("openai".into(), "the key is refused.".into())],
            bill: Bill { answers: 65, usage, cost: Some(0.25) },
            requests: 65,
            elapsed: Duration::from_secs(35),
            in_sequence: Duration::from_secs(330),
        };
        let expected = "\
prod: 64 kinds described, 3 known as they are, 1 failed, 1 not asked.
gone: gs.x.org
failed: as.x.org: no
To ask them again: awesh scan prod --retry-failed
not asked: ls.x.org
openai: the key is refused.
To go on from there: awesh scan prod
It took 35 s (one after the other: 5 min 30 s, 9.4 times as long); 65 requests, 1000 tokens read and 200 written, $0.2500.
";
        assert_eq!(outcome.text(), expected);
        let idle = Outcome { context: "prod".into(), unchanged: 66, ..Outcome::default() };
        assert_eq!(idle.text(), "prod: 66 kinds known as they are; nothing was sent.\n");
    }

    #[test]
    fn times() {
        for (ms, expected) in
            [(400, "0.4 s"), (9_960, "10 s"), (59_700, "1 min 0 s"), (330_000, "5 min 30 s")]
        {
            assert_eq!(time(Duration::from_millis(ms)), expected);
        }
    }
}
