//! A command line in colours while it is typed: what [`highlight`](crate::highlight) sees in it.

use crate::highlight::{Word, parts};
use crate::router::CommandKind;

const RESET: &str = "\x1b[0m";

/// The line with colours. `kind` says what a name is where a command is due; `cursor` is where a name may not be whole.
pub fn paint(line: &str, cursor: usize, kind: impl Fn(&str) -> Option<CommandKind>) -> String {
    let mut text = String::with_capacity(line.len() * 2);
    let mut end = 0;
    for (range, word) in parts(line, None, Some(cursor), kind).spans {
        text.push_str(&line[end..range.start]);
        text.extend([colour(word), &line[range.clone()], RESET]);
        end = range.end;
    }
    text.push_str(&line[end..]);
    text
}

fn colour(word: Word) -> &'static str {
    match word {
        Word::Keyword => "\x1b[35m",
        Word::Command => "\x1b[32m",
        Word::Unknown => "\x1b[31m",
        Word::String => "\x1b[33m",
        Word::Variable => "\x1b[34m",
        Word::Operator => "\x1b[1m",
        Word::Comment => "\x1b[90m",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line with a letter for each colour.
    fn painted(line: &str) -> String {
        let kind = |word: &str| match word {
            "if" | "then" | "fi" | "for" => Some(CommandKind::Keyword),
            "echo" | "cd" => Some(CommandKind::Builtin),
            "ls" | "grep" | "sudo" => Some(CommandKind::File),
            _ => None,
        };
        let mut text = paint(line, line.len(), kind);
        for (sequence, letter) in [
            (colour(Word::Keyword), "{k:"),
            (colour(Word::Command), "{c:"),
            (colour(Word::Unknown), "{u:"),
            (colour(Word::String), "{s:"),
            (colour(Word::Variable), "{v:"),
            (colour(Word::Operator), "{o:"),
            (colour(Word::Comment), "{#:"),
            (RESET, "}"),
        ] {
            text = text.replace(sequence, letter);
        }
        text
    }

    #[test]
    fn words_have_the_colour_of_what_they_are() {
        for (line, expected) in [
            ("ls -la", "{c:ls} -la"),
            ("lss x", "{u:lss} x"),
            ("lss", "lss"),
            ("echo 'a b' \"c $x\" $HOME/x # no", "{c:echo} {s:'a b'} {s:\"c $x\"} {v:$HOME}/x {#:# no}"),
            ("ls|grep x>out 2>&1", "{c:ls}{o:|}{c:grep} x{o:>}out 2{o:>&}1"),
            ("if ls; then echo; fi", "{k:if} {c:ls}{o:;} {k:then} {c:echo}{o:;} {k:fi}"),
            ("X=1 Y=\"a\" ls", "X=1 Y={s:\"a\"} {c:ls}"),
            ("(cd /tmp && ls)", "{o:(}{c:cd} /tmp {o:&&} {c:ls}{o:)}"),
            ("echo a#b ${x:-y} $? $", "{c:echo} a#b {v:${x:-y}} {v:$?} $"),
            ("echo 'open", "{c:echo} {s:'open}"),
            ("my\\ tool x", "my\\ tool x"),
            ("日本 é", "{u:日本} é"),
            ("", ""),
        ] {
            assert_eq!(painted(line), expected, "{line:?}");
        }
    }
}
