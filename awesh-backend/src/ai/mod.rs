//! The AI client: one turn of a model at a time, text and tool calls as they come.
//!
//! An [`Answering`] is pulled piece by piece; dropping it closes the connection, which is how a server learns
//! that nobody waits any more. There is no limit on how long an answer takes, only on how long nothing comes.
//! Attempts are repeated ([`retry`]) as long as nothing was shown.
//!
//! What is sent and received is shaped in [`request`], [`body`], [`sse`] and [`stream`]; what went wrong is
//! worded in [`fault`]. Secrets are none of this module's business: only [`talk`](crate::talk) uses it, from behind the
//! gate.

mod body;
pub(crate) mod fault;
pub(crate) mod provider;
mod refusal;
pub(crate) mod request;
pub(crate) mod retry;
mod sse;
mod stream;
mod surrogates;

use std::sync::Once;
use std::time::Duration;

use agents::Turn;
use reqwest::{Response, redirect};
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::config::Patience;
use body::Body;
use fault::Fault;
use provider::Endpoint;
use refusal::Refusal;

/// Bytes of an error's body that are read.
const REFUSAL: usize = 64 * 1024;

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
    /// Built by the first question: reading the certificates takes longer than all of the start.
    http: OnceCell<reqwest::Client>,
}

impl Client {
    pub(crate) fn new(endpoint: Endpoint, patience: Patience) -> Self {
        Self { endpoint, patience, http: OnceCell::new() }
    }

    /// Asks for a turn; nothing happens before the first piece is pulled.
    pub(crate) fn ask(&self, body: Value) -> Answering<'_> {
        Answering { client: self, body, made: 0, receiving: None }
    }

    async fn http(&self) -> Result<&reqwest::Client, Fault> {
        let build = || async {
            let endpoint = self.endpoint.clone();
            let patience = self.patience;
            let built = tokio::task::spawn_blocking(move || build(&endpoint, patience)).await;
            built.map_err(|error| Fault::Client(error.to_string()))?
        };
        self.http.get_or_try_init(build).await
    }

    /// Sends the request and waits for an answer's head.
    async fn send(&self, body: &Value) -> Result<Response, Fault> {
        let mut request = self.http().await?.post(self.endpoint.url.clone()).json(body);
        if let Some(key) = &self.endpoint.key {
            request = request.bearer_auth(key.expose().trim());
        }
        let silence = self.patience.idle;
        let sent = timeout(silence, request.send()).await.map_err(|_| Fault::Stalled(silence))?;
        let response = sent.map_err(|error| unsent(&error))?;
        if response.status().is_success() { Ok(response) } else { Err(self.refusal(response).await) }
    }

    async fn refusal(&self, mut response: Response) -> Fault {
        let status = response.status().as_u16();
        let header =
            |name: &str| response.headers().get(name)?.to_str().ok().and_then(retry::read_retry_after);
        let retry_after = header("retry-after").or_else(|| header("llm_provider-retry-after"));
        let mut body = Vec::new();
        while body.len() < REFUSAL {
            match timeout(self.patience.idle, response.chunk()).await {
                Ok(Ok(Some(bytes))) => body.extend_from_slice(&bytes),
                _ => break,
            }
        }
        let mut refusal = Refusal::read(Some(status), &String::from_utf8_lossy(&body));
        if let Some(key) = &self.endpoint.key {
            refusal.message = refusal.message.replace(key.expose().trim(), "…");
        }
        Fault::Refused(Refusal { retry_after, ..refusal })
    }
}

fn build(endpoint: &Endpoint, patience: Patience) -> Result<reqwest::Client, Fault> {
    install_cryptography();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("awesh/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(patience.connect)
        .pool_max_idle_per_host(1)
        // A key is sent where the user said, and nowhere else.
        .redirect(redirect::Policy::none());
    if endpoint.url.scheme() == "http" {
        // The system's certificates are then not read at all.
        builder = builder.tls_certs_only([]);
    }
    if endpoint.is_loopback() {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| Fault::Client(innermost(&error)))
}

/// A turn in the making.
pub(crate) struct Answering<'c> {
    client: &'c Client,
    body: Value,
    /// Attempts begun.
    made: u32,
    /// The answer to the last of them, as far as it came.
    receiving: Option<Receiving>,
}

/// A piece of a turn in the making.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    /// Text to show.
    Text(String),
    /// The attempt failed; the next one comes after this wait.
    Waiting(Fault, Duration),
    /// The whole turn; nothing follows.
    Whole(Turn),
}

impl Answering<'_> {
    /// The next piece.
    pub(crate) async fn next(&mut self) -> Result<Piece, Fault> {
        let fault = match self.advance().await {
            Ok(piece) => return Ok(piece),
            Err(fault) => fault,
        };
        let begun = self.receiving.take().is_some_and(|receiving| receiving.body.has_begun());
        // What does not run on this machine will not run in a second either.
        let absent = matches!(fault, Fault::Unreachable(_)) && self.client.endpoint.is_loopback();
        let retries = &self.client.patience.retries;
        let wait = if begun || absent { None } else { retries.wait(self.made, &fault, retry::jitter()) };
        tracing::debug!(attempt = self.made, again = wait.is_some(), "a turn failed");
        wait.map_or(Err(fault.clone()), |wait| Ok(Piece::Waiting(fault, wait)))
    }

    async fn advance(&mut self) -> Result<Piece, Fault> {
        let receiving = match &mut self.receiving {
            Some(receiving) => receiving,
            none => {
                self.made += 1;
                let response = self.client.send(&self.body).await?;
                none.insert(Receiving { response, body: Body::default() })
            }
        };
        receiving.next(self.client.patience.idle).await
    }
}

/// An answer as it comes.
struct Receiving {
    response: Response,
    body: Body,
}

impl Receiving {
    /// Reads until there is text to show or the turn is whole.
    async fn next(&mut self, silence: Duration) -> Result<Piece, Fault> {
        loop {
            if self.body.is_done() {
                return self.body.whole().map(Piece::Whole);
            }
            let read = timeout(silence, self.response.chunk()).await.map_err(|_| Fault::Stalled(silence))?;
            let text = match read {
                Ok(Some(bytes)) => self.body.take(&bytes)?,
                Ok(None) => self.body.end()?,
                // A broken end behind the terminal event costs nothing.
                Err(_) if self.body.is_complete() => self.body.end()?,
                Err(error) => return Err(Fault::Cut(innermost(&error))),
            };
            if !text.is_empty() {
                return Ok(Piece::Text(text));
            }
        }
    }
}

/// What a request that got no answer failed of.
fn unsent(error: &reqwest::Error) -> Fault {
    let why = innermost(error);
    let mut causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let is_of_tls = causes.any(|cause| {
        let wrapped = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        wrapped.is_some_and(|wrapped| wrapped.is::<rustls::Error>())
    });
    match error.is_connect() {
        true if is_of_tls => Fault::Client(why),
        true => Fault::Unreachable(why),
        false => Fault::Broken(why),
    }
}

/// The cause at the bottom, which says most; the layers above it repeat the address.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
