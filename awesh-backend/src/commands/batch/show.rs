//! What a person sees of a batch: lines as they come, or all at the end by host or by what differs.

use std::collections::BTreeMap;

use agents::batch::{Event, Fate, Outcome, Stream};
use memchr::memchr;

use super::differences;
use super::options::Form;
use super::round::{Happened, HostReport, Work, name};
use crate::commands::canvas::Canvas;
use crate::commands::output::{Closed, Output};
use crate::commands::table::Colour;

/// Bytes of a line that is shown although its end has not come.
const LONG: usize = 16 * 1024;

/// Shows what happens while it does.
pub(super) struct Show {
    form: Form,
    output: Output,
    canvas: Canvas,
    names: Vec<String>,
    labels: Vec<String>,
    /// The wide of the widest name, and of the widest label.
    widths: (usize, usize),
    /// Lines whose end has not come: of a host, a command and a stream.
    open: BTreeMap<(usize, usize, bool), Vec<u8>>,
}

impl Show {
    /// Nothing is shown yet.
    pub(super) fn new(form: Form, work: &Work, output: Output) -> Self {
        let names: Vec<String> = work.hosts.iter().map(|host| name(host, &work.hosts)).collect();
        let labels: Vec<String> = work.batch.commands.iter().map(|command| command.label.clone()).collect();
        let wide = |words: &[String]| words.iter().map(|word| word.chars().count()).max().unwrap_or(0);
        let widths = (wide(&names), if labels.len() > 1 { wide(&labels) } else { 0 });
        Self { form, output, canvas: Canvas::new(output), names, labels, widths, open: BTreeMap::new() }
    }

    /// Takes in what happens. A reader that is gone ends nothing on the hosts.
    pub(super) fn take(&mut self, happened: Happened) {
        let _ = match happened {
            Happened::On(host, Event::Output(number, stream, bytes)) => {
                self.data(host, number, stream, &bytes)
            }
            Happened::On(host, Event::Ended(number, fate)) => self.ended(host, number, fate),
            Happened::On(_, Event::Started(_)) => Ok(()),
            Happened::Done(host, failure) => self.done(host, failure),
            Happened::Stopped(why) => self.aside(&format!("{why}: no other host begins")),
            // What is written as it is may be drawn by whoever wrote it.
            Happened::Waiting(_) if self.is_raw_live() => Ok(()),
            Happened::Waiting(progress) => self.canvas.progress(&progress, "hosts"),
        };
    }

    /// Takes away what is only in passing.
    pub(super) fn finish(&mut self) {
        // A reader that is gone sees nothing of it anyway.
        let _ = self.canvas.clear();
    }

    fn is_raw_live(&self) -> bool {
        self.form == Form::Raw && self.names.len() == 1
    }

    fn data(&mut self, host: usize, number: usize, stream: Stream, bytes: &[u8]) -> Result<(), Closed> {
        if self.is_raw_live() {
            return self.output.write_bytes(bytes, stream == Stream::Stderr);
        }
        if self.form != Form::Lines {
            return Ok(());
        }
        let key = (host, number, stream == Stream::Stderr);
        let mut line = self.open.remove(&key).unwrap_or_default();
        line.extend_from_slice(bytes);
        let mut rest = &line[..];
        while let Some(end) = memchr(b'\n', rest).or_else(|| (rest.len() > LONG).then_some(LONG)) {
            self.line(key, &rest[..end])?;
            rest = rest.get(end + usize::from(rest.get(end) == Some(&b'\n'))..).unwrap_or_default();
        }
        if !rest.is_empty() {
            self.open.insert(key, rest.to_vec());
        }
        Ok(())
    }

    /// A line with where it comes from; what was written to standard error goes there.
    fn line(&mut self, (host, number, is_error): (usize, usize, bool), line: &[u8]) -> Result<(), Closed> {
        self.canvas.clear()?;
        let (wide, wide_label) = self.widths;
        let mut from = format!("{:wide$}", self.names[host]);
        if wide_label > 0 {
            from.push_str(&format!(" {:wide_label$}", self.labels[number]));
        }
        let from = Colour::Dim.paint(&from, self.output.colour);
        let text = plain(line, self.output.is_terminal);
        self.output.write_bytes(format!("{from} │ {text}\n").as_bytes(), is_error)
    }

    fn ended(&mut self, host: usize, number: usize, fate: Fate) -> Result<(), Closed> {
        for is_error in [false, true] {
            if let Some(line) = self.open.remove(&(host, number, is_error)) {
                self.line((host, number, is_error), &line)?;
            }
        }
        let is_told =
            matches!(self.form, Form::Lines | Form::Raw) && !fate.is_success() && fate != Fate::NotRun;
        if is_told {
            self.aside(&format!("{}: {} {}", self.names[host], self.labels[number], fate.told()))
        } else {
            Ok(())
        }
    }

    fn done(&mut self, host: usize, failure: Option<agents::batch::Failure>) -> Result<(), Closed> {
        match failure {
            Some(failure) if self.form != Form::Json => {
                self.aside(&format!("{}: {failure}", self.names[host]))?;
                failure.hint.map_or(Ok(()), |hint| self.aside(&format!("  hint: {hint}")))
            }
            _ => Ok(()),
        }
    }

    fn aside(&mut self, text: &str) -> Result<(), Closed> {
        self.canvas.clear()?;
        self.output.remark(&plain(text.as_bytes(), true));
        Ok(())
    }
}

/// Shows what is left to show when all is done.
pub(super) fn end(form: Form, work: &Work, reports: &[HostReport], output: Output) -> Result<(), Closed> {
    let is_live = form == Form::Lines || form == Form::Raw && reports.len() == 1;
    match form {
        Form::Grouped => grouped(work, reports, output)?,
        Form::Differences => output.write(&differences::told(work, reports))?,
        Form::Raw if !is_live => {
            for outcome in reports.iter().flat_map(|host| &host.report.outcomes) {
                output.write_bytes(&outcome.stdout, false)?;
                output.write_bytes(&outcome.stderr, true)?;
            }
        }
        Form::Lines | Form::Raw | Form::Json => {}
    }
    if form != Form::Raw && reports.len() > 1 {
        output.remark(&summary(reports));
    }
    Ok(())
}

fn grouped(work: &Work, reports: &[HostReport], output: Output) -> Result<(), Closed> {
    for host in reports {
        output.write(&format!("{}\n", Colour::Bold.paint(&host.name, output.colour)))?;
        for (outcome, command) in host.report.outcomes.iter().zip(&work.batch.commands) {
            let fate = outcome.fate.told();
            output.write(
                &Colour::Dim.paint(&format!("  {}: {fate}", command.line.replace('\n', "⏎")), output.colour),
            )?;
            output.write("\n")?;
            output.write(&indented(outcome, output.is_terminal))?;
        }
    }
    Ok(())
}

/// What a command wrote, set off.
pub(super) fn indented(outcome: &Outcome, is_terminal: bool) -> String {
    let lines =
        [&outcome.stdout, &outcome.stderr].into_iter().flat_map(|bytes| bytes.split(|byte| *byte == b'\n'));
    let lines = lines.filter(|line| !line.is_empty());
    lines.map(|line| format!("    {}\n", plain(line, is_terminal))).collect()
}

/// "20 hosts: 18 succeeded, 1 failed (web7), 1 not reached (web9)."
pub(super) fn summary(reports: &[HostReport]) -> String {
    let names = |is: &dyn Fn(&&HostReport) -> bool| -> Vec<&str> {
        reports.iter().filter(is).map(|host| host.name.as_str()).collect()
    };
    let good = names(&|host| host.report.is_success()).len();
    let idle = |host: &HostReport| {
        host.report.failure.is_none()
            && host.report.outcomes.iter().all(|outcome| outcome.fate == Fate::NotRun)
    };
    let mut parts = vec![format!("{good} succeeded")];
    for (word, names) in [
        ("failed", names(&|host| !host.report.is_success() && !host.is_unreached() && !idle(host))),
        ("not reached", names(&|host| host.is_unreached())),
        ("not begun", names(&|host| idle(host))),
    ] {
        if !names.is_empty() {
            let more = if names.len() > 5 { ", …" } else { "" };
            parts.push(format!("{} {word} ({}{more})", names.len(), names[..names.len().min(5)].join(", ")));
        }
    }
    format!("{}: {}", count(reports.len()), parts.join(", "))
}

/// How many hosts.
pub(super) fn count(hosts: usize) -> String {
    if hosts == 1 { "1 host".to_owned() } else { format!("{hosts} hosts") }
}

/// Bytes as text; for a terminal, nothing in it that steers one.
fn plain(bytes: &[u8], is_terminal: bool) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_end_matches('\r');
    let is_steering = |c: char| c.is_control() && c != '\t';
    if !is_terminal {
        return text.to_owned();
    }
    text.chars().map(|c| if is_steering(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
