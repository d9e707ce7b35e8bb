//! What of bash's output the user sees, and when: all of it but the marks, notices of jobs behind the command
//! they came before, and nothing that bash prints of our own doing.

use std::io;

use super::markers::{Mark, Piece};
use super::spawn::CALL_ECHO;
use super::{BashSession, Expansion, Phase, Turn, without_line_end};
use crate::terminal::{Terminal, write_out};

impl BashSession {
    /// Reads what bash and its programs print, and shows it but for the marks.
    pub(super) fn on_output(
        &mut self,
        terminal: &mut Terminal,
        buffer: &mut [u8],
    ) -> io::Result<Option<Turn>> {
        let count = self.output.read(buffer)?;
        let mut turn = None;
        let mut input = &buffer[..count];
        // Out of the way while `self` is needed for what the marks mean.
        let mut marks = std::mem::take(&mut self.output.marks);
        while let Some(piece) = marks.next(&mut input) {
            match piece {
                Piece::Output(bytes) => self.show_but_echo(bytes)?,
                Piece::Mark(Mark::Prompt) => {
                    let held = std::mem::take(&mut self.echo);
                    self.show(if held == CALL_ECHO { &[] } else { &held })?;
                    self.on_prompt_mark(terminal)?;
                }
                Piece::Mark(Mark::Command) => self.on_command_mark(),
                Piece::Mark(Mark::Continuation) => turn = self.on_continuation()?,
                Piece::Mark(Mark::Copy) => turn = self.on_copy()?,
                Piece::Mark(Mark::Unhooked) => self.on_unhooked(terminal)?,
            }
        }
        self.output.marks = marks;
        Ok(turn)
    }

    /// Holds back what may be `set -v`'s echo of the hook's call: where a mark follows, it was.
    fn show_but_echo(&mut self, bytes: &[u8]) -> io::Result<()> {
        let last = &bytes[bytes.len().saturating_sub(CALL_ECHO.len())..];
        if self.echo.is_empty() && memchr::memchr(CALL_ECHO[0], last).is_none() {
            return self.show(bytes);
        }
        let mut output = std::mem::take(&mut self.echo);
        output.extend_from_slice(bytes);
        let held = (0..=CALL_ECHO.len()).rev().find(|&count| output.ends_with(&CALL_ECHO[..count]));
        self.echo = output.split_off(output.len() - held.unwrap_or(0));
        self.show(&output)
    }

    pub(super) fn show(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.phase == Phase::Quiet || bytes.is_empty() {
            return Ok(());
        }
        let bytes = if std::mem::take(&mut self.line_is_ended) { without_line_end(bytes) } else { bytes };
        if self.phase == Phase::Reading {
            return self.show_before_command(bytes);
        }
        self.put_out(bytes)
    }

    /// Keeps bash's notices of jobs that ended while the line was edited until the command has run: with an
    /// editor of its own bash would not have said so yet.
    fn show_before_command(&mut self, bytes: &[u8]) -> io::Result<()> {
        let other = self.notices.take(bytes);
        if other.is_empty() { Ok(()) } else { self.put_out(&other) }
    }

    pub(super) fn put_out(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.expansion == Expansion::Possible {
            self.expansion = Expansion::Printed;
        }
        self.output.tail.push(bytes);
        self.output.printed += bytes.len() as u64;
        match &mut self.behind {
            Some(behind) => {
                behind.print(bytes);
                Ok(())
            }
            None => write_out(bytes),
        }
    }
}
