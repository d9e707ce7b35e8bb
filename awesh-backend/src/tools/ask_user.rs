//! `ask_user`: asks what only the user knows.

use agents::{Context, ToolSpec};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{Tool, one_line, text};

pub(super) fn tool() -> Tool {
    let spec = ToolSpec {
        name: "ask_user",
        description: "Asks the user one question and returns the answer. Only for what cannot be found out and \
                      matters for what to do next.",
        parameters: json!({
            "type": "object",
            "properties": {
                "question": {"type": "string", "description": "The question, in one or two sentences."},
                "choices": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "Likely answers, at most 9, for the user to pick from; any other answer is possible, too."
                }
            },
            "required": ["question"]
        }),
    };
    Tool { spec, call }
}

fn call<'a>(arguments: &'a Value, context: &'a Context) -> BoxFuture<'a, String> {
    /// As many as there are keys for them.
    const CHOICES: usize = 9;
    Box::pin(async move {
        let question = match text(arguments, "question") {
            Ok(question) => question,
            Err(missing) => return missing,
        };
        let choices = arguments["choices"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let choices: Vec<String> = choices.take(CHOICES).map(one_line).collect();
        match context.user.ask(question, &choices).await {
            Some(answer) => {
                context.user.tool_finished("ask_user", &one_line(question), true).await;
                format!("The user answers: {answer}")
            }
            None => {
                context.user.tool_finished("ask_user", "no answer", false).await;
                "The user gave no answer. Go on without it, or say what is missing.".to_owned()
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use agents::testing::context;

    use super::super::tests::call;

    #[tokio::test]
    async fn the_answer_is_told() {
        let (context, screen) = context("", Path::new("/"));
        screen.answer("blue");
        let arguments = r#"{"question":"Which?","choices":["red","blue",3]}"#;
        assert_eq!(call("ask_user", arguments, &context).await, "The user answers: blue");
        assert!(screen.shown().starts_with("[ask Which? [\"red\", \"blue\"]]"), "{}", screen.shown());
        assert!(call("ask_user", arguments, &context).await.contains("no answer"));
    }
}
