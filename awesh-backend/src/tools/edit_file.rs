//! `edit_file`: replaces a text in a file, or writes a file whole; the user sees what changes before it does, and
//! can take it back.

use std::fs;
use std::path::{Path, PathBuf};

use agents::{Context, SeenFiles, Stamp, ToolSpec};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use similar::TextDiff;

use super::{Tool, one_line, resolve, text};
use crate::edits::{Edit, Edits};
use crate::permission::path::keeps_secrets;

/// Bytes of a file that is edited.
const LARGEST: u64 = 2 * 1024 * 1024;

pub(super) fn tool() -> Tool {
    let spec = ToolSpec {
        name: "edit_file",
        description: "Edits a text file on the user's machine: replaces old_text, which must occur exactly once, by \
                      new_text; or writes the whole content, also of a new file. The user sees the change first \
                      and may decline it. Read a file before you edit it.",
        parameters: json!({
            "type": "object",
            "properties": {
                "path": {"type": "string", "description": "The path; relative ones begin at the working directory."},
                "old_text": {"type": "string", "description": "The text to replace, exactly as it stands there."},
                "new_text": {"type": "string", "description": "What takes its place."},
                "content": {"type": "string", "description": "The whole new content, in place of old_text and new_text."},
                "explanation": {"type": "string", "description": "Why, in one short sentence for the user."}
            },
            "required": ["path", "explanation"]
        }),
    };
    Tool { spec, call }
}

fn call<'a>(arguments: &'a Value, context: &'a Context) -> BoxFuture<'a, String> {
    Box::pin(async move {
        let path = match text(arguments, "path") {
            Ok(path) => path,
            Err(missing) => return missing,
        };
        let change = match Change::read(arguments) {
            Ok(change) => change,
            Err(why) => return why,
        };
        let shown = one_line(path);
        let edited = match draft(resolve(path, context), change, context).await {
            Ok(draft) => agreed(&shown, draft, arguments, context).await,
            Err(why) => Err(why),
        };
        match edited {
            Ok(edit) => {
                let summary =
                    format!("{shown} (edit {}; awes undo {} takes it back)", edit.number, edit.number);
                context.user.tool_finished("edit_file", &summary, true).await;
                "The file was edited.".to_owned()
            }
            Err(why) => {
                context.user.tool_finished("edit_file", &format!("{shown}: {why}"), false).await;
                format!("The file was not edited: {why}.")
            }
        }
    })
}

/// What is to be done to a file.
enum Change {
    Replace { old: String, new: String },
    Whole(String),
}

impl Change {
    fn read(arguments: &Value) -> Result<Self, String> {
        let given = |name: &str| arguments[name].as_str().map(str::to_owned);
        match (given("old_text").filter(|old| !old.is_empty()), given("new_text"), given("content")) {
            (Some(old), Some(new), None) => Ok(Self::Replace { old, new }),
            (None, _, Some(content)) => Ok(Self::Whole(content)),
            _ => Err("Give old_text and new_text, or content.".to_owned()),
        }
    }

    fn apply(self, before: &str) -> Result<String, String> {
        match self {
            Self::Whole(content) => Ok(content),
            Self::Replace { old, new } => match before.matches(&old).count() {
                1 => Ok(before.replacen(&old, &new, 1)),
                0 => Err("old_text does not occur in it".to_owned()),
                count => Err(format!("old_text occurs {count} times in it; give more of what is around it")),
            },
        }
    }
}

/// An edit that the user has not seen yet.
struct Draft {
    path: PathBuf,
    before: Option<(String, Stamp)>,
    after: String,
}

async fn draft(path: PathBuf, change: Change, context: &Context) -> Result<Draft, String> {
    let files = context.files.clone();
    let drafted = tokio::task::spawn_blocking(move || prepare(&path, change, &files)).await;
    drafted.map_err(|error| error.to_string())?
}

fn prepare(path: &Path, change: Change, files: &SeenFiles) -> Result<Draft, String> {
    let path = real_path(path).map_err(|error| error.to_string())?;
    if keeps_secrets(&path) {
        return Err("it may hold secrets; propose a command that changes what is needed".to_owned());
    }
    let Some((before, stamp)) = read(&path)? else {
        return match change {
            Change::Whole(content) => Ok(Draft { path, before: None, after: content }),
            Change::Replace { .. } => Err("there is no such file".to_owned()),
        };
    };
    match (files.seen(&path), &change) {
        (Some(seen), _) if seen != stamp => {
            return Err("it changed since it was read; read it again".to_owned());
        }
        (None, Change::Whole(_)) => return Err("it was not read yet, and would be overwritten".to_owned()),
        _ => {}
    }
    let after = change.apply(&before)?;
    if after == before {
        return Err("nothing would change".to_owned());
    }
    Ok(Draft { path, before: Some((before, stamp)), after })
}

/// Where a path leads, also if there is no file there yet.
fn real_path(path: &Path) -> std::io::Result<PathBuf> {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Err(_), Some(parent), Some(name)) if path.symlink_metadata().is_err() => {
            Ok(parent.canonicalize()?.join(name))
        }
        (real, ..) => real,
    }
}

/// The text of a file; none where there is no file.
fn read(path: &Path) -> Result<Option<(String, Stamp)>, String> {
    let Ok(metadata) = fs::metadata(path) else { return Ok(None) };
    if !metadata.is_file() {
        return Err("it is no regular file".to_owned());
    }
    if metadata.len() > LARGEST {
        return Err("it is too large".to_owned());
    }
    let content = fs::read(path).map_err(|error| error.to_string())?;
    let text = String::from_utf8(content).ok().filter(|text| !text.contains('\0'));
    Ok(Some((text.ok_or("it is binary")?, Stamp::of(&metadata))))
}

/// Shows the user what changes, and does it if he agrees.
async fn agreed(shown: &str, draft: Draft, arguments: &Value, context: &Context) -> Result<Edit, String> {
    let before = draft.before.as_ref().map_or("", |(before, _)| before);
    let diff = TextDiff::from_lines(before, &draft.after).unified_diff().context_radius(3).to_string();
    let explanation = arguments["explanation"].as_str().unwrap_or_default();
    let path = draft.path.display().to_string();
    if !context.user.agrees_to_edit(&path, explanation, &diff).await {
        return Err(format!("the user declined the edit of {shown}"));
    }
    let (edits, files) = (Edits::new(&context.state), context.files.clone());
    let done = tokio::task::spawn_blocking(move || {
        let before = draft.before.as_ref().map(|(before, stamp)| (before.as_bytes(), *stamp));
        let edit = edits.apply(&draft.path, before, draft.after.as_bytes())?;
        files.see(&draft.path, Stamp::of(&fs::metadata(&draft.path)?));
        Ok::<_, std::io::Error>(edit)
    });
    done.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use agents::testing::context;
    use serde_json::json;

    use super::super::tests::call;
    use super::*;

    #[tokio::test]
    async fn an_edit_is_shown_done_and_can_be_taken_back() {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        fs::write(at.join("real"), "one\ntwo\nthree\n").unwrap();
        std::os::unix::fs::symlink("real", at.join("link")).unwrap();
        let (context, screen) = context("", at);
        let arguments =
            json!({"path": "link", "old_text": "two\n", "new_text": "2\n", "explanation": "Shorter."})
                .to_string();
        assert!(call("edit_file", &arguments, &context).await.contains("the user declined"));
        assert!(screen.shown().contains("-two\n+2\n"), "{}", screen.shown());
        screen.answer("y");
        assert_eq!(call("edit_file", &arguments, &context).await, "The file was edited.");
        assert_eq!(fs::read_to_string(at.join("real")).unwrap(), "one\n2\nthree\n");
        assert!(at.join("link").is_symlink());
        Edits::new(&context.state).undo(None, false).unwrap();
        assert_eq!(fs::read_to_string(at.join("link")).unwrap(), "one\ntwo\nthree\n");
    }

    #[tokio::test]
    async fn a_file_is_written_whole_if_it_is_new_or_was_read_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let (context, screen) = context("", at);
        let whole =
            |content: &str| json!({"path": "new", "content": content, "explanation": "x"}).to_string();
        screen.answer("y");
        assert_eq!(call("edit_file", &whole("a\n"), &context).await, "The file was edited.");
        screen.answer("y");
        assert_eq!(call("edit_file", &whole("b\n"), &context).await, "The file was edited.");
        fs::write(at.join("new"), "the user's own\n").unwrap();
        assert!(call("edit_file", &whole("c\n"), &context).await.contains("changed since it was read"));
        assert_eq!(call("read_file", r#"{"path":"new"}"#, &context).await, "the user's own\n");
        screen.answer("y");
        assert_eq!(call("edit_file", &whole("c\n"), &context).await, "The file was edited.");
    }

    #[tokio::test]
    async fn what_cannot_be_edited_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        for (name, content) in
            [("binary", &b"a\0"[..]), ("latin", b"\xff"), ("id_rsa", b"key"), ("twice", b"a a")]
        {
            fs::write(at.join(name), content).unwrap();
        }
        let (context, screen) = context("", at);
        for (path, old, why) in [
            ("binary", "a", "it is binary"),
            ("latin", "a", "it is binary"),
            ("id_rsa", "k", "may hold secrets"),
            ("twice", "a", "occurs 2 times"),
            ("twice", "b", "does not occur"),
            ("gone", "a", "no such file"),
            (".", "a", "no regular file"),
        ] {
            let arguments =
                json!({"path": path, "old_text": old, "new_text": "x", "explanation": "x"}).to_string();
            let told = call("edit_file", &arguments, &context).await;
            assert!(told.starts_with("The file was not edited: ") && told.contains(why), "{path}: {told}");
        }
        let whole = json!({"path": "twice", "content": "x", "explanation": "x"}).to_string();
        assert!(call("edit_file", &whole, &context).await.contains("not read yet"));
        assert!(!screen.shown().contains("[edit "), "{}", screen.shown());
        assert_eq!(
            call("edit_file", r#"{"path":"x"}"#, &context).await,
            "Give old_text and new_text, or content."
        );
    }
}
