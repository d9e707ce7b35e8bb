//! What is put to the user: a command as it is, why, what each of its parts could do and which rule decided; a look;
//! an edit with what it changes; a question. And what a key means. Pure: the shell's loop reads the keys, and
//! discards what was typed before the question stood there.

use awesh_protocol::{Action, Part, Proposal, Risk, Verdict};

use super::sanitize;
use super::style::{Capabilities, Colour, Piece, Run, Style, put, put_line};
use super::wrap::{Overlong, Wrap};

/// What a key says to what was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is done as it is.
    Run,
    /// It is done, and its commands run without being asked to the end of the session.
    Session,
    /// It is done, and its commands run without being asked from now on.
    Always,
    /// It is done, and so are all others of this answer: for looks.
    All,
    /// It is edited first.
    Edit,
    /// It is not done; the answer goes on.
    Decline,
    /// It is not done, and the answer ends.
    Interrupt,
    /// Nothing; the question stands.
    Ignored,
}

/// Which answers a question takes beside yes and no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    edit: bool,
    remember: bool,
    all: bool,
}

impl Keys {
    /// Those of a proposal.
    pub fn of(proposal: &Proposal) -> Self {
        let may_remember = matches!(proposal.verdict, Verdict::Asked { may_remember: true, .. });
        Self { edit: true, remember: may_remember, all: false }
    }

    /// Those of an action.
    pub fn of_action(action: &Action) -> Self {
        Self { edit: false, remember: false, all: matches!(action, Action::Look { .. }) }
    }
}

/// What a key means, as the bytes of one read. Only a lone letter runs a command: Enter, which may have been meant
/// for something else, declines, and what is pasted or comes as an escape sequence says nothing.
pub fn answer(key: &[u8], keys: Keys) -> Answer {
    const CTRL_C: u8 = 0x03;
    const CTRL_D: u8 = 0x04;
    const ESCAPE: u8 = 0x1b;
    match key {
        [b'y' | b'Y'] => Answer::Run,
        [b'e' | b'E'] if keys.edit => Answer::Edit,
        [b's' | b'S'] if keys.remember => Answer::Session,
        [b'a' | b'A'] if keys.remember => Answer::Always,
        [b'a' | b'A'] if keys.all => Answer::All,
        [b'n' | b'N' | b'q' | b'Q' | b'\r' | b'\n' | CTRL_D | ESCAPE] => Answer::Decline,
        [CTRL_C] => Answer::Interrupt,
        _ => Answer::Ignored,
    }
}

/// Shows a proposal and asks, unless a rule allows it; the cursor stays behind the question.
pub(super) fn show(proposal: &Proposal, width: usize, capabilities: Capabilities, out: &mut Vec<Piece>) {
    show_command(&proposal.command, out);
    paragraph(&sanitize::line(&proposal.explanation), Style::PLAIN, width, out);
    let (risk, style) = describe(proposal.risk);
    let sign = match (proposal.risk.is_look(), capabilities.unicode) {
        (true, _) => "",
        (_, true) => "⚠ ",
        (_, false) => "! ",
    };
    paragraph(&format!("{sign}{risk}"), style, width, out);
    // One that is all of the command, as it stands there, says nothing new.
    let is_plain = |part: &Part| part.text == proposal.command;
    if !matches!(proposal.parts.as_slice(), [part] if is_plain(part)) {
        proposal.parts.iter().for_each(|part| show_part(part, width, out));
    }
    match &proposal.verdict {
        Verdict::Allowed { by } => {
            paragraph(&format!("allowed ({})", sanitize::line(by)), Style::DIM, width, out);
        }
        Verdict::Asked { why, .. } => {
            paragraph(&format!("asked: {}", sanitize::line(why)), Style::DIM, width, out);
            let (long, short) = if Keys::of(proposal).remember {
                ("Run it? [y]es [e]dit [s]ession [a]lways [N]o ", "Run? [y/e/s/a/N] ")
            } else {
                ("Run it? [y]es [e]dit [N]o ", "Run? [y/e/N] ")
            };
            ask(long, short, width, out);
        }
    }
}

/// Shows an action and asks.
pub(super) fn show_action(action: &Action, width: usize, out: &mut Vec<Piece>) {
    match action {
        Action::Look { command, explanation, why } => {
            show_command(command, out);
            paragraph(&sanitize::line(explanation), Style::PLAIN, width, out);
            paragraph("only looks, apart from your session: it cannot write", Style::DIM, width, out);
            paragraph(&format!("asked: {}", sanitize::line(why)), Style::DIM, width, out);
            ask("Look? [y]es [a]ll looks of this answer [N]o ", "Look? [y/a/N] ", width, out);
        }
        Action::Edit { path, explanation, diff } => {
            put_line(out, &format!("  {}", sanitize::line(path)), Style { bold: true, ..Style::CODE });
            paragraph(&sanitize::line(explanation), Style::PLAIN, width, out);
            for line in sanitize::command(diff).lines() {
                put_line(out, line, of_diff(line));
            }
            ask("Edit the file? [y]es [N]o ", "Edit? [y/N] ", width, out);
        }
    }
}

/// Asks, in fewer words where there is little room; the answer stands behind.
fn ask(long: &'static str, short: &'static str, width: usize, out: &mut Vec<Piece>) {
    const ECHO: usize = 3;
    put(out, if long.len() + ECHO <= width { long } else { short }, Style::BOLD);
}

/// Shows a question and its choices.
pub(super) fn show_question(text: &str, choices: &[String], width: usize, out: &mut Vec<Piece>) {
    paragraph(text, Style::BOLD, width, out);
    for (choice, number) in choices.iter().zip(1..) {
        put(out, "  ", Style::PLAIN);
        paragraph(&format!("{number}. {choice}"), Style::PLAIN, width, out);
    }
}

/// What stands behind the question once it is answered.
pub(super) fn echo(answer: Answer) -> &'static str {
    match answer {
        Answer::Run => "yes",
        Answer::Session => "yes, from now on in this session",
        Answer::Always => "yes, from now on",
        Answer::All => "yes, and all others of this answer",
        Answer::Edit => "edit",
        Answer::Decline => "no",
        Answer::Interrupt => "^C",
        Answer::Ignored => "",
    }
}

fn show_command(command: &str, out: &mut Vec<Piece>) {
    for line in sanitize::command(command).lines() {
        put(out, "  ", Style::PLAIN);
        put_line(out, line, Style { bold: true, ..Style::CODE });
    }
}

/// What a part of the command could do.
fn show_part(part: &Part, width: usize, out: &mut Vec<Piece>) {
    let (risk, style) = describe(part.risk);
    put(out, "  ", Style::PLAIN);
    paragraph(&format!("{}: {risk}", sanitize::line(&part.text)), style, width, out);
}

fn of_diff(line: &str) -> Style {
    let coloured = |colour| Style { colour: Some(colour), ..Style::PLAIN };
    match line.as_bytes().first() {
        Some(b'+') => coloured(Colour::Green),
        Some(b'-') => coloured(Colour::Red),
        Some(b'@') => Style::DIM,
        _ => Style::PLAIN,
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
    let red = Style { bold: true, ..coloured(Colour::Red) };
    match risk {
        Risk::Reads => ("only looks", Style::DIM),
        Risk::Reaches => ("only looks, and asks other machines", Style::DIM),
        Risk::Unknown => ("what it does cannot be told from its syntax", coloured(Colour::Yellow)),
        Risk::Writes => ("changes files or state", coloured(Colour::Yellow)),
        Risk::Elevates => ("acts with another's rights", red),
        Risk::Destroys => ("cannot be undone", red),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lone_letter_runs() {
        let all = Keys { edit: true, remember: true, all: false };
        for (key, expected) in [
            (&b"y"[..], Answer::Run),
            (b"Y", Answer::Run),
            (b"e", Answer::Edit),
            (b"s", Answer::Session),
            (b"a", Answer::Always),
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
            assert_eq!(answer(key, all), expected, "{key:?}");
        }
        assert_eq!(answer(b"a", Keys { all: true, remember: false, edit: false }), Answer::All);
        let none = Keys { edit: false, remember: false, all: false };
        for key in [b"e", b"s", b"a"] {
            assert_eq!(answer(key, none), Answer::Ignored, "{key:?}");
        }
    }
}
