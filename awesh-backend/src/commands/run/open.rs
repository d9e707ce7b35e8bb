//! A plan as it is called for: read, checked, laid out, and with what the run before left.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use agents::plan::journal::{Begun, Ledger, Past, Trouble, hash};
use agents::plan::{Fate, Graph, Journal, Outcome, Plan};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::options::{Options, Unknown};
use super::{Failure, SetUp, wrong};
use crate::commands::NOTHING_READ;
use crate::commands::agreement::{asked, refused};
use crate::commands::output::Output;

/// The bytes that a plan may have.
const LONGEST: u64 = 1024 * 1024;

/// A plan that was read.
pub(super) struct Source {
    path: PathBuf,
    text: String,
    pub(super) plan: Plan,
    journals: PathBuf,
}

impl Source {
    /// Reads the plan that is meant.
    pub(super) fn read(options: &Options, set_up: &SetUp) -> Result<Self, Failure> {
        let journals = set_up.state.join("plans");
        let path = match &options.plan {
            Some(path) => path.clone(),
            None => Journal::unfinished(&journals).into_iter().next().ok_or_else(nothing_to_resume)?,
        };
        let text =
            read(&path).map_err(|why| wrong(format!("{} cannot be read: {why}", path.display()), None))?;
        let plan = Plan::parse(&text, &path).map_err(|problem| {
            wrong(problem.to_string(), Some("awesh run --help tells what a plan may say"))
        })?;
        Ok(Self { path, text, plan, journals })
    }

    /// The plan in its environments.
    pub(super) fn graph(&self, options: &Options) -> Result<Graph, Failure> {
        self.laid_out(&options.environment, &options.var)
    }

    fn laid_out(&self, environments: &[String], vars: &[(String, String)]) -> Result<Graph, Failure> {
        let hint = "-e NAME chooses an environment, -e '*' all; --var NAME=VALUE sets a variable of the plan";
        self.plan
            .clone()
            .graph(environments, vars)
            .map_err(|what| wrong(format!("{}: {what}", self.path.display()), Some(hint)))
    }
}

fn read(path: &Path) -> Result<String, String> {
    let told = |error: std::io::Error| error.to_string();
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(told)?.take(LONGEST + 1).read_to_end(&mut bytes).map_err(told)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LONGEST {
        return Err("it is larger than 1 MiB".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_owned())
}

/// A plan that is about to run.
pub(super) struct Opened {
    path: PathBuf,
    pub(super) graph: Arc<Graph>,
    pub(super) journal: Journal,
    begun: Begun,
    /// What came of nodes in the run before.
    pub(super) before: Vec<Option<Arc<Outcome>>>,
    /// The nodes that had begun in the run before, of which no end is known.
    unknown: Vec<usize>,
    /// Whether the journal goes on.
    is_resumed: bool,
    /// Whether the journal has nothing in it.
    is_empty: bool,
}

impl Opened {
    /// Opens the journal, and takes in what it says.
    pub(super) fn open(source: Source, options: &Options) -> Result<Self, Failure> {
        let real = source.path.canonicalize().unwrap_or_else(|_| source.path.clone());
        let (journal, past) = Journal::open(&source.journals, &real).map_err(|trouble| troubled(&trouble))?;
        let is_empty = matches!(past, Ok(None));
        let past = match past {
            _ if options.from_start => None,
            Err(trouble) => return Err(troubled(&trouble)),
            Ok(past) => past,
        };
        Self::with(source, real, journal, past, options, is_empty).map_err(|(journal, failure)| {
            if is_empty {
                let _ = journal.remove();
            }
            failure
        })
    }

    fn with(
        source: Source,
        real: PathBuf,
        journal: Journal,
        past: Option<Past>,
        options: &Options,
        is_empty: bool,
    ) -> Result<Self, (Journal, Failure)> {
        let laid_out = resumable(past.as_ref(), options, &hash(&source.text)).and_then(|()| match &past {
            Some(past) => source.laid_out(&past.begun.environments, &past.begun.vars),
            None => source.graph(options),
        });
        let graph = match laid_out {
            Ok(graph) => graph,
            Err(failure) => return Err((journal, failure)),
        };
        let names = graph.environments.iter().map(|environment| environment.name.clone());
        let begun = Begun {
            plan: real,
            hash: hash(&source.text),
            environments: names.filter(|name| !name.is_empty()).collect(),
            vars: options.var.clone(),
            at: Timestamp::now().as_second(),
        };
        let done = |name: &String| past.as_ref().and_then(|past| past.done.get(name)).cloned().map(Arc::new);
        let before = graph.nodes.iter().map(|node| done(&node.name)).collect();
        let is_unknown =
            |node: &usize| past.as_ref().is_some_and(|past| past.unknown.contains(&graph.nodes[*node].name));
        let unknown = (0..graph.nodes.len()).filter(is_unknown).collect();
        let is_resumed = past.is_some();
        Ok(Self {
            path: source.path,
            graph: Arc::new(graph),
            journal,
            begun,
            before,
            unknown,
            is_resumed,
            is_empty,
        })
    }

    /// Decides what is done about the steps of which it is not known how far they came.
    pub(super) fn settle_unknown(&mut self, repeatable: &[bool], options: &Options) -> Result<(), Failure> {
        for node in std::mem::take(&mut self.unknown) {
            let name = self.graph.nodes[node].name.clone();
            if repeatable[node] || is_rerun(&name, options)? {
                continue;
            }
            let outcome = Outcome::without_run(Fate::Succeeded);
            self.journal.ended(&name, &outcome).map_err(|error| unkept(&error))?;
            self.before[node] = Some(Arc::new(outcome));
        }
        Ok(())
    }

    /// Begins the journal, unless it goes on.
    pub(super) fn begin(&mut self) -> Result<(), Failure> {
        if self.is_resumed {
            return Ok(());
        }
        self.is_empty = false;
        self.journal.begin(&self.begun).map_err(|error| unkept(&error))
    }

    /// Leaves things as they were: nothing has run.
    pub(super) fn leave(self) {
        if self.is_empty {
            // An empty journal says nothing, and the next run takes it as such.
            let _ = self.journal.remove();
        }
    }

    /// Forgets the journal: all is done.
    pub(super) fn remove(self) -> Result<(), Failure> {
        self.journal.remove().map_err(|error| unkept(&error))
    }

    /// The plan, as it is called.
    pub(super) fn shown(&self) -> std::path::Display<'_> {
        self.path.display()
    }
}

/// Whether what the journal says and what is called for go together.
fn resumable(past: Option<&Past>, options: &Options, hash: &str) -> Result<(), Failure> {
    let Some(past) = past else { return if options.resume { Err(nothing_to_resume()) } else { Ok(()) } };
    let choice = "--resume goes on with what is not done, --from-start begins anew";
    if !options.resume {
        let at = Timestamp::from_second(past.begun.at).unwrap_or_default().to_zoned(TimeZone::system());
        let (at, done) = (at.strftime("%F %T"), past.done.len());
        let message =
            format!("a run of this plan, begun at {at}, did not end well; {done} of its steps are done");
        return Err(wrong(message, Some(choice)));
    }
    if past.begun.hash != hash {
        let message = "the plan is not what it was when the run began, so what is done need not fit it";
        return Err(wrong(message, Some("take the change back, or begin anew with --from-start")));
    }
    let differs = (!options.environment.is_empty() && options.environment != past.begun.environments)
        || (!options.var.is_empty() && options.var != past.begun.vars);
    if differs {
        let message = format!("the run was begun in {}", told(&past.begun));
        return Err(wrong(message, Some("with --resume leave -e and --var out: they are as they were")));
    }
    Ok(())
}

/// Where a run was begun, and with what.
fn told(begun: &Begun) -> String {
    let environments = if begun.environments.is_empty() {
        "no environment".to_owned()
    } else {
        begun.environments.join(", ")
    };
    let vars: String = begun.vars.iter().map(|(name, value)| format!(" {name}={value}")).collect();
    environments + &vars
}

/// Whether a step of which it is not known how far it came is run again; else it is taken as done.
fn is_rerun(name: &str, options: &Options) -> Result<bool, Failure> {
    if let Some(unknown) = options.unknown {
        return Ok(unknown == Unknown::Rerun);
    }
    Output::new().remark(&format!(
        "{name} was under way when the last run ended, and it is not known how far it came"
    ));
    let doubt = |hint: &str| refused(format!("it is not known whether {name} is done"), hint);
    match asked("[r]un it again, take it as [d]one, [N]either? ")?.as_deref() {
        None => Err(doubt("look how it is, then say --unknown=rerun or --unknown=done")),
        Some("r" | "R") => Ok(true),
        Some("d" | "D") => Ok(false),
        Some(_) => Err(doubt("nothing was run")),
    }
}

fn nothing_to_resume() -> Failure {
    wrong("there is no run that could be gone on with", Some("awesh run PLAN begins one"))
}

fn troubled(trouble: &Trouble) -> Failure {
    let (hint, status) = match trouble {
        Trouble::Running => ("wait for it, or end it with Ctrl-C where it runs", super::WRONG),
        Trouble::Damaged { .. } => ("look how things are, then begin anew with --from-start", super::WRONG),
        Trouble::Io { .. } => ("what is done is kept there; without it nothing is begun", NOTHING_READ),
    };
    Failure { message: trouble.to_string(), hint: Some(hint.to_owned()), status }
}

fn unkept(error: &std::io::Error) -> Failure {
    Failure { message: format!("the journal cannot be kept: {error}"), hint: None, status: NOTHING_READ }
}
