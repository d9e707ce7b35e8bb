//! What a scan shows while it runs: lines that change on a terminal, now and then one elsewhere, or events.

use std::time::Duration;

use agents::capabilities::journal::Failed;
use agents::capabilities::scan::Ended;
use agents::pool::Progress;
use serde_json::Value;
use tokio::time::Instant;

use super::{json, words};
use crate::commands::canvas::Canvas;
use crate::commands::output::{Closed, Output};
use crate::commands::table::{Colour, cut};

/// Failures that are shown while it runs; the report has them all.
const FAILURES: usize = 5;

/// Between two events of progress.
const EVENTS: Duration = Duration::from_secs(2);

/// Where a scan is shown.
pub(super) struct Show {
    pub(super) output: Output,
    pub(super) canvas: Canvas,
    is_json: bool,
    context: String,
    failed: Vec<Failed>,
    told: Option<Instant>,
}

impl Show {
    /// Nothing is shown yet.
    pub(super) fn new(context: &str, output: Output, is_json: bool) -> Self {
        let canvas = Canvas::new(output);
        Self { output, canvas, is_json, context: context.to_owned(), failed: Vec::new(), told: None }
    }

    /// Writes an event, where events are wanted.
    pub(super) fn event(&self, event: impl FnOnce() -> Value) -> Result<(), Closed> {
        if self.is_json { self.output.write(&format!("{}\n", event())) } else { Ok(()) }
    }

    /// Shows what is being done, where no events are wanted.
    pub(super) fn doing(&mut self, line: &str) -> Result<(), Closed> {
        if self.is_json { Ok(()) } else { self.canvas.note(line) }
    }

    /// A kind ended.
    pub(super) fn ended(&mut self, ended: &Ended) -> Result<(), Closed> {
        if let Ended::Failed(failed) = ended {
            self.failed.push(failed.clone());
        }
        self.event(|| json::ended(ended))
    }

    /// How far it is.
    pub(super) fn progress(&mut self, progress: &Progress) -> Result<(), Closed> {
        if self.is_json {
            if self.told.is_some_and(|told| told.elapsed() < EVENTS) {
                return Ok(());
            }
            self.told = Some(Instant::now());
            return self.event(|| json::progress(progress));
        }
        let line = words::progress(&self.context, progress);
        if !self.output.is_terminal {
            return self.canvas.note(&line);
        }
        let width = self.output.size().0.saturating_sub(1);
        let shown = self.failed.iter().rev().take(FAILURES).rev();
        let failed = shown.map(|failed| format!("  failed: {}: {}", failed.kind, failed.why));
        let servers = progress.servers.iter().filter_map(words::standing).map(|line| format!("  {line}"));
        let mut lines = vec![Colour::Dim.paint(&cut(&line, width), self.output.colour)];
        lines.extend(failed.map(|line| Colour::Red.paint(&cut(&line, width), self.output.colour)));
        lines.extend(servers.map(|line| Colour::Yellow.paint(&cut(&line, width), self.output.colour)));
        self.canvas.replace(&lines)
    }
}
