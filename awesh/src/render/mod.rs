//! Answers on the terminal: a [`Renderer`] takes the events of one question and writes what they look like.
//!
//! Text appears word by word as it comes, laid to the width; what was written is never touched again, but for
//! the one line of progress below it. Nothing that an event carries reaches the terminal unsanitised.
//!
//! The renderer writes to what it is given, with `\r\n` at line ends, and reads no key: [`confirm::answer`]
//! says what a key means, the shell's loop reads it. Failures are said by `messages`, like awesh's own.

mod block;
mod code;
pub mod confirm;
mod container;
mod inline;
mod markdown;
mod progress;
mod sanitize;
mod style;
mod table;
#[cfg(test)]
mod tests;
mod token;
mod wrap;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use awesh_protocol::{Action, Event, FailureKind, Proposal, ProposalId, Timing, Usage};

use self::confirm::Answer;
use self::markdown::Markdown;
use self::progress::Progress;
use self::sanitize::Sanitizer;
pub use self::style::Capabilities;
use self::style::{Colour, Piece, Run, Style, put, put_line};
use self::table::{Overflow, Table};
use self::wrap::truncate;
use crate::messages;
use crate::timings::{self, Figure};

/// The most of a failure's message that is shown, in columns.
const MAX_MESSAGE: usize = 400;

/// What the shell's loop does after an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// It waits for the next.
    Continue,
    /// It reads keys for this proposal, which stands on the terminal; then [`Renderer::answered`]. Where a rule
    /// allows the command, no question stands there.
    Decide(Proposal),
    /// It reads keys for this action, which stands on the terminal; then [`Renderer::answered`].
    Confirm(ProposalId, Action),
    /// It reads a line for this question, which stands on the terminal with these choices.
    Enquire(ProposalId, Vec<String>),
    /// It goes back to the prompt: that was the question's last event.
    Ended,
}

/// Writes the answer to one question.
#[derive(Debug)]
pub struct Renderer {
    width: usize,
    capabilities: Capabilities,
    asked: Instant,
    agent: Option<String>,
    sanitizer: Sanitizer,
    markdown: Markdown,
    progress: Progress,
    /// Text was written that does not end its line yet.
    within_line: bool,
    /// A proposal waits for its answer.
    deciding: bool,
    /// Lines written so far.
    lines: usize,
}

impl Renderer {
    /// For a question asked now, on a terminal of `columns`.
    pub fn new(columns: u16, capabilities: Capabilities, now: Instant) -> Self {
        let width = usize::from(columns.max(1));
        Self {
            width,
            capabilities,
            asked: now,
            agent: None,
            sanitizer: Sanitizer::default(),
            markdown: Markdown::new(width, capabilities),
            progress: Progress::new(now),
            within_line: false,
            deciding: false,
            lines: 0,
        }
    }

    /// How many lines were written.
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// Ends what was written without saying how the question ended.
    pub fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut pieces = Vec::new();
        self.end_text(&mut pieces);
        style::write(&pieces, self.capabilities.colour, out)
    }

    /// The terminal has another width now; it holds from the next line on.
    pub fn resize(&mut self, columns: u16) {
        self.width = usize::from(columns.max(1));
        self.markdown.resize(self.width);
    }

    /// When [`Renderer::tick`] is due, if something is to be shown while nothing comes.
    pub fn next_tick(&self) -> Option<Instant> {
        let hidden = self.capabilities.dumb || self.within_line || self.deciding;
        (!hidden).then(|| self.progress.due())
    }

    /// Draws the line of progress, if it is due.
    pub fn tick(&mut self, now: Instant, out: &mut dyn Write) -> io::Result<()> {
        if self.next_tick().is_none_or(|due| due > now) {
            return Ok(());
        }
        let line = self.progress.draw(self.width, self.capabilities, now);
        out.write_all(b"\r")?;
        style::write(&[Piece::Text(Run::new(line, Style::DIM))], self.capabilities.colour, out)?;
        out.write_all(b"\x1b[K")?;
        out.flush()
    }

    /// Writes what an event looks like.
    pub fn event(&mut self, event: &Event, now: Instant, out: &mut dyn Write) -> io::Result<Step> {
        let mut pieces = Vec::new();
        let mut step = Step::Continue;
        match event {
            Event::Hello { .. }
            | Event::Ready { .. }
            | Event::Status(_)
            | Event::Models { .. }
            | Event::Sent { .. }
            | Event::Recalled { .. } => {}
            Event::Claimed { agent, .. } => {
                self.progress.set(sanitize::line(agent), now);
                self.agent = Some(agent.clone());
            }
            Event::Text { text, .. } => self.text(text, &mut pieces),
            Event::Progress { text, .. } => self.progress.set(sanitize::line(text), now),
            Event::Table { columns, rows, .. } => self.table(columns, rows, &mut pieces),
            Event::Propose { proposal, .. } => {
                self.end_text(&mut pieces);
                confirm::show(proposal, self.width, self.capabilities, &mut pieces);
                self.deciding = true;
                step = Step::Decide(proposal.clone());
            }
            Event::Confirm { proposal, action, .. } => {
                self.end_text(&mut pieces);
                confirm::show_action(action, self.width, &mut pieces);
                self.deciding = true;
                step = Step::Confirm(*proposal, action.clone());
            }
            Event::Enquire { proposal, text, choices, .. } => {
                self.end_text(&mut pieces);
                let choices: Vec<String> = choices.iter().map(|choice| sanitize::line(choice)).collect();
                confirm::show_question(&sanitize::line(text), &choices, self.width, &mut pieces);
                step = Step::Enquire(*proposal, choices);
            }
            Event::ToolStarted { summary, .. } => self.progress.set(sanitize::line(summary), now),
            Event::ToolFinished { tool, summary, ok, step, .. } => {
                self.tool_finished(&format!("{step} {tool} {summary}"), *ok, &mut pieces);
            }
            Event::Done { .. } | Event::Failed { .. } => {
                self.end_text(&mut pieces);
                step = Step::Ended;
            }
        }
        self.write(&pieces, step == Step::Ended, now, out)?;
        match event {
            Event::Done { usage, cost, timings, .. } => self.done(*usage, *cost, timings, now, out)?,
            Event::Failed { kind, message, hint, .. } => {
                self.failed(*kind, message, hint.as_deref(), out)?;
            }
            _ => self.tick(now, out)?,
        }
        Ok(step)
    }

    /// A rule has decided on the proposal that stands there.
    pub fn decided(&mut self) {
        self.deciding = false;
    }

    /// Writes the user's answer behind a proposal's question.
    pub fn answered(&mut self, answer: Answer, now: Instant, out: &mut dyn Write) -> io::Result<()> {
        self.deciding = answer == Answer::Ignored;
        if self.deciding {
            return Ok(());
        }
        let mut pieces = Vec::new();
        put_line(&mut pieces, confirm::echo(answer), Style::PLAIN);
        self.write(&pieces, false, now, out)
    }

    fn text(&mut self, text: &str, pieces: &mut Vec<Piece>) {
        let mut clean = String::new();
        self.sanitizer.push(text, &mut clean);
        self.markdown.push(&clean, pieces);
    }

    /// Ends the text so far: something that is not text follows.
    fn end_text(&mut self, pieces: &mut Vec<Piece>) {
        let mut clean = String::new();
        self.sanitizer.finish(&mut clean);
        self.markdown.push(&clean, pieces);
        self.markdown.finish(pieces);
    }

    fn table(&mut self, columns: &[String], rows: &[Vec<String>], pieces: &mut Vec<Piece>) {
        self.end_text(pieces);
        let cells = |row: &[String]| row.iter().map(|cell| cell_of(cell)).collect::<Vec<_>>();
        let table = Table { columns: cells(columns), rows: rows.iter().map(|row| cells(row)).collect() };
        table.draw(self.width, Overflow::Truncate, self.capabilities, pieces);
    }

    /// A step is one line; by its number it can be looked up.
    fn tool_finished(&mut self, summary: &str, ok: bool, pieces: &mut Vec<Piece>) {
        self.end_text(pieces);
        let (sign, colour) = match (ok, self.capabilities.unicode) {
            (true, true) => ("▸ ", Colour::Green),
            (true, false) => ("ok: ", Colour::Green),
            (false, true) => ("✗ ", Colour::Red),
            (false, false) => ("failed: ", Colour::Red),
        };
        self.note(sign, Style { colour: Some(colour), ..Style::DIM }, &sanitize::line(summary), pieces);
    }

    /// One dim line behind a sign.
    fn note(&self, sign: &str, style: Style, text: &str, pieces: &mut Vec<Piece>) {
        let ellipsis = if self.capabilities.unicode { "…" } else { "~" };
        let room = self.width.saturating_sub(wrap::width_of(&[Run::new(sign, style)]));
        put(pieces, sign, style);
        put_line(pieces, &truncate(text, room, ellipsis), Style::DIM);
    }

    /// Writes pieces where the line of progress was; that goes, too, when the answer ends.
    fn write(&mut self, pieces: &[Piece], ends: bool, now: Instant, out: &mut dyn Write) -> io::Result<()> {
        let Some(last) = pieces.last() else {
            if ends && self.progress.is_shown() {
                self.clear_progress(now, out)?;
                out.flush()?;
            }
            return Ok(());
        };
        self.clear_progress(now, out)?;
        style::write(pieces, self.capabilities.colour, out)?;
        self.lines += pieces.iter().filter(|piece| **piece == Piece::LineEnd).count();
        self.within_line = *last != Piece::LineEnd && !self.deciding;
        out.flush()
    }

    fn clear_progress(&mut self, now: Instant, out: &mut dyn Write) -> io::Result<()> {
        if self.progress.is_shown() {
            out.write_all(b"\r\x1b[K")?;
        }
        self.progress.yield_to_output(now);
        Ok(())
    }

    fn done(
        &mut self,
        usage: Option<Usage>,
        cost: Option<f64>,
        timings: &[Timing],
        now: Instant,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let took = now.saturating_duration_since(self.asked);
        if messages::verbosity() >= 1 {
            let mut pieces = Vec::new();
            put_line(&mut pieces, &summary(usage, cost, took), Style::DIM);
            style::write(&pieces, self.capabilities.colour, out)?;
            out.flush()?;
        }
        for Timing { name, ms } in timings {
            let took = milliseconds(*ms);
            match name.as_str() {
                "race" => timings::note(Figure::Agent, took),
                "first text" if usage.is_some() => timings::note(Figure::FirstToken, took),
                _ => {}
            }
            messages::timing(self.operation(name, usage), took);
        }
        messages::timing("answer", took);
        Ok(())
    }

    /// What a part of the answer is called among all timings, where each says whose it is.
    fn operation(&self, name: &str, usage: Option<Usage>) -> String {
        match name {
            "race" => "agent race".to_owned(),
            "first text" if usage.is_some() => "AI first token".to_owned(),
            name if self.agent.as_deref() == Some(name) => format!("agent {}", sanitize::line(name)),
            name => sanitize::line(name),
        }
    }

    fn failed(
        &mut self,
        kind: FailureKind,
        message: &str,
        hint: Option<&str>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if kind == FailureKind::Cancelled {
            let mut pieces = Vec::new();
            put_line(&mut pieces, "cancelled", Style::DIM);
            style::write(&pieces, self.capabilities.colour, out)?;
            return out.flush();
        }
        let short = |text: &str| truncate(&sanitize::line(text), MAX_MESSAGE, "...");
        messages::error(short(message));
        if let Some(hint) = hint {
            messages::hint(short(hint));
        }
        Ok(())
    }
}

/// A text of several lines from the backend, as it may be shown.
pub fn page(text: &str) -> String {
    sanitize::command(text)
}

/// A cell of a table from the backend, which has no markup.
fn cell_of(text: &str) -> Vec<Run> {
    let text = sanitize::line(text);
    if text.is_empty() { Vec::new() } else { vec![Run::new(text, Style::PLAIN)] }
}

/// What an answer took and cost.
fn summary(usage: Option<Usage>, cost: Option<f64>, took: Duration) -> String {
    let tokens = usage
        .map(|usage| format!("{} tokens in, {} tokens out, ", usage.input_tokens, usage.output_tokens))
        .unwrap_or_default();
    let cost = cost.map(|cost| format!("${cost:.4}, ")).unwrap_or_default();
    format!("{tokens}{cost}{:.1} s", took.as_secs_f64())
}

/// A duration from the wire, where it may be anything.
fn milliseconds(ms: f64) -> Duration {
    Duration::try_from_secs_f64(ms / 1e3).unwrap_or_default()
}
