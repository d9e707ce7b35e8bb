//! What a line of markdown begins with: a heading, a list item, a fence, …, told from as few of its characters
//! as possible, since they stream. Pure.

/// A line whose beginning is still ambiguous here is text; so no line is held back for long.
const MAX_HEAD: usize = 256;

/// The columns a tab stands for in an indentation.
const TAB: usize = 4;

/// What a line begins with. Lengths are in bytes of the line, up to where its content begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Start {
    /// More of the line is needed to tell.
    Wait,
    /// Nothing is on it.
    Blank,
    /// A heading.
    Heading { level: usize, content: usize },
    /// The fence of a code block; the line says more.
    Fence(Fence),
    /// A list item.
    Item { indent: usize, marker: Marker, content: usize },
    /// A horizontal rule.
    Rule,
    /// A row of a table; the line says more.
    Row { indent: usize },
    /// Text.
    Text { indent: usize, content: usize },
}

/// What a list item begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Marker {
    /// Any of the three signs.
    Bullet,
    /// A number with its sign.
    Number(String),
}

/// What began a code block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fence {
    marker: char,
    length: usize,
    /// Columns before it, which are none of the code.
    indent: usize,
}

/// Whether the whole line is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// More of it may come.
    Open,
    /// It is whole.
    Whole,
}

/// What a line begins with. Within a paragraph an ordered list begins with 1, or a year at the beginning of a
/// line would begin one.
pub(super) fn start(line: &str, extent: Line, in_paragraph: bool) -> Start {
    let (indent, at) = indentation(line);
    let body = &line[at..];
    let text = Start::Text { indent, content: at };
    let whole = extent == Line::Whole;
    if line.len() > MAX_HEAD {
        return text;
    }
    let Some(first) = body.chars().next() else { return if whole { Start::Blank } else { Start::Wait } };
    match first {
        '#' => heading(body, at, whole).unwrap_or(text),
        '`' | '~' => fence(body, first, indent, whole).unwrap_or(text),
        '-' | '*' | '+' | '_' => rule_or_bullet(body, first, indent, at, whole).unwrap_or(text),
        '0'..='9' => number(body, indent, at, whole, in_paragraph).unwrap_or(text),
        '|' => Start::Row { indent },
        _ => text,
    }
}

/// The columns of white space that a line begins with, and their length.
pub(super) fn indentation(line: &str) -> (usize, usize) {
    let (mut columns, mut length) = (0, 0);
    for byte in line.bytes() {
        match byte {
            b' ' => columns += 1,
            b'\t' => columns = (columns / TAB + 1) * TAB,
            _ => break,
        }
        length += 1;
    }
    (columns, length)
}

fn heading(body: &str, at: usize, whole: bool) -> Option<Start> {
    let level = count(body, '#');
    let content = at + level + 1;
    match body[level..].chars().next() {
        _ if level > 6 => None,
        None if whole => Some(Start::Heading { level, content: at + level }),
        None => Some(Start::Wait),
        Some(' ' | '\t') => Some(Start::Heading { level, content }),
        Some(_) => None,
    }
}

fn fence(body: &str, marker: char, indent: usize, whole: bool) -> Option<Start> {
    let length = count(body, marker);
    match body.len() == length && !whole {
        true => Some(Start::Wait),
        false => (length >= 3).then_some(Start::Fence(Fence { marker, length, indent })),
    }
}

fn rule_or_bullet(body: &str, marker: char, indent: usize, at: usize, whole: bool) -> Option<Start> {
    let uniform = body.chars().all(|c| c == marker || c == ' ');
    if uniform && !whole {
        return Some(Start::Wait);
    }
    if uniform && marker != '+' && body.chars().filter(|c| *c == marker).count() >= 3 {
        return Some(Start::Rule);
    }
    let rest = &body[1..];
    let item = marker != '_' && (rest.is_empty() || rest.starts_with([' ', '\t']));
    let content = at + 1 + rest.len().min(1);
    item.then_some(Start::Item { indent, marker: Marker::Bullet, content })
}

fn number(body: &str, indent: usize, at: usize, whole: bool, in_paragraph: bool) -> Option<Start> {
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 9 || in_paragraph && &body[..digits] != "1" && body.len() > digits {
        return None;
    }
    let mut rest = body[digits..].chars();
    match (rest.next(), rest.next()) {
        (None, _) | (Some('.' | ')'), None) if !whole => Some(Start::Wait),
        (Some('.' | ')'), Some(' ' | '\t')) => {
            let marker = Marker::Number(body[..=digits].to_owned());
            Some(Start::Item { indent, marker, content: at + digits + 2 })
        }
        _ => None,
    }
}

fn count(text: &str, c: char) -> usize {
    text.chars().take_while(|found| *found == c).count()
}

/// What a line in a code block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeLine {
    /// More of the line is needed to tell.
    Wait,
    /// The fence that ends the block.
    End,
    /// Code, which begins at this byte.
    Code(usize),
}

impl Fence {
    /// What a line in the block is.
    pub(super) fn line(self, line: &str, extent: Line) -> CodeLine {
        let (_, at) = indentation(line);
        let body = &line[at..];
        let run = count(body, self.marker);
        let closing = body[run..].chars().all(|c| c == ' ') && line.len() <= MAX_HEAD;
        let stripped = line.bytes().take(self.indent).take_while(|byte| *byte == b' ').count();
        match extent {
            Line::Open if closing && at <= self.indent + 3 => CodeLine::Wait,
            Line::Whole if closing && run >= self.length && at <= self.indent + 3 => CodeLine::End,
            _ => CodeLine::Code(stripped),
        }
    }

    /// What a fence line says of the code, if it is one: the text behind backticks has none.
    pub(super) fn info(self, line: &str) -> Option<&str> {
        let info = line.trim_start().trim_start_matches(self.marker).trim();
        (self.marker != '`' || !info.contains('`')).then_some(info)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(line: &str) -> Start {
        start(line, Line::Whole, false)
    }

    fn bullet(indent: usize, content: usize) -> Start {
        Start::Item { indent, marker: Marker::Bullet, content }
    }

    #[test]
    fn lines_are_told_apart() {
        let number =
            |number: &str, content| Start::Item { indent: 0, marker: Marker::Number(number.into()), content };
        let text = Start::Text { indent: 0, content: 0 };
        for (line, expected) in [
            ("", Start::Blank),
            ("  \t", Start::Blank),
            ("# Title", Start::Heading { level: 1, content: 2 }),
            ("###", Start::Heading { level: 3, content: 3 }),
            ("#hash", text.clone()),
            ("####### seven", text.clone()),
            ("- item", bullet(0, 2)),
            ("  * item", bullet(2, 4)),
            ("-", bullet(0, 1)),
            ("-- option", text.clone()),
            ("**bold**", text.clone()),
            ("---", Start::Rule),
            ("* * *", Start::Rule),
            ("___", Start::Rule),
            ("__init__", text.clone()),
            ("1. one", number("1.", 3)),
            ("12) twelve", number("12)", 4)),
            ("3.14 is pi", text.clone()),
            ("2024", text.clone()),
            ("| a | b |", Start::Row { indent: 0 }),
            ("    text", Start::Text { indent: 4, content: 4 }),
            ("<p>", text),
        ] {
            assert_eq!(whole(line), expected, "{line:?}");
        }
        assert!(matches!(whole("```rust"), Start::Fence(_)));
        assert!(matches!(whole("``code``"), Start::Text { .. }));
    }

    #[test]
    fn a_line_is_decided_once_and_stays() {
        for line in [
            "# Title", "- item", "* * *", "---", "12) x", "| a", "```sh", "``x``", "*it*", "3.14", "+ +",
            "text",
        ] {
            let mut decided = None;
            for (end, _) in line.char_indices().skip(1).chain([(line.len(), ' ')]) {
                let seen = start(&line[..end], Line::Open, false);
                if seen != Start::Wait {
                    let kind = std::mem::discriminant(&seen);
                    assert_eq!(*decided.get_or_insert(kind), kind, "{line:?} up to {end}");
                }
            }
            if let Some(kind) = decided {
                assert_eq!(kind, std::mem::discriminant(&whole(line)), "{line:?}");
            }
        }
    }

    #[test]
    fn a_year_begins_no_list_within_a_paragraph() {
        assert!(matches!(start("2024. It was", Line::Whole, true), Start::Text { .. }));
        assert!(matches!(start("1. It is", Line::Whole, true), Start::Item { .. }));
    }

    #[test]
    fn fences_end_with_their_like() {
        let Start::Fence(fence) = whole("  ````sh") else { panic!("no fence") };
        assert_eq!(fence.info("  ````sh"), Some("sh"));
        assert_eq!(fence.info("````a`b"), None);
        assert_eq!(fence.line("  ````", Line::Whole), CodeLine::End);
        assert_eq!(fence.line("```", Line::Whole), CodeLine::Code(0));
        assert_eq!(fence.line("  ``", Line::Open), CodeLine::Wait);
        assert_eq!(fence.line("    code", Line::Open), CodeLine::Code(2));
        assert_eq!(fence.line("", Line::Whole), CodeLine::Code(0));
    }
}
