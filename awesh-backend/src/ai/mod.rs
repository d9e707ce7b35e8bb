//! The AI client: one turn of a model at a time, text and tool calls as they come.
//!
//! An [`Answering`] is pulled piece by piece; dropping it closes the connection, which is how a server learns
//! that nobody waits any more. There is no limit on how long an answer takes, only on how long nothing comes.
//! Attempts are repeated ([`retry`]) as long as nothing was shown.
//!
//! What is sent and received is shaped in [`chat`] and [`messages`], for models without tools with [`worded`], by
//! way of [`transcript`], [`body`], [`sse`] and [`turn`]; what went wrong is worded in [`fault`]. Secrets are none of
//! this module's business: it is asked from behind the gate, by [`talk`](crate::talk),
//! [`inference`](crate::inference) and [`library`](crate::library).

mod answering;
mod body;
mod chat;
pub(crate) mod cost;
mod embeddings;
pub(crate) mod endpoint;
pub(crate) mod fault;
pub(crate) mod key;
mod messages;
pub(crate) mod models;
mod network;
pub(crate) mod refusal;
pub(crate) mod retry;
mod sse;
pub(crate) mod structured;
mod surrogates;
mod transcript;
mod turn;
pub(crate) mod worded;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use agents::ToolSpec;
use awesh_protocol::{Api, Secret, Tools};
use jiff::Timestamp;
use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use tokio::time::timeout;

use crate::config::Patience;
use crate::conversation::{Conversation, Exchange};
pub(crate) use answering::{Answering, Piece};
use endpoint::{Endpoint, Key};
use fault::Fault;
use network::Network;
use refusal::Refusal;
pub(crate) use turn::Whole;
use worded::Form;

/// Bytes of an error's body that are read.
const REFUSAL: usize = 64 * 1024;

/// What we call ourselves.
const USER_AGENT: &str = concat!("awesh/", env!("CARGO_PKG_VERSION"));

/// Makes `ring` the cryptography of the process; `reqwest` is built without a provider of its own.
pub(crate) fn install_cryptography() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // It fails only if the embedding program installed one before: then that one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// A client of one endpoint.
pub(crate) struct Client {
    pub(crate) endpoint: Endpoint,
    patience: Patience,
    /// Built by the first question, and again where the session's way to the network has changed.
    http: Mutex<Option<(Network, reqwest::Client)>>,
    /// The key that a command printed, or the keyring had.
    fetched: Mutex<Option<Secret>>,
    /// Whether the server has refused tools.
    refused_tools: AtomicBool,
    /// Whether the server has refused the schema of an answer.
    refused_schema: AtomicBool,
}

/// What a turn is asked for with.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The request's body.
    pub(crate) body: Value,
    form: Form,
    tools: Vec<&'static str>,
}

impl Client {
    pub(crate) fn new(endpoint: Endpoint, patience: Patience) -> Self {
        Self {
            endpoint,
            patience,
            http: Mutex::default(),
            fetched: Mutex::default(),
            refused_tools: AtomicBool::new(false),
            refused_schema: AtomicBool::new(false),
        }
    }

    /// The key, from its command or the keyring where it is there; nothing else may happen before it is known, so
    /// that it can be kept from what is sent.
    pub(crate) async fn key(&self, environment: &BTreeMap<String, String>) -> Result<Option<Secret>, Fault> {
        let known = lock(&self.fetched).clone();
        let key = match (&self.endpoint.key, known) {
            (Key::None, _) => return Ok(None),
            (Key::Given(key), _) => return Ok(Some(key.clone())),
            (_, Some(key)) => return Ok(Some(key)),
            (Key::Command(command), None) => key::fetch(command, environment).await?,
            (Key::Keyring, None) => key::look_up(self.endpoint.provider.name, environment).await?,
        };
        *lock(&self.fetched) = Some(key.clone());
        Ok(Some(key))
    }

    /// The question put for this server's API.
    pub(crate) fn put(
        &self,
        instructions: &str,
        tools: &[ToolSpec],
        earlier: &Conversation,
        current: &Exchange,
    ) -> Asked {
        let names = tools.iter().map(|tool| tool.name).collect();
        let (provider, model) = (self.endpoint.provider, self.endpoint.model());
        let body = |instructions: &str, tools: &[ToolSpec], earlier: &Conversation, current: &Exchange| {
            match provider.api {
                Api::Chat => chat::request::body(provider, model, instructions, tools, earlier, current),
                Api::Messages => messages::request::body(model, instructions, tools, earlier, current),
            }
        };
        match self.form() {
            Form::Native => {
                let body = body(instructions, tools, earlier, current);
                Asked { body, form: Form::Native, tools: names }
            }
            Form::Worded => {
                let instructions = worded::instructions(instructions, tools);
                let (earlier, current) =
                    (earlier.map_steps(worded::in_words), current.map_steps(worded::in_words));
                let body = body(&instructions, &[], &earlier, &current);
                Asked { body, form: Form::Worded, tools: names }
            }
        }
    }

    /// The headers that say more than how a body is carried, without the key.
    pub(crate) fn headers(&self) -> Vec<String> {
        let has_key = self.endpoint.key != Key::None;
        let key = match self.endpoint.provider.api {
            Api::Chat => "authorization: Bearer …".to_owned(),
            Api::Messages => "x-api-key: …".to_owned(),
        };
        let version = format!("anthropic-version: {}", messages::VERSION);
        let version = (self.endpoint.provider.api == Api::Messages).then_some(version);
        let agent = format!("user-agent: {USER_AGENT}");
        [Some(agent), Some(key).filter(|_| has_key), version].into_iter().flatten().collect()
    }

    fn form(&self) -> Form {
        let refused = self.refused_tools.load(Ordering::Relaxed);
        match self.endpoint.tools {
            Tools::Text => Form::Worded,
            Tools::Auto if refused => Form::Worded,
            Tools::Auto | Tools::Native => Form::Native,
        }
    }

    /// Gives the models their tools in words from now on, the server having refused them; whether that is new.
    pub(crate) fn put_tools_in_words(&self) -> bool {
        self.form() == Form::Native
            && self.endpoint.tools == Tools::Auto
            && !self.refused_tools.swap(true, Ordering::Relaxed)
    }

    pub(crate) fn takes_schema(&self) -> bool {
        self.endpoint.tools != Tools::Text && !self.refused_schema.load(Ordering::Relaxed)
    }

    /// Sends no schema of an answer from now on, the server having refused it; whether one was sent until now.
    pub(crate) fn put_schema_aside(&self) -> bool {
        self.takes_schema() && !self.refused_schema.swap(true, Ordering::Relaxed)
    }

    /// Asks for a turn; nothing happens before the first piece is pulled.
    pub(crate) fn ask<'c>(
        &'c self,
        asked: &'c Asked,
        environment: &'c BTreeMap<String, String>,
    ) -> Answering<'c> {
        Answering::new(self, asked, environment)
    }

    /// Reads a document of the API.
    async fn get(&self, path: &str, environment: &BTreeMap<String, String>) -> Result<Value, Fault> {
        let request = self.http(environment).await?.get(self.endpoint.at(path));
        let mut response = self.send(request, environment).await?;
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await.map_err(|error| Fault::Cut(innermost(&error)))? {
            body.extend_from_slice(&bytes);
        }
        serde_json::from_slice(&body).map_err(|_| Fault::Nonsense("no JSON".to_owned()))
    }

    async fn http(&self, environment: &BTreeMap<String, String>) -> Result<reqwest::Client, Fault> {
        let network = Network::of(&self.endpoint, environment);
        if let Some((known, client)) = lock(&self.http).as_ref()
            && *known == network
        {
            return Ok(client.clone());
        }
        let (endpoint, patience, way) = (self.endpoint.clone(), self.patience, network.clone());
        let built = tokio::task::spawn_blocking(move || way.client(&endpoint, patience)).await;
        let client = built.map_err(|error| Fault::Client(error.to_string()))??;
        *lock(&self.http) = Some((network, client.clone()));
        Ok(client)
    }

    /// Sends a request with the key and waits for an answer's head.
    async fn send(
        &self,
        request: RequestBuilder,
        environment: &BTreeMap<String, String>,
    ) -> Result<Response, Fault> {
        let key = self.key(environment).await?;
        let key = key.as_ref().map(|key| key.expose().trim());
        let request = match self.endpoint.provider.api {
            Api::Chat => key.into_iter().fold(request, RequestBuilder::bearer_auth),
            Api::Messages => key
                .into_iter()
                .fold(request, |request, key| request.header("x-api-key", key))
                .header("anthropic-version", messages::VERSION),
        };
        let silence = self.patience.idle;
        let sent = timeout(silence, request.send()).await.map_err(|_| Fault::Stalled(silence))?;
        let response = sent.map_err(|error| unsent(&error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let fault = self.refusal(response, key).await;
        if fault.refuses_key() {
            // A command may print another one by now.
            *lock(&self.fetched) = None;
        }
        Err(fault)
    }

    async fn refusal(&self, mut response: Response, key: Option<&str>) -> Fault {
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name)?.to_str().ok();
        let now = header("date").and_then(retry::read_date).unwrap_or_else(Timestamp::now);
        let asked = header("retry-after").or_else(|| header("llm_provider-retry-after"));
        let retry_after = asked.and_then(|value| retry::read_retry_after(value, now));
        let mut body = Vec::new();
        while body.len() < REFUSAL {
            match timeout(self.patience.idle, response.chunk()).await {
                Ok(Ok(Some(bytes))) => body.extend_from_slice(&bytes),
                _ => break,
            }
        }
        let mut refusal = Refusal::read(Some(status), &String::from_utf8_lossy(&body));
        if let Some(key) = key.filter(|key| !key.is_empty()) {
            refusal.message = refusal.message.replace(key, "…");
        }
        Fault::Refused(Refusal { retry_after, ..refusal })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a request that got no answer failed of.
fn unsent(error: &reqwest::Error) -> Fault {
    let why = innermost(error);
    match error.is_connect() {
        true if is_of_tls(error) => Fault::Client(why),
        true => Fault::Unreachable(why),
        false => Fault::Broken(why),
    }
}

/// Whether TLS is at the bottom of it. An error of a stream names not what it wraps but that one's cause.
fn is_of_tls(error: &(dyn Error + 'static)) -> bool {
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>()
        || wrapped.is_some_and(|wrapped| is_of_tls(wrapped))
        || error.source().is_some_and(is_of_tls)
}

/// The cause at the bottom, which says most; the layers above it repeat the address.
fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
