//! Breaks styled text into lines of a width, word by word as it comes: a word is put on the terminal when it
//! is whole, so that nothing ever has to be taken back.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::style::{Piece, Run, Style, put};

/// What is done with a word that is wider than a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overlong {
    /// It starts on a line of its own and the terminal carries it over, so that a URL can be copied whole.
    Run,
    /// It is cut, where the width is not the terminal's.
    Cut,
}

/// Lays words into lines.
#[derive(Debug)]
pub(super) struct Wrap {
    width: usize,
    overlong: Overlong,
    /// Before the first line of the block, until it is put there.
    first: Option<Vec<Run>>,
    /// Before every other line.
    rest: Vec<Run>,
    /// A line of the block has its prefix.
    begun: bool,
    column: usize,
    /// Nothing but the prefix is on the line.
    fresh: bool,
    /// The word that is not whole yet.
    word: Vec<Run>,
    word_width: usize,
    last: Option<char>,
    /// The word before was followed by a space of this look.
    space: Option<Style>,
    /// The word was too wide and goes out as it comes.
    running: bool,
}

impl Wrap {
    /// For lines of this many columns.
    pub(super) fn new(width: usize, overlong: Overlong) -> Self {
        Self {
            width: width.max(1),
            overlong,
            first: None,
            rest: Vec::new(),
            begun: true,
            column: 0,
            fresh: true,
            word: Vec::new(),
            word_width: 0,
            last: None,
            space: None,
            running: false,
        }
    }

    /// The lines are of this many columns from now on.
    pub(super) fn resize(&mut self, width: usize) {
        self.width = width.max(1);
    }

    /// Begins a block with these prefixes for its first and for its other lines.
    pub(super) fn open(&mut self, first: Vec<Run>, rest: Vec<Run>) {
        (self.first, self.rest, self.begun) = (Some(first), rest, false);
    }

    /// Ends the block and its line.
    pub(super) fn close(&mut self, out: &mut Vec<Piece>) {
        self.end_word(out);
        if !self.begun {
            self.begin_line(out);
        }
        self.space = None;
        self.first = None;
        self.rest.clear();
        if self.column > 0 {
            self.end_line(out);
        }
    }

    /// Ends the line within the block.
    pub(super) fn break_line(&mut self, out: &mut Vec<Piece>) {
        self.end_word(out);
        self.begin_line(out);
        self.space = None;
        self.end_line(out);
        self.first = Some(self.rest.clone());
    }

    /// Lays text.
    pub(super) fn text(&mut self, text: &str, style: Style, out: &mut Vec<Piece>) {
        for c in text.chars() {
            if c.is_whitespace() && c != '\u{a0}' {
                self.end_word(out);
                self.space = Some(style);
            } else {
                self.character(c, style, out);
            }
        }
    }

    fn character(&mut self, c: char, style: Style, out: &mut Vec<Piece>) {
        let width = c.width().unwrap_or(0);
        if self.breaks_before(c, width) {
            self.end_word(out);
        }
        self.last = Some(c);
        if self.word_width + width > self.capacity() {
            self.overflow(out);
        }
        if self.running {
            self.run_on(c, width, style, out);
            return;
        }
        self.word_width += width;
        match self.word.last_mut() {
            Some(run) if run.style == style => run.text.push(c),
            _ => self.word.push(Run::new(c, style)),
        }
    }

    /// Scripts without spaces break between any two characters, except before closing punctuation.
    fn breaks_before(&self, c: char, width: usize) -> bool {
        let Some(last) = self.last else { return false };
        let wide = |c: char| c.width() == Some(2);
        width > 0 && last != '\u{200d}' && (wide(c) || wide(last)) && !closes(c)
    }

    fn capacity(&self) -> usize {
        let prefix = self.first.as_ref().unwrap_or(&self.rest);
        self.width.saturating_sub(width_of(prefix)).max(1)
    }

    /// The word has grown wider than a line.
    fn overflow(&mut self, out: &mut Vec<Piece>) {
        match self.overlong {
            Overlong::Cut => self.place(out),
            Overlong::Run if !self.running => {
                self.place(out);
                self.begin_line(out);
                self.running = true;
            }
            Overlong::Run => {}
        }
    }

    fn run_on(&mut self, c: char, width: usize, style: Style, out: &mut Vec<Piece>) {
        if self.column + width > self.width {
            self.column = 0;
        }
        self.column += width;
        put(out, c.encode_utf8(&mut [0; 4]), style);
    }

    fn end_word(&mut self, out: &mut Vec<Piece>) {
        self.place(out);
        self.running = false;
        self.last = None;
    }

    /// Puts the word on this line or the next.
    fn place(&mut self, out: &mut Vec<Piece>) {
        if self.word.is_empty() {
            return;
        }
        // Measured as a whole: some sequences are wider or narrower than their characters.
        let width = width_of(&self.word);
        self.begin_line(out);
        let space = self.space.take().filter(|_| !self.fresh);
        if !self.fresh && self.column + usize::from(space.is_some()) + width > self.width {
            self.end_line(out);
            self.first = Some(self.rest.clone());
            self.begin_line(out);
        } else if let Some(style) = space {
            put(out, " ", style);
            self.column += 1;
        }
        for run in self.word.drain(..) {
            put(out, &run.text, run.style);
        }
        self.column += width;
        self.word_width = 0;
        self.fresh = false;
    }

    /// Puts the prefix of a line that has none yet.
    fn begin_line(&mut self, out: &mut Vec<Piece>) {
        if let Some(prefix) = self.first.take() {
            self.begun = true;
            self.column = width_of(&prefix);
            self.fresh = true;
            for run in prefix {
                put(out, &run.text, run.style);
            }
        }
    }

    fn end_line(&mut self, out: &mut Vec<Piece>) {
        out.push(Piece::LineEnd);
        self.column = 0;
        self.fresh = true;
    }
}

/// The columns that runs take.
pub(super) fn width_of(runs: &[Run]) -> usize {
    runs.iter().map(|run| run.text.width()).sum()
}

/// The beginning of a text that fits into a number of columns, with an ellipsis where something is left out.
pub(super) fn truncate(text: &str, width: usize, ellipsis: &str) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(ellipsis.width());
    let mut taken = 0;
    let kept = text.chars().take_while(|c| {
        taken += c.width().unwrap_or(0);
        taken <= room
    });
    let mut kept: String = kept.collect();
    kept.push_str(&ellipsis[..if width == 0 { 0 } else { ellipsis.len() }]);
    kept
}

fn closes(c: char) -> bool {
    ".,;:!?)]}、。，．：；！？）］｝」』】》〉’”…".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, width: usize, overlong: Overlong) -> Vec<String> {
        let (mut wrap, mut out) = (Wrap::new(width, overlong), Vec::new());
        wrap.open(vec![Run::new("- ", Style::PLAIN)], vec![Run::new("  ", Style::PLAIN)]);
        wrap.text(text, Style::PLAIN, &mut out);
        wrap.close(&mut out);
        let mut lines = vec![String::new()];
        for piece in out {
            match piece {
                Piece::Text(run) => lines.last_mut().unwrap().push_str(&run.text),
                Piece::LineEnd => lines.push(String::new()),
            }
        }
        lines.pop();
        lines
    }

    #[test]
    fn words_fill_lines_and_hang() {
        assert_eq!(lines("one two three  four", 10, Overlong::Run), ["- one two", "  three", "  four"]);
    }

    #[test]
    fn wide_characters_break_anywhere_but_before_closing_ones() {
        assert_eq!(lines("日本語の文章。", 8, Overlong::Run), ["- 日本語", "  の文", "  章。"]);
    }

    #[test]
    fn overlong_words_run_on_or_are_cut() {
        let text = "go to https://example.org/ now";
        assert_eq!(lines(text, 12, Overlong::Run), ["- go to", "  https://example.org/", "  now"]);
        assert_eq!(lines(text, 12, Overlong::Cut), ["- go to", "  https://ex", "  ample.org/", "  now"]);
    }

    #[test]
    fn an_empty_block_has_its_prefix() {
        assert_eq!(lines("", 10, Overlong::Run), ["- "]);
    }

    #[test]
    fn truncation_counts_columns() {
        assert_eq!(truncate("short", 5, "…"), "short");
        assert_eq!(truncate("日本語", 5, "…"), "日本…");
        assert_eq!(truncate("longer", 5, "…"), "long…");
        assert_eq!(truncate("longer", 0, "…"), "");
    }
}
