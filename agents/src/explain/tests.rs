//! Every rule with what the program really prints, and what no rule may speak about.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::testing::{ScriptedModel, context};

/// Rule, status, command and output; `⏎` is a line's end, `\|` a pipe.
const SAMPLES: &str = include_str!("samples.txt");

fn command(line: &str, status: i32, output: &str) -> RecentCommand {
    RecentCommand { command: line.into(), status, duration_ms: 1, output: output.into() }
}

fn samples() -> impl Iterator<Item = (&'static str, RecentCommand)> {
    SAMPLES.lines().map(|line| {
        let parts: Vec<String> = line
            .replace("\\|", "\u{0}")
            .splitn(4, '|')
            .map(|part| part.replace('\u{0}', "|").replace('⏎', "\n"))
            .collect();
        let name = line.split('|').next().unwrap();
        (name, command(&parts[2], parts[1].parse().unwrap(), &parts[3]))
    })
}

#[test]
fn each_sample_is_explained_by_its_rule() {
    let wrong: Vec<_> = samples()
        .filter_map(|(name, last)| {
            let found = rules::explain(&last).map(|explanation| explanation.rule);
            (found != Some(name)).then_some((name, found, last))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_rule_has_a_sample_and_a_cause_in_whole_words() {
    let names: Vec<&str> = samples().map(|(name, _)| name).collect();
    assert!(rules::all().count() >= 60);
    for rule in rules::all() {
        assert!(names.contains(&rule.name), "{} has no sample", rule.name);
    }
    for (name, last) in samples() {
        let explanation = rules::explain(&last).unwrap_or_else(|| panic!("{name}"));
        let words = format!("{} {:?}", explanation.cause, explanation.next);
        for blank in ["{0}", "{1}", "{2}", "{3}", "{4}"] {
            assert!(!words.contains(blank), "{name}: {words}");
        }
    }
}

#[test]
fn what_is_found_stands_in_the_words() {
    let explain = |line, status, output| rules::explain(&command(line, status, output)).unwrap();
    assert!(explain("gti status", 127, "bash: gti: command not found").cause.contains("`gti`"));
    let denied = explain("cat /etc/shadow", 1, "cat: /etc/shadow: Permission denied");
    assert!(denied.next[0].contains("/etc/shadow"), "{denied:?}");
    // What was printed cannot leave the code it is shown in.
    let odd = explain("x", 127, "bash: a`b\u{1b}[2J: command not found");
    assert!(!odd.cause.contains('\u{1b}') && odd.cause.matches('`').count() == 2, "{odd:?}");
}

#[test]
fn what_did_not_fail_or_is_not_known_is_not_explained() {
    for (line, status, output) in [
        ("cat app.log", 0, "12:00 connection refused\n12:01 permission denied"),
        ("grep -c x app.log", 1, "0"),
        ("false", 1, ""),
        ("./deploy", 3, "Something unusual happened."),
        ("kubectl get pods", 0, "web-1   1/1   Running   0   2d"),
        ("echo CrashLoopBackOff", 0, "CrashLoopBackOff"),
        ("diff a b", 1, "< a\n> b"),
        ("cat notes", 1, "the git repository is not found here"),
        ("true", 0, ""),
    ] {
        assert_eq!(rules::explain(&command(line, status, output)), None, "{line}");
    }
}

async fn bid(agent: &Explain, text: &str, last: Option<RecentCommand>) -> Bid {
    let question = Question { text: text.into(), recent: last.into_iter().collect(), ..Question::default() };
    agent.bid(&question).await
}

#[tokio::test]
async fn it_bids_for_the_last_failure_only() {
    let agent = Explain::default();
    let failed = || Some(command("nosuch", 127, "bash: nosuch: command not found"));
    assert_eq!(bid(&agent, "why did that fail?", failed()).await, Bid::Certain);
    assert_eq!(bid(&agent, "why did the build fail?", failed()).await, Bid::None);
    assert_eq!(bid(&agent, "why did that fail?", None).await, Bid::None);
    assert_eq!(bid(&agent, "why did that fail?", Some(command("true", 0, ""))).await, Bid::None);
}

#[tokio::test]
async fn asked_again_it_leaves_the_answer_to_a_model() {
    let agent = Explain::default();
    let (mut context, screen) = context("why did that fail?", Path::new("/"));
    let last = command("nosuch", 127, "bash: nosuch: command not found");
    context.question.recent.push(last.clone());
    agent.run(&context).await.unwrap();
    let shown = screen.shown();
    assert!(shown.contains("There is no command `nosuch`") && shown.contains("type -a nosuch"), "{shown}");
    assert_eq!(bid(&agent, "why did that fail?", Some(last.clone())).await, Bid::Certain);
    context.model = Ok(Arc::new(ScriptedModel::new([])));
    agent.run(&context).await.unwrap();
    assert!(screen.shown().contains("Asked again, the AI answers"));
    assert_eq!(bid(&agent, "why did that fail?", Some(last.clone())).await, Bid::None);
    let another = RecentCommand { duration_ms: 2, ..last };
    assert_eq!(bid(&agent, "why did that fail?", Some(another)).await, Bid::Certain);
}
