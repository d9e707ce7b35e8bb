//! The order of a plan's steps, and whether it makes sense: checked before anything runs, and pure.
//!
//! A step comes after those it needs and those whose outputs it refers to. A step that another names in its
//! `on_failure` comes after that one's failure, and never else.

use std::collections::BTreeSet;

use super::document::{Document, OnFailure, Step};
use super::problem::{Problem, meant};
use super::reference::{Field, Reference};

/// The class whose limit holds where the plan says nothing.
const HEAVY: &str = "heavy";

/// The order of the steps, which are told by their place in the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Order {
    /// What each step waits for.
    pub needs: Vec<Vec<usize>>,
    /// The steps after whose failure each runs, if it is there for that.
    pub cleans_up: Vec<Vec<usize>>,
    /// All that comes before each.
    before: Vec<BTreeSet<usize>>,
}

impl Order {
    /// Finds the order of a plan.
    ///
    /// # Errors
    ///
    /// The first thing for which it cannot be run.
    pub(super) fn of(document: &Document) -> Result<Self, Problem> {
        let steps = &document.steps.0;
        let mut order = Self { cleans_up: vec![Vec::new(); steps.len()], ..Self::default() };
        for (at, (name, step)) in steps.iter().enumerate() {
            order.needs.push(needs(document, name, step)?);
            if let OnFailure::CleanUp(names) = &step.on_failure {
                for clean_up in names {
                    let index = index(document, clean_up).map_err(|what| Problem::of_step(name, &what))?;
                    order.cleans_up[index].push(at);
                }
            }
        }
        order.clean_ups_stand_apart(document)?;
        order.before = order.without_cycles(document)?;
        order.clean_ups_know_what_they_use(document)?;
        order.all_can_run(document)?;
        order.resources_are_used_in_turn(document)?;
        Ok(order)
    }

    /// Whether a step is there for failures alone.
    pub fn is_clean_up(&self, step: usize) -> bool {
        !self.cleans_up[step].is_empty()
    }

    /// The steps in the order in which they could begin, those that could begin together in one list.
    pub fn levels(&self) -> Vec<Vec<usize>> {
        let mut levels: Vec<Vec<usize>> = Vec::new();
        for step in (0..self.needs.len()).filter(|step| !self.is_clean_up(*step)) {
            let depth = self.depth(step);
            levels.resize_with(levels.len().max(depth + 1), Vec::new);
            levels[depth].push(step);
        }
        levels
    }

    /// The length of the longest way to a step.
    fn depth(&self, step: usize) -> usize {
        // What comes before each is known, and so is how many of them follow each other.
        let mut depths = vec![0; self.needs.len()];
        let mut steps: Vec<usize> = self.before[step].iter().copied().chain([step]).collect();
        steps.sort_by_key(|step| self.before[*step].len());
        for step in &steps {
            depths[*step] = self.needs[*step].iter().map(|need| depths[*need] + 1).max().unwrap_or(0);
        }
        depths[step]
    }

    fn clean_ups_stand_apart(&self, document: &Document) -> Result<(), Problem> {
        for (at, (name, step)) in document.steps.0.iter().enumerate() {
            let own = &document.steps.0;
            if let Some(of) = self.cleans_up[at].first() {
                let of = &own[*of].0;
                if !step.needs.0.is_empty() || step.background || step.on_failure != OnFailure::Stop {
                    let what = format!(
                        "it runs where {of} fails, after it and in its place: needs, background and on_failure are not for it"
                    );
                    return Err(Problem::of_step(name, &what));
                }
            } else if let Some(need) = self.needs[at].iter().find(|need| self.is_clean_up(**need)) {
                let (need, of) = (&own[*need].0, &own[self.cleans_up[*need][0]].0);
                let what = format!("it can never run: it needs {need}, which runs only where {of} fails");
                return Err(Problem::of_step(name, &what));
            }
        }
        Ok(())
    }

    /// All that comes before each step.
    fn without_cycles(&self, document: &Document) -> Result<Vec<BTreeSet<usize>>, Problem> {
        let mut before: Vec<Option<BTreeSet<usize>>> = vec![None; self.needs.len()];
        for start in 0..self.needs.len() {
            // The way to a step, and which of its needs comes next.
            let mut way: Vec<(usize, usize)> = vec![(start, 0)];
            while let Some((step, next)) = way.last_mut() {
                let step = *step;
                let Some(need) = self.needs[step].get(*next).copied() else {
                    let own = self.needs[step].iter();
                    let all =
                        own.flat_map(|need| before[*need].iter().flatten().copied().chain([*need])).collect();
                    before[step] = Some(all);
                    way.pop();
                    continue;
                };
                *next += 1;
                if let Some(at) = way.iter().position(|(step, _)| *step == need) {
                    let circle = way[at..].iter().rev().map(|(step, _)| *step);
                    return Err(cycle(document, circle.collect()));
                }
                if before[need].is_none() {
                    way.push((need, 0));
                }
            }
        }
        Ok(before.into_iter().map(Option::unwrap_or_default).collect())
    }

    fn clean_ups_know_what_they_use(&self, document: &Document) -> Result<(), Problem> {
        for (at, (name, step)) in document.steps.0.iter().enumerate().filter(|(at, _)| self.is_clean_up(*at))
        {
            let used = used_steps(step).filter_map(|used| index(document, used).ok());
            let is_known = |used: &usize| {
                self.cleans_up[at].iter().all(|of| of == used || self.before[*of].contains(used))
            };
            if let Some(unknown) = used.into_iter().find(|used| !is_known(used)) {
                let (unknown, of) =
                    (&document.steps.0[unknown].0, &document.steps.0[self.cleans_up[at][0]].0);
                let what = format!("it uses what came of {unknown}, which need not have run when {of} fails");
                return Err(Problem::of_step(name, &what));
            }
        }
        Ok(())
    }

    fn all_can_run(&self, document: &Document) -> Result<(), Problem> {
        for (name, step) in &document.steps.0 {
            let Some(when) = &step.when else { continue };
            for (other, others) in &document.steps.0 {
                let (step, label) = (Some(other.clone()), None);
                let failed = Reference::Step { step, label, field: Field::Failed };
                let ends_all = others.on_failure != OnFailure::Continue;
                if ends_all && when.requires(&failed) {
                    let what = format!(
                        "it can never run: where {other} fails, nothing after it does; \
                         on_failure: continue of {other}, or on_failure: {name}, would let it"
                    );
                    return Err(Problem::of_step(name, &what));
                }
            }
        }
        Ok(())
    }

    fn resources_are_used_in_turn(&self, document: &Document) -> Result<(), Problem> {
        let steps = &document.steps.0;
        for (late, (name, step)) in steps.iter().enumerate() {
            for (early, (other, others)) in steps.iter().enumerate().take(late) {
                let shared = step.resources.0.iter().find(|resource| others.resources.0.contains(resource));
                let Some(shared) = shared else { continue };
                let takes_turns = step.class.is_some()
                    && step.class == others.class
                    && limit(document, step.class.as_deref()) == Some(1);
                if !takes_turns && self.may_overlap(early, late) {
                    let what = format!(
                        "it and {other} may run at the same time, and both use {shared}: let one need the other"
                    );
                    return Err(Problem::of_step(name, &what));
                }
            }
        }
        Ok(())
    }

    /// Whether two steps may run at the same time.
    fn may_overlap(&self, one: usize, other: usize) -> bool {
        let follows = |one: usize, other: usize| {
            one == other || self.before[one].contains(&other) || self.before[other].contains(&one)
        };
        // What cleans up runs in the place of the step that failed.
        let places =
            |step: usize| if self.is_clean_up(step) { self.cleans_up[step].clone() } else { vec![step] };
        places(one).iter().any(|one| places(other).iter().any(|other| !follows(*one, *other)))
    }
}

/// How many steps of a class may run at the same time; of a class without a limit as many as there are.
pub(super) fn limit(document: &Document, class: Option<&str>) -> Option<usize> {
    let class = class?;
    document.limits.get(class).copied().or((class == HEAVY).then_some(1))
}

/// The place of a step.
pub(super) fn index(document: &Document, name: &str) -> Result<usize, String> {
    let found = document.steps.names().position(|own| own == name);
    found.ok_or_else(|| format!("there is no step {name}{}", meant(name, document.steps.names())))
}

/// The steps whose outputs a step uses.
fn used_steps(step: &Step) -> impl Iterator<Item = &str> {
    references(step).filter_map(|reference| match reference {
        Reference::Step { step: Some(step), .. } => Some(step.as_str()),
        _ => None,
    })
}

/// All that a step refers to.
pub(super) fn references(step: &Step) -> impl Iterator<Item = &Reference> {
    let conditions = step.when.iter().chain(&step.until).flat_map(|condition| condition.references());
    step.commands.iter().flat_map(|command| command.line.references()).chain(conditions)
}

/// What a step waits for: what it says, and what it uses.
fn needs(document: &Document, name: &str, step: &Step) -> Result<Vec<usize>, Problem> {
    let is_clean_up = document.steps.0.iter().any(|(_, other)| {
        matches!(&other.on_failure, OnFailure::CleanUp(names) if names.iter().any(|own| own == name))
    });
    // What cleans up follows the step that failed, and with it all that is before that one.
    let used: Vec<&str> = if is_clean_up { Vec::new() } else { used_steps(step).collect() };
    let mut needs = Vec::new();
    for need in step.needs.0.iter().map(String::as_str).chain(used) {
        let index = index(document, need).map_err(|what| Problem::of_step(name, &what))?;
        if !needs.contains(&index) {
            needs.push(index);
        }
    }
    Ok(needs)
}

/// What is said of steps that wait for each other, in the order in which they would have to run.
fn cycle(document: &Document, mut circle: Vec<usize>) -> Problem {
    // It begins with the one that stands first.
    let first = circle.iter().enumerate().min_by_key(|(_, step)| **step).map_or(0, |(at, _)| at);
    circle.rotate_left(first);
    circle.extend(circle.first().copied());
    let names: Vec<&str> = circle.iter().map(|step| document.steps.0[*step].0.as_str()).collect();
    let what = format!("the steps wait for each other: {}", names.join(" → "));
    Problem::of_step(names[0], &what)
}
