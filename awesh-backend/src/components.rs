//! What must be up before questions are answered; brought up side by side.

use std::sync::Arc;
use std::time::Instant;

use agents::Agent;
use awesh_protocol::Timing;

use crate::error::Error;
use crate::gate::Gate;
use crate::{ai, tools};

/// The components of a backend.
pub(crate) struct Components {
    /// The agents that bid.
    pub(crate) specialists: Vec<Arc<dyn Agent>>,
    /// The agent for what no other takes.
    pub(crate) general: Arc<dyn Agent>,
    /// What a model may call.
    pub(crate) tools: Arc<tools::Table>,
    /// What each took.
    pub(crate) startup: Vec<Timing>,
}

impl Components {
    /// Brings all up. None waits for the network: the AI client connects with the first question.
    pub(crate) async fn start() -> Result<Self, Error> {
        let (client, gate, agents, tools) = tokio::join!(
            timed("ai client", ai::install_cryptography),
            timed("gate", Gate::prepare),
            timed("agents", || (agents::specialists(), agents::general())),
            timed("tools", || Arc::new(tools::Table::new())),
        );
        let (((), client), ((), gate)) = (client?, gate?);
        let (((specialists, general), agents), (tools, table)) = (agents?, tools?);
        Ok(Self { specialists, general, tools, startup: vec![client, gate, agents, table] })
    }

    /// The names of all agents.
    pub(crate) fn agent_names(&self) -> Vec<String> {
        self.specialists.iter().chain([&self.general]).map(|agent| agent.name().to_owned()).collect()
    }
}

/// Does work on a thread of its own and takes its time.
async fn timed<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<(T, Timing), Error> {
    let done = tokio::task::spawn_blocking(move || {
        let began = Instant::now();
        (work(), milliseconds(began))
    });
    let (done, ms) = done.await.map_err(|_| Error::Component(name.to_owned()))?;
    Ok((done, Timing { name: name.to_owned(), ms }))
}

/// Milliseconds since an instant.
pub(crate) fn milliseconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1000.0
}
