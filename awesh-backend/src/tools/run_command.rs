//! `run_command`: proposes a command for the user's session and tells the model what came of it.

use agents::{Context, Resolution, ToolSpec};
use awesh_protocol::Outcome;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{NOT_PLAIN, Tool, count, is_plain, one_line, text};
use crate::gate::caps;

pub(super) fn tool() -> Tool {
    let spec = ToolSpec {
        name: "run_command",
        description: "Proposes one bash command line for the user's own session. It runs if the user, or a rule of \
                      theirs, allows it; the user may also edit or decline it. Returns its exit status and the end \
                      of its output, or that it did not run. For what only reads, prefer look.",
        parameters: json!({
            "type": "object",
            "properties": {
                "command": {"type": "string", "description": "The command line, as it would be typed."},
                "explanation": {"type": "string", "description": "Why, in one short sentence for the user."}
            },
            "required": ["command", "explanation"]
        }),
    };
    Tool { spec, call }
}

fn call<'a>(arguments: &'a Value, context: &'a Context) -> BoxFuture<'a, String> {
    Box::pin(async move {
        let command = match text(arguments, "command") {
            Ok(command) => command,
            Err(missing) => return missing,
        };
        propose(command, arguments["explanation"].as_str().unwrap_or_default(), context).await
    })
}

/// Proposes a command and tells what came of it.
pub(super) async fn propose(command: &str, explanation: &str, context: &Context) -> String {
    if !is_plain(command) {
        return NOT_PLAIN.to_owned();
    }
    match context.user.propose(command, explanation).await {
        Resolution::Declined => {
            let summary = format!("{}: declined", one_line(command));
            context.user.tool_finished("run_command", &summary, false).await;
            "The user declined the command; it did not run.".to_owned()
        }
        Resolution::Denied(why) => {
            let summary = format!("{}: denied, {why}", one_line(command));
            context.user.tool_finished("run_command", &summary, false).await;
            format!(
                "The command was not proposed, as it is denied ({why}). Do not propose it in another form."
            )
        }
        Resolution::Ran(outcome) => {
            let (status, lines) = (outcome.status, count(outcome.output.lines().count()));
            let summary = format!("{} (status {status}, {lines})", one_line(&outcome.command));
            context.user.tool_finished("run_command", &summary, status == 0).await;
            describe(command, &outcome)
        }
    }
}

fn describe(proposed: &str, outcome: &Outcome) -> String {
    /// Leaves room for the lines around it below the cap of a result.
    const OUTPUT: usize = caps::RESULT - 4 * 1024;
    let mut text = String::new();
    if outcome.command != proposed {
        text.push_str(&format!("The user edited the command to: {}\n", caps::head(&outcome.command, 2048)));
    }
    text.push_str(&format!("exit status: {}\n", outcome.status));
    text.push_str(&format!("duration: {} ms\n", outcome.duration_ms));
    text.push_str(&format!("directory afterwards: {}\n", outcome.directory));
    if outcome.output.trim().is_empty() {
        text.push_str("It printed nothing.\n");
    } else {
        text.push_str(&format!("<output>\n{}\n</output>\n", caps::tail(outcome.output.trim_end(), OUTPUT)));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use agents::testing::context;

    use super::super::tests::call;
    use super::*;

    #[tokio::test]
    async fn what_could_hide_a_part_of_itself_is_not_proposed() {
        let (context, screen) = context("", Path::new("/"));
        let told = call("run_command", r#"{"command":"rm -rf x\u001b[2K\rls"}"#, &context).await;
        assert!(told.contains("control characters"), "{told}");
        assert_eq!(screen.shown(), "");
    }

    #[tokio::test]
    async fn what_came_of_it_is_told() {
        let (context, screen) = context("", Path::new("/"));
        let arguments = r#"{"command":"ls -l","explanation":"Looks."}"#;
        assert_eq!(
            call("run_command", arguments, &context).await,
            "The user declined the command; it did not run."
        );
        let ran = |command: &str, output: &str| {
            Resolution::Ran(Outcome {
                command: command.into(),
                status: 2,
                duration_ms: 5,
                output: output.into(),
                directory: "/tmp".into(),
                ..Outcome::default()
            })
        };
        screen.resolve(ran("ls -l", "a\nb\n"));
        assert_eq!(
            call("run_command", arguments, &context).await,
            "exit status: 2\nduration: 5 ms\ndirectory afterwards: /tmp\n<output>\na\nb\n</output>\n"
        );
        screen.resolve(ran("ls -a", ""));
        let told = call("run_command", arguments, &context).await;
        assert!(told.starts_with("The user edited the command to: ls -a\n"), "{told}");
        assert!(told.ends_with("It printed nothing.\n"), "{told}");
        assert!(screen.shown().starts_with("[propose ls -l: Looks.]"));
    }
}
