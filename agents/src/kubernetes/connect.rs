//! A client for one context: the kube client on a connection stack that keeps what it learns of the server's
//! certificate, unpacks what comes, and goes through the session's proxy.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base64::Engine;
use http::Uri;
use http::header::{HeaderValue, USER_AGENT};
use http::uri::Scheme;
use hyper::rt::{Read, Write};
use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::legacy::connect::{Connection, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use jiff::Timestamp;
use kube_client::client::{Body, ConfigExt};
use kube_client::config::{AuthInfo, Cluster as ClusterConfig};
use kube_client::{Client, Config};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::ExposeSecret;
use tower::{BoxError, Service, ServiceBuilder, ServiceExt};
use tower_http::decompression::DecompressionLayer;

use super::certificate;
use super::contexts::{Entry, Environment};
use super::credentials::Credentials;
use super::trouble::{Kind, Trouble};

/// How long a connection is kept for the next question.
const IDLE: Duration = Duration::from_secs(30);

/// A client and what it knows of certificates.
pub(super) struct Connected {
    pub(super) client: Client,
    pub(super) server_certificate: Arc<OnceLock<Timestamp>>,
    pub(super) client_certificate: Option<Timestamp>,
}

/// Makes a client; no connection is made yet. It may block: files are read.
pub(super) fn connect(
    entry: &Entry,
    credentials: &Credentials,
    environment: &Environment,
) -> Result<Connected, Trouble> {
    let cluster = entry.cluster.as_ref().ok_or_else(|| {
        let words = format!("its cluster {:?} is not defined in the kubeconfig", entry.cluster_name);
        Trouble::new(Kind::Kubeconfig, words)
    })?;
    let user = &credentials.user;
    let client_certificate = client_certificate(user)?;
    let config = config(cluster, user, entry.namespace.as_deref())?;
    let proxy = proxy(cluster, &config.cluster_url, environment)?;
    let server_certificate = Arc::new(OnceLock::new());
    let client = through(proxy, &config, server_certificate.clone())?;
    Ok(Connected { client, server_certificate, client_certificate })
}

fn kubeconfig(words: impl AsRef<str>) -> Trouble {
    Trouble::new(Kind::Kubeconfig, words)
}

fn config(cluster: &ClusterConfig, user: &AuthInfo, namespace: Option<&str>) -> Result<Config, Trouble> {
    let mut config = Config::new(server(cluster)?);
    config.accept_invalid_certs = cluster.insecure_skip_tls_verify.unwrap_or(false);
    // Without an authority the system's are taken, which takes reading them all: not where none is asked.
    config.root_cert = if config.accept_invalid_certs { Some(Vec::new()) } else { authorities(cluster)? };
    config.tls_server_name = cluster.tls_server_name.clone().filter(|name| !name.is_empty());
    config.default_namespace = namespace.unwrap_or("default").to_owned();
    config.disable_compression = cluster.disable_compression.unwrap_or(false);
    config.auth_info = user.clone();
    config.headers.push((USER_AGENT, HeaderValue::from_static(concat!("awesh/", env!("CARGO_PKG_VERSION")))));
    check_token(user)?;
    Ok(config)
}

/// The API's address; without a scheme it is plain, as kubectl takes it.
fn server(cluster: &ClusterConfig) -> Result<Uri, Trouble> {
    let server = cluster.server.as_deref().map(str::trim).filter(|server| !server.is_empty());
    let server = server.ok_or_else(|| kubeconfig("its cluster has no server in the kubeconfig"))?;
    let address = if server.contains("://") { server.to_owned() } else { format!("http://{server}") };
    let uri: Option<Uri> = address.parse().ok();
    uri.filter(|uri| {
        uri.host().is_some_and(|host| !host.is_empty())
            && [Some(&Scheme::HTTP), Some(&Scheme::HTTPS)].contains(&uri.scheme())
    })
    .ok_or_else(|| kubeconfig(format!("the server's address {server:?} is none")))
}

/// The certificates of the cluster's own authority.
fn authorities(cluster: &ClusterConfig) -> Result<Option<Vec<Vec<u8>>>, Trouble> {
    let data = (&cluster.certificate_authority_data, &cluster.certificate_authority);
    let Some(pem) =
        data_or_file(data.0.as_deref(), data.1.as_deref(), "the cluster's certificate authority")?
    else {
        return Ok(None);
    };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let certificates: Vec<Vec<u8>> = certificates
        .map_err(|_| kubeconfig("the cluster's certificate authority is not readable"))?
        .into_iter()
        .map(|certificate| certificate.to_vec())
        .collect();
    if certificates.is_empty() {
        return Err(kubeconfig("the cluster's certificate authority holds no certificate"));
    }
    Ok(Some(certificates))
}

fn client_certificate(user: &AuthInfo) -> Result<Option<Timestamp>, Trouble> {
    let data = (&user.client_certificate_data, &user.client_certificate);
    let pem = data_or_file(data.0.as_deref(), data.1.as_deref(), "the user's client certificate")?;
    Ok(pem.and_then(|pem| certificate::end_of_pem(&pem)))
}

/// What a kubeconfig holds itself, or names a file for.
fn data_or_file(data: Option<&str>, file: Option<&str>, what: &str) -> Result<Option<Vec<u8>>, Trouble> {
    match (data.filter(|data| !data.is_empty()), file.filter(|file| !file.is_empty())) {
        (Some(data), _) => {
            let decoded = base64::engine::general_purpose::STANDARD.decode(data);
            decoded.map(Some).map_err(|_| kubeconfig(format!("{what} is no base64")))
        }
        (None, Some(file)) => {
            let read = std::fs::read(file);
            read.map(Some).map_err(|error| kubeconfig(format!("{what} cannot be read from {file}: {error}")))
        }
        (None, None) => Ok(None),
    }
}

/// A token that no header can hold is a panic further down.
fn check_token(user: &AuthInfo) -> Result<(), Trouble> {
    let token = user.token.as_ref().map(|token| HeaderValue::from_str(token.expose_secret()));
    match token {
        Some(Err(_)) => {
            Err(Trouble::new(Kind::Credentials, "the user's token holds characters that no token has"))
        }
        _ => Ok(()),
    }
}

/// The proxy on the way: the cluster's own, else the session's, which is not for this machine itself.
fn proxy(
    cluster: &ClusterConfig,
    server: &Uri,
    environment: &Environment,
) -> Result<Option<Intercept>, Trouble> {
    if let Some(proxy) = cluster.proxy_url.as_deref().filter(|proxy| !proxy.is_empty()) {
        let found = Matcher::builder().all(proxy.to_owned()).build().intercept(server);
        return found.map(Some).ok_or_else(|| kubeconfig("its proxy-url is no address"));
    }
    let host = server.host().unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    let value = |name: &str| {
        let found = environment.get(name).or_else(|| environment.get(&name.to_lowercase()));
        found.cloned().unwrap_or_default()
    };
    let session = Matcher::builder()
        .http(value("HTTP_PROXY"))
        .https(value("HTTPS_PROXY"))
        .no(value("NO_PROXY"))
        .build();
    Ok(session.intercept(server).filter(|_| !is_here))
}

/// The client on the connection that the proxy asks for.
fn through(
    proxy: Option<Intercept>,
    config: &Config,
    seen: Arc<OnceLock<Timestamp>>,
) -> Result<Client, Trouble> {
    let mut direct = HttpConnector::new();
    direct.enforce_http(false);
    direct.set_nodelay(true);
    let Some(proxy) = proxy else { return stack(direct, config, seen) };
    let address = proxy.uri().clone();
    match address.scheme_str() {
        Some("http") => {
            let tunnel = Tunnel::new(address, direct);
            match proxy.basic_auth().cloned() {
                Some(header) => stack(tunnel.with_auth(header), config, seen),
                None => stack(tunnel, config, seen),
            }
        }
        Some("https") => {
            let encrypted = Config::new(address.clone()).rustls_https_connector_with_connector(direct);
            let tunnel = Tunnel::new(address, encrypted.map_err(|error| Trouble::of(&error))?);
            match proxy.basic_auth().cloned() {
                Some(header) => stack(tunnel.with_auth(header), config, seen),
                None => stack(tunnel, config, seen),
            }
        }
        Some("socks5" | "socks5h") => stack(SocksV5::new(address, direct), config, seen),
        _ => Err(kubeconfig("its proxy is of a kind that is not supported")),
    }
}

/// The client on a kind of connection.
fn stack<C>(connector: C, config: &Config, seen: Arc<OnceLock<Timestamp>>) -> Result<Client, Trouble>
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: Connection + Read + Write + Send + Unpin + 'static,
    C::Future: Send + 'static,
    C::Error: Into<BoxError>,
{
    let failed = |error: kube_client::Error| match error {
        kube_client::Error::RustlsTls(error) => kubeconfig(format!("no encrypted connection: {error}")),
        error => kubeconfig(error.to_string()),
    };
    let https = config.rustls_https_connector_with_connector(connector).map_err(failed)?;
    let noting = https.map_response(move |stream| {
        note_certificate(&stream, &seen);
        stream
    });
    let http = HttpClient::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .build::<_, Body>(noting);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .layer(DecompressionLayer::new().gzip(!config.disable_compression))
        .option_layer(config.auth_layer().map_err(failed)?)
        .layer(config.extra_headers_layer().map_err(failed)?)
        .map_err(BoxError::from)
        .service(http);
    Ok(Client::new(service, config.default_namespace.clone()))
}

/// Keeps when the certificate ends that the server showed.
fn note_certificate<T>(stream: &MaybeHttpsStream<T>, seen: &OnceLock<Timestamp>) {
    if let MaybeHttpsStream::Https(stream) = stream {
        let shown = stream.inner().get_ref().1.peer_certificates().and_then(<[_]>::first);
        if let Some(end) = shown.and_then(|shown| certificate::end_of(shown)) {
            let _ = seen.set(end);
        }
    }
}

#[cfg(test)]
mod tests;
