//! A table of short cells, and words that belong to a row: beside it where there is room, below it where not.

use textwrap::Options;
use unicode_width::UnicodeWidthStr;

/// Between two columns.
const GAP: usize = 2;

/// Words narrower than this are put below their row.
const READABLE: usize = 44;

/// How words below their row are set off.
const INDENT: &str = "    ";

/// Colours, where there are any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Colour {
    /// The terminal's own.
    #[default]
    Plain,
    /// As it should be.
    Green,
    /// Worth a look.
    Yellow,
    /// Wrong.
    Red,
    /// In passing.
    Dim,
    /// Headings, changes.
    Bold,
}

impl Colour {
    /// Text in this colour.
    pub(super) fn paint(self, text: &str, colour: bool) -> String {
        let code = match self {
            Self::Plain => return text.to_owned(),
            Self::Green => "32",
            Self::Yellow => "33",
            Self::Red => "31",
            Self::Dim => "2",
            Self::Bold => "1",
        };
        if colour { format!("\x1b[{code}m{text}\x1b[m") } else { text.to_owned() }
    }
}

/// A cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) colour: Colour,
}

impl Cell {
    /// A cell in the terminal's own colour.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), colour: Colour::Plain }
    }
}

/// A row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) cells: Vec<Cell>,
    /// What else is to be said of it.
    pub(super) words: String,
}

/// How wide, and in which colours; without a width lines are as long as they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paper {
    pub(super) width: Option<usize>,
    pub(super) colour: bool,
}

/// Draws a table into lines. `headings` are those of the cells and, last, of the words; the columns named in
/// `dispensable` are left out one after the other while the cells do not fit.
pub(super) fn draw(headings: &[&str], rows: &[Row], dispensable: &[usize], paper: Paper) -> Vec<String> {
    let count = headings.len() - 1;
    let natural = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.cells.get(column)).map(|cell| cell.text.width());
        cells.chain([headings[column].width()]).max().unwrap_or(0)
    };
    let mut columns: Vec<(usize, usize)> = (0..count).map(|column| (column, natural(column))).collect();
    let needed = |columns: &[(usize, usize)]| columns.iter().map(|(_, width)| width + GAP).sum::<usize>();
    if let Some(width) = paper.width {
        for left_out in dispensable {
            if needed(&columns) > width {
                columns.retain(|(column, _)| column != left_out);
            }
        }
        // What is still too wide is the name.
        let over = needed(&columns).saturating_sub(width + GAP);
        columns[0].1 = columns[0].1.saturating_sub(over).max(1);
    }
    let beside = match paper.width {
        None => Some(usize::MAX),
        Some(width) => width.checked_sub(needed(&columns)).filter(|room| *room >= READABLE),
    };
    let layout = Layout { columns, beside, paper };
    let mut lines = vec![layout.headings(headings)];
    rows.iter().for_each(|row| layout.row(row, &mut lines));
    lines
}

/// The columns as they are drawn.
struct Layout {
    columns: Vec<(usize, usize)>,
    /// The room for words beside a row.
    beside: Option<usize>,
    paper: Paper,
}

impl Layout {
    fn headings(&self, headings: &[&str]) -> String {
        let cells = headings.iter().map(|heading| Cell { text: (*heading).to_owned(), colour: Colour::Bold });
        let mut line = self.cells(&cells.collect::<Vec<_>>());
        if let (Some(_), Some(last)) = (self.beside, headings.last()) {
            line.push_str(&Colour::Bold.paint(last, self.paper.colour));
        }
        line.trim_end().to_owned()
    }

    fn row(&self, row: &Row, lines: &mut Vec<String>) {
        let cells = self.cells(&row.cells);
        let indent: usize = self.columns.iter().map(|(_, width)| width + GAP).sum();
        match self.beside {
            Some(usize::MAX) => lines.push(format!("{cells}{}", row.words).trim_end().to_owned()),
            Some(room) => {
                let words = textwrap::wrap(&row.words, Options::new(room));
                let mut words = words.iter();
                lines
                    .push(format!("{cells}{}", words.next().map_or("", |first| first)).trim_end().to_owned());
                lines.extend(words.map(|line| format!("{}{line}", " ".repeat(indent))));
            }
            None => {
                lines.push(cells.trim_end().to_owned());
                let width = self.paper.width.unwrap_or(usize::MAX).max(INDENT.len() + 1);
                let options = Options::new(width).initial_indent(INDENT).subsequent_indent(INDENT);
                let words = textwrap::wrap(&row.words, options);
                lines.extend(words.iter().filter(|line| !line.trim().is_empty()).map(ToString::to_string));
            }
        }
    }

    fn cells(&self, cells: &[Cell]) -> String {
        let nothing = Cell::default();
        let mut line = String::new();
        for (column, width) in &self.columns {
            let cell = cells.get(*column).unwrap_or(&nothing);
            let text = cut(&cell.text, *width);
            let pad = width.saturating_sub(text.width()) + GAP;
            line.push_str(&cell.colour.paint(&text, self.paper.colour));
            line.push_str(&" ".repeat(pad));
        }
        line
    }
}

/// Text of at most so many columns.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        if cut.width() + unicode_width::UnicodeWidthChar::width(c).unwrap_or(0) >= width {
            break;
        }
        cut.push(c);
    }
    cut + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: Option<usize>) -> String {
        let row = |name: &str, status: &str, latency: &str, words: &str| Row {
            cells: [name, status, latency].into_iter().map(Cell::plain).collect(),
            words: words.to_owned(),
        };
        let rows = [
            row("prod-eu", "healthy", "12 ms", ""),
            row(
                "日本",
                "degraded",
                "9 ms",
                "2 pods CrashLoopBackOff (exit status 1, 17 restarts): shop/cart",
            ),
        ];
        draw(&["CONTEXT", "STATUS", "LATENCY", "WHAT"], &rows, &[2], Paper { width, colour: false })
            .join("\n")
    }

    #[test]
    fn a_row_is_a_line_where_nobody_looks() {
        let expected = "\
CONTEXT  STATUS    LATENCY  WHAT
prod-eu  healthy   12 ms
日本     degraded  9 ms     2 pods CrashLoopBackOff (exit status 1, 17 restarts): shop/cart";
        assert_eq!(drawn(None), expected);
    }

    #[test]
    fn words_stand_beside_their_row_or_below_it() {
        let expected = "\
CONTEXT  STATUS    LATENCY  WHAT
prod-eu  healthy   12 ms
日本     degraded  9 ms     2 pods CrashLoopBackOff (exit status 1, 17
                            restarts): shop/cart";
        assert_eq!(drawn(Some(73)), expected);
        let expected = "\
CONTEXT  STATUS    LATENCY
prod-eu  healthy   12 ms
日本     degraded  9 ms
    2 pods CrashLoopBackOff
    (exit status 1, 17
    restarts): shop/cart";
        assert_eq!(drawn(Some(28)), expected);
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_names_are_cut() {
        assert!(drawn(Some(20)).starts_with("CONTEXT  STATUS\nprod-eu  healthy\n日本     degraded\n"));
        assert!(drawn(Some(15)).starts_with("CONT…  STATUS\nprod…  healthy\n"), "{}", drawn(Some(15)));
        for width in 1..80 {
            let lines = drawn(Some(width));
            let widest = lines.lines().map(UnicodeWidthStr::width).max().unwrap_or(0);
            assert!(width < 12 || widest <= width, "{width}: {lines}");
        }
    }

    #[test]
    fn colours_take_no_room() {
        let cell = |text: &str| Cell { text: text.to_owned(), colour: Colour::Red };
        let rows = [Row { cells: vec![cell("a"), cell("b")], words: "c".into() }];
        let paper = Paper { width: Some(80), colour: true };
        let lines = draw(&["NAME", "X", ""], &rows, &[], paper);
        assert_eq!(lines[1], "\x1b[31ma\x1b[m     \x1b[31mb\x1b[m  c");
    }
}
