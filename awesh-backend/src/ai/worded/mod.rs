//! Calls in words: for models that cannot be given tools, or that write their calls into their text.
//!
//! The tools are described in the instructions ([`instructions`]), a call is a fenced block at the end of the
//! text, and its result comes back as a message ([`in_words`]). Small models get the form wrong in ways that
//! leave no doubt about what is meant: those are repaired ([`repair`]); anything else is told to the model, once.
//!
//! [`Reader`] takes the calls out of the text while it streams, so that they are not shown as an answer.

mod reader;
mod repair;

use std::fmt::Write;

use agents::ToolSpec;

pub(super) use reader::Reader;
pub(super) use repair::repair;

use crate::conversation::Step;

/// How calls come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// By the API. One that stands in the text nevertheless is taken where it is marked as one.
    Native,
    /// In words only.
    Worded,
}

/// The instructions with those on how to call the tools in words.
pub(crate) fn instructions(instructions: &str, tools: &[ToolSpec]) -> String {
    let mut text = format!(
        "{instructions}\n\nYou have tools. To use one, end your message with exactly one block of this form, \
         and write nothing after it:\n\
         ```tool\n{{\"tool\": \"NAME\", \"arguments\": {{…}}}}\n```\n\
         The block is JSON: double quotes, and \\n for a new line within a text. What came of it is in the next \
         message. A message without such a block is your final answer.\n\nThe tools:\n"
    );
    for tool in tools {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "- {}: {} Arguments, as JSON schema: {}",
            tool.name, tool.description, tool.parameters
        );
    }
    text
}

/// A step as it reads in words: the call as the model would write it, its results as what it is told.
pub(crate) fn in_words(step: &Step) -> Step {
    let mut text = step.text.clone();
    for call in &step.calls {
        let separator = if text.is_empty() { "" } else { "\n\n" };
        let arguments = repair(&call.arguments).map_or_else(|_| "{}".to_owned(), |value| value.to_string());
        let _ = write!(
            text,
            "{separator}```tool\n{{\"tool\": {}, \"arguments\": {arguments}}}\n```",
            serde_json::Value::from(call.name.as_str())
        );
    }
    let results = step.calls.iter().zip(&step.results);
    let told = results.map(|(call, result)| format!("What {} answered:\n{}", call.name, result.content));
    let reply = told.chain(step.reply.clone()).collect::<Vec<_>>().join("\n\n");
    Step { text, reply: Some(reply), ..Step::default() }
}

#[cfg(test)]
mod tests {
    use agents::{ToolCall, ToolResult};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_step_reads_as_the_instructions_say() {
        let call = ToolCall { id: "a".into(), name: "look".into(), arguments: r#"{"path":"/x"}"#.into() };
        let step = Step {
            text: "I will look.".into(),
            calls: vec![call],
            results: vec![ToolResult { id: "a".into(), content: "nothing".into() }],
            thinking: vec![json!("hm")],
            reply: None,
        };
        let worded = in_words(&step);
        let block = "```tool\n{\"tool\": \"look\", \"arguments\": {\"path\":\"/x\"}}\n```";
        assert_eq!(worded.text, format!("I will look.\n\n{block}"));
        assert_eq!(worded.reply.as_deref(), Some("What look answered:\nnothing"));
        assert!(worded.calls.is_empty() && worded.results.is_empty() && worded.thinking.is_empty());
        let tool = ToolSpec { name: "look", description: "Looks.", parameters: json!({"type": "object"}) };
        assert!(
            instructions("Be brief.", &[tool])
                .ends_with("- look: Looks. Arguments, as JSON schema: {\"type\":\"object\"}\n")
        );
    }
}
