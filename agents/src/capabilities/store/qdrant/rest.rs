//! Requests to the server, and what can go wrong with them, in words. The key is in none of them.

use std::time::Duration;

use awesh_protocol::{FailureKind, Secret};
use reqwest::{Certificate, Client, Method, StatusCode, Url, redirect};
use serde_json::Value;

use super::super::Server;
use super::super::server::innermost;
use crate::agent::Failure;

/// Where a server is that nobody has named.
const USUAL: &str = "http://localhost:6333";

/// How long a connection and a whole answer may take.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(30);

/// The server.
pub(super) struct Rest {
    client: Client,
    base: Url,
    key: Option<Secret>,
}

impl Rest {
    pub(super) fn new(server: Server) -> Result<Self, Failure> {
        let wrong = || {
            // The address itself may hold a password: it is not repeated.
            let message = "The address of the Qdrant server is no http:// or https:// address.";
            let hint = "It looks like this: capabilities.url = \"https://qdrant.example:6333\"";
            Failure::new(FailureKind::Settings, message).hint(hint)
        };
        let mut base = Url::parse(server.url.as_deref().unwrap_or(USUAL)).map_err(|_| wrong())?;
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return Err(wrong());
        }
        base.set_path(&format!("{}/", base.path().trim_end_matches('/')));
        // It fails only where there is one already, which then serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            // The key is sent where the user said, and nowhere else.
            .redirect(redirect::Policy::none());
        let builder = match &server.ca_file {
            Some(file) => builder.tls_certs_only(certificates(file)?),
            // The system's certificates are then not read at all.
            None if base.scheme() == "http" => builder.tls_certs_only([]),
            None => builder,
        };
        let client = builder.build().map_err(|error| {
            let message = format!("No request to the Qdrant server can be made: {}.", innermost(&error));
            Failure::new(FailureKind::Network, message)
        })?;
        Ok(Self { client, base, key: server.key })
    }

    /// What is at a path, if anything is.
    pub(super) async fn get(&self, path: &str) -> Result<Option<Value>, Failure> {
        self.send(Method::GET, path, None).await.and_then(|answer| self.found(answer))
    }

    /// What a request is answered, if there is what it is about.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Option<Value>, Failure> {
        self.send(Method::POST, path, Some(body)).await.and_then(|answer| self.found(answer))
    }

    /// Puts something where there is room for it.
    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<(), Failure> {
        match self.send(Method::PUT, path, Some(body)).await? {
            Ok(_) => Ok(()),
            Err((status, why)) => Err(self.refused(status, &why)),
        }
    }

    /// Puts something that may be there by now.
    pub(super) async fn put_new(&self, path: &str, body: &Value) -> Result<(), Failure> {
        match self.send(Method::PUT, path, Some(body)).await? {
            Ok(_) => Ok(()),
            Err((StatusCode::CONFLICT, _)) => Ok(()),
            Err((StatusCode::BAD_REQUEST, why)) if why.contains("already exists") => Ok(()),
            Err((status, why)) => Err(self.refused(status, &why)),
        }
    }

    fn found(&self, answer: Result<Value, (StatusCode, String)>) -> Result<Option<Value>, Failure> {
        match answer {
            Ok(result) => Ok(Some(result)),
            Err((StatusCode::NOT_FOUND, _)) => Ok(None),
            Err((status, why)) => Err(self.refused(status, &why)),
        }
    }

    /// The result of a request, or its status and what the server said.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Result<Value, (StatusCode, String)>, Failure> {
        let url = self.base.join(path).map_err(|error| self.unreachable(&error))?;
        let mut request = self.client.request(method, url);
        if let Some(key) = &self.key {
            request = request.header("api-key", key.expose().trim());
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(|error| self.unreachable(&error))?;
        let document: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if status.is_success() && document.get("result").is_some() {
            return Ok(Ok(document["result"].clone()));
        }
        let said = document["status"]["error"].as_str().map(str::to_owned);
        // In front of a server that is none stands a page of many lines.
        let said = said.unwrap_or_else(|| String::from_utf8_lossy(&bytes).chars().take(200).collect());
        Ok(Err((status, said)))
    }

    fn host(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        self.base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    fn unreachable(&self, error: &dyn std::error::Error) -> Failure {
        let message = format!("The Qdrant server {} cannot be reached: {}.", self.host(), innermost(error));
        Failure::new(FailureKind::Network, message).hint("Its address is the setting capabilities.url.")
    }

    fn refused(&self, status: StatusCode, why: &str) -> Failure {
        let host = self.host();
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            let message = format!("The Qdrant server {host} does not take the key ({status}).");
            let hint =
                "Set capabilities.api_key or capabilities.key_command; writing needs a key that may write.";
            return Failure::new(FailureKind::Unauthorised, message).hint(hint);
        }
        let why = self.key.iter().fold(why.to_owned(), |why, key| why.replace(key.expose().trim(), "…"));
        let message = format!("The Qdrant server {host} refused ({status}): {}.", why.trim_end_matches('.'));
        Failure::new(FailureKind::Provider, message).hint("Is it a Qdrant of version 1.10 or later?")
    }
}

fn certificates(file: &std::path::Path) -> Result<Vec<Certificate>, Failure> {
    let failed = |why: String| {
        Failure::new(
            FailureKind::Settings,
            format!("{} has no certificates to trust: {why}.", file.display()),
        )
        .hint("It is the setting capabilities.ca_file.")
    };
    let pem = std::fs::read(file).map_err(|error| failed(error.to_string()))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(failed("there is none in it".to_owned())),
        Err(error) => Err(failed(innermost(&error))),
    }
}
