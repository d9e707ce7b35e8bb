//! `awesh tree`: the nodes, namespaces and pods of one cluster, read at once.
//!
//! On a terminal each branch appears as it comes; elsewhere the whole tree is written when it is there, or JSON.

mod branches;
mod draw;
mod json;

use std::time::Duration;

use agents::fan_out::Step;
use agents::kubernetes::contexts::Entry;
use agents::kubernetes::tree::{Grower, Tree};
use clap::Args;
use tokio::time::Instant;

use super::canvas::Canvas;
use super::choose::{Asking, current, seconds};
use super::output::{Closed, Output};
use super::{Failure, NOTHING_READ, verbosity};
use branches::{Growth, Look};

/// How the exit status and the JSON are to be read.
const HELP: &str = "\
Exit status: 0 all branches could be read, 1 some could not, 2 wrong arguments, 3 none could, 130 Ctrl-C.

JSON (all pods are in it; a branch that could not be read is null):
  schema      1; fields may be added, none changes its meaning
  context, server, namespace, version, took_ms
  nodes       of each: name, ready, cordoned, roles, version, reason
  namespaces  of each: name, phase
  pods        of each: namespace, name, status, is_well, ready, containers, restarts, node, created_at
  errors      of each: branch, kind, message";

/// Options.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub struct Options {
    /// The context of the cluster; the current one where none is given.
    #[arg(value_name = "CONTEXT")]
    context: Option<String>,
    /// Only this namespace and its pods.
    #[arg(short, long)]
    namespace: Option<String>,
    /// Show all nodes and pods, however many there are.
    #[arg(long)]
    all: bool,
    /// Print JSON; with --watch one document a line.
    #[arg(long)]
    json: bool,
    /// Read everything again every so many seconds, until Ctrl-C.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "5", value_parser = seconds)]
    watch: Option<Duration>,
    #[command(flatten)]
    asking: Asking,
}

/// Shows the tree.
pub(super) async fn run(options: Options) -> Result<u8, Failure> {
    let output = Output::new();
    let (contexts, session) = options.asking.contexts().await;
    let entry = current(&contexts, options.context.as_deref(), "awesh tree CONTEXT")?.clone();
    contexts.problems.iter().for_each(|problem| output.remark(problem));
    let grower = Grower::new(entry.clone(), &session, options.namespace.clone(), options.asking.limits());
    let mut view = View { entry, options, output, canvas: Canvas::new(output), grower };
    // A reader that has seen enough is no error.
    Ok(view.show().await.unwrap_or(0))
}

/// One tree on its way to the reader.
struct View {
    entry: Entry,
    options: Options,
    output: Output,
    canvas: Canvas,
    grower: Grower,
}

impl View {
    async fn show(&mut self) -> Result<u8, Closed> {
        let mut is_first = true;
        loop {
            let (tree, elapsed) = self.grow(is_first).await?;
            let pause = self.options.watch;
            self.write(&tree, elapsed, pause.is_some())?;
            self.timings(&tree, elapsed);
            let Some(pause) = pause else { return Ok(status(&tree)) };
            is_first = false;
            tokio::time::sleep(pause).await;
        }
    }

    /// Reads all branches; shows them as they come, where there is nothing better on the screen.
    async fn grow(&mut self, is_first: bool) -> Result<(Tree, Duration), Closed> {
        let began = Instant::now();
        let (mut growth, mut tree, mut frame) = (self.grower.start(), Tree::default(), 0);
        while let Some(step) = growth.step().await {
            let progress = match step {
                Step::Finished(finished) => {
                    tree.take(finished);
                    growth.progress()
                }
                Step::Waiting(progress) => {
                    frame += 1;
                    progress
                }
            };
            let is_done = progress.done == progress.total;
            if is_first && !is_done && self.output.is_terminal && !self.options.json {
                let grown = Growth { frame, elapsed: began.elapsed() };
                let lines = self.lines(&tree, Some(grown));
                self.canvas.replace(&lines)?;
            } else if is_first && !is_done && frame > 0 {
                self.canvas.progress(&progress, "branches")?;
            }
        }
        Ok((tree, began.elapsed()))
    }

    fn write(&mut self, tree: &Tree, elapsed: Duration, is_watched: bool) -> Result<(), Closed> {
        if self.options.json {
            self.canvas.clear()?;
            let namespace = self.options.namespace.as_deref();
            return self.output.write(&json::document(&self.entry, namespace, tree, elapsed, !is_watched));
        }
        let lines = self.lines(tree, None);
        if is_watched && self.output.is_terminal {
            return self.canvas.replace(&lines);
        }
        self.canvas.clear()?;
        self.output.write(&(lines.join("\n") + "\n"))
    }

    fn lines(&self, tree: &Tree, growth: Option<Growth>) -> Vec<String> {
        let look = Look {
            all: self.options.all,
            is_one_namespace: self.options.namespace.is_some(),
            growth,
            now: jiff::Timestamp::now(),
        };
        let trunk = branches::trunk(&self.entry, self.options.namespace.as_deref(), tree);
        let width = self.output.is_terminal.then(|| self.output.size().0);
        draw::lines(&trunk, &branches::branches(tree, &look), width, self.output.colour)
    }

    /// What the branches took, at once and as they would have one after the other, at VERBOSE=2.
    fn timings(&self, tree: &Tree, elapsed: Duration) {
        if verbosity() < 2 {
            return;
        }
        let parts: Vec<_> = tree.took.iter().map(|took| format!("{} {:.1}", took.name, took.ms)).collect();
        let (at_once, in_sequence) = (elapsed.as_secs_f64() * 1e3, tree.in_sequence().as_secs_f64() * 1e3);
        let gain = in_sequence / at_once.max(0.001);
        self.output.timing(&format!(
            "🐛 DEBUG: tree of {}: {} ms; {at_once:.1}ms at once, {in_sequence:.1}ms one after the other ({gain:.1}×)",
            self.entry.name,
            parts.join(", "),
        ));
    }
}

fn status(tree: &Tree) -> u8 {
    match tree.troubles().len() {
        0 => 0,
        4 => NOTHING_READ,
        _ => 1,
    }
}
