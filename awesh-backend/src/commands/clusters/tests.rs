use agents::kubernetes::health::NodeCount;
use agents::kubernetes::trouble::{Kind, Trouble};
use clap::Parser;

use super::*;

const PLAIN: Output = Output { is_terminal: false, colour: false };

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    options: Options,
}

fn report(context: &str, status: Status) -> Report {
    let report = Report { status, ..Report::new(context, None, Timestamp::now()) };
    let is_read = matches!(status, Status::Healthy | Status::Degraded);
    if is_read { report } else { report.failed(Trouble::new(Kind::Refused, "refused")) }
}

#[test]
fn the_exit_status_says_how_the_clusters_are() {
    use Status::{Degraded, Down, Healthy};
    for (statuses, expected) in
        [(&[Healthy, Healthy][..], 0), (&[Healthy, Down], 1), (&[Degraded], 1), (&[Down, Down], 3)]
    {
        let reports: Vec<_> = statuses.iter().map(|status| report("x", *status)).collect();
        assert_eq!(status(&reports), expected, "{statuses:?}");
    }
}

#[test]
fn options_are_read_as_kubectls_users_expect() {
    let parse = |words: &[&str]| Command::try_parse_from(words).map(|command| command.options);
    let options = parse(&["x", "--watch", "-c", "a*", "--context", "b", "--timeout", "2.5"]).unwrap();
    assert_eq!(options.watch, Some(Duration::from_secs(5)));
    assert_eq!(
        (options.context, options.asking.timeout),
        (vec!["a*".into(), "b".into()], Duration::from_millis(2500))
    );
    assert_eq!(parse(&["x", "--watch", "2"]).unwrap().watch, Some(Duration::from_secs(2)));
    assert_eq!(parse(&["x"]).unwrap().asking.limit, 64);
    for wrong in [["x", "--timeout=0"], ["x", "--timeout=-1"], ["x", "--timeout=NaN"], ["x", "--limit=0"]] {
        assert!(parse(&wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn what_changed_is_marked() {
    let since = Timestamp::now();
    let before = [report("a", Status::Healthy), report("b", Status::Healthy)];
    let nodes = Some(NodeCount { total: 3, ready: 3, cordoned: 0 });
    let now = [report("a", Status::Down), Report { latency_ms: Some(7), ..before[1].clone() }];
    let table = rows::table(&now, Some(&before), since, PLAIN);
    let lines: Vec<_> = table.lines().collect();
    assert!(lines[1].starts_with("* a      down") && lines[1].ends_with("was healthy; refused"), "{table}");
    assert!(lines[2].starts_with("b        healthy"), "{table}");
    let grown = [before[0].clone(), Report { nodes, ..before[1].clone() }];
    assert!(rows::table(&grown, Some(&before), since, PLAIN).contains("\n* b"));
}

#[test]
fn the_json_is_as_promised() {
    let nodes = Some(NodeCount { total: 3, ready: 2, cordoned: 1 });
    let reports = [Report { nodes, ..report("a", Status::Degraded) }, report("b", Status::Down)];
    let contexts = Contexts { problems: vec!["x: wrong".into()], ..Contexts::default() };
    for pretty in [false, true] {
        let text = json::document(&reports, &contexts, Duration::from_millis(1200), pretty);
        assert_eq!(text.lines().count() == 1, !pretty);
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&document["schema"], &document["took_ms"]), (&1.into(), &1200.into()));
        assert_eq!(
            document["summary"],
            serde_json::json!({"healthy": 0, "degraded": 1, "down": 1, "unauthorised": 0, "unknown": 0})
        );
        assert_eq!(document["problems"], serde_json::json!(["x: wrong"]));
        let (first, second) = (&document["clusters"][0], &document["clusters"][1]);
        assert_eq!(first["nodes"], serde_json::json!({"total": 3, "ready": 2, "cordoned": 1}));
        assert!(first["pods"].is_null() && first["version"].is_null() && first["error"].is_null());
        assert_eq!(second["error"], serde_json::json!({"kind": "refused", "message": "refused"}));
        assert_eq!(
            (&second["context"], &second["status"], &second["age_s"]),
            (&"b".into(), &"down".into(), &0.into())
        );
        // Every field that the help names.
        for field in first.as_object().unwrap().keys() {
            assert!(HELP.contains(field.as_str()), "{field}");
        }
    }
}
