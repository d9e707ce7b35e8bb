//! How far a run is: a table that changes where somebody looks, a line for each thing that happens elsewhere.

use std::sync::Arc;
use std::time::Duration;

use agents::plan::{Event, Fate, Graph, Outcome};
use tokio::time::Instant;

use super::json;
use super::options::Options;
use super::report::{output_of, seconds};
use crate::commands::canvas::Canvas;
use crate::commands::output::Output;
use crate::commands::table::{Cell, Colour, Paper, Row, cut, draw};
use crate::tools::one_line;

/// Between two drawings while nothing happens.
pub(super) const TICK: Duration = Duration::from_millis(200);

/// Lines below the table.
const BELOW: usize = 2;

/// How a step stands.
enum State {
    Waiting,
    /// Since when, and what there is to say.
    Running(Instant, String),
    Ended(Arc<Outcome>),
    /// It was done in the run before.
    Before,
}

/// What is shown of a run.
pub(super) struct Screen<'a> {
    graph: &'a Graph,
    options: &'a Options,
    output: Output,
    canvas: Canvas,
    began: Instant,
    states: Vec<State>,
}

impl<'a> Screen<'a> {
    /// Nothing has happened yet.
    pub(super) fn new(
        graph: &'a Graph,
        before: &[Option<Arc<Outcome>>],
        options: &'a Options,
        output: Output,
    ) -> Self {
        let state =
            |before: &Option<Arc<Outcome>>| if before.is_some() { State::Before } else { State::Waiting };
        let canvas = Canvas::new(output);
        let states = before.iter().map(state).collect();
        let screen = Self { graph, options, output, canvas, began: Instant::now(), states };
        if options.json {
            screen.line(&json::begun(screen.graph));
        }
        screen
    }

    /// Shows what happens.
    pub(super) fn take(&mut self, event: &Event) {
        if self.options.json {
            self.line(&json::event(self.graph, event, self.began.elapsed()));
            return;
        }
        let said = self.said(event);
        match event {
            Event::Started(node) => self.states[*node] = State::Running(Instant::now(), String::new()),
            Event::Again(again) => {
                if let State::Running(_, words) = &mut self.states[again.node] {
                    *words = format!("attempt {}: {}", again.attempt, one_line(&again.why));
                }
            }
            Event::Ended(node, outcome) => self.states[*node] = State::Ended(outcome.clone()),
        }
        let shown = match event {
            Event::Ended(_, outcome) if self.options.output => output_of(self.name(event), outcome),
            _ => String::new(),
        };
        if self.output.is_terminal {
            if !shown.is_empty() {
                let _ = self.canvas.clear();
                let _ = self.output.write(&shown);
            }
            self.draw();
        } else {
            let _ = self.output.write(&format!("{said}{shown}"));
        }
    }

    /// Time has passed.
    pub(super) fn tick(&mut self) {
        if self.output.is_terminal && !self.options.json {
            self.draw();
        }
    }

    /// Says something in passing.
    pub(super) fn remark(&mut self, text: &str) {
        let _ = self.canvas.clear();
        self.output.remark(text);
    }

    /// Takes the table away: what follows is the report.
    pub(super) fn end(&mut self) {
        let _ = self.canvas.clear();
    }

    fn name(&self, event: &Event) -> &str {
        let (Event::Started(node) | Event::Ended(node, _)) = event else { return "" };
        &self.graph.nodes[*node].name
    }

    fn line(&self, line: &str) {
        // A reader that is gone does not end what runs on other machines.
        let _ = self.output.write(&format!("{line}\n"));
    }

    /// What happened, in a line.
    fn said(&self, event: &Event) -> String {
        let at = seconds(self.began.elapsed());
        match event {
            Event::Started(node) => format!("{at:>8}  {}  begins\n", self.graph.nodes[*node].name),
            Event::Again(again) => {
                let name = &self.graph.nodes[again.node].name;
                format!("{at:>8}  {name}  attempt {}: {}\n", again.attempt, one_line(&again.why))
            }
            // It was there for a failure, and there was none.
            Event::Ended(node, outcome) if self.graph.nodes[*node].is_clean_up && !outcome.is_run() => {
                String::new()
            }
            Event::Ended(node, outcome) => {
                let why = one_line(outcome.fate.why());
                let why = if why.is_empty() { why } else { format!(": {why}") };
                let took =
                    if outcome.is_run() { format!(" in {}", seconds(outcome.took)) } else { String::new() };
                let name = &self.graph.nodes[*node].name;
                format!("{at:>8}  {name}  {}{took}{why}\n", outcome.fate.word())
            }
        }
    }

    fn draw(&mut self) {
        let (width, height) = self.output.size();
        let rows: Vec<(usize, Row)> = (0..self.states.len())
            .filter(|node| self.is_of_interest(*node))
            .map(|node| (node, self.row(node)))
            .collect();
        let room = height.saturating_sub(BELOW + 2).max(1);
        let rows = self.most_telling(rows, room);
        let paper = Paper { width: Some(width.saturating_sub(1)), colour: self.output.colour };
        let mut lines = draw(&["STEP", "STATE", "TIME", "WHAT"], &rows, &[2], paper);
        // Words below their rows make more lines than there are rows.
        lines.truncate(room + 1);
        lines.push(Colour::Dim.paint(&cut(&self.progress(), width.saturating_sub(1)), self.output.colour));
        let _ = self.canvas.replace(&lines);
    }

    /// What cleans up is shown once it is needed.
    fn is_of_interest(&self, node: usize) -> bool {
        !self.graph.nodes[node].is_clean_up
            || matches!(self.states[node], State::Running(..))
            || matches!(&self.states[node], State::Ended(outcome) if outcome.is_run())
    }

    /// Where not all rows have room: those that run or failed, then those that ended last, then those that wait.
    fn most_telling(&self, mut rows: Vec<(usize, Row)>, room: usize) -> Vec<Row> {
        let weight = |node: usize| match &self.states[node] {
            State::Running(..) => 0,
            State::Ended(outcome) if matches!(outcome.fate, Fate::Failed(_)) => 0,
            State::Waiting => 1,
            State::Ended(_) => 2,
            State::Before => 3,
        };
        for weighed in [3, 2, 1] {
            while rows.len() > room {
                // Of those that wait the last, of the others the first.
                let mut weighing = rows.iter().map(|(node, _)| weight(*node) == weighed);
                let at = if weighed == 1 { weighing.rposition(|is| is) } else { weighing.position(|is| is) };
                let Some(at) = at else { break };
                rows.remove(at);
            }
        }
        rows.truncate(room);
        rows.into_iter().map(|(_, row)| row).collect()
    }

    fn row(&self, node: usize) -> Row {
        let (word, colour, time, words) = match &self.states[node] {
            State::Waiting => ("waiting", Colour::Dim, String::new(), String::new()),
            State::Running(since, words) => {
                ("running", Colour::Bold, seconds(since.elapsed()), words.clone())
            }
            State::Before => ("done", Colour::Dim, String::new(), "in the run before".to_owned()),
            State::Ended(outcome) => {
                let time = if outcome.is_run() { seconds(outcome.took) } else { String::new() };
                (outcome.fate.word(), colour_of(&outcome.fate), time, one_line(outcome.fate.why()))
            }
        };
        let cells = [
            Cell::plain(self.graph.nodes[node].name.as_str()),
            Cell { text: word.to_owned(), colour },
            Cell::plain(time),
        ];
        Row { cells: cells.into(), words }
    }

    fn progress(&self) -> String {
        let count = |is: fn(&State) -> bool| self.states.iter().filter(|state| is(state)).count();
        let ended = count(|state| matches!(state, State::Ended(_) | State::Before));
        let running = count(|state| matches!(state, State::Running(..)));
        let steps = self.graph.nodes.iter().filter(|node| !node.is_clean_up).count();
        format!("{} of {steps} steps, {running} running, {}", ended.min(steps), seconds(self.began.elapsed()))
    }
}

/// The colour of a fate.
pub(super) fn colour_of(fate: &Fate) -> Colour {
    match fate {
        Fate::Succeeded => Colour::Green,
        Fate::Failed(_) | Fate::Interrupted => Colour::Red,
        Fate::NotRun(_) => Colour::Yellow,
        Fate::Skipped(_) => Colour::Dim,
    }
}
