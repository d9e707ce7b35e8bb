//! Plans that make sense, and what is said of those that do not.

use super::*;

fn parse(text: &str) -> Result<Plan, String> {
    Plan::parse(text, Path::new("plan.yaml")).map_err(|problem| problem.to_string())
}

/// A plan of steps that run `true`, each with these fields.
fn steps(steps: &[(&str, &str)]) -> String {
    let lines = steps.iter().map(|(name, fields)| format!("  {name}: {{run: 'true'{fields}}}\n"));
    format!("steps:\n{}", lines.collect::<String>())
}

#[test]
fn steps_are_in_levels_by_what_they_need_and_use() {
    let plan = parse(
        "steps:\n  \
           last: {run: 'true', needs: [b, used]}\n  \
           a: {run: 'true', on_failure: [undo]}\n  \
           b: {run: 'echo ${steps.a.stdout}'}\n  \
           used: {run: 'true', when: steps.b.succeeded}\n  \
           undo: {run: 'echo ${steps.a.stderr}'}\n  \
           alone: {run: 'true'}\n",
    )
    .unwrap();
    assert_eq!(plan.order.levels(), [vec![1, 5], vec![2], vec![3], vec![0]]);
    assert_eq!(plan.order.needs[0], [2, 3]);
    assert!(plan.order.is_clean_up(4) && !plan.order.is_clean_up(5));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let cases = [
        (steps(&[("a", ", needs: c"), ("b", ", needs: a"), ("c", ", needs: b")]), "step a: the steps wait for each other: a → b → c → a"),
        (steps(&[("x", ""), ("a", ", needs: [x, a]")]), "plan.yaml:3: step a: the steps wait for each other: a → a"),
        (steps(&[("build", ""), ("test", ", needs: biuld")]), "step test: there is no step biuld; did you mean build?"),
        (steps(&[("a", ", on_failure: [b]")]), "step a: there is no step b"),
        (steps(&[("a", ", resources: r"), ("b", ", resources: [q, r]")]), "step b: it and a may run at the same time, and both use r"),
        (
            steps(&[("a", ", on_failure: [undo]"), ("b", ", resources: r"), ("undo", ", resources: r")]),
            "step undo: it and b may run at the same time, and both use r",
        ),
        (steps(&[("a", ", on_failure: [undo]"), ("undo", ", needs: a")]), "step undo: it runs where a fails, after it and in its place"),
        (
            steps(&[("a", ", on_failure: [undo]"), ("undo", ""), ("b", ", needs: undo")]),
            "step b: it can never run: it needs undo, which runs only where a fails",
        ),
        (
            steps(&[("a", ""), ("b", ", when: steps.a.failed and true")]),
            "step b: it can never run: where a fails, nothing after it does",
        ),
        (
            "steps:\n  a: {run: ls, on_failure: [undo]}\n  b: {run: ls}\n  undo: {run: 'echo ${steps.b.stdout}'}\n".into(),
            "step undo: it uses what came of b, which need not have run when a fails",
        ),
        (steps(&[("a", ", until: self.stdout == 'x'")]), "until could last for ever: give it a timeout or retry.attempts"),
        (steps(&[("a", ", retry: {delay: 1s}")]), "retry says no attempts"),
        (steps(&[("a", ", when: self.succeeded")]), "when is decided before the step runs"),
        (steps(&[("a", ", class: hevy")]), "there is no limit for the class hevy; did you mean heavy?"),
        ("limits: {a: 0}\nsteps: {a: {run: ls}}".into(), "plan.yaml: limits.a: with a limit of 0"),
        ("hosts: {web: a}\nsteps: {a: {run: ls, host: wbe}}".into(), "there are no hosts called wbe; did you mean web?"),
        ("hosts: {web: -oProxyCommand=x}\nsteps: {a: {run: ls}}".into(), "hosts.web: \"-oProxyCommand=x\" is no host"),
        (steps(&[("a", ", host: '-v'")]), "step a: \"-v\" is no host"),
        ("hosts: {web: []}\nsteps: {a: {run: ls}}".into(), "hosts.web: there is no host in it"),
        (
            "environments: {e: {hosts: {web: x}}, f: {}}\nsteps: {a: {run: ls, host: web}}".into(),
            "the environment f has no hosts called web",
        ),
        ("vars: {port: 1}\nsteps:\n  a: {run: 'echo ${vars.prot}'}".into(), "plan.yaml:3: step a: there is no variable prot; did you mean port?"),
        (
            "environments: {e: {vars: {v: 1}}, f: {}}\nsteps: {a: {run: 'echo ${vars.v}'}}".into(),
            "the environment f has no variable v",
        ),
        ("vars: {a: '${vars.b}'}\nsteps: {a: {run: ls}}".into(), "vars.a: a variable cannot refer to others"),
        (
            "steps:\n  a: {run: [{label: disk, run: df}]}\n  b: {run: 'echo ${steps.a.disc.stdout}'}".into(),
            "plan.yaml:3: step b: step a has no command disc; did you mean disk?",
        ),
    ];
    for (text, why) in cases {
        let problem = parse(&text).unwrap_err();
        assert!(problem.contains(why), "{text}\n{problem}\nnot {why}");
    }
}

#[test]
fn a_resource_used_in_turn_is_no_conflict() {
    for text in [
        steps(&[("a", ", resources: r"), ("b", ", resources: r, needs: c"), ("c", ", needs: a")]),
        steps(&[("a", ", resources: r, class: heavy"), ("b", ", resources: r, class: heavy")]),
        steps(&[("a", ", resources: r, on_failure: [undo]"), ("undo", ", resources: r")]),
    ] {
        parse(&text).unwrap();
    }
    let limited = steps(&[("a", ", resources: r, class: heavy"), ("b", ", resources: r, class: heavy")]);
    assert!(parse(&format!("limits: {{heavy: 2}}\n{limited}")).is_err());
}

const TWO: &str = "\
vars: {tag: v1, port: 80}
hosts: {web: [w1, w2], db: d}
environments:
  staging: {hosts: {web: s1}}
  production: {protected: true, vars: {port: 443}}
steps:
  check: {run: 'true', hosts: [web, db, w1, extra]}
  go: {run: 'echo ${vars.port}', needs: check, on_failure: [second, first]}
  first: {run: 'true'}
  second: {run: 'true'}
";

#[test]
fn environments_have_their_own_hosts_and_variables() {
    let given = [("tag".to_owned(), "v2".to_owned())];
    let graph = parse(TWO).unwrap().graph(&["*".to_owned(), "staging".to_owned()], &given).unwrap();
    let names: Vec<_> = graph.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names[..2], ["staging/check", "staging/go"]);
    assert_eq!(names[4..6], ["production/check", "production/go"]);
    assert_eq!(graph.nodes[0].hosts, ["s1", "d", "w1", "extra"]);
    assert_eq!(graph.nodes[4].hosts, ["w1", "w2", "d", "extra"]);
    assert_eq!((&graph.nodes[5].needs, &graph.nodes[5].clean_ups), (&vec![4], &vec![7, 6]));
    let vars: Vec<_> = graph.environments.iter().map(|environment| &environment.vars).collect();
    assert_eq!(
        (vars[0]["port"].as_str(), vars[1]["port"].as_str(), vars[1]["tag"].as_str()),
        ("80", "443", "v2")
    );
    assert!(graph.environments[1].is_protected && !graph.environments[0].is_protected);
}

#[test]
fn environments_have_to_be_named_where_there_are_several() {
    let graph = |patterns: &[&str], vars: &[(&str, &str)]| {
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        let vars: Vec<_> = vars.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        parse(TWO).unwrap().graph(&patterns, &vars).map(|graph| graph.nodes.len())
    };
    assert_eq!(graph(&["prod*"], &[]), Ok(4));
    assert_eq!(
        graph(&[], &[]).unwrap_err(),
        "name the environments to run in; there are staging, production"
    );
    assert_eq!(graph(&["stagin"], &[]).unwrap_err(), "there is no environment stagin; did you mean staging?");
    assert_eq!(graph(&["*"], &[("tags", "")]).unwrap_err(), "there is no variable tags; did you mean tag?");
    let plain = parse("steps: {a: {run: ls}}").unwrap().graph(&[], &[]).unwrap();
    assert_eq!((plain.nodes[0].name.as_str(), plain.environments.len()), ("a", 1));
}

#[test]
fn environments_that_share_a_resource_in_a_place_do_not_run_side_by_side() {
    let text = |hosts: &str, class: &str| {
        format!(
            "environments: {{a: {{hosts: {{web: [x, y]}}}}, b: {{hosts: {{web: {hosts}}}}}}}\n\
             steps: {{switch: {{run: ls, host: web, resources: proxy{class}}}}}"
        )
    };
    let graph =
        |text: String| parse(&text).unwrap().graph(&["*".to_owned()], &[]).map(|graph| graph.nodes.len());
    assert_eq!(graph(text("z", "")), Ok(2));
    assert_eq!(graph(text("[z, y]", ", class: heavy")), Ok(2));
    let why =
        "a/switch and b/switch would use proxy on y at the same time: run one environment after the other";
    assert_eq!(graph(text("[z, y]", "")).unwrap_err(), why);
    let here = "environments: {a: {}, b: {}}\nsteps: {s: {run: ls, resources: r}}".to_owned();
    assert!(graph(here).unwrap_err().contains("use r on this machine at the same time"));
}
