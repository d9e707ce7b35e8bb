//! Twigs as lines with the branches drawn before them. Pure.

use unicode_width::UnicodeWidthStr;

use crate::commands::table::{Cell, cut};

/// Between two cells.
const GAP: usize = 2;

/// A name is not cut shorter than this for what stands behind it.
const NAME: usize = 12;

/// A line and what hangs on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Twig {
    /// Its name first; of the others the last is the first to be left out where there is no room.
    pub(super) cells: Vec<Cell>,
    pub(super) twigs: Vec<Twig>,
}

impl Twig {
    /// A leaf.
    pub(super) fn of(cells: Vec<Cell>) -> Self {
        Self { cells, twigs: Vec::new() }
    }
}

/// The lines, none wider than `width`.
pub(super) fn lines(trunk: &[Cell], branches: &[Twig], width: Option<usize>, colour: bool) -> Vec<String> {
    let mut pen = Pen { width: width.unwrap_or(usize::MAX), colour, lines: Vec::new() };
    let columns = pen.columns(std::iter::once(trunk), 0);
    pen.line("", trunk, &columns);
    pen.twigs("", branches);
    pen.lines
}

struct Pen {
    width: usize,
    colour: bool,
    lines: Vec<String>,
}

impl Pen {
    fn twigs(&mut self, prefix: &str, twigs: &[Twig]) {
        // Words of a single cell are nobody's column.
        let rows = twigs.iter().map(|twig| twig.cells.as_slice()).filter(|cells| cells.len() > 1);
        let columns = self.columns(rows, prefix.width() + 3);
        for (index, twig) in twigs.iter().enumerate() {
            let is_last = index + 1 == twigs.len();
            let (sign, below) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            let below = format!("{prefix}{below}");
            match twig.cells.as_slice() {
                [words] => self.words(&format!("{prefix}{sign}"), &below, words),
                cells => self.line(&format!("{prefix}{sign}"), cells, &columns),
            }
            self.twigs(&below, &twig.twigs);
        }
    }

    /// The widths of columns: as many as fit, and the first cut where even that is too much.
    fn columns<'a>(&self, rows: impl Iterator<Item = &'a [Cell]>, indent: usize) -> Vec<usize> {
        let mut columns: Vec<usize> = Vec::new();
        for row in rows {
            columns.resize(columns.len().max(row.len()), 0);
            columns.iter_mut().zip(row).for_each(|(width, cell)| *width = (*width).max(cell.text.width()));
        }
        let room = self.width.saturating_sub(indent);
        let needed =
            |columns: &[usize]| columns.iter().filter(|width| **width > 0).map(|it| it + GAP).sum::<usize>();
        let fits = |columns: &[usize]| needed(columns) <= room.saturating_add(GAP);
        let readable = |columns: &[usize]| needed(&columns[1..]) + NAME.min(columns[0]) <= room;
        while columns.len() > 1 && !fits(&columns) && (columns.len() > 2 || !readable(&columns)) {
            columns.pop();
        }
        if !columns.is_empty() && !fits(&columns) {
            columns[0] = room.saturating_sub(needed(&columns[1..])).max(1);
        }
        columns
    }

    fn line(&mut self, prefix: &str, cells: &[Cell], columns: &[usize]) {
        let (mut line, mut pad) = (prefix.to_owned(), 0);
        for (column, (cell, width)) in
            cells.iter().zip(columns).enumerate().filter(|(_, (_, width))| **width > 0)
        {
            let text = if column == 0 { shortened(&cell.text, *width) } else { cut(&cell.text, *width) };
            line.push_str(&" ".repeat(pad));
            line.push_str(&cell.colour.paint(&text, self.colour && !text.is_empty()));
            pad = width - text.width() + GAP;
        }
        self.lines.push(line.trim_end().to_owned());
    }

    /// Words over as many lines as they need.
    fn words(&mut self, prefix: &str, below: &str, words: &Cell) {
        let room = self.width.saturating_sub(prefix.width()).max(1);
        let wrapped = match self.width {
            usize::MAX => vec![words.text.as_str().into()],
            _ => textwrap::wrap(&words.text, room),
        };
        for (index, text) in wrapped.iter().enumerate() {
            let before = if index == 0 { prefix } else { below };
            self.lines.push(format!("{before}{}", words.colour.paint(text, self.colour)));
        }
    }
}

/// A name of at most so many columns: its beginning and its end, which tells pods apart.
fn shortened(name: &str, width: usize) -> String {
    if name.width() <= width {
        return name.to_owned();
    }
    let end = width / 3;
    let tail: String = name.chars().skip(name.chars().count().saturating_sub(end)).collect();
    // A wide letter may take more than its share.
    let tail = if tail.width() <= end { tail } else { String::new() };
    cut(name, width - tail.width()) + &tail
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(cells: &[&str]) -> Twig {
        Twig::of(cells.iter().copied().map(Cell::plain).collect())
    }

    fn drawn(width: Option<usize>) -> Vec<String> {
        let pods = Twig {
            cells: vec![Cell::plain("pods: 2")],
            twigs: vec![
                leaf(&["api-6d4f9c7b8-00001", "Running", "1/1", "", "10d"]),
                leaf(&["日本-1", "CrashLoopBackOff", "0/1", "17 restarts", "3h"]),
                leaf(&["… 998 more pods (--all shows them)"]),
            ],
        };
        let nodes = Twig {
            cells: vec![Cell::plain("nodes: could not be read")],
            twigs: vec![leaf(&["not allowed (403): nodes is forbidden"])],
        };
        lines(&[Cell::plain("prod-eu"), Cell::plain("v1.33.2")], &[nodes, pods], width, false)
    }

    #[test]
    fn twigs_hang_on_their_branches_with_their_cells_in_columns() {
        let expected = "\
prod-eu  v1.33.2
├─ nodes: could not be read
│  └─ not allowed (403): nodes is forbidden
└─ pods: 2
   ├─ api-6d4f9c7b8-00001  Running           1/1               10d
   ├─ 日本-1               CrashLoopBackOff  0/1  17 restarts  3h
   └─ … 998 more pods (--all shows them)";
        assert_eq!(drawn(None).join("\n"), expected);
    }

    #[test]
    fn a_narrow_terminal_gets_what_matters() {
        let expected = "\
prod-eu  v1.33.2
├─ nodes: could not be read
│  └─ not allowed (403): nodes is
│     forbidden
└─ pods: 2
   ├─ api-6d4…0001  Running
   ├─ 日本-1        CrashLoopBackOff
   └─ … 998 more pods (--all shows
      them)";
        assert_eq!(drawn(Some(36)).join("\n"), expected);
        for width in 12..90 {
            let widest = drawn(Some(width)).iter().map(|line| line.width()).max();
            assert!(widest <= Some(width), "{width}: {:#?}", drawn(Some(width)));
        }
    }
}
