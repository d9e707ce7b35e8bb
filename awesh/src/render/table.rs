//! Tables fitted to a width: each column as wide as its content where there is room, the widest ones narrowed
//! where there is not, and one field to a line where columns would be too narrow to read.

use super::inline::Span;
use super::style::{Capabilities, Piece, Run, Style, put, put_line};
use super::wrap::{Overlong, Wrap, truncate, width_of};

/// Between two columns.
const GAP: usize = 2;

/// A column narrower than this cannot be read.
const MIN_COLUMN: usize = 6;

/// What is done with a cell that is wider than its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overflow {
    /// It takes several lines: the words are part of an answer.
    Wrap,
    /// It is cut: one row, one line.
    Truncate,
}

/// A table, whole.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) columns: Vec<Vec<Run>>,
    pub(super) rows: Vec<Vec<Vec<Run>>>,
}

impl Table {
    /// Draws the table into lines of at most `width` columns.
    pub(super) fn draw(
        mut self,
        width: usize,
        overflow: Overflow,
        capabilities: Capabilities,
        out: &mut Vec<Piece>,
    ) {
        let count = self.rows.iter().map(Vec::len).chain([self.columns.len()]).max().unwrap_or(0);
        if count == 0 {
            return;
        }
        self.columns.resize(count, Vec::new());
        self.rows.iter_mut().for_each(|row| row.resize(count, Vec::new()));
        match self.widths(width) {
            Some(widths) => Layout { widths, overflow, capabilities }.draw(&self, out),
            None => self.draw_fields(width, out),
        }
    }

    /// The width of each column, unless some would be too narrow.
    fn widths(&self, width: usize) -> Option<Vec<usize>> {
        let rows = || self.rows.iter().chain([&self.columns]);
        let natural: Vec<usize> = (0..self.columns.len())
            .map(|column| rows().map(|row| width_of(&row[column])).max().unwrap_or(0).max(1))
            .collect();
        let room = width.checked_sub(GAP * (natural.len() - 1))?;
        let cap = widest_allowed(&natural, room);
        let readable = natural.iter().all(|column| *column <= cap.max(MIN_COLUMN)) || cap >= MIN_COLUMN;
        (cap > 0 && readable && natural.iter().map(|column| (*column).min(cap)).sum::<usize>() <= room)
            .then(|| natural.into_iter().map(|column| column.min(cap)).collect())
    }

    /// One line for each field, one block for each row.
    fn draw_fields(&self, width: usize, out: &mut Vec<Piece>) {
        for (index, row) in self.rows.iter().enumerate() {
            if index > 0 {
                out.push(Piece::LineEnd);
            }
            for (heading, cell) in self.columns.iter().zip(row) {
                let mut wrap = Wrap::new(width, Overlong::Run);
                wrap.open(Vec::new(), vec![Run::new("  ", Style::PLAIN)]);
                for run in heading {
                    wrap.text(&run.text, Style { bold: true, ..run.style }, out);
                }
                if !heading.is_empty() {
                    wrap.text(": ", Style::BOLD, out);
                }
                cell.iter().for_each(|run| wrap.text(&run.text, run.style, out));
                wrap.close(out);
            }
        }
    }
}

/// The greatest width to which columns can be limited so that all fit.
fn widest_allowed(natural: &[usize], room: usize) -> usize {
    let mut sorted = natural.to_vec();
    sorted.sort_unstable();
    let mut left = room;
    for (index, column) in sorted.iter().enumerate() {
        let share = left / (sorted.len() - index);
        if *column > share {
            return share;
        }
        left -= column;
    }
    usize::MAX
}

/// A table's columns on the terminal.
struct Layout {
    widths: Vec<usize>,
    overflow: Overflow,
    capabilities: Capabilities,
}

impl Layout {
    fn draw(&self, table: &Table, out: &mut Vec<Piece>) {
        if table.columns.iter().any(|heading| !heading.is_empty()) {
            let bold = |run: &Run| Run::new(run.text.clone(), Style { bold: true, ..run.style });
            let headings: Vec<Vec<Run>> =
                table.columns.iter().map(|heading| heading.iter().map(bold).collect()).collect();
            self.row(&headings, out);
            let stroke = if self.capabilities.unicode { "─" } else { "-" };
            let strokes: Vec<String> = self.widths.iter().map(|width| stroke.repeat(*width)).collect();
            put_line(out, &strokes.join(&" ".repeat(GAP)), Style::DIM);
        }
        table.rows.iter().for_each(|row| self.row(row, out));
    }

    /// One row, as many lines high as its highest cell.
    fn row(&self, cells: &[Vec<Run>], out: &mut Vec<Piece>) {
        let cells: Vec<Vec<Vec<Run>>> =
            cells.iter().zip(&self.widths).map(|(cell, width)| self.cell(cell, *width)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
        for line in 0..height {
            let mut owed = 0;
            for (cell, width) in cells.iter().zip(&self.widths) {
                let runs = cell.get(line).map_or(&[][..], Vec::as_slice);
                if !runs.is_empty() {
                    put(out, &" ".repeat(owed), Style::PLAIN);
                    owed = 0;
                }
                runs.iter().for_each(|run| put(out, &run.text, run.style));
                owed += width.saturating_sub(width_of(runs)) + GAP;
            }
            out.push(Piece::LineEnd);
        }
    }

    fn cell(&self, cell: &[Run], width: usize) -> Vec<Vec<Run>> {
        match self.overflow {
            Overflow::Wrap => wrapped(cell, width),
            Overflow::Truncate => {
                let ellipsis = if self.capabilities.unicode { "…" } else { "~" };
                let text: String = cell.iter().map(|run| run.text.as_str()).collect();
                let Some(style) = cell.first().map(|run| run.style) else { return Vec::new() };
                vec![vec![Run::new(truncate(&text, width, ellipsis), style)]]
            }
        }
    }
}

fn wrapped(cell: &[Run], width: usize) -> Vec<Vec<Run>> {
    let (mut wrap, mut pieces) = (Wrap::new(width, Overlong::Cut), Vec::new());
    wrap.open(Vec::new(), Vec::new());
    cell.iter().for_each(|run| wrap.text(&run.text, run.style, &mut pieces));
    wrap.close(&mut pieces);
    let mut lines = vec![Vec::new()];
    for piece in pieces {
        match piece {
            Piece::Text(run) => lines.last_mut().into_iter().for_each(|line| line.push(run.clone())),
            Piece::LineEnd => lines.push(Vec::new()),
        }
    }
    lines.pop();
    lines
}

/// The cells of a row as typed: between bars that no backslash precedes and no code encloses.
pub(super) fn cells(row: &str) -> Vec<String> {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let has_code = row.matches('`').count().is_multiple_of(2);
    let (mut cells, mut cell, mut in_code, mut escaped) = (Vec::new(), String::new(), false, false);
    for c in row.chars() {
        match c {
            '|' if escaped => {
                cell.pop();
                cell.push(c);
            }
            '|' if !in_code => cells.push(std::mem::take(&mut cell)),
            _ => {
                in_code ^= has_code && c == '`';
                cell.push(c);
            }
        }
        escaped = c == '\\' && !escaped;
    }
    if !cell.trim().is_empty() {
        cells.push(cell);
    }
    cells.into_iter().map(|cell| cell.trim().to_owned()).collect()
}

/// Whether a row is the one between headings and rows.
pub(super) fn is_delimiter(row: &str) -> bool {
    let cells = cells(row);
    let dashes = |cell: &String| cell.contains('-') && cell.chars().all(|c| matches!(c, '-' | ':' | ' '));
    !cells.is_empty() && cells.iter().all(dashes)
}

/// What a cell shows: a line break is a space there.
pub(super) fn cell_of(spans: Vec<Span>) -> Vec<Run> {
    let run = |span| match span {
        Span::Text(run) => run,
        Span::Break => Run::new(" ", Style::PLAIN),
    };
    spans.into_iter().map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNICODE: Capabilities = Capabilities { colour: false, unicode: true, dumb: false };

    fn drawn(rows: &[&[&str]], width: usize, overflow: Overflow) -> String {
        let cells = |row: &&[&str]| row.iter().map(|cell| vec![Run::new(*cell, Style::PLAIN)]).collect();
        let table = Table { columns: cells(&rows[0]), rows: rows[1..].iter().map(cells).collect() };
        let (mut pieces, mut bytes) = (Vec::new(), Vec::new());
        table.draw(width, overflow, UNICODE, &mut pieces);
        super::super::style::write(&pieces, false, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
    }

    const ROWS: &[&[&str]] = &[&["name", "说明"], &["api", "the gateway of all"], &["worker-1", "任务"]];

    #[test]
    fn columns_are_as_wide_as_their_content() {
        let expected = "\
name      说明
────────  ──────────────────
api       the gateway of all
worker-1  任务
";
        assert_eq!(drawn(ROWS, 40, Overflow::Truncate), expected);
    }

    #[test]
    fn the_widest_column_gives_way() {
        let truncated = "\
name      说明
────────  ──────────
api       the gatew…
worker-1  任务
";
        let wrapped = "\
name      说明
────────  ──────────
api       the
          gateway of
          all
worker-1  任务
";
        assert_eq!(drawn(ROWS, 20, Overflow::Truncate), truncated);
        assert_eq!(drawn(ROWS, 20, Overflow::Wrap), wrapped);
    }

    #[test]
    fn too_narrow_for_columns_is_told_by_field() {
        let rows: &[&[&str]] = &[&["cluster", "version", "nodes"], &["prod", "1.31.2-eks", "unknown"]];
        assert_eq!(
            drawn(rows, 16, Overflow::Wrap),
            "cluster: prod\nversion:\n  1.31.2-eks\nnodes: unknown\n"
        );
    }

    #[test]
    fn ragged_and_empty_tables_are_drawn() {
        assert_eq!(drawn(&[&["a"], &["1", "2"]], 20, Overflow::Truncate), "a\n─  ─\n1  2\n");
        assert_eq!(drawn(&[&[]], 20, Overflow::Truncate), "");
    }

    #[test]
    fn rows_are_split_at_bars() {
        assert_eq!(cells("| a | `b|c` | d \\| e |"), ["a", "`b|c`", "d | e"]);
        assert_eq!(cells("| | x"), ["", "x"]);
        assert!(
            is_delimiter("| :-- | --: |")
                && is_delimiter("|-|")
                && !is_delimiter("| a |")
                && !is_delimiter("|")
        );
    }
}
