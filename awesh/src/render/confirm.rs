//! A proposal put to the user: the command as it is, why, and what it could do; and what a key means. Pure: the
//! shell's loop reads the keys, and discards what was typed before the question stood there.

use awesh_protocol::{Proposal, Risk};

use super::sanitize;
use super::style::{Capabilities, Colour, Piece, Run, Style, put, put_line};
use super::wrap::{Overlong, Wrap};

/// Narrower, the question is asked in fewer words.
const WIDE_ENOUGH: usize = 30;

/// What a key says to a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It runs as it is.
    Run,
    /// It is edited first.
    Edit,
    /// It does not run; the answer goes on.
    Decline,
    /// It does not run, and the answer ends.
    Interrupt,
    /// Nothing; the question stands.
    Ignored,
}

/// What a key means, as the bytes of one read. Only a lone `y` runs a command: Enter, which may have been meant
/// for something else, declines, and what is pasted or comes as an escape sequence says nothing.
pub fn answer(key: &[u8]) -> Answer {
    const CTRL_C: u8 = 0x03;
    const CTRL_D: u8 = 0x04;
    const ESCAPE: u8 = 0x1b;
    match key {
        [b'y' | b'Y'] => Answer::Run,
        [b'e' | b'E'] => Answer::Edit,
        [b'n' | b'N' | b'q' | b'Q' | b'\r' | b'\n' | CTRL_D | ESCAPE] => Answer::Decline,
        [CTRL_C] => Answer::Interrupt,
        _ => Answer::Ignored,
    }
}

/// Shows a proposal and asks; the cursor stays behind the question.
pub(super) fn show(proposal: &Proposal, width: usize, capabilities: Capabilities, out: &mut Vec<Piece>) {
    let command = sanitize::command(&proposal.command);
    for line in command.lines() {
        put(out, "  ", Style::PLAIN);
        put_line(out, line, Style { bold: true, ..Style::CODE });
    }
    paragraph(&sanitize::line(&proposal.explanation), Style::PLAIN, width, out);
    let (risk, style) = describe(proposal.risk);
    let sign = match (proposal.risk, capabilities.unicode) {
        (Risk::Reads, _) => "",
        (_, true) => "⚠ ",
        (_, false) => "! ",
    };
    paragraph(&format!("{sign}{risk}"), style, width, out);
    let question = if width < WIDE_ENOUGH { "Run? [y/e/N] " } else { "Run it? [y]es [e]dit [N]o " };
    put(out, question, Style::BOLD);
}

/// What stands behind the question once it is answered.
pub(super) fn echo(answer: Answer) -> &'static str {
    match answer {
        Answer::Run => "yes",
        Answer::Edit => "edit",
        Answer::Decline => "no",
        Answer::Interrupt => "^C",
        Answer::Ignored => "",
    }
}

fn paragraph(text: &str, style: Style, width: usize, out: &mut Vec<Piece>) {
    let mut wrap = Wrap::new(width, Overlong::Run);
    wrap.open(Vec::<Run>::new(), Vec::new());
    wrap.text(text, style, out);
    wrap.close(out);
}

fn describe(risk: Risk) -> (&'static str, Style) {
    let coloured = |colour| Style { colour: Some(colour), ..Style::PLAIN };
    match risk {
        Risk::Reads => ("only looks", Style::DIM),
        Risk::Unknown => ("what it does cannot be told from its syntax", coloured(Colour::Yellow)),
        Risk::Writes => ("changes files or state", coloured(Colour::Yellow)),
        Risk::Destroys => {
            let style = Style { bold: true, ..coloured(Colour::Red) };
            ("cannot be undone, or acts with another's rights", style)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lone_y_runs() {
        for (key, expected) in [
            (&b"y"[..], Answer::Run),
            (b"Y", Answer::Run),
            (b"e", Answer::Edit),
            (b"n", Answer::Decline),
            (b"\r", Answer::Decline),
            (b"\n", Answer::Decline),
            (b"\x1b", Answer::Decline),
            (b"\x04", Answer::Decline),
            (b"\x03", Answer::Interrupt),
            (b"\x1b[A", Answer::Ignored),
            (b"yes\n", Answer::Ignored),
            (b"y\r", Answer::Ignored),
            (b" ", Answer::Ignored),
            (b"", Answer::Ignored),
        ] {
            assert_eq!(answer(key), expected, "{key:?}");
        }
    }
}
