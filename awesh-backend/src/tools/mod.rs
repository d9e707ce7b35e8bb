//! The tools a model may call: a table. Each row says what the model is told of a tool, and does what it asks.
//!
//! What a tool answers is for the model and passes the gate in [`talk`](crate::talk); each call is a step that the
//! user can look up.

mod ask_user;
mod capabilities;
mod edit_file;
mod kubernetes;
mod look;
mod read_file;
mod run_command;
mod search_files;
mod ssh;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use agents::{Context, ToolCall, ToolResult, ToolSpec, Toolbox};
use async_trait::async_trait;
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::steps::{Step, Steps};

/// Tools that change something or speak with the user: one after the other. All others only look.
const ALONE: [&str; 5] = ["run_command", "kubectl_change", "edit_file", "ask_user", "hosts"];

/// Tools that tell the model nothing that others wrote, or whose screen sees to it.
const TRUSTED: [&str; 4] = ["run_command", "look", "edit_file", "ask_user"];

/// A tool.
struct Tool {
    spec: ToolSpec,
    /// Does what the arguments ask, and answers the model.
    call: for<'a> fn(&'a Value, &'a Context) -> BoxFuture<'a, String>,
}

/// All tools.
pub(crate) struct Table {
    tools: Vec<Tool>,
    steps: Steps,
}

impl Table {
    /// The table.
    pub(crate) fn new() -> Self {
        let mut tools = vec![
            run_command::tool(),
            look::tool(),
            read_file::tool(),
            search_files::tool(),
            edit_file::tool(),
            ask_user::tool(),
            ssh::tool(),
            capabilities::tool(),
        ];
        tools.extend(kubernetes::tools());
        Self { tools, steps: Steps::default() }
    }

    /// What was called so far.
    pub(crate) fn steps(&self) -> &Steps {
        &self.steps
    }

    async fn answer(&self, call: &ToolCall, context: &Context) -> String {
        match self.tools.iter().find(|tool| tool.spec.name == call.name) {
            None => format!("There is no tool {}.", call.name),
            Some(tool) => match serde_json::from_str(&call.arguments) {
                Ok(arguments) => (tool.call)(&arguments, context).await,
                Err(error) => format!("The arguments are no valid JSON: {error}."),
            },
        }
    }
}

#[async_trait]
impl Toolbox for Table {
    fn specs(&self) -> Vec<ToolSpec> {
        self.tools.iter().map(|tool| tool.spec.clone()).collect()
    }

    fn is_independent(&self, name: &str) -> bool {
        !ALONE.contains(&name)
    }

    async fn call(&self, call: &ToolCall, context: &Context) -> ToolResult {
        let number = self.steps.begin();
        let mut context = Context { user: Arc::clone(&context.user).within(number), ..context.clone() };
        if let Some((directory, environment)) = context.user.session() {
            (context.question.directory, context.question.environment) = (directory, environment);
        }
        let content = self.answer(call, &context).await;
        if !TRUSTED.contains(&call.name.as_str()) {
            context.user.reads_untrusted();
        }
        let (tool, arguments) = (call.name.clone(), call.arguments.clone());
        self.steps.keep(Step { number, tool, arguments, told: content.clone() });
        ToolResult { id: call.id.clone(), content }
    }
}

/// Text from outside in one line that cannot steer the terminal.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// A text among the arguments; empty counts as missing.
fn text<'a>(arguments: &'a Value, name: &str) -> Result<&'a str, String> {
    let text = arguments[name].as_str().map(str::trim).filter(|text| !text.is_empty());
    text.ok_or_else(|| format!("The argument {name} is missing."))
}

/// How many lines, as the user is told.
fn count(lines: usize) -> String {
    if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") }
}

/// Whether a command is shown as what it is: nothing in it moves the cursor or hides a part.
fn is_plain(command: &str) -> bool {
    !command.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t'))
}

/// What the model is told of a command with control characters.
const NOT_PLAIN: &str = "It was not run: it contains control characters. Write them as escapes.";

/// The file that a path of the user's means.
fn resolve(path: &str, context: &Context) -> PathBuf {
    let home = || context.question.environment.get("HOME").filter(|home| !home.is_empty());
    match path.strip_prefix("~/").and_then(|rest| Some((home()?, rest))) {
        Some((home, rest)) => Path::new(home).join(rest),
        None => context.question.directory.join(path),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use agents::testing::context;

    use super::*;

    pub(super) async fn call(name: &str, arguments: &str, context: &Context) -> String {
        let call = ToolCall { id: "a".into(), name: name.into(), arguments: arguments.into() };
        let result = Table::new().call(&call, context).await;
        assert_eq!(result.id, "a");
        result.content
    }

    #[tokio::test]
    async fn a_call_that_cannot_be_done_is_told_to_the_model() {
        let (context, screen) = context("", Path::new("/"));
        assert_eq!(call("fly", "{}", &context).await, "There is no tool fly.");
        assert!(call("read_file", "{\"path", &context).await.contains("no valid JSON"));
        for arguments in ["{}", "[]", "null", "{\"path\":1}", "{\"path\":\" \"}"] {
            assert_eq!(call("read_file", arguments, &context).await, "The argument path is missing.");
        }
        assert_eq!(screen.shown(), "");
    }

    #[test]
    fn every_tool_describes_its_arguments() {
        for spec in Table::new().specs() {
            assert_eq!(spec.parameters["type"], "object", "{}", spec.name);
        }
    }

    #[tokio::test]
    async fn each_call_is_a_step_that_can_be_looked_up() {
        let (context, _) = context("", Path::new("/"));
        let table = Table::new();
        for path in ["/etc/hostname-that-is-not", "/"] {
            let arguments = format!(r#"{{"path":"{path}"}}"#);
            table.call(&ToolCall { id: "a".into(), name: "read_file".into(), arguments }, &context).await;
        }
        let steps = table.steps().all();
        assert_eq!(steps.iter().map(|step| step.number).collect::<Vec<_>>(), [1, 2]);
        assert!(steps[1].text().contains("it is no regular file"), "{}", steps[1].text());
    }
}
