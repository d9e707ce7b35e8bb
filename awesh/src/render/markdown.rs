//! Markdown as it streams, laid into styled lines. No terminal inside: portions of text go in, pieces come out,
//! and what comes out depends on the text and not on how it was cut.
//!
//! Nothing that was put out is ever taken back, so what needs a look ahead is waited for: the beginning of a
//! line (`block`), the end of markup within a line (`inline`), the end of a word (`wrap`), the end of a line of
//! code in several colours (`code`), and of a table all of it. Text is laid anew to the width, code never: its
//! lines are as they came, so that they can be copied.
//!
//! Not read: HTML, headings that are underlined, references, tables without bars at their left; they show as
//! typed.

#[cfg(test)]
mod tests;

use std::mem;

use super::block::{CodeLine, Fence, Line, Marker, Start, indentation, start};
use super::code::Code;
use super::container::{Containers, MAX_QUOTES, quote_marks};
use super::inline::{Inline, Span};
use super::style::{Capabilities, Piece, Run, Style, put, put_line};
use super::table::{Overflow, Table, cell_of, cells, is_delimiter};
use super::wrap::{Overlong, Wrap, width_of};

/// The longest horizontal rule.
const MAX_RULE: usize = 60;

/// The indentation that makes code of a line, outside lists.
const CODE_INDENT: usize = 4;

/// The block that is open between lines.
#[derive(Debug)]
enum Block {
    None,
    Paragraph,
    Code(Fence, Code),
    /// Rows of a table, or what may become one.
    Table(Vec<String>),
}

/// What the rest of the current line is.
#[derive(Debug, Clone, Copy)]
enum Rest {
    /// Not known yet; its beginning is in `head`.
    Unknown,
    /// Text with markup.
    Text,
    /// The text of a heading.
    Heading,
    /// Code of one colour.
    Code,
    /// Needed whole, in `head`: code in several.
    Coloured,
    /// Needed whole, in `head`: a row of a table.
    Row,
    /// Needed whole, in `head`: a fence and what it says of the code.
    Fence(Fence),
    /// Nothing.
    Ignored,
}

/// Reads markdown and lays it out.
#[derive(Debug)]
pub(super) struct Markdown {
    width: usize,
    capabilities: Capabilities,
    rest: Rest,
    head: String,
    /// The column at which the head begins: behind the markers of list items.
    base: usize,
    block: Block,
    containers: Containers,
    /// A blank line was typed.
    blank: bool,
    /// Something was put out, from which a blank line separates.
    begun: bool,
    inline: Inline,
    style: Style,
    wrap: Wrap,
}

impl Markdown {
    /// For lines of this many columns.
    pub(super) fn new(width: usize, capabilities: Capabilities) -> Self {
        Self {
            width,
            capabilities,
            rest: Rest::Unknown,
            head: String::new(),
            base: 0,
            block: Block::None,
            containers: Containers::default(),
            blank: false,
            begun: false,
            inline: Inline::new(capabilities.colour),
            style: Style::PLAIN,
            wrap: Wrap::new(width, Overlong::Run),
        }
    }

    /// The lines are of this many columns from the next on.
    pub(super) fn resize(&mut self, width: usize) {
        self.width = width;
        self.wrap.resize(width);
    }

    /// Reads a portion.
    pub(super) fn push(&mut self, text: &str, out: &mut Vec<Piece>) {
        for portion in text.split_inclusive('\n') {
            match portion.strip_suffix('\n') {
                Some(end) => {
                    self.read(end, out);
                    self.end_line(out);
                }
                None => self.read(portion, out),
            }
        }
    }

    /// Reads what is left at the end of the text; what was put out ends with a line end.
    pub(super) fn finish(&mut self, out: &mut Vec<Piece>) {
        if !self.head.is_empty() || !matches!(self.rest, Rest::Unknown) {
            self.end_line(out);
        }
        self.end_block(out);
        self.put_marker(out);
        *self = Self::new(self.width, self.capabilities);
    }

    /// Reads a portion of a line.
    fn read(&mut self, mut text: &str, out: &mut Vec<Piece>) {
        while let Some(first) = text.chars().next() {
            match self.rest {
                // One by one, so that the line is decided by the same character however it comes.
                Rest::Unknown => {
                    self.head.push(first);
                    text = &text[first.len_utf8()..];
                    self.begin_line(Line::Open, out);
                    continue;
                }
                Rest::Text | Rest::Heading => self.lay(text, out),
                Rest::Code => put(out, text, Style::CODE),
                Rest::Coloured | Rest::Row | Rest::Fence(_) => self.head.push_str(text),
                Rest::Ignored => {}
            }
            return;
        }
    }

    fn end_line(&mut self, out: &mut Vec<Piece>) {
        // An empty line, too, is decided; and what is behind the marker of an item, item within item.
        if matches!(self.rest, Rest::Unknown) {
            self.begin_line(Line::Whole, out);
        }
        while matches!(self.rest, Rest::Unknown) && !self.head.is_empty() {
            self.begin_line(Line::Whole, out);
        }
        match mem::replace(&mut self.rest, Rest::Unknown) {
            Rest::Heading => self.end_block(out),
            Rest::Code => out.push(Piece::LineEnd),
            Rest::Coloured => self.end_code_line(out),
            Rest::Row => self.end_row(out),
            Rest::Fence(fence) => self.begin_code(fence, out),
            Rest::Text | Rest::Unknown | Rest::Ignored => {}
        }
        self.head.clear();
        self.base = 0;
    }

    /// Decides what the line is, if its head tells, and reads on with what is behind its markers.
    fn begin_line(&mut self, extent: Line, out: &mut Vec<Piece>) {
        let head = mem::take(&mut self.head);
        let most = if matches!(self.block, Block::Code(..)) { self.containers.quotes() } else { MAX_QUOTES };
        let (quotes, at) =
            if self.base == 0 { quote_marks(&head, most) } else { (self.containers.quotes(), 0) };
        let line = &head[at..];
        // Up to three spaces may be followed by one more sign of a quote.
        let undecided = extent == Line::Open && quotes > 0 && line.len() <= 3 && line.trim().is_empty();
        let content = if undecided { None } else { self.classify(line, quotes, extent, out) };
        match content {
            Some(content) => self.read(&line[content..], out),
            None => self.head = head,
        }
    }

    /// Enters the block that the line belongs to. Where in the line its content begins, if it could be told.
    fn classify(&mut self, line: &str, quotes: usize, extent: Line, out: &mut Vec<Piece>) -> Option<usize> {
        if let Block::Code(fence, code) = self.block
            && quotes == self.containers.quotes()
        {
            return self.code_line(fence.line(line, extent), code, line.len(), out);
        }
        let (indent, _) = indentation(line);
        let in_paragraph =
            matches!(self.block, Block::Paragraph) && self.base == 0 && self.containers.has_within(indent);
        let start = start(line, extent, in_paragraph);
        if start == Start::Wait {
            return None;
        }
        if quotes != self.containers.quotes() {
            self.end_block(out);
            self.put_marker(out);
            self.containers.enter_quotes(quotes);
        }
        Some(self.enter(start, line.len(), out))
    }

    fn code_line(
        &mut self,
        line: CodeLine,
        code: Code,
        length: usize,
        out: &mut Vec<Piece>,
    ) -> Option<usize> {
        match line {
            CodeLine::Wait => None,
            CodeLine::End => {
                self.end_block(out);
                self.rest = Rest::Ignored;
                Some(length)
            }
            CodeLine::Code(at) => {
                let waits = self.capabilities.colour && code.has_colours();
                self.rest = if waits { Rest::Coloured } else { Rest::Code };
                Some(at)
            }
        }
    }

    /// Enters the block that a line begins or goes on with; where in the line its content begins.
    fn enter(&mut self, start: Start, length: usize, out: &mut Vec<Piece>) -> usize {
        match start {
            Start::Wait => 0,
            Start::Blank => {
                // Behind a marker it is an item whose content comes on the next line.
                if self.base == 0 {
                    self.end_block(out);
                    self.blank = self.begun;
                }
                self.rest = Rest::Ignored;
                length
            }
            Start::Heading { level, content } => {
                self.begin_heading(level, out);
                content
            }
            Start::Fence(fence) => {
                self.rest = Rest::Fence(fence);
                0
            }
            Start::Item { indent, marker, content } => {
                self.begin_item(self.base + indent, marker, out);
                self.base += content.max(1);
                content
            }
            Start::Rule => {
                self.begin_block(out);
                let stroke = if self.capabilities.unicode { "─" } else { "-" };
                put_line(out, &stroke.repeat(self.width.min(MAX_RULE)), Style::DIM);
                self.rest = Rest::Ignored;
                length
            }
            Start::Row { indent } => {
                self.leave_items(indent);
                self.rest = Rest::Row;
                0
            }
            Start::Text { indent, content } => self.begin_text(indent, content, out),
        }
    }

    /// Goes on with a paragraph or begins one; where in the line its content begins.
    fn begin_text(&mut self, indent: usize, content: usize, out: &mut Vec<Piece>) -> usize {
        if matches!(self.block, Block::Paragraph) && self.base == 0 {
            self.rest = Rest::Text;
            self.lay("\n", out);
            return content;
        }
        self.leave_items(indent);
        if self.base == 0 && self.containers.has_no_items() && indent >= CODE_INDENT {
            self.begin_block(out);
            self.rest = Rest::Code;
            return CODE_INDENT.min(content);
        }
        self.begin_paragraph(out);
        self.rest = Rest::Text;
        content
    }

    /// Leaves the list items that the line is not in.
    fn leave_items(&mut self, indent: usize) {
        if self.base == 0 {
            self.containers.leave_items(indent);
        }
    }

    fn begin_paragraph(&mut self, out: &mut Vec<Piece>) {
        self.separate(out);
        self.block = Block::Paragraph;
        self.style = Style::PLAIN;
        let first = self.containers.take_marker().unwrap_or_else(|| self.prefix());
        self.wrap.open(first, self.prefix());
    }

    fn begin_heading(&mut self, level: usize, out: &mut Vec<Piece>) {
        if self.base == 0 {
            self.containers.leave_all_items();
        }
        self.begin_paragraph(out);
        self.style = Style { underline: level == 1, ..Style::BOLD };
        if !self.capabilities.colour {
            let marks = format!("{} ", "#".repeat(level));
            self.wrap.text(&marks, self.style, out);
        }
        self.rest = Rest::Heading;
    }

    fn begin_item(&mut self, column: usize, marker: Marker, out: &mut Vec<Piece>) {
        self.end_block(out);
        if self.base == 0 {
            self.put_marker(out);
            self.containers.leave_siblings(column);
        }
        self.containers.enter_item(column, marker, self.width, self.capabilities);
    }

    /// The head is a whole fence line, or text that looked like one.
    fn begin_code(&mut self, fence: Fence, out: &mut Vec<Piece>) {
        let head = mem::take(&mut self.head);
        let Some(info) = fence.info(&head) else {
            let content = self.begin_text(0, 0, out);
            self.lay(head[content..].trim_start(), out);
            self.rest = Rest::Unknown;
            return;
        };
        self.begin_block(out);
        let language = info.split_whitespace().next().unwrap_or_default();
        let frame = format!("{} {language}", self.frame());
        put_line(out, frame.trim_end(), Style::DIM);
        self.block = Block::Code(fence, Code::new(language));
    }

    /// The head is a whole line of code.
    fn end_code_line(&mut self, out: &mut Vec<Piece>) {
        if let Block::Code(_, code) = &mut self.block {
            code.put_line(&self.head, out);
        }
        out.push(Piece::LineEnd);
    }

    /// The head is a whole row. A table has a delimiter as its second; else its first was text.
    fn end_row(&mut self, out: &mut Vec<Piece>) {
        let row = mem::take(&mut self.head);
        match &mut self.block {
            Block::Table(rows) if rows.len() != 1 || is_delimiter(&row) => rows.push(row),
            _ => {
                self.end_block(out);
                self.block = Block::Table(vec![row]);
            }
        }
    }

    /// Ends what is open and separates from it what is not laid word by word.
    fn begin_block(&mut self, out: &mut Vec<Piece>) {
        self.separate(out);
        self.put_marker(out);
    }

    /// Ends what is open, with the blank line that was typed.
    fn separate(&mut self, out: &mut Vec<Piece>) {
        self.end_block(out);
        self.put_blank(out);
        self.begun = true;
    }

    fn put_blank(&mut self, out: &mut Vec<Piece>) {
        if mem::take(&mut self.blank) {
            out.push(Piece::LineEnd);
        }
    }

    /// Puts a marker whose item has no text to lay behind it.
    fn put_marker(&mut self, out: &mut Vec<Piece>) {
        if let Some(marker) = self.containers.take_marker() {
            self.put_blank(out);
            self.begun = true;
            marker.iter().for_each(|run| put(out, &run.text, run.style));
            out.push(Piece::LineEnd);
        }
    }

    fn end_block(&mut self, out: &mut Vec<Piece>) {
        match mem::replace(&mut self.block, Block::None) {
            Block::None => {}
            Block::Paragraph => {
                let mut spans = Vec::new();
                self.inline.finish(self.style, &mut spans);
                self.lay_spans(spans, out);
                self.wrap.close(out);
            }
            Block::Code(..) => put_line(out, self.frame(), Style::DIM),
            Block::Table(rows) => self.end_table(&rows, out),
        }
    }

    fn end_table(&mut self, rows: &[String], out: &mut Vec<Piece>) {
        let [columns, _, rows @ ..] = rows else {
            return rows.iter().for_each(|row| self.put_text(row, out));
        };
        self.begin_block(out);
        let mut drawn = Vec::new();
        let table =
            Table { columns: self.cells(columns), rows: rows.iter().map(|row| self.cells(row)).collect() };
        let prefix = self.prefix();
        let width = self.width.saturating_sub(width_of(&prefix)).max(1);
        table.draw(width, Overflow::Wrap, self.capabilities, &mut drawn);
        let mut at_line_start = true;
        for piece in drawn {
            if mem::replace(&mut at_line_start, piece == Piece::LineEnd) {
                prefix.iter().for_each(|run| put(out, &run.text, run.style));
            }
            out.push(piece);
        }
    }

    /// Puts a line of text that was taken for something else, as a paragraph of its own.
    fn put_text(&mut self, line: &str, out: &mut Vec<Piece>) {
        self.begin_paragraph(out);
        self.lay(line.trim(), out);
        self.end_block(out);
    }

    fn cells(&self, row: &str) -> Vec<Vec<Run>> {
        let cell = |text: String| {
            let (mut inline, mut spans) = (Inline::new(self.capabilities.colour), Vec::new());
            inline.push(&text, Style::PLAIN, &mut spans);
            inline.finish(Style::PLAIN, &mut spans);
            cell_of(spans)
        };
        cells(row).into_iter().map(cell).collect()
    }

    /// Lays text of the open paragraph.
    fn lay(&mut self, text: &str, out: &mut Vec<Piece>) {
        let mut spans = Vec::new();
        self.inline.push(text, self.style, &mut spans);
        self.lay_spans(spans, out);
    }

    fn lay_spans(&mut self, spans: Vec<Span>, out: &mut Vec<Piece>) {
        for span in spans {
            match span {
                Span::Text(run) => self.wrap.text(&run.text, run.style, out),
                Span::Break => self.wrap.break_line(out),
            }
        }
    }

    fn prefix(&self) -> Vec<Run> {
        self.containers.prefix(self.width, self.capabilities)
    }

    fn frame(&self) -> &'static str {
        if self.capabilities.unicode { "───" } else { "---" }
    }
}
