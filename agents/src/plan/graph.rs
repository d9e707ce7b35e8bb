//! What a plan comes to: its steps in each environment it is run in, with their hosts and variables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use wildmatch::WildMatch;

use super::document::{Document, OnFailure, Step};
use super::engine::LOCAL;
use super::names;
use super::order::{Order, references};
use super::problem::{Problem, meant};
use super::reference::Reference;

/// A plan that was read and checked.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where it was read from.
    pub file: PathBuf,
    /// As it is written.
    pub document: Document,
    /// The order of its steps.
    pub order: Order,
}

/// A step in an environment.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its name: the step's, behind the environment's where there are environments.
    pub name: String,
    /// The step, by its place in the document.
    pub step: usize,
    /// The environment, by its place in [`Graph::environments`].
    pub environment: usize,
    /// The hosts for ssh; none is this machine, as is one that is called so.
    pub hosts: Vec<String>,
    /// What it waits for, by place.
    pub needs: Vec<usize>,
    /// What is run if it fails, by place.
    pub clean_ups: Vec<usize>,
    /// Whether it is there for failures alone.
    pub is_clean_up: bool,
}

/// Where a plan runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its name; empty where the plan has no environments.
    pub name: String,
    /// Whether its name has to be typed before anything is changed there.
    pub is_protected: bool,
    /// The variables as they are there.
    pub vars: BTreeMap<String, String>,
}

/// A plan in the environments it is to run in.
#[derive(Debug, Clone)]
pub struct Graph {
    /// The plan.
    pub plan: Plan,
    /// The environments.
    pub environments: Vec<Environment>,
    /// The steps of all environments, one environment behind the other.
    pub nodes: Vec<Node>,
}

impl Node {
    /// Whether it runs on this machine, alone or among others.
    pub fn is_here(&self) -> bool {
        self.hosts.is_empty() || self.hosts.iter().any(|host| host == LOCAL)
    }
}

impl Plan {
    /// Reads and checks a plan.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it.
    pub fn parse(text: &str, file: &Path) -> Result<Self, Problem> {
        let document = Document::parse(text, file)?;
        let order = names::check(&document).and_then(|()| Order::of(&document));
        let order = order.map_err(|problem| problem.of(file, text))?;
        Ok(Self { file: file.to_owned(), document, order })
    }

    /// The plan in those of its environments whose names are of these patterns, with these variables set.
    ///
    /// # Errors
    ///
    /// If no environment is named, or a name is none.
    pub fn graph(self, patterns: &[String], vars: &[(String, String)]) -> Result<Graph, String> {
        let all: Vec<&str> = self.document.environments.names().collect();
        let mut chosen = Vec::new();
        for pattern in patterns {
            let matching = WildMatch::new(pattern);
            let found: Vec<&str> = all.iter().copied().filter(|name| matching.matches(name)).collect();
            if found.is_empty() {
                return Err(format!(
                    "there is no environment {pattern}{}",
                    meant(pattern, all.iter().copied())
                ));
            }
            chosen.extend(found.into_iter().filter(|name| !chosen.contains(name)).collect::<Vec<_>>());
        }
        if patterns.is_empty() {
            match all.as_slice() {
                [] => chosen.push(""),
                [only] => chosen.push(only),
                _ => return Err(format!("name the environments to run in; there are {}", all.join(", "))),
            }
        }
        let environments =
            chosen.iter().map(|name| self.environment(name, vars)).collect::<Result<Vec<_>, _>>()?;
        let nodes = environments.iter().enumerate().flat_map(|(at, environment)| self.nodes(at, environment));
        let graph = Graph { nodes: nodes.collect(), environments, plan: self };
        graph.environments_stand_apart().map(|()| graph)
    }

    fn environment(&self, name: &str, given: &[(String, String)]) -> Result<Environment, String> {
        let own = self.document.environments.get(name);
        let own_vars = own.into_iter().flat_map(|environment| environment.vars.0.iter());
        let mut vars: BTreeMap<String, String> =
            self.document.vars.0.iter().chain(own_vars).cloned().collect();
        for (name, value) in given {
            if !vars.contains_key(name) {
                let names = vars.keys().map(String::as_str);
                return Err(format!("there is no variable {name}{}", meant(name, names)));
            }
            vars.insert(name.clone(), value.clone());
        }
        let is_protected = own.is_some_and(|environment| environment.protected);
        Ok(Environment { name: name.to_owned(), is_protected, vars })
    }

    fn nodes(&self, at: usize, environment: &Environment) -> Vec<Node> {
        let steps = &self.document.steps.0;
        let first = at * steps.len();
        let node = |(index, (name, step)): (usize, &(String, Step))| {
            let prefix =
                if environment.name.is_empty() { String::new() } else { format!("{}/", environment.name) };
            let clean_ups = (0..steps.len()).filter(|other| self.order.cleans_up[*other].contains(&index));
            let named = |other: &usize| {
                let place = |names: &Vec<String>| names.iter().position(|name| *name == steps[*other].0);
                match &step.on_failure {
                    OnFailure::CleanUp(names) => place(names),
                    _ => None,
                }
            };
            let mut clean_ups: Vec<usize> = clean_ups.collect();
            clean_ups.sort_by_key(named);
            Node {
                name: format!("{prefix}{name}"),
                step: index,
                environment: at,
                hosts: self.hosts(step, environment),
                needs: self.order.needs[index].iter().map(|need| first + need).collect(),
                clean_ups: clean_ups.into_iter().map(|other| first + other).collect(),
                is_clean_up: self.order.is_clean_up(index),
            }
        };
        steps.iter().enumerate().map(node).collect()
    }

    /// The hosts of a step, each once.
    fn hosts(&self, step: &Step, environment: &Environment) -> Vec<String> {
        let own = self.document.environments.get(&environment.name);
        let mut hosts: Vec<String> = Vec::new();
        for name in &step.hosts.0 {
            let group = own.and_then(|own| own.hosts.get(name)).or_else(|| self.document.hosts.get(name));
            let named = group.map_or_else(|| vec![name.clone()], |group| group.0.clone());
            for host in named {
                if !hosts.contains(&host) {
                    hosts.push(host);
                }
            }
        }
        hosts
    }
}

impl Graph {
    /// Checks that no two environments use the same resource in the same place: they run side by side.
    fn environments_stand_apart(&self) -> Result<(), String> {
        for late in 0..self.nodes.len() {
            for early in
                (0..late).filter(|early| self.nodes[*early].environment != self.nodes[late].environment)
            {
                let resources = &self.step(early).resources.0;
                let shared = self.step(late).resources.0.iter().find(|resource| resources.contains(resource));
                let takes_turns =
                    self.limit(late).is_some_and(|limit| limit.1 == 1 && self.limit(early) == Some(limit));
                if let Some((shared, place)) =
                    shared.zip(self.shared_place(early, late)).filter(|_| !takes_turns)
                {
                    let names = format!("{} and {}", self.nodes[early].name, self.nodes[late].name);
                    return Err(format!(
                        "{names} would use {shared} on {place} at the same time: run one environment after the other"
                    ));
                }
            }
        }
        Ok(())
    }

    /// A place where both nodes run.
    fn shared_place(&self, one: usize, other: usize) -> Option<&str> {
        if self.nodes[one].is_here() && self.nodes[other].is_here() {
            return Some("this machine");
        }
        self.nodes[one].hosts.iter().find(|host| self.nodes[other].hosts.contains(host)).map(String::as_str)
    }

    /// The step of a node.
    pub fn step(&self, node: usize) -> &Step {
        &self.plan.document.steps.0[self.nodes[node].step].1
    }

    /// Whether other steps refer to what came of a node.
    pub(super) fn is_used(&self, node: usize) -> bool {
        let steps = &self.plan.document.steps.0;
        let own = &steps[self.nodes[node].step].0;
        let is = |reference: &Reference| matches!(reference, Reference::Step { step: Some(step), .. } if step == own);
        steps.iter().any(|(_, step)| references(step).any(is))
    }

    /// The class of a node's step and how many of it may run at the same time.
    pub fn limit(&self, node: usize) -> Option<(&str, usize)> {
        let class = self.step(node).class.as_deref();
        class.zip(super::order::limit(&self.plan.document, class))
    }
}

#[cfg(test)]
mod tests;
