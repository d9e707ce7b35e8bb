//! `awesh run`: the steps of a plan.
//!
//! A plan is read and checked, and what the run before left is taken in (`open`). What it could do is shown and
//! agreed to (`safety`) before anything runs; how far it is stands on the `screen` or is written as `json`; what it
//! came to is for `report`. `layout` and `rehearsal` show a plan without running it.

mod json;
mod layout;
mod open;
mod options;
mod reach;
mod rehearsal;
mod report;
mod safety;
mod screen;

use std::cell::RefCell;
use std::sync::Arc;

use agents::batch::Wish;
use agents::plan::{Conductor, Engine, Event, Graph, Run};
use agents::quoted;
use tokio::sync::watch;
use tokio::time::interval;

use self::open::{Opened, Source};
pub use self::options::Options;
use self::reach::Reach;
use self::safety::Safety;
use self::screen::{Screen, TICK};
use super::choose::WRONG;
use super::output::Output;
use super::{Failure, SetUp, interrupted};

/// A step failed, or did not run because one did.
const FAILED: u8 = 1;

/// Runs a plan, or shows it.
pub(super) async fn run(options: Options, set_up: &SetUp) -> Result<u8, Failure> {
    let output = Output::new();
    let source = Source::read(&options, set_up)?;
    if let Some(form) = options.graph {
        let _ = output.write(&layout::drawn(&source.plan, form, output.size().0));
        return Ok(0);
    }
    if options.dry_run {
        let graph = source.graph(&options)?;
        let reach = Reach::of(&graph, set_up);
        let _ = output.write(&rehearsal::told(&graph, &reach, options.json, output.size().0));
        return Ok(0);
    }
    let (opened, reach) = agreed(source, &options, set_up)?;
    carry_out(opened, &reach, &options, set_up, output).await
}

/// A plan that was agreed to, with what is known of the run before.
fn agreed(source: Source, options: &Options, set_up: &SetUp) -> Result<(Opened, Reach), Failure> {
    let mut opened = Opened::open(source, options)?;
    let reach = Reach::of(&opened.graph, set_up);
    let agreed = opened
        .settle_unknown(&reach.repeatable(&opened.graph), options)
        .and_then(|()| Safety::new(&opened, &reach, set_up).agree(options));
    match agreed.and_then(|()| opened.begin()) {
        Ok(()) => Ok((opened, reach)),
        Err(failure) => {
            opened.leave();
            Err(failure)
        }
    }
}

/// Runs it.
async fn carry_out(
    mut opened: Opened,
    reach: &Reach,
    options: &Options,
    set_up: &SetUp,
    output: Output,
) -> Result<u8, Failure> {
    let graph = opened.graph.clone();
    let (wish, wished) = watch::channel(Wish::GoOn);
    let conductor = Conductor {
        graph: graph.clone(),
        runner: Arc::new(Engine::new(options.ssh_config.clone())),
        repeatable: reach.repeatable(&graph),
        before: opened.before.clone(),
        wish: wished,
    };
    let screen = RefCell::new(Screen::new(&graph, &opened.before, options, output));
    let happened = |event: Event| {
        safety::log(&event, &graph, reach, set_up);
        screen.borrow_mut().take(&event);
    };
    let conducted = conductor.run(&mut opened.journal, happened);
    let (run, signal) = match until_interrupted(conducted, &wish, &screen).await {
        Ok(ended) => ended,
        // Told twice to end: what still runs is dropped, and so ended.
        Err(status) => return Ok(status),
    };
    screen.borrow_mut().end();
    finish(opened, &graph, &run, signal, options, output)
}

/// Lets a run go on until it is told to end, and then until what ran has ended. With it, or where it is told so twice
/// without it, goes the status that says which signal told so.
async fn until_interrupted(
    conducted: impl Future<Output = Run>,
    wish: &watch::Sender<Wish>,
    screen: &RefCell<Screen<'_>>,
) -> Result<(Run, Option<u8>), u8> {
    let mut conducted = std::pin::pin!(conducted);
    let mut tick = interval(TICK);
    let mut signal = None;
    let mut told = std::pin::pin!(interrupted());
    loop {
        tokio::select! {
            run = &mut conducted => return Ok((run, signal)),
            _ = tick.tick() => screen.borrow_mut().tick(),
            number = &mut told => {
                if signal.replace(number).is_some() {
                    return Err(number);
                }
                screen.borrow_mut().remark("ending what runs; once more, and it is left as it is");
                wish.send_replace(Wish::End);
                told.set(interrupted());
            }
        }
    }
}

/// Tells what it came to, and forgets the journal if all is done.
fn finish(
    opened: Opened,
    graph: &Arc<Graph>,
    run: &Run,
    signal: Option<u8>,
    options: &Options,
    output: Output,
) -> Result<u8, Failure> {
    let text =
        if options.json { json::summary(graph, run) } else { report::told(graph, run, options, output) };
    // A reader that is gone changes nothing of what was done.
    let _ = output.write(&text);
    if run.is_success() {
        opened.remove()?;
        return Ok(0);
    }
    if let Some(error) = &run.unkept {
        output.remark(&format!("the journal could not be kept, so nothing more began: {error}"));
    }
    let plan = quoted(&opened.shown().to_string());
    output.remark(&format!("awesh run --resume {plan} goes on with what is not done"));
    Ok(signal.unwrap_or(FAILED))
}

/// Something about the plan or the arguments that cannot be meant.
fn wrong(message: impl Into<String>, hint: Option<&str>) -> Failure {
    Failure { message: message.into(), hint: hint.map(str::to_owned), status: WRONG }
}

#[cfg(test)]
mod tests;
