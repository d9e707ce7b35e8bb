//! `awesh batch`: commands on many hosts at once.
//!
//! What runs where is told by the options (`options`), what it could do is shown and asked first (`safety`), then
//! each host gets all its commands in one round trip (`round`). How that looks is for `show` and `json`. One in the
//! background is the same by another process that writes to files (`background`).

mod background;
mod differences;
mod json;
mod options;
mod round;
mod safety;
mod show;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use agents::batch::Wish;
use tokio::sync::watch;

use self::options::Form;
pub use self::options::Options;
use self::round::Happened;
use self::show::Show;
use super::choose::WRONG;
use super::output::Output;
use super::{Failure, SetUp};

/// Some commands failed, or are not known to have run.
const FAILED: u8 = 1;

/// Not one host could be reached.
const NOT_REACHED: u8 = 3;

/// Runs what the options say.
pub(super) async fn run(options: Options, set_up: &SetUp) -> Result<u8, Failure> {
    if let Some(action) = options.action {
        return background::run(action, set_up).await;
    }
    let mut work = options.work()?;
    safety::agree(&mut work, &options, set_up)?;
    if options.background {
        return background::start(&work, options.id.as_deref(), set_up);
    }
    let output = Output::new();
    let show = Show::new(options.form(), &work, output);
    let shown = Arc::new(Mutex::new(show));
    let see = Arc::clone(&shown);
    let happened = move |happened: Happened| {
        see.lock().unwrap_or_else(PoisonError::into_inner).take(happened);
    };
    let (reports, interrupted) = until_interrupted(|wish| round::rounds(&work, wish, happened)).await;
    shown.lock().unwrap_or_else(PoisonError::into_inner).finish();
    safety::log(&work, &reports, set_up);
    let written = match options.form() {
        Form::Json => output.write(&json::document(&work, &reports, true)),
        form => show::end(form, &work, &reports, output),
    };
    // A reader that has seen enough is no error.
    let _ = written;
    Ok(interrupted.unwrap_or_else(|| status(&reports)))
}

/// Runs something that can be told to end, and tells it so at the first signal; at the second it is dropped.
async fn until_interrupted<T, F: Future<Output = Vec<T>>>(
    start: impl FnOnce(watch::Sender<Wish>) -> F,
) -> (Vec<T>, Option<u8>) {
    let (sender, _) = watch::channel(Wish::GoOn);
    let mut running = std::pin::pin!(start(sender.clone()));
    let number = tokio::select! {
        ended = &mut running => return (ended, None),
        number = super::interrupted() => number,
    };
    Output::new().end_line();
    sender.send_replace(Wish::End);
    tokio::select! {
        ended = &mut running => (ended, Some(number)),
        number = super::interrupted() => (Vec::new(), Some(number)),
    }
}

/// The exit status that says how it went.
fn status(reports: &[round::HostReport]) -> u8 {
    if reports.iter().all(|host| host.report.is_success()) {
        0
    } else if reports.iter().all(round::HostReport::is_unreached) {
        NOT_REACHED
    } else {
        FAILED
    }
}

/// Something about the arguments that cannot be meant.
fn wrong(message: impl Into<String>, hint: Option<&str>) -> Failure {
    Failure { message: message.into(), hint: hint.map(str::to_owned), status: WRONG }
}

/// Where what lasts of batches is kept.
fn directory(set_up: &SetUp) -> PathBuf {
    set_up.state.join("batches")
}

#[cfg(test)]
mod tests;
