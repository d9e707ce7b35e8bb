//! A plan as it is shown before it runs, and what it could do.

use std::path::Path;

use agents::plan::Plan;

use super::layout::drawn;
use super::options::Form;
use super::reach::Reach;
use super::rehearsal::told;
use super::safety::radius;
use super::*;

const EXAMPLE: &str = include_str!("../../../../agents/examples/deploy.yaml");

fn plan(text: &str) -> Plan {
    Plan::parse(text, Path::new("deploy.yaml")).unwrap()
}

fn set_up(hosts: &[&str]) -> SetUp {
    SetUp {
        state: "/nowhere".into(),
        protected_hosts: hosts.iter().map(ToString::to_string).collect(),
        protected_contexts: vec!["*prod*".to_owned()],
        ..SetUp::default()
    }
}

fn reach(text: &str, environments: &[&str], hosts: &[&str]) -> (Graph, Reach) {
    let environments: Vec<String> = environments.iter().map(ToString::to_string).collect();
    let graph = plan(text).graph(&environments, &[]).unwrap();
    let reach = Reach::of(&graph, &set_up(hosts));
    (graph, reach)
}

#[test]
fn a_graph_is_readable_in_sixty_columns() {
    let expected = "\
deploy.yaml: 11 steps, 6 one after the other at least
 1  port      on web
    old       on web
    pull      on web · up to 3 times · class registry
 2  config    ← port · on web
    start     ← pull, port · on web
 3  health    ← start, port · on web · until self.stdout
              contains \"healthy\" · at most 60 s
    proxy     ← config · on web
 4  switch    ← health, proxy · on web · uses proxy
 5  reload    ← switch · on web · uses proxy
 6  clean-up  ← reload, old · on web · when steps.old.stdout
              · in the background
 !  remove    if start or health or proxy fails · on web
";
    assert_eq!(drawn(&plan(EXAMPLE), Form::Text, 60), expected);
    for width in 1..100 {
        assert_eq!(drawn(&plan(EXAMPLE), Form::Text, width).split_whitespace().next(), Some("deploy.yaml:"));
    }
    let dot = drawn(&plan(EXAMPLE), Form::Dot, 60);
    assert!(
        dot.contains("  \"start\" -> \"health\";\n")
            && dot.contains("\"health\" -> \"remove\" [style=dotted"),
        "{dot}"
    );
}

#[test]
fn a_rehearsal_tells_what_would_run_where_and_what_it_could_do() {
    let text = "\
hosts: {db: [d1, d2]}
vars: {port: 80}
steps:
  look: {run: [df -h, {label: who, run: id}], host: db}
  stop: {run: 'systemctl stop x', needs: look, host: db, on_failure: [back]}
  back: {run: rm -r x}
";
    let (graph, reach) = reach(text, &[], &[]);
    let expected = "\
deploy.yaml: nothing is run
vars: port=\"80\"

 1  look  on d1, d2
    reads     1: df -h
    reads     who: id

 2  stop  on d1, d2 · ← look
    writes    systemctl stop x
 !  back  on this machine · if stop fails
    destroys  rm -r x

It may change something on this machine and 2 hosts (d1, d2)
  writes    stop
  destroys  back
";
    assert_eq!(told(&graph, &reach, false, 80), expected);
    let document: serde_json::Value = serde_json::from_str(&told(&graph, &reach, true, 80)).unwrap();
    assert_eq!(document["steps"][1]["commands"][0]["class"], "writes");
    assert_eq!(
        (&document["steps"][1]["level"], &document["steps"][2]["level"]),
        (&2.into(), &serde_json::Value::Null)
    );
}

#[test]
fn what_is_protected_is_named_where_it_could_be_changed() {
    for (steps, protected) in [
        ("a: {run: ls, host: db-1}", vec![]),
        ("a: {run: 'mkdir x', host: db-1}", vec!["db-1"]),
        ("a: {run: 'mkdir x', host: 'root@db-1:22'}", vec!["root@db-1:22"]),
        ("a: {run: 'mkdir x', host: web}", vec![]),
        ("a: {run: 'kubectl --context prod-eu delete pod x'}", vec!["prod-eu"]),
        ("a: {run: 'kubectl --context prod-eu get pods'}", vec![]),
        ("a: {run: 'echo ${vars.v} >x', host: db-1}", vec!["db-1"]),
    ] {
        let (_, reach) = reach(&format!("vars: {{v: 1}}\nsteps: {{{steps}}}"), &[], &["db-*"]);
        assert_eq!(reach.protected, protected, "{steps}");
    }
    let environments = "environments: {live: {protected: true}, test: {}}\n";
    for (step, all) in [("mkdir x", vec!["live"]), ("ls", vec![])] {
        let (_, reach) = reach(&format!("{environments}steps: {{a: {{run: {step}}}}}"), &["*"], &[]);
        assert_eq!(reach.protected, all, "{step}");
    }
}

#[test]
fn what_only_looks_may_be_repeated_and_needs_no_agreement() {
    let (graph, reach) =
        reach("steps: {a: {run: ls}, b: {run: 'mkdir x'}, c: {run: 'mkdir y', idempotent: true}}", &[], &[]);
    assert_eq!(reach.repeatable(&graph), [true, false, true]);
    let lines = radius("x.yaml", &graph, &reach, &[0, 1]);
    assert_eq!(lines, ["x.yaml may change something on this machine", "  writes    b"]);
}
