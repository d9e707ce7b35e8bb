//! The way to a server: connections, proxies and certificates, as the session has them.
//!
//! The backend's own environment is as old as the shell; what a start-up file or the user has set since is in the
//! session's, which comes with each question.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use reqwest::{Certificate, ClientBuilder, NoProxy, Proxy, redirect};

use super::endpoint::Endpoint;
use super::fault::Fault;
use super::{USER_AGENT, innermost, install_cryptography};
use crate::config::Patience;

/// What decides how a server is reached; another one needs other connections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Network {
    proxy: Option<String>,
    no_proxy: String,
    ca_file: Option<PathBuf>,
}

impl Network {
    /// The way to an endpoint from a session with these variables.
    pub(super) fn of(endpoint: &Endpoint, environment: &BTreeMap<String, String>) -> Self {
        let variable = |names: &[&str]| {
            let mut values = names.iter().filter_map(|name| environment.get(*name));
            values.find(|value| !value.trim().is_empty()).cloned()
        };
        // `HTTP_PROXY` in capitals is left alone, as by curl: a web server sets it from a request's header.
        let own: &[&str] =
            if endpoint.is_encrypted() { &["https_proxy", "HTTPS_PROXY"] } else { &["http_proxy"] };
        let proxy = variable(own).or_else(|| variable(&["all_proxy", "ALL_PROXY"]));
        Self {
            proxy: proxy.filter(|_| !endpoint.is_loopback()),
            no_proxy: variable(&["no_proxy", "NO_PROXY"]).unwrap_or_default(),
            ca_file: endpoint.ca_file.clone(),
        }
    }

    /// A client for an endpoint. Reading the system's certificates takes longer than all of the start: this is
    /// for a thread that may block.
    pub(super) fn client(&self, endpoint: &Endpoint, patience: Patience) -> Result<reqwest::Client, Fault> {
        install_cryptography();
        let builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(patience.connect)
            .pool_max_idle_per_host(1)
            // A key is sent where the user said, and nowhere else.
            .redirect(redirect::Policy::none())
            // The process's own environment does not count.
            .no_proxy();
        let builder = self.proxied(builder)?;
        let builder = match &self.ca_file {
            // The system's certificates are then not read at all.
            _ if !endpoint.is_encrypted() && self.proxy.is_none() => builder.tls_certs_only([]),
            Some(file) => builder.tls_certs_only(certificates(file)?),
            None => builder,
        };
        builder.build().map_err(|error| Fault::Client(innermost(&error)))
    }

    fn proxied(&self, builder: ClientBuilder) -> Result<ClientBuilder, Fault> {
        let Some(proxy) = &self.proxy else { return Ok(builder) };
        let address = if proxy.contains("://") { proxy.clone() } else { format!("http://{proxy}") };
        // The address may hold a password: it is not repeated.
        let proxy =
            Proxy::all(address).map_err(|_| Fault::Client("the proxy's address is none".to_owned()))?;
        Ok(builder.proxy(proxy.no_proxy(NoProxy::from_string(&self.no_proxy))))
    }
}

fn certificates(file: &Path) -> Result<Vec<Certificate>, Fault> {
    let failed = |why: String| Fault::Client(format!("{}: {why}", file.display()));
    let pem = std::fs::read(file).map_err(|error| failed(error.to_string()))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(failed("no certificate in it".to_owned())),
        Err(error) => Err(failed(innermost(&error))),
    }
}

#[cfg(test)]
mod tests {
    use awesh_protocol::{Secret, Settings};

    use super::*;

    fn endpoint(base_url: &str) -> Endpoint {
        let (base_url, api_key) = (Some(base_url.to_owned()), Some(Secret::new("k")));
        Endpoint::of(&Settings { base_url, api_key, ..Settings::default() }).unwrap()
    }

    #[test]
    fn the_sessions_proxy_is_taken_for_what_it_is_for() {
        let cases = [
            ("https://h/v1", "https_proxy=http://p:1", Some("http://p:1")),
            ("https://h/v1", "HTTPS_PROXY=p:1", Some("p:1")),
            ("https://h/v1", "http_proxy=p:1", None),
            ("http://h/v1", "http_proxy=p:1", Some("p:1")),
            ("http://h/v1", "HTTP_PROXY=p:1", None),
            ("http://h/v1", "all_proxy=p:1", Some("p:1")),
            ("http://localhost:11434/v1", "all_proxy=p:1", None),
            ("https://h/v1", "https_proxy= ", None),
        ];
        for (base_url, variable, proxy) in cases {
            let (name, value) = variable.split_once('=').unwrap();
            let environment = BTreeMap::from([(name.to_owned(), value.to_owned())]);
            assert_eq!(Network::of(&endpoint(base_url), &environment).proxy.as_deref(), proxy, "{variable}");
        }
    }

    #[test]
    fn a_file_without_certificates_is_said() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("ca.pem");
        let network = Network { ca_file: Some(file.clone()), ..Network::default() };
        let build = || network.client(&endpoint("https://h/v1"), Patience::default());
        assert!(matches!(build(), Err(Fault::Client(why)) if why.contains("No such file")));
        std::fs::write(&file, "nothing\n").unwrap();
        assert!(matches!(build(), Err(Fault::Client(why)) if why.contains("no certificate")));
    }
}
