//! Keys in, the line out. That these are readline's own results, `tests/cases/keys.yaml` shows beside bash.

use std::time::{Duration, Instant};

use super::*;

/// A session that completes from a list and expands by a rule.
struct Fake {
    words: Vec<&'static str>,
}

impl Session for Fake {
    fn complete(&mut self, line: &str, point: usize, _: Option<Kind>, _: &Settings) -> Completion {
        let start = line[..point].rfind(' ').map_or(0, |at| at + 1);
        let word = &line[start..point];
        let choice = |name: &&str| Choice {
            shown: (*name).into(),
            inserted: (*name).into(),
            tail: " ".into(),
            ..Choice::default()
        };
        let choices = self.words.iter().filter(|name| name.starts_with(word)).map(choice).collect();
        Completion { start, choices }
    }

    fn expand(&mut self, _: Expansion, text: &str) -> Option<String> {
        Some(format!("<{text}>"))
    }
}

struct Typist {
    editor: Readline,
    session: Fake,
    now: Instant,
}

impl Typist {
    fn new(mode: Mode) -> Self {
        let mut editor = Readline::default();
        for line in ["git status", "echo one two", "git push --force origin"] {
            editor.past().add(line.to_owned());
        }
        editor.begin(Line::default(), Some(mode), Window { columns: 40, rows: 6 });
        Self { editor, session: Fake { words: Vec::new() }, now: Instant::now() }
    }

    fn press(&mut self, keys: &str) -> Outcome {
        let mut outcome = Outcome::Edited;
        for key in keys.chars() {
            outcome = self.editor.press(key, self.now, &mut self.session);
        }
        outcome
    }

    /// What is shown, with `|` where the cursor is.
    fn shown(&self) -> String {
        let (mut text, at) = self.editor.shown();
        text.insert(at, '|');
        text
    }
}

fn check(mode: Mode, keys: &str, shown: &str) {
    let mut typist = Typist::new(mode);
    typist.press(keys);
    assert_eq!(typist.shown(), shown, "{keys:?}");
}

/// Up, Up showed the newest line twice where the session came to its prompt in between.
#[test]
fn a_line_that_is_left_in_the_history_goes_on_from_there() {
    for (keys, shown) in [("\x1b[A", "echo one two|"), ("X", "git push --force originX|"), ("\x1b[B", "|")] {
        let mut typist = Typist::new(Mode::Emacs);
        typist.press("\x1b[A");
        let line = typist.editor.line().clone();
        typist.editor.past().stay(&line.text);
        typist.editor.begin(line, None, Window { columns: 40, rows: 6 });
        typist.press(keys);
        assert_eq!(typist.shown(), shown, "{keys:?}");
    }
}

#[test]
fn emacs_keys_edit_the_line() {
    for (keys, shown) in [
        ("abc\x01X", "X|abc"),
        ("one two\x17\x17\x19", "one two|"),
        ("one two\x1bb\x0b\x01\x19 ", "two |one "),
        ("a b c\x15\x19", "a b c|"),
        ("one\x17two\x17\x19\x1by", "one|"),
        ("ab\x14", "ba|"),
        ("one two\x1bt", "two one|"),
        ("one two\x01\x1bu\x1bc", "ONE Two|"),
        ("abc\x1b3\x02X", "X|abc"),
        ("\x1b5x", "xxxxx|"),
        ("\x1b1\x1b2y", "yyyyyyyyyyyy|"),
        ("x\x1b-", "(arg: -1) x|"),
        ("abcdefghijklmnopq\x01\x1b-\x1b5\x02X", "abcdefghijklmnoX|pq"),
        ("a.b.c\x01\x1d.X", "aX|.b.c"),
        ("a.b.c\x1b\x1d.X", "a.bX|.c"),
        ("a   b\x02\x02\x1b\\", "a|b"),
        ("one two\x1b.", "one twoorigin|"),
        ("\x1b.\x1b.", "two|"),
        ("\x1b.\x1b.\x1b.", "status|"),
        ("\x1b1\x1b.", "push|"),
        ("\x1b\x19", "push|"),
        ("a\x16\x01b", "a^Ab|"),
        ("ab\x1b OO\x18\x18X", "abX|OO"),
        ("abc\x1f", "|"),
        ("abc\x01\x04\x1f", "|abc"),
        ("ab\x01x\x1br", "|"),
        ("\x1b[200~a\rb\x1b[201~", "a\nb|"),
        ("é日\x02x", "éx|日"),
        ("\x1b[1;9X.", ".|"),
        ("x\x1b[H\x1b[3~y", "y|"),
        ("a/b c\x1b\x7f", "a/b |"),
        ("\x18(ab\x18)\x18e", "abab|"),
        ("git\x18*", "<git>|"),
    ] {
        check(Mode::Emacs, keys, shown);
    }
}

#[test]
fn vi_commands_edit_the_line() {
    for (keys, shown) in [
        ("one two\x1bbcwX\x1b", "one |X"),
        ("one two three\x1b0dwP", "one| two three"),
        ("one two\x1b0d$p", "one tw|o"),
        ("abc\x1bx", "a|b"),
        ("abc\x1b0rXl", "X|bc"),
        ("a.b.c\x1b0f.;", "a.b|.c"),
        ("a.b.c\x1b0f.;,", "a|.b.c"),
        ("a.b.c\x1b0dt.", "|a.b.c"),
        ("abc\x1bIX", "X|abc"),
        ("abc\x1b0AX", "abcX|"),
        ("abc\x1b0~~", "AB|c"),
        ("one two\x1b0yw$p", "one twoone| "),
        ("one two\x1bdd", "|"),
        ("abc\x1bu", "ab|c"),
        ("a b c d\x1b0dw..", "|d"),
        ("one two\x1b0cwX\x1bw.", "X |X"),
        ("abc\x1b02x", "|c"),
        ("abcdef\x1b03|x", "ab|def"),
        ("f(a)b\x1b0%x", "f(a|b"),
        ("\x1bk", "|git push --force origin"),
        ("\x1b/stat\r", "|git status"),
        ("\x1b/git\rn", "|git status"),
        ("\x1bG", "|git status"),
        ("ls\x1b_", "ls origin|"),
        ("x\x1b#", "#x|"),
        ("abc\x1bRXY", "abXY|"),
        ("ab\x1bsX", "aX|"),
        ("ab\x1bSX", "X|"),
        ("x\x1b[D\x1b[Dy", "y|x"),
    ] {
        check(Mode::Insert, keys, shown);
    }
}

#[test]
fn the_history_is_walked_and_searched() {
    for (keys, shown) in [
        ("new\x10\x10", "echo one two|"),
        ("new\x10\x0e", "new|"),
        ("\x10x\x10\x0e", "git push --force originx|"),
        ("git\x1b[5~\x1b[5~", "git| status"),
        ("\x12o", "(reverse-i-search)`o': git push --force |origin"),
        ("\x12one", "(reverse-i-search)`one': echo |one two"),
        ("\x12git\x12", "(reverse-i-search)`git': |git status"),
        ("\x12git\x12\x13\x13", "(i-search)`git': |git push --force origin"),
        ("\x12nosuch", "(failed reverse-i-search)`nosuch': git push --force origi|n"),
        ("x\x12one\x07", "x|"),
        ("\x12one\x05!", "echo one two!|"),
        ("\x12one\x1bfX", "echo oneX| two"),
        ("\x1bpecho\r", "|echo one two"),
        ("\x1b<", "git status|"),
        ("\x1b<\x1b>", "|"),
    ] {
        check(Mode::Emacs, keys, shown);
    }
}

#[test]
fn escape_is_itself_once_nothing_follows() {
    let mut typist = Typist::new(Mode::Insert);
    typist.press("ab\x1b");
    assert_eq!(typist.shown(), "a|b");
    typist.now += Duration::from_secs(1);
    typist.press("[");
    typist.press("x");
    assert_eq!(typist.shown(), "|a");
    typist = Typist::new(Mode::Insert);
    typist.press("ab\x1b[");
    assert_eq!(typist.shown(), "a|b");
    typist.press("D");
    assert_eq!(typist.shown(), "a|b");
    typist.press("X");
    assert_eq!(typist.shown(), "aX|b");
}

#[test]
fn keys_bound_by_the_user_do_what_he_says() {
    let mut typist = Typist::new(Mode::Insert);
    let read = |functions: &str, macros: &str, commands: &str| {
        let listing = format!("{functions}\n{}", include_str!("defaults/vi-insert.inputrc"));
        Keymap::read(&listing, macros, commands).unwrap()
    };
    let insert = read("\"jk\": vi-movement-mode", r#""\C-xs": "sudo \C-e!""#, r#""\C-t": "pick""#);
    typist.editor.configure([insert.clone(), insert, Keymap::of(Mode::Command)], Settings::default());
    typist.press("ajx");
    assert_eq!(typist.shown(), "ajx|");
    typist.press("\x18s");
    assert_eq!(typist.shown(), "ajxsudo !|");
    assert_eq!(typist.press("\x14"), Outcome::Errand(Errand::Command("pick".to_owned())));
    typist.press("jkx");
    assert_eq!(typist.shown(), "ajxsudo| ");
}

#[test]
fn a_macro_goes_on_after_the_line_it_enters() {
    let mut typist = Typist::new(Mode::Emacs);
    let macros = r#""\C-xg": "one\C-mtwo""#;
    let keymap = Keymap::read(include_str!("defaults/emacs.inputrc"), macros, "").unwrap();
    typist.editor.configure([keymap.clone(), keymap, Keymap::of(Mode::Command)], Settings::default());
    assert_eq!(typist.press("\x18g"), Outcome::Accepted);
    assert_eq!(typist.editor.line().text, "one");
    assert!(typist.editor.has_keys());
    typist.editor.begin(Line::default(), None, Window { columns: 40, rows: 6 });
    assert_eq!(typist.editor.go_on(&mut typist.session), Outcome::Edited);
    assert_eq!(typist.shown(), "two|");
}

#[test]
fn a_macro_that_means_itself_ends() {
    let mut typist = Typist::new(Mode::Emacs);
    let keymap = Keymap::read(include_str!("defaults/emacs.inputrc"), r#""\C-xg": "a\C-xg""#, "").unwrap();
    typist.editor.configure([keymap.clone(), keymap, Keymap::of(Mode::Command)], Settings::default());
    assert_eq!(typist.press("\x18g"), Outcome::Edited);
    assert!(!typist.editor.has_keys());
}

#[test]
fn completion_inserts_what_is_common_and_then_lists() {
    let mut typist = Typist::new(Mode::Emacs);
    typist.session.words = vec!["alpha", "alphabet", "beta"];
    typist.press("x al\t");
    assert_eq!(typist.shown(), "x alpha|");
    typist.press("\t");
    assert_eq!(typist.editor.take_above(), "");
    typist.press("\t");
    assert_eq!(typist.editor.take_above(), "\0x alpha\nalpha     alphabet\n");
    typist.press("b\t");
    assert_eq!(typist.shown(), "x alphabet |");
    typist.press("nosuch\t");
    assert!(typist.editor.take_bell());
}

#[test]
fn long_lists_come_by_the_page() {
    let mut typist = Typist::new(Mode::Emacs);
    typist.session.words = vec![
        "a-very-long-name-1",
        "a-very-long-name-2",
        "a-very-long-name-3",
        "a-very-long-name-4",
        "a-very-long-name-5",
        "a-very-long-name-6",
    ];
    typist.editor.settings.query_items = 6;
    typist.press("a\x1b?");
    assert_eq!(typist.shown(), "Display all 6 possibilities? (y or n)|");
    typist.press("y");
    assert_eq!(typist.shown(), "--More--|");
    assert_eq!(typist.editor.take_above().lines().count(), 5);
    typist.press("\r");
    assert_eq!(typist.editor.take_above(), "a-very-long-name-5\n");
    typist.press("q");
    assert_eq!(typist.shown(), "a|");
    assert_eq!(typist.press("\x1b?n"), Outcome::Edited);
    assert_eq!(typist.shown(), "a|");
}

#[test]
fn a_menu_goes_round() {
    let mut typist = Typist::new(Mode::Emacs);
    let menu = "\"\\C-i\": menu-complete\n\"\\e[Z\": menu-complete-backward\n";
    let functions = format!("{}\n{menu}", include_str!("defaults/emacs.inputrc"));
    let keymap = Keymap::read(&functions, "", "").unwrap();
    typist.editor.configure([keymap.clone(), keymap, Keymap::of(Mode::Command)], Settings::default());
    typist.session.words = vec!["alpha", "avocado"];
    for shown in ["x alpha |", "x avocado |", "x a|", "x alpha |"] {
        typist.press(if shown == "x alpha |" && typist.editor.line().text.is_empty() {
            "x a\t"
        } else {
            "\t"
        });
        assert_eq!(typist.shown(), shown);
    }
    typist.press("\x1b[Z");
    assert_eq!(typist.shown(), "x a|");
}

#[test]
fn what_is_suggested_is_taken_only_at_the_end() {
    let mut typist = Typist::new(Mode::Emacs);
    typist.press("git");
    let text = "git".to_owned();
    typist.editor.suggest(&text, Some(" push --force".to_owned()));
    typist.press("\x1bf");
    assert_eq!(typist.shown(), "git push|");
    let text = "git push".to_owned();
    typist.editor.suggest(&text, Some(" --force".to_owned()));
    typist.press("\x02\x06");
    assert_eq!(typist.shown(), "git push|");
    typist.press("\x1b[C");
    assert_eq!(typist.shown(), "git push --force|");
    typist.editor.suggest(&text, Some(" --stale".to_owned()));
    typist.press("\x05");
    assert_eq!(typist.shown(), "git push --force|");
}

#[test]
fn lines_end_as_they_should() {
    for (keys, outcome) in [
        ("ls\r", Outcome::Accepted),
        ("\x04", Outcome::EndOfFile),
        ("a\x04", Outcome::Edited),
        ("a\x03", Outcome::Interrupted),
        ("\x12a\x03", Outcome::Interrupted),
        ("\x0c", Outcome::ClearScreen),
        ("\x18\x05", Outcome::Errand(Errand::Edit)),
        ("\x1b\x05", Outcome::Errand(Errand::Expand)),
        ("ls\x1b#", Outcome::Accepted),
    ] {
        assert_eq!(Typist::new(Mode::Emacs).press(keys), outcome, "{keys:?}");
    }
}

#[test]
fn the_next_line_follows_the_one_that_was_operated_on() {
    let mut typist = Typist::new(Mode::Emacs);
    typist.press("\x10\x10\x10");
    assert_eq!(typist.press("\x0f"), Outcome::Accepted);
    assert_eq!(typist.editor.line().text, "git status");
    typist.editor.past().add("git status".to_owned());
    typist.editor.begin(Line::default(), None, Window { columns: 40, rows: 6 });
    assert_eq!(typist.shown(), "echo one two|");
}
