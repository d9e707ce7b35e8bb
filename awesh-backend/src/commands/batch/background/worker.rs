//! The process that does the work of a batch in the background.

use std::sync::{Arc, Mutex, PoisonError};

use agents::batch::Event;
use nix::unistd::setsid;

use super::super::options::Form;
use super::super::round::{Happened, rounds};
use super::super::show::Show;
use super::super::{Failure, SetUp, safety, status, until_interrupted};
use super::job::{Job, Known};
use crate::commands::NOTHING_READ;
use crate::commands::output::Output;

/// Bytes of each output that the report keeps; the log has all.
pub(super) const KEEP: usize = 4 << 20;

/// Runs a batch; what it prints is its log.
pub(super) async fn run(job: &Job, set_up: &SetUp) -> Result<u8, Failure> {
    // The shell that started it may end, and its terminal go.
    let _ = setsid();
    let work = job.work()?;
    let show = Arc::new(Mutex::new(Show::new(Form::Lines, &work, Output::new())));
    let kept = Arc::new(Job::new(job.path().to_owned()));
    let happened = move |happened: Happened| {
        let known = match &happened {
            Happened::On(host, Event::Started(number)) => Some((*host, *number, None)),
            Happened::On(host, Event::Ended(number, fate)) => Some((*host, *number, Some(*fate))),
            _ => None,
        };
        if let Some((host, number, fate)) = known {
            // What cannot be kept is still in the report.
            let _ = kept.keep(&Known { host, number, fate });
        }
        show.lock().unwrap_or_else(PoisonError::into_inner).take(happened);
    };
    let (reports, _) = until_interrupted(|wish| rounds(&work, wish, happened)).await;
    safety::log(&work, &reports, set_up);
    job.keep_report(&reports).map_err(|error| Failure {
        message: format!("what came of the batch cannot be kept: {error}"),
        hint: None,
        status: NOTHING_READ,
    })?;
    Ok(status(&reports))
}
