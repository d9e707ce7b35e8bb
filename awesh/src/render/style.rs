//! How a piece of text looks, and the one place that turns looks into escape sequences.

use std::io::{self, Write};

/// What the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Colours and attributes; without them markup stays readable as typed.
    pub colour: bool,
    /// Characters beyond ASCII.
    pub unicode: bool,
    /// Nothing but lines of text: the current line cannot be cleared, so nothing on it is ever replaced.
    pub dumb: bool,
}

/// The colours used, few enough to be readable on any background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
}

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) bold: bool,
    pub(super) dim: bool,
    pub(super) italic: bool,
    pub(super) underline: bool,
    pub(super) strike: bool,
    pub(super) colour: Option<Colour>,
}

impl Style {
    /// As everything else.
    pub(super) const PLAIN: Self =
        Self { bold: false, dim: false, italic: false, underline: false, strike: false, colour: None };
    /// What frames and accompanies.
    pub(super) const DIM: Self = Self { dim: true, ..Self::PLAIN };
    /// What stands out.
    pub(super) const BOLD: Self = Self { bold: true, ..Self::PLAIN };
    /// Code, in a line or in lines of its own.
    pub(super) const CODE: Self = Self { colour: Some(Colour::Cyan), ..Self::PLAIN };

    /// The text of a link.
    pub(super) fn linked(self) -> Self {
        Self { underline: true, ..self }
    }

    /// Code within text of this look.
    pub(super) fn code(self) -> Self {
        Self { colour: Some(Colour::Cyan), ..self }
    }

    /// The attributes as parameters of one SGR sequence.
    fn parameters(self) -> String {
        let colour = self.colour.map(|colour| match colour {
            Colour::Red => "31",
            Colour::Green => "32",
            Colour::Yellow => "33",
            Colour::Blue => "34",
            Colour::Magenta => "35",
            Colour::Cyan => "36",
        });
        let attributes = [
            (self.bold, "1"),
            (self.dim, "2"),
            (self.italic, "3"),
            (self.underline, "4"),
            (self.strike, "9"),
        ];
        let set = attributes.into_iter().filter_map(|(on, code)| on.then_some(code));
        set.chain(colour).collect::<Vec<_>>().join(";")
    }
}

/// A piece of text of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) style: Style,
}

impl Run {
    /// A piece of text of this look.
    pub(super) fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

/// What is put on the terminal, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text on the current line.
    Text(Run),
    /// The end of the current line.
    LineEnd,
}

/// Appends text, to the last piece where that looks alike.
pub(super) fn put(pieces: &mut Vec<Piece>, text: &str, style: Style) {
    if text.is_empty() {
        return;
    }
    match pieces.last_mut() {
        Some(Piece::Text(last)) if last.style == style => last.text.push_str(text),
        _ => pieces.push(Piece::Text(Run::new(text, style))),
    }
}

/// Appends one whole line.
pub(super) fn put_line(pieces: &mut Vec<Piece>, text: &str, style: Style) {
    put(pieces, text, style);
    pieces.push(Piece::LineEnd);
}

/// Writes pieces. No look outlasts a call, so whoever writes next starts from plain text; lines end in `\r\n`,
/// since the terminal's output processing may be off.
pub(super) fn write(pieces: &[Piece], colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut current = Style::PLAIN;
    let mut bytes = String::new();
    let reset = |bytes: &mut String, current: &mut Style| {
        if *current != Style::PLAIN {
            bytes.push_str("\x1b[0m");
            *current = Style::PLAIN;
        }
    };
    for piece in pieces {
        match piece {
            Piece::Text(run) => {
                if colour && run.style != current {
                    reset(&mut bytes, &mut current);
                    if run.style != Style::PLAIN {
                        bytes.push_str(&format!("\x1b[{}m", run.style.parameters()));
                        current = run.style;
                    }
                }
                bytes.push_str(&run.text);
            }
            Piece::LineEnd => {
                reset(&mut bytes, &mut current);
                bytes.push_str("\r\n");
            }
        }
    }
    reset(&mut bytes, &mut current);
    out.write_all(bytes.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_change_with_one_sequence_and_end_with_the_line() {
        let mut pieces = Vec::new();
        put(&mut pieces, "a", Style::BOLD);
        put(&mut pieces, "b", Style::BOLD);
        put_line(&mut pieces, "c", Style::BOLD.code());
        put(&mut pieces, "d", Style::PLAIN);
        let (mut with, mut without) = (Vec::new(), Vec::new());
        write(&pieces, true, &mut with).unwrap();
        write(&pieces, false, &mut without).unwrap();
        assert_eq!(String::from_utf8(with).unwrap(), "\x1b[1mab\x1b[0m\x1b[1;36mc\x1b[0m\r\nd");
        assert_eq!(without, b"abc\r\nd");
    }
}
