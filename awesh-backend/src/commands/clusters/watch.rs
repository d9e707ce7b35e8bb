//! `--watch`: the clusters again and again, what changed marked, until Ctrl-C.

use std::time::Duration;

use agents::kubernetes::contexts::Contexts;
use agents::kubernetes::report::Report;
use agents::kubernetes::rows::is_changed;
use agents::kubernetes::survey::Survey;
use jiff::Timestamp;

use super::screen::Screen;
use super::{json, rows};
use crate::commands::output::{Closed, Output};
use crate::commands::table::cut;

/// Reads every so often. It ends when nobody reads what is written; Ctrl-C ends the whole command.
pub(super) async fn run(
    survey: &Survey,
    contexts: &Contexts,
    output: Output,
    pause: Duration,
    as_json: bool,
) -> Result<u8, Closed> {
    contexts.problems.iter().for_each(|problem| output.remark(problem));
    let mut screen = Screen::new(output);
    let mut before: Option<Vec<Report>> = None;
    loop {
        let mut round = survey.round();
        while let Some(next) = round.step().await {
            if before.is_none() && !as_json {
                screen.follow(&round, &next)?;
            }
        }
        let (elapsed, since) = (round.elapsed(), round.since());
        let reports = round.finish();
        if as_json {
            output.write(&json::document(&reports, contexts, elapsed, false))?;
        } else if output.is_terminal {
            draw(&mut screen, &reports, before.as_deref(), output, (elapsed, since))?;
        } else {
            print(&reports, before.as_deref(), output, since)?;
        }
        before = Some(reports);
        tokio::time::sleep(pause).await;
    }
}

/// The whole table in the place of the last one, as much of it as there is room for.
fn draw(
    screen: &mut Screen,
    reports: &[Report],
    before: Option<&[Report]>,
    output: Output,
    (elapsed, since): (Duration, Timestamp),
) -> Result<(), Closed> {
    let table = rows::table(reports, before, since, output);
    let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
    let (width, height) = output.size();
    let room = height.saturating_sub(4).max(2);
    if lines.len() > room {
        let hidden = lines.len() - room;
        lines.truncate(room);
        lines.push(cut(&format!("… {hidden} more lines do not fit; without --watch all are shown"), width));
    }
    lines.push(String::new());
    // A line that wraps could not be replaced.
    lines.push(cut(&format!("{} {}", Screen::clock(), rows::sentence(reports, elapsed)), width));
    screen.canvas.replace(&lines)
}

/// The whole table once, then a line for each change.
fn print(
    reports: &[Report],
    before: Option<&[Report]>,
    output: Output,
    since: Timestamp,
) -> Result<(), Closed> {
    let Some(before) = before else { return output.write(&rows::table(reports, None, since, output)) };
    let now = Timestamp::now();
    for (old, new) in before.iter().zip(reports) {
        if is_changed(old, new) {
            let change = match (old.status, new.status) {
                (old, new) if old == new => new.word().to_owned(),
                (old, new) => format!("{} → {}", old.word(), new.word()),
            };
            let line = format!("{} {}  {change}  {}", Screen::clock(), new.context, new.what(now));
            output.write(&format!("{}\n", line.trim_end()))?;
        }
    }
    Ok(())
}
