//! The line that shows what is being done while nothing else is to be shown: one line, replaced, and gone when
//! the answer goes on. Pure: it says when it is due and what it reads; the renderer writes it.

use std::time::{Duration, Instant};

use super::style::Capabilities;
use super::wrap::truncate;

/// A silence shorter than this needs no line.
const PATIENCE: Duration = Duration::from_millis(150);

/// Between two frames of the spinner.
const FRAME: Duration = Duration::from_millis(100);

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const ASCII_SPINNER: [&str; 4] = ["|", "/", "-", "\\"];

/// What is being done, and when to show it.
#[derive(Debug)]
pub(super) struct Progress {
    /// When it all began.
    began: Instant,
    text: String,
    frame: usize,
    due: Instant,
    shown: bool,
}

impl Progress {
    /// Nothing is shown yet.
    pub(super) fn new(now: Instant) -> Self {
        Self { began: now, text: "thinking".to_owned(), frame: 0, due: now + PATIENCE, shown: false }
    }

    /// Has another line, at once where there is one already.
    pub(super) fn set(&mut self, text: String, now: Instant) {
        self.text = text;
        if self.shown {
            self.due = now;
        }
    }

    /// When the line is to be drawn next.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Whether the line is on the terminal.
    pub(super) fn is_shown(&self) -> bool {
        self.shown
    }

    /// The line to be drawn now.
    pub(super) fn draw(&mut self, width: usize, capabilities: Capabilities, now: Instant) -> String {
        let (frames, ellipsis) =
            if capabilities.unicode { (&SPINNER[..], "…") } else { (&ASCII_SPINNER[..], "~") };
        let line = format!("{} {}", frames[self.frame % frames.len()], self.text);
        self.frame = self.frame.wrapping_add(1);
        (self.due, self.shown) = (now + FRAME, true);
        let elapsed = match now.saturating_duration_since(self.began).as_secs() {
            0 => String::new(),
            seconds => format!(" ({seconds} s)"),
        };
        // In the last column the cursor would wait to wrap, and the line could not be replaced.
        let room = width.saturating_sub(1);
        let line = truncate(&line, room.saturating_sub(elapsed.len()), ellipsis);
        truncate(&(line + &elapsed), room, ellipsis)
    }

    /// The line is gone, for something else was put on the terminal.
    pub(super) fn yield_to_output(&mut self, now: Instant) {
        (self.due, self.shown) = (now + PATIENCE, false);
    }
}
