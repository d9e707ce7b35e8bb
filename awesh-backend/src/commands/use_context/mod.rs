//! `awesh use`: this shell's own context.
//!
//! A child cannot change its shell, so what the shell is to do is printed for it: the shell's own function `awesh`
//! does it, and `eval "$(awesh use CONTEXT --shell)"` in any other. What it does is put a private kubeconfig
//! (`private`) first in KUBECONFIG: there kubectl finds the current context and writes its own changes, and
//! nobody else reads it. Each use makes a file of its own, so that jobs and subshells keep what they began with.

mod private;
mod session;

use std::path::PathBuf;

use super::choose::{WRONG, named};
use super::output::Output;
use super::{Failure, environment};
use private::{Before, Choice};
use session::Session;

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The context for this shell; `-` is the one before. Without one, shows what is in force.
    #[arg(value_name = "CONTEXT", conflicts_with_all = ["reset", "names"])]
    context: Option<String>,
    /// The namespace for this shell; that of the context where it is not given.
    #[arg(short, long, conflicts_with_all = ["reset", "names"])]
    namespace: Option<String>,
    /// Go back to the context that all shells share.
    #[arg(long)]
    reset: bool,
    /// Print what a shell is to run: `eval "$(awesh use CONTEXT --shell)"`.
    #[arg(long)]
    shell: bool,
    /// The directory of the session whose shell is to change.
    #[arg(long, hide = true)]
    session: Option<PathBuf>,
    /// Print the names of the contexts that begin so, for completion.
    #[arg(long, hide = true, value_name = "PREFIX")]
    names: Option<String>,
}

/// What the words before a command are, for the function `awesh` of a session: it runs what begins so.
const FOR_SESSION: &str = "builtin ";

pub(super) fn run(options: &Options) -> Result<u8, Failure> {
    let environment = environment();
    let directory = std::env::current_dir().unwrap_or_default();
    let session = Session::new(&environment, &directory);
    if let Some(prefix) = &options.names {
        let names = session.contexts().entries.into_iter().map(|entry| entry.name + "\n");
        let _ = Output::new().write(&names.filter(|name| name.starts_with(prefix)).collect::<String>());
        return Ok(0);
    }
    if options.context.is_none() && options.namespace.is_none() && !options.reset {
        let _ = Output::new().write(&shown(&session));
        return Ok(0);
    }
    if !options.shell && options.session.is_none() {
        return Err(out_of_reach());
    }
    let line = if options.reset { session.without_own() } else { change(&session, options)? };
    let prefix = if options.shell { "" } else { FOR_SESSION };
    let _ = Output::new().write(&format!("{prefix}{line}\n"));
    Ok(0)
}

/// Makes the private kubeconfig; what the shell is to run.
fn change(session: &Session, options: &Options) -> Result<String, Failure> {
    let contexts = session.contexts();
    let (name, namespace) = match options.context.as_deref() {
        Some("-") => {
            let before = session.before().ok_or_else(nothing_before)?;
            (before.context, options.namespace.clone().or(before.namespace))
        }
        Some(name) => (name.to_owned(), options.namespace.clone()),
        None => (session.current(&contexts).ok_or_else(no_context)?.context, options.namespace.clone()),
    };
    let chosen = named(&contexts, &name)?;
    if let Some(problem) = namespace.as_deref().and_then(wrong_namespace) {
        return Err(Failure { message: problem, hint: None, status: WRONG });
    }
    let choice = Choice { context: name, namespace: namespace.or_else(|| chosen.namespace.clone()) };
    let before = Before { choice: session.current(&contexts), kubeconfig: session.shared() };
    let path = private::write(options.session.as_deref(), &choice, &before, &contexts).map_err(unwritable)?;
    if options.context.as_deref() == Some("-") {
        Output::new().remark(&choice.to_string());
    }
    Ok(session.with_own(&path))
}

/// What is in force, and by whom.
fn shown(session: &Session) -> String {
    let contexts = session.contexts();
    let Some(current) = session.current(&contexts) else {
        let why = if contexts.entries.is_empty() {
            contexts.nothing()
        } else {
            "awesh use CONTEXT sets one for this shell.".to_owned()
        };
        return format!("No context is set. {why}\n");
    };
    let whose = if session.has_own() { "this shell's own" } else { "shared by all shells" };
    format!("{current} ({whose})\n")
}

fn out_of_reach() -> Failure {
    Failure {
        message: "the context of this shell can be changed only by the shell itself".to_owned(),
        hint: Some(
            "Run eval \"$(awesh use CONTEXT --shell)\"; within awesh, awesh use CONTEXT is enough."
                .to_owned(),
        ),
        status: WRONG,
    }
}

fn unwritable(error: std::io::Error) -> Failure {
    let hint = "It is written into XDG_RUNTIME_DIR or, in awesh, into the directory of the session.";
    Failure {
        message: format!("no private kubeconfig could be written: {error}"),
        hint: Some(hint.to_owned()),
        status: 1,
    }
}

fn nothing_before() -> Failure {
    let message = "this shell has used no other context before".to_owned();
    Failure { message, hint: None, status: 1 }
}

fn no_context() -> Failure {
    let hint = Some("Name one: awesh use CONTEXT -n NAMESPACE.".to_owned());
    Failure { message: "no context is set whose namespace could be changed".to_owned(), hint, status: 1 }
}

/// Why a namespace cannot be one: a server would refuse it, but each command anew.
fn wrong_namespace(name: &str) -> Option<String> {
    let is_label = (1..=63).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    (!is_label).then(|| format!("{name:?} cannot be the name of a namespace"))
}

#[cfg(test)]
mod tests;
