//! A plan as it is written: YAML in which everything has a name, and what is not known is refused where it stands.
//!
//! Here a plan is only read. Whether its names mean anything and its order makes sense is for [`graph`](super::graph).

use std::path::Path;
use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::fields::{Named, Short, Texts, is_name, parsed, short_or_long, some_time, time};
use super::line::Line;
use super::problem::Problem;
use super::when::Condition;

/// A plan.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a plan: at least steps, each with run")]
pub struct Document {
    /// What it is for, in words.
    #[serde(default)]
    pub description: String,
    /// Variables and their values.
    #[serde(default)]
    pub vars: Named<String>,
    /// Hosts by name: what `ssh` would take, one or many.
    #[serde(default)]
    pub hosts: Named<Texts>,
    /// How many steps of a class may run at the same time.
    #[serde(default)]
    pub limits: Named<usize>,
    /// Where the whole of it can run, side by side.
    #[serde(default)]
    pub environments: Named<Environment>,
    /// The steps.
    pub steps: Named<Step>,
}

/// Where a plan can run.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "an environment: protected, vars, hosts")]
pub struct Environment {
    /// Whether its name has to be typed before anything is changed there.
    pub protected: bool,
    /// Variables that are different here.
    pub vars: Named<String>,
    /// Hosts that are different here.
    pub hosts: Named<Texts>,
}

/// A step.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a step: at least run")]
pub struct Step {
    /// What it is for, in words.
    #[serde(default)]
    pub description: String,
    /// Where it runs: names of `hosts`, or what `ssh` takes; on this machine if there are none.
    #[serde(default, alias = "host")]
    pub hosts: Texts,
    /// What it runs, one after the other, up to the first that fails.
    #[serde(alias = "run", deserialize_with = "commands")]
    pub commands: Vec<Command>,
    /// The steps that have to succeed before.
    #[serde(default)]
    pub needs: Texts,
    /// The condition without which it is skipped.
    #[serde(default, deserialize_with = "condition")]
    pub when: Option<Condition>,
    /// How often it is tried.
    #[serde(default, deserialize_with = "retry")]
    pub retry: Option<Retry>,
    /// The condition that ends polling: until it holds, the step is tried again.
    #[serde(default, deserialize_with = "condition")]
    pub until: Option<Condition>,
    /// How long it may take with all its attempts.
    #[serde(default, deserialize_with = "some_time")]
    pub timeout: Option<Duration>,
    /// Whether nothing waits for it but the end.
    #[serde(default)]
    pub background: bool,
    /// What happens if it fails.
    #[serde(default, deserialize_with = "on_failure")]
    pub on_failure: OnFailure,
    /// What no other step may use at the same time.
    #[serde(default)]
    pub resources: Texts,
    /// The class whose limit holds for it.
    #[serde(default)]
    pub class: Option<String>,
    /// Whether it may be run again where it is not known how far it came.
    #[serde(default)]
    pub idempotent: bool,
}

/// A command of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its name in references and reports: its number where it has none.
    pub label: String,
    /// The line.
    pub line: Line,
    /// How long it may take.
    pub timeout: Option<Duration>,
}

/// How often a step is tried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retry {
    /// Attempts in all; none is as many as there is time for.
    pub attempts: Option<u32>,
    /// Between the first two.
    pub delay: Duration,
    /// What the delay is multiplied with each time.
    pub backoff: f64,
}

/// What happens if a step fails.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// Nothing more begins in its environment.
    #[default]
    Stop,
    /// All goes on.
    Continue,
    /// These steps run, one after the other; then nothing more begins.
    CleanUp(Vec<String>),
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: None, delay: Duration::from_secs(1), backoff: 1.0 }
    }
}

impl Retry {
    /// The longest that backing off makes a delay.
    const LONGEST: Duration = Duration::from_secs(60);

    /// The delay before an attempt, the second being number 1.
    pub fn delay_before(&self, attempt: u32) -> Duration {
        let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
        let seconds = self.delay.as_secs_f64() * self.backoff.powi(exponent);
        Duration::try_from_secs_f64(seconds).unwrap_or(Self::LONGEST).min(Self::LONGEST.max(self.delay))
    }
}

impl Document {
    /// Reads a plan.
    ///
    /// # Errors
    ///
    /// If it is none; the first thing that is wrong, with its line.
    pub fn parse(text: &str, file: &Path) -> Result<Self, Problem> {
        let document: Self = serde_yaml::from_str(text).map_err(|error| Problem::of_yaml(&error, file))?;
        if document.steps.0.is_empty() {
            return Err(Problem::new("a plan without steps does nothing".to_owned()).of(file, text));
        }
        Ok(document)
    }
}

fn condition<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Condition>, D::Error> {
    parsed(deserializer, |text| Condition::parse(text).map(Some))
}

fn retry<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Retry>, D::Error> {
    short_or_long(deserializer).map(Some)
}

fn on_failure<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OnFailure, D::Error> {
    let Texts(texts) = Texts::deserialize(deserializer)?;
    Ok(match texts.as_slice() {
        [word] if word == "stop" => OnFailure::Stop,
        [word] if word == "continue" => OnFailure::Continue,
        [] => return Err(D::Error::custom("name at least one step, or stop or continue")),
        _ => OnFailure::CleanUp(texts),
    })
}

fn commands<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Command>, D::Error> {
    Commands::deserialize(deserializer).map(|Commands(commands)| commands)
}

/// One command or a list of them.
struct Commands(Vec<Command>);

impl<'de> Deserialize<'de> for Commands {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> serde::de::Visitor<'de> for OneOrMany {
            type Value = Commands;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a line, or a list of lines or of label, run and timeout")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Commands, E> {
                let command = Command::short(text)?;
                Ok(Commands(vec![Command { label: "1".to_owned(), ..command }]))
            }

            fn visit_bool<E: Error>(self, truth: bool) -> Result<Commands, E> {
                // The commands `true` and `false`.
                self.visit_str(&truth.to_string())
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Commands, A::Error> {
                let mut commands: Vec<Command> = Vec::new();
                while let Some(mut command) = list.next_element::<Command>()? {
                    if command.label.is_empty() {
                        command.label = (commands.len() + 1).to_string();
                    }
                    if commands.iter().any(|other| other.label == command.label) {
                        return Err(A::Error::custom(format!("two commands are labelled {}", command.label)));
                    }
                    commands.push(command);
                }
                if commands.is_empty() {
                    return Err(A::Error::custom("there is no command"));
                }
                Ok(Commands(commands))
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        short_or_long(deserializer)
    }
}

/// A command written out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LongCommand {
    #[serde(default)]
    label: String,
    #[serde(deserialize_with = "line")]
    run: Line,
    #[serde(default, deserialize_with = "some_time")]
    timeout: Option<Duration>,
}

fn line<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Line, D::Error> {
    parsed(deserializer, Line::parse)
}

impl<'de> Short<'de> for Command {
    const EXPECTED: &'static str = "a line, or label, run and timeout";
    type Long = LongCommand;

    fn short<E: Error>(text: &str) -> Result<Self, E> {
        Ok(Self { label: String::new(), line: Line::parse(text).map_err(E::custom)?, timeout: None })
    }

    fn long<E: Error>(long: LongCommand) -> Result<Self, E> {
        if !long.label.is_empty() && !is_name(&long.label) {
            return Err(E::custom(format!(
                "{:?} is no label: letters, digits, _ and - make one",
                long.label
            )));
        }
        Ok(Self { label: long.label, line: long.run, timeout: long.timeout })
    }
}

/// Attempts written out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LongRetry {
    #[serde(default)]
    attempts: Option<u32>,
    #[serde(default = "usual_delay", deserialize_with = "time")]
    delay: Duration,
    #[serde(default = "no_backoff")]
    backoff: f64,
}

fn usual_delay() -> Duration {
    Retry::default().delay
}

fn no_backoff() -> f64 {
    Retry::default().backoff
}

impl<'de> Short<'de> for Retry {
    const EXPECTED: &'static str = "a number of attempts, or attempts, delay and backoff";
    type Long = LongRetry;

    fn short<E: Error>(text: &str) -> Result<Self, E> {
        let attempts = text.parse().map_err(|_| E::custom(format!("{text:?} is no number of attempts")))?;
        Self::long(LongRetry { attempts: Some(attempts), delay: usual_delay(), backoff: no_backoff() })
    }

    fn long<E: Error>(long: LongRetry) -> Result<Self, E> {
        if long.attempts == Some(0) {
            return Err(E::custom("attempts begin at 1"));
        }
        if !(1.0..=10.0).contains(&long.backoff) {
            return Err(E::custom("backoff is between 1 (the delay stays as it is) and 10"));
        }
        Ok(Self { attempts: long.attempts, delay: long.delay, backoff: long.backoff })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Document, Problem> {
        Document::parse(text, Path::new("plan.yaml"))
    }

    #[test]
    fn a_plan_is_read() {
        let document = parse(
            "description: all of it\n\
             vars: {tag: 1.10, empty: }\n\
             hosts: {web: [a, b], db: c}\n\
             limits: {heavy: 2}\n\
             environments:\n  production: {protected: true, hosts: {web: p}}\n\
             steps:\n  \
               one: {run: 'true', host: web}\n  \
               two:\n    \
                 commands: [ls, {label: df, run: df -h, timeout: 5s}]\n    \
                 hosts: [web, db]\n    \
                 needs: one\n    \
                 retry: {attempts: 3, delay: 500ms, backoff: 2}\n    \
                 until: self.stdout contains 'ok'\n    \
                 timeout: 1m30s\n    \
                 on_failure: [three]\n  \
               three: {run: true, retry: 4, on_failure: continue, class: heavy, background: true}\n",
        )
        .unwrap();
        assert_eq!(document.vars.get("tag").unwrap(), "1.10");
        assert_eq!(document.vars.get("empty").unwrap(), "");
        assert_eq!(document.hosts.get("web").unwrap().0, ["a", "b"]);
        let two = document.steps.get("two").unwrap();
        let labels: Vec<_> = two.commands.iter().map(|command| command.label.as_str()).collect();
        assert_eq!(labels, ["1", "df"]);
        assert_eq!(two.timeout, Some(Duration::from_secs(90)));
        let retry = two.retry.unwrap();
        let delays: Vec<_> = (1..5).map(|attempt| retry.delay_before(attempt).as_millis()).collect();
        assert_eq!(delays, [500, 1000, 2000, 4000]);
        assert_eq!(retry.delay_before(u32::MAX), Retry::LONGEST);
        assert_eq!(two.on_failure, OnFailure::CleanUp(vec!["three".to_owned()]));
        let three = document.steps.get("three").unwrap();
        assert_eq!((three.commands[0].line.text.as_str(), &three.on_failure), ("true", &OnFailure::Continue));
        assert_eq!(document.steps.names().collect::<Vec<_>>(), ["one", "two", "three"]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_what_is_allowed() {
        let step = |field: &str| format!("steps:\n  one:\n    run: ls\n    {field}\n");
        let mut wrong = Vec::new();
        for (text, where_, why) in [
            (
                step("comand: ls"),
                "plan.yaml:4:5",
                "steps.one: unknown field `comand`, expected one of `description`",
            ),
            (step("comand: ls"), "plan.yaml:4:5", "did you mean commands?"),
            (step("when: vars.a = 1"), "plan.yaml:4:11", "steps.one.when: '=' means nothing in a condition"),
            (step("timeout: soon"), "plan.yaml:4:14", "\"soon\" is no time: 500ms, 2s, 1m30s and 1h are"),
            (step("timeout: 0"), "plan.yaml:4:14", "there is nothing that takes no time"),
            (step("retry: {attempts: 0}"), "plan.yaml:4:12", "attempts begin at 1"),
            (
                step("retry: {tries: 1}"),
                "plan.yaml:4:13",
                "unknown field `tries`, expected one of `attempts`",
            ),
            (step("retry: many"), "plan.yaml:4:12", "\"many\" is no number of attempts"),
            (step("background: maybe"), "plan.yaml:4:17", "expected a boolean"),
            (step("commands: [ls]"), "plan.yaml:3:5", "steps.one: duplicate field `commands`"),
            (step("host: {a: b}"), "plan.yaml:4:11", "expected a text or a list of texts"),
            ("steps:\n  one:\n    run: echo '${vars.a}'\n".into(), "plan.yaml:3:10", "within single quotes"),
            ("steps:\n  one:\n    run: []\n".into(), "plan.yaml:3:10", "there is no command"),
            (
                "steps:\n  one:\n    run: [{label: a b, run: ls}]".into(),
                "plan.yaml:3:11",
                "\"a b\" is no label",
            ),
            ("steps:\n  a:\n    run: ls\n  a:\n    run: ls\n".into(), "plan.yaml:4:3", "a is there twice"),
            ("steps:\n  a b:\n    run: ls\n".into(), "plan.yaml:2:3", "\"a b\" is no name"),
            ("steps:\n  a: {}\n".into(), "plan.yaml:2:6", "steps.a: missing field `commands`"),
            ("steps:\n  a: {run: ls\n".into(), "plan.yaml:", "did not find expected"),
            ("steps: {}\n".into(), "plan.yaml", "a plan without steps does nothing"),
            (String::new(), "plan.yaml:1:1", "missing field `steps`"),
            (
                "- run: ls\n".into(),
                "plan.yaml:1:1",
                "invalid type: sequence, expected a plan: at least steps",
            ),
            ("steps: {a: ls}".into(), "plan.yaml:1:12", "expected a step: at least run"),
            (
                "limits: {heavy: -1}\nsteps: {a: {run: ls}}\n".into(),
                "plan.yaml:1:17",
                "invalid type: integer `-1`",
            ),
        ] {
            let problem = parse(&text).unwrap_err().to_string();
            if !problem.starts_with(where_) || !problem.contains(why) {
                wrong.push(format!("{text}\n{problem}\nnot {where_}: {why}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    }
}
