//! Whether the names in a plan mean something, apart from those of steps: variables, labels, hosts, classes.

use super::document::{Document, Environment, Step};
use super::order::{limit, references};
use super::problem::{Problem, meant, near};
use super::reference::Reference;
use crate::ssh::Target;

/// Checks all names of a plan.
pub(super) fn check(document: &Document) -> Result<(), Problem> {
    values(document)?;
    for (name, limit) in &document.limits.0 {
        if *limit == 0 {
            return Err(Problem::new(format!("limits.{name}: with a limit of 0 its steps would never run")));
        }
    }
    for (name, step) in &document.steps.0 {
        let wrong = attempts(step).or_else(|| class(document, step)).or_else(|| hosts(document, step));
        let wrong = wrong.or_else(|| references(step).find_map(|reference| value(document, reference)));
        let of_itself = |reference: &&Reference| matches!(reference, Reference::Step { step: None, .. });
        let wrong = wrong.or_else(|| {
            let own = step.when.iter().flat_map(|when| when.references()).find(of_itself)?;
            Some(format!("when is decided before the step runs, and {own} is what comes of it"))
        });
        if let Some(wrong) = wrong {
            return Err(Problem::of_step(name, &wrong));
        }
    }
    Ok(())
}

/// The values of variables, which are values and no more, and hosts.
fn values(document: &Document) -> Result<(), Problem> {
    let environments = document.environments.0.iter();
    let layers = environments.map(|(_, Environment { vars, hosts, .. })| (vars, hosts));
    for (vars, hosts) in layers.chain([(&document.vars, &document.hosts)]) {
        let refers = |text: &str| text.split("${").skip(1).any(Reference::is_meant);
        if let Some((name, _)) = vars.0.iter().find(|(_, value)| refers(value)) {
            return Err(Problem::new(format!("vars.{name}: a variable cannot refer to others")));
        }
        for (name, group) in &hosts.0 {
            if group.0.is_empty() {
                return Err(Problem::new(format!("hosts.{name}: there is no host in it")));
            }
            if let Some(wrong) = group.0.iter().find_map(|host| no_host(host)) {
                return Err(Problem::new(format!("hosts.{name}: {wrong}")));
            }
        }
    }
    Ok(())
}

/// Why a text can be no host for ssh, if it cannot.
fn no_host(host: &str) -> Option<String> {
    let is_host = Target::parse(host).is_some();
    (!is_host).then(|| format!("{host:?} is no host"))
}

fn attempts(step: &Step) -> Option<String> {
    let is_open = step.retry.is_none_or(|retry| retry.attempts.is_none());
    if step.until.is_some() && is_open && step.timeout.is_none() {
        return Some("until could last for ever: give it a timeout or retry.attempts".to_owned());
    }
    (step.until.is_none() && step.retry.is_some() && is_open)
        .then(|| "retry says no attempts; without them only until ends it".to_owned())
}

fn class(document: &Document, step: &Step) -> Option<String> {
    let class = step.class.as_deref()?;
    let names = document.limits.names().chain(["heavy"]);
    (limit(document, Some(class)).is_none())
        .then(|| format!("there is no limit for the class {class}{}", meant(class, names)))
}

/// A host that is no name of the plan is one for ssh, unless it was meant to be a name.
fn hosts(document: &Document, step: &Step) -> Option<String> {
    let environments = document.environments.0.iter().map(|(_, environment)| &environment.hosts);
    let groups: Vec<&str> = environments.chain([&document.hosts]).flat_map(|hosts| hosts.names()).collect();
    step.hosts.0.iter().find_map(|host| {
        if groups.contains(&host.as_str()) {
            let lacking = document.environments.0.iter().find(|(_, environment)| {
                environment.hosts.get(host).is_none() && document.hosts.get(host).is_none()
            });
            return lacking.map(|(name, _)| format!("the environment {name} has no hosts called {host}"));
        }
        let near = near(host, groups.iter().copied());
        near.map(|near| format!("there are no hosts called {host}; did you mean {near}?"))
            .or_else(|| no_host(host))
    })
}

/// What is wrong with a reference to a value.
fn value(document: &Document, reference: &Reference) -> Option<String> {
    match reference {
        Reference::Environment | Reference::Host => None,
        Reference::Variable(name) => {
            if document.vars.get(name).is_some() {
                return None;
            }
            let mut environments = document.environments.0.iter();
            let has = |environment: &Environment| environment.vars.get(name).is_some();
            if environments.clone().any(|(_, environment)| has(environment)) {
                let lacking = environments.find(|(_, environment)| !has(environment));
                return lacking
                    .map(|(environment, _)| format!("the environment {environment} has no variable {name}"));
            }
            let all = environments
                .flat_map(|(_, environment)| environment.vars.names())
                .chain(document.vars.names());
            Some(format!("there is no variable {name}{}", meant(name, all)))
        }
        Reference::Step { step, label, .. } => {
            let label = label.as_deref()?;
            let step = step.as_deref()?;
            let labels = || document.steps.get(step).into_iter().flat_map(|step| &step.commands);
            let mut labels_of = labels().map(|command| command.label.as_str());
            if labels_of.any(|own| own == label) {
                return None;
            }
            let names = labels().map(|command| command.label.as_str());
            Some(format!("step {step} has no command {label}{}", meant(label, names)))
        }
    }
}
