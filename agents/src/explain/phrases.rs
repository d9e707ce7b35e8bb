//! Which questions ask why the last command failed: a table of phrases.

use crate::words::Words;

const PHRASES: [(&str, ()); 17] = [
    ("why did [that|this|it|the] [last] [command] fail|failed|break|crash|stop|die|abort", ()),
    ("why has|is [that|this|it|the] [last] [command] failed|failing|broken", ()),
    ("why does|did [that|this|it|the] [last] [command] not work", ()),
    ("why didn't|doesn't|didnt|doesnt [that|this|it|the] [last] [command] work", ()),
    ("why", ()),
    ("how come", ()),
    ("why [that|the|this] error|failure|message", ()),
    ("what [just] happened [there|just]", ()),
    ("what went wrong [there]", ()),
    ("what is|was wrong", ()),
    ("what is|was the problem|matter|error|reason|cause", ()),
    ("what failed", ()),
    ("what does|did that|this|it|the [error|message|output] [message] mean", ()),
    ("what does that|this|it say", ()),
    ("explain|describe [me] [that|this|it|the] [last] [error|failure|message|output|problem] [message]", ()),
    ("what is|was that|this [error|failure|message]", ()),
    ("[that|this|the] error|failure", ()),
];

/// Whether a question asks for the last failure and nothing else.
pub(super) fn asks_for_failure(text: &str) -> bool {
    Words::of(text, "").look_up(&PHRASES).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_about_the_last_failure() {
        for question in [
            "why did that fail?",
            "Why did it fail",
            "why did the last command fail?",
            "why?",
            "what happened?",
            "what just happened",
            "explain the error",
            "explain that error message please",
            "what does this mean?",
            "what does that error mean?",
            "what went wrong?",
            "what's wrong?",
            "why doesn't it work?",
            "can you explain this error",
        ] {
            assert!(asks_for_failure(question), "{question}");
        }
    }

    #[test]
    fn what_asks_for_more_is_not() {
        for question in [
            "why did the deployment fail?",
            "why is the sky blue?",
            "what does this function mean?",
            "explain tar",
            "what happened to the web pod?",
            "fix it",
            "why did that fail on staging?",
            "what is wrong with the cluster?",
            "",
        ] {
            assert!(!asks_for_failure(question), "{question}");
        }
    }
}
