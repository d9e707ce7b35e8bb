//! How much may leave: the beginning or the end of what is too long, with a mark where it was cut.

use agents::Context;
use awesh_protocol::{Attachment, RecentCommand};

/// Bytes of the question itself.
const QUESTION: usize = 64 * 1024;
/// Recent commands that go with a question.
const COMMANDS: usize = 20;
/// Bytes of one recent command's line and of its output.
const COMMAND: usize = 2 * 1024;
const OUTPUT: usize = 8 * 1024;
/// Bytes of all recent output together; the newest come first.
const OUTPUTS: usize = 32 * 1024;
/// Bytes of what a tool tells the model.
pub(crate) const RESULT: usize = 32 * 1024;

/// The circumstances of a question, in bounds.
pub(crate) fn bounded(mut recent: Vec<RecentCommand>) -> Vec<RecentCommand> {
    recent.drain(..recent.len().saturating_sub(COMMANDS));
    let mut left = OUTPUTS;
    for command in recent.iter_mut().rev() {
        command.command = head(&command.command, COMMAND);
        command.output = if left == 0 { String::new() } else { tail(&command.output, OUTPUT.min(left)) };
        left = left.saturating_sub(command.output.len());
    }
    recent
}

/// What of them the user lets go with a question.
pub(crate) fn attached(mut recent: Vec<RecentCommand>, attach: Attachment) -> Vec<RecentCommand> {
    match attach {
        Attachment::Nothing => recent.clear(),
        Attachment::Commands => recent.iter_mut().for_each(|command| command.output.clear()),
        Attachment::Output => {}
    }
    recent
}

/// Whether a question is short enough to be one.
pub(crate) fn fits(context: &Context) -> bool {
    context.question.text.len() <= QUESTION
}

/// The beginning of a text.
pub(crate) fn head(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let kept = &text[..text.floor_char_boundary(most)];
    format!("{kept}\n[… {} bytes left out]", text.len() - kept.len())
}

/// The end of a text, from the start of a line where one is near.
pub(crate) fn tail(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut kept = &text[text.ceil_char_boundary(text.len() - most)..];
    if let Some((_, lines)) = kept.split_once('\n').filter(|(cut, _)| cut.len() < most / 4) {
        kept = lines;
    }
    format!("[{} bytes left out …]\n{kept}", text.len() - kept.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_are_marked_and_never_within_a_character() {
        assert_eq!(head("short", 5), "short");
        assert_eq!(head("äöü", 3), "ä\n[… 4 bytes left out]");
        assert_eq!(tail("äöü", 3), "[4 bytes left out …]\nü");
        assert_eq!(tail("0123\nsecond line\n", 14), "[5 bytes left out …]\nsecond line\n");
    }

    #[test]
    fn only_what_may_go_does() {
        let command = RecentCommand { command: "a".into(), status: 0, duration_ms: 0, output: "b".into() };
        let attached = |attach| attached(vec![command.clone()], attach);
        assert!(attached(Attachment::Nothing).is_empty());
        assert_eq!(attached(Attachment::Commands)[0].output, "");
        assert_eq!(attached(Attachment::Output)[0], command);
    }

    #[test]
    fn the_newest_output_is_kept() {
        let command = |name: &str| RecentCommand {
            command: name.into(),
            status: 0,
            duration_ms: 0,
            output: "x".repeat(OUTPUT),
        };
        let recent = bounded((0..30).map(|number| command(&number.to_string())).collect());
        assert_eq!(recent.len(), COMMANDS);
        assert_eq!(recent.last().unwrap().command, "29");
        assert_eq!(recent.last().unwrap().output.len(), OUTPUT);
        assert!(recent[0].output.is_empty());
        assert!(recent.iter().map(|command| command.output.len()).sum::<usize>() <= OUTPUTS + COMMANDS * 40);
    }
}
