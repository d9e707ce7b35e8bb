//! What stands on the screen, by a terminal emulator.

use std::num::NonZeroU16;

use awesh_protocol::{Part, Risk, Verdict};

use super::*;

const COLOURFUL: Capabilities = Capabilities { colour: true, unicode: true, dumb: false };
const DUMB: Capabilities = Capabilities { colour: false, unicode: false, dumb: true };

/// A renderer, its terminal and the clock.
struct Fixture {
    renderer: Renderer,
    columns: u16,
    written: Vec<u8>,
    now: Instant,
}

impl Fixture {
    fn new(columns: u16, capabilities: Capabilities) -> Self {
        let now = Instant::now();
        Self { renderer: Renderer::new(columns, capabilities, now), columns, written: Vec::new(), now }
    }

    fn event(&mut self, event: &Event) -> Step {
        self.renderer.event(event, self.now, &mut self.written).unwrap()
    }

    fn text(&mut self, text: &str) {
        self.event(&Event::Text { id: 1, text: text.into() });
    }

    fn done(&mut self) {
        let step = self.event(&Event::Done { id: 1, usage: None, cost: None, timings: Vec::new() });
        assert_eq!(step, Step::Ended);
    }

    fn wait(&mut self, milliseconds: u64) {
        self.now += Duration::from_millis(milliseconds);
        self.renderer.tick(self.now, &mut self.written).unwrap();
    }

    fn terminal(&self) -> vt100::Parser {
        let mut terminal = vt100::Parser::new(size(60), size(self.columns), 0);
        terminal.process(&self.written);
        terminal
    }

    fn screen(&self) -> String {
        self.terminal().screen().contents()
    }
}

fn size(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap()
}

fn proposal(command: &str) -> Event {
    let (command, explanation) = (command.to_owned(), "Its deployment starts another.".to_owned());
    let verdict = Verdict::Asked { why: "no rule allows it".to_owned(), may_remember: false };
    let (parts, targets) = (Vec::new(), Vec::new());
    let proposal = Proposal { id: 1, command, explanation, risk: Risk::Writes, parts, verdict, targets };
    Event::Propose { id: 1, proposal }
}

const ANSWER: &str = "\
## Pods that **fail**

Two pods in `payments` restart; see [the runbook](https://example.org/run).

1. `api-0` runs out of memory: its limit is *64 MiB*
   - raise the limit

```sh
kubectl top pod -n payments --sort-by=memory
```

| pod | restarts |
|-----|---------:|
| api-0 | 17 |
";

fn screen_of_answer(columns: u16) -> String {
    let mut fixture = Fixture::new(columns, COLOURFUL);
    ANSWER.split_inclusive(' ').for_each(|word| fixture.text(word));
    fixture.done();
    fixture.screen()
}

#[test]
fn an_answer_on_80_columns() {
    let expected = "\
Pods that fail

Two pods in payments restart; see the runbook (https://example.org/run).

1. api-0 runs out of memory: its limit is 64 MiB
   ◦ raise the limit

─── sh
kubectl top pod -n payments --sort-by=memory
───

pod    restarts
─────  ────────
api-0  17";
    assert_eq!(screen_of_answer(80), expected);
}

#[test]
fn an_answer_on_40_columns() {
    let expected = "\
Pods that fail

Two pods in payments restart; see the
runbook (https://example.org/run).

1. api-0 runs out of memory: its limit
   is 64 MiB
   ◦ raise the limit

─── sh
kubectl top pod -n payments --sort-by=memory
───

pod    restarts
─────  ────────
api-0  17";
    assert_eq!(screen_of_answer(40), expected);
}

#[test]
fn an_answer_on_20_columns() {
    let expected = "\
Pods that fail

Two pods in payments
restart; see the
runbook
(https://example.org/run).

1. api-0 runs out of
   memory: its limit
   is 64 MiB
   ◦ raise the limit

─── sh
kubectl top pod -n payments --sort-by=memory
───

pod    restarts
─────  ────────
api-0  17";
    assert_eq!(screen_of_answer(20), expected);
}

#[test]
fn markup_shows_as_looks() {
    let mut fixture = Fixture::new(40, COLOURFUL);
    fixture.text("**bold** _it_ `code`\n");
    fixture.done();
    let terminal = fixture.terminal();
    let screen = terminal.screen();
    assert!(screen.cell(0, 0).unwrap().bold() && !screen.cell(0, 5).unwrap().bold());
    assert!(screen.cell(0, 5).unwrap().italic());
    assert_eq!(screen.cell(0, 8).unwrap().fgcolor(), vt100::Color::Idx(6));
    assert_eq!(screen.fgcolor(), vt100::Color::Default, "no look is left behind");
}

#[test]
fn silence_is_bridged_by_one_line_that_goes() {
    let mut fixture = Fixture::new(40, COLOURFUL);
    fixture.wait(149);
    assert_eq!(fixture.screen(), "");
    fixture.wait(1);
    assert_eq!(fixture.screen(), "⠋ thinking");
    fixture.event(&Event::Progress { id: 1, text: "3 of 11 clusters\nanswered".into() });
    assert_eq!(fixture.screen(), "⠙ 3 of 11 clusters answered");
    fixture.event(&Event::Progress { id: 1, text: "x".repeat(100) });
    assert_eq!(fixture.screen(), format!("⠹ {}…", "x".repeat(36)));
    fixture.text("Forty-two ");
    assert_eq!(fixture.screen(), "Forty-two");
    fixture.wait(1000);
    assert_eq!(fixture.screen(), "Forty-two", "nothing is drawn within a line of the answer");
    fixture.text("it is.\n\n");
    fixture.wait(1000);
    assert_eq!(fixture.screen(), "Forty-two it is.\n⠸ xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… (2 s)");
    fixture.done();
    assert_eq!(fixture.screen(), "Forty-two it is.");
    assert_eq!(fixture.terminal().screen().cursor_position(), (1, 0));
}

#[test]
fn tools_and_tables_take_lines_of_their_own() {
    let mut fixture = Fixture::new(30, COLOURFUL);
    fixture.text("Let me look");
    let (tool, summary) = ("clusters".to_owned(), "reads all 11 clusters".to_owned());
    fixture.event(&Event::ToolStarted { id: 1, tool: tool.clone(), summary });
    let summary = "10 of 11 answered within the deadline".to_owned();
    fixture.event(&Event::ToolFinished { id: 1, tool, summary, ok: false, step: 3 });
    let columns = ["context", "nodes", "note"].map(str::to_owned).to_vec();
    let row = ["prod-eu-1", "12", "certificate\nexpired"].map(str::to_owned).to_vec();
    fixture.event(&Event::Table { id: 1, columns, rows: vec![row] });
    fixture.done();
    let expected = "\
Let me look
✗ 3 clusters 10 of 11 answere…
context    nodes  note
─────────  ─────  ────────────
prod-eu-1  12     certificate…";
    assert_eq!(fixture.screen(), expected);
}

#[test]
fn a_proposal_asks_and_takes_its_answer() {
    let mut fixture = Fixture::new(40, COLOURFUL);
    fixture.text("I would delete it.");
    let Step::Decide(proposal) = fixture.event(&proposal("kubectl delete pod api-0\ndate\u{202e}\x1b[8m"))
    else {
        panic!("no decision")
    };
    assert_eq!(proposal.id, 1);
    fixture.wait(1000);
    fixture.renderer.answered(Answer::Ignored, fixture.now, &mut fixture.written).unwrap();
    fixture.renderer.answered(Answer::Run, fixture.now, &mut fixture.written).unwrap();
    let expected = "\
I would delete it.
  kubectl delete pod api-0
  date<U+202E>^[[8m
Its deployment starts another.
⚠ changes files or state
asked: no rule allows it
Run it? [y]es [e]dit [N]o yes";
    assert_eq!(fixture.screen(), expected);
    fixture.wait(150);
    assert!(fixture.screen().ends_with("thinking (1 s)"));
}

#[test]
fn what_decided_is_shown_part_by_part() {
    let mut fixture = Fixture::new(60, COLOURFUL);
    let Event::Propose { proposal, .. } = proposal("ls && touch x\u{1b}") else { unreachable!() };
    let part = |text: &str, risk| Part { text: text.to_owned(), risk };
    let parts = vec![part("ls", Risk::Reads), part("touch x\u{1b}", Risk::Writes)];
    let verdict = Verdict::Asked { why: "rule: ask touch *".to_owned(), may_remember: true };
    let asked = Proposal { parts: parts.clone(), verdict, ..proposal.clone() };
    fixture.event(&Event::Propose { id: 1, proposal: asked });
    let expected = "  ls && touch x^[
Its deployment starts another.
⚠ changes files or state
  ls: only looks
  touch x^[: changes files or state
asked: rule: ask touch *
Run it? [y]es [e]dit [s]ession [a]lways [N]o";
    assert_eq!(fixture.screen().trim_end(), expected);
    let mut fixture = Fixture::new(60, COLOURFUL);
    let verdict = Verdict::Allowed { by: "rule: allow touch *".to_owned() };
    fixture.event(&Event::Propose { id: 1, proposal: Proposal { verdict, ..proposal } });
    assert!(fixture.screen().ends_with("allowed (rule: allow touch *)"), "{}", fixture.screen());
}

#[test]
fn looks_edits_and_questions_are_put_as_what_they_are() {
    let mut fixture = Fixture::new(60, COLOURFUL);
    let (command, explanation, why) = ("ls".to_owned(), "Looks.".to_owned(), "because".to_owned());
    let action = Action::Look { command, explanation, why };
    assert_eq!(
        fixture.event(&Event::Confirm { id: 1, proposal: 4, action: action.clone() }),
        Step::Confirm(4, action)
    );
    fixture.renderer.answered(Answer::Run, fixture.now, &mut fixture.written).unwrap();
    let (path, explanation) = ("/etc/hosts".to_owned(), "Adds one.".to_owned());
    let diff = "@@ -1 +1,2 @@\n one\n+two\u{1b}]0;x\u{7}\n".to_owned();
    fixture.event(&Event::Confirm { id: 1, proposal: 5, action: Action::Edit { path, explanation, diff } });
    fixture.renderer.answered(Answer::Decline, fixture.now, &mut fixture.written).unwrap();
    let (text, choices) = ("Which one?".to_owned(), vec!["red".to_owned(), "blue\r".to_owned()]);
    fixture.event(&Event::Enquire { id: 1, proposal: 6, text, choices });
    let expected = "  ls
Looks.
only looks, apart from your session: it cannot write
asked: because
Look? [y]es [a]ll looks of this answer [N]o yes
  /etc/hosts
Adds one.
@@ -1 +1,2 @@
 one
+two^[]0;x^G
Edit the file? [y]es [N]o no
Which one?
  1. red
  2. blue";
    assert_eq!(fixture.screen().trim_end(), expected);
}

#[test]
fn a_dumb_terminal_gets_lines_of_text_alone() {
    let mut fixture = Fixture::new(20, DUMB);
    fixture.wait(1000);
    fixture.event(&Event::Progress { id: 1, text: "working".into() });
    fixture.text("# Title\n- **one** `two`\n\n---\n");
    fixture.event(&Event::ToolFinished {
        id: 1,
        tool: "t".into(),
        summary: "looked".into(),
        ok: true,
        step: 1,
    });
    fixture.done();
    let expected = format!("# Title\r\n- one `two`\r\n\r\n{}\r\nok: 1 t looked\r\n", "-".repeat(20));
    assert_eq!(String::from_utf8(fixture.written).unwrap(), expected);
}

#[test]
fn failures_end_the_answer() {
    for kind in [FailureKind::Cancelled, FailureKind::Network] {
        let mut fixture = Fixture::new(40, COLOURFUL);
        fixture.text("half an **ans");
        let (message, hint) = ("the connection broke".to_owned(), None);
        let step = fixture.event(&Event::Failed { id: Some(1), kind, message, hint });
        assert_eq!(step, Step::Ended);
        let screen = fixture.screen();
        assert!(screen.starts_with("half an **ans"), "{screen}");
        assert_eq!(screen.ends_with("cancelled"), kind == FailureKind::Cancelled);
    }
}

const HOSTILE: &str = "a\x1b]0;title\x07b\x1b]52;c;cm0gLXJm\x1b\\c\u{9b}2J\x1b[1;1Hd\x1b[?1049h\u{9d}0;t\u{9c}\
                       \x08\x08\x0e\x1b[8mhidden\x1bc\x1bP+q\x1b\\\u{202e}\u{85}\x1b[6n\r\x1b";

/// Nothing but looks and the clearing of the current line.
fn assert_harmless(written: &[u8]) {
    let written = std::str::from_utf8(written).unwrap();
    for sequence in written.split('\x1b').skip(1) {
        let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap();
        assert!(sequence.starts_with('[') && matches!(&sequence[end..=end], "m" | "K"), "{sequence:?}");
        assert!(sequence[1..end].chars().all(|c| c.is_ascii_digit() || c == ';'), "{sequence:?}");
        assert!(!sequence[1..end].split(';').any(|parameter| parameter == "8"), "{sequence:?}");
    }
    let other = written.chars().find(|c| c.is_control() && !matches!(c, '\x1b' | '\r' | '\n' | '\t'));
    assert_eq!(other, None);
    assert!(!written.contains('\u{202e}'));
}

#[test]
fn no_event_reaches_beyond_its_place() {
    let hostile = HOSTILE.to_owned();
    let mut fixture = Fixture::new(40, COLOURFUL);
    fixture.event(&Event::Claimed { id: 1, agent: hostile.clone(), race_ms: f64::NAN });
    fixture.event(&Event::Progress { id: 1, text: hostile.clone() });
    fixture.wait(1000);
    fixture.text(HOSTILE);
    fixture.text(&format!("\n```{HOSTILE}\n{HOSTILE}\n```\n| {HOSTILE} |\n|-|\n| {HOSTILE} |\n"));
    fixture.text(&format!("[{HOSTILE}]({HOSTILE}) <https://{HOSTILE}> `{HOSTILE}`"));
    fixture.event(&Event::ToolStarted { id: 1, tool: hostile.clone(), summary: hostile.clone() });
    fixture.event(&Event::ToolFinished {
        id: 1,
        tool: hostile.clone(),
        summary: hostile.clone(),
        ok: true,
        step: 1,
    });
    fixture.event(&Event::Table { id: 1, columns: vec![hostile.clone()], rows: vec![vec![hostile]] });
    fixture.event(&proposal(HOSTILE));
    assert_harmless(&fixture.written);
}

#[test]
fn hostile_text_is_harmless_wherever_it_is_cut() {
    for (cut, _) in HOSTILE.char_indices() {
        let mut fixture = Fixture::new(80, COLOURFUL);
        fixture.text("first line\n\n");
        fixture.text(&HOSTILE[..cut]);
        fixture.text(&HOSTILE[cut..]);
        fixture.done();
        assert_harmless(&fixture.written);
        let terminal = fixture.terminal();
        assert!(terminal.screen().contents().starts_with("first line\n\na^[]0;title^Gb"));
        assert!(!terminal.screen().alternate_screen());
    }
}

#[test]
fn no_answer_is_too_long() {
    // Quadratic time would show as minutes.
    let (megabyte, hostile) = (1 << 20, 1 << 18);
    for (text, portion, length) in [
        ("word ", 7, megabyte),
        ("x", 1, hostile),
        ("*a ", 5, hostile),
        ("`", 3, hostile),
        ("[", 64, hostile),
        ("**`a ``b ```c ~~", 16, hostile),
        (" ", 1, hostile),
        (">", 2, hostile),
        ("- ", 2, hostile),
        ("| a ", 8, hostile),
        ("| a |\n|---|\n", 100, hostile),
        ("\x1b[1;", 3, hostile),
        ("日本", 6, hostile),
    ] {
        let text = text.repeat(length / text.len());
        let characters: Vec<char> = text.chars().collect();
        let mut fixture = Fixture::new(80, COLOURFUL);
        for portion in characters.chunks(portion) {
            let text: String = portion.iter().collect();
            fixture.text(&text);
        }
        fixture.done();
    }
}

#[test]
fn costs_are_said_where_they_are_known() {
    let took = Duration::from_millis(2340);
    assert_eq!(summary(None, None, took), "2.3 s");
    let usage = Usage { input_tokens: 1200, output_tokens: 56 };
    assert_eq!(summary(Some(usage), None, took), "1200 tokens in, 56 tokens out, 2.3 s");
    assert_eq!(summary(Some(usage), Some(0.0123), took), "1200 tokens in, 56 tokens out, $0.0123, 2.3 s");
}

#[test]
fn timings_say_whose_they_are() {
    let mut fixture = Fixture::new(40, COLOURFUL);
    fixture.event(&Event::Claimed { id: 1, agent: "git".into(), race_ms: 0.1 });
    let asked_a_model = Some(Usage::default());
    for (name, usage, expected) in [
        ("race", None, "agent race"),
        ("git", None, "agent git"),
        ("first text", None, "first text"),
        ("first text", asked_a_model, "AI first token"),
        ("gate\x07", None, "gate^G"),
    ] {
        assert_eq!(fixture.renderer.operation(name, usage), expected);
    }
}
