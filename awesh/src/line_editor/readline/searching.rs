//! The history searched: as the text is typed, or for a text that is typed first.

use super::line::Line;
use super::past::go;
use super::{Mode, Reading, Readline};

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Backwards,
    Forwards,
}

/// A search whose text is typed while it goes on.
#[derive(Debug, Clone)]
pub(super) struct Search {
    wanted: String,
    direction: Direction,
    failed: bool,
    /// What was on the line before, and from where in the history it was.
    before: (Line, usize),
}

/// A text to be searched for, as far as it is typed.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    sign: char,
    wanted: String,
    direction: Direction,
}

impl Search {
    /// What stands in front of the line that is found.
    pub(super) fn prompt(&self) -> String {
        let failed = if self.failed { "failed " } else { "" };
        let reverse = if self.direction == Direction::Backwards { "reverse-" } else { "" };
        format!("({failed}{reverse}i-search)`{}': ", self.wanted)
    }
}

/// `reverse-search-history`, `forward-search-history`
pub(super) fn begin(editor: &mut Readline, direction: Direction) {
    let before = (editor.line.clone(), editor.past.at());
    editor.reading =
        Some(Reading::Search(Search { wanted: String::new(), direction, failed: false, before }));
}

/// Takes a key that means `function`; whether it belongs to the search. Else the search has ended.
pub(super) fn on_function(editor: &mut Readline, mut search: Search, function: &'static str) -> bool {
    match function {
        "self-insert" => {
            search.wanted.push(editor.key);
            find(editor, &mut search, false);
        }
        "backward-delete-char" => {
            search.wanted.pop();
            find(editor, &mut search, false);
        }
        "reverse-search-history" | "forward-search-history" => {
            let backwards = function == "reverse-search-history";
            let direction = if backwards { Direction::Backwards } else { Direction::Forwards };
            let turns = std::mem::replace(&mut search.direction, direction) != direction;
            let first = search.wanted.is_empty();
            if first {
                search.wanted = editor.last_search.clone();
            }
            find(editor, &mut search, !first && !turns);
        }
        "abort" => {
            let (line, at) = search.before;
            if editor.past.at() != at {
                go(editor, at);
            }
            editor.line = line;
            editor.ring();
            return true;
        }
        _ => {
            editor.last_search = search.wanted;
            return false;
        }
    }
    editor.reading = Some(Reading::Search(search));
    true
}

/// Goes to the nearest line with the text; to the next one, where `further` says so.
fn find(editor: &mut Readline, search: &mut Search, further: bool) {
    if search.wanted.is_empty() {
        search.failed = false;
        return;
    }
    let found = within_line(&editor.line, search, further).map(|point| (editor.past.at(), point));
    let found = found.or_else(|| in_entries(editor, search));
    search.failed = found.is_none();
    match found {
        Some((at, point)) => {
            if at != editor.past.at() {
                go(editor, at);
            }
            editor.line.point = point;
        }
        None => editor.ring(),
    }
}

fn within_line(line: &Line, search: &Search, further: bool) -> Option<usize> {
    let point = line.point;
    let mut places = line.text.match_indices(&search.wanted).map(|(at, _)| at);
    match search.direction {
        Direction::Backwards => places.filter(|&at| at < point || (at == point && !further)).last(),
        Direction::Forwards => places.find(|&at| at > point || (at == point && !further)),
    }
}

fn in_entries(editor: &Readline, search: &Search) -> Option<(usize, usize)> {
    let (at, entries) = (editor.past.at(), editor.past.entries());
    let other =
        |index: &usize| entries[*index] != editor.line.text && entries[*index].contains(&search.wanted);
    let found = match search.direction {
        Direction::Backwards => (0..at).rev().find(other)?,
        Direction::Forwards => (at + 1..entries.len()).find(other)?,
    };
    let entry = &entries[found];
    let place = match search.direction {
        Direction::Backwards => entry.rfind(&search.wanted),
        Direction::Forwards => entry.find(&search.wanted),
    };
    place.map(|point| (found, point))
}

impl Pattern {
    /// What is shown in place of the line.
    pub(super) fn shown(&self) -> (String, usize) {
        let text = format!("{}{}", self.sign, self.wanted);
        let end = text.len();
        (text, end)
    }
}

/// `non-incremental-reverse-search-history` and its like: asks what for.
pub(super) fn ask(editor: &mut Readline, direction: Direction, sign: char) {
    editor.reading = Some(Reading::Pattern(Pattern { sign, wanted: String::new(), direction }));
}

/// Takes a key of the text.
pub(super) fn on_pattern(editor: &mut Readline, mut pattern: Pattern, key: char) {
    match key {
        '\r' | '\n' => {
            if !pattern.wanted.is_empty() {
                editor.last_search = pattern.wanted;
            }
            editor.vi.searches = pattern.direction;
            return again(editor, pattern.direction);
        }
        '\x08' | '\x7f' if pattern.wanted.is_empty() => return editor.ring(),
        '\x08' | '\x7f' => drop(pattern.wanted.pop()),
        '\x15' => pattern.wanted.clear(),
        '\x07' | '\x1b' => return editor.ring(),
        _ => pattern.wanted.push(key),
    }
    editor.reading = Some(Reading::Pattern(pattern));
}

/// `non-incremental-reverse-search-history-again` and its like
pub(super) fn again(editor: &mut Readline, direction: Direction) {
    let (at, entries) = (editor.past.at(), editor.past.entries());
    let wanted = editor.last_search.clone();
    let is = |index: &usize| match wanted.strip_prefix('^') {
        Some(beginning) => entries[*index].starts_with(beginning),
        None => entries[*index].contains(&wanted),
    };
    let found = match direction {
        _ if wanted.is_empty() => None,
        Direction::Backwards => (0..at).rev().find(is),
        Direction::Forwards => (at + 1..entries.len()).find(is),
    };
    match found {
        Some(found) => {
            go(editor, found);
            editor.line.point = 0;
        }
        None => editor.ring(),
    }
    if editor.mode != Mode::Command {
        editor.line.mark = editor.line.text.len();
    }
}

impl Direction {
    /// The other way.
    pub(super) fn opposite(self) -> Self {
        if self == Self::Backwards { Self::Forwards } else { Self::Backwards }
    }
}
