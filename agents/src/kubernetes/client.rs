//! What a cluster is asked, in the few forms that are needed: a small document, a list, as raw as it comes.
//!
//! Nothing here knows a deadline: who waits sets it, and dropping a question closes its connection.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::header::{ACCEPT, RETRY_AFTER};
use http::{Request, Response};
use http_body_util::BodyExt;
use jiff::Timestamp;
use kube_client::Client;
use kube_client::client::Body;
use kube_client::core::Request as Verb;
use kube_client::core::params::ListParams;
use serde::de::DeserializeOwned;

use super::Session;
use super::connect::connect;
use super::contexts::Entry;
use super::credentials;
use super::items::{Items, Nonsense};
use super::trouble::{Kind, Trouble};

/// Objects of a list's page, as kubectl asks for them.
const PAGE: u32 = 500;

/// The largest document that is no list.
const DOCUMENT: usize = 4 << 20;

/// The form of documents.
const JSON: &str = "application/json";

/// The longest that is read of an answer that is none.
const EXCUSE: usize = 64 << 10;

/// How often a cluster that asks for patience is asked again, and how long it may ask for.
const RETRIES: u32 = 2;
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// A cluster, as a context names it.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    server_certificate: Arc<OnceLock<Timestamp>>,
    client_certificate: Option<Timestamp>,
    valid_until: Option<Timestamp>,
}

impl Cluster {
    /// Makes the client of a context: reads its files, runs its credential plugin. Nothing is asked of the
    /// cluster yet.
    pub async fn connect(entry: &Entry, session: &Session) -> Result<Self, Trouble> {
        let credentials = credentials::fetch(entry, session).await?;
        let valid_until = credentials.valid_until;
        let (entry, environment) = (entry.clone(), session.environment.clone());
        let made = tokio::task::spawn_blocking(move || connect(&entry, &credentials, &environment)).await;
        let connected = made.map_err(|error| Trouble::new(Kind::Internal, error.to_string()))??;
        Ok(Self {
            client: connected.client,
            server_certificate: connected.server_certificate,
            client_certificate: connected.client_certificate,
            valid_until,
        })
    }

    /// The kube client itself.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// When the server's certificate ends, as far as it has shown one.
    pub fn server_certificate(&self) -> Option<Timestamp> {
        self.server_certificate.get().copied()
    }

    /// When the client certificate ends that the kubeconfig or a plugin holds.
    pub fn client_certificate(&self) -> Option<Timestamp> {
        self.client_certificate
    }

    /// Whether what a plugin gave has run out.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.valid_until.is_some_and(|until| until <= now)
    }

    /// A document.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Trouble> {
        let body = self.text(path, JSON, DOCUMENT).await?;
        serde_json::from_slice(&body).map_err(|_| garbage("what answers there is no Kubernetes API"))
    }

    /// What stands at a path in the form that is accepted, up to a number of bytes; more is cut.
    pub async fn text(&self, path: &str, accept: &str, cap: usize) -> Result<Vec<u8>, Trouble> {
        let request = Request::get(path).header(ACCEPT, accept).body(Vec::new());
        let request = request.map_err(|error| Trouble::new(Kind::Internal, error.to_string()))?;
        let response = self.send(request).await?;
        read(response.into_body(), cap).await
    }

    /// All objects of a list, page by page, each folded into `A` as it comes. If the list expires on the way, it
    /// is begun again, whole.
    pub async fn list<T, A>(
        &self,
        path: &str,
        params: &ListParams,
        mut fold: impl FnMut(&mut A, T),
    ) -> Result<A, Trouble>
    where
        T: DeserializeOwned,
        A: Default,
    {
        let mut params = ListParams { limit: Some(PAGE), ..params.clone() };
        let mut all = A::default();
        loop {
            match self.page(path, &params, &mut |object| fold(&mut all, object)).await {
                Ok(None) => return Ok(all),
                Ok(next) => params.continue_token = next,
                Err(trouble) if trouble.kind == Kind::Expired && params.continue_token.is_some() => {
                    all = A::default();
                    params = ListParams { limit: None, continue_token: None, ..params };
                }
                Err(trouble) => return Err(trouble),
            }
        }
    }

    /// One page of a list; where it goes on.
    async fn page<T: DeserializeOwned>(
        &self,
        path: &str,
        params: &ListParams,
        each: &mut impl FnMut(T),
    ) -> Result<Option<String>, Trouble> {
        let request = Verb::new(path).list(params);
        let request = request.map_err(|error| Trouble::new(Kind::Internal, error.to_string()))?;
        let mut body = self.send(request).await?.into_body();
        let mut items = Items::default();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Trouble::of(&error))?;
            let Some(bytes) = frame.data_ref() else { continue };
            items.push(bytes, |object| {
                each(
                    serde_json::from_slice(object)
                        .map_err(|_| garbage("an object of the list makes no sense"))?,
                );
                Ok::<(), Trouble>(())
            })?;
        }
        let envelope = items.finish()?;
        Ok(envelope.metadata.next.filter(|next| !next.is_empty()))
    }

    /// Asks, again where the cluster asks for a little patience; an answer that is none is the error.
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Body>, Trouble> {
        let mut tries = 0;
        loop {
            let response = self.client.send(request.clone().map(Body::from)).await;
            let response = response.map_err(|error| Trouble::of(&error))?;
            let status = response.status();
            if status.is_success() {
                return Ok(response);
            }
            let wait = patience(&response);
            let body = read(response.into_body(), EXCUSE).await.unwrap_or_default();
            match wait {
                Some(wait) if tries < RETRIES && wait <= LONGEST_WAIT => tokio::time::sleep(wait).await,
                _ => return Err(Trouble::of_status(status.as_u16(), &body)),
            }
            tries += 1;
        }
    }
}

/// How long a cluster asks to wait: one that is too busy says so, one that failed does not come back by asking.
fn patience(response: &Response<Body>) -> Option<Duration> {
    let told = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let told = told.and_then(|value| value.trim().parse().ok()).map(Duration::from_secs);
    (response.status() == 429).then(|| told.unwrap_or(Duration::from_secs(1)))
}

async fn read(mut body: Body, cap: usize) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Trouble::of(&error))?;
        if let Some(data) = frame.data_ref() {
            bytes.extend_from_slice(&data[..data.len().min(cap - bytes.len())]);
        }
        if bytes.len() == cap {
            break;
        }
    }
    Ok(bytes)
}

fn garbage(words: &str) -> Trouble {
    Trouble::new(Kind::Garbage, words)
}

impl From<Nonsense> for Trouble {
    fn from(nonsense: Nonsense) -> Self {
        garbage(nonsense)
    }
}
