//! When certificates end.

use jiff::Timestamp;
use x509_cert::Certificate;
use x509_cert::der::Decode;

/// When a certificate ends; none where it cannot be read.
pub(super) fn end_of(der: &[u8]) -> Option<Timestamp> {
    end(&Certificate::from_der(der).ok()?)
}

/// When the first certificate of a PEM file ends.
pub(super) fn end_of_pem(pem: &[u8]) -> Option<Timestamp> {
    end(Certificate::load_pem_chain(pem).ok()?.first()?)
}

fn end(certificate: &Certificate) -> Option<Timestamp> {
    let since_1970 = certificate.tbs_certificate().validity().not_after.to_unix_duration();
    Timestamp::from_second(i64::try_from(since_1970.as_secs()).ok()?).ok()
}
