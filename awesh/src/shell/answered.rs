//! The last answer, kept to be shown again where there is more room.

use std::io;
use std::time::Instant;

use awesh_protocol::Event;

use super::Shell;
use crate::messages;
use crate::render::{Capabilities, Renderer};

/// Bytes of an answer that are kept.
const MOST: usize = 1024 * 1024;

/// What the last answer showed.
#[derive(Debug, Default)]
pub(super) struct Answered {
    events: Vec<Event>,
    bytes: usize,
}

impl Answered {
    /// Another question is asked.
    pub(super) fn begin(&mut self) {
        *self = Self::default();
    }

    /// Keeps what an event showed, up to a bound.
    pub(super) fn keep(&mut self, event: &Event) {
        let size = match event {
            Event::Text { text, .. } => text.len(),
            Event::Table { rows, .. } => rows.iter().flatten().map(String::len).sum(),
            _ => return,
        };
        self.bytes += size;
        if self.bytes <= MOST {
            self.events.push(event.clone());
        }
    }

    /// The answer as it looks on a terminal of this width.
    fn draw(&self, columns: u16, capabilities: Capabilities) -> io::Result<String> {
        // What is not a terminal has no line to show progress in.
        let capabilities = Capabilities { dumb: true, ..capabilities };
        let now = Instant::now();
        let mut renderer = Renderer::new(columns, capabilities, now);
        let mut drawn = Vec::new();
        for event in &self.events {
            renderer.event(event, now, &mut drawn)?;
        }
        renderer.end(&mut drawn)?;
        Ok(String::from_utf8_lossy(&drawn).replace("\r\n", "\n"))
    }
}

impl Shell {
    /// `awes answer`
    pub(super) fn say_answer(&mut self) -> io::Result<()> {
        let drawn = self.answered.draw(self.terminal.size().ws_col, self.capabilities())?;
        if drawn.is_empty() {
            messages::page("nothing was answered yet\n", true);
            return Ok(());
        }
        self.page(&drawn)
    }

    /// Says, where the last answer did not fit on the screen, how to see all of it.
    pub(super) fn offer_answer(&self, lines: usize) {
        let rows = usize::from(self.terminal.size().ws_row);
        if lines > rows {
            let said = format_args!("{lines} lines; awes answer shows them in your pager");
            messages::offer(said, self.config.colour);
        }
    }
}
