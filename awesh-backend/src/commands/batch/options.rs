//! The options of `awesh batch`, and the work they mean.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use agents::batch::{Batch, Command};
use agents::ssh::Known;
use clap::Args;

use super::background::Action;
use super::round::Work;
use super::{Failure, wrong};
use crate::commands::choose::seconds;

/// How the exit status and the JSON are to be read.
const HELP: &str = "\
Hosts are names for ssh (web1, user@web1:2222), patterns of names in ~/.ssh/config and the inventory ('web*'), groups
of the inventory, ranges (web[01:10]) and files with a word a line (@hosts); ! before a word takes its hosts away.

Exit status: 0 all commands succeeded on all hosts, 1 some did not, or it is not known, 2 wrong arguments, 3 no host
could be reached, 4 it was not agreed to, 130 Ctrl-C, which ends the commands on the hosts, too.

JSON:
  schema      1; fields may be added, none changes its meaning
  took_ms
  summary     how many hosts: hosts, succeeded, failed, unreached
  hosts       of each:
    name, groups, took_ms
    error       why not all commands are known to have run: kind, message, hint; else null
    commands    of each:
      label, status, took_ms
      fate        ended, timed_out, cancelled, not_run, unknown (the connection went before the host said)
      stdout, stderr; what is no UTF-8 text is in stdout_base64, stderr_base64 instead
      left_out    bytes beyond what is kept";

/// Options.
#[derive(Debug, Args)]
#[command(after_long_help = HELP, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Options {
    #[command(subcommand)]
    pub(super) action: Option<Action>,
    /// Hosts, with commas or spaces between.
    #[arg(value_name = "HOSTS")]
    hosts: Vec<String>,
    /// More hosts; for names that are also commands of batch.
    #[arg(long = "hosts", short = 'H', value_name = "HOSTS")]
    more: Vec<String>,
    /// A command and what its results are called. May be given more than once.
    #[arg(long = "command", short, value_name = "LABEL=COMMAND")]
    command: Vec<String>,
    /// Read labelled commands from a file, LABEL=COMMAND on each line.
    #[arg(long, short, value_name = "FILE")]
    file: Vec<PathBuf>,
    /// A command without a label.
    #[arg(last = true, value_name = "COMMAND")]
    line: Vec<String>,
    /// Ansible's inventory, INI or YAML; ANSIBLE_INVENTORY if left out.
    #[arg(long, short, value_name = "FILE")]
    inventory: Option<PathBuf>,
    /// The configuration of ssh, instead of the user's.
    #[arg(long, short = 'F', value_name = "FILE")]
    ssh_config: Option<PathBuf>,
    /// Show the output host by host, at the end.
    #[arg(long, group = "form")]
    grouped: bool,
    /// Show what the hosts say alike once, and who says something else.
    #[arg(long, group = "form")]
    differences: bool,
    /// Write the output as it is and nothing else; of several hosts one after the other.
    #[arg(long, group = "form")]
    raw: bool,
    /// Print JSON.
    #[arg(long, group = "form")]
    json: bool,
    /// After the first failure begin nothing else, on no host.
    #[arg(long)]
    fail_fast: bool,
    /// How long a command may run, in seconds.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
    /// How long a host may take for all, its connection included, in seconds.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    host_timeout: Option<Duration>,
    /// How many hosts at the same time.
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,
    /// So many hosts after each other; one that fails keeps the others from beginning.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    serial: Option<u16>,
    /// First this host alone; the others only if all went well there.
    #[arg(long, value_name = "HOST")]
    canary: Option<String>,
    /// With --serial and --canary: what must succeed on hosts that are done before others begin.
    #[arg(long, value_name = "COMMAND")]
    health: Option<String>,
    /// Do not ask before commands that may change something. Protected hosts are not meant.
    #[arg(long, short)]
    pub(super) yes: bool,
    /// A protected host that is meant, too.
    #[arg(long, value_name = "HOST")]
    pub(super) protected: Vec<String>,
    /// Run in the background; `awesh batch status` tells of it, `awesh batch wait` waits.
    #[arg(long)]
    pub(super) background: bool,
    /// What the batch in the background is called.
    #[arg(long, value_name = "NAME", requires = "background")]
    pub(super) id: Option<String>,
}

/// How results are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Lines as they come, each with its host.
    Lines,
    Grouped,
    Differences,
    Raw,
    Json,
}

impl Options {
    pub(super) fn form(&self) -> Form {
        match (self.grouped, self.differences, self.raw, self.json) {
            (true, ..) => Form::Grouped,
            (_, true, ..) => Form::Differences,
            (_, _, true, _) => Form::Raw,
            (.., true) => Form::Json,
            _ => Form::Lines,
        }
    }

    /// What is to be done.
    pub(super) fn work(&self) -> Result<Work, Failure> {
        let inventory = self.inventory.clone().or_else(|| {
            std::env::var_os("ANSIBLE_INVENTORY").map(PathBuf::from).filter(|path| path.is_file())
        });
        let known =
            Known::read(self.ssh_config.as_deref(), inventory.as_deref()).map_err(|why| wrong(why, None))?;
        let words = self.hosts.iter().chain(&self.more).map(String::as_str);
        let hosts = known
            .select(words)
            .map_err(|why| wrong(why, Some("awesh batch --help tells how hosts are named")))?;
        if hosts.is_empty() {
            return Err(wrong("no host is named", Some("for example: awesh batch web1,web2 -- uptime")));
        }
        let canary = self.canary.as_deref().map(|name| {
            let is_named = |host: &agents::ssh::Chosen| host.target.name == name;
            let none = || wrong(format!("the canary {name} is not among the hosts"), None);
            hosts.iter().position(is_named).ok_or_else(none)
        });
        if self.health.is_some() && self.serial.is_none() && self.canary.is_none() {
            return Err(wrong("--health is for --serial and --canary", None));
        }
        let is_live = matches!(self.form(), Form::Lines) || self.form() == Form::Raw && hosts.len() == 1;
        Ok(Work {
            canary: canary.transpose()?,
            hosts,
            batch: Batch {
                commands: self.commands()?,
                fail_fast: self.fail_fast,
                in_step: false,
                deadline: self.host_timeout,
                keep: if is_live && !self.background { 0 } else { usize::MAX },
            },
            at_once: usize::from(self.limit),
            serial: self.serial.map(usize::from),
            health: self.health.clone(),
            ssh_config: self.ssh_config.clone(),
        })
    }

    fn commands(&self) -> Result<Vec<Command>, Failure> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for text in &self.command {
            pairs.push(pair(text).map_err(|why| wrong(format!("-c {text}: {why}"), None))?);
        }
        for file in &self.file {
            let said = |why: &str| wrong(format!("{}: {why}", file.display()), None);
            let text = fs::read_to_string(file).map_err(|error| said(&error.to_string()))?;
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            for line in lines {
                pairs.push(pair(line).map_err(|why| said(&format!("{line}: {why}")))?);
            }
        }
        if !self.line.is_empty() {
            pairs.push(("command".to_owned(), self.line.join(" ")));
        }
        let twice =
            pairs.iter().enumerate().find(|(at, (label, _))| pairs[..*at].iter().any(|(l, _)| l == label));
        match twice {
            Some((_, (label, _))) => Err(wrong(format!("two commands are called {label}"), None)),
            None if pairs.is_empty() => {
                Err(wrong("no command is given", Some("for example: awesh batch web1 -c kernel='uname -r'")))
            }
            None => {
                let command = |(label, line)| Command { label, line, deadline: self.timeout };
                Ok(pairs.into_iter().map(command).collect())
            }
        }
    }
}

/// A label and its command.
fn pair(text: &str) -> Result<(String, String), &'static str> {
    let (label, line) = text.split_once('=').ok_or("it is written LABEL=COMMAND")?;
    let is_label = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if label.is_empty() || !label.chars().all(is_label) {
        return Err("a label is made of letters, digits, - _ and .");
    }
    if line.trim().is_empty() {
        Err("the command is empty")
    } else {
        Ok((label.to_owned(), line.trim().to_owned()))
    }
}
