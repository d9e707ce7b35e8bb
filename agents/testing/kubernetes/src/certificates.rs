//! The authorities and the certificates of a run, made anew for each.

use std::net::Ipv4Addr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::cluster::Certificate;

/// The one whom every credential names.
pub(crate) const USER: &str = "ada";

/// The authorities of a run, and the client's certificate.
pub(crate) struct Authorities {
    known: Issuer<'static, KeyPair>,
    unknown: Issuer<'static, KeyPair>,
    roots: Arc<RootCertStore>,
    /// The authority that the kubeconfig names, in PEM.
    pub(crate) pem: String,
    /// The client's certificate and key, in PEM.
    pub(crate) client: (String, String),
}

impl Authorities {
    pub(crate) fn new() -> Self {
        let (known, pem, der) = authority("kubernetes");
        let (unknown, ..) = authority("somebody");
        let mut roots = RootCertStore::empty();
        roots.add(der).unwrap();
        let client = client(&known);
        Self { known, unknown, roots: Arc::new(roots), pem, client }
    }

    /// How a server speaks TLS: with such a certificate, and asking for one of the client's.
    pub(crate) fn server(&self, kind: Certificate) -> Arc<ServerConfig> {
        let mut params = params(USER, ExtendedKeyUsagePurpose::ServerAuth);
        params.subject_alt_names = match kind {
            Certificate::OtherHost => vec![rcgen::SanType::DnsName("other.example".try_into().unwrap())],
            _ => vec![rcgen::SanType::IpAddress(Ipv4Addr::LOCALHOST.into())],
        };
        if kind == Certificate::Expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let issuer = if kind == Certificate::UnknownAuthority { &self.unknown } else { &self.known };
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, issuer).unwrap().der().clone();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(self.roots.clone(), provider.clone())
            .allow_unauthenticated()
            .build()
            .unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate], key)
            .unwrap();
        Arc::new(config)
    }
}

fn authority(name: &str) -> (Issuer<'static, KeyPair>, String, CertificateDer<'static>) {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (Issuer::new(params, key), certificate.pem(), certificate.der().clone())
}

fn client(issuer: &Issuer<'_, KeyPair>) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = params(USER, ExtendedKeyUsagePurpose::ClientAuth).signed_by(&key, issuer).unwrap();
    (certificate.pem(), key.serialize_pem())
}

fn params(name: &str, purpose: ExtendedKeyUsagePurpose) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(name);
    params.extended_key_usages = vec![purpose];
    params.not_before = date_time_ymd(2024, 1, 1);
    params.not_after = date_time_ymd(2124, 1, 1);
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}
