//! One turn asked for and received, attempt by attempt.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Response;
use tokio::time::timeout;

use super::body::Body;
use super::fault::Fault;
use super::worded::Reader;
use super::{Asked, Client, Whole, innermost};

/// A turn in the making.
pub(crate) struct Answering<'c> {
    client: &'c Client,
    asked: &'c Asked,
    environment: &'c BTreeMap<String, String>,
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
    Whole(Whole),
}

impl<'c> Answering<'c> {
    /// Nothing happens before the first piece is pulled.
    pub(super) fn new(
        client: &'c Client,
        asked: &'c Asked,
        environment: &'c BTreeMap<String, String>,
    ) -> Self {
        Self { client, asked, environment, made: 0, receiving: None }
    }

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
        let wait = if begun || absent { None } else { retries.wait(self.made, &fault, fastrand::f64()) };
        tracing::debug!(attempt = self.made, again = wait.is_some(), "a turn failed");
        wait.map_or(Err(fault.clone()), |wait| Ok(Piece::Waiting(fault, wait)))
    }

    async fn advance(&mut self) -> Result<Piece, Fault> {
        let receiving = match &mut self.receiving {
            Some(receiving) => receiving,
            none => {
                self.made += 1;
                let Self { client, asked, environment, .. } = self;
                let http = client.http(environment).await?;
                let request = http.post(client.endpoint.url()).json(&asked.body);
                let response = client.send(request, environment).await?;
                let words = Reader::new(asked.form, asked.tools.clone());
                let body = Body::new(client.endpoint.provider.api, words);
                none.insert(Receiving { response, body, whole: None })
            }
        };
        receiving.next(self.client.patience.idle).await
    }
}

/// An answer as it comes.
struct Receiving {
    response: Response,
    body: Body,
    /// The turn, while the last of its text is shown.
    whole: Option<Whole>,
}

impl Receiving {
    /// Reads until there is text to show or the turn is whole.
    async fn next(&mut self, silence: Duration) -> Result<Piece, Fault> {
        loop {
            if let Some(whole) = self.whole.take() {
                return Ok(Piece::Whole(whole));
            }
            if self.body.is_done() {
                let (rest, whole) = self.body.whole()?;
                self.whole = Some(whole);
                if !rest.is_empty() {
                    return Ok(Piece::Text(rest));
                }
                continue;
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
