//! What a block of markdown is in: quotes, and list items within them; and what that puts before its lines.

use super::block::Marker;
use super::style::{Capabilities, Run, Style};
use super::wrap::width_of;

/// Quotes within quotes, beyond which the sign is text.
pub(super) const MAX_QUOTES: usize = 8;

/// How far a list item is indented beyond another to be within it.
const NESTED: usize = 2;

/// A list item that is open.
#[derive(Debug)]
struct Item {
    /// The column of its marker, as typed.
    column: usize,
    /// The columns that its marker takes on the terminal.
    width: usize,
}

/// The quotes and list items that are open.
#[derive(Debug, Default)]
pub(super) struct Containers {
    quotes: usize,
    items: Vec<Item>,
    /// The prefix, with its marker, of a list item that has no content yet.
    marker: Option<Vec<Run>>,
}

impl Containers {
    /// How many quotes are open.
    pub(super) fn quotes(&self) -> usize {
        self.quotes
    }

    /// Whether no list item is open.
    pub(super) fn has_no_items(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether a line of this indentation is within the innermost item, rather than beside it.
    pub(super) fn has_within(&self, indent: usize) -> bool {
        self.items.last().is_none_or(|item| indent >= item.column + item.width)
    }

    /// Leaves all list items, for this many quotes.
    pub(super) fn enter_quotes(&mut self, quotes: usize) {
        self.leave_all_items();
        self.quotes = quotes;
    }

    /// Leaves the list items that a line of this indentation is not in.
    pub(super) fn leave_items(&mut self, indent: usize) {
        while self.items.pop_if(|item| indent <= item.column).is_some() {}
    }

    /// Leaves the list items that an item of this column is not in.
    pub(super) fn leave_siblings(&mut self, column: usize) {
        while self.items.pop_if(|item| column < item.column + NESTED).is_some() {}
    }

    /// Leaves all list items.
    pub(super) fn leave_all_items(&mut self) {
        self.items.clear();
    }

    /// Enters a list item; behind another marker on the same line it is within that item.
    pub(super) fn enter_item(&mut self, column: usize, marker: Marker, width: usize, terminal: Capabilities) {
        let sign = match marker {
            Marker::Number(number) => format!("{number} "),
            Marker::Bullet if !terminal.unicode => "- ".to_owned(),
            Marker::Bullet if self.items.len().is_multiple_of(2) => "• ".to_owned(),
            Marker::Bullet => "◦ ".to_owned(),
        };
        let mut first = self.marker.take().unwrap_or_else(|| self.prefix(width, terminal));
        let sign = Run::new(sign, Style::PLAIN);
        self.items.push(Item { column, width: width_of(std::slice::from_ref(&sign)) });
        first.push(sign);
        self.marker = Some(first);
    }

    /// The marker of an item that has no content yet, and what stands before it.
    pub(super) fn take_marker(&mut self) -> Option<Vec<Run>> {
        self.marker.take()
    }

    /// What stands before a line of the innermost block: the bars of quotes, the indentation of lists. It takes
    /// no more than half of the width for these, however deep they are.
    pub(super) fn prefix(&self, width: usize, terminal: Capabilities) -> Vec<Run> {
        let bar = if terminal.unicode { "│ " } else { "> " };
        let indent: usize = self.items.iter().map(|item| item.width).sum();
        let indent = " ".repeat(indent.min(width / 2));
        let runs = [Run::new(bar.repeat(self.quotes), Style::DIM), Run::new(indent, Style::PLAIN)];
        runs.into_iter().filter(|run| !run.text.is_empty()).collect()
    }
}

/// How many quotes a line is in, and where behind their signs it begins.
pub(super) fn quote_marks(line: &str, most: usize) -> (usize, usize) {
    let (mut quotes, mut at) = (0, 0);
    while quotes < most {
        let rest = &line[at..];
        let spaces = rest.bytes().take(3).take_while(|byte| *byte == b' ').count();
        let Some(behind) = rest[spaces..].strip_prefix('>') else { break };
        at = line.len() - behind.strip_prefix(' ').unwrap_or(behind).len();
        quotes += 1;
    }
    (quotes, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_counted_up_to_a_limit() {
        assert_eq!(quote_marks("text > text", 8), (0, 0));
        assert_eq!(quote_marks("> >  text", 8), (2, 4));
        assert_eq!(quote_marks("   >text", 8), (1, 4));
        assert_eq!(quote_marks("    > text", 8), (0, 0));
        assert_eq!(quote_marks(">>>", 2), (2, 2));
    }

    #[test]
    fn siblings_end_items_and_indentation_keeps_them() {
        let terminal = Capabilities { colour: false, unicode: true, dumb: false };
        let mut containers = Containers::default();
        let indent = |containers: &Containers| width_of(&containers.prefix(80, terminal));
        containers.enter_item(0, Marker::Number("10.".into()), 80, terminal);
        containers.leave_siblings(2);
        containers.enter_item(2, Marker::Bullet, 80, terminal);
        assert_eq!(indent(&containers), 6);
        containers.leave_items(1);
        assert_eq!(indent(&containers), 4);
        containers.leave_siblings(1);
        assert!(containers.has_no_items());
    }
}
