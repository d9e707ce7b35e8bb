//! From a question to its agent: what the agents that are there bid, what a race of ten costs in itself, and what
//! it saves where agents take their time: beside it stands the same choice by asking one after the other.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use agents::{Agent, Answer, Bid, Context, Failure, Question, specialists};
use async_trait::async_trait;
use awesh_backend::race::{DEADLINE, race};
use criterion::Criterion;
use tokio::runtime::{Builder, Runtime};

/// How long an agent thinks that has to look at something.
const THOUGHT: Duration = Duration::from_millis(10);

/// An agent that has its bid after some time.
struct Thinking(Duration, Bid);

#[async_trait]
impl Agent for Thinking {
    fn name(&self) -> &'static str {
        "thinking"
    }

    async fn bid(&self, _: &Question) -> Bid {
        if !self.0.is_zero() {
            tokio::time::sleep(self.0).await;
        }
        self.1
    }

    async fn run(&self, _: &Context) -> Result<Answer, Failure> {
        Ok(Answer::default())
    }
}

pub fn benches(criterion: &mut Criterion) {
    // As the backend has it.
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime can be had where benchmarks run");
    let ten = |thought: Duration, last: Bid| -> Vec<Arc<dyn Agent>> {
        let agent = |bid| Arc::new(Thinking(thought, bid)) as Arc<dyn Agent>;
        (0..9).map(|_| agent(Bid::Possible(1))).chain([agent(last)]).collect()
    };
    let mut group = criterion.benchmark_group("race");
    for (name, agents, text) in [
        ("ten agents, the last is certain", ten(Duration::ZERO, Bid::Certain), "anything"),
        ("ten agents, the best of all bids", ten(Duration::ZERO, Bid::Possible(2)), "anything"),
        ("own agents, a question for one", specialists(), "what is the git status?"),
        ("own agents, a question for none", specialists(), "why is the sky blue?"),
    ] {
        let question = Question { text: text.to_owned(), ..Question::default() };
        group.bench_function(name, |bencher| bencher.iter(|| run(&runtime, &agents, black_box(&question))));
    }
    let (agents, question) = (ten(THOUGHT, Bid::Certain), Question::default());
    group.sample_size(20);
    group.bench_function("ten agents of 10 ms each", |bencher| {
        bencher.iter(|| run(&runtime, &agents, black_box(&question)));
    });
    group.bench_function("ten agents of 10 ms each, one after the other", |bencher| {
        bencher.iter(|| runtime.block_on(one_after_the_other(&agents, black_box(&question))));
    });
    group.finish();
}

/// The choice as it is without a race: the first agent that claims the question ends it.
async fn one_after_the_other(agents: &[Arc<dyn Agent>], question: &Question) -> bool {
    for agent in agents {
        if agent.bid(question).await == Bid::Certain {
            return true;
        }
    }
    false
}

fn run(runtime: &Runtime, agents: &[Arc<dyn Agent>], question: &Question) -> bool {
    runtime.block_on(race(agents, question, DEADLINE)).is_some()
}
