//! The options of `awesh run`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How the exit status, the plan and the JSON are to be read.
const HELP: &str = "\
Exit status: 0 all steps succeeded or were skipped by their condition, 1 some did not, 2 the plan or the arguments are
wrong, 3 the journal cannot be kept, 4 it was not agreed to, 130 Ctrl-C, which ends what runs, here and on hosts.

A plan (YAML):
  vars, hosts     by name: values, and what ssh takes, one or many
  environments    by name: protected, vars, hosts; the whole plan runs in each that is chosen, side by side
  limits          by class: how many of its steps run at the same time (heavy: 1)
  steps           by name:
    run           a line, or a list of lines or of label, run, timeout; the first that fails ends the step
    host, hosts   names of hosts, or what ssh takes; left out, or local: this machine
    needs         steps that have to succeed before; a step also needs those it refers to
    when          a condition without which it is skipped
    retry         attempts, or attempts, delay (1s), backoff (1)
    until         a condition on self that ends polling; with timeout or retry.attempts
    timeout       for all attempts: 500ms, 2s, 1m30s
    background    true: nothing but the end waits for it
    on_failure    stop (nothing more begins in its environment), continue, or steps that clean up
    resources     what no other step may use at the same time
    class         the class whose limit holds for it
    idempotent    true: may be run again where it is not known how far it came
References: ${vars.NAME} ${plan.environment} ${plan.host} ${steps.NAME.stdout} ${steps.NAME.LABEL.stderr}, .status,
.succeeded, .failed, .skipped. A value is passed as a value: it is never read as code, nor split into words.
Conditions: == != < <= > >= contains, and or not ( ); texts stand in quotes; numbers are compared as numbers.

JSON: an object a line; event is
  begun      plan, environments, steps
  started    step, at_ms
  again      step, attempt, why
  ended      step, fate (succeeded, failed, skipped, not_run, interrupted), why, took_ms, attempts, outputs
  summary    success, took_ms, took_with_background_ms, one_by_one_ms, critical_path, counts";

/// Options.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub struct Options {
    /// The plan; with --resume the one that was broken off last, if left out.
    #[arg(value_name = "PLAN", required_unless_present = "resume")]
    pub(super) plan: Option<PathBuf>,
    /// Run in environments of this name; * is any text. May be given more than once.
    #[arg(long, short, value_name = "PATTERN")]
    pub(super) environment: Vec<String>,
    /// Set a variable of the plan. May be given more than once.
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(super) var: Vec<(String, String)>,
    /// Show the order of the steps and run nothing.
    #[arg(long, value_name = "FORM", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub(super) graph: Option<Form>,
    /// Show what would run where and what it could do, and run nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Go on where the last run of the plan ended.
    #[arg(long, conflicts_with = "from_start")]
    pub(super) resume: bool,
    /// Begin anew, whatever the last run left.
    #[arg(long)]
    pub(super) from_start: bool,
    /// What is done about steps of which it is not known how far they came.
    #[arg(long, value_name = "WHAT", requires = "resume")]
    pub(super) unknown: Option<Unknown>,
    /// Run without asking.
    #[arg(long, short)]
    pub(super) yes: bool,
    /// A protected host or environment that is meant. May be given more than once.
    #[arg(long, value_name = "NAME")]
    pub(super) protected: Vec<String>,
    /// Show what steps print, each at its end.
    #[arg(long, conflicts_with = "json")]
    pub(super) output: bool,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
    /// The configuration of ssh, instead of the user's.
    #[arg(long, short = 'F', value_name = "FILE")]
    pub(super) ssh_config: Option<PathBuf>,
}

/// How a graph is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// Level by level.
    Text,
    /// As graphviz reads it.
    Dot,
}

/// What is done about a step of which it is not known how far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Unknown {
    /// It is run again.
    Rerun,
    /// It is taken as done.
    Done,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("not of the form NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
