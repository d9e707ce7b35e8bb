//! Runs with commands that are only pretended, in a time of their own.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;

use async_trait::async_trait;
use tokio::time::sleep;

use super::*;
use crate::batch::{self, Batch, Report};
use crate::plan::{Plan, Summary};

/// Runs lines of its own language: `[fail ]NAME SECONDS` takes so long and prints the name and how often it ran.
#[derive(Default)]
struct Pretended {
    ran: Mutex<Vec<String>>,
    /// Names that fail until they ran so often.
    fails: HashMap<&'static str, usize>,
    /// Names whose connection is lost.
    lost: Vec<&'static str>,
}

impl Pretended {
    fn runs_of(&self, name: &str) -> usize {
        self.ran.lock().unwrap().iter().filter(|ran| *ran == name).count()
    }

    async fn outcome(&self, command: &batch::Command, wish: &mut watch::Receiver<Wish>) -> batch::Outcome {
        let line = command.line.lines().last().unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        let name = words[0].to_owned();
        let time = Duration::from_secs_f64(words.get(1).map_or(1.0, |seconds| seconds.parse().unwrap()));
        self.ran.lock().unwrap().push(name.clone());
        let took = Instant::now();
        let is_ended = tokio::select! {
            () = sleep(time) => false,
            _ = wish.wait_for(|wish| *wish == Wish::End) => true,
        };
        let took = took.elapsed();
        let fails = self.fails.get(name.as_str()).is_some_and(|until| self.runs_of(&name) < *until);
        let fate = if is_ended {
            batch::Fate::Cancelled { took }
        } else if self.lost.contains(&name.as_str()) {
            batch::Fate::Unknown
        } else {
            batch::Fate::Ended { status: u8::from(fails), took }
        };
        let stdout = format!("{name} {}\n", self.runs_of(&name)).into_bytes();
        batch::Outcome { label: command.label.clone(), stdout, stderr: b"no\n".to_vec(), left_out: 0, fate }
    }
}

#[async_trait]
impl Runner for Pretended {
    async fn run(&self, _: Option<&str>, batch: &Batch, mut wish: watch::Receiver<Wish>) -> Report {
        let mut outcomes = Vec::new();
        for command in &batch.commands {
            outcomes.push(self.outcome(command, &mut wish).await);
        }
        Report { outcomes, failure: None, took: Duration::ZERO }
    }
}

/// Keeps account in memory.
#[derive(Default)]
struct Notes(Vec<String>);

impl Ledger for Notes {
    fn started(&mut self, step: &str) -> io::Result<()> {
        self.0.push(format!("+{step}"));
        Ok(())
    }

    fn ended(&mut self, step: &str, outcome: &Outcome) -> io::Result<()> {
        self.0.push(format!("{step} {}", outcome.fate.word()));
        Ok(())
    }
}

fn graph(text: &str) -> Arc<Graph> {
    let plan = Plan::parse(text, Path::new("plan.yaml")).unwrap();
    Arc::new(plan.graph(&["*".to_owned()][..usize::from(text.contains("environments"))], &[]).unwrap())
}

fn conductor(graph: &Arc<Graph>, runner: Arc<Pretended>) -> (Conductor, watch::Sender<Wish>) {
    let (sender, wish) = watch::channel(Wish::GoOn);
    let nodes = graph.nodes.len();
    let conductor = Conductor {
        graph: graph.clone(),
        runner,
        repeatable: vec![false; nodes],
        before: vec![None; nodes],
        wish,
    };
    (conductor, sender)
}

async fn run_with(text: &str, runner: Arc<Pretended>) -> (Arc<Graph>, Run, Vec<String>) {
    let graph = graph(text);
    let mut notes = Notes::default();
    let (conductor, _wish) = conductor(&graph, runner);
    let run = conductor.run(&mut notes, drop).await;
    (graph, run, notes.0)
}

async fn run(text: &str) -> (Arc<Graph>, Run, Vec<String>) {
    run_with(text, Arc::default()).await
}

fn fates(graph: &Graph, run: &Run) -> String {
    let all = graph.nodes.iter().zip(&run.outcomes);
    all.map(|(node, outcome)| format!("{} {}", node.name, outcome.fate.word())).collect::<Vec<_>>().join(", ")
}

fn failing(names: &[(&'static str, usize)]) -> Arc<Pretended> {
    Arc::new(Pretended { fails: names.iter().copied().collect(), ..Pretended::default() })
}

#[tokio::test(start_paused = true)]
async fn steps_run_as_soon_as_what_they_need_is_there() {
    let text = "\
steps:
  ports: {run: ports 2}
  containers: {run: containers 3}
  pull: {run: pull 10}
  config: {run: 'config 4', needs: [ports, containers]}
  start: {run: 'start 2', needs: [pull, config]}
  clean: {run: 'clean 60', needs: start, background: true}
  switch: {run: 'switch 1', needs: start}
";
    let (graph, run, _) = run(text).await;
    assert!(run.is_success());
    let summary = Summary::of(&graph, &run);
    let path: Vec<_> = summary.critical_path.iter().map(|(node, took)| (*node, took.as_secs())).collect();
    assert_eq!(path, [(2, 10), (4, 2), (6, 1)]);
    assert_eq!((summary.took.as_secs(), summary.took_with_background.as_secs()), (13, 72));
    assert_eq!(summary.one_by_one.as_secs(), 82);
}

#[tokio::test(start_paused = true)]
async fn a_failure_ends_its_environment_and_no_other() {
    let text = "\
environments: {a: {}, b: {vars: {n: ok}}}
vars: {n: bad}
steps:
  one: {run: 'x 1', when: vars.n == 'ok'}
  two: {run: 'bad 2', when: vars.n == 'bad', on_failure: [undo, tell]}
  slow: {run: slow 5}
  three: {run: x 1, needs: [one, two]}
  tell: {run: tell 1}
  undo: {run: undo 1}
";
    let runner = failing(&[("bad", 9)]);
    let (graph, run, notes) = run_with(text, runner.clone()).await;
    assert_eq!(
        fates(&graph, &run),
        "a/one skipped, a/two failed, a/slow done, a/three not run, a/tell done, a/undo done, \
         b/one done, b/two skipped, b/slow done, b/three done, b/tell skipped, b/undo skipped"
    );
    assert_eq!(run.outcomes[3].fate, Fate::NotRun("a/two failed".to_owned()));
    assert_eq!(run.outcomes[1].fate, Fate::Failed("exit status 1: no".to_owned()));
    let order = |name: &str| notes.iter().position(|note| note == name).unwrap();
    // Nothing is cleaned up under what still runs.
    assert!(order("a/slow done") < order("+a/undo"), "{notes:?}");
    assert!(order("a/undo done") < order("+a/tell"), "{notes:?}");
    assert!(!run.is_success());
    assert_eq!(run.counts(&graph), "10 steps: 6 done, 1 failed, 2 skipped, 1 not run");
}

#[tokio::test(start_paused = true)]
async fn a_failure_may_be_let_pass_and_be_known() {
    let text = "\
steps:
  probe: {run: probe 1, on_failure: continue}
  quick: {run: quick 1, needs: probe, when: steps.probe.succeeded}
  long: {run: 'long 1 ${steps.probe.stdout}', needs: probe, when: steps.probe.failed and steps.probe.status == 1}
  aside: {run: aside 1, background: true}
  after: {run: after 1, needs: aside}
";
    let (graph, run, _) = run_with(text, failing(&[("probe", 9), ("aside", 9)])).await;
    assert_eq!(fates(&graph, &run), "probe failed, quick skipped, long done, aside failed, after not run");
    assert_eq!(run.outcomes[4].fate, Fate::NotRun("aside failed".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn steps_are_tried_again_with_growing_delays_and_within_their_time() {
    let text = "\
steps:
  flaky: {run: flaky 1, retry: {attempts: 4, delay: 2s, backoff: 2}}
  poll: {run: poll 1, until: self.stdout contains 'poll 3', timeout: 30s}
  never: {run: never 1, until: self.stdout == 'x', timeout: 10s, on_failure: continue}
";
    let (graph, run, _) = run_with(text, failing(&[("flaky", 3), ("poll", 9)])).await;
    assert_eq!(fates(&graph, &run), "flaky done, poll done, never failed");
    let facts = |node: usize| (run.outcomes[node].attempts, run.outcomes[node].took.as_secs());
    assert_eq!((facts(0), facts(1), facts(2)), ((3, 9), (3, 5), (5, 9)));
    assert_eq!(run.outcomes[2].fate.why(), "not yet: self.stdout == 'x', tried 5 times, in 10.0 s");
    let (_, run, _) = run_with("steps: {a: {run: a 1, retry: 2}}", failing(&[("a", 9)])).await;
    assert_eq!(run.outcomes[0].fate.why(), "exit status 1: no, tried 2 times");
}

#[tokio::test(start_paused = true)]
async fn what_may_have_run_is_not_tried_again_unless_it_may_be() {
    let text = "steps: {a: {run: a 1, retry: 5}, b: {run: a 1}}";
    let graph = graph(text);
    for (repeatable, attempts) in [(false, 1), (true, 5)] {
        let runner = Arc::new(Pretended { lost: vec!["a"], ..Pretended::default() });
        let (mut conductor, _wish) = conductor(&graph, runner);
        conductor.repeatable = vec![repeatable; 2];
        let run = conductor.run(&mut Notes::default(), drop).await;
        assert_eq!(run.outcomes[0].attempts, attempts);
        assert!(run.outcomes[0].fate.why().starts_with("it is not known whether it ran"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_is_tried_again_only_where_it_has_not_succeeded() {
    struct Hosts(Mutex<Vec<String>>);
    #[async_trait]
    impl Runner for Hosts {
        async fn run(&self, host: Option<&str>, batch: &Batch, _: watch::Receiver<Wish>) -> Report {
            let host = host.unwrap().to_owned();
            self.0.lock().unwrap().push(host.clone());
            let runs = self.0.lock().unwrap().iter().filter(|other| **other == host).count();
            let status = u8::from(host == "b" && runs < 3);
            let outcome = |command: &batch::Command| batch::Outcome {
                label: command.label.clone(),
                stdout: format!("{host} {runs}\n").into_bytes(),
                stderr: Vec::new(),
                left_out: 0,
                fate: batch::Fate::Ended { status, took: Duration::ZERO },
            };
            Report {
                outcomes: batch.commands.iter().map(outcome).collect(),
                failure: None,
                took: Duration::ZERO,
            }
        }
    }
    let graph =
        graph("steps: {s: {run: x, hosts: [a, b, c], retry: 5}, t: {run: 'x ${steps.s.stdout}', host: d}}");
    let hosts = Arc::new(Hosts(Mutex::default()));
    let (mut conductor, _wish) = conductor(&graph, Arc::default());
    conductor.runner = hosts.clone();
    let run = conductor.run(&mut Notes::default(), drop).await;
    assert_eq!(*hosts.0.lock().unwrap(), ["a", "b", "c", "b", "b", "d"]);
    let printed: Vec<_> = run.outcomes[0].outputs.iter().map(|output| output.stdout.as_str()).collect();
    assert_eq!((run.outcomes[0].attempts, printed), (3, vec!["a 1\n", "b 3\n", "c 1\n"]));
}

#[tokio::test(start_paused = true)]
async fn classes_have_limits_across_environments() {
    let text = "\
limits: {registry: 2}
environments: {a: {}, b: {}}
steps:
  build: {run: build 10, class: heavy}
  pull: {run: pull 10, class: registry}
  push: {run: push 10, class: registry}
";
    let (_, run, _) = run(text).await;
    let ends = |node: usize| run.spans[node].unwrap().1.as_secs();
    assert_eq!((ends(0), ends(3)), (10, 20));
    assert_eq!([1, 2, 4, 5].map(ends), [10, 10, 20, 20]);
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_run_ends_what_runs_and_begins_nothing() {
    let graph =
        graph("steps: {a: {run: a 5}, b: {run: b 50}, c: {run: c 1, needs: a}, d: {run: d 1, needs: b}}");
    let (conductor, wish) = conductor(&graph, Arc::default());
    let mut notes = Notes::default();
    let interrupt = async {
        sleep(Duration::from_millis(5500)).await;
        wish.send(Wish::End).unwrap();
        std::future::pending::<()>().await;
    };
    let run = tokio::select! {
        run = conductor.run(&mut notes, drop) => run,
        () = interrupt => unreachable!(),
    };
    assert_eq!(fates(&graph, &run), "a done, b interrupted, c interrupted, d not run");
    notes.0.sort();
    assert_eq!(notes.0, ["+a", "+b", "+c", "a done", "b interrupted", "c interrupted"]);
    assert_eq!(run.took.as_millis(), 5500);
}

#[tokio::test(start_paused = true)]
async fn values_of_earlier_steps_are_passed_and_cut_ones_refused() {
    let text = "\
steps:
  one: {run: one 1}
  two: {run: ['two 1', {label: named, run: 'named 1'}], needs: one}
  three: {run: 'three 1 ${steps.two.named.stdout} ${steps.one.status}'}
";
    struct Lines(Mutex<Vec<String>>, Pretended, u64);
    #[async_trait]
    impl Runner for Lines {
        async fn run(&self, host: Option<&str>, batch: &Batch, wish: watch::Receiver<Wish>) -> Report {
            self.0.lock().unwrap().extend(batch.commands.iter().map(|command| command.line.clone()));
            let mut report = self.1.run(host, batch, wish).await;
            report.outcomes.iter_mut().for_each(|outcome| outcome.left_out = self.2);
            report
        }
    }
    for (left_out, expected) in [(0, "done"), (1, "failed")] {
        let graph = graph(text);
        let lines = Arc::new(Lines(Mutex::default(), Pretended::default(), left_out));
        let (mut conductor, _wish) = conductor(&graph, Arc::default());
        conductor.runner = lines.clone();
        let run = conductor.run(&mut Notes::default(), drop).await;
        assert_eq!(run.outcomes[2].fate.word(), expected);
        if left_out == 0 {
            let last = lines.0.lock().unwrap().last().unwrap().clone();
            let expected = "__awesh_0='named 1'\n__awesh_1=0\nthree 1 \"${__awesh_0}\" \"${__awesh_1}\"";
            assert_eq!(last, expected);
        } else {
            assert!(run.outcomes[2].fate.why().contains("steps.two.named.stdout is longer than"));
        }
    }
}

mod kills;
