//! Explanations, forms, and what the user's turns do to the guess.

use super::*;

/// One turn, and the usual commands.
struct Remembering(&'static str, Route);

impl Facts for Remembering {
    fn resolve(&self, word: &str) -> Option<CommandKind> {
        facts().resolve(word)
    }
    fn path_exists(&self, _: &str) -> bool {
        false
    }
    fn turned(&self, form: &str) -> Option<Route> {
        (form == self.0).then_some(self.1)
    }
}

#[test]
fn an_explanation_tells_the_facts_and_the_score() {
    let facts = facts();
    let (verdict, explanation) = explain("find all files larger than 1 GB", &facts);
    assert_eq!((verdict.route, explanation.route), (Route::Ask, Route::Ask));
    let text = explanation.to_string();
    assert!(text.starts_with("ask: it begins with a command's name"), "{text}");
    assert!(text.contains("  find: a program\n") && text.contains("verb first"), "{text}");
    let (score, bar) = explanation.score().unwrap();
    assert!(score > bar);
    assert!(text.ends_with(&format!("{score}  for plain language, which takes more than {bar}\n")), "{text}");
}

#[test]
fn an_explanation_agrees_with_the_route() {
    let facts = facts();
    for line in ["ls", "", "gti status", "what is up?", "? x", "$ x", "awes", "X=1", "for i in a; do x; done"]
    {
        let (verdict, explanation) = explain(line, &facts);
        assert_eq!(verdict, route(line, &facts), "{line}");
        assert_eq!((explanation.route, explanation.reason), (verdict.route, verdict.reason), "{line}");
    }
}

#[test]
fn a_form_leaves_out_what_changes() {
    let facts = facts();
    let form = |line| form_of(line, &facts).map(|(form, _)| form);
    assert_eq!(form("Top 10 addresses in access.log").as_deref(), Some("top <number> addresses in <name>"));
    assert_eq!(form("top 20 addresses in error.log?"), form("top 5 addresses in a.b"));
    assert_ne!(form("make it so"), form("make it work"));
    assert_eq!(form("what"), None);
}

#[test]
fn a_turn_goes_for_its_form_and_for_no_other() {
    let turned = Remembering("make <number> clean copies", Route::Ask);
    assert_eq!(route("make 3 clean copies", &turned).reason, Reason::Turned);
    assert_eq!(route("make 5 clean copies", &turned).route, Route::Ask);
    for line in ["make clean", "make 3 clean", "make 3 clean copies now", "make 3 clean copies | cat"] {
        assert_ne!(route(line, &turned).reason, Reason::Turned, "{line}");
    }
    let turned = Remembering("show me the pods", Route::Bash);
    assert_eq!(route("show me the pods", &turned).route, Route::Bash);
}

#[test]
fn what_shows_that_shell_was_meant_is_never_remembered_as_a_question() {
    let facts = facts();
    for line in
        ["ls -la", "ls | wc", "echo $HOME", "X=1 make it", "./run the tests", "ls > out", "? ls it", "a\nb"]
    {
        assert_eq!(form_of(line, &facts), None, "{line}");
    }
    let turned = Remembering("ls -la", Route::Ask);
    assert_eq!(route("ls -la", &turned).route, Route::Bash);
    assert_eq!(route("$ show me the pods", &Remembering("show me the pods", Route::Ask)).route, Route::Bash);
}

#[test]
fn the_unknown_command_of_a_line_is_told() {
    let facts = facts();
    for (line, word) in [
        ("gti status", Some("gti")),
        ("  X=1 gti status", Some("gti")),
        ("git status", None),
        ("./gti", None),
        ("ls; gti", None),
        ("", None),
    ] {
        assert_eq!(unknown_command(line, &facts), word, "{line}");
    }
    assert!(could_be_question("foo bar in the baz") && !could_be_question("gti status"));
}

#[test]
fn a_batch_can_be_explained() {
    let run = |format, input: &[u8]| {
        let mut output = Vec::new();
        route_command(None, format, input, &mut output).unwrap();
        String::from_utf8(output).unwrap()
    };
    let json = run(Format { json: true, explain: true }, b"\"what is up?\"\n");
    assert!(json.starts_with("{\"route\":\"ask\",\"reason\":\"") && json.contains("\"score\":"), "{json}");
    let text = run(Format { json: false, explain: true }, b"cd /\n");
    assert!(text.starts_with("cd /\nbash: ") && text.contains("  cd: a builtin of bash\n"), "{text}");
    assert_eq!(
        run(Format { json: false, explain: false }, b"cd /\nwhat is up?\n\xff\n"),
        "bash\nask\nbash\n"
    );
}
