//! Calls out of text that streams: what may be one is held back until it is known to be one or not. Pure.

use std::sync::atomic::{AtomicU64, Ordering};

use agents::ToolCall;
use serde_json::Value;

use super::super::fault::Fault;
use super::super::turn::Whole;
use super::{Form, repair};

/// Looks for calls in the text of a turn.
#[derive(Debug, Clone)]
pub(in crate::ai) struct Reader {
    form: Form,
    /// The tools there are; without any no call is looked for.
    tools: Vec<&'static str>,
    /// Text that is not shown: the beginning of a line, or what may be a call.
    held: String,
    mark: Option<Mark>,
    /// Within a block of code that is none of ours.
    in_code: bool,
    /// What was shown.
    shown: String,
    calls: Vec<ToolCall>,
    unreadable: Option<String>,
}

/// What a call, or what may be one, began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// A fence or a tag that says it.
    Told(&'static str),
    /// A fence of any code.
    Code,
    /// JSON with nothing around it.
    Bare,
}

impl Reader {
    /// A reader for text in which these tools may be called.
    pub(in crate::ai) fn new(form: Form, tools: Vec<&'static str>) -> Self {
        Self {
            form,
            tools,
            held: String::new(),
            mark: None,
            in_code: false,
            shown: String::new(),
            calls: Vec::new(),
            unreadable: None,
        }
    }

    /// Takes text and returns what can be shown.
    pub(in crate::ai) fn push(&mut self, text: &str) -> String {
        if self.tools.is_empty() {
            self.shown.push_str(text);
            return text.to_owned();
        }
        let before = self.shown.len();
        for piece in text.split_inclusive('\n') {
            self.held.push_str(piece);
            self.look();
        }
        self.shown[before..].to_owned()
    }

    /// The text that is still held, and the turn with its calls taken out of its text.
    pub(in crate::ai) fn finish(&mut self, mut whole: Whole) -> Result<(String, Whole), Fault> {
        let before = self.shown.len();
        let cut = whole.turn.cut_by_length;
        match self.mark {
            Some(Mark::Told(_)) if cut => return Err(Fault::CutCall),
            Some(_) => self.close(),
            None => self.show(),
        }
        let rest = self.shown[before..].to_owned();
        whole.turn.calls.append(&mut self.calls);
        whole.turn.text = std::mem::take(&mut self.shown);
        if whole.turn.calls.is_empty() {
            whole.unreadable = self.unreadable.take();
        }
        Ok((rest, whole))
    }

    /// Decides about the held text, as far as it can be.
    fn look(&mut self) {
        let Some(mark) = self.mark else {
            let at_start = self.shown.is_empty() || self.shown.ends_with('\n');
            match self.begin().filter(|_| at_start) {
                Some(Begin::Perhaps) if !self.held.ends_with('\n') => {}
                Some(Begin::Is(mark)) => self.mark = Some(mark),
                _ => {
                    self.in_code ^= at_start && self.held.trim_start().starts_with("```");
                    self.show();
                }
            }
            return;
        };
        let line = self.held.lines().next_back().unwrap_or_default().trim();
        let first = self.held.lines().count() < 2;
        let ends = match mark {
            Mark::Told(end) if end.starts_with('<') => self.held.contains(end),
            Mark::Told(_) | Mark::Code => !first && line == "```" && self.held.ends_with('\n'),
            Mark::Bare => false,
        };
        if ends {
            self.close();
        }
    }

    /// What the held beginning of a line begins.
    fn begin(&self) -> Option<Begin> {
        const TAGS: [(&str, &str); 2] =
            [("<tool_call>", "</tool_call>"), ("<function_call>", "</function_call>")];
        let line = self.held.trim_start();
        if let Some((_, end)) = TAGS.iter().find(|(tag, _)| !self.in_code && line.starts_with(tag)) {
            return Some(Begin::Is(Mark::Told(end)));
        }
        if let Some(info) = line.strip_prefix("```") {
            let worded = self.form == Form::Worded && !self.in_code;
            return match info.trim_end() {
                _ if !info.ends_with('\n') => Some(Begin::Perhaps),
                "tool" | "tool_call" | "tool_code" if !self.in_code => Some(Begin::Is(Mark::Told("```"))),
                "json" | "" if worded => Some(Begin::Is(Mark::Code)),
                _ => None,
            };
        }
        if self.form == Form::Worded && !self.in_code && line.starts_with('{') {
            return Some(Begin::Is(Mark::Bare));
        }
        let may_be = |start: &str| start.starts_with(line);
        (line.is_empty() || may_be("```") || TAGS.iter().any(|(tag, _)| may_be(tag)))
            .then_some(Begin::Perhaps)
    }

    /// What was held is whole: it is a call, or text after all.
    fn close(&mut self) {
        let Some(mark) = self.mark.take() else { return };
        match (self.read(mark), mark) {
            (Ok(calls), _) => {
                self.calls.extend(calls);
                self.held.clear();
            }
            (Err(what), Mark::Told(_)) => {
                self.unreadable.get_or_insert(what);
                self.held.clear();
            }
            (Err(_), Mark::Code | Mark::Bare) => self.show(),
        }
    }

    fn read(&self, mark: Mark) -> Result<Vec<ToolCall>, String> {
        let held = self.held.trim();
        let inside = match mark {
            Mark::Bare => held,
            Mark::Told(end) if end.starts_with('<') => {
                let inside = held.split_once('>').map_or("", |(_, inside)| inside);
                inside.split(end).next().unwrap_or_default()
            }
            Mark::Told(_) | Mark::Code => {
                let inside = held.split_once('\n').map_or("", |(_, inside)| inside);
                inside.trim_end().strip_suffix("```").unwrap_or(inside)
            }
        };
        match repair(inside)? {
            Value::Array(calls) => calls.iter().map(|call| self.call(call)).collect(),
            call => Ok(vec![self.call(&call)?]),
        }
    }

    fn call(&self, call: &Value) -> Result<ToolCall, String> {
        let call = call.get("function").filter(|function| function.is_object()).unwrap_or(call);
        let name = ["tool", "name", "function"].iter().find_map(|key| call[key].as_str());
        let name = name.ok_or("it names no tool")?;
        if !self.tools.contains(&name) {
            return Err(format!("there is no tool {name}"));
        }
        let arguments = ["arguments", "parameters", "args"].iter().find_map(|key| call.get(key));
        let arguments = match arguments {
            Some(Value::String(text)) => repair(text)?.to_string(),
            Some(arguments) => arguments.to_string(),
            None => "{}".to_owned(),
        };
        /// Ids of calls that have none; none is used twice in a conversation.
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let id = format!("worded_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        Ok(ToolCall { id, name: name.to_owned(), arguments })
    }

    fn show(&mut self) {
        self.shown.push_str(&self.held);
        self.held.clear();
    }
}

/// What the beginning of a line is.
enum Begin {
    /// It may become a call's beginning.
    Perhaps,
    /// It begins what may be a call.
    Is(Mark),
}

#[cfg(test)]
mod tests {
    use agents::Turn;

    use super::*;

    /// What is shown of a text, the calls, and what is wrong with one; the same however the text is cut.
    fn read(form: Form, text: &str) -> (String, Vec<(String, String)>, Option<String>) {
        let mut all = Vec::new();
        for portion in [1, 2, 3, 7, text.len().max(1)] {
            let mut reader = Reader::new(form, vec!["look", "run"]);
            let letters: Vec<char> = text.chars().collect();
            let mut shown: String =
                letters.chunks(portion).map(|piece| reader.push(&piece.iter().collect::<String>())).collect();
            let whole = Whole { turn: Turn { text: text.into(), ..Turn::default() }, ..Whole::default() };
            let (rest, whole) = reader.finish(whole).unwrap();
            shown.push_str(&rest);
            assert_eq!(shown, whole.turn.text);
            let calls = whole.turn.calls.into_iter().map(|call| (call.name, call.arguments)).collect();
            all.push((shown, calls, whole.unreadable));
        }
        assert!(all.iter().all(|one| *one == all[0]), "{all:#?}");
        all.remove(0)
    }

    const CALL: &str = r#"{"tool": "look", "arguments": {"path": "/x"}}"#;

    #[test]
    fn calls_are_found_in_the_forms_that_models_write() {
        let argument = r#"{"path":"/x"}"#;
        for (text, shown) in [
            (format!("```tool\n{CALL}\n```"), ""),
            (format!("I look.\n\n```tool\n{CALL}\n```\n"), "I look.\n\n"),
            (format!("I look.\n```tool_call\n{CALL}"), "I look.\n"),
            (format!("```json\n{CALL}\n```"), ""),
            (format!("So:\n  {CALL}"), "So:\n"),
            ("<tool_call>\n{\"name\": \"look\", \"arguments\": {\"path\": \"/x\"}}\n</tool_call>".into(), ""),
            ("```tool\n{'tool': 'look', 'arguments': {'path': '/x',}}\n```".into(), ""),
            (r#"{"function": {"name": "look", "parameters": "{\"path\": \"/x\"}"}}"#.into(), ""),
            (
                r#"[TOOL] no
```tool
[{"name":"look","args":{"path":"/x"}}]
```"#
                    .into(),
                "[TOOL] no\n",
            ),
        ] {
            let read = read(Form::Worded, &text);
            assert_eq!(read, (shown.into(), vec![("look".into(), argument.into())], None), "{text}");
        }
    }

    #[test]
    fn text_is_shown_as_it_is() {
        for text in [
            "Plain `code` and {braces} and <tags>.\n",
            "```sh\nls -l\n```\nDone.\n",
            "```sh\n{ echo; }\n```\n{ or }",
            "```json\n{\"name\": \"web\", \"replicas\": 3}\n```\n",
            "{\"not\": \"a call\"}",
            "a ```tool b\n",
            "`",
            "",
        ] {
            assert_eq!(read(Form::Worded, text), (text.into(), vec![], None), "{text}");
        }
        // Without being marked as one, it is none where the API has calls.
        assert_eq!(read(Form::Native, CALL), (CALL.into(), vec![], None));
        assert_eq!(read(Form::Native, &format!("```tool\n{CALL}\n```")).1.len(), 1);
    }

    #[test]
    fn what_is_meant_as_a_call_and_cannot_be_read_is_said() {
        for (text, what) in [
            ("```tool\n{\"tool\": \"look\", \"arguments\": {\"path\": \"/x\n```", "not closed"),
            ("```tool\n{\"tool\": \"fly\"}\n```", "no tool fly"),
            ("<tool_call>look</tool_call>", "expected"),
        ] {
            let (_, calls, unreadable) = read(Form::Worded, text);
            assert!(calls.is_empty());
            assert!(unreadable.as_ref().is_some_and(|said| said.contains(what)), "{unreadable:?}");
        }
    }

    #[test]
    fn a_call_that_the_length_limit_cut_is_none() {
        let mut reader = Reader::new(Form::Worded, vec!["run"]);
        reader.push("```tool\n{\"tool\": \"run\", \"arguments\": {\"command\": \"rm -r /tmp/x\"");
        let turn = Turn { cut_by_length: true, ..Turn::default() };
        assert_eq!(reader.finish(Whole { turn, ..Whole::default() }), Err(Fault::CutCall));
    }
}
