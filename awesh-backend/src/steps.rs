//! The steps of the answers: what was called and what the model was told of it, so that the user can look it up.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// The arguments that say what a call is about, foremost first.
const ABOUT: [&str; 5] = ["command", "path", "question", "query", "pattern"];

/// How many are kept.
const KEPT: usize = 100;

/// The last steps of a shell.
#[derive(Debug, Default)]
pub(crate) struct Steps(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    last: u64,
    steps: VecDeque<Step>,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) number: u64,
    pub(crate) tool: String,
    /// The arguments, as the model wrote them.
    pub(crate) arguments: String,
    /// What the model was told.
    pub(crate) told: String,
}

impl Steps {
    /// The number of a step that begins.
    pub(crate) fn begin(&self) -> u64 {
        let mut kept = self.lock();
        kept.last += 1;
        kept.last
    }

    /// Keeps a step that has ended.
    pub(crate) fn keep(&self, step: Step) {
        let mut kept = self.lock();
        kept.steps.push_back(step);
        let surplus = kept.steps.len().saturating_sub(KEPT);
        kept.steps.drain(..surplus);
    }

    /// The step of this number, if it is still kept.
    pub(crate) fn step(&self, number: u64) -> Option<Step> {
        self.lock().steps.iter().find(|step| step.number == number).cloned()
    }

    /// All that are kept, by their numbers.
    pub(crate) fn all(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = self.lock().steps.iter().cloned().collect();
        steps.sort_by_key(|step| step.number);
        steps
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Step {
    /// In one line: what it was about.
    pub(crate) fn line(&self) -> String {
        const WIDTH: usize = 60;
        let arguments: Value = serde_json::from_str(&self.arguments).unwrap_or_default();
        let about = ABOUT.iter().find_map(|name| arguments[name].as_str()).unwrap_or(&self.arguments);
        let words = about.split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = words.chars().take(WIDTH).collect();
        let cut = if short.len() < words.len() { "…" } else { "" };
        format!("{:3}  {}  {short}{cut}\n", self.number, self.tool)
    }

    /// All of it.
    pub(crate) fn text(&self) -> String {
        format!("step {}: {} {}\n\n{}\n", self.number, self.tool, self.arguments, self.told.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_steps_are_kept_by_their_numbers() {
        let steps = Steps::default();
        let step = |number| Step { number, tool: "look".into(), arguments: "{}".into(), told: "x\n".into() };
        let numbers: Vec<u64> = (0..KEPT + 5).map(|_| steps.begin()).collect();
        // They end in another order than they began.
        numbers.iter().rev().for_each(|number| steps.keep(step(*number)));
        assert_eq!(steps.all().len(), KEPT);
        assert_eq!(steps.all()[0].number, 1);
        assert_eq!(steps.step(KEPT as u64 + 1), None);
        assert_eq!(steps.step(3).unwrap().text(), "step 3: look {}\n\nx\n");
    }

    #[test]
    fn a_step_is_told_in_a_line_of_what_it_was_about() {
        for (arguments, about) in [
            (r#"{"command":"ls -l\n| wc","explanation":"Counts."}"#.to_owned(), "ls -l | wc".to_owned()),
            (r#"{"new_text":"b","old_text":"a","path":"app.conf"}"#.to_owned(), "app.conf".to_owned()),
            (format!(r#"{{"question":"{}"}}"#, "é".repeat(70)), format!("{}…", "é".repeat(60))),
            ("{\"path".to_owned(), "{\"path".to_owned()),
        ] {
            let step = Step { number: 7, tool: "tool".into(), arguments, told: String::new() };
            assert_eq!(step.line(), format!("  7  tool  {about}\n"));
        }
    }
}
