//! The text that is edited, and where in it the cursor and the mark stand. Pure.

use std::ops::Range;

use super::text;

/// A line: positions are bytes, at the bounds of characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// What is typed so far.
    pub text: String,
    /// The cursor.
    pub point: usize,
    /// The mark; no further than the end.
    pub mark: usize,
}

impl Line {
    /// A line with the cursor at its end.
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), point: text.len(), mark: 0 }
    }

    /// Puts text before the cursor.
    pub fn insert(&mut self, text: &str) {
        self.text.insert_str(self.point, text);
        self.point += text.len();
    }

    /// Puts text in place of a range, and the cursor behind it; returns what was there.
    pub fn replace(&mut self, range: Range<usize>, text: &str) -> String {
        let old = self.text[range.clone()].to_owned();
        self.text.replace_range(range.clone(), text);
        self.point = range.start + text.len();
        self.mark = text::bound(&self.text, self.mark);
        old
    }

    /// The text between two positions, whichever comes first.
    pub fn span(first: usize, second: usize) -> Range<usize> {
        first.min(second)..first.max(second)
    }

    /// What stands before the cursor.
    pub fn before(&self) -> &str {
        &self.text[..self.point]
    }

    /// What stands behind it.
    pub fn behind(&self) -> &str {
        &self.text[self.point..]
    }

    /// The character under the cursor.
    pub fn under(&self) -> Option<char> {
        self.behind().chars().next()
    }
}

/// The states that the line had, for `undo`.
#[derive(Debug, Clone, Default)]
pub struct Undo {
    states: Vec<Line>,
    /// How many characters were typed since the last of them, one after the other.
    typed: usize,
    /// How many there were when vi's present insertion began; None for the one that a line begins with.
    insertion: Option<usize>,
}

/// How many characters typed one after the other are undone at once, as in readline.
const TOGETHER: usize = 20;

impl Undo {
    /// The line has changed from this.
    pub fn note(&mut self, before: Line) {
        self.states.push(before);
        self.typed = 0;
    }

    /// A character was typed into this line. `follows` tells that one was typed just before.
    pub fn note_typed(&mut self, before: Line, follows: bool) {
        if !follows || self.typed == 0 || self.typed >= TOGETHER {
            self.note(before);
        }
        self.typed += 1;
    }

    /// vi begins to insert.
    pub fn begin_insertion(&mut self) {
        self.insertion = Some(self.states.len());
    }

    /// It has ended: what was typed is undone at once, but for what the line began with, which readline never undoes.
    pub fn end_insertion(&mut self) {
        self.typed = 0;
        let kept = self.insertion.take().map_or(0, |begun| begun + 1);
        self.states.truncate(kept);
    }

    /// The line before its last change.
    pub fn back(&mut self) -> Option<Line> {
        self.typed = 0;
        self.states.pop()
    }

    /// The line before all changes.
    pub fn first(&mut self) -> Option<Line> {
        self.typed = 0;
        self.states.drain(..).next()
    }
}
