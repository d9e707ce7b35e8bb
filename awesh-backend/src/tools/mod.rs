//! The tools a model may call: a table. Each row says what the model is told of a tool, and does what it asks.
//!
//! What a tool answers is for the model and passes the gate in [`talk`](crate::talk).

mod kubernetes;
mod read_file;
mod run_command;

use agents::{Context, ToolCall, ToolResult, ToolSpec, Toolbox};
use async_trait::async_trait;
use futures_util::future::BoxFuture;
use serde_json::Value;

/// A tool.
struct Tool {
    spec: ToolSpec,
    /// Does what the arguments ask, and answers the model.
    call: for<'a> fn(&'a Value, &'a Context) -> BoxFuture<'a, String>,
}

/// All tools.
pub(crate) struct Table(Vec<Tool>);

impl Table {
    /// The table.
    pub(crate) fn new() -> Self {
        let mut tools = vec![run_command::tool(), read_file::tool()];
        tools.extend(kubernetes::tools());
        Self(tools)
    }
}

#[async_trait]
impl Toolbox for Table {
    fn specs(&self) -> Vec<ToolSpec> {
        self.0.iter().map(|tool| tool.spec.clone()).collect()
    }

    async fn call(&self, call: &ToolCall, context: &Context) -> ToolResult {
        let content = match self.0.iter().find(|tool| tool.spec.name == call.name) {
            None => format!("There is no tool {}.", call.name),
            Some(tool) => match serde_json::from_str(&call.arguments) {
                Ok(arguments) => (tool.call)(&arguments, context).await,
                Err(error) => format!("The arguments are no valid JSON: {error}."),
            },
        };
        ToolResult { id: call.id.clone(), content }
    }
}

/// Text from outside in one line that cannot steer the terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// A text among the arguments; empty counts as missing.
fn text<'a>(arguments: &'a Value, name: &str) -> Result<&'a str, String> {
    let text = arguments[name].as_str().map(str::trim).filter(|text| !text.is_empty());
    text.ok_or_else(|| format!("The argument {name} is missing."))
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
}
