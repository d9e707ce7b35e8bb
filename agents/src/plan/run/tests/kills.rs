//! A run that is killed before, in or after any line of its journal, and the run that goes on.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use super::*;
use crate::plan::journal::tests::open_soon;
use crate::plan::journal::{Begun, Journal};

const PLAN: &str = "\
steps:
  a: {run: a 1}
  b: {run: b 2, idempotent: true}
  c: {run: 'c 3 ${steps.a.stdout}', needs: b}
  d: {run: d 1, needs: [a, c]}
  e: {run: e 1, background: true}
";

/// Where a run is killed.
#[derive(Debug, Clone, Copy)]
enum Kill {
    Before(usize),
    Within(usize),
    After(usize),
    Never,
}

/// A journal whose process dies at a line.
struct Mortal {
    journal: Journal,
    file: PathBuf,
    kill: Kill,
    lines: usize,
}

impl Mortal {
    fn line(&mut self, write: impl FnOnce(&mut Journal) -> io::Result<()>) -> io::Result<()> {
        let line = self.lines;
        self.lines += 1;
        match self.kill {
            Kill::Before(at) if at == line => panic!("killed, on purpose"),
            Kill::Within(at) if at == line => {
                let mut file = OpenOptions::new().append(true).open(&self.file)?;
                file.write_all(b"0123456789abcdef {\"event\":\"sta")?;
                panic!("killed, on purpose");
            }
            Kill::After(at) if at == line => {
                write(&mut self.journal)?;
                panic!("killed, on purpose");
            }
            _ => write(&mut self.journal),
        }
    }
}

impl Ledger for Mortal {
    fn started(&mut self, step: &str) -> io::Result<()> {
        self.line(|journal| journal.started(step))
    }

    fn ended(&mut self, step: &str, outcome: &Outcome) -> io::Result<()> {
        self.line(|journal| journal.ended(step, outcome))
    }
}

/// Runs until it is killed; what a run that goes on has to ask about is taken as done.
async fn run_until(kill: Kill, directory: &Path, runner: Arc<Pretended>) -> Option<(Run, Vec<String>)> {
    let graph = graph(PLAN);
    let (mut journal, past) = open_soon(directory, Path::new("/plan.yaml"));
    let (mut conductor, _wish) = conductor(&graph, runner);
    let mut asked = Vec::new();
    match past.unwrap() {
        Some(past) => {
            for (node, own) in graph.nodes.iter().enumerate() {
                let done = past.done.get(&own.name).cloned();
                let is_asked = past.unknown.contains(&own.name) && !graph.step(node).idempotent;
                if is_asked {
                    asked.push(own.name.clone());
                }
                let taken = is_asked.then(|| Outcome::without_run(Fate::Succeeded));
                conductor.before[node] = done.or(taken).map(Arc::new);
            }
        }
        None => {
            let begun = Begun {
                plan: "/plan.yaml".into(),
                hash: String::new(),
                environments: Vec::new(),
                vars: Vec::new(),
                at: 0,
            };
            journal.begin(&begun).unwrap();
        }
    }
    let file = std::fs::read_dir(directory).unwrap().next().unwrap().unwrap().path();
    let mut mortal = Mortal { journal, file, kill, lines: 0 };
    // A panic ends it as a kill does: nothing of it goes on, and nothing else is written.
    let task = tokio::spawn(async move {
        let run = conductor.run(&mut mortal, drop).await;
        (run, asked)
    });
    task.await.ok()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_done_twice_wherever_a_run_is_killed() {
    let all = || (0..10).flat_map(|line| [Kill::Before(line), Kill::Within(line), Kill::After(line)]);
    for (first, second) in
        all().flat_map(|first| [(first, None), (first, Some(Kill::After(0))), (first, Some(Kill::Within(1)))])
    {
        let directory = tempfile::tempdir().unwrap();
        let runner: Arc<Pretended> = Arc::default();
        assert!(run_until(first, directory.path(), runner.clone()).await.is_none(), "{first:?}");
        if let Some(second) = second {
            run_until(second, directory.path(), runner.clone()).await;
        }
        let (run, asked) = run_until(Kill::Never, directory.path(), runner.clone()).await.unwrap();
        assert!(run.is_success(), "{first:?} {second:?}");
        for name in ["a", "c", "d", "e"] {
            let runs = runner.runs_of(name);
            // One that was told to begin and never did is asked about, and counts as done here.
            let is_right = runs == 1 || (runs == 0 && (asked.contains(&name.to_owned()) || second.is_some()));
            assert!(is_right, "{first:?} {second:?}: {name} ran {runs} times, asked {asked:?}");
        }
        // Nobody is asked about what may be repeated.
        assert!(!asked.contains(&"b".to_owned()) && runner.runs_of("b") >= 1, "{first:?}");
    }
}
