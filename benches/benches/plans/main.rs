//! Deployments by a plan beside the same steps one after the other: `cargo bench -p benches --bench plans`.
//! `-- --scale N` changes how much faster than the model it runs.
//!
//! The steps are those of `agents/examples/deploy.yaml`. What they take is a model (`model.rs`): waits of that length,
//! each in a shell of its own on this machine, by the engine that runs plans. Both orders are run and measured, the
//! sequential one as a plan in which each step needs the one before; so what starting processes costs is in both.

mod model;

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use agents::batch::Wish;
use agents::plan::journal::Begun;
use agents::plan::{Conductor, Engine, Journal, Plan, Summary};
use model::{CASES, Case};
use tokio::sync::watch;

/// How much faster than the model it runs.
const SCALE: f64 = 5.0;

fn main() -> io::Result<()> {
    let Some(arguments) = benches::arguments() else { return Ok(()) };
    let scale = benches::number(&arguments, "--scale", SCALE);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut out = io::stdout();
    writeln!(
        out,
        "| deployment | one after the other, s | in stages, s | by the plan, s | ratio | with the clean-up, s | ratio |"
    )?;
    writeln!(out, "|---|---:|---:|---:|---:|---:|---:|")?;
    for case in CASES {
        let [one_by_one, stages, plan] = [case.one_by_one(scale), case.in_stages(scale), case.plan(scale)]
            .map(|text| {
                runtime.block_on(measure(&text)).map(|summary| {
                    let modelled = |time: Duration| time.as_secs_f64() * scale;
                    (modelled(summary.took), modelled(summary.took_with_background))
                })
            });
        let ((_, sequential), (stages, _), (took, whole)) = (one_by_one?, stages?, plan?);
        writeln!(
            out,
            "| {} | {sequential:.1} | {stages:.1} ({:.2}×) | {took:.1} | {:.2}× | {whole:.1} | {:.2}× |",
            case.name,
            sequential / stages,
            sequential / took,
            sequential / whole
        )?;
    }
    Ok(())
}

/// Runs a plan in all its environments, its journal included.
async fn measure(text: &str) -> io::Result<Summary> {
    let file = Path::new("deploy.yaml");
    let plan = Plan::parse(text, file).map_err(io::Error::other)?;
    let graph = Arc::new(plan.graph(&["*".to_owned()], &[]).map_err(io::Error::other)?);
    let directory = tempfile::tempdir()?;
    let (mut journal, _) = Journal::open(directory.path(), file).map_err(io::Error::other)?;
    let (hash, environments, vars) = (String::new(), Vec::new(), Vec::new());
    journal.begin(&Begun { plan: file.to_owned(), hash, environments, vars, at: 0 })?;
    let (_go_on, wish) = watch::channel(Wish::GoOn);
    let nodes = graph.nodes.len();
    let conductor = Conductor {
        graph: graph.clone(),
        runner: Arc::new(Engine::new(None)),
        repeatable: vec![false; nodes],
        before: vec![None; nodes],
        wish,
    };
    let run = conductor.run(&mut journal, drop).await;
    if run.is_success() { Ok(Summary::of(&graph, &run)) } else { Err(io::Error::other(run.counts(&graph))) }
}

impl Case {
    /// The steps as a plan, each waiting for what it needs.
    fn plan(&self, scale: f64) -> String {
        self.text(scale, |step| (step.needs.to_vec(), step.is_background))
    }

    /// The steps in stages: pairs side by side, and each pair behind the one before.
    fn in_stages(&self, scale: f64) -> String {
        self.text(scale, |step| {
            let before = model::STEPS.iter().filter(|other| other.stage + 1 == step.stage);
            (before.map(|other| other.name).collect(), step.is_background)
        })
    }

    /// The steps of all regions, each behind the one before.
    fn one_by_one(&self, scale: f64) -> String {
        let mut text = "environments: {all: {}}\nsteps:\n".to_owned();
        let mut before = String::new();
        for region in self.regions {
            for (step, took) in model::STEPS.iter().zip(self.took) {
                let name = format!("{region}-{}", step.name);
                text += &format!("  {name}: {{run: sleep {}, needs: [{before}]}}\n", took / scale);
                before = name;
            }
        }
        text
    }

    fn text(&self, scale: f64, order: impl Fn(&model::Step) -> (Vec<&'static str>, bool)) -> String {
        let regions: Vec<String> = self.regions.iter().map(|region| format!("{region}: {{}}")).collect();
        let mut text = format!("environments: {{{}}}\nsteps:\n", regions.join(", "));
        for (step, took) in model::STEPS.iter().zip(self.took) {
            let (needs, is_background) = order(step);
            text += &format!(
                "  {}: {{run: sleep {}, needs: [{}], background: {is_background}}}\n",
                step.name,
                took / scale,
                needs.join(", ")
            );
        }
        text
    }
}
