//! The prompt's text, from facts already known. Pure.
//!
//! The first line is a list of parts with colons between them. Where it would be wider than the terminal, the
//! directory is shortened first, then long names, and then parts go, the least needed first.

use super::git::{Git, Head};
use super::kube::Kube;
use super::width::{shorten, visible, width};
use super::work_tree::WorkTree;
use super::{BackendState, PromptText, Session, Style};

/// The facts that took reading.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// None where the answer is not there yet.
    pub(super) git: Option<Git>,
    /// None where the answer is not there yet.
    pub(super) kube: Option<Kube>,
    pub(super) work_tree: Option<WorkTree>,
}

/// So many columns a name keeps before whole parts are dropped.
const NAME_COLUMNS: usize = 24;

/// So many columns the directory keeps before names are shortened.
const DIRECTORY_COLUMNS: usize = 16;

/// What a part of the line is about, the most needed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Topic {
    State,
    Directory,
    Context,
    Status,
    Branch,
    Namespace,
    User,
    Environment,
    Jobs,
}

/// A stretch of one colour. The name in it, if any, may be shortened.
struct Span {
    colour: &'static str,
    mark: &'static str,
    name: String,
    tail: String,
}

/// A part of the line.
struct Part {
    topic: Topic,
    spans: Vec<Span>,
}

impl Part {
    fn new(topic: Topic, colour: &'static str, mark: &'static str, name: String) -> Self {
        Self { topic, spans: vec![Span { colour, mark, name, tail: String::new() }] }
    }

    fn width(&self) -> usize {
        self.spans.iter().map(|span| width(span.mark) + width(&span.name) + width(&span.tail)).sum()
    }
}

/// The marks before names.
struct Marks {
    starting: &'static str,
    ready: &'static str,
    failed: &'static str,
    context: &'static str,
    namespace: &'static str,
    branch: &'static str,
    environment: &'static str,
    status: &'static str,
    jobs: &'static str,
    ahead: char,
    behind: char,
    gap: &'static str,
}

const EMOJI: Marks = Marks {
    starting: "🤖",
    ready: "🧠",
    failed: "💀",
    context: "☸\u{fe0f}",
    namespace: "☸\u{fe0f}",
    branch: "🌿",
    environment: "🐍",
    status: "✗",
    jobs: "⚙",
    ahead: '↑',
    behind: '↓',
    gap: "…",
};

const ASCII: Marks = Marks {
    starting: "~",
    ready: "+",
    failed: "x",
    context: "k8s=",
    namespace: "ns=",
    branch: "git=",
    environment: "py=",
    status: "exit=",
    jobs: "jobs=",
    ahead: '^',
    behind: 'v',
    gap: "...",
};

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const BLUE: &str = "\x1b[34m";
const MAGENTA: &str = "\x1b[35m";
const CYAN: &str = "\x1b[36m";
const ALARM: &str = "\x1b[1;97;41m";
const PLAIN: &str = "";
const RESET: &str = "\x1b[0m";

/// Writes the prompt.
pub(super) fn text(session: &Session<'_>, style: &Style, facts: &Facts) -> PromptText {
    let marks = if style.ascii { &ASCII } else { &EMOJI };
    let mut parts = parts(session, style, facts, marks);
    fit(&mut parts, style.columns.saturating_sub(2), marks.gap);
    render(&parts, style.colour)
}

fn parts(session: &Session<'_>, style: &Style, facts: &Facts, marks: &'static Marks) -> Vec<Part> {
    let shown = |text: &str| visible(text, style.ascii);
    let mut parts = Vec::with_capacity(10);
    let state = match session.backend {
        BackendState::Starting => marks.starting,
        BackendState::Ready => marks.ready,
        BackendState::Failed => marks.failed,
    };
    parts.push(Part::new(Topic::State, PLAIN, state, String::new()));
    let mut who = Part::new(Topic::User, if session.is_root { RED } else { GREEN }, "", shown(session.user));
    who.spans.push(Span { colour: PLAIN, mark: "@", name: String::new(), tail: String::new() });
    who.spans.push(Span { colour: CYAN, mark: "", name: shown(session.host), tail: String::new() });
    parts.push(who);
    parts.push(Part::new(Topic::Directory, BLUE, "", shown(&directory(session))));
    if let Some(environment) = environment(session) {
        parts.push(Part::new(Topic::Environment, YELLOW, marks.environment, shown(&environment)));
    }
    push_kube(&mut parts, facts, style, marks);
    push_git(&mut parts, facts, style, marks);
    if session.jobs > 0 {
        parts.push(Part::new(Topic::Jobs, YELLOW, marks.jobs, session.jobs.to_string()));
    }
    if session.status != 0 {
        parts.push(Part::new(Topic::Status, RED, marks.status, session.status.to_string()));
    }
    parts
}

fn push_kube(parts: &mut Vec<Part>, facts: &Facts, style: &Style, marks: &'static Marks) {
    match &facts.kube {
        Some(Kube::Context { name, namespace }) => {
            let colour = if style.is_protected(name) { ALARM } else { MAGENTA };
            parts.push(Part::new(Topic::Context, colour, marks.context, visible(name, style.ascii)));
            if let Some(namespace) = namespace {
                let name = visible(namespace, style.ascii);
                parts.push(Part::new(Topic::Namespace, MAGENTA, marks.namespace, name));
            }
        }
        Some(Kube::Unknown) => parts.push(Part::new(Topic::Context, MAGENTA, marks.context, "?".to_owned())),
        Some(Kube::None) | None => {}
    }
}

fn push_git(parts: &mut Vec<Part>, facts: &Facts, style: &Style, marks: &'static Marks) {
    let head = match &facts.git {
        Some(Git::Head(head)) => head,
        Some(Git::Unknown) => {
            return parts.push(Part::new(Topic::Branch, GREEN, marks.branch, "?".to_owned()));
        }
        Some(Git::None) | None => return,
    };
    let name = visible(&head.name, style.ascii);
    let mut part = Part::new(Topic::Branch, GREEN, marks.branch, name);
    part.spans[0].tail = branch_tail(head, facts.work_tree, marks);
    parts.push(part);
}

/// What is said of a branch behind its name.
fn branch_tail(head: &Head, work_tree: Option<WorkTree>, marks: &Marks) -> String {
    let mut tail = String::new();
    if head.bare {
        tail.push_str("|BARE");
    }
    if head.unborn {
        tail.push_str("|UNBORN");
    }
    if let Some(operation) = &head.operation {
        tail.push('|');
        tail.push_str(operation);
    }
    let work_tree = work_tree.unwrap_or_default();
    if work_tree.changed {
        tail.push('*');
    }
    for (count, mark) in [(work_tree.ahead, marks.ahead), (work_tree.behind, marks.behind)] {
        if count > 0 {
            tail.push(mark);
            tail.push_str(&count.to_string());
        }
    }
    tail
}

/// The directory, with `~` for the home directory.
fn directory(session: &Session<'_>) -> String {
    let home = (session.variable)("HOME").filter(|home| home.len() > 1 && home.starts_with('/'));
    match home.as_deref().and_then(|home| session.directory.strip_prefix(home).ok()) {
        Some(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
        Some(rest) => format!("~/{}", rest.to_string_lossy()),
        None => session.directory.to_string_lossy().into_owned(),
    }
}

/// The name of the active Python environment.
fn environment(session: &Session<'_>) -> Option<String> {
    let set = |name: &str| (session.variable)(name).filter(|value| !value.is_empty());
    let virtual_env = || {
        let path = set("VIRTUAL_ENV")?;
        // `.venv` says nothing; the directory it is in does.
        let mut names = path.rsplit('/').filter(|name| !matches!(*name, "" | ".venv" | "venv" | "env"));
        names.next().map(str::to_owned)
    };
    virtual_env().or_else(|| set("CONDA_DEFAULT_ENV").filter(|name| name != "base"))
}

/// Makes the line fit into so many columns.
fn fit(parts: &mut Vec<Part>, columns: usize, gap: &str) {
    shorten_names(parts, columns, gap, |topic| topic == Topic::Directory, DIRECTORY_COLUMNS);
    shorten_names(parts, columns, gap, |topic| topic != Topic::Directory, NAME_COLUMNS);
    while excess(parts, columns) > 0 && parts.len() > 1 {
        let Some(least) = parts.iter().map(|part| part.topic).max() else { break };
        parts.retain(|part| part.topic != least);
        shorten_names(parts, columns, gap, |topic| topic <= Topic::Directory, 2);
    }
    if excess(parts, columns) > 0 {
        parts.clear();
    }
}

/// Shortens the names of some parts, the least needed first, as far as is needed but not below `least`.
fn shorten_names(parts: &mut [Part], columns: usize, gap: &str, which: fn(Topic) -> bool, least: usize) {
    let mut order: Vec<usize> = (0..parts.len()).filter(|index| which(parts[*index].topic)).collect();
    order.sort_by_key(|index| std::cmp::Reverse(parts[*index].topic));
    for index in order {
        for span in 0..parts[index].spans.len() {
            let excess = excess(parts, columns);
            let name = &mut parts[index].spans[span].name;
            let room = width(name).saturating_sub(excess).max(least);
            if excess > 0 && room < width(name) {
                *name = shorten(name, room, gap);
            }
        }
    }
}

/// By how many columns the line is too wide.
fn excess(parts: &[Part], columns: usize) -> usize {
    let colons = parts.len().saturating_sub(1);
    let line = parts.iter().map(Part::width).sum::<usize>() + colons;
    line.saturating_sub(columns)
}

fn render(parts: &[Part], colour: bool) -> PromptText {
    let mut text = PromptText { raw: String::with_capacity(128), styled: String::with_capacity(256) };
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            text.push(":");
        }
        for span in &part.spans {
            let coloured = colour && !span.colour.is_empty();
            text.styled.push_str(if coloured { span.colour } else { "" });
            for piece in [span.mark, &span.name, &span.tail] {
                text.push(piece);
            }
            text.styled.push_str(if coloured { RESET } else { "" });
        }
    }
    if !parts.is_empty() {
        text.push("\n");
    }
    text.push("> ");
    text
}

impl PromptText {
    fn push(&mut self, piece: &str) {
        self.raw.push_str(piece);
        self.styled.push_str(piece);
    }
}
