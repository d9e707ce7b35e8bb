//! What answers: one module per agent.
//!
//! An [`Agent`] bids for a question and, if it wins, answers it with what it is lent in a [`Context`]: the
//! place and circumstances of the question, the [`User`] as the one it speaks to, and a [`Model`] where one is
//! set up. It knows neither socket nor terminal, and no secret reaches a model through it: what is lent as a
//! model redacts what it is told and restores what it answers.
//!
//! Beside the agents stand the engines that commands and tools share with them: [`batch`] runs labelled commands on a
//! host that [`ssh`] reaches, [`fan_out`] does many things at once.
//!
//! Start with [`agent`] and [`context`]; then [`git`] and [`explain`] for agents that answer by themselves and
//! [`general`](mod@general) for the one that asks a model. [`capabilities`] learns what clusters can do by way of the
//! [`pool`]. `words` is how agents understand a question without a model.

pub mod agent;
pub mod batch;
pub mod capabilities;
mod circumstances;
pub mod context;
mod digest;
pub mod explain;
pub mod fan_out;
pub mod files;
pub mod general;
pub mod git;
pub mod kubernetes;
pub mod plan;
pub mod pool;
mod quote;
pub mod ssh;
pub mod testing;
mod words;

use std::sync::Arc;

pub use agent::{Agent, Bid, Failure, Place, Question};
pub use context::{
    Answer, Context, Looking, Model, Resolution, Said, SeenFiles, Stamp, Talk, ToolCall, ToolResult,
    ToolSpec, Toolbox, Turn, User,
};
pub use digest::sha256;
pub use quote::quoted;

/// The agents that bid, in the order in which equal bids win.
pub fn specialists() -> Vec<Arc<dyn Agent>> {
    vec![
        Arc::new(explain::Explain::default()),
        Arc::new(git::Git),
        Arc::new(files::Files),
        Arc::new(kubernetes::Kubernetes),
        Arc::new(ssh::Ssh::default()),
        Arc::new(capabilities::scan::Scan),
        Arc::new(capabilities::Capabilities),
    ]
}

/// The agent that takes what no other bids for.
pub fn general() -> Arc<dyn Agent> {
    Arc::new(general::General)
}
