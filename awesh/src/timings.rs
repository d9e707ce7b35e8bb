//! What a person waits for, and how long it took in this session: said one by one at `VERBOSE=2`, and by `awes` all
//! together. Bounded: of each figure the last are kept.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::messages;

/// How many of each are kept.
const KEPT: usize = 128;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// From the start to the first prompt.
    FirstPrompt,
    /// Git and Kubernetes, where what was read before still held.
    PromptHit,
    /// The same, where it was read.
    PromptMiss,
    /// From Enter until the command has the terminal.
    Begin,
    /// From the end of its output to the next prompt.
    Prompt,
    /// From a key until the line is drawn with it.
    Key,
    /// From a question to its agent.
    Agent,
    /// From a question to the first word of an AI.
    FirstToken,
}

/// All of them with their names, in their order.
const FIGURES: [(Figure, &str); 8] = [
    (Figure::FirstPrompt, "start → first prompt"),
    (Figure::PromptHit, "prompt data fetch (cache hit)"),
    (Figure::PromptMiss, "prompt data fetch (cache miss)"),
    (Figure::Begin, "Enter → command"),
    (Figure::Prompt, "command's end → prompt"),
    (Figure::Key, "key → echo"),
    (Figure::Agent, "agent race"),
    (Figure::FirstToken, "AI first token"),
];

static SESSION: Mutex<[Samples; FIGURES.len()]> = Mutex::new([const { Samples::new() }; FIGURES.len()]);

/// The last samples of a figure, in no order.
#[derive(Debug, Clone, Copy)]
struct Samples {
    kept: [Duration; KEPT],
    count: usize,
    /// The longest that was not said yet.
    longest: Duration,
}

impl Samples {
    const fn new() -> Self {
        Self { kept: [Duration::ZERO; KEPT], count: 0, longest: Duration::ZERO }
    }

    fn add(&mut self, took: Duration) {
        self.kept[self.count % KEPT] = took;
        self.count += 1;
        self.longest = self.longest.max(took);
    }

    /// The median and the 90th percentile.
    fn quantiles(&self) -> Option<(Duration, Duration)> {
        let mut sorted = self.kept;
        let sorted = &mut sorted[..self.count.min(KEPT)];
        sorted.sort_unstable();
        let last = sorted.len().checked_sub(1)?;
        Some((sorted[last / 2], sorted[last * 9 / 10]))
    }
}

/// Notes how long something took, and says so at `VERBOSE=2`.
pub fn took(figure: Figure, took: Duration) {
    note(figure, took);
    messages::timing(FIGURES[figure as usize].1, took);
}

/// Notes how long something took that is said elsewhere.
pub fn note(figure: Figure, took: Duration) {
    SESSION.lock().unwrap_or_else(PoisonError::into_inner)[figure as usize].add(took);
}

/// Says the longest of what was noted of a figure since this was last asked, where nothing could be said meanwhile.
pub fn say_longest(figure: Figure) {
    let mut session = SESSION.lock().unwrap_or_else(PoisonError::into_inner);
    let longest = std::mem::take(&mut session[figure as usize].longest);
    drop(session);
    if !longest.is_zero() {
        messages::timing(format_args!("{} (the longest)", FIGURES[figure as usize].1), longest);
    }
}

/// What the session has measured so far, a line for each figure that there is.
pub fn summary() -> String {
    let session = SESSION.lock().unwrap_or_else(PoisonError::into_inner);
    let mut text = String::new();
    for (samples, (_, name)) in session.iter().zip(FIGURES) {
        let Some((median, p90)) = samples.quantiles() else { continue };
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        let (median, p90) = (milliseconds(median), milliseconds(p90));
        let head = if text.is_empty() { "median / 90th percentile, and how often:\n" } else { "" };
        // Nothing fails that is written to a string.
        let _ = writeln!(text, "{head}  {name}: {median:.2} / {p90:.2} ms, {}", samples.count);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_its_name_at_its_place() {
        for (at, (figure, _)) in FIGURES.iter().enumerate() {
            assert_eq!(*figure as usize, at);
        }
    }

    #[test]
    fn the_last_samples_are_kept() {
        let mut samples = Samples::new();
        assert_eq!(samples.quantiles(), None);
        (1..=10).for_each(|ms| samples.add(Duration::from_millis(ms)));
        assert_eq!(samples.quantiles(), Some((Duration::from_millis(5), Duration::from_millis(9))));
        (0..KEPT).for_each(|_| samples.add(Duration::from_secs(1)));
        assert_eq!(samples.quantiles(), Some((Duration::from_secs(1), Duration::from_secs(1))));
        assert_eq!((samples.count, samples.longest), (KEPT + 10, Duration::from_secs(1)));
    }
}
