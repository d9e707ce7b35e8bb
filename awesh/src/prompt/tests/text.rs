use std::path::Path;

use crate::prompt::git::{Git, Head};
use crate::prompt::kube::Kube;
use crate::prompt::text::{Facts, text};
use crate::prompt::width::width;
use crate::prompt::work_tree::WorkTree;
use crate::prompt::{BackendState, PromptText, Session, Style};

fn style(columns: usize) -> Style {
    Style { columns, colour: false, ascii: false, protected: vec!["*prod*".to_owned()] }
}

fn home(name: &str) -> Option<String> {
    (name == "HOME").then(|| "/home/user".to_owned())
}

fn session() -> Session<'static> {
    Session { variable: &home, ..super::session(Path::new("/home/user/src/app")) }
}

fn head(name: &str) -> Head {
    Head { name: name.to_owned(), unborn: false, bare: false, operation: None }
}

fn facts(context: &str, namespace: Option<&str>, branch: &str) -> Facts {
    Facts {
        kube: Some(Kube::Context { name: context.to_owned(), namespace: namespace.map(str::to_owned) }),
        git: Some(Git::Head(head(branch))),
        work_tree: None,
    }
}

#[test]
fn all_that_is_known_is_on_the_first_line() {
    let known = facts("prod-eu-1", Some("payments"), "main");
    let shown = text(&session(), &style(120), &known);
    assert_eq!(shown.raw, "🧠:user@host:~/src/app:☸\u{fe0f}prod-eu-1:☸\u{fe0f}payments:🌿main\n> ");
    assert_eq!(shown.raw, shown.styled);
    let nothing = text(&session(), &style(120), &Facts::default());
    assert_eq!(nothing.raw, "🧠:user@host:~/src/app\n> ");
}

#[test]
fn the_ascii_form_says_the_same() {
    let known = facts("prod-eu-1", Some("payments"), "größe");
    let session = Session { status: 130, jobs: 2, ..session() };
    let shown = text(&session, &Style { ascii: true, ..style(120) }, &known);
    assert_eq!(shown.raw, "+:user@host:~/src/app:k8s=prod-eu-1:ns=payments:git=gr??e:jobs=2:exit=130\n> ");
}

#[test]
fn what_is_out_of_the_ordinary_is_said() {
    let shown = |session: Session<'_>, facts: &Facts| text(&session, &style(120), facts).raw;
    let none = Facts::default();
    assert!(shown(Session { backend: BackendState::Starting, ..session() }, &none).starts_with("🤖:"));
    assert!(shown(Session { backend: BackendState::Failed, ..session() }, &none).starts_with("💀:"));
    assert!(shown(Session { status: 127, ..session() }, &none).contains(":✗127\n"));
    assert!(shown(Session { jobs: 3, ..session() }, &none).contains(":⚙3"));
    let venv = |name: &str| (name == "VIRTUAL_ENV").then(|| "/home/user/tool/.venv".to_owned());
    assert!(shown(Session { variable: &venv, ..session() }, &none).contains(":🐍tool"));
    let conda = |name: &str| (name == "CONDA_DEFAULT_ENV").then(|| "ml".to_owned());
    assert!(shown(Session { variable: &conda, ..session() }, &none).contains(":🐍ml"));
    let operation = Head { operation: Some("REBASE 2/5".to_owned()), ..head("main") };
    let git = Facts { git: Some(Git::Head(operation)), ..Facts::default() };
    assert!(shown(session(), &git).contains(":🌿main|REBASE 2/5\n"));
    let work_tree = Some(WorkTree { changed: true, ahead: 2, behind: 1 });
    let git = Facts { git: Some(Git::Head(head("main"))), work_tree, ..Facts::default() };
    assert!(shown(session(), &git).contains(":🌿main*↑2↓1\n"));
    let unknown = Facts { git: Some(Git::Unknown), kube: Some(Kube::Unknown), work_tree: None };
    assert!(shown(session(), &unknown).contains(":☸\u{fe0f}?:🌿?\n"));
}

#[test]
fn directories_are_shown_as_bash_does() {
    for (directory, shown) in [
        ("/home/user", ":~\n"),
        ("/home/user/a", ":~/a\n"),
        ("/home/username", ":/home/username\n"),
        ("/", ":/\n"),
    ] {
        let session = Session { directory: Path::new(directory), ..session() };
        assert!(text(&session, &style(80), &Facts::default()).raw.contains(shown), "{directory}");
    }
}

#[test]
fn colours_change_no_width_and_can_be_done_without() {
    let coloured =
        |session: &Session<'_>, facts: &Facts| text(session, &Style { colour: true, ..style(120) }, facts);
    let shown = coloured(&session(), &facts("prod-eu-1", None, "main"));
    assert_eq!(plain(&shown.styled), shown.raw);
    assert!(shown.styled.contains("\x1b[32muser\x1b[0m@\x1b[36mhost\x1b[0m:\x1b[34m~/src/app\x1b[0m"));
    let calm = coloured(&session(), &facts("dev", None, "main"));
    let context = |shown: &PromptText| shown.styled.split('☸').next().unwrap().to_owned();
    assert_ne!(context(&shown), context(&calm));
    let root = coloured(&Session { user: "root", is_root: true, ..session() }, &Facts::default());
    assert!(root.styled.contains("\x1b[31mroot\x1b[0m"));
}

/// The text without colours.
fn plain(styled: &str) -> String {
    let mut parts = styled.split('\x1b');
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').unwrap().1);
    }
    plain
}

#[test]
fn names_cannot_talk_to_the_terminal() {
    let evil = "a\x1b]0;x\x07\n\u{202e}b";
    let session = Session {
        directory: Path::new("/\x1b[2J"),
        variable: &|name| (name == "VIRTUAL_ENV").then(|| "\x1b[H".to_owned()),
        user: "\r",
        host: "\x1bc",
        ..session()
    };
    for ascii in [false, true] {
        let style = Style { ascii, ..style(200) };
        let shown = text(&session, &style, &facts(evil, Some(evil), evil));
        let expected_lines = shown.raw.strip_suffix("\n> ").unwrap();
        assert!(!expected_lines.contains(|c: char| c.is_control() || c == '\u{202e}'), "{expected_lines:?}");
    }
}

#[test]
fn the_line_is_never_wider_than_the_terminal() {
    let long = "x".repeat(300);
    let directory = format!("/home/user/{long}/日本語/{long}");
    let session = Session { directory: Path::new(&directory), status: 1, jobs: 1, ..session() };
    for columns in 1..400 {
        for ascii in [false, true] {
            let style = Style { ascii, ..style(columns) };
            for facts in [
                Facts::default(),
                facts("prod", None, "main"),
                facts(&long, Some("payments"), &format!("feature/{long}")),
            ] {
                let shown = text(&session, &style, &facts).raw;
                let line = shown.strip_suffix("> ").unwrap().trim_end_matches('\n');
                assert!(width(line) <= columns.saturating_sub(2), "{columns}: {line}");
            }
        }
    }
}

#[test]
fn the_directory_gives_way_first_and_the_context_last() {
    let directory = "/home/user/a/very/long/path/to/some/where/deep/below";
    let session = Session { directory: Path::new(directory), ..session() };
    let known = facts("prod-eu-1", Some("payments"), "main");
    let shown = |columns| text(&session, &style(columns), &known).raw;
    assert!(shown(78).contains('…') && shown(78).contains("user@host") && shown(78).contains("🌿main"));
    assert!(!shown(50).contains("user@host") && shown(50).contains("prod-eu-1"));
    assert!(shown(30).contains("prod-eu-1"));
}
