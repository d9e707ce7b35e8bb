//! From a question to its agent: what the agents that are there bid, and what a race of ten costs in itself.

use std::hint::black_box;
use std::sync::Arc;

use agents::{Agent, Answer, Bid, Context, Failure, Question, specialists};
use async_trait::async_trait;
use awesh_backend::race::{DEADLINE, race};
use criterion::Criterion;
use tokio::runtime::{Builder, Runtime};

/// An agent that has its bid at once.
struct Ready(Bid);

#[async_trait]
impl Agent for Ready {
    fn name(&self) -> &'static str {
        "ready"
    }

    async fn bid(&self, _: &Question) -> Bid {
        self.0
    }

    async fn run(&self, _: &Context) -> Result<Answer, Failure> {
        Ok(Answer::default())
    }
}

pub fn benches(criterion: &mut Criterion) {
    // As the backend has it.
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime can be had where benchmarks run");
    let ten = |last: Bid| -> Vec<Arc<dyn Agent>> {
        let ready = |bid| Arc::new(Ready(bid)) as Arc<dyn Agent>;
        (0..9).map(|_| ready(Bid::Possible(1))).chain([ready(last)]).collect()
    };
    let mut group = criterion.benchmark_group("race");
    for (name, agents, text) in [
        ("ten agents, the last is certain", ten(Bid::Certain), "anything"),
        ("ten agents, the best of all bids", ten(Bid::Possible(2)), "anything"),
        ("own agents, a question for one", specialists(), "what is the git status?"),
        ("own agents, a question for none", specialists(), "why is the sky blue?"),
    ] {
        let question = Question { text: text.to_owned(), ..Question::default() };
        group.bench_function(name, |bencher| bencher.iter(|| run(&runtime, &agents, black_box(&question))));
    }
    group.finish();
}

fn run(runtime: &Runtime, agents: &[Arc<dyn Agent>], question: &Question) -> bool {
    runtime.block_on(race(agents, question, DEADLINE)).is_some()
}
