//! Kubeconfigs as a tool writes them that knows many clusters: nearly all of a file is certificates.

use std::fmt::Write;

/// What a file holds.
pub(crate) struct Size {
    contexts: usize,
    /// Characters of a certificate in base64.
    certificate: usize,
}

/// Certificates of usual size: 100 KB.
pub(crate) const USUAL: Size = Size { contexts: 50, certificate: 900 };

/// A fifth of 2 MB: chains of certificates, and many of them.
pub(crate) const HUGE: Size = Size { contexts: 50, certificate: 3900 };

/// The file whose clusters are numbered from `first`.
pub(crate) fn text(size: &Size, first: usize) -> String {
    let (mut clusters, mut contexts, mut users) = (String::new(), String::new(), String::new());
    for number in first..first + size.contexts {
        let certificate = certificate(size.certificate, number);
        // Nothing fails that is written to a string.
        let _ = write!(
            clusters,
            "- cluster:\n    certificate-authority-data: {certificate}\n    \
             server: https://cluster-{number}.example:6443\n  name: cluster-{number}\n"
        );
        let _ = write!(
            contexts,
            "- context:\n    cluster: cluster-{number}\n    namespace: team-{number}\n    \
             user: user-{number}\n  name: cluster-{number}\n"
        );
        let _ = write!(users, "- name: user-{number}\n  user:\n    client-certificate-data: {certificate}\n");
    }
    format!(
        "apiVersion: v1\nclusters:\n{clusters}contexts:\n{contexts}current-context: cluster-{}\nkind: Config\n\
         preferences: {{}}\nusers:\n{users}",
        first + size.contexts / 2
    )
}

/// Characters as base64 has them, different for each number.
fn certificate(length: usize, number: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    (0..length).map(|at| char::from(ALPHABET[(at * 7 + at * at + number) % ALPHABET.len()])).collect()
}
