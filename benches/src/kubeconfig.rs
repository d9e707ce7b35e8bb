//! A kubeconfig as a tool writes it that knows many clusters: nearly all of it is certificates.

use std::fmt::Write;

const CONTEXTS: usize = 50;

/// Characters of a certificate in base64: of usual size, and so that the file comes to 100 KB.
const CERTIFICATE: usize = 900;

/// The file.
pub(crate) fn text() -> String {
    let (mut clusters, mut contexts, mut users) = (String::new(), String::new(), String::new());
    for number in 0..CONTEXTS {
        let certificate = certificate(number);
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
        CONTEXTS / 2
    )
}

/// Characters as base64 has them, different for each number.
fn certificate(number: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    (0..CERTIFICATE).map(|at| char::from(ALPHABET[(at * 7 + at * at + number) % ALPHABET.len()])).collect()
}
