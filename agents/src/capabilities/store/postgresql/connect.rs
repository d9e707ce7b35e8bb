//! The way to the server. What is encrypted is always checked, name included, as `sslmode=verify-full` of psql has it;
//! so `require` and `verify-ca` come to the same here. To a server elsewhere nothing goes in the clear unless the
//! address says `sslmode=prefer` or `disable`.

use std::path::Path;
use std::time::Duration;

use awesh_protocol::FailureKind;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::Server;
use crate::agent::Failure;

/// Where a server is that nobody has named.
const USUAL: &str = "postgresql://localhost/awesh";

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// Where the server is, and as whom it is asked.
pub(super) struct Address {
    config: Config,
    tls: MakeRustlsConnect,
    /// Its host, as the user is told.
    pub(super) host: String,
}

impl Address {
    pub(super) fn of(server: &Server) -> Result<Self, Failure> {
        let url = server.url.as_deref().unwrap_or(USUAL);
        // Words of psql's for what is done here anyway.
        let url = ["verify-full", "verify-ca"]
            .iter()
            .fold(url.to_owned(), |url, mode| url.replace(&format!("sslmode={mode}"), "sslmode=require"));
        let mut config: Config = url.parse().map_err(|_| {
            // The address itself may hold a password: it is not repeated.
            let message = "The address of the PostgreSQL server is none.";
            let hint = "It looks like this: capabilities.url = \"postgresql://ada@db.example/awesh\"";
            Failure::new(FailureKind::Settings, message).hint(hint)
        })?;
        if let Some(key) = &server.key {
            config.password(key.expose().trim());
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        config.application_name("awesh");
        if !url.contains("sslmode=") && !config.get_hosts().iter().all(is_local) {
            config.ssl_mode(SslMode::Require);
        }
        let is_in_clear =
            config.get_ssl_mode() == SslMode::Disable || config.get_hosts().iter().all(is_socket);
        let roots = if is_in_clear { RootCertStore::empty() } else { roots(server.ca_file.as_deref())? };
        Ok(Self { host: host(&config), tls: MakeRustlsConnect::new(tls(roots)?), config })
    }

    /// A connection; it ends when the client is dropped.
    pub(super) async fn connect(&self) -> Result<Client, Failure> {
        let (client, connection) = self
            .config
            .connect(self.tls.clone())
            .await
            .map_err(|error| super::failure(&error, &self.host))?;
        // What ends it is told to whoever waits for an answer.
        tokio::spawn(async move { drop(connection.await) });
        Ok(client)
    }
}

fn tls(roots: RootCertStore) -> Result<ClientConfig, Failure> {
    let provider = rustls::crypto::ring::default_provider().into();
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::new(FailureKind::Internal, format!("No encryption: {error}.")))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// The certificates to trust: those of the file, else the system's.
fn roots(file: Option<&Path>) -> Result<RootCertStore, Failure> {
    let mut roots = RootCertStore::empty();
    let Some(file) = file else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return Ok(roots);
    };
    let failed = |why: String| {
        Failure::new(
            FailureKind::Settings,
            format!("{} has no certificates to trust: {why}.", file.display()),
        )
        .hint("It is the setting capabilities.ca_file.")
    };
    let certificates = CertificateDer::pem_file_iter(file).map_err(|error| failed(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| failed(error.to_string()))?;
        roots.add(certificate).map_err(|error| failed(error.to_string()))?;
    }
    if roots.is_empty() { Err(failed("there is none in it".to_owned())) } else { Ok(roots) }
}

fn is_socket(host: &Host) -> bool {
    matches!(host, Host::Unix(_))
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name == "::1" || name.starts_with("127."),
    }
}

fn host(config: &Config) -> String {
    let port = config.get_ports().first().copied().unwrap_or(5432);
    match config.get_hosts().first() {
        Some(Host::Tcp(name)) => format!("{name}:{port}"),
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "localhost".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use awesh_protocol::Secret;

    use super::*;

    fn address(url: &str) -> Result<Address, Failure> {
        let url = Some(url.to_owned());
        Address::of(&Server {
            url,
            collection: "awesh".to_owned(),
            key: Some(Secret::new("k")),
            ca_file: None,
        })
    }

    #[test]
    fn nothing_goes_elsewhere_in_the_clear_unless_it_is_said() {
        for (url, mode, host) in [
            ("postgresql://u@localhost/d", SslMode::Prefer, "localhost:5432"),
            ("postgresql://u@127.0.0.1:5433/d", SslMode::Prefer, "127.0.0.1:5433"),
            ("host=/run/postgresql dbname=d", SslMode::Prefer, "/run/postgresql"),
            ("postgresql://u@db.example/d", SslMode::Require, "db.example:5432"),
            ("postgresql://u@db.example/d?sslmode=verify-full", SslMode::Require, "db.example:5432"),
            ("postgresql://u@db.example/d?sslmode=prefer", SslMode::Prefer, "db.example:5432"),
            ("postgresql://u@db.example/d?sslmode=disable", SslMode::Disable, "db.example:5432"),
        ] {
            let address = address(url).map_err(|failure| failure.message).unwrap();
            assert_eq!((address.config.get_ssl_mode(), address.host.as_str()), (mode, host), "{url}");
            assert_eq!(address.config.get_password(), Some(&b"k"[..]));
        }
    }

    #[test]
    fn an_address_that_is_none_is_said_and_not_repeated() {
        for url in ["postgresql://u:hunter2@h:port/d", "hunter2", "postgresql://h/d?sslmode=hunter2"] {
            let failure = address(url).err().unwrap();
            assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
        }
    }
}
